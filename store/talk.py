"""What talk may be about: the open and lately ended requests of a building, and what was said to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from store.moves import ACTIVE
from store.tables import Event, Person, Place, Request, Supporter


@dataclass(frozen=True, slots=True)
class Reported:
    """A request as far as talk may be about it; whole rows, read for every message, bring much that nobody weighs."""

    id: int
    state: str
    category: str
    danger: str
    where: dict[str, str]
    text: str
    created: datetime
    reporter_id: int | None
    home: str
    """The reporter's household, "" where nobody knows it."""


def reported(request: Request) -> Reported:
    """A request of which the whole row is there already."""
    home = request.reporter.household if request.reporter else ""
    return Reported(**{column: getattr(request, column) for column in _COLUMNS}, home=home)


async def lately(db: AsyncSession, building: Place, since: datetime) -> list[Reported]:
    """What is open or unsure in a building, and what was resolved since then; those blanked left out."""
    rows = await db.execute(_LATELY, {"building": building.id, "since": since})
    return [Reported(**row) for row in rows.mappings()]


_COLUMNS = [column.name for column in fields(Reported) if column.name != "home"]
_LATELY = (
    select(
        *(getattr(Request, column) for column in _COLUMNS), func.coalesce(Person.household, "").label("home")
    )
    .outerjoin(Person, Person.id == Request.reporter_id)
    .where(
        Request.building_id == bindparam("building"),
        or_(
            Request.state.in_([*ACTIVE, "unsure"]),
            and_(Request.state == "resolved", Request.ended_at >= bindparam("since")),
        ),
        Request.text != "",
    )
    .order_by(Request.id)
)


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said to a request after it was opened."""

    request_id: int
    person_id: int | None
    text: str
    household: str


async def words(db: AsyncSession, requests: Sequence[Reported]) -> list[Word]:
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
