"""The clocks of 7135: who is told, when, and that it is once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import event

from schedules.job import Notice
from store.requests import events
from store.tables import Request
from tests.neighbourhood import House, at, day, numbers, open_house, who


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as open_:
        yield open_


def told(notices: list[Notice]) -> dict[str, dict[str, list[int]]]:
    """What each person is told, by kind, the empty kinds left out."""
    return {
        notice.to.contact: {kind: numbers(items) for kind, items in notice.facts.items() if items}
        for notice in notices
    }


async def answered(house: House, when: str = "2026-11-17 10:03", **columns: object) -> int:
    """A listed request said on Tuesday at ten, due on Friday at ten, that somebody answered."""
    request = await house.says("2026-11-17 10:00", answered_at=at(when), **columns)
    return request.number


async def test_seven_minutes_without_a_human_word(house: House) -> None:
    request = await house.says("2026-11-17 10:00")
    assert await house.run("clocks", "2026-11-17 10:06") == []
    notices = await house.run("clocks", "2026-11-17 10:07")
    assert told(notices) == {"李楼长": {"unanswered": [request.number]}}
    assert notices[0].request is not None
    assert notices[0].request.id == request.id
    assert not notices[0].urgent
    assert await house.run("clocks", "2026-11-17 10:08") == []


async def test_an_answer_in_time_is_no_business_of_the_clock(house: House) -> None:
    request = await house.says("2026-11-17 10:00")
    await house.moves(request, "take", "2026-11-17 10:05")
    assert await house.run("clocks", "2026-11-17 11:00") == []


async def test_what_a_volunteer_wrote_down_at_the_door_was_answered_there(house: House) -> None:
    await house.says("2026-11-17 10:00", channel="door")
    assert await house.run("clocks", "2026-11-17 11:00") == []


async def test_nothing_is_asked_at_night_and_all_at_once_in_the_morning(house: House) -> None:
    first = await house.says("2026-11-17 20:30")
    second = await house.says("2026-11-18 03:00")
    for when in ("2026-11-17 21:00", "2026-11-17 23:00", "2026-11-18 04:00", "2026-11-18 07:30"):
        assert await house.run("clocks", when) == []
    notices = await house.run("clocks", "2026-11-18 08:07")
    assert told(notices) == {"李楼长": {"unanswered": [second.number, first.number]}}
    assert notices[0].request is None


async def test_what_is_urgent_has_no_night_and_reaches_the_clerk(house: House) -> None:
    stuck = await house.says("2026-11-17 23:00", danger="trapped")
    await house.says("2026-11-17 23:01")
    notices = await house.run("clocks", "2026-11-17 23:10")
    mine = {"unanswered": [stuck.number]}
    assert told(notices) == {"李楼长": mine, "居委小陈": mine}
    assert all(notice.urgent for notice in notices)


async def test_warned_once_before_the_time(house: House) -> None:
    number = await answered(house)
    assert await house.run("clocks", "2026-11-19 21:00") == []
    assert await house.run("clocks", "2026-11-20 06:59") == []
    assert told(await house.run("clocks", "2026-11-20 07:00")) == {"李楼长": {"due": [number]}}
    assert await house.run("clocks", "2026-11-20 07:01") == []


async def test_a_quick_fix_is_warned_of_two_hours_before(house: House) -> None:
    number = await answered(house, route="quick")
    assert await house.run("clocks", "2026-11-18 07:59") == []
    assert told(await house.run("clocks", "2026-11-18 08:00")) == {"李楼长": {"due": [number]}}


async def test_late_ones_go_one_tier_up_once(house: House) -> None:
    number = await answered(house)
    await house.run("clocks", "2026-11-20 07:00")
    assert await house.run("clocks", "2026-11-20 09:59") == []
    assert told(await house.run("clocks", "2026-11-20 10:00")) == {"居委小陈": {"raised": [number]}}
    assert await house.run("clocks", "2026-11-20 10:01") == []
    assert await house.run("clocks", "2026-11-25 12:00") == []


async def test_the_grid_leader_stands_between_captain_and_clerk(house: House) -> None:
    await house.person("片长", "grid_leader", house.community)
    number = await answered(house)
    await house.run("clocks", "2026-11-20 07:00")
    assert told(await house.run("clocks", "2026-11-20 10:00")) == {"片长": {"raised": [number]}}


async def test_what_the_property_has_is_the_propertys(house: House) -> None:
    number = await answered(house, holder="property", state="handed_over")
    assert told(await house.run("clocks", "2026-11-20 07:00")) == {"物业马师傅": {"due": [number]}}
    assert told(await house.run("clocks", "2026-11-20 10:00")) == {"居委小陈": {"raised": [number]}}


async def test_a_holder_without_people_falls_to_the_captain(house: House) -> None:
    number = await answered(house, holder="owners", state="handed_over")
    assert told(await house.run("clocks", "2026-11-20 07:00")) == {"李楼长": {"due": [number]}}


async def test_many_at_once_are_one_notice_per_person(house: House) -> None:
    first, second = await answered(house), await answered(house)
    late = await house.says("2026-11-10 10:00", answered_at=at("2026-11-10 10:01"))
    fresh = await house.says("2026-11-20 08:00")
    assert told(await house.run("clocks", "2026-11-20 09:00")) == {
        "李楼长": {"unanswered": [fresh.number], "due": [second, first, late.number]},
        "居委小陈": {"raised": [late.number]},
    }
    assert await house.run("clocks", "2026-11-20 09:00") == []


async def test_two_buildings_are_not_mixed(house: House) -> None:
    await house.says("2026-11-17 10:00")
    await house.says("2026-11-17 10:00", house.five)
    assert told(await house.run("clocks", "2026-11-17 10:10")) == {
        "李楼长": {"unanswered": [1]},
        "王楼长": {"unanswered": [1]},
    }


async def test_the_clock_pauses_while_waiting_and_ends_with_the_end(house: House) -> None:
    waits = await house.says("2026-11-17 10:00", answered_at=at("2026-11-17 10:01"))
    fixed = await house.says("2026-11-17 10:00", answered_at=at("2026-11-17 10:01"))
    await house.moves(waits, "hold", "2026-11-18 10:00", expected=day("2026-12-08"), reason="等配件")
    await house.moves(fixed, "done", "2026-11-18 10:00")
    assert await house.run("clocks", "2026-11-24 10:00") == []


async def test_what_nobody_could_hear_is_owed_to_the_first_who_can(house: House) -> None:
    number = await answered(house, holder="clerk", state="handed_over")
    await house.run("clocks", "2026-11-20 09:00")
    assert await house.run("clocks", "2026-11-20 10:00") == []
    await house.person("街道老周", "street", house.community)
    assert told(await house.run("clocks", "2026-11-20 10:01")) == {"街道老周": {"raised": [number]}}


async def test_what_nobody_can_hear_of_is_not_read_each_minute(house: House) -> None:
    late = [await answered(house, holder="clerk", state="handed_over") for _ in range(3)]
    await house.run("clocks", "2026-11-20 09:00")
    read: list[int] = []

    def note(row: Request, _: object) -> None:
        read.append(row.number)

    event.listen(Request, "load", note)
    try:
        await house.run("clocks", "2026-11-20 11:00")
        assert read == []
        await house.person("街道老周", "street", house.community)
        await house.run("clocks", "2026-11-20 11:01")
        assert read == late
    finally:
        event.remove(Request, "load", note)


async def test_weeks_away_are_one_notice_each(house: House) -> None:
    for hour in range(10, 16):
        await house.says(f"2026-11-03 {hour}:00")
    assert who(await house.run("clocks", "2026-11-25 10:00")) == ["李楼长", "居委小陈"]
    assert await house.run("clocks", "2026-11-25 10:01") == []


async def test_a_quick_fix_nobody_confirmed_is_listed_once(house: House) -> None:
    first = await house.says("2026-11-17 10:00", route="quick")
    second = await house.says("2026-11-17 11:00", route="quick", state="in_progress")
    done = await house.says("2026-11-17 11:00", route="quick")
    await house.moves(done, "done", "2026-11-17 12:00")
    assert await house.run("promote", "2026-11-18 09:00") == []
    notices = await house.run("promote", "2026-11-18 11:00")
    assert told(notices) == {"李楼长": {"items": [second.number, first.number]}}
    assert await house.run("promote", "2026-11-18 12:00") == []
    row = await house.row(first)
    assert (row.route, row.state, row.due) == ("listed", "open", at("2026-11-20 10:00"))
    async with house.store.read() as db:
        happened = (await events(db, row))[-1]
    assert (happened.verb, happened.actor_id) == ("route", None)
    assert (happened.before["route"], happened.after["route"]) == ("quick", "listed")


async def test_a_listed_one_is_warned_of_anew(house: House) -> None:
    number = await answered(house, route="quick")
    await house.run("clocks", "2026-11-18 09:00")
    assert await house.run("clocks", "2026-11-18 10:00") == []
    await house.run("promote", "2026-11-18 10:00")
    assert await house.run("clocks", "2026-11-18 10:01") == []
    assert told(await house.run("clocks", "2026-11-20 09:00")) == {"李楼长": {"due": [number]}}
    assert told(await house.run("clocks", "2026-11-20 10:00")) == {"居委小陈": {"raised": [number]}}


async def test_without_promotion_a_late_quick_fix_is_raised(house: House) -> None:
    number = await answered(house, route="quick")
    await house.run("clocks", "2026-11-18 09:00")
    house.retimed = {"promote": "off"}
    assert told(await house.run("clocks", "2026-11-18 10:00")) == {"居委小陈": {"raised": [number]}}


async def test_a_promotion_in_the_night_is_told_in_the_morning(house: House) -> None:
    await house.says("2026-11-17 19:00", route="quick")
    notices = await house.run("promote", "2026-11-19 02:00")
    assert [notice.not_before for notice in notices] == [at("2026-11-19 07:00")]


async def test_run_every_few_minutes_for_a_week_each_is_told_once(house: House) -> None:
    for hour in (9, 14, 21):
        await house.says(f"2026-11-17 {hour:02}:00")
    moment, heard = at("2026-11-17 08:00"), []
    while moment < at("2026-11-24 08:00"):
        for notice in await house.run("clocks", f"{moment:%Y-%m-%d %H:%M}"):
            heard += [(kind, one.number) for kind, items in notice.facts.items() for one in items]
        moment += timedelta(minutes=47)
    expected = [(kind, number) for kind in ("unanswered", "due", "raised") for number in (1, 2, 3)]
    assert sorted(heard) == sorted(expected)
