"""What the clock asks people: the replies of the month, whether it is fixed, whether waiting is over."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.calendar import DAY, Window, month_of
from schedules.clocks import gathered
from schedules.digests import replied
from schedules.job import Notice, Tick, job
from schedules.responsible import People, by_person, people
from store import runs
from store.moves import ACTIVE
from store.tables import Event, Person, Request

ASK_BEFORE = 3 * DAY
"""How long before the month's end its replies are asked for."""


@job(
    "monthly_ask",
    "月反馈征集",
    when="0 9 * * *",
    about="月底前三天，私下请楼组长和承办方补上清单里还没写的反馈",
)
async def monthly_ask(db: AsyncSession, tick: Tick) -> list[Notice]:
    """Once a month each captain and holder is asked for the replies that are missing."""
    window = month_of(tick.now, tick.rules)
    if not tick.fires("monthly_ask", window.end - ASK_BEFORE):
        return []
    rows = await _without_reply(db, window)
    everybody = await people(db)
    owed = by_person(rows, [_who_owes(everybody, row) for row in rows])
    mine = {f"person:{person.id}": person for person in owed if person.account == tick.account}
    fresh = await runs.first_times(db, "monthly_ask", list(mine), window.period, tick.now)
    asked = {mine[subject]: owed[mine[subject]] for subject in mine if subject in fresh}
    return await gathered(db, tick, "monthly_ask", asked)


@job("ask_fixed", "回访", when="0 10 * * *", about="办结三天后问问报的人：修好了吗")
async def ask_fixed(db: AsyncSession, tick: Tick) -> list[Notice]:
    """Each reporter is asked once per request, while his "没修好" would still reopen it."""
    fired = tick.fires("ask_fixed", tick.now - 7 * DAY)
    if not fired:
        return []
    last_day = tick.rules.local(fired[-1]).date() - tick.rules.ask_after_days * DAY
    since = tick.now - timedelta(days=tick.rules.reopen_days)
    rows = await _settled_by_others(db, since, tick.rules.at(last_day + DAY, time()))
    for row in rows:
        row.asked_at = tick.now
    told = by_person(rows, [[row.reporter] if row.reporter and not row.reporter.deaf else [] for row in rows])
    return await gathered(db, tick, "ask_fixed", told)


@job("resume", "挂起到期", when="0 9 * * *", about="挂起的诉求到了预计日期，私下告诉楼组长")
async def resume(db: AsyncSession, tick: Tick) -> list[Notice]:
    """Waiting requests whose expected date has come: once for each date that was given."""
    today = tick.rules.local(tick.now).date()
    come = (Request.state == "waiting", Request.expected <= today)
    query = select(Request).where(*come).order_by(Request.id)
    rows = []
    for row in await db.scalars(query.with_for_update(skip_locked=True, of=Request)):
        if await runs.first_time(db, "resume", f"request:{row.id}", f"{row.expected}", tick.now):
            rows.append(row)
    everybody = await people(db)
    return await gathered(db, tick, "resume", by_person(rows, map(everybody.team, rows)))


async def _without_reply(db: AsyncSession, window: Window) -> list[Request]:
    """Listed issues still owed, of which nothing new was said for this month's reply."""
    listed = select(Request).where(Request.state.in_(ACTIVE), Request.route == "listed")
    rows = list(await db.scalars(listed.order_by(Request.id)))
    said = await replied(db, rows)
    return [row for row in rows if not row.reply or _before(said.get(row.id), window.start)]


def _before(moment: datetime | None, start: datetime) -> bool:
    return moment is not None and moment < start


def _who_owes(everybody: People, row: Request) -> list[Person]:
    return list(dict.fromkeys(everybody.team(row) + everybody.holders(row)))


async def _settled_by_others(db: AsyncSession, since: datetime, until: datetime) -> list[Request]:
    """Resolved in that time by a person who is not the reporter, not rated and not asked of yet."""
    by_another = exists().where(
        Event.request_id == Request.id,
        Event.verb == "done",
        Event.at == Request.ended_at,
        Event.actor_id != Request.reporter_id,
    )
    fresh = (Request.asked_at.is_(None), Request.satisfaction == "")
    ended = (Request.ended_at >= since, Request.ended_at < until)
    query = select(Request).where(*fresh, *ended, by_another).order_by(Request.id)
    rows = await db.scalars(query.with_for_update(skip_locked=True, of=Request))
    # Asked for the state, the planner would walk everything ever resolved instead of the last days.
    return [row for row in rows if row.state == "resolved"]
