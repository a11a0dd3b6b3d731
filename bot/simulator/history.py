"""What was said in the simulated chat: the lines of every conversation and their pictures, both bounded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat import NoImage, Quote

LINES = 500
"""Lines kept per conversation: months of play, and one page can still draw them."""
MEDIA_BYTES = 64 * 1024 * 1024
"""Pictures and files kept in memory, all conversations together."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the page shows it; `conversation` is a room's id, or a person's for his talk with the bot."""

    id: str
    conversation: str
    at: datetime
    who: str
    name: str
    text: str = ""
    image: str | None = None
    """The key under which the picture is kept."""
    file: str | None = None
    """The name of a file handed over; its bytes are kept under the line's id."""
    quoted: Quote | None = None
    mine: bool = False
    """Said by the bot itself."""
    recalled: bool = False


class History:
    """The lines of all conversations, newest last; the oldest fall out, and their pictures with them."""

    def __init__(self, lines: int = LINES, media_bytes: int = MEDIA_BYTES) -> None:
        self._lines = lines
        self._room_for_media = media_bytes
        self._talks: dict[str, deque[Line]] = {}
        self._media: dict[str, bytes] = {}

    def add(self, line: Line, media: bytes | None = None) -> None:
        talk = self._talks.setdefault(line.conversation, deque())
        talk.append(line)
        if len(talk) > self._lines:
            self._media.pop(talk.popleft().id, None)
        if media is not None:
            self._media[line.id] = media
            self._make_room()

    def of(self, conversation: str) -> list[Line]:
        return list(self._talks.get(conversation, ()))

    def find(self, line_id: str) -> Line | None:
        return next((line for talk in self._talks.values() for line in talk if line.id == line_id), None)

    def recall(self, line: Line) -> Line:
        """Leave only the mark that something stood here."""
        mark = replace(line, text="", image=None, file=None, quoted=None, recalled=True)
        talk = self._talks[line.conversation]
        talk[talk.index(line)] = mark
        self._media.pop(line.id, None)
        return mark

    def media(self, line_id: str, limit: int) -> bytes:
        """The picture or file of a line. Raises NoImage, also above `limit` bytes."""
        data = self._media.get(line_id)
        if data is None:
            raise NoImage(f"no picture under {line_id}")
        if len(data) > limit:
            raise NoImage(f"{len(data)} bytes, {limit} allowed")
        return data

    def _make_room(self) -> None:
        while len(self._media) > 1 and sum(map(len, self._media.values())) > self._room_for_media:
            del self._media[next(iter(self._media))]
