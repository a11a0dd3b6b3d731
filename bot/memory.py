"""The last minutes of each room, in memory only: which photo came just now, what is being talked about."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ROOMS = 1_000
LINES = 60


@dataclass(slots=True)
class Heard:
    """One message of the last minutes, and what became of it."""

    message_id: str
    sender: str
    at: datetime
    text: str = ""
    image: bool = False
    request_id: int | None = None
    """The request it was about, also where it only answered it."""
    command: bool = False
    spoke: bool = False
    """The bot said something in the group because of it."""


@dataclass(slots=True)
class RoomMemory:
    """What one room said lately, oldest first."""

    lines: deque[Heard] = field(default_factory=lambda: deque(maxlen=LINES))

    def add(self, line: Heard, keeps: timedelta) -> None:
        """Keep a line, and forget those that have grown too old."""
        while self.lines and self.lines[0].at < line.at - keeps:
            self.lines.popleft()
        if len(self.lines) == LINES:
            self._make_room()
        self.lines.append(line)

    def _make_room(self) -> None:
        """The oldest line goes, of who fills more than half of it his own: nobody talks the others out of it."""
        loudest, lines = Counter(line.sender for line in self.lines).most_common(1)[0]
        goes = next(line for line in self.lines if lines <= LINES // 2 or line.sender == loudest)
        self.lines.remove(goes)

    def recall(self, message_id: str) -> None:
        """Its words, or its picture, were never shown."""
        for line in self.lines:
            if line.message_id == message_id:
                line.text, line.image = "", False

    def since(self, moment: datetime) -> list[Heard]:
        return [line for line in self.lines if line.at >= moment]

    def photos(self, sender: str, since: datetime) -> list[Heard]:
        """Pictures of this sender that belong to nothing yet."""
        return [
            line
            for line in self.since(since)
            if line.image and line.sender == sender and line.request_id is None
        ]

    def texts(self, request_id: int) -> list[str]:
        """What was said lately about a request."""
        return [line.text for line in self.lines if line.request_id == request_id and not line.command]

    def last_request(self, since: datetime, sender: str | None = None) -> int | None:
        """The request talked about last, by this sender if one is named."""
        for line in reversed(self.since(since)):
            if line.request_id is not None and sender in (None, line.sender):
                return line.request_id
        return None

    def last_of(self, sender: str) -> Heard | None:
        """The sender's own last message."""
        return next((line for line in reversed(self.lines) if line.sender == sender), None)

    def spoke_of(self, request_id: int, since: datetime) -> bool:
        """Whether the bot itself spoke of a request."""
        return any(line.spoke and line.request_id == request_id for line in self.since(since))


class Memory:
    """Every room's last minutes; bounded, and gone with the process."""

    def __init__(self, minutes: int) -> None:
        self.keeps = timedelta(minutes=minutes)
        self._rooms: OrderedDict[str, RoomMemory] = OrderedDict()

    def room(self, contact: str) -> RoomMemory:
        memory = self._rooms.setdefault(contact, RoomMemory())
        self._rooms.move_to_end(contact)
        if len(self._rooms) > ROOMS:
            self._rooms.popitem(last=False)
        return memory
