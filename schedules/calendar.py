"""The calendar: China's working days, due times by the 7135 rules, and the windows of the reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a neighbourhood can set about its clocks; the defaults are 长江瑞城's 7135."""

    first_answer_minutes: int = 7
    quick_days: int = 1
    listed_days: int = 3
    street_days: int = 5
    warn_before_hours: float = 4
    quick_warn_before_hours: float = 2
    working_days: bool = True
    """Count the working days of the Chinese calendar; otherwise every day."""
    workday_from: time = time(8)
    workday_until: time = time(20)
    reopen_days: int = 7
    ask_after_days: int = 3
    text_days: int = 180
    unsure_days: int = 7
    seen_days: int = 30
    quiet_from: time = time(22)
    quiet_until: time = time(7)
    zone: str = ZONE
    reporters: Literal["flat", "none"] = "none"
    """How summaries name who reported."""
    empty: Literal["say", "silent"] = "say"
    """Whether a week or month without anything is told."""
    lines: int = 8
    spread_seconds: float = 600
    """Over how long the summaries for many rooms are spread."""

    def local(self, moment: datetime) -> datetime:
        """The moment as people's clocks show it."""
        return moment.astimezone(ZoneInfo(self.zone))

    def at(self, day: date, clock: time) -> datetime:
        """That time of that day, in UTC."""
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A calendar period: both dates are inside it, `start` is too, `end` is not; both are UTC."""

    period: str
    """2026-W47, 2026-11 or 2026-11-22."""
    since: date
    until: date
    start: datetime
    end: datetime


def working_day(day: date) -> bool:
    """Whether China works on that day, by the State Council's yearly notice, make-up weekends included.

    A year whose notice is not out yet has its statutory holidays and no make-up days.
    """
    return _china().is_working_day(day)


def due(said_at: datetime, route: str, holder: str, rules: Rules) -> datetime:
    """When a request is due, UTC: so many days after the resident's words, within working hours.

    Source: 7135 (长江瑞城, Qingdao): quick 1 day, listed 3 days, with the street 5 days.
    """
    days = rules.quick_days if route == "quick" else rules.listed_days
    said = rules.local(said_at)
    day = _days_later(said.date(), rules.street_days if holder == "street" else days, rules)
    clock = said.time().replace(tzinfo=None)
    return rules.at(day, min(max(clock, rules.workday_from), rules.workday_until))


def first_answer_due(said_at: datetime, rules: Rules, *, urgent: bool = False) -> datetime:
    """When a human should have answered, UTC: minutes by day, from the morning when said at night.

    What is urgent has no night. Weekends count: neighbours look after neighbours.
    """
    said = rules.local(said_at)
    begin = said_at.astimezone(UTC)
    if not urgent and said.time() < rules.workday_from:
        begin = rules.at(said.date(), rules.workday_from)
    elif not urgent and said.time() >= rules.workday_until:
        begin = rules.at(said.date() + DAY, rules.workday_from)
    return begin + timedelta(minutes=rules.first_answer_minutes)


def quiet(moment: datetime, rules: Rules) -> bool:
    """Whether it is the hour to say nothing that is not urgent."""
    clock = rules.local(moment).time()
    if rules.quiet_from <= rules.quiet_until:
        return rules.quiet_from <= clock < rules.quiet_until
    return clock >= rules.quiet_from or clock < rules.quiet_until


def awake(moment: datetime, rules: Rules) -> datetime:
    """The moment, or when it is a quiet one, the end of the quiet hours."""
    if not quiet(moment, rules):
        return moment
    today = rules.local(moment).date()
    morning = rules.at(today, rules.quiet_until)
    return morning if morning > moment else rules.at(today + DAY, rules.quiet_until)


def day_of(moment: datetime, rules: Rules) -> Window:
    """The calendar day of a moment."""
    day = rules.local(moment).date()
    return _window(day.isoformat(), day, day, rules)


def week_of(moment: datetime, rules: Rules) -> Window:
    """The calendar week of a moment, Monday to Sunday, named as ISO 8601 does."""
    day = rules.local(moment).date()
    monday = day - day.weekday() * DAY
    year, week, _ = day.isocalendar()
    return _window(f"{year}-W{week:02}", monday, monday + 6 * DAY, rules)


def month_of(moment: datetime, rules: Rules) -> Window:
    """The calendar month of a moment."""
    first = rules.local(moment).date().replace(day=1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return _window(f"{first:%Y-%m}", first, last, rules)


def week_before(moment: datetime, rules: Rules) -> Window:
    """The last calendar week that was over by then."""
    return week_of(week_of(moment, rules).start - MOMENT, rules)


def month_before(moment: datetime, rules: Rules) -> Window:
    """The last calendar month that was over by then."""
    return month_of(month_of(moment, rules).start - MOMENT, rules)


def _window(period: str, since: date, until: date, rules: Rules) -> Window:
    midnight = time()
    return Window(period, since, until, rules.at(since, midnight), rules.at(until + DAY, midnight))


def _days_later(day: date, days: int, rules: Rules) -> date:
    while days > 0:
        day += DAY
        days -= not rules.working_days or working_day(day)
    return day


@cache
def _china() -> HolidayBase:
    return country_holidays("CN")
