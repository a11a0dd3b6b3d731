"""What a day, a week or a month brought: the facts of one building, or of all below a place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.calendar import DAY, Rules, Window
from schedules.items import View, heaviest, item, was_open
from schedules.summary import SATISFACTION, Item, Kind, Summary
from store import places, requests
from store.counts import UNCOUNTED, Count, counts
from store.moves import ACTIVE
from store.people import CLOCK
from store.tables import Event, Place, Request

T = TypeVar("T", Count, Request)

ANSWERED = ("resolved", "unsolvable")
"""How an issue may end and still be owed a word in the summary."""


async def summary_of(db: AsyncSession, kind: Kind, place: Place, window: Window, rules: Rules) -> Summary:
    """周汇总, 月反馈 or 日收集 of a building, or of all buildings below a place with one part for each."""
    buildings = await places.buildings(db, [place])
    parts = await summaries(db, kind, buildings, window, rules)
    if place.kind == "building":
        return parts[place.id]
    return together(place.name, list(parts.values()), window, kind)


async def summaries(
    db: AsyncSession, kind: Kind, buildings: Sequence[Place], window: Window, rules: Rules
) -> dict[int, Summary]:
    """The summary of each building by its id, all of them with the same few statements."""
    ids = [building.id for building in buildings]
    counted = _grouped(await counts(db, window.start, window.end, ids), lambda count: count.building_id)
    rows = await _rows(db, kind, ids, window)
    view = View(
        window.end,
        rules,
        group=kind != "daily",
        supporters=await requests.supporters(db, rows),
        replied=await replied(db, rows) if kind == "monthly" else {},
    )
    mine = _grouped(rows, lambda row: row.building_id)
    parts = {}
    for building in buildings:
        blank = Summary(kind, building.name, window.period, window.since, window.until)
        parts[building.id] = _summary(blank, counted[building.id], mine[building.id], window, view)
    return parts


def together(place: str, parts: Sequence[Summary], window: Window, kind: Kind) -> Summary:
    """Several buildings as one, those with most open first; their sums and all their items."""
    totals: Counter[str] = Counter()
    for part in parts:
        totals.update(dict(part.categories))
    return Summary(
        kind,
        place,
        window.period,
        window.since,
        window.until,
        new=sum(part.new for part in parts),
        quick=sum(part.quick for part in parts),
        listed=sum(part.listed for part in parts),
        declined=sum(part.declined for part in parts),
        done=_all(part.done for part in parts),
        open=_all(part.open for part in parts),
        late=_all(part.late for part in parts),
        issues=_all(part.issues for part in parts),
        fresh=_all(part.fresh for part in parts),
        soon=_all(part.soon for part in parts),
        unsure=_all(part.unsure for part in parts),
        categories=tuple(totals.most_common()),
        thanks=_distinct(chain.from_iterable(part.thanks for part in parts)),
        satisfaction=_sum3(part.satisfaction for part in parts),
        buildings=tuple(sorted(parts, key=lambda part: -len(part.open))),
    )


async def replied(db: AsyncSession, rows: Sequence[Request]) -> dict[int, datetime]:
    """When somebody last wrote the monthly reply of these requests, by request id."""
    mine = (Event.request_id.in_([row.id for row in rows]), Event.verb == "reply", ~Event.undone)
    found = await db.execute(
        select(Event.request_id, func.max(Event.at)).where(*mine).group_by(Event.request_id)
    )
    return {request_id: at for request_id, at in found}


async def _rows(db: AsyncSession, kind: Kind, ids: Sequence[int], window: Window) -> list[Request]:
    """What came, ended or was open in the window, and for the ledger what is unsure."""
    owed = ACTIVE | {"unsure"} if kind == "daily" else ACTIVE
    still = select(Request).where(Request.state.in_(owed), Request.building_id.in_(ids))
    # The ended ones are found by their end: by building or state it would be every request there ever was,
    # so the sum hides the one from the planner, and the other is asked below.
    ended = select(Request).where(Request.ended_at >= window.start, (Request.building_id + 0).in_(ids))
    rows = [*await db.scalars(still), *(row for row in await db.scalars(ended) if row.state in ANSWERED)]
    return [row for row in rows if row.created < window.end]


def _summary(
    blank: Summary, counted: Sequence[Count], rows: Sequence[Request], window: Window, view: View
) -> Summary:
    new = [count for count in counted if count.state not in UNCOUNTED]
    ended = [row for row in rows if row.state in ANSWERED and not was_open(row, window.end)]
    done = [row for row in ended if row.state == "resolved"]
    fresh = Counter(row.state for row in ended if row.route == "quick" and row.created >= window.start)
    still = heaviest(item(row, view) for row in rows if was_open(row, window.end))
    filled = replace(
        blank,
        new=sum(count.count for count in new),
        quick=fresh["resolved"],
        listed=sum(count.count for count in new if count.route == "listed"),
        declined=fresh["unsolvable"],
        done=heaviest(item(row, view) for row in done),
        open=still,
        late=tuple(one for one in still if one.late),
        categories=_categories(new),
        thanks=_distinct(row.ended_by for row in done if row.ended_by != CLOCK.name),
        satisfaction=_satisfaction(done),
    )
    if blank.kind == "monthly":
        return replace(filled, issues=heaviest(item(row, view) for row in rows if row.route == "listed"))
    return _ledger(filled, rows, window, view) if blank.kind == "daily" else filled


def _ledger(filled: Summary, rows: Sequence[Request], window: Window, view: View) -> Summary:
    tomorrow = view.rules.local(window.end).date() + DAY
    unsure = [row for row in rows if row.state == "unsure"]
    fresh = [row for row in rows if row.state != "unsure" and row.created >= window.start]
    return replace(
        filled,
        fresh=heaviest(item(row, view) for row in fresh),
        soon=tuple(one for one in filled.open if one.due and one.due <= tomorrow and not one.late),
        unsure=heaviest(item(row, view) for row in unsure),
    )


def _categories(new: Sequence[Count]) -> tuple[tuple[str, int], ...]:
    totals: Counter[str] = Counter()
    for count in new:
        totals[count.category] += count.count
    return tuple(totals.most_common())


def _satisfaction(done: Sequence[Request]) -> tuple[int, int, int]:
    good, fair, bad = (sum(row.satisfaction == answer for row in done) for answer in SATISFACTION)
    return good, fair, bad


def _all(lists: Iterable[tuple[Item, ...]]) -> tuple[Item, ...]:
    return heaviest(chain.from_iterable(lists))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _sum3(answers: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    good, fair, bad = (sum(column) for column in zip((0, 0, 0), *answers, strict=True))
    return good, fair, bad


def _grouped(found: Iterable[T], key: Callable[[T], int]) -> Mapping[int, list[T]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return groups
