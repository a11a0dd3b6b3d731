"""What goes wrong, and when: drawn from one seed, so that every year of bad luck can be had again."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import MovedClock
from store import Store

Fate = Literal["sent", "refused", "lost", "unsure"]
"""Of a send: sent; refused for certain; of unknown end and not delivered; of unknown end and delivered."""
FATES: dict[Fate, float] = {"refused": 0.04, "lost": 0.02, "unsure": 0.03}
HANGS = 0.3
"""Of the sends of unknown end, how many hang until the call times out."""
SLOW = 0.003
"""How many of the transactions take up to a minute and a half."""
SOON = 80
"""A kill falls on one of so many calls to the store or the chat that follow it."""


class Killed(BaseException):
    """The process is gone: nobody catches it, and what was in memory is lost."""


@dataclass(slots=True)
class Faults:
    """The dice, and what is wrong just now; with `on` unset nothing ever is."""

    rng: random.Random
    on: bool
    kills: int = 0
    _until_killed: int = 0
    _trouble: str = ""
    _refusals: int = 0
    time: MovedClock | None = None
    """Moved on while a call to the store takes long."""

    def chance(self, probability: float) -> bool:
        return self.on and self.rng.random() < probability

    def arm(self) -> None:
        """Let the process be killed at one of the next calls."""
        self._until_killed = self.rng.randint(1, SOON)

    def strike(self) -> None:
        """Stands at every call to the store and the chat. Raises Killed when its time has come."""
        if self._until_killed:
            self._until_killed -= 1
            if not self._until_killed:
                self.kills += 1
                raise Killed

    def sicken(self) -> None:
        """Let the database be locked or full for the next attempts to write."""
        self._trouble = self.rng.choice(("database is locked", "database or disk is full"))
        self._refusals = self.rng.randint(1, 8)

    def downtime(self) -> timedelta:
        """How long the process stays away after a kill: seconds mostly, now and then a day."""
        longest = self.rng.choice((10, 10, 60, 60, 300, 3600, 4 * 3600, 24 * 3600))
        return timedelta(seconds=self.rng.uniform(0.1, 1) * longest)

    def drag(self) -> None:
        """The store takes its time."""
        if self.time is not None and self.chance(SLOW):
            self.time.move_to(self.time.now() + timedelta(seconds=self.rng.uniform(1, 90)))

    def heal(self) -> None:
        """No more bad luck from now on."""
        self.on, self._until_killed, self._refusals = False, 0, 0

    def refuse(self, moment: str) -> None:
        """Stands where a transaction begins and where it is kept. Raises OperationalError while it is refused."""
        begins = self._trouble == "database is locked"
        if self._refusals and begins == (moment == "begin"):
            self._refusals -= 1
            raise OperationalError(moment, None, sqlite3.OperationalError(self._trouble))

    def fate(self) -> Fate:
        """Of the next send."""
        if self.on:
            drawn = self.rng.random()
            for fate, share in FATES.items():
                if drawn < share:
                    return fate
                drawn -= share
        return "sent"


class FragileStore(Store):
    """The real store, on a disk that fails and under a process that may die at any statement."""

    def __init__(self, url: str, faults: Faults) -> None:
        super().__init__(url)
        self.faults = faults
        quicken(self)
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._statement)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        self.faults.refuse("begin")
        self.faults.drag()
        async with super().begin() as db:
            yield db
            self.faults.strike()
            self.faults.refuse("commit")
        # It is kept, and nobody was told so.
        self.faults.strike()

    async def die(self) -> None:
        """The process is gone, with its connections and locks. What stays are compiled statements, for speed."""
        await self.close()
        self._writer = asyncio.Lock()

    def _statement(self, *_: Any) -> None:
        self.faults.strike()


def quicken(store: Store) -> None:
    """Let a store cost a simulation less: it waits for no disk, whose words only the power's failing would cost."""
    event.listen(store.engine.sync_engine, "connect", _quickly if store.sqlite else _quickly_on_a_server)


def _quickly(connection: Any, _: object) -> None:
    """On SQLite it does not go to a thread and back either."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
    connection.driver_connection._execute = _at_once


def _quickly_on_a_server(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SET synchronous_commit TO OFF")
    cursor.close()
    connection.commit()


async def _at_once(deed: Callable[..., Any], *given: Any) -> Any:
    """Nothing is played beside it that could go on meanwhile."""
    return deed(*given)
