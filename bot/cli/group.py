"""What all commands have in common: loaded late, told in Chinese, and no traceback for an ordinary error."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import click

from bot.cli.errors import in_chinese, ordinary
from bot.plain import plain

WORDS = {"Options": "选项", "Commands": "命令", "Show this message and exit.": "看说明"}
"""What click itself says in a help."""


class Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{WORDS.get(heading, heading)}：\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **settings: Any) -> None:
        super().write_dl([(name, WORDS.get(told, told)) for name, told in rows], *args, **settings)


class Context(click.Context):
    formatter_class = Formatter


class Commands(click.Group):
    """`commands` says for each name where the command stands and what the help says of it."""

    context_class = Context

    def __init__(self, commands: Mapping[str, tuple[str, str]], **settings: Any) -> None:
        super().__init__(subcommand_metavar="命令 …", options_metavar="[选项]", **settings)
        self.table = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        command.context_class, command.options_metavar = Context, "[选项]"
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.table:
            raise click.UsageError(f"没有 {args[0]} 这个命令；louzu --help 列出全部", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in self.table.items()])

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run, and end the process: 0 well, 1 it did not work, 2 it was asked for wrongly, 3 another is at it."""
        extra["standalone_mode"] = False
        # Without a handler Python prints warnings of its own between our lines; `run` begins a real log.
        logging.getLogger().addHandler(logging.NullHandler())
        try:
            sys.exit(super().main(*args, **extra))
        except click.Abort:
            sys.exit(130)
        except click.ClickException as error:
            _end(in_chinese(error), error.exit_code)
        except Exception as error:
            told = ordinary(error)
            if not told:
                raise
            _end(*told)


def _end(line: str, code: int) -> NoReturn:
    click.echo(plain(line), err=True)
    sys.exit(code)
