"""Counts over a window, in one statement for one building or for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Request

UNCOUNTED = ("unsure", "merged", "withdrawn")
"""States that are no request of their own."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests of a building, created in the window, are of this state, category and route."""

    building_id: int
    state: str
    category: str
    route: str
    count: int


def counted(
    since: datetime, until: datetime, building_ids: Sequence[int] | None = None
) -> Select[int, str, str, str, int]:
    """The statement: requests created from `since` up to but not including `until`, grouped."""
    keys = (Request.building_id, Request.state, Request.category, Request.route)
    query = select(*keys, func.count()).where(Request.created >= since, Request.created < until)
    if building_ids is not None:
        query = query.where(Request.building_id.in_(building_ids))
    return query.group_by(*keys)


async def counts(
    db: AsyncSession, since: datetime, until: datetime, building_ids: Sequence[int] | None = None
) -> list[Count]:
    """What came in during the window; all buildings when none are named."""
    return [Count(*row) for row in await db.execute(counted(since, until, building_ids))]
