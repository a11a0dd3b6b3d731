"""What a payload on the wire says, in the words of bot.chat."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.chat import Echo, Message, Quote, Recall
from bot.wechat.wire import Kind

THROTTLED = "操作过于频繁"
_QUOTE_END = re.compile(r"」[^\S\n]*\n-(?: -){4,}[^\S\n]*(?:\n|$)")


@dataclass(frozen=True, slots=True)
class Payload:
    """A message as the gateway gives it."""

    id: str
    kind: int
    talker: str
    listener: str
    room: str
    text: str
    at: datetime


def payload_of(id_: str, response: Any, now: datetime) -> Payload:
    """A payload off the wire; its time is `now` when it has none that makes sense."""
    return Payload(
        id=id_,
        kind=int(response.type),
        talker=response.from_id,
        listener=response.to_id,
        room=response.room_id,
        text=response.text,
        at=time_of(response.timestamp, now),
    )


def time_of(stamp: float, now: datetime) -> datetime:
    """A gateway's timestamp, which comes in seconds or in milliseconds."""
    try:
        return datetime.fromtimestamp(stamp / 1000 if stamp > 1e11 else stamp, UTC) if stamp > 0 else now
    except (OverflowError, OSError, ValueError):
        return now


def arrival_of(payload: Payload, account: str, own: Collection[str]) -> Message | Recall | Echo | None:
    """What arrived, None when it is nothing the bot needs. A message's name is still its sender's id."""
    p, room = payload, payload.room or None
    if p.kind == Kind.RECALLED and p.talker and p.text:
        return Recall(p.id, account, room, p.talker, p.text.strip(), p.at)
    if p.kind not in (Kind.TEXT, Kind.IMAGE) and not (p.kind == Kind.FILE and p.talker in own):
        return None
    if p.talker in own:
        return Echo(p.id, account, p.room or p.listener, p.text if p.kind == Kind.TEXT else None, p.at)
    if not p.talker:
        return None
    if p.kind == Kind.IMAGE:
        return Message(p.id, account, room, p.talker, p.talker, "", p.at, image=True)
    quoted, text = parted(p.text)
    return Message(p.id, account, room, p.talker, p.talker, text, p.at, quoted)


def parted(text: str) -> tuple[Quote | None, str]:
    """A quote and what was said to it. WeChat writes 「name：text」, a line of dashes, the reply."""
    if not text.startswith("「"):
        return None, text
    ends = list(_QUOTE_END.finditer(text))
    if not ends:
        return None, text
    end = next((e for e in ends if _balanced(text[1 : e.start()])), ends[0])
    name, colon, words = text[1 : end.start()].partition("：")
    return Quote(name if colon else "", words if colon else name), text[end.end() :]


def _balanced(text: str) -> bool:
    """Whether a quote ends here, rather than a quote within the quote."""
    return text.count("「") == text.count("」")


def is_throttle(payload: Payload, own: Collection[str], said: bool) -> bool:
    """Whether WeChat itself says that we do too much; `said` when these are words of our own.

    A system text has no talker or, with some puppets, our own id; a neighbour who types it means nothing.
    """
    system = payload.kind not in (Kind.TEXT, Kind.IMAGE) or not payload.talker or payload.talker in own
    return THROTTLED in payload.text and system and not said
