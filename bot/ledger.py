"""The 问题清单 as a sheet: the listed requests of a month or week, out of the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.sheets import Row, agenda, issue_list
from bot.words import HOLDERS, STATES, gist, span
from schedules.calendar import Rules, Window, month_of, week_of
from schedules.digests import replied
from schedules.items import View, item
from store import Store, places, requests
from store.counts import UNCOUNTED
from store.moves import ACTIVE
from store.tables import Place, Request

OWED = frozenset(STATES[state] for state in ACTIVE)


async def issue_sheet(
    store: Store, place_ids: Sequence[int], period: str, now: datetime, rules: Rules
) -> tuple[str, bytes]:
    """The list of these places in "2026-11" or "2026-W47" as it stands now: the file's name and its bytes."""
    where, rows = await _listed(store, place_ids, period, View(now, rules, group=True))
    return await _sheet(issue_list, "问题清单", where, window_of(period, rules), rows)


async def agenda_sheet(
    store: Store, place_ids: Sequence[int], period: str, now: datetime, rules: Rules
) -> tuple[str, bytes]:
    """What of it is still owed, as the agenda of the joint meeting."""
    where, rows = await _listed(store, place_ids, period, View(now, rules, group=True))
    owed = [row for row in rows if row.state in OWED]
    return await _sheet(agenda, "三方会议议程", where, window_of(period, rules), owed)


async def _listed(store: Store, place_ids: Sequence[int], period: str, view: View) -> tuple[str, list[Row]]:
    async with store.read() as db:
        tops = [await db.get_one(Place, id_) for id_ in place_ids]
        rows = await issues(db, tops, window_of(period, view.rules), view)
    return "、".join(place.name for place in tops), rows


async def _sheet(
    fill: Callable[[str, Sequence[Row]], bytes], kind: str, where: str, window: Window, rows: list[Row]
) -> tuple[str, bytes]:
    title = f"{where} {kind} {window.since.year}年{span(window.since, window.until)}"
    return f"{kind}-{where[:40]}-{window.period}.xlsx", await asyncio.to_thread(fill, title, rows)


async def issues(db: AsyncSession, tops: Sequence[Place], window: Window, view: View) -> list[Row]:
    """What was listed at or below these places and came in, or was open, in the window; by building and number."""
    buildings = {place.id: nth for nth, place in enumerate(await places.buildings(db, tops) if tops else [])}
    query = select(Request).where(
        Request.building_id.in_(buildings),
        Request.route == "listed",
        Request.state.not_in(UNCOUNTED),
        Request.created < window.end,
        or_(Request.ended_at.is_(None), Request.ended_at >= window.start),
    )
    found = sorted(await db.scalars(query), key=lambda row: (buildings[row.building_id], row.number))
    behind = await requests.supporters(db, found)
    full = View(view.at, view.rules, view.group, behind, await replied(db, found))
    return [_row(request, full) for request in found]


def window_of(period: str, rules: Rules) -> Window:
    """The calendar period of this name."""
    year, _, part = period.partition("-")
    if part.startswith("W"):
        monday = date.fromisocalendar(int(year), int(part[1:]), 1)
        return week_of(rules.at(monday, time(12)), rules)
    return month_of(rules.at(date(int(year), int(part), 1), time(12)), rules)


def _row(request: Request, view: View) -> Row:
    shown = item(request, view)
    hidden = request.private and view.group
    return Row(
        number=request.number,
        building=request.building.name,
        category=request.category,
        text=gist(request) if hidden else request.text or gist(request),
        place="" if hidden else _where(request),
        at=request.created,
        supporters=shown.supporters,
        holder=HOLDERS.get(request.holder, request.holder),
        due=shown.due,
        state=STATES[shown.state],
        reply=shown.note,
    )


def _where(request: Request) -> str:
    """2单元5楼501室楼道: what was said of it."""
    words = (("unit", "单元"), ("floor", "楼"), ("flat", "室"), ("part", ""))
    return "".join(f"{request.where[key]}{unit}" for key, unit in words if request.where.get(key))
