"""What the clock asks, and what it wipes at night."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from store import journal, outbox
from store.tables import Event, Person, Photo, Post, Request, Seen
from tests.neighbourhood import ACCOUNT, House, at, day, numbers, open_house, who


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as open_:
        yield open_


async def fixed(house: House, reporter: Person, when: str, by: Person | None = None) -> Request:
    """A request of hers that somebody resolved."""
    request = await house.says("2026-11-09 10:00", reporter_id=reporter.id)
    await house.moves(request, "done", when, by)
    return request


async def test_replies_are_asked_for_three_days_before_the_months_end(house: House) -> None:
    first = await house.says("2026-11-03 10:00")
    await house.says("2026-11-03 11:00", route="quick")
    handed = await house.says("2026-11-04 10:00", holder="property", state="handed_over")
    assert await house.run("monthly_ask", "2026-11-27 09:00") == []
    assert await house.run("monthly_ask", "2026-11-28 08:59") == []
    notices = await house.run("monthly_ask", "2026-11-28 09:00")
    assert {notice.to.contact: numbers(notice.facts["items"]) for notice in notices} == {
        "李楼长": [handed.number, first.number],
        "物业马师傅": [handed.number],
    }
    assert await house.run("monthly_ask", "2026-11-29 09:00") == []


async def test_a_reply_of_last_month_is_no_reply_of_this_one(house: House) -> None:
    request = await house.says("2026-10-12 10:00")
    await house.moves(request, "reply", "2026-10-30 10:00", reply="下月开会定")
    assert who(await house.run("monthly_ask", "2026-11-30 12:00")) == ["李楼长"]
    await house.moves(request, "reply", "2026-12-20 10:00", reply="定了")
    assert await house.run("monthly_ask", "2026-12-30 12:00") == []


async def test_is_it_fixed_is_asked_once_three_days_later(house: House) -> None:
    granny = await house.person("王阿婆")
    request = await fixed(house, granny, "2026-11-16 21:00")
    assert await house.run("ask_fixed", "2026-11-18 10:00") == []
    assert await house.run("ask_fixed", "2026-11-19 09:59") == []
    notices = await house.run("ask_fixed", "2026-11-19 10:00")
    assert (who(notices), numbers(notices[0].facts["items"])) == (["王阿婆"], [request.number])
    assert await house.run("ask_fixed", "2026-11-20 10:00") == []
    await house.moves(request, "notfixed", "2026-11-20 11:00", granny)
    await house.moves(request, "done", "2026-11-20 12:00")
    assert await house.run("ask_fixed", "2026-11-24 10:00") == []


async def test_several_of_one_reporter_are_one_question(house: House) -> None:
    granny = await house.person("王阿婆")
    await fixed(house, granny, "2026-11-16 10:00")
    await fixed(house, granny, "2026-11-16 11:00")
    notices = await house.run("ask_fixed", "2026-11-19 10:00")
    assert [len(notice.facts["items"]) for notice in notices] == [2]


async def test_who_knows_the_answer_is_not_asked(house: House) -> None:
    granny = await house.person("王阿婆")
    await fixed(house, granny, "2026-11-16 10:00", by=granny)
    rated = await fixed(house, granny, "2026-11-16 10:00")
    await house.changes(rated, satisfaction="good")
    await house.says(
        "2026-11-16 10:00", reporter_id=granny.id, state="resolved", ended_at=at("2026-11-16 10:00")
    )
    assert await house.run("ask_fixed", "2026-11-19 10:00") == []


async def test_who_wants_to_be_left_alone_is_not_asked(house: House) -> None:
    granny = await house.person("王阿婆")
    await fixed(house, granny, "2026-11-16 10:00")
    async with house.store.begin() as db:
        (await db.get_one(Person, granny.id)).deaf = True
    assert await house.run("ask_fixed", "2026-11-19 10:00") == []


async def test_too_late_to_reopen_is_too_late_to_ask(house: House) -> None:
    granny = await house.person("王阿婆")
    await fixed(house, granny, "2026-11-16 10:00")
    assert await house.run("ask_fixed", "2026-11-24 10:00") == []


async def test_waiting_that_is_over_is_told_once_per_date(house: House) -> None:
    request = await house.says("2026-11-03 10:00")
    await house.moves(request, "hold", "2026-11-04 10:00", expected=day("2026-11-18"), reason="等配件")
    assert await house.run("resume", "2026-11-17 23:00") == []
    notices = await house.run("resume", "2026-11-18 09:00")
    assert (who(notices), numbers(notices[0].facts["items"])) == (["李楼长"], [request.number])
    assert await house.run("resume", "2026-11-19 09:00") == []
    await house.changes(request, expected=day("2026-11-25"))
    assert who(await house.run("resume", "2026-11-25 09:00")) == ["李楼长"]


async def test_old_words_are_wiped_and_the_counts_stay(house: House) -> None:
    old = await house.says("2026-04-01 10:00", gist="漏水", text="501漏水")
    young = await house.says("2026-11-01 10:00", text="灯坏了")
    for request, when in ((old, "2026-04-03 10:00"), (young, "2026-11-03 10:00")):
        await house.moves(request, "done", when, outcome="修好了")
    async with house.store.begin() as db:
        db.add(Photo(request_id=old.id, message_id="m1", state="kept", hash="abc", at=at("2026-04-01 10:00")))
    assert await house.run("blank", "2026-11-17 03:00") == []
    wiped, kept = await house.row(old), await house.row(young)
    assert (wiped.text, wiped.gist, wiped.outcome, wiped.blanked) == ("", "", "", True)
    assert (wiped.category, wiped.state) == ("power", "resolved")
    assert kept.text == "灯坏了"
    assert house.dropped == ["abc"]
    await house.run("blank", "2026-11-17 03:01")
    assert house.dropped == ["abc"]


async def test_what_no_captain_confirmed_in_a_week_goes(house: House) -> None:
    doubt = await house.says("2026-11-09 10:00", state="unsure", text="水好像小了")
    fresh = await house.says("2026-11-16 10:00", state="unsure", text="水好像小了")
    await house.run("blank", "2026-11-17 03:00")
    row = await house.row(doubt)
    assert (row.state, row.text, row.gist, row.blanked) == ("withdrawn", "", "", True)
    assert (await house.row(fresh)).state == "unsure"
    async with house.store.read() as db:
        happened = list(
            await db.scalars(select(Event.verb).where(Event.request_id == doubt.id).order_by(Event.id))
        )
    assert happened == ["open", "no"]


async def test_said_words_and_seen_ids_are_dropped_in_time(house: House) -> None:
    house.rules = replace(house.rules, seen_days=30)
    async with house.store.begin() as db:
        for key, when in (("old", "2026-11-09 10:00"), ("new", "2026-11-16 10:00")):
            said = {"state": "said", "said_at": at(when), "created": at(when), "not_before": at(when)}
            await outbox.put(
                db, Post(key=key, account=ACCOUNT, to="r", group=True, kind="ack", text="收到", **said)
            )
        await journal.take(db, ACCOUNT, "long ago", at("2026-10-17 10:00"))
        await journal.take(db, ACCOUNT, "lately", at("2026-11-01 10:00"))
    await house.run("blank", "2026-11-17 03:00")
    async with house.store.read() as db:
        posts = {post.key: post.text for post in await db.scalars(select(Post))}
        ids = list(await db.scalars(select(Seen.message_id)))
    assert posts == {"old": "", "new": "收到"}
    assert ids == ["lately"]
