"""Who there is in the simulated chat, and those who watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.simulator.history import Line

BEHIND = 1000
"""News a watcher may lag behind before it is sent away (the page then connects anew and gets all of it)."""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Room:
    id: str
    topic: str
    members: tuple[str, ...]


class Unknown(LookupError):
    """No such room, person or message, or not his to use."""


News = Line | Room | Person | datetime
"""What a watcher hears: a line (new, or recalled under its old id), a new name, or the clock's time."""


class Watchers:
    """One queue per browser; None in it means: too far behind, or closing; start again."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[News | None]] = set()

    @contextmanager
    def queue(self) -> Iterator[asyncio.Queue[News | None]]:
        queue: asyncio.Queue[News | None] = asyncio.Queue(BEHIND)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def tell(self, news: News) -> None:
        for queue in list(self._queues):
            if queue.full():
                self._send_away(queue)
            else:
                queue.put_nowait(news)

    def send_away(self) -> None:
        for queue in list(self._queues):
            self._send_away(queue)

    def _send_away(self, queue: asyncio.Queue[News | None]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
