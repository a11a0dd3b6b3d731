"""From an id on the stream to an arrival: written down, fetched, put in order, never lost on the way."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Any

from bot.chat import Arrival
from bot.wechat.hearing import Hearing
from bot.wechat.journal import Journal
from bot.wechat.wire import name_of

log = logging.getLogger(__name__)

RETRY = 1.0
"""A locked or full disk is asked again this often; nothing is handled that is not written down."""


WRITTEN_DOWN = asyncio.Event()
WRITTEN_DOWN.set()


class Mark(Enum):
    """Stands between ids on their way, where the order of the live stream is not yet the order of arrival."""

    HOLD = "what comes now may be younger than what is about to be replayed"
    REPLAY = "what comes now is in order, and contains what came since HOLD"
    RELEASE = "the order is settled"


class Inbox:
    """`read` makes an arrival of an id, or None when the bot has no need of it, once the id is written down."""

    def __init__(
        self,
        journal: Journal,
        hearing: Hearing,
        read: Callable[[str, asyncio.Event], Coroutine[Any, Any, Arrival | None]],
        limit: float,
    ) -> None:
        self.journal, self.hearing, self._read, self.limit = journal, hearing, read, limit
        self.owed: dict[str, None] = {}
        """Ids that reached us and that the gateway still keeps for us."""
        self._came: deque[str | Mark] = deque()
        self._stirred = asyncio.Event()
        self._line: asyncio.Queue[asyncio.Task[Arrival | None]] = asyncio.Queue()
        self._out: asyncio.Queue[Arrival] = asyncio.Queue()
        self._tasks: set[asyncio.Task[Arrival | None]] = set()
        self._held: list[dict[str, bool]] | None = None

    async def run(self) -> None:
        """Until cancelled: what a crash interrupted first, then what comes."""
        for id_ in await self._surely(self.journal.unhandled):
            self.owed[id_] = None
            self.add(self._read(id_, WRITTEN_DOWN))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write_down())
                group.create_task(self._sort())
        finally:
            for task in self._tasks:
                task.cancel()

    def heard(self, item: str | Mark) -> None:
        self._came.append(item)
        self._stirred.set()

    def add(self, arrival: Coroutine[Any, Any, Arrival | None]) -> None:
        """Get in line."""
        self._line.put_nowait(self._begun(arrival))

    def _begun(self, arrival: Coroutine[Any, Any, Arrival | None]) -> asyncio.Task[Arrival | None]:
        task = asyncio.create_task(arrival)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def settled(self) -> bool:
        """Whether everything that came is written down."""
        return self._held is None and not self._stirred.is_set()

    async def next(self) -> Arrival:
        return await self._out.get()

    async def _write_down(self) -> None:
        while True:
            await self._stirred.wait()
            while self._came:
                if isinstance(self._came[0], Mark):
                    self._obey(self._came.popleft())
                else:
                    await self._journal(self._batch())
            self._stirred.clear()

    def _batch(self) -> list[str]:
        """All ids up to the next mark, for one transaction."""
        ids = []
        while self._came and isinstance(self._came[0], str):
            ids.append(str(self._came.popleft()))
        return ids

    async def _journal(self, ids: list[str]) -> None:
        written, now = asyncio.Event(), [] if self._held else dict.fromkeys(ids)
        # What it says is on its way to us while the id is written down.
        begun = {id_: self._begun(self._read(id_, written)) for id_ in now}
        fresh = set(await self._surely(lambda: self.journal.arrived(ids)))
        written.set()
        self.owed.update(dict.fromkeys(ids))
        if self._held:
            self._held[-1].update((id_, id_ in fresh) for id_ in ids)
        for id_, task in begun.items():
            if id_ in fresh:
                self._line.put_nowait(task)
            else:
                task.cancel()

    def _obey(self, mark: str | Mark) -> None:
        if mark is Mark.HOLD:
            self._held = self._held or [{}]
        elif mark is Mark.REPLAY and self._held is not None:
            self._held.append({})
        elif mark is Mark.RELEASE:
            self._release()

    def _release(self) -> None:
        """The newest replay tells the order; what it does not contain is younger."""
        rounds, self._held = self._held or [], None
        order = dict.fromkeys(id_ for heard in reversed(rounds) for id_ in heard)
        for id_ in order:
            if any(heard.get(id_) for heard in rounds):
                self.add(self._read(id_, WRITTEN_DOWN))

    async def _sort(self) -> None:
        """Strictly in order of arrival, but one that can't be had for a while does not hold up the others for ever."""
        while True:
            task = await self._line.get()
            if await self._in_time(task):
                self._deliver(task)
            else:
                task.add_done_callback(self._deliver)

    async def _in_time(self, task: asyncio.Task[Arrival | None]) -> bool:
        """Only time in which we could hear counts."""
        while not task.done():
            if not self.hearing.on.is_set():
                await self._hearing_or(task)
            turn = self.hearing.turn
            await asyncio.wait((task,), timeout=self.limit)
            if turn == self.hearing.turn and self.hearing.on.is_set():
                return task.done()
        return True

    async def _hearing_or(self, task: asyncio.Task[Any]) -> None:
        hearing = asyncio.create_task(self.hearing.on.wait())
        await asyncio.wait((task, hearing), return_when=asyncio.FIRST_COMPLETED)
        hearing.cancel()

    def _deliver(self, task: asyncio.Task[Arrival | None]) -> None:
        if task.cancelled():
            return
        if error := task.exception():
            log.error("an arrival could not be read: %s", name_of(error))
        elif arrival := task.result():
            self._out.put_nowait(arrival)

    async def _surely(self, ask: Callable[[], Coroutine[Any, Any, list[str]]]) -> list[str]:
        while True:
            try:
                return await ask()
            except Exception as error:
                log.error("the journal can't be written: %s", name_of(error))
                await asyncio.sleep(RETRY)
