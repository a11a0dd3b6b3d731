"""The simulated chat behind a gateway like our own: it keeps what was not acknowledged, and everything else can fail."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count

from bot.chat import Arrival, Echo, Health, MaybeSent, Message, NoImage, NotSent
from bot.clock import MovedClock
from bot.simulation.faults import HANGS, Faults
from bot.simulator.chat import SimulatedChat
from bot.simulator.history import Line

TIMES_OUT = timedelta(seconds=20)
LATE, LATE_ECHO = 240, 50
"""Seconds by which an arrival, and an echo, may be delayed: what has none within a minute after a crash is owed again."""
TWICE, DELAYED, DROPPED = 0.02, 0.02, 0.01
NAMELESS = 0.1
"""How often the gateway does not tell the id of what was sent; only the echo brings it."""
NO_PICTURE = 0.1


class FailingChat(SimulatedChat):
    """People speak by the true clock; `ring` holds what the bot has not acknowledged, as `louzu gateway` does."""

    def __init__(self, clock: MovedClock, faults: Faults) -> None:
        super().__init__(clock, account="simulated")
        self.true, self.faults = clock, faults
        self.online, self.begun = True, clock.now()
        self.ring: dict[str, Arrival] = {}
        self.posts: defaultdict[str, list[Line]] = defaultdict(list)
        """All that was really delivered of what the bot said, by room or person, in order."""
        self.dropped = 0
        self._stream: list[tuple[datetime, int, Arrival]] = []
        self._order = count()

    # -- what comes in

    def arrive(self, arrival: Arrival) -> None:
        """Into the ring, and on its way to the bot: once, twice, late or not at all."""
        self.ring[_id(arrival)] = arrival
        if not self.online:
            return
        # What a gateway drops it drops for all that follow, until we connect anew; here a single message
        # vanishes, but no echo: by the missing ones the bot knows what was not sent.
        if not isinstance(arrival, Echo) and self.faults.chance(DROPPED):
            self.dropped += 1
            return
        for _ in range(1 + self.faults.chance(TWICE)):
            longest = LATE_ECHO if isinstance(arrival, Echo) else LATE
            late = self.faults.rng.uniform(1, longest) if self.faults.chance(DELAYED) else 0
            self._put(arrival, self.true.now() + timedelta(seconds=late))

    def again(self, message: Message) -> None:
        """An old message comes once more."""
        self.arrive(message)

    def due(self) -> list[Arrival]:
        """What has reached the bot by now, in the order of arrival."""
        arrived = []
        while self.online and self._stream and self._stream[0][0] <= self.true.now():
            arrived.append(heapq.heappop(self._stream)[2])
        return arrived

    def next_arrival(self) -> datetime | None:
        return self._stream[0][0] if self.online and self._stream else None

    def lose(self) -> None:
        """The connection breaks; what was on its way is only in the ring."""
        self.online = False
        self._stream.clear()

    def connect(self) -> None:
        """Connected anew: all that was not acknowledged is told again, in order."""
        self.online, self.dropped = True, 0
        self._stream.clear()
        for arrival in self.ring.values():
            self._put(arrival, self.true.now())

    def acknowledge(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self.ring.pop(id_, None)

    def _put(self, arrival: Arrival, at: datetime) -> None:
        heapq.heappush(self._stream, (at, next(self._order), arrival))

    # -- what goes out

    def health(self) -> Health:
        return Health(self.online, self.online, 0.0, "simulated", all_since=self.begun)

    async def say(self, to: str, text: str) -> str | None:
        return self._sent(to, text=text)

    async def show(self, to: str, name: str, data: bytes) -> str | None:
        return self._sent(to, file=name)

    async def image(self, message_id: str, limit: int) -> bytes:
        self.faults.strike()
        if not self.online or self.faults.chance(NO_PICTURE):
            raise NoImage("not now")
        return await super().image(message_id, limit)

    def _sent(self, to: str, text: str = "", file: str | None = None) -> str | None:
        self.faults.strike()
        fate = self.faults.fate() if self.online else "refused"
        if fate == "refused":
            raise NotSent(fate)
        if fate != "sent" and self.faults.chance(HANGS):
            self.true.move_to(self.true.now() + TIMES_OUT)
        if fate == "lost":
            raise MaybeSent(fate)
        id_ = self._own(to, text=text, file=file)
        self.faults.strike()
        if fate == "unsure":
            raise MaybeSent(fate)
        return None if self.faults.chance(NAMELESS) else id_

    def _write(self, line: Line, media: bytes | None) -> None:
        if line.mine:
            self.posts[line.conversation].append(line)
        super()._write(line, media)


def _id(arrival: Arrival) -> str:
    return str(getattr(arrival, "id", id(arrival)))
