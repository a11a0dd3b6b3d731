"""Who hears of a request: those who have it, the captain's team, and the next tier up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.people import roles_at
from store.tables import Person, Place, Request, Role

CAPTAINS = frozenset({"captain", "deputy"})
CLERK = frozenset({"clerk"})
GRID = frozenset({"grid_leader"})

Tiers = Sequence[frozenset[str]]
"""Roles to look for, in order: the first that anybody has decides."""

TEAM: Tiers = (CAPTAINS, GRID, CLERK)
"""Who looks after a building; one without a captain falls to those above."""
ABOVE: Mapping[str, Tiers] = {"captain": (GRID, CLERK), "clerk": (frozenset({"street"}),)}
"""Who hears when the holder is late."""
ABOVE_OTHERS: Tiers = (CLERK,)
"""The same for property, owners and street."""


def _somebody(role: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether anybody has such a role where a request lies; known without reading the request."""
    building, top = aliased(Place), aliased(Place)
    held = (top.id == Role.place_id, building.path.startswith(top.path))
    return exists().where(building.id == Request.building_id, *held, role)


def _of(tiers: Tiers) -> ColumnElement[bool]:
    return Role.role.in_(frozenset[str]().union(*tiers))


HAS_TEAM = _somebody(_of(TEAM))
HAS_HOLDERS = _somebody(or_(Role.role == Request.holder, _of(TEAM)))
HAS_ABOVE = _somebody(
    or_(
        *(and_(Request.holder == holder, _of(tiers)) for holder, tiers in ABOVE.items()),
        and_(Request.holder.not_in(ABOVE), _of(ABOVE_OTHERS)),
    )
)


class People:
    """Everybody with a role, looked up once for many requests."""

    def __init__(self, everybody: Sequence[Person]) -> None:
        self.everybody = everybody

    def having(self, place: Place, roles: frozenset[str]) -> list[Person]:
        """Those with one of these roles at a place."""
        return [one for one in self.everybody if roles_at(one, place) & roles]

    def first(self, place: Place, tiers: Tiers) -> list[Person]:
        """The people of the first tier that has any."""
        return next((found for roles in tiers if (found := self.having(place, roles))), [])

    def team(self, request: Request) -> list[Person]:
        """Who looks after the building of a request."""
        return self.first(request.building, TEAM)

    def holders(self, request: Request) -> list[Person]:
        """Who has a request now."""
        own = () if request.holder == "captain" else (frozenset({request.holder}),)
        return self.first(request.building, (*own, *TEAM))

    def above(self, request: Request) -> list[Person]:
        """Who hears of a request when its holder is late."""
        return self.first(request.building, ABOVE.get(request.holder, ABOVE_OTHERS))


async def people(db: AsyncSession) -> People:
    """Everybody with a role. A clerk may be known to another account than the room he is told of."""
    query = select(Person).where(Person.id.in_(select(Role.person_id))).order_by(Person.id)
    return People(list(await db.scalars(query)))


def by_person(rows: Iterable[Request], who: Iterable[Sequence[Person]]) -> dict[Person, list[Request]]:
    """Each person's requests, when each request goes to several people."""
    told: defaultdict[Person, list[Request]] = defaultdict(list)
    for row, listeners in zip(rows, who, strict=True):
        for person in listeners:
            told[person].append(row)
    return dict(told)
