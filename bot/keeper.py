"""Keeping time: APScheduler ticks, the tables know what is owed, and what is owed becomes a post."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy.ext.asyncio import AsyncSession

from bot import photos
from bot.attachments import card
from bot.clock import Clock
from bot.hearing import Means
from bot.metrics import Metrics
from bot.outgoing import Kind, Words, owe
from bot.vocabulary import file_of
from bot.words import digests
from schedules.job import Notice, Tick
from schedules.jobs import JOBS, fires, triggers
from store import Store
from store.backup import backup

log = logging.getLogger("louzu.keeper")
OFTEN = 4
"""Fires a day above which a moved clock does not halt for each."""


class Keeper:
    """Does by the clock what is due; any minute will do, and twice is once."""

    def __init__(self, account: str, store: Store, means: Means, clock: Clock, metrics: Metrics) -> None:
        self.account, self.store, self.means, self.clock = account, store, means, clock
        self.metrics = metrics
        retimed = {name: job.cron if job.on else "off" for name, job in means.config.jobs.items()}
        if store.file is None:
            # A server has its own backups, a store in memory has nothing to keep.
            retimed["backup"] = "off"
        self._failed: set[str] = set()
        self.triggers = triggers({name: when for name, when in retimed.items() if when}, means.rules.zone)

    async def run(self) -> None:
        """Tick for ever: once for all jobs now, to catch up, then each at its times."""
        scheduler = AsyncIOScheduler(timezone=self.means.rules.zone)
        for name, trigger in self.triggers.items():
            scheduler.add_job(
                self.tick, trigger, [name], coalesce=True, misfire_grace_time=None, max_instances=1
            )
        scheduler.add_job(self.again, "interval", minutes=1, coalesce=True, max_instances=1)
        await self.catch_up()
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def catch_up(self) -> None:
        """Every job that is switched on, once, in the order of declaration."""
        for name in self.triggers:
            await self.tick(name)

    async def tick(self, name: str) -> None:
        """One job that fell due; never raises."""
        try:
            await self.do(name)
            self.metrics.jobs.labels(name).inc()
            self._failed.discard(name)
        except Exception:
            log.exception("job %s failed; it is tried again in a minute", name)
            self._failed.add(name)

    async def again(self) -> None:
        """What failed: a summary must not wait for the next Monday because the disk was full on this one."""
        for name in [name for name in self.triggers if name in self._failed]:
            await self.tick(name)

    async def do(self, name: str) -> None:
        """One job: what it finds owed and what is to be said about it, in one transaction."""
        run = JOBS[name].run
        if run is None:
            await self._backup()
            return
        tick = Tick(self.account, self.clock.now(), self.means.rules, self.triggers)
        async with self.store.begin() as db:
            for notice in await run(db, tick):
                await self._owe(db, notice)
        for hash_ in tick.dropped_photos:
            photos.drop(hash_, self.means.config.data_dir / "photos")
        if JOBS[name].wipes:
            await self.store.scrub()

    def stops(self, since: datetime, until: datetime) -> list[datetime]:
        """When a moved clock should halt on its way: every time a rare job falls due."""
        rare = [one for one in self.triggers.values() if not _frequent(one, since)]
        found = {stop for one in rare for stop in fires(one, since, until)}
        return sorted(found)

    def due(self, since: datetime, until: datetime) -> list[str]:
        """The jobs that fall due in (since, until] or failed before, in the order of declaration."""
        return [
            name
            for name, trigger in self.triggers.items()
            if name in self._failed or _fires(trigger, since, until)
        ]

    async def _owe(self, db: AsyncSession, notice: Notice) -> None:
        await owe(db, notice.to, _words(notice, self.means), self.clock.now(), self.means.rules)
        if (
            notice.kind == "weekly"
            and notice.summary
            and self.means.config.summaries.card
            and not notice.summary.empty
        ):
            drawn = Words(
                f"{notice.key}:card", "digest", attachment=card(notice.summary), not_before=notice.not_before
            )
            await owe(db, notice.to, drawn, self.clock.now(), self.means.rules)
        if notice.facts.get("sheet") and notice.summary:
            place = getattr(notice.to, "place_id", None)
            sheet = {"sheet": {"places": [place], "period": notice.summary.period}}
            sent = Words(f"{notice.key}:sheet", "digest", attachment=sheet, not_before=notice.not_before)
            await owe(db, notice.to, sent, self.clock.now(), self.means.rules)

    async def _backup(self) -> None:
        config, now = self.means.config, self.clock.now()
        folder, photos_ = config.data_dir / "backups", config.data_dir / "photos"
        if self.store.file is not None:
            kept, words = config.store.backups_kept, file_of(config)
            await backup(self.store, folder, now, kept, photos_, words)


def _fires(trigger: CronTrigger, since: datetime, until: datetime) -> bool:
    first = trigger.get_next_fire_time(None, since + timedelta(microseconds=1))
    return first is not None and first <= until


def _frequent(trigger: CronTrigger, since: datetime) -> bool:
    return len(fires(trigger, since, since + timedelta(days=1))) > OFTEN


def _words(notice: Notice, means: Means) -> Words:
    kind: Kind = "urgent" if notice.urgent else "digest" if notice.summary else "notice"
    return Words(notice.key, kind, _text(notice, means), request=notice.request, not_before=notice.not_before)


def _text(notice: Notice, means: Means) -> str:
    if notice.summary is None:
        items = notice.facts.get("items")
        return digests.clocks(notice.facts) if items is None else digests.asked(notice.kind, items)
    if notice.kind == "daily":
        return digests.ledger(notice.summary)
    if notice.kind.endswith("_preview"):
        return digests.preview(notice.summary, means.rules)
    return digests.text(notice.summary, means.rules)
