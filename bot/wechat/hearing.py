"""Whether we can hear: connected, logged in as the account we are meant to be, and told what we missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime


class Hearing:
    """Keeps the time of all deafness. `turn` counts the times hearing came back."""

    def __init__(self, now: Callable[[], datetime], away_since: datetime | None) -> None:
        self._now = now
        self.on = asyncio.Event()
        self.turn = 0
        self.all_since: datetime | None = None
        """Nothing that came after this passed us by; None when nobody can tell."""
        self._since = away_since
        self._deaf_since: float | None = None
        self._deaf = 0.0

    def start(self) -> None:
        """The clock of deafness starts with the program, not with the object."""
        self._deaf_since = asyncio.get_running_loop().time()

    def gained(self) -> tuple[datetime | None, datetime]:
        """We hear again; from when (None: for ever) to when we did not."""
        span = self._since, self._now()
        if self._deaf_since is not None:
            self._deaf += asyncio.get_running_loop().time() - self._deaf_since
            self._deaf_since = None
        self.turn += 1
        self.on.set()
        return span

    def missed(self) -> None:
        """Something that came can't be had."""
        self.all_since = self.all_since and self._now()

    def gone(self) -> None:
        self.all_since = None
        if self.on.is_set():
            self._since = self._now()
            self._deaf_since = asyncio.get_running_loop().time()
            self.on.clear()

    @property
    def deaf_seconds(self) -> float:
        """All deafness since the start, that of this moment included."""
        if self._deaf_since is None:
            return self._deaf
        return self._deaf + asyncio.get_running_loop().time() - self._deaf_since
