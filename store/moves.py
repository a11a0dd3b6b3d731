"""The life of a request: one table of who may move it from where to where; every change an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from store.people import Actor
from store.refusal import Refusal
from store.tables import Event, Request

ACTIVE = frozenset({"open", "in_progress", "handed_over", "waiting"})
"""States in which somebody still owes something."""
ENDED = frozenset({"resolved", "unsolvable", "merged", "withdrawn"})
CAPTAINS = frozenset({"captain", "deputy", "grid_leader", "clerk"})
TEAM = CAPTAINS | {"volunteer"}
HOLDERS = frozenset({"property", "owners", "clerk", "street"})
REPORTER = frozenset({"reporter"})


@dataclass(frozen=True, slots=True)
class Move:
    """From any of `sources` to `target` ("" leaves the state as it is), by any of `roles`."""

    sources: frozenset[str]
    target: str
    roles: frozenset[str]


MOVES: dict[str, Move] = {
    "yes": Move(frozenset({"unsure"}), "open", CAPTAINS),
    "no": Move(frozenset({"unsure"}), "withdrawn", CAPTAINS | {"system"}),
    "take": Move(ACTIVE, "in_progress", TEAM | HOLDERS),
    "done": Move(ACTIVE, "resolved", TEAM | HOLDERS | REPORTER | {"system"}),
    "hand": Move(ACTIVE, "handed_over", CAPTAINS | {"system"}),
    "accept": Move(frozenset({"handed_over"}), "handed_over", HOLDERS),
    "return": Move(frozenset({"handed_over"}), "open", HOLDERS),
    "hold": Move(frozenset({"open", "in_progress", "handed_over"}), "waiting", CAPTAINS),
    "unsolvable": Move(ACTIVE, "unsolvable", CAPTAINS),
    "merge": Move(ACTIVE | {"unsure"}, "merged", CAPTAINS),
    "unmerge": Move(frozenset({"merged"}), "open", CAPTAINS),
    "withdraw": Move(ACTIVE | {"unsure"}, "withdrawn", CAPTAINS | REPORTER),
    "reopen": Move(frozenset({"resolved", "unsolvable", "withdrawn"}), "open", CAPTAINS),
    "notfixed": Move(frozenset({"resolved"}), "open", CAPTAINS | REPORTER),
    "edit": Move(ACTIVE | {"unsure"}, "", CAPTAINS),
    "route": Move(ACTIVE | {"unsure"}, "", CAPTAINS | {"system"}),
    "note": Move(ACTIVE | {"unsure", "resolved", "unsolvable"}, "", TEAM | HOLDERS),
    "urge": Move(ACTIVE, "", TEAM),
    "reply": Move(ACTIVE | {"resolved", "unsolvable"}, "", CAPTAINS | HOLDERS),
    "rate": Move(frozenset({"resolved", "unsolvable"}), "", REPORTER),
}
UNDOABLE = frozenset(MOVES) - {"accept", "note", "urge", "rate", "no"}


def legal(state: str, roles: frozenset[str]) -> list[str]:
    """The verbs that these roles may use on a request in this state, in the table's order."""
    return [verb for verb, move in MOVES.items() if state in move.sources and roles & move.roles]


def check(request: Request, verb: str, actor: Actor) -> Move:
    """The move, when it is legal. Raises Refusal, which says what is."""
    move = MOVES[verb]
    if not actor.roles & move.roles:
        raise Refusal("not_allowed", number=request.number, verb=verb)
    if request.state not in move.sources:
        # A resident says in plain words that his own is done; the command is the team's.
        unspoken = {"done"} if actor.roles == REPORTER else set()
        allowed = [one for one in legal(request.state, actor.roles) if one not in unspoken]
        raise Refusal("illegal_move", number=request.number, state=request.state, verb=verb, legal=allowed)
    return move


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and by which message."""

    actor: Actor
    at: datetime
    message_id: str = ""


def move(db: AsyncSession, request: Request, verb: str, act: Act, note: str = "", **changes: Any) -> Event:
    """Move a request along the table, with what else changes in it, and write the event."""
    rule = check(request, verb, act.actor)
    if rule.target:
        changes.setdefault("state", rule.target)
        changes.setdefault("ended_at", act.at if rule.target in ENDED else None)
    if act.actor.person_id and "reporter" not in act.actor.roles and request.answered_at is None:
        changes.setdefault("answered_at", act.at)
    return record(db, request, verb, act, note, **changes)


def record(db: AsyncSession, request: Request, verb: str, act: Act, note: str = "", **changes: Any) -> Event:
    """Change a request and write down what changed, without asking the table."""
    happened = change(request, verb, act, note, **changes)
    db.add(happened)
    return happened


def change(request: Request, verb: str, act: Act, note: str = "", **changes: Any) -> Event:
    """Change a request; the event that tells of it, not yet written down."""
    before = {name: _plain(getattr(request, name)) for name in changes}
    for name, value in changes.items():
        if getattr(request, name) != value:
            setattr(request, name, value)
    return Event(
        request_id=request.id,
        actor_id=act.actor.person_id,
        at=act.at,
        verb=verb,
        note=note,
        message_id=act.message_id,
        before=before,
        after={name: _plain(value) for name, value in changes.items()},
    )


async def undo(db: AsyncSession, act: Act) -> list[tuple[Request, Event]]:
    """Take the actor's last change back, on every request it touched. Raises Refusal when it can't be."""
    mine = select(Event).where(Event.actor_id == act.actor.person_id, Event.verb.in_(UNDOABLE), ~Event.undone)
    last = await db.scalar(mine.order_by(Event.id.desc()).limit(1))
    if last is None:
        raise Refusal("nothing_to_undo")
    together = await db.scalars(
        mine.where(Event.verb == last.verb, Event.message_id == last.message_id, Event.at == last.at)
    )
    undone = []
    for happened in together:
        request = await db.get_one(Request, happened.request_id)
        _restore(request, happened)
        record(db, request, "undo", act, happened.verb)
        undone.append((request, happened))
    return undone


def _restore(request: Request, happened: Event) -> None:
    for name, value in happened.after.items():
        if _plain(getattr(request, name)) != value:
            raise Refusal("undo_too_late", number=request.number)
    for name, value in happened.before.items():
        setattr(request, name, _typed(name, value))
    happened.undone = True
    flag_modified(happened, "undone")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "expected":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if name.endswith("_at") or name in {"due", "created"} else value
