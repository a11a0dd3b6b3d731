"""Measuring two things in turns, so that a busy machine slows both alike."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 9
Deed = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table: a value beside its bound; `value` None when it could not be measured."""

    name: str
    value: float | None
    bound: float
    unit: str = "倍"
    at_least: bool = False
    note: str = ""

    @property
    def kept(self) -> bool | None:
        """Whether the bound is kept; None when nothing was measured."""
        if self.value is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Turns:
    """How many seconds each turn of ours and of theirs took."""

    ours: list[float]
    theirs: list[float]

    @property
    def ratio(self) -> float:
        """How many times as long ours takes, by the medians."""
        return median(self.ours) / median(self.theirs)


async def in_turns(ours: Deed, theirs: Deed, rounds: int = ROUNDS) -> Turns:
    """Do each once to warm up, then one after the other so many times."""
    await ours()
    await theirs()
    turns = Turns([], [])
    for _ in range(rounds):
        turns.ours.append(await _seconds(ours))
        turns.theirs.append(await _seconds(theirs))
    return turns


async def _seconds(deed: Deed) -> float:
    start = time.perf_counter()
    await deed()
    return time.perf_counter() - start
