"""Brings the database to today's tables, after the SQLite file was copied aside."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from store.backup import OWNER_ONLY, copy
from store.database import Store
from store.tables import Base

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


class UpgradeFailed(Exception):
    """The tables are as they were; `aside` is the copy made before, None where there was nothing to copy."""

    def __init__(self, aside: Path | None) -> None:
        super().__init__(str(aside or ""))
        self.aside = aside


async def migrate(store: Store, now: datetime) -> Path | None:
    """Make or upgrade the tables; the copy of the file as it was before an upgrade, if one was due.

    When the upgrade fails the copy stays where it is, so that there is a way back.
    """
    if store.file:
        store.file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(store.file, os.O_CREAT, OWNER_ONLY))
        store.file.chmod(OWNER_ONLY)
    async with store.engine.connect() as connection:
        behind = await connection.run_sync(_behind)
        fresh = not await connection.run_sync(lambda it: inspect(it).get_table_names())
    aside = None
    if behind and not fresh and store.file:
        aside = store.file.with_name(f"{store.file.stem}-{now:%Y%m%d-%H%M%S}-before-upgrade.db")
        await copy(store, aside)
    if behind:
        try:
            async with store.engine.begin() as connection:
                await connection.run_sync(_upgrade)
        except Exception as error:
            raise UpgradeFailed(aside) from error
    return aside


async def is_behind(store: Store) -> bool:
    """Whether the tables are not there or of an older version; nothing is made or changed."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(_behind)


def newest() -> str:
    """The version of today's tables."""
    # Asked at every start, so without Alembic: versions are numbered, the highest is the newest.
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def create_all(store: Store) -> None:
    """The tables without their history, for a store in memory that lives as long as the process."""
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


def revise(connection: Connection, message: str) -> None:
    """Write the migration from the tables as they are in the database to those in the code."""
    from alembic import command

    command.revision(_config(connection), message, autogenerate=True)


# Alembic takes half a second to import, and most commands never migrate.


def _upgrade(connection: Connection) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":
        # Several programs may start at once: the others wait here, and find it done.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('louzu upgrade'))"))
    command.upgrade(_config(connection), "head")


def _behind(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return True
    return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) != newest())


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
