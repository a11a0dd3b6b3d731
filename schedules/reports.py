"""日收集, 周汇总 and 月反馈: each exactly once per period, caught up after downtime."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from schedules.calendar import DAY, Rules, Window, awake, day_of, month_before, week_before
from schedules.digests import summaries, together
from schedules.job import Notice, Tick, job
from schedules.responsible import CAPTAINS, TEAM, people
from schedules.summary import Kind, Summary
from store import places, runs
from store.tables import Person, Place, Room

MOST_PERIODS = 8
"""How many missed weeks or months are caught up."""
AT_ONCE = 10
"""Posts to more rooms than this are spread."""
LONG_AGO = 400 * DAY

Before = Callable[[datetime, Rules], Window]


@job("daily", "日收集", when="0 20 * * *", about="每晚私下发给楼组长：今天的诉求、待确认的、明天到期的")
async def daily(db: AsyncSession, tick: Tick) -> list[Notice]:
    """The evening's ledger to each captain, from the evening before to this one; only the last one."""
    window = _last_day(tick)
    if window is None:
        return []
    mine = await _buildings_by_captain(db, tick.account)
    subjects = [f"person:{person.id}" for person in mine]
    fresh = await runs.first_times(db, "daily", subjects, window.period, tick.now)
    told = {person: theirs for person, theirs in mine.items() if f"person:{person.id}" in fresh}
    buildings = {place.id: place for theirs in told.values() for place in theirs}
    parts = await summaries(db, "daily", list(buildings.values()), window, tick.rules)
    notices = []
    for person, theirs in told.items():
        ledger = _joined("daily", theirs, [parts[place.id] for place in theirs], window)
        # What is merely late still was told already; an evening without news is an evening off.
        if ledger.fresh or ledger.done or ledger.unsure or ledger.soon:
            notices.append(
                Notice("daily", f"daily:person:{person.id}:{window.period}", person, summary=ledger)
            )
    return _by_day(notices, tick)


@job("weekly_preview", "周汇总预览", when="0 8 * * mon", about="周一先私下给楼组长看上周汇总，可改可停")
async def weekly_preview(db: AsyncSession, tick: Tick) -> list[Notice]:
    return await _preview(db, tick, "weekly", week_before)


@job("weekly", "周汇总", when="0 9 * * mon", about="周一把上周汇总发到楼组群，各楼汇总发到居委会工作群")
async def weekly(db: AsyncSession, tick: Tick) -> list[Notice]:
    return await _post(db, tick, "weekly", week_before)


@job("monthly_preview", "月反馈预览", when="0 8 1 * *", about="每月1日先私下给楼组长看上月反馈，可改可停")
async def monthly_preview(db: AsyncSession, tick: Tick) -> list[Notice]:
    return await _preview(db, tick, "monthly", month_before)


@job("monthly", "月反馈", when="0 9 1 * *", about="每月1日把上月清单逐件反馈发到楼组群，总表发到居委会工作群")
async def monthly(db: AsyncSession, tick: Tick) -> list[Notice]:
    return await _post(db, tick, "monthly", month_before)


def subject(room: Room) -> str:
    """What the runs call a room."""
    return f"room:{room.id}"


async def _post(db: AsyncSession, tick: Tick, kind: Kind, before: Before) -> list[Notice]:
    """The periods that each room is owed since it was bound, oldest first; a vetoed one has its run already."""
    owed = _periods(tick.fires(kind, tick.now - LONG_AGO), before, tick.rules)
    rooms = await places.rooms(db, tick.account)
    notices = []
    for _, window in owed:
        fresh = await _first_times(db, kind, _bound_before(rooms, window.end), window, tick.now)
        told = await _of_rooms(db, kind, fresh, window, tick.rules)
        for room, summary in told:
            # A missed week in which nothing happened is not worth a word; the last one may be.
            silent = tick.rules.empty == "silent" or window is not owed[-1][1]
            if not (summary.empty and silent):
                notices.append(_report(kind, room, summary))
    return _spread(notices, tick)


async def _preview(db: AsyncSession, tick: Tick, kind: Kind, before: Before) -> list[Notice]:
    """What the building's room will read, to its captains; not when it is vetoed or was due in the room already."""
    name = f"{kind}_preview"
    owed = _periods(tick.fires(name, tick.now - LONG_AGO), before, tick.rules)
    if not owed or kind not in tick.triggers or tick.fires(kind, owed[-1][0]):
        return []
    _, window = owed[-1]
    rooms = _bound_before(await places.rooms(db, tick.account, "building"), window.end)
    rooms = [room for room in rooms if not await runs.find(db, kind, subject(room), window.period)]
    fresh = await _first_times(db, name, rooms, window, tick.now)
    everybody = await people(db)
    notices = []
    for room, summary in await _of_rooms(db, kind, fresh, window, tick.rules):
        captains = everybody.having(room.place, CAPTAINS) if room.place and not summary.empty else []
        for captain in captains:
            key = f"{name}:{subject(room)}:{window.period}:person:{captain.id}"
            notices.append(Notice(name, key, captain, {"room": room}, summary=summary))
    return _by_day(notices, tick)


def _periods(fired: Sequence[datetime], before: Before, rules: Rules) -> list[tuple[datetime, Window]]:
    """The last periods to report, oldest first, each with the time at which it fell due first."""
    owed: dict[str, tuple[datetime, Window]] = {}
    for fire in fired:
        window = before(fire, rules)
        owed.setdefault(window.period, (fire, window))
    return list(owed.values())[-MOST_PERIODS:]


def _bound_before(rooms: Sequence[Room], end: datetime) -> list[Room]:
    """Of a time before it heard anything a room is told nothing."""
    return [room for room in rooms if room.bound_at is None or room.bound_at < end]


async def _first_times(
    db: AsyncSession, name: str, rooms: Sequence[Room], window: Window, now: datetime
) -> list[Room]:
    fresh = await runs.first_times(db, name, [subject(room) for room in rooms], window.period, now)
    return [room for room in rooms if subject(room) in fresh]


async def _of_rooms(
    db: AsyncSession, kind: Kind, rooms: Sequence[Room], window: Window, rules: Rules
) -> list[tuple[Room, Summary]]:
    """The summary for each room: its building's, or that of all buildings below its place."""
    if not rooms:
        return []
    tops = [room.place for room in rooms if room.place]
    buildings = await places.buildings(db, tops) if tops else []
    parts = await summaries(db, kind, buildings, window, rules)
    told = []
    for room in rooms:
        if room.place is None:
            continue
        below = [parts[place.id] for place in buildings if places.lies_under(place, room.place)]
        own = parts.get(room.place.id) or together(room.place.name, below, window, kind)
        told.append((room, own))
    return told


def _report(kind: Kind, room: Room, summary: Summary) -> Notice:
    sheet = {"sheet": True} if room.place and room.place.kind != "building" else {}
    return Notice(kind, f"{kind}:{subject(room)}:{summary.period}", room, dict(sheet), summary=summary)


def _last_day(tick: Tick) -> Window | None:
    """From the evening before to the last one, so that what is said after the ledger is in the next."""
    fired = tick.fires("daily", tick.now - LONG_AGO, most=2)
    if not fired:
        return None
    start = fired[-2] if len(fired) > 1 else fired[-1] - DAY
    return replace(day_of(fired[-1], tick.rules), start=start, end=fired[-1])


async def _buildings_by_captain(db: AsyncSession, account: str) -> dict[Person, list[Place]]:
    everybody = await people(db)
    mine: defaultdict[Person, list[Place]] = defaultdict(list)
    for place in await places.buildings(db):
        for person in everybody.first(place, TEAM):
            if person.account == account:
                mine[person].append(place)
    return dict(mine)


def _joined(kind: Kind, mine: Sequence[Place], parts: Sequence[Summary], window: Window) -> Summary:
    if len(parts) == 1:
        return parts[0]
    return together("、".join(place.name for place in mine), parts, window, kind)


def _by_day(notices: Sequence[Notice], tick: Tick) -> list[Notice]:
    return [replace(notice, not_before=awake(tick.now, tick.rules)) for notice in notices]


def _spread(notices: Sequence[Notice], tick: Tick) -> list[Notice]:
    """A few at once, many over minutes: an account that posts in fifty rooms at once looks like spam."""
    spread = timedelta(seconds=tick.rules.spread_seconds)
    step = spread / len(notices) if len(notices) > AT_ONCE else timedelta()
    begin = awake(tick.now, tick.rules)
    return [replace(notice, not_before=begin + nth * step) for nth, notice in enumerate(notices)]
