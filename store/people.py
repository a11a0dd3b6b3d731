"""People and their rights: a contact id and a place, never a display name."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store import once
from store.places import lies_under, room
from store.refusal import Refusal
from store.tables import Code, Person, Place, Role, Room

ROLES = ("volunteer", "captain", "deputy", "grid_leader", "clerk", "property", "owners", "street")
CODE_LIVES = timedelta(hours=48)
# No letters or digits that look or sound alike when read out on the phone.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and as what he acts at the place in question."""

    person_id: int | None
    roles: frozenset[str]
    name: str = ""


CLOCK = Actor(None, frozenset({"system"}), "楼小助")
"""What the program does by itself."""


async def person(db: AsyncSession, account: str, contact: str, name: str = "") -> Person:
    """The row of a contact; made when there is none. The name is only for showing."""
    found = await find(db, account, contact)
    if found is None:
        return await made(db, Person(account=account, contact=contact, name=name))
    if name and found.name != name:
        found.name = name
    return found


async def made(db: AsyncSession, person: Person) -> Person:
    """The row of somebody who is certain not to have one yet."""
    person.roles = []
    await once.insert(db, person)
    return person


async def find(db: AsyncSession, account: str, contact: str) -> Person | None:
    """The row of a contact, or None: most people are not kept."""
    return await db.scalar(select(Person).where(Person.account == account, Person.contact == contact))


async def heard(db: AsyncSession, account: str, group: str, sender: str) -> tuple[Room, Person | None]:
    """The group something was said in, made at its first word, and who said it, if he is kept."""
    found = (await db.execute(_HEARD, {"account": account, "group": group, "sender": sender})).first()
    if found is not None:
        return found[0], found[1]
    return await room(db, account, group), await find(db, account, sender)


_HEARD = (
    select(Room, Person)
    .outerjoin(Person, and_(Person.account == Room.account, Person.contact == bindparam("sender")))
    .where(Room.account == bindparam("account"), Room.contact == bindparam("group"))
)


def roles_at(person: Person | None, place: Place | None) -> frozenset[str]:
    """The roles a person has at a place: those given there or anywhere above it."""
    if person is None or place is None:
        return frozenset()
    return frozenset(role.role for role in person.roles if lies_under(place, role.place))


async def holders(db: AsyncSession, place: Place, roles: Iterable[str]) -> list[Person]:
    """The people with one of these roles at a place, those nearest to it first."""
    found = await db.execute(_HOLDERS, _at(place, roles))
    return list(dict.fromkeys(person for person, _ in found))


async def first_name(db: AsyncSession, place: Place, roles: Iterable[str]) -> str:
    """The name of the first of them, "" when there is nobody."""
    return await db.scalar(_FIRST_NAME, _at(place, roles)) or ""


def _nearest_first(query: Any) -> Any:
    joined = query.join(Role, Role.person_id == Person.id).join(Place, Role.place_id == Place.id)
    held = joined.where(
        Role.role.in_(bindparam("roles", expanding=True)),
        Role.place_id.in_(bindparam("places", expanding=True)),
    )
    return held.order_by(func.length(Place.path).desc(), Person.id)


def _at(place: Place, roles: Iterable[str]) -> dict[str, list[Any]]:
    return {"roles": list(roles), "places": [int(part) for part in place.path.strip("/").split("/")]}


_HOLDERS = _nearest_first(select(Person, Place.path))
_FIRST_NAME = _nearest_first(select(Person.name)).limit(1)


async def grant(db: AsyncSession, person: Person, role: str, place: Place) -> None:
    """Give a role at a place, once."""
    if not any(held.role == role and held.place_id == place.id for held in person.roles):
        person.roles.append(Role(role=role, place=place))
        await db.flush()


async def make_code(db: AsyncSession, role: str, place: Place, now: datetime) -> str:
    """A one-time code that claims a role, or for "room" binds a group; shown once, kept as a hash."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    db.add(Code(digest=_digest(code), role=role, place_id=place.id, expires=now + CODE_LIVES))
    return code


async def use_code(db: AsyncSession, code: str, now: datetime, *, room: bool) -> Code:
    """Spend a code. Raises Refusal when it is unknown, spent, too old or for something else."""
    # Who uses one at the same moment waits here, and finds it spent.
    waiting = select(Code).where(Code.used_at.is_(None), Code.expires > now).with_for_update(of=Code)
    alive, wanted = await db.scalars(waiting), _digest(code)
    # Every one is compared, to its end: how long it takes tells nothing about how near a guess was.
    found = next(iter([one for one in alive if hmac.compare_digest(one.digest, wanted)]), None)
    if found is None or (found.role == "room") != room:
        raise Refusal("bad_code")
    found.used_at = now
    return found


async def claim(db: AsyncSession, person: Person, code: str, now: datetime) -> Role:
    """Take the role a code stands for."""
    spent = await use_code(db, code, now, room=False)
    await grant(db, person, spent.role, spent.place)
    return next(role for role in person.roles if role.role == spent.role and role.place_id == spent.place_id)


async def bind(db: AsyncSession, room: Room, code: str, now: datetime) -> Place:
    """Bind a group to the place a code stands for."""
    spent = await use_code(db, code, now, room=True)
    room.place, room.bound_at = spent.place, now
    await db.flush()
    return spent.place


def _digest(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
