"""/healthz and /metrics: numbers that are true, and nothing that was said."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from sqlalchemy.exc import OperationalError

from bot.chat import Health, NotSent
from bot.clock import MovedClock
from bot.config import Web
from bot.simulator.neighbourhood import DEMO, G3
from bot.simulator.stage import Stage, stage
from bot.simulator.times import HERE
from bot.watch import Watch, watched
from nlp import Reader, load
from schedules.jobs import JOBS, Notice
from store import outbox
from tests.gateway.conftest import free_port

START = datetime(2026, 11, 18, 9, 14, tzinfo=HERE)
LAMP = "3号楼2单元的灯又勿亮了 夜里下楼吓死人"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest_asyncio.fixture
async def made(reader: Reader, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(reader, MovedClock(START), tmp_path) as made:
        await made.furnish(DEMO)
        yield made


async def page(made: Stage, name: str) -> tuple[int, str]:
    port = free_port()
    served = watched(made.bot, Web(port=port))
    async with served, ClientSession() as session, session.get(f"http://127.0.0.1:{port}/{name}") as answer:
        return answer.status, await answer.text()


async def numbers(made: Stage) -> dict[str, float]:
    """What /metrics says."""
    status, text = await page(made, "metrics")
    assert status == 200
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def health(made: Stage) -> tuple[int, dict[str, object]]:
    status, text = await page(made, "healthz")
    return status, json.loads(text)


def refuse(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def say(to: str, text: str) -> None:
        raise NotSent

    monkeypatch.setattr(made.chat, "say", say)


async def test_all_is_well(made: Stage) -> None:
    status, told = await health(made)
    assert status == 200
    assert told == {
        "gateway": {"connected": True, "logged_in": True, "detail": "simulated"},
        "database": True,
        "outbox_age": 0.0,
        "deaf_minutes": 0.0,
        "unknown_posts": 0,
        "unhandled_messages": 0,
        "own_words": 0,
        "vocabulary_mistakes": [],
        "since": "2026-11-18T01:14:00+00:00",
        "well": True,
    }


@pytest.mark.parametrize("down", [{"connected": False}, {"logged_in": False}])
async def test_a_gateway_that_is_away_is_unwell(
    made: Stage, monkeypatch: pytest.MonkeyPatch, down: dict[str, bool]
) -> None:
    gone = replace(Health(True, True, 125.0, "网关没有回应"), **down)
    monkeypatch.setattr(made.chat, "health", lambda: gone)
    status, told = await health(made)
    assert status == 503
    assert (told["gateway"], told["deaf_minutes"]) == (
        {"connected": True, "logged_in": True, "detail": "网关没有回应"} | down,
        2.1,
    )


async def test_a_post_overdue_for_ten_minutes_is_unwell(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(made, monkeypatch)
    await made.speak(G3, "wang", LAMP)
    watch = Watch(made.bot)
    made.clock.move_to(START + timedelta(minutes=10, seconds=4))
    assert (await watch.state()).well
    made.clock.move_to(START + timedelta(minutes=10, seconds=6))
    state = await watch.state()
    assert state.outbox_age == 601.0 and not state.well


async def test_a_database_that_is_away_is_unwell_and_the_rest_is_still_told(made: Stage) -> None:
    async with made.store.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE post")
    status, told = await health(made)
    assert status == 503
    assert (told["database"], told["outbox_age"], told["unknown_posts"]) == (False, None, None)
    assert told["gateway"] == {"connected": True, "logged_in": True, "detail": "simulated"}
    assert (await numbers(made))["louzu_gateway_well"] == 1


async def test_what_happened_is_counted(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await made.speak(G3, "wang", LAMP)
    await made.speak(G3, "wang", "今朝太阳老好 被子好晒了")
    told = await numbers(made)
    assert told["louzu_messages_heard_total"] == 2
    assert told['louzu_requests_opened_total{route="quick"}'] == 1
    assert told['louzu_requests_opened_total{route="listed"}'] == 0
    assert told['louzu_posts_total{end="said"}'] == 1
    assert told["louzu_handling_seconds_count"] == 3  # the two, and the echo of the acknowledgement


async def test_each_job_that_ran_is_counted(made: Stage) -> None:
    keeper = made.bot.keeper
    await keeper.catch_up()
    told = await numbers(made)
    assert {told[f'louzu_jobs_run_total{{job="{name}"}}'] for name in keeper.triggers} == {1.0}


async def test_a_job_that_failed_does_not_wait_for_its_next_day(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, weekly = made.bot.keeper, JOBS["weekly"]

    async def broken(*_: object) -> list[Notice]:
        raise OperationalError("SELECT", None, Exception("database is locked"))

    monkeypatch.setitem(JOBS, "weekly", replace(weekly, run=broken))
    await keeper.tick("weekly")
    monkeypatch.setitem(JOBS, "weekly", weekly)
    assert keeper.due(START, START) == ["weekly"]
    await keeper.again()
    assert keeper.due(START, START) == []
    assert (await numbers(made))['louzu_jobs_run_total{job="weekly"}'] == 1


async def test_nothing_that_was_said_is_told(made: Stage) -> None:
    await made.speak(G3, "wang", LAMP)
    for name in ("healthz", "metrics"):
        assert not re.search("[一-鿿]", (await page(made, name))[1])


async def test_before_the_end_the_post_being_said_is_finished_and_no_other_begun(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, sent, said = asyncio.Event(), asyncio.Event(), []

    async def say(to: str, text: str) -> str:
        begun.set()
        await sent.wait()
        said.append(text)
        return "1"

    for person, text in (("wang", LAMP), ("fang", "垃圾房臭死了 几天没人清了")):
        await made.bot.handle(made.chat.speak(G3, person, text))
    monkeypatch.setattr(made.chat, "say", say)
    speaking = asyncio.create_task(made.bot.speaker.run())
    await begun.wait()
    hushing = asyncio.create_task(made.bot.speaker.hush())
    await asyncio.sleep(0)
    assert not hushing.done()
    sent.set()
    await hushing
    speaking.cancel()
    state = await Watch(made.bot).state()
    assert len(said) == 1 and state.unknown_posts == 0
    async with made.store.read() as db:
        assert await outbox.take(db, made.chat.account, made.clock.now())
