"""The one clock: real in production, moved by hand in the demo, in replays and in tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, UTC and aware."""


class MovableClock(Clock, Protocol):
    def move_to(self, time: datetime) -> None:
        """Jump ahead to `time`; never back."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovedClock:
    """Stands still until it is moved, and never goes back."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move_to(self, time: datetime) -> None:
        self._now = max(self._now, time.astimezone(UTC))


class RunningClock:
    """Runs like the machine's, ahead of it by as much as it was moved."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move_to(self, time: datetime) -> None:
        self._ahead += max(time - self.now(), timedelta())
