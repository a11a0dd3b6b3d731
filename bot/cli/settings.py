"""What most commands begin with: the settings, the data folder, the database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import update_wrapper
from pathlib import Path
from typing import Concatenate, ParamSpec

import click
from pydantic import TypeAdapter, ValidationError

from bot.clock import SystemClock
from bot.config import Config, load
from bot.config_values import DatabaseUrl
from bot.settings import job_mistake
from bot.vocabulary import reader_of
from nlp import Reader
from store import Store
from store.migrate import migrate

IN_FOLDER = Path("config.toml")
OWNER_ONLY = 0o700
Given = ParamSpec("Given")


def config_of(context: click.Context) -> Config:
    """The settings: those of --config, else of config.toml here, else the environment alone."""
    chosen: Path | None = context.find_root().obj
    path = chosen or (IN_FOLDER if IN_FOLDER.is_file() else None)
    return load(path, os.environ, job_mistake)


def with_config(command: Callable[Concatenate[Config, Given], None]) -> Callable[Given, None]:
    """Let a command have the settings as its first argument."""

    @click.pass_context
    def called(context: click.Context, /, *args: Given.args, **given: Given.kwargs) -> None:
        command(config_of(context), *args, **given)

    return update_wrapper(called, command)


def reader_here() -> Reader:
    """A reader with the neighbourhood's own words, as the bot that runs here has them."""
    reader, mistakes = reader_of(config_of(click.get_current_context()))
    for mistake in mistakes:
        on_terminal(f"没有用上本小区的词：{mistake}")
    return reader


def server_url(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    """The URL of a PostgreSQL, as an option takes it; None where it is left out."""
    if given is None:
        return None
    try:
        url = TypeAdapter(DatabaseUrl).validate_python(given).get_secret_value()
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"]) from None
    if not url.startswith("postgresql"):
        raise click.BadParameter("应以 postgresql:// 开头")
    return url


def private_folder(folder: Path) -> None:
    """Make the folder, for its owner's eyes only; one that belongs to another, as a mounted one may, stays."""
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    with suppress(PermissionError):
        folder.chmod(OWNER_ONLY)


def on_terminal(line: str) -> None:
    """Where it does not mix with what a command was asked for."""
    click.echo(line, err=True)


@asynccontextmanager
async def opened(config: Config, tell: Callable[[str], None] = on_terminal) -> AsyncIterator[Store]:
    """The database, brought to today's tables."""
    private_folder(config.data_dir)
    store = Store(config.database_url)
    try:
        aside = await migrate(store, SystemClock().now())
        if aside is not None:
            tell(f"数据库已升级；升级前的副本：{aside}")
        yield store
    finally:
        await store.close()
