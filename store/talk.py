"""What talk may be about: the open and lately ended requests of a building, and what was said to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, false, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from store.moves import ACTIVE
from store.tables import Event, Person, Place, Request, Supporter


async def lately(db: AsyncSession, building: Place, since: datetime) -> list[Request]:
    """What is open or unsure in a building, and what was resolved since then; those blanked left out."""
    alive = Request.state.in_([*ACTIVE, "unsure"])
    resolved = and_(Request.state == "resolved", Request.ended_at >= since)
    # Which roles the reporter has does not matter here, and would cost a statement more.
    reporter = joinedload(Request.reporter).lazyload(Person.roles)
    query = select(Request).where(
        Request.building_id == building.id, or_(alive, resolved), Request.text != ""
    )
    return list(await db.scalars(query.options(reporter).order_by(Request.id)))


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said to a request after it was opened."""

    request_id: int
    person_id: int | None
    text: str
    joined: bool
    """He stands behind it as one more household."""
    household: str


async def words(db: AsyncSession, requests: Sequence[Request]) -> list[Word]:
    """Everything that was added to these requests, in no order."""
    ids = [request.id for request in requests]
    joined = select(Supporter.request_id, Supporter.person_id, Supporter.text, true().label("joined"))
    added = select(Event.request_id, Event.actor_id, Event.note, false())
    said = union_all(
        joined.where(Supporter.request_id.in_(ids)),
        added.where(Event.request_id.in_(ids), Event.verb == "more"),
    ).subquery()
    rows = await db.execute(select(said, Person.household).outerjoin(Person, Person.id == said.c.person_id))
    return [Word(id_, person, text, bool(joined), home or "") for id_, person, text, joined, home in rows]
