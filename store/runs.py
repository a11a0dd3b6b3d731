"""What the clock has already done: one row per job, subject and period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from store import once
from store.tables import Run

UNIQUE = "job subject period"


async def first_time(db: AsyncSession, job: str, subject: str, period: str, now: datetime) -> bool:
    """Write down that a job is done for a subject and period; False when it already was."""
    return bool(await first_times(db, job, [subject], period, now))


async def first_times(
    db: AsyncSession, job: str, subjects: Sequence[str], period: str, now: datetime
) -> set[str]:
    """Write down that a job is done for these subjects and a period; those for which it was not yet."""
    mine = select(Run.subject).where(Run.job == job, Run.period == period, Run.subject.in_(subjects))
    fresh = set(subjects) - set(await db.scalars(mine))
    # Another process may be at the same work: of two, the unique key lets one be the first.
    runs = [Run(job=job, subject=subject, period=period, at=now) for subject in sorted(fresh)]
    return {run.subject for run in runs if await once.put(db, run, UNIQUE)}


async def find(db: AsyncSession, job: str, subject: str, period: str) -> Run | None:
    """The row of a job done for a subject and period."""
    mine = (Run.job == job, Run.subject == subject, Run.period == period)
    return await db.scalar(select(Run).where(*mine))


async def veto(db: AsyncSession, job: str, subject: str, period: str, now: datetime) -> None:
    """A captain stops what would be posted for this period."""
    run = Run(job=job, subject=subject, period=period, at=now, vetoed=True)
    await once.put(db, run, UNIQUE, again="vetoed")


async def forget(db: AsyncSession, job: str, subject: str) -> None:
    """Let a job be done anew for a subject: what it was about has begun again."""
    await db.execute(delete(Run).where(Run.job == job, Run.subject == subject))
