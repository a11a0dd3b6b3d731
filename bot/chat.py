"""A chat with no WeChat in it: what arrives, and what can be said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message quotes. Anybody can type one: a hint where to look, never a proof."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said. `room` is None when it was said to the bot privately; `at` is UTC."""

    id: str
    account: str
    room: str | None
    sender: str
    name: str
    text: str
    at: datetime
    quoted: Quote | None = None
    image: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """The sender took message `target` back."""

    id: str
    account: str
    room: str | None
    sender: str
    target: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Echo:
    """Something the bot's own account said came back on the stream; `text` is None for a picture or file."""

    id: str
    account: str
    to: str
    text: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot was taken into a room."""

    account: str
    room: str
    topic: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Renamed:
    """A room (`room` set) or a person (`person` set) has a new name."""

    account: str
    name: str
    at: datetime
    room: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """The chat heard nothing from `since` to `until`, and what was said then is lost."""

    account: str
    since: datetime
    until: datetime


Arrival = Message | Recall | Echo | Joined | Renamed | Gap


@dataclass(frozen=True, slots=True)
class Health:
    """How the chat is: `deaf_seconds` counts all time since the start in which nothing could be heard.

    All that came after `all_since` has reached us, also what came while we were away; None when nobody can tell.
    """

    connected: bool
    logged_in: bool
    deaf_seconds: float
    detail: str = ""
    all_since: datetime | None = None

    @property
    def well(self) -> bool:
        return self.connected and self.logged_in


class NotSent(Exception):
    """Certain: it was not sent. Safe to try again."""


class MaybeSent(Exception):
    """Unknown: it may stand in the group. Only an echo settles it; never try again blindly."""


class NoImage(Exception):
    """The picture can't be had, now or ever."""


class Chat(Protocol):
    """What the bot needs of a chat. Two stand behind it: `bot.wechat` and `bot.simulator`."""

    account: str

    async def run(self) -> None:
        """Keep the connection until cancelled; never ends by itself."""

    def messages(self) -> AsyncIterator[Arrival]:
        """Everything that arrives, in the order of arrival per room, without end."""

    async def say(self, to: str, text: str) -> str | None:
        """Say `text` in a room or to a person; the id of the message where the chat tells it.

        Raises NotSent or MaybeSent.
        """

    async def show(self, to: str, name: str, data: bytes) -> str | None:
        """Show a picture (name ends in .png or .jpg) or hand over a file, at most 8 MB.

        Raises NotSent or MaybeSent.
        """

    async def image(self, message_id: str, limit: int) -> bytes:
        """The picture of a message that said it carries one. Raises NoImage, also above `limit` bytes."""

    def health(self) -> Health:
        """How it stands now."""
