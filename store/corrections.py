"""What captains corrected in what was read: kept as long as the words are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Correction, Request

Corrected = tuple[Correction, Request]


async def all_(db: AsyncSession) -> Sequence[Corrected]:
    """Every correction with its request, in the order in which they were made."""
    query = select(Correction, Request).join(Request, Correction.request_id == Request.id)
    return [(one, request) for one, request in await db.execute(query.order_by(Correction.id))]


async def told(db: AsyncSession) -> list[Request]:
    """The requests that still have their words and of which nobody doubts that they are some."""
    query = select(Request).where(~Request.blanked, Request.text != "")
    return list(
        await db.scalars(query.where(Request.state.not_in(("unsure", "withdrawn"))).order_by(Request.id))
    )


async def drop(db: AsyncSession, before: datetime) -> None:
    """Wipe what is left of texts that were no requests."""
    await db.execute(delete(Correction).where(Correction.words != "", Correction.at < before))
