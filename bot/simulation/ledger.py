"""What must come out, known from what was said alone: the store is never asked, nor any of the bot's own code."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bot.chat import Message
from bot.simulation.sentences import Sentence
from bot.simulator.history import Line

HERE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
Digest = Literal["周汇总", "月反馈"]


class Delivered(Protocol):
    """What the chat really delivered."""

    posts: defaultdict[str, list[Line]]


@dataclass(frozen=True, slots=True)
class Said:
    """A request, said in its building's group."""

    message: str
    at: datetime
    room: str
    building: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Veto:
    """A captain's word that this period is not to be said."""

    room: str
    kind: Digest
    since: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Room:
    """A group that is owed summaries, from when on, and what its place is called."""

    id: str
    place: str
    captain: str
    bound: datetime


@dataclass(slots=True)
class Ledger:
    """Everything that was said and what is owed for it."""

    chat: Delivered
    rooms: list[Room] = field(default_factory=list)
    requests: dict[str, Said] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    """Messages that say the same once more, with the first one: whichever is heard first opens the request."""
    silent: set[str] = field(default_factory=set)
    """Messages that must never open a request: talk, "+1", commands."""
    owed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often something that a pattern describes is to be told to a room or person."""
    vetoes: list[Veto] = field(default_factory=list)
    gone: list[tuple[datetime, datetime]] = field(default_factory=list)
    messages: int = 0

    def said(self, message: Message, building: str, sentence: Sentence) -> None:
        """A request: to be numbered and acknowledged once."""
        self.requests[message.id] = Said(message.id, message.at, message.room or "", building, sentence)

    def said_again(self, message: Message, first: Message) -> None:
        """The same by the same person: one request between them."""
        self.again[message.id] = first.id

    def alike(self, message: Message) -> list[str]:
        """All that say it."""
        return [message.id, *(id_ for id_, first in self.again.items() if first == message.id)]

    def nothing_new(self, message: Message) -> None:
        """It belongs to something said before."""
        self.silent.add(message.id)

    def owes(self, to: str, pattern: str) -> None:
        """Something is to be told."""
        self.owed[to, pattern] += 1

    def mark(self, to: str) -> int:
        """How much a room or person was told so far."""
        return len(self.chat.posts[to])

    def told(self, to: str, pattern: str, since: int = 0) -> bool:
        """Whether it was told, after that mark."""
        found = re.compile(pattern, re.MULTILINE)
        return any(found.search(post.text) for post in self.chat.posts[to][since:])

    def vetoed(self, room: str, kind: Digest, at: datetime) -> None:
        """The running week or month is not to be said."""
        since = week_of(here(at)) if kind == "周汇总" else here(at).replace(day=1)
        self.vetoes.append(Veto(room, kind, since, at))

    def away(self, since: datetime, until: datetime) -> None:
        """In this time nothing could be said."""
        self.gone.append((since, until))

    def deadline(self, due: datetime) -> datetime:
        """When what falls due then has to be out: within a day in which the bot could speak."""
        until = due + DAY
        for since, back in sorted(self.gone):
            if since <= until and back > due:
                until += back - max(since, due)
        return until


def here(moment: datetime) -> date:
    return moment.astimezone(HERE).date()


def week_of(day: date) -> date:
    """Its Monday."""
    return day - day.weekday() * DAY


def month_after(first: date) -> date:
    return (first + 31 * DAY).replace(day=1)


def span(since: date, until: date) -> str:
    """2月12日—18日"""
    last = f"{until.day}日" if since.month == until.month else f"{until.month}月{until.day}日"
    return f"{since.month}月{since.day}日—{last}"


def period_end(kind: Digest, since: date) -> date:
    """The first day after it: on that day, at nine, it is said."""
    return since + 7 * DAY if kind == "周汇总" else month_after(since)


def head(place: str, kind: Digest, since: date) -> str:
    """How the summary of that period begins."""
    return f"【{place} {kind}】{span(since, period_end(kind, since) - DAY)}"
