"""SQLite in its own thread, with one trip there and back for each statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite

LOOKED_AHEAD = 64
"""Rows that aiosqlite fetches at once while it iterates; here everything is fetched at once."""


class Connection(aiosqlite.Connection):
    """aiosqlite's connection, whose own cursors make four trips for a SELECT: more than all else costs."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def there(self, deed: Callable[[sqlite3.Connection], Any]) -> Any:
        """What `deed` returns, done in SQLite's thread."""
        return await self._execute(deed, self._conn)  # type: ignore[no-untyped-call]


class Cursor:
    """What SQLAlchemy asks of a cursor: executed, fetched and closed in one go."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount, self.arraysize = -1, 1
        self.rows: list[Any] = []

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        await self.connection.there(lambda sqlite: self._keep(sqlite.execute(sql, parameters)))

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        await self.connection.there(lambda sqlite: self._keep(sqlite.executemany(sql, parameters)))

    async def fetchall(self) -> list[Any]:
        return self.rows

    async def close(self) -> None:
        """Done already."""

    def _keep(self, done: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = done.description, done.lastrowid
        self.rows = done.fetchall() if done.description else []
        self.rowcount = done.rowcount
        done.close()


def connect(database: str, **options: Any) -> Awaitable[aiosqlite.Connection]:
    """A connection for SQLAlchemy's `async_creator`; the options are those of sqlite3.connect."""
    connection = Connection(partial(sqlite3.connect, database, **options), LOOKED_AHEAD)
    # What waits for the disk must not keep a finished program from ending.
    connection._thread.daemon = True
    return connection
