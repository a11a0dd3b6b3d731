"""The calendar: working days, due times, windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from schedules.calendar import (
    Rules,
    awake,
    day_of,
    due,
    first_answer_due,
    month_before,
    month_of,
    quiet,
    week_before,
    week_of,
    working_day,
)

RULES = Rules()
EVERY_DAY = Rules(working_days=False)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    "day",
    # From the State Council's notices for 2024, 2025 and 2026.
    [
        "2024-02-04",
        "2024-02-18",
        "2024-10-12",
        "2025-01-26",
        "2025-04-27",
        "2025-09-28",
        "2025-10-11",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ],
)
def test_a_make_up_weekend_is_a_working_day(day: str) -> None:
    assert working_day(date.fromisoformat(day))
    assert date.fromisoformat(day).weekday() >= 5


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-02-10", "2024-02-17"),
        ("2024-10-01", "2024-10-07"),
        ("2025-01-28", "2025-02-04"),
        ("2025-10-01", "2025-10-08"),
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ],
)
def test_a_holiday_week_is_free_and_framed_by_work_or_weekend(first: str, last: str) -> None:
    since, until = date.fromisoformat(first), date.fromisoformat(last)
    days = [since + timedelta(n) for n in range((until - since).days + 1)]
    assert not any(map(working_day, days))


def test_plain_days() -> None:
    assert working_day(date(2026, 11, 17))
    assert not working_day(date(2026, 11, 21))
    assert not working_day(date(2026, 11, 22))


@pytest.mark.parametrize(
    ("said", "route", "holder", "owed"),
    [
        ("2026-11-17 15:00", "quick", "captain", "2026-11-18 15:00"),
        ("2026-11-17 21:13", "quick", "captain", "2026-11-18 20:00"),
        ("2026-11-17 02:30", "quick", "captain", "2026-11-18 08:00"),
        ("2026-11-20 15:00", "quick", "captain", "2026-11-23 15:00"),
        ("2026-11-21 15:00", "quick", "captain", "2026-11-23 15:00"),
        ("2026-11-17 10:00", "listed", "property", "2026-11-20 10:00"),
        ("2026-11-17 10:00", "listed", "street", "2026-11-24 10:00"),
        ("2026-09-30 10:00", "quick", "captain", "2026-10-08 10:00"),
        ("2026-09-30 10:00", "listed", "property", "2026-10-10 10:00"),
        ("2026-02-13 10:00", "quick", "captain", "2026-02-14 10:00"),
        ("2026-02-13 10:00", "listed", "captain", "2026-02-25 10:00"),
    ],
)
def test_due_counts_working_days_from_the_words(said: str, route: str, holder: str, owed: str) -> None:
    assert due(at(said), route, holder, RULES) == at(owed)
    assert due(at(said), route, holder, RULES).tzinfo is UTC


def test_due_counts_every_day_when_so_set() -> None:
    assert due(at("2026-11-20 15:00"), "quick", "captain", EVERY_DAY) == at("2026-11-21 15:00")
    assert due(at("2026-10-01 09:00"), "listed", "captain", EVERY_DAY) == at("2026-10-04 09:00")


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        ("2026-11-17 15:00", "2026-11-17 15:07"),
        ("2026-11-17 19:59", "2026-11-17 20:06"),
        ("2026-11-17 20:00", "2026-11-18 08:07"),
        ("2026-11-17 23:30", "2026-11-18 08:07"),
        ("2026-11-18 03:00", "2026-11-18 08:07"),
        ("2026-11-21 11:00", "2026-11-21 11:07"),
    ],
)
def test_first_answer_is_owed_in_minutes_by_day(said: str, owed: str) -> None:
    assert first_answer_due(at(said), RULES) == at(owed)


def test_what_is_urgent_has_no_night() -> None:
    assert first_answer_due(at("2026-11-17 23:30"), RULES, urgent=True) == at("2026-11-17 23:37")


def test_quiet_hours_end_in_the_morning() -> None:
    assert awake(at("2026-11-17 23:30"), RULES) == at("2026-11-18 07:00")
    assert awake(at("2026-11-18 00:30"), RULES) == at("2026-11-18 07:00")
    assert awake(at("2026-11-18 07:00"), RULES) == at("2026-11-18 07:00")
    assert quiet(at("2026-11-17 22:00"), RULES)
    assert not quiet(at("2026-11-17 21:59"), RULES)


def test_quiet_hours_may_lie_within_one_day() -> None:
    noon = Rules(quiet_from=time(12), quiet_until=time(14))
    assert awake(at("2026-11-17 12:30"), noon) == at("2026-11-17 14:00")
    assert not quiet(at("2026-11-17 23:00"), noon)


def test_week_at_the_turn_of_the_year() -> None:
    week = week_of(at("2027-01-03 23:59"), RULES)
    assert week.period == "2026-W53"
    assert (week.since, week.until) == (date(2026, 12, 28), date(2027, 1, 3))
    assert (week.start, week.end) == (at("2026-12-28 00:00"), at("2027-01-04 00:00"))
    assert week_of(at("2027-01-04 00:00"), RULES).period == "2027-W01"
    assert week_before(at("2027-01-04 00:00"), RULES) == week
    assert week_before(at("2027-01-10 23:59"), RULES) == week


def test_month_at_the_turn_of_the_year() -> None:
    month = month_before(at("2027-01-01 00:00"), RULES)
    assert month.period == "2026-12"
    assert (month.since, month.until) == (date(2026, 12, 1), date(2026, 12, 31))
    assert (month.start, month.end) == (at("2026-12-01 00:00"), at("2027-01-01 00:00"))
    assert month_of(at("2028-02-29 12:00"), RULES).until == date(2028, 2, 29)


def test_windows_are_the_peoples_not_utc() -> None:
    sunday_in_utc = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert week_of(sunday_in_utc, RULES).period == "2026-W48"
    assert day_of(sunday_in_utc, RULES).period == "2026-11-23"
    assert day_of(sunday_in_utc, RULES).start.tzinfo is UTC
