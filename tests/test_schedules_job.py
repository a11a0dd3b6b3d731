"""Jobs: declared once, fired by cron, looked back on."""

from __future__ import annotations

import pytest

from schedules.calendar import Rules
from schedules.job import Job, fires, job, trigger
from schedules.jobs import JOBS, Tick, triggers
from tests.neighbourhood import at

ZONE = "Asia/Shanghai"


def made(when: str) -> Job:
    return Job("x", "", when, "")


def test_every_job_is_told_in_chinese_and_has_a_valid_time() -> None:
    assert set(triggers({}, ZONE)) == set(JOBS)
    assert all(one.title and one.about and one.name == name for name, one in JOBS.items())
    assert [name for name, one in JOBS.items() if one.run is None] == ["backup"]


def test_a_job_is_declared_once() -> None:
    with pytest.raises(ValueError, match="weekly"):
        job("weekly", "", when="", about="")(None)


def test_a_job_is_retimed_or_switched_off() -> None:
    on = triggers({"weekly": "30 18 * * sun", "blank": "off"}, ZONE)
    assert "blank" not in on
    assert fires(on["weekly"], at("2026-11-20 00:00"), at("2026-11-27 00:00")) == [at("2026-11-22 18:30")]


@pytest.mark.parametrize("when", ["0 9 * * 1", "0 9 * * 1-5", "0 9 * *", "99 9 * * mon", "0 9 * * foo"])
def test_a_bad_time_is_an_error(when: str) -> None:
    with pytest.raises(ValueError):
        trigger(made("0 9 * * mon"), when, ZONE)


def test_fires_are_after_since_and_up_to_until() -> None:
    monday = trigger(JOBS["weekly"], None, ZONE)
    found = fires(monday, at("2026-11-02 09:00"), at("2026-11-23 09:00"))
    assert found == [at("2026-11-09 09:00"), at("2026-11-16 09:00"), at("2026-11-23 09:00")]
    assert fires(monday, at("2026-11-23 09:00"), at("2026-11-30 08:59")) == []


def test_fires_are_the_last_sixty() -> None:
    minutes = fires(trigger(JOBS["clocks"], None, ZONE), at("2026-01-01 00:00"), at("2026-11-23 09:00"))
    assert (len(minutes), minutes[0], minutes[-1]) == (60, at("2026-11-23 08:01"), at("2026-11-23 09:00"))
    months = fires(trigger(JOBS["monthly"], None, ZONE), at("2010-01-01 00:00"), at("2026-11-23 09:00"))
    assert (len(months), months[0], months[-1]) == (60, at("2021-12-01 09:00"), at("2026-11-01 09:00"))


def test_the_last_of_the_month_never_skips_one() -> None:
    last = trigger(made("0 9 last * *"), None, ZONE)
    assert len(fires(last, at("2025-12-31 09:00"), at("2026-12-31 09:00"))) == 12


def test_a_tick_knows_no_fires_of_what_is_switched_off() -> None:
    tick = Tick("bot", at("2026-11-23 09:00"), Rules(), triggers({"weekly": "off"}, ZONE))
    assert tick.fires("weekly", at("2026-11-01 00:00")) == []
    assert len(tick.fires("daily", at("2026-11-20 00:00"))) == 3
