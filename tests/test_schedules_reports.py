"""The ledger, the summary and the reply: once per period, whatever happened to the program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from schedules.job import Notice
from schedules.summary import Summary
from store import runs
from store.places import building
from store.tables import Place
from tests.neighbourhood import ACCOUNT, House, at, numbers, open_house, who


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as open_:
        yield open_


def summary(notice: Notice) -> Summary:
    assert notice.summary is not None
    return notice.summary


def periods(notices: list[Notice], room: str) -> list[str]:
    return [summary(notice).period for notice in notices if notice.to.contact == room]


async def veto(house: House, job: str, room: str, period: str) -> None:
    async with house.store.begin() as db:
        await runs.veto(db, job, f"room:{house.rooms[room].id}", period, at("2026-11-23 08:30"))


async def test_each_room_hears_its_week_once(house: House) -> None:
    await house.says("2026-11-17 10:00")
    await house.run("weekly", "2026-11-16 09:00")
    notices = await house.run("weekly", "2026-11-23 09:00")
    assert [(notice.kind, notice.key) for notice in notices] == [
        ("weekly", f"weekly:room:{house.rooms[name].id}:2026-W47") for name in ("三号群", "五号群", "工作群")
    ]
    assert [summary(notice).place for notice in notices] == ["3号楼", "5号楼", "河滨花园"]
    assert await house.run("weekly", "2026-11-23 09:00") == []
    assert await house.run("weekly", "2026-11-29 23:59") == []


async def test_only_the_work_room_gets_the_sheet(house: House) -> None:
    await house.says("2026-11-17 10:00")
    notices = await house.run("weekly", "2026-11-23 09:00")
    assert {notice.to.contact: notice.facts for notice in notices[-3:]} == {
        "三号群": {},
        "五号群": {},
        "工作群": {"sheet": True},
    }


async def test_a_week_read_late_is_the_same_week(house: House) -> None:
    early = await house.says("2026-11-17 10:00", gist="灯")
    await house.says("2026-11-23 00:00", gist="下一周的")
    notices = await house.run("weekly", "2026-11-26 15:41")
    told = next(summary(one) for one in notices if one.key.endswith("W47") and one.to.contact == "三号群")
    assert (told.new, numbers(told.open)) == (1, [early.number])


async def test_three_weeks_away_are_caught_up_in_order(house: House) -> None:
    await house.says("2026-11-03 10:00")
    await house.run("weekly", "2026-11-09 09:00")
    notices = await house.run("weekly", "2026-12-02 17:20")
    assert periods(notices, "三号群") == ["2026-W46", "2026-W47", "2026-W48"]
    assert await house.run("weekly", "2026-12-02 17:21") == []


async def test_what_nobody_missed_is_not_caught_up(house: House) -> None:
    notices = await house.run("weekly", "2026-12-02 17:20")
    assert periods(notices, "三号群") == ["2026-W48"]
    assert summary(notices[0]).empty


async def test_a_period_without_anything_may_be_silent(house: House) -> None:
    house.rules = replace(house.rules, empty="silent")
    assert await house.run("weekly", "2026-11-23 09:00") == []
    house.rules = replace(house.rules, empty="say")
    assert await house.run("weekly", "2026-11-23 09:01") == []


async def test_at_most_eight_weeks_are_caught_up(house: House) -> None:
    await house.says("2026-11-03 10:00")
    notices = await house.run("weekly", "2027-03-01 09:00")
    assert periods(notices, "三号群") == [f"2027-W0{week}" for week in range(1, 9)]
    assert await house.run("weekly", "2027-03-01 09:01") == []


async def test_a_room_owes_nothing_from_before_it_was_bound(house: House) -> None:
    await house.says("2026-11-03 10:00")
    await house.bind("新三号群", house.three, "2026-11-18 10:00")
    assert periods(await house.run("weekly", "2026-11-23 09:00"), "新三号群") == ["2026-W47"]


async def test_the_last_week_of_the_year(house: House) -> None:
    await house.says("2026-12-31 10:00")
    await house.says("2027-01-03 23:59")
    await house.says("2027-01-04 00:00")
    notices = await house.run("weekly", "2027-01-11 09:00")
    mine = {summary(one).period: summary(one).new for one in notices if one.to.contact == "三号群"}
    assert mine == {"2026-W53": 2, "2027-W01": 1}


async def test_a_vetoed_week_is_neither_posted_nor_previewed(house: House) -> None:
    await house.says("2026-11-17 10:00")
    await house.run("weekly", "2026-11-16 09:00")
    await veto(house, "weekly", "三号群", "2026-W47")
    assert await house.run("weekly_preview", "2026-11-23 08:00") == []
    assert who(await house.run("weekly", "2026-11-23 09:00")) == ["五号群", "工作群"]
    assert "三号群" in who(await house.run("weekly", "2026-11-30 09:00"))


async def test_another_accounts_rooms_are_left_to_it(house: House) -> None:
    await house.bind("别号群", house.three, "2026-11-01 12:00", account="other")
    assert "别号群" not in who(await house.run("weekly", "2026-11-23 09:00"))
    assert set(who(await house.run("weekly", "2026-11-23 09:00", account="other"))) == {"别号群"}


async def test_many_rooms_are_spread_over_ten_minutes(house: House) -> None:
    for nth in range(27):
        await house.bind(f"群{nth}", house.three, "2026-11-17 12:00")
    notices = await house.run("weekly", "2026-11-23 09:00")
    times = [notice.not_before for notice in notices]
    assert len(times) == 30
    assert times == sorted(times)
    assert times[0] == at("2026-11-23 09:00")
    assert at("2026-11-23 09:09") < times[-1] < at("2026-11-23 09:10")


async def test_a_summary_caught_up_at_night_waits_for_the_morning(house: House) -> None:
    notices = await house.run("weekly", "2026-11-24 02:00")
    assert {notice.not_before for notice in notices} == {at("2026-11-24 07:00")}


async def test_the_captain_sees_it_an_hour_before(house: House) -> None:
    await house.says("2026-11-17 10:00")
    await house.person("赵副", "deputy", house.three)
    notices = await house.run("weekly_preview", "2026-11-23 08:00")
    assert who(notices) == ["李楼长", "赵副"]
    assert summary(notices[0]).period == "2026-W47"
    assert await house.run("weekly_preview", "2026-11-23 08:30") == []


async def test_no_preview_of_what_is_due_in_the_room_already(house: House) -> None:
    await house.says("2026-11-17 10:00")
    assert await house.run("weekly_preview", "2026-11-23 09:00") == []
    house.retimed = {"weekly": "off"}
    assert await house.run("weekly_preview", "2026-11-23 08:59") == []


async def test_each_listed_issue_is_answered_once_a_month(house: House) -> None:
    request = await house.says("2026-11-17 10:00")
    assert who(await house.run("monthly_preview", "2026-12-01 08:00")) == ["李楼长"]
    notices = await house.run("monthly", "2026-12-01 09:00")
    assert who(notices) == ["三号群", "五号群", "工作群"]
    assert numbers(summary(notices[0]).issues) == [request.number]
    assert notices[-1].facts == {"sheet": True}
    assert await house.run("monthly", "2026-12-31 09:00") == []
    assert periods(await house.run("monthly", "2027-03-05 12:00"), "三号群") == [
        "2026-12",
        "2027-01",
        "2027-02",
    ]


async def test_todays_are_never_in_yesterdays_ledger(house: House) -> None:
    before = await house.says("2026-11-16 20:30")
    today = await house.says("2026-11-17 19:59")
    after = await house.says("2026-11-17 20:00")
    late_run = await house.run("daily", "2026-11-18 09:13")
    assert (who(late_run), summary(late_run[0]).period) == (["李楼长"], "2026-11-17")
    assert sorted(numbers(summary(late_run[0]).fresh)) == [before.number, today.number]
    evening = await house.run("daily", "2026-11-18 20:00")
    assert numbers(summary(evening[0]).fresh) == [after.number]
    assert await house.run("daily", "2026-11-18 20:01") == []


async def test_a_day_with_nothing_open_is_silent(house: House) -> None:
    assert await house.run("daily", "2026-11-17 20:00") == []
    await house.says("2026-11-18 10:00", state="unsure")
    assert who(await house.run("daily", "2026-11-18 20:00")) == ["李楼长"]


async def test_after_a_week_away_only_the_last_evening_is_told(house: House) -> None:
    await house.says("2026-11-10 10:00")
    await house.says("2026-11-19 10:00")
    notices = await house.run("daily", "2026-11-20 12:00")
    assert [summary(one).period for one in notices] == ["2026-11-19"]


async def test_the_ledger_reaches_back_over_evenings_without_one(house: House) -> None:
    house.retimed = {"daily": "0 20 * * mon-fri"}
    saturday = await house.says("2026-11-21 10:00")
    notices = await house.run("daily", "2026-11-23 20:00")
    assert numbers(summary(notices[0]).fresh) == [saturday.number]


async def test_a_captain_of_two_buildings_gets_one_ledger(house: House) -> None:
    await house.person("李楼长", "captain", house.five)
    await house.says("2026-11-17 10:00")
    await house.says("2026-11-17 11:00", house.five)
    notices = await house.run("daily", "2026-11-17 20:00")
    assert who(notices) == ["李楼长", "王楼长"]
    assert summary(notices[0]).place == "3号楼、5号楼"
    assert [one.place for one in summary(notices[0]).buildings] == ["3号楼", "5号楼"]
    assert summary(notices[1]).buildings == ()


async def test_each_account_tells_the_captains_it_knows(house: House) -> None:
    await house.person("赵副", "deputy", house.three, account="other")
    await house.says("2026-11-17 10:00")
    assert who(await house.run("daily", "2026-11-17 20:00")) == ["李楼长"]
    assert who(await house.run("daily", "2026-11-17 20:00", account="other")) == ["赵副"]


async def test_a_building_without_captain_falls_to_the_clerk(house: House) -> None:
    async with house.store.begin() as db:
        seven = await building(db, "7号楼", await db.get_one(Place, house.community.id))
    await house.says("2026-11-17 10:00", seven)
    assert who(await house.run("daily", "2026-11-17 20:00")) == ["居委小陈"]


async def test_a_run_that_failed_is_owed_still(house: House) -> None:
    await house.says("2026-11-17 10:00")
    with pytest.raises(RuntimeError):
        async with house.store.begin() as db:
            await runs.first_times(db, "weekly", ["room:1"], "2026-W47", at("2026-11-23 09:00"))
            raise RuntimeError("the disk is full")
    notices = await house.run("weekly", "2026-11-23 09:00")
    assert "三号群" in who(notices)


async def test_every_minute_of_a_week_says_it_once(house: House) -> None:
    """Whenever the job happens to run, each period comes exactly once."""
    await house.says("2026-11-03 10:00")
    moment, found = at("2026-11-02 00:00"), []
    while moment < at("2026-11-30 00:00"):
        found += periods(await house.run("weekly", f"{moment:%Y-%m-%d %H:%M}", ACCOUNT), "三号群")
        moment += timedelta(hours=7, minutes=13)
    assert found == ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]
