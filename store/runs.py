"""What the clock has already done: one row per job, subject and period."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Run


async def first_time(db: AsyncSession, job: str, subject: str, period: str, now: datetime) -> bool:
    """Write down that a job is done for a subject and period; False when it already was."""
    if await find(db, job, subject, period):
        return False
    db.add(Run(job=job, subject=subject, period=period, at=now))
    await db.flush()
    return True


async def find(db: AsyncSession, job: str, subject: str, period: str) -> Run | None:
    """The row of a job done for a subject and period."""
    mine = (Run.job == job, Run.subject == subject, Run.period == period)
    return await db.scalar(select(Run).where(*mine))


async def veto(db: AsyncSession, job: str, subject: str, period: str, now: datetime) -> None:
    """A captain stops what would be posted for this period."""
    run = await find(db, job, subject, period)
    if run is None:
        run = Run(job=job, subject=subject, period=period, at=now)
        db.add(run)
    run.vetoed = True
