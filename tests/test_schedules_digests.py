"""Digests: what is counted, when, and before whose eyes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.words.digests import became, text
from schedules.calendar import Window, month_of, week_of
from schedules.digests import summary_of
from schedules.items import was_open
from schedules.summary import Summary
from store.counts import UNCOUNTED
from store.moves import ENDED
from store.tables import Place, Supporter
from tests.neighbourhood import House, at, day, numbers, open_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as open_:
        yield open_


def week(house: House) -> Window:
    """16 to 22 November 2026."""
    return week_of(at("2026-11-18 12:00"), house.rules)


async def weekly(house: House, place: Place | None = None) -> Summary:
    async with house.store.read() as db:
        return await summary_of(db, "weekly", place or house.three, week(house), house.rules)


async def monthly(house: House) -> Summary:
    async with house.store.read() as db:
        return await summary_of(
            db, "monthly", house.three, month_of(at("2026-11-18 12:00"), house.rules), house.rules
        )


async def daily(house: House, when: str) -> Summary:
    window = replace(week(house), period="day", start=at("2026-11-16 20:00"), end=at(when))
    async with house.store.read() as db:
        return await summary_of(db, "daily", house.three, window, house.rules)


async def test_the_week_begins_on_monday_and_ends_before_the_next(house: House) -> None:
    await house.says("2026-11-15 23:59")
    first = await house.says("2026-11-16 00:00")
    last = await house.says("2026-11-22 23:59")
    await house.says("2026-11-23 00:00")
    summary = await weekly(house)
    assert (summary.new, summary.listed, len(summary.open)) == (2, 2, 3)
    assert {first.number, last.number} < set(numbers(summary.open))
    assert (summary.since, summary.until, summary.period) == (
        day("2026-11-16"),
        day("2026-11-22"),
        "2026-W47",
    )


async def test_quick_is_new_routed_quick_and_resolved_in_time(house: House) -> None:
    fixed = await house.says("2026-11-17 10:00", route="quick")
    before = await house.says("2026-11-14 10:00", route="quick")
    after = await house.says("2026-11-22 20:00", route="quick")
    await house.says("2026-11-18 10:00", route="quick")
    await house.moves(fixed, "done", "2026-11-17 12:00")
    await house.moves(before, "done", "2026-11-17 12:00")
    await house.moves(after, "done", "2026-11-23 08:00")
    summary = await weekly(house)
    assert (summary.new, summary.quick, summary.listed) == (3, 1, 0)
    assert set(numbers(summary.done)) == {fixed.number, before.number}


async def test_told_late_it_still_tells_how_the_week_ended(house: House) -> None:
    request = await house.says("2026-11-17 10:00")
    await house.moves(request, "done", "2026-11-24 12:00")
    summary = await weekly(house)
    assert summary.done == ()
    assert [(one.number, one.state, one.late) for one in summary.open] == [(1, "in_progress", True)]


async def test_only_resolved_is_done(house: House) -> None:
    handed = await house.says("2026-11-17 10:00")
    hopeless = await house.says("2026-11-17 11:00")
    await house.moves(handed, "hand", "2026-11-17 12:00", holder="property")
    await house.moves(hopeless, "unsolvable", "2026-11-17 12:00", reason="不归楼组管")
    summary = await weekly(house)
    assert summary.done == ()
    assert [(one.number, one.holder) for one in summary.open] == [(handed.number, "property")]
    assert summary.new == 2


async def test_unsure_withdrawn_and_merged_are_no_requests_of_their_own(house: House) -> None:
    leak = await house.says("2026-11-17 10:00", gist="漏水")
    again = await house.says("2026-11-17 11:00", gist="漏水")
    dropped = await house.says("2026-11-17 12:00")
    await house.says("2026-11-17 13:00", state="unsure")
    await house.moves(again, "merge", "2026-11-17 14:00", merged_id=leak.id)
    await house.moves(dropped, "withdraw", "2026-11-17 14:00")
    async with house.store.begin() as db:
        db.add(Supporter(request_id=leak.id, household="1-301", at=at("2026-11-17 15:00")))
        db.add(Supporter(request_id=again.id, household="1-302", at=at("2026-11-17 15:00")))
    summary = await weekly(house)
    assert (summary.new, summary.listed, summary.categories) == (1, 1, (("power", 1),))
    assert [(one.number, one.supporters) for one in summary.open] == [(leak.number, 3)]
    assert summary.unsure == ()


async def test_a_dispute_is_counted_but_not_told_in_the_group(house: House) -> None:
    quarrel = await house.says("2026-11-17 10:00", private=True, gist="501吵架", category="dispute")
    await house.moves(quarrel, "hold", "2026-11-17 11:00", reason="约了501谈", expected=day("2026-11-25"))
    summary = await weekly(house)
    assert summary.new == 1
    assert [(one.gist, one.note, one.private) for one in summary.open] == [("", "", True)]
    ledger = await daily(house, "2026-11-17 20:00")
    assert [(one.gist, one.note) for one in ledger.open] == [("501吵架", "约了501谈")]


async def test_waiting_is_late_only_after_the_expected_date(house: House) -> None:
    request = await house.says("2026-11-10 10:00")
    await house.moves(request, "hold", "2026-11-11 10:00", reason="等配件", expected=day("2026-11-23"))
    summary = await weekly(house)
    assert [(one.late, one.due, one.note) for one in summary.open] == [(False, day("2026-11-23"), "等配件")]
    await house.changes(request, expected=day("2026-11-22"))
    assert numbers((await weekly(house)).late) == [request.number]


async def test_late_is_past_due_when_the_week_ends(house: House) -> None:
    late = await house.says("2026-11-17 10:00")
    await house.says("2026-11-19 10:00")
    assert numbers((await weekly(house)).late) == [late.number]


async def test_weightiest_first_then_the_newest(house: House) -> None:
    old = await house.says("2026-11-16 10:00")
    wanted = await house.says("2026-11-17 10:00")
    danger = await house.says("2026-11-17 11:00", danger="trapped")
    new = await house.says("2026-11-18 10:00")
    async with house.store.begin() as db:
        db.add(Supporter(request_id=wanted.id, household="1-301", at=at("2026-11-17 15:00")))
    expected = [danger.number, wanted.number, new.number, old.number]
    assert numbers((await weekly(house)).open) == expected


async def test_thanks_and_satisfaction(house: House) -> None:
    for hour, answer in ((10, "good"), (11, "good"), (12, "bad"), (13, "")):
        request = await house.says(f"2026-11-17 {hour}:00", route="quick")
        await house.moves(request, "done", "2026-11-18 10:00", ended_by="李阿姨", satisfaction=answer)
    by_bot = await house.says("2026-11-17 14:00", route="quick")
    await house.moves(by_bot, "done", "2026-11-18 10:00", ended_by="楼小助")
    summary = await weekly(house)
    assert summary.thanks == ("李阿姨",)
    assert summary.satisfaction == (2, 0, 1)


async def test_the_community_is_the_sum_of_its_buildings(house: House) -> None:
    await house.says("2026-11-17 10:00", category="water")
    quick = await house.says("2026-11-17 10:00", house.five, route="quick")
    await house.says("2026-11-18 10:00", house.five)
    await house.says("2026-11-19 10:00", house.five, category="water")
    await house.moves(quick, "done", "2026-11-17 11:00", ended_by="王楼长")
    summary = await weekly(house, house.community)
    assert summary.place == "河滨花园"
    assert [part.place for part in summary.buildings] == ["5号楼", "3号楼"]
    assert (summary.new, summary.quick, summary.listed) == (4, 1, 3)
    assert summary.categories == (("water", 2), ("power", 2))
    assert [(one.building, one.number) for one in summary.open] == [("5号楼", 3), ("5号楼", 2), ("3号楼", 1)]
    assert summary.thanks == ("王楼长",)
    assert await weekly(house) in summary.buildings


async def test_more_buildings_need_no_more_statements(house: House) -> None:
    said: list[str] = []
    event.listen(house.store.engine.sync_engine, "before_cursor_execute", lambda *it: said.append(it[2]))
    await house.says("2026-11-17 10:00")
    said.clear()
    await weekly(house, house.community)
    few = len(said)
    async with house.store.begin() as db:
        top = await db.get_one(Place, house.community.id)
        for nth in range(20):
            place = Place(kind="building", name=f"{nth}幢", parent_id=top.id)
            db.add(place)
            await db.flush()
            place.path = f"{top.path}{place.id}/"
    said.clear()
    assert len((await weekly(house, house.community)).buildings) == 22
    assert len(said) == few


async def test_a_month_leaves_nothing_of_the_list_out(house: House) -> None:
    old = await house.says("2026-09-10 10:00", gist="加装电梯")
    solved = await house.says("2026-10-10 10:00", gist="门禁")
    before = await house.says("2026-10-11 10:00", gist="十月就好了")
    hopeless = await house.says("2026-11-03 10:00", gist="鸽子")
    waits = await house.says("2026-11-04 10:00", gist="水泵")
    silent = await house.says("2026-11-05 10:00", gist="车棚")
    await house.says("2026-11-05 11:00", route="quick")
    await house.says("2026-12-01 00:00", gist="十二月")
    await house.moves(old, "reply", "2026-11-27 10:00", reply="下周开议事会")
    await house.moves(solved, "done", "2026-11-02 10:00", outcome="换好了")
    await house.moves(before, "done", "2026-10-31 23:00", outcome="换好了")
    await house.moves(hopeless, "unsolvable", "2026-11-06 10:00", reason="不归楼组管")
    await house.moves(waits, "hold", "2026-11-06 10:00", reason="等配件", expected=day("2026-12-08"))
    summary = await monthly(house)
    assert [(one.gist, one.state, one.note) for one in summary.issues] == [
        (silent.gist, "open", ""),
        (waits.gist, "waiting", "等配件"),
        (hopeless.gist, "unsolvable", "不归楼组管"),
        (solved.gist, "resolved", "换好了"),
        (old.gist, "open", "下周开议事会"),
    ]
    assert (summary.kind, summary.period, summary.issues[1].due) == ("monthly", "2026-11", day("2026-12-08"))


async def test_a_promise_gives_way_to_what_was_done(house: House) -> None:
    request = await house.says("2026-11-03 10:00")
    await house.moves(request, "reply", "2026-11-04 10:00", reply="下周换")
    await house.moves(request, "done", "2026-11-10 10:00", outcome="换好了")
    assert (await monthly(house)).issues[0].note == "换好了"
    await house.moves(request, "reply", "2026-11-28 10:00", reply="换好了，保修两年")
    assert (await monthly(house)).issues[0].note == "换好了，保修两年"


async def test_a_ledger_tells_the_captain_what_is_new_doubtful_and_due(house: House) -> None:
    old = await house.says("2026-11-13 10:00")
    fresh = await house.says("2026-11-17 10:00")
    doubt = await house.says("2026-11-12 10:00", state="unsure", text="水好像小了")
    await house.says("2026-11-17 20:00")
    late = await house.says("2026-11-10 10:00")
    ledger = await daily(house, "2026-11-17 20:00")
    assert numbers(ledger.fresh) == [fresh.number]
    assert numbers(ledger.soon) == [old.number]
    assert numbers(ledger.late) == [late.number]
    assert [(one.number, one.note) for one in ledger.unsure] == [(doubt.number, "水好像小了")]
    assert set(numbers(ledger.open)) == {old.number, fresh.number, late.number}


async def test_the_reporters_flat_is_told_only_where_so_set(house: House) -> None:
    granny = await house.person("王阿婆")
    async with house.store.begin() as db:
        (await db.merge(granny)).household = "2-501"
    await house.says("2026-11-17 10:00", reporter_id=granny.id)
    assert [one.flat for one in (await weekly(house)).open] == [""]
    house.rules = replace(house.rules, reporters="flat")
    assert [one.flat for one in (await weekly(house)).open] == ["2-501"]


STATES = ("unsure", "open", "in_progress", "handed_over", "waiting", *sorted(ENDED))
SAID = st.integers(-72, 200).map(lambda hours: at("2026-11-16 00:00") + timedelta(hours=hours))
REQUEST = st.tuples(
    st.sampled_from(STATES), st.sampled_from(["quick", "listed"]), SAID, st.integers(0, 150), st.booleans()
)


@settings(max_examples=25, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(st.lists(REQUEST, max_size=12))
async def test_what_became_of_the_new_ones_adds_up_to_all_of_them(
    said: list[tuple[str, str, datetime, int, bool]],
) -> None:
    async with open_house() as house:
        rows = []
        for state, route, when, hours, five in said:
            ended = {"ended_at": when + timedelta(hours=hours)} if state in ENDED else {}
            place = house.five if five else house.three
            rows.append(await house.says(f"{when:%Y-%m-%d %H:%M}", place, state=state, route=route, **ended))
        window = week(house)
        fresh = [row for row in rows if window.start <= row.created < window.end and row.route == "quick"]
        still = [row for row in fresh if row.state not in UNCOUNTED and was_open(row, window.end)]
        whole = await weekly(house, house.community)
        assert whole.pending == len(still)
        for summary in (whole, *whole.buildings):
            assert sum(count for _, count in became(summary)) == summary.new
            assert min(count for _, count in became(summary)) >= 0
            assert len(summary.going) + len(summary.late) == len(summary.open)
            said_new = text(summary, house.rules).splitlines()[1]
            first, *parts = [int(found) for found in re.findall(r"(\d+) 件", said_new)] or [0]
            assert first == sum(parts)
