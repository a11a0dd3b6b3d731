"""Looking at a summary before it goes out, and stopping it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import words
from bot.arguments import Period
from bot.hearing import Hearing
from bot.router import command
from bot.words import digests
from schedules.calendar import MOMENT, Window, month_before, month_of, week_before, week_of
from schedules.digests import summary_of
from schedules.reports import subject
from store import outbox, places, runs
from store.moves import CAPTAINS
from store.refusal import Refusal
from store.tables import Place


@command("预览", "preview", CAPTAINS, private=True)
async def preview(hearing: Hearing, period: Period) -> str:
    """先看看到今天为止的周汇总或月反馈"""
    place = await _own_place(hearing)
    window = (week_of if period == "weekly" else month_of)(hearing.now, hearing.means.rules)
    # As it stands now: what is due tomorrow is not late yet.
    window = replace(window, until=hearing.today, end=hearing.now + MOMENT)
    rules = hearing.means.rules
    return digests.text(await summary_of(hearing.db, period, place, window, rules), rules)


@command("停发", "veto", CAPTAINS, private=True)
async def veto(hearing: Hearing, period: Period) -> str:
    """这一期不发到群里"""
    place = await _own_place(hearing)
    stopped = ""
    for room in await places.rooms_of(hearing.db, place):
        window = await _next_window(hearing, period, subject(room))
        await runs.veto(hearing.db, period, subject(room), window.period, hearing.now)
        await outbox.stop(hearing.db, [f"{period}:{subject(room)}:{window.period}"])
        stopped = words.span(window.since, window.until)
    return words.vetoed(period, place.name, stopped)


async def _next_window(hearing: Hearing, period: str, room: str) -> Window:
    """The period that was posted next when it was said: the last one on the morning of its post, else the one that ran.

    What was said while the bot was away may be heard only after the post fell due.
    """
    said, rules = hearing.message.at, hearing.means.rules
    before = (week_before if period == "weekly" else month_before)(said, rules)
    run = await runs.find(hearing.db, period, room, before.period)
    if said - before.end < timedelta(days=1) and (run is None or run.at > said):
        return before
    return (week_of if period == "weekly" else month_of)(said, rules)


async def _own_place(hearing: Hearing) -> Place:
    """The room's place, or in private the nearest one where the speaker is captain."""
    speaker = await hearing.speaker()
    if hearing.place is not None and hearing.roles & CAPTAINS:
        return hearing.place
    own = [role.place for role in speaker.roles if role.role in CAPTAINS]
    if not own:
        raise Refusal("not_here")
    return max(own, key=lambda place: len(place.path))
