"""The households of a building, as its list has them: flats, never who lives there."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Household, Place


async def keep(db: AsyncSession, building: Place, flats: Collection[tuple[str, str]]) -> int:
    """Put (unit, flat) pairs on the list of a building, each once; how many are new."""
    rows = await db.execute(select(Household.unit, Household.flat).where(Household.place_id == building.id))
    known = {(unit, flat) for unit, flat in rows}
    fresh = dict.fromkeys(pair for pair in flats if pair not in known)
    db.add_all(Household(place_id=building.id, unit=unit, flat=flat) for unit, flat in fresh)
    building.households = len(known) + len(fresh)
    await db.flush()
    return len(fresh)


async def find(db: AsyncSession, building: Place, flats: Collection[str]) -> list[Household]:
    """Those of a building's list that have one of these numbers: one in each unit."""
    there = select(Household).where(Household.place_id == building.id, Household.flat.in_(flats))
    return list(await db.scalars(there.order_by(Household.id)))
