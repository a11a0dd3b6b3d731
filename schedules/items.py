"""Requests as summaries and reminders tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from schedules.calendar import Rules
from schedules.summary import Item
from store import requests
from store.tables import Request


@dataclass(frozen=True, slots=True)
class View:
    """How requests are looked at: as they stood just before `at`, for a group's eyes or for those in charge."""

    at: datetime
    rules: Rules
    group: bool = False
    supporters: Mapping[int, int] = field(default_factory=dict)
    replied: Mapping[int, datetime] = field(default_factory=dict)
    """When the captain last put down what the monthly reply will say, by request id."""


async def items(db: AsyncSession, rows: Sequence[Request], at: datetime, rules: Rules) -> tuple[Item, ...]:
    """Requests for the eyes of those in charge, the weightiest first."""
    view = View(at, rules, supporters=await requests.supporters(db, rows))
    return heaviest(item(row, view) for row in rows)


def heaviest(found: Iterable[Item]) -> tuple[Item, ...]:
    """The weightiest first."""
    return tuple(sorted(found, key=lambda one: one.weight, reverse=True))


def item(row: Request, view: View) -> Item:
    """One request."""
    hidden = row.private and view.group
    return Item(
        number=row.number,
        building=row.building.name,
        gist="" if hidden else row.gist,
        category=row.category,
        state="in_progress" if row.ended_at and was_open(row, view.at) else row.state,
        holder=row.holder,
        due=_due(row, view.rules),
        note="" if hidden else _note(row, view),
        supporters=view.supporters.get(row.id, 0),
        urgent=bool(row.danger),
        late=was_open(row, view.at) and _late(row, view),
        private=row.private,
        said=view.rules.local(row.created).date(),
        flat=_flat(row, view),
    )


def was_open(row: Request, at: datetime) -> bool:
    """Whether it was still owed just before that time, as far as the row still knows."""
    return row.state != "unsure" and row.created < at and (row.ended_at is None or row.ended_at >= at)


def _due(row: Request, rules: Rules) -> date | None:
    if row.state == "waiting":
        return row.expected
    return rules.local(row.due).date() if row.due else None


def _late(row: Request, view: View) -> bool:
    if row.state == "waiting":
        return row.expected is not None and row.expected < view.rules.local(view.at).date()
    return row.due is not None and row.due < view.at


def _note(row: Request, view: View) -> str:
    if row.state == "unsure":
        return row.text
    if was_open(row, view.at):
        return row.reply or row.reason
    # A reply written before the end was a promise; the outcome tells more.
    replied = view.replied.get(row.id)
    after = row.reply if replied and row.ended_at and replied >= row.ended_at else ""
    return after or row.outcome or row.reply or row.reason


def _flat(row: Request, view: View) -> str:
    told = view.rules.reporters == "flat" and not (row.private and view.group)
    return row.reporter.household if told and row.reporter else ""
