"""What a job is: declared in one place, it finds out by itself what is owed, and says it as notices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.calendar import Rules
from schedules.summary import Summary
from store.tables import Person, Request, Room

MOST_FIRES = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be said. `key` is unique: owed once, whatever crashes; the bot finds the words."""

    kind: str
    key: str
    to: Room | Person
    facts: dict[str, Any] = field(default_factory=dict)
    request: Request | None = None
    summary: Summary | None = None
    urgent: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """One look at the clock for one account; any minute will do."""

    account: str
    now: datetime
    rules: Rules
    triggers: Mapping[str, CronTrigger]
    """The jobs that are switched on, by name."""
    dropped_photos: list[str] = field(default_factory=list)
    """Hashes of photos that no request has any more: their files go once the work is kept."""

    def fires(self, name: str, since: datetime, most: int = MOST_FIRES) -> list[datetime]:
        """When a job fell due in (since, now], UTC, oldest first; the last ones. [] when it is switched off."""
        trigger = self.triggers.get(name)
        return fires(trigger, since, self.now, most) if trigger else []


Run = Callable[[AsyncSession, Tick], Awaitable[list[Notice]]]
Declared = TypeVar("Declared", bound=Run | None)


@dataclass(frozen=True, slots=True)
class Job:
    """A thing done by the clock. `run` is None where the bot itself does it.

    A run may come at any minute, at the start, twice in a row or weeks late: it asks the tables
    what is owed by `tick.now`, and writes down in the same unit of work what it has done.
    """

    name: str
    title: str
    when: str
    """Five cron fields; days of the week by name."""
    about: str
    run: Run | None = None
    wipes: bool = False
    """What it takes out of the tables is to leave no trace."""


JOBS: dict[str, Job] = {}


def job(
    name: str, title: str, *, when: str, about: str, wipes: bool = False
) -> Callable[[Declared], Declared]:
    """Declare a job, once."""

    def declare(run: Declared) -> Declared:
        if name in JOBS:
            raise ValueError(f"job {name} is declared twice")
        JOBS[name] = Job(name, title, when, about, run, wipes)
        return run

    return declare


def trigger(job: Job, when: str | None, zone: str) -> CronTrigger:
    """When a job falls due: by `when` from the config, or by its own. Raises ValueError on a bad one."""
    fields = (when or job.when).split()
    # APScheduler counts the days from Monday 0, cron from Sunday 0: a number would be a day off in silence.
    if len(fields) == 5 and any(letter.isdigit() for letter in fields[4]):
        raise ValueError(f"name the day of the week in {' '.join(fields)!r}: mon, tue, ... sun")
    return CronTrigger.from_crontab(" ".join(fields), timezone=ZoneInfo(zone))


def triggers(retimed: Mapping[str, str], zone: str) -> dict[str, CronTrigger]:
    """All jobs that are switched on. `retimed` holds other times by name; "off" switches a job off."""
    on = (job for job in JOBS.values() if retimed.get(job.name) != "off")
    return {job.name: trigger(job, retimed.get(job.name), zone) for job in on}


def fires(trigger: CronTrigger, since: datetime, until: datetime, most: int = MOST_FIRES) -> list[datetime]:
    """When it fell due in (since, until], UTC, oldest first; at most the last `most`."""
    # Looking back in growing steps: a job of every minute after a month away would walk 43,200 fires.
    span = timedelta(hours=1)
    while True:
        start = max(since, until - span)
        found = list(_walk(trigger, start, until))
        if start == since or len(found) >= most:
            return found[-most:]
        span *= 4


def _walk(trigger: CronTrigger, since: datetime, until: datetime) -> Iterator[datetime]:
    instant = timedelta(microseconds=1)
    fire = trigger.get_next_fire_time(None, since + instant)
    while fire is not None and fire <= until:
        yield fire.astimezone(UTC)
        fire = trigger.get_next_fire_time(None, fire + instant)
