"""Owing a post: the one way to the outbox; masks, cuts, and keeps the quiet hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.mask import mask
from schedules.calendar import Rules, awake
from store import outbox
from store.tables import Person, Post, Request, Room

Kind = Literal["ack", "reply", "private", "urgent", "digest", "notice"]
LONGEST = 1000
"""Characters in one post; WeChat takes about 2,000, people read less."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be said: a text, or a card or sheet to be drawn when it is said."""

    key: str
    kind: Kind
    text: str = ""
    attachment: dict[str, Any] = field(default_factory=dict)
    request: Request | None = None
    not_before: datetime | None = None
    official: tuple[str, ...] = ()
    """Parts that the house itself gives out and nobody masks: the desk's number, a ready answer."""


async def owe(db: AsyncSession, to: Room | Person, words: Words, now: datetime, rules: Rules) -> list[str]:
    """Put words into the outbox, once per key; the texts as they will be said."""
    group = isinstance(to, Room)
    texts = cut(_masked(words.text, words.official) if group else words.text)
    for place, text in enumerate(texts):
        post = Post(
            key=words.key if place == 0 else f"{words.key}:{place}",
            account=to.account,
            to=to.contact,
            group=group,
            kind=words.kind,
            text=text,
            attachment=words.attachment if place == 0 else {},
            urgent=words.kind == "urgent",
            created=now,
            not_before=_earliest(to, words, now, rules),
            request_id=words.request.id if words.request else None,
        )
        if not await outbox.put(db, post):
            return []
    return texts


def _masked(text: str, official: tuple[str, ...]) -> str:
    for known in official:
        if known and known in text:
            return known.join(_masked(part, official) for part in text.split(known))
    return mask(text)


def _earliest(to: Room | Person, words: Words, now: datetime, rules: Rules) -> datetime:
    asked_for = words.kind == "reply" and isinstance(to, Person)
    if words.kind == "urgent" or asked_for:
        return now
    earliest = awake(max(now, words.not_before or now), rules)
    muted = to.muted_until if isinstance(to, Room) else None
    return max(earliest, muted) if muted else earliest


def cut(text: str, longest: int = LONGEST) -> list[str]:
    """A text as posts of at most `longest` characters, cut at line ends where there are any."""
    posts, current = [], ""
    for line in _short_lines(text, longest):
        if current and len(current) + 1 + len(line) > longest:
            posts.append(current)
            current = line
        else:
            current = f"{current}\n{line}" if current else line
    return [*posts, current] if current or not posts else posts


def _short_lines(text: str, longest: int) -> list[str]:
    return [
        line[at : at + longest] for line in text.split("\n") for at in range(0, max(len(line), 1), longest)
    ]
