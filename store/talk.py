"""What talk may be about: the open and lately ended requests of a building, and what was said to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from store.moves import ACTIVE
from store.tables import Event, Person, Place, Request, Supporter


async def lately(db: AsyncSession, building: Place, since: datetime) -> list[Request]:
    """What is open or unsure in a building, and what was resolved since then; those blanked left out."""
    return list(await db.scalars(_LATELY, {"building": building.id, "since": since}))


_LATELY = (
    select(Request)
    .where(
        Request.building_id == bindparam("building"),
        or_(
            Request.state.in_([*ACTIVE, "unsure"]),
            and_(Request.state == "resolved", Request.ended_at >= bindparam("since")),
        ),
        Request.text != "",
    )
    # Which roles the reporter has does not matter here, and would cost a statement more.
    .options(joinedload(Request.reporter).lazyload(Person.roles))
    .order_by(Request.id)
)


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said to a request after it was opened."""

    request_id: int
    person_id: int | None
    text: str
    household: str


async def words(db: AsyncSession, requests: Sequence[Request]) -> list[Word]:
    """Everything that was added to these requests, in no order."""
    rows = await db.execute(_WORDS, {"requests": [request.id for request in requests]})
    return [Word(id_, person, text, home or "") for id_, person, text, home in rows]


def _of_these(column: Any) -> Any:
    return column.in_(bindparam("requests", expanding=True))


_SAID = union_all(
    select(Supporter.request_id, Supporter.person_id, Supporter.text).where(_of_these(Supporter.request_id)),
    select(Event.request_id, Event.actor_id, Event.note).where(
        _of_these(Event.request_id), Event.verb == "more"
    ),
).subquery()
_WORDS = select(_SAID, Person.household).outerjoin(Person, Person.id == _SAID.c.person_id)
