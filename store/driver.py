"""SQLite in its own thread where it may have to wait; what waits for nothing is done where it stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite

LOOKED_AHEAD = 64
"""Rows that aiosqlite fetches at once while it iterates; here everything is fetched at once."""
LOOKS, WRITES = "BEGIN DEFERRED", "BEGIN IMMEDIATE"
"""How a transaction begins; who writes waits until nobody else does."""


class Connection(aiosqlite.Connection):
    """aiosqlite's connection, whose own cursors make four trips to its thread for a SELECT.

    Who writes waits for the lock and for the disk, both in the thread; what he does in between takes less time than
    the way there and back.
    """

    writes = False
    """Whether the transaction that is open, or begins now, may write."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def do(self, deed: Callable[[sqlite3.Connection], Any]) -> Any:
        """What `deed` returns."""
        if self.writes and self._conn.in_transaction:
            return deed(self._conn)
        return await self._execute(deed, self._conn)  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        """Nothing is left to take back after a commit, though the pool asks for it each time."""
        if self._conn.in_transaction:
            await super().rollback()


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
        if sql in (LOOKS, WRITES):
            self.connection.writes = sql == WRITES
        await self.connection.do(lambda sqlite: self._keep(sqlite.execute(sql, parameters)))

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        await self.connection.do(lambda sqlite: self._keep(sqlite.executemany(sql, parameters)))

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
    connection = Connection(
        partial(sqlite3.connect, database, **options | {"check_same_thread": False}), LOOKED_AHEAD
    )
    # What waits for the disk must not keep a finished program from ending.
    connection._thread.daemon = True
    return connection
