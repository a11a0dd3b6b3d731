"""What happened to a request, a line for each event: from what to what, in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.words.terms import HOLDERS, RATINGS, ROUTES, STATES, VERBS
from nlp import CATEGORIES
from store.tables import Event

LONGEST = 100
KINDS = {"state": STATES, "route": ROUTES, "category": CATEGORIES, "holder": HOLDERS, "satisfaction": RATINGS}
TIMES = {"due": "期限", "created": "从何时算"}
DAYS = {"expected": "预计"}
TEXTS = ("reply", "outcome", "reason")
"""The rest of what changes (marks of the clocks, ids) tells a person nothing that the deed itself does not."""
BARE = frozenset({"split", "undo"})
"""Deeds whose note is not words of people."""


def event_line(event: Event, zone: ZoneInfo) -> str:
    """One event: when, what was done, from what to what, and what was said to it."""
    undone = "（已撤销）" if event.undone else ""
    note = VERBS.get(event.note, "") if event.verb in BARE else event.note[:LONGEST]
    said = "，".join(filter(None, [*_changes(event, zone), note]))
    done = f"· {event.at.astimezone(zone):%-m/%-d %H:%M} {VERBS.get(event.verb, event.verb)}{undone}"
    return f"{done}：{said}" if said else done


def _changes(event: Event, zone: ZoneInfo) -> list[str]:
    told = []
    for name in (*KINDS, *TIMES, *DAYS, *TEXTS):
        before, after = (_said(name, each.get(name), zone) for each in (event.before, event.after))
        if not after or after in (before, event.note[:LONGEST]):
            continue
        label = f"{(TIMES | DAYS).get(name, '')} "
        told.append((label + (f"{before} → {after}" if before else after)).lstrip())
    return told


def _said(name: str, value: Any, zone: ZoneInfo) -> str:
    """A column's value as `record` kept it, in words."""
    if not value:
        return ""
    if name in KINDS:
        return KINDS[name].get(value, "")
    if name in TIMES:
        return f"{datetime.fromisoformat(value).astimezone(zone):%-m/%-d %H:%M}"
    if name in DAYS:
        return f"{date.fromisoformat(value):%-m/%-d}"
    return str(value)[:LONGEST]
