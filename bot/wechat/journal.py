"""What the chat writes down before anything else: the ids of what arrived, never a word of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Journal(Protocol):
    """Durable, for one account. The bot marks as handled what it was given; the chat, by `done`, what it was not."""

    async def arrived(self, ids: Sequence[str]) -> list[str]:
        """Write them down; those not seen before, in order."""

    async def unhandled(self) -> list[str]:
        """Arrived but not handled, oldest first."""

    async def done(self, ids: Sequence[str]) -> None:
        """These need no handling."""
