"""The clocks of 7135: who owes an answer hears of it in time, the next tier up when it is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.calendar import awake, due, first_answer_due, quiet
from schedules.items import items
from schedules.job import Notice, Tick, job
from schedules.responsible import CLERK, HAS_ABOVE, HAS_HOLDERS, HAS_TEAM, People, by_person, people
from store import requests, runs
from store.moves import ACTIVE, Act, move
from store.people import CLOCK
from store.tables import Person, Request, Run

RUNNING = ACTIVE - {"waiting"}
"""States in which the clock runs."""
SAID_TO_US = ("group", "private")
"""What a volunteer wrote down at the door or on the phone was answered there."""

Told = list[tuple[Request, list[Person]]]


@job(
    "clocks",
    "7135 时限提醒",
    when="* * * * *",
    about="7分钟没人回应、快到期、已超期的，私下提醒该办的人和上一级",
)
async def clocks(db: AsyncSession, tick: Tick) -> list[Notice]:
    """Each warning once, all that fall due together in one notice per person, at night only the urgent.

    What nobody could be told of stays owed until somebody has the role; until then it is not even read.
    """
    owed = {
        "unanswered": await _unanswered(db, tick),
        "due": await _due(db, tick),
        "raised": await _raised(db, tick),
    }
    if not any(owed.values()):
        return []
    everybody = await people(db)
    told = {
        "unanswered": _heard(owed["unanswered"], lambda row: everybody.team(row) + _clerks(everybody, row)),
        "due": _heard(owed["due"], everybody.holders),
        "raised": _heard(owed["raised"], everybody.above),
    }
    await _write_down(db, tick, told)
    mine: defaultdict[Person, dict[str, list[Request]]] = defaultdict(lambda: {kind: [] for kind in told})
    for kind, pairs in told.items():
        for row, listeners in pairs:
            for person in listeners:
                mine[person][kind].append(row)
    return [await _notice(db, tick, person, lists) for person, lists in mine.items()]


@job("promote", "快办转清单", when="0 * * * *", about="快办到期没人确认，自动列入问题清单并告诉楼组长")
async def promote(db: AsyncSession, tick: Tick) -> list[Notice]:
    """A quick fix that nobody confirmed in its time is listed, by the clock of the resident's words."""
    rows = await _locked(db, Request.route == "quick", Request.due <= tick.now)
    for row in rows:
        later = due(row.created, "listed", row.holder, tick.rules)
        act = Act(CLOCK, tick.now)
        move(db, row, "route", act, route="listed", due=later, warned_at=None, raised_at=None)
    everybody = await people(db)
    return await gathered(db, tick, "promoted", by_person(rows, map(everybody.team, rows)))


async def gathered(
    db: AsyncSession, tick: Tick, kind: str, told: dict[Person, list[Request]]
) -> list[Notice]:
    """One notice for each person, however many requests it tells of."""
    return [
        Notice(
            kind,
            f"{kind}:person:{person.id}:{stamp(tick)}",
            person,
            {"items": await items(db, rows, tick.now, tick.rules)},
            request=rows[0] if len(rows) == 1 else None,
            not_before=awake(tick.now, tick.rules),
        )
        for person, rows in told.items()
    ]


def stamp(tick: Tick) -> str:
    """The account and the moment as keys write them: another one may have something else for the same person."""
    return f"{tick.account}:{tick.now:%Y%m%dT%H%M%SZ}"


async def _write_down(db: AsyncSession, tick: Tick, told: dict[str, Told]) -> None:
    subjects = [f"request:{row.id}" for row, _ in told["unanswered"]]
    fresh = await runs.first_times(db, "unanswered", subjects, "", tick.now)
    told["unanswered"] = [pair for pair in told["unanswered"] if f"request:{pair[0].id}" in fresh]
    for row, _ in told["due"]:
        row.warned_at = tick.now
    for row, _ in told["raised"]:
        row.raised_at = tick.now


async def _unanswered(db: AsyncSession, tick: Tick) -> list[Request]:
    known = exists().where(
        Run.job == "unanswered", Run.subject == literal("request:") + cast(Request.id, String)
    )
    soonest = tick.now - timedelta(minutes=tick.rules.first_answer_minutes)
    open_ = (Request.answered_at.is_(None), Request.created <= soonest, Request.channel.in_(SAID_TO_US))
    rows = await _locked(db, *open_, ~known, HAS_TEAM, *_by_night(tick))
    again = await requests.reopened(db, rows) if rows else {}
    since = [(row, again.get(row.id, row.created)) for row in rows]
    return [row for row, at in since if first_answer_due(at, tick.rules, urgent=bool(row.danger)) <= tick.now]


async def _due(db: AsyncSession, tick: Tick) -> list[Request]:
    quick = tick.now + timedelta(hours=tick.rules.quick_warn_before_hours)
    listed = tick.now + timedelta(hours=tick.rules.warn_before_hours)
    soon = or_(
        and_(Request.route == "quick", Request.due <= quick),
        and_(Request.route != "quick", Request.due <= listed),
    )
    told_here = or_(Request.due > tick.now, *_raises(tick))
    return await _locked(db, Request.warned_at.is_(None), soon, told_here, HAS_HOLDERS, *_by_night(tick))


async def _raised(db: AsyncSession, tick: Tick) -> list[Request]:
    late = (Request.raised_at.is_(None), Request.due <= tick.now)
    return await _locked(db, *late, or_(*_raises(tick)), HAS_ABOVE, *_by_night(tick))


async def _locked(db: AsyncSession, *where: ColumnElement[bool]) -> list[Request]:
    """Running requests, of which another process at the same work gets none."""
    query = select(Request).where(Request.state.in_(RUNNING), *where).order_by(Request.id)
    return list(await db.scalars(query.with_for_update(skip_locked=True, of=Request)))


def _raises(tick: Tick) -> list[ColumnElement[bool]]:
    """Late ones that are told: a quick fix is listed instead, save when it is urgent."""
    told = [Request.route != "quick", Request.danger != ""]
    return told if "promote" in tick.triggers else [*told, Request.route == "quick"]


def _by_night(tick: Tick) -> list[ColumnElement[bool]]:
    # The rest waits in the tables, not in the outbox: what is settled by the morning is never told.
    return [Request.danger != ""] if quiet(tick.now, tick.rules) else []


def _heard(rows: Sequence[Request], who: Callable[[Request], list[Person]]) -> Told:
    return [(row, listeners) for row in rows if (listeners := who(row))]


def _clerks(everybody: People, row: Request) -> list[Person]:
    if not row.danger:
        return []
    team = everybody.team(row)
    return [clerk for clerk in everybody.having(row.building, CLERK) if clerk not in team]


async def _notice(db: AsyncSession, tick: Tick, person: Person, lists: dict[str, list[Request]]) -> Notice:
    rows = {row.id: row for found in lists.values() for row in found}
    return Notice(
        "clocks",
        f"clocks:person:{person.id}:{stamp(tick)}",
        person,
        {kind: await items(db, found, tick.now, tick.rules) for kind, found in lists.items()},
        request=next(iter(rows.values())) if len(rows) == 1 else None,
        urgent=any(row.danger for row in rows.values()),
    )
