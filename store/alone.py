"""One process for each account: a second one would hear and answer everything once more."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from store.backup import OWNER_ONLY
from store.database import Store

log = logging.getLogger("louzu.store")
TRIES = 6
EVERY = 1.0
"""Seconds between two tries: who was ended just now may not be gone yet."""
LOOKS_AGAIN = 5.0


class Taken(Exception):
    """Another process holds the account."""

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.account = account


class Hold(Protocol):
    """An account that is ours. No clock is asked: whoever dies, however he dies, lets go at once."""

    async def take(self) -> bool:
        """Whether it is ours now."""

    async def lost(self) -> None:
        """Wait until it is ours no more, then raise Taken."""

    async def free(self) -> None:
        """Let go."""


@asynccontextmanager
async def alone(store: Store, account: str) -> AsyncIterator[Hold]:
    """Hold an account. Raises Taken when another process does, on this machine or on another."""
    hold: Hold = OfServer(store, account) if store.file is None else OfFile(store.file, account)
    for nth in range(TRIES):
        if nth:
            await asyncio.sleep(EVERY)
        if await hold.take():
            break
    else:
        raise Taken(account)
    try:
        yield hold
    finally:
        await hold.free()


class OfFile:
    """A lock of the kernel's on a file beside that of SQLite."""

    def __init__(self, database: Path, account: str) -> None:
        self.path = database.with_name(f"{database.name}-{quote(account, safe='')}.lock")

    async def take(self) -> bool:
        # Not on Windows, where all but `louzu run` works.
        import fcntl

        self.number = os.open(self.path, os.O_CREAT | os.O_RDWR, OWNER_ONLY)
        try:
            fcntl.flock(self.number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.number)
            return False
        return True

    async def lost(self) -> None:
        # As long as we live, the kernel gives it to nobody.
        await asyncio.Event().wait()

    async def free(self) -> None:
        os.close(self.number)


class OfServer:
    """A lock of PostgreSQL's on a connection of its own, which ends with the process."""

    def __init__(self, store: Store, account: str) -> None:
        self.store, self.account = store, account
        self.connection: AsyncConnection

    async def take(self) -> bool:
        fresh = await self.store.engine.connect()
        self.connection = await fresh.execution_options(isolation_level="AUTOCOMMIT")
        # A machine that lost its power says no goodbye.
        for setting, seconds in (("idle", 30), ("interval", 10), ("count", 3)):
            await self.connection.execute(text(f"SET tcp_keepalives_{setting} = {seconds}"))
        lock = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
        if await self.connection.scalar(lock, {"name": f"louzu account {self.account}"}):
            return True
        await self.connection.close()
        return False

    async def lost(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_AGAIN)
            try:
                await self.connection.execute(text("SELECT 1"))
            except SQLAlchemyError:
                await self._take_again()

    async def _take_again(self) -> None:
        """While the server is away nobody can take it; once it is back, we have to be the first."""
        log.warning("the database dropped the connection that holds the account")
        await self.free()
        while True:
            with suppress(SQLAlchemyError):
                if not await self.take():
                    raise Taken(self.account)
                return
            await asyncio.sleep(LOOKS_AGAIN)

    async def free(self) -> None:
        with suppress(SQLAlchemyError):
            await self.connection.invalidate()
            await self.connection.close()
