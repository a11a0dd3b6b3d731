"""The world around the bot: the true time, the chat, the database file, and the lives of the process in it."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from bot.clock import MovedClock
from bot.simulation.chat import FailingChat
from bot.simulation.faults import Faults, FragileStore, Killed, quicken
from bot.simulation.ledger import Ledger
from bot.simulation.life import Life
from nlp import Reader
from store import Store

DAY = timedelta(days=1)
LOOKS_AGAIN, LONGEST_PATIENCE = timedelta(seconds=31), timedelta(minutes=20)
Deed = Callable[[], Awaitable[None]]


class SkewedClock:
    """What the machine shows: the true time, and how far it is off."""

    def __init__(self, true: MovedClock) -> None:
        self.true, self.skew = true, timedelta()

    def now(self) -> datetime:
        return self.true.now() + self.skew

    def move_to(self, time: datetime) -> None:
        self.true.move_to(time - self.skew)


class World:
    """Moves the true time from one thing that happens to the next, and lets the bot live through it."""

    def __init__(self, reader: Reader, begin: datetime, url: str, folder: Path, faults: Faults) -> None:
        self.reader, self.folder, self.faults = reader, folder, faults
        self.time = faults.time = MovedClock(begin)
        self.machine = SkewedClock(self.time)
        self.chat = FailingChat(self.time, faults)
        self.ledger = Ledger(self.chat)
        self.store = FragileStore(url, faults)
        self.eyes = Store(url)
        """To look at the database without being part of what fails."""
        quicken(self.eyes)
        self.life: Life | None = None
        self._deeds: list[tuple[datetime, int, Deed]] = []
        self._order = count()
        self._stops: list[datetime] = []
        self._planned = begin
        self._next_post: datetime | None = None
        self._patience = LOOKS_AGAIN

    def now(self) -> datetime:
        return self.time.now()

    def at(self, moment: datetime, deed: Deed) -> None:
        """Let something happen at that time."""
        heapq.heappush(self._deeds, (moment, next(self._order), deed))

    def after(self, seconds: float, deed: Deed) -> None:
        self.at(self.now() + timedelta(seconds=seconds), deed)

    async def run_until(self, end: datetime) -> None:
        """Let everything happen until then."""
        while True:
            stop = min(self._next_stop(), end)
            self.time.move_to(stop)
            while self._deeds and self._deeds[0][0] <= self.now():
                await heapq.heappop(self._deeds)[2]()
            await self.breathe()
            if stop >= end:
                return

    async def settle(self, span: timedelta) -> None:
        """Nobody does anything any more, so that what is still owed can come."""
        self._deeds.clear()
        await self.run_until(self.now() + span)

    async def breathe(self) -> None:
        """Let the bot do what there is to do now."""
        on_time = self._on_time()
        if self.life is not None:
            await self._live(self.life.turn(on_time))
        self._look_ahead()

    async def _live(self, living: Awaitable[Any]) -> None:
        try:
            await living
        except Killed:
            await self.kill(self.faults.downtime())

    async def kill(self, away: timedelta) -> None:
        """The process ends on the spot, and is started again after that time."""
        if self.life is not None:
            await self.end()
            self._away(away)

    async def start(self) -> None:
        """The process starts; on a database that can't be read it ends at once, and is started again."""
        if self.life is not None:
            return
        self.life = Life(self.chat, self.store, self.machine, self.reader, self.folder)
        self._stops, self._planned = [], self.now()
        try:
            await self._live(self.life.begin())
        except OperationalError:
            await self.kill(timedelta(seconds=10))

    async def end(self) -> None:
        """Everything in memory is gone."""
        self.life = None
        await self.store.die()

    async def close(self) -> None:
        await self.end()
        await self.eyes.close()

    def _away(self, time: timedelta) -> None:
        self.ledger.away(self.now(), self.now() + time)
        self.at(self.now() + time, self.start)

    def skew(self, by: timedelta) -> None:
        """The machine's clock jumps, to be off by so much."""
        self.machine.skew = by
        self._stops, self._planned = [], self.now()

    # -- when something is next

    def _on_time(self) -> bool:
        """Whether a job falls due just now."""
        falls = bool(self._stops) and self._stops[0] <= self.now()
        self._stops = [moment for moment in self._stops if moment > self.now()] if falls else self._stops
        return falls

    def _next_stop(self) -> datetime:
        self._plan()
        ahead = [self._planned, *self._stops[:1]]
        if self._deeds:
            ahead.append(self._deeds[0][0])
        if self.life is not None:
            ahead += [moment for moment in (self._next_post, self.chat.next_arrival()) if moment]
        return max(min(ahead), self.now())

    def _plan(self) -> None:
        """The times of the next day at which a rare job falls due, in true time."""
        if self._planned > self.now():
            return
        since, self._planned = self.machine.now(), self.now() + DAY
        if self.life is not None:
            stops = self.life.bot.keeper.stops(since, since + DAY)
            self._stops = [stop - self.machine.skew for stop in stops]

    def _look_ahead(self) -> None:
        self._next_post = None
        soonest = self.life.soonest if self.life is not None and self.chat.online else None
        if soonest is None:
            return
        # What could be said and was not is held back, by the night, a budget or a send that failed.
        held = soonest <= self.machine.now()
        self._patience = min(self._patience * 2, LONGEST_PATIENCE) if held else LOOKS_AGAIN
        self._next_post = max(soonest - self.machine.skew, self.now() + self._patience)
