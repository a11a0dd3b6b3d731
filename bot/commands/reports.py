"""Looking at a summary before it goes out, and stopping it."""

from __future__ import annotations

from bot import words
from bot.arguments import Period
from bot.hearing import Hearing
from bot.router import command
from bot.words import digests
from schedules.calendar import month_of, week_of
from schedules.digests import monthly_summary, weekly_summary
from store import people, runs
from store.moves import CAPTAINS
from store.refusal import Refusal
from store.tables import Place


@command("预览", "preview", CAPTAINS, private=True)
async def preview(hearing: Hearing, period: Period) -> str:
    """先看看到今天为止的周汇总或月反馈"""
    place = await _own_place(hearing)
    window = (week_of if period == "weekly" else month_of)(hearing.now, hearing.means.rules)
    summarize = weekly_summary if period == "weekly" else monthly_summary
    return digests.text(await summarize(hearing.db, place, window, hearing.means.rules), hearing.means.rules)


@command("停发", "veto", CAPTAINS, private=True)
async def veto(hearing: Hearing, period: Period) -> str:
    """这一期不发到群里"""
    place = await _own_place(hearing)
    window = (week_of if period == "weekly" else month_of)(hearing.now, hearing.means.rules)
    stopped = await runs.veto_next(hearing.db, period, place, window.period, hearing.now)
    return words.vetoed(period, place.name, stopped)


async def _own_place(hearing: Hearing) -> Place:
    """The room's place, or in private the one place where the speaker is captain."""
    speaker = await hearing.speaker()
    if hearing.place is not None and hearing.roles & CAPTAINS:
        return hearing.place
    own = [role.place for role in speaker.roles if role.role in CAPTAINS]
    if not own:
        raise Refusal("not_here")
    return max(own, key=lambda place: people.KIND_DEPTH[place.kind])
