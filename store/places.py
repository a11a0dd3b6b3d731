"""The tree of places, the rooms bound to it, and who may do what where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.refusal import Refusal
from store.tables import Place, Room

_NUMBERED = re.compile(r"第?(\d{1,4}|[A-Za-z]\d?)(?:号楼|号|栋|幢|座|#楼?|楼)?")
KINDS = ("street", "community", "grid", "building")


def plain_name(name: str) -> str:
    """A place's name as it is compared: half-width, without spaces, 號 and 栋 written one way."""
    flat = unicodedata.normalize("NFKC", name).replace(" ", "").replace("號", "号").strip("#")
    return f"{flat}号楼" if flat.isdigit() else flat


async def community(db: AsyncSession, name: str) -> Place:
    """The neighbourhood by this name; made when it does not exist."""
    return await _place(db, "community", name, None)


async def building(db: AsyncSession, name: str, parent: Place) -> Place:
    """The building by this name or alias; made under `parent` when it does not exist."""
    return await find_building(db, name) or await _place(db, "building", plain_name(name), parent)


async def find_building(db: AsyncSession, name: str) -> Place | None:
    """The building that is called so: by its name or an alias, else by its bare number or letter (3, 3栋, A座)."""
    known = await buildings(db)
    for same in (plain_name, _bare):
        wanted = same(name)
        for place in known:
            if wanted and wanted in map(same, (place.name, *place.aliases)):
                return place
    return None


def _bare(name: str) -> str:
    """The number or letter of a building, "" when its name has none: 3栋, 3幢, 3# and 3号 are one."""
    found = _NUMBERED.fullmatch(plain_name(name))
    return found[1].upper() if found else ""


async def buildings(db: AsyncSession, under: Sequence[Place] = ()) -> list[Place]:
    """All buildings, or those at or below any of the places given, in order of making."""
    rows = await db.scalars(select(Place).where(Place.kind == "building").order_by(Place.id))
    return [place for place in rows if not under or any(lies_under(place, top) for top in under)]


def lies_under(place: Place, top: Place) -> bool:
    """Whether `place` is `top` or below it."""
    return place.path.startswith(top.path)


async def above(db: AsyncSession, place: Place) -> list[Place]:
    """The place and all above it, the nearest first."""
    ids = [int(part) for part in place.path.strip("/").split("/")]
    rows = {row.id: row for row in await db.scalars(select(Place).where(Place.id.in_(ids)))}
    return [rows[id_] for id_ in reversed(ids)]


async def room(db: AsyncSession, account: str, contact: str) -> Room:
    """The row of a group; made at its first word."""
    found = await db.scalar(select(Room).where(Room.account == account, Room.contact == contact))
    if found is None:
        found = Room(account=account, contact=contact)
        db.add(found)
        await db.flush()
        await db.refresh(found)
    return found


async def rooms(db: AsyncSession, account: str, kind: str | None = None) -> list[Room]:
    """The bound rooms of an account; with `kind`, only those of buildings or of communities."""
    query = select(Room).join(Place).where(Room.account == account).order_by(Room.id)
    return list(await db.scalars(query.where(Place.kind == kind) if kind else query))


async def rooms_of(db: AsyncSession, place: Place) -> list[Room]:
    """The rooms bound to this very place."""
    return list(await db.scalars(select(Room).where(Room.place_id == place.id).order_by(Room.id)))


async def next_number(db: AsyncSession, place: Place) -> int:
    """The next request number of a building; numbers are short, never reused."""
    fresh: int | None = (await db.execute(_COUNT_ON, {"place": place.id})).scalar()
    if fresh is None:
        raise Refusal("no_such_place", name=place.name)
    return fresh


_places: Any = Place.__table__
_COUNT_ON = (
    update(_places)
    .where(_places.c.id == bindparam("place"))
    .values(last_number=_places.c.last_number + 1)
    .returning(_places.c.last_number)
)
"""Past the session: a place that is loaded knows its last number no better than the table."""


async def _place(db: AsyncSession, kind: str, name: str, parent: Place | None) -> Place:
    found = await db.scalar(select(Place).where(Place.kind == kind, Place.name == name))
    if found is None:
        found = Place(kind=kind, name=name, parent_id=parent.id if parent else None, aliases=[], path="")
        db.add(found)
        await db.flush()
        found.path = f"{parent.path if parent else '/'}{found.id}/"
    return found
