"""Requests: opening one, finding one, and who stands behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from store import once
from store.database import note_new
from store.moves import ACTIVE, Act, change, record
from store.people import Actor
from store.places import next_number
from store.refusal import Refusal
from store.tables import Event, Person, Photo, Place, Request, Supporter


async def open_request(db: AsyncSession, request: Request, building: Place, act: Act) -> Request:
    """Give a new request its number in `building` and its first event."""
    request.building, request.building_id = building, building.id
    request.number = await next_number(db, building)
    request.message_id = request.message_id or act.message_id
    await once.insert(db, request)
    await once.insert(db, change(request, "open", act, state=request.state))
    return request


async def find(
    db: AsyncSession, buildings: Sequence[Place], number: int, own: Collection[int] = ()
) -> Request:
    """Request #number of one of these buildings; those whose ids are in `own` go before the others.

    Raises Refusal when there is none, or more than one.
    """
    ids = [building.id for building in buildings]
    found = list(
        await db.scalars(select(Request).where(Request.number == number, Request.building_id.in_(ids)))
    )
    if not found:
        raise Refusal("no_such_request", number=number)
    nearest = [row for row in found if row.building_id in own] or found
    if len(nearest) > 1:
        raise Refusal("which_building", number=number, names=[row.building.name for row in nearest])
    return nearest[0]


async def active(
    db: AsyncSession, buildings: Sequence[Place], states: Iterable[str] = ACTIVE
) -> list[Request]:
    """What is still owed in these buildings, urgent and longest due first."""
    query = select(Request).where(
        Request.building_id.in_([building.id for building in buildings]), Request.state.in_(list(states))
    )
    rows = list(await db.scalars(query))
    return sorted(rows, key=lambda row: (not row.danger, row.due is None, row.due or row.created, row.id))


async def of_person(db: AsyncSession, person: Person, limit: int = 20) -> list[Request]:
    """What a person reported, supports or showed a picture of, newest first."""
    supports = select(Supporter.request_id).where(Supporter.person_id == person.id)
    shows = select(Photo.request_id).where(Photo.person_id == person.id)
    query = select(Request).where(
        or_(Request.reporter_id == person.id, Request.id.in_(supports), Request.id.in_(shows))
    )
    return list(await db.scalars(query.order_by(Request.id.desc()).limit(limit)))


async def by_message(db: AsyncSession, message_id: str) -> Request | None:
    """The request that a message opened."""
    return await db.scalar(select(Request).where(Request.message_id == message_id))


async def support(db: AsyncSession, request: Request, supporter: Supporter) -> bool:
    """Stand behind a request, once per household and never behind one's own."""
    if supporter.household == household(request.reporter):
        return False
    taken = select(Supporter.id).where(
        Supporter.request_id == request.id, Supporter.household == supporter.household
    )
    if await db.scalar(taken):
        return False
    supporter.request_id = request.id
    db.add(supporter)
    await db.flush()
    return True


def household(person: Person | None) -> str:
    """What a person counts as: his flat, or while that is unknown, himself."""
    if person is None:
        return ""
    return person.household or f"person:{person.id}"


async def supporters(db: AsyncSession, requests: Sequence[Request]) -> dict[int, int]:
    """Households behind each request besides its reporter's, those of merged ones included; by request id."""
    ids = [request.id for request in requests]
    family = {row.id: row.merged_id or row.id for row in await _merged(db, ids)} | {id_: id_ for id_ in ids}
    rows = await db.execute(
        select(Supporter.request_id, func.count())
        .where(Supporter.request_id.in_(family))
        .group_by(Supporter.request_id)
    )
    counts = dict.fromkeys(ids, 0)
    for request_id, count in rows:
        counts[family[request_id]] += count
    for merged in family:
        if family[merged] != merged:
            counts[family[merged]] += 1
    return counts


async def _merged(db: AsyncSession, ids: Sequence[int]) -> Sequence[Request]:
    return (
        await db.scalars(select(Request).where(Request.merged_id.in_(ids), Request.state == "merged"))
    ).all()


async def supporter_people(db: AsyncSession, request: Request) -> list[Supporter]:
    """Those who joined a request, in order."""
    rows = await db.scalars(
        select(Supporter).where(Supporter.request_id == request.id).order_by(Supporter.id)
    )
    return list(rows)


async def split_off(db: AsyncSession, request: Request, act: Act) -> Request:
    """Make the neighbour's report that was joined last a request of its own. Raises Refusal when there is none."""
    joined = [one for one in await supporter_people(db, request) if one.text]
    if not joined:
        raise Refusal("nothing_to_unmerge", number=request.number)
    last = joined[-1]
    own = Request(
        route=request.route,
        category=request.category,
        gist=request.gist,
        text=last.text,
        where={},
        why=["由楼组长从并入的一件拆出"],
        room_id=request.room_id,
        reporter_id=last.person_id,
        message_id=last.message_id,
        created=last.at,
        due=request.due,
    )
    await db.delete(last)
    record(db, request, "split", act, last.message_id)
    return await open_request(db, own, request.building, act)


async def events(db: AsyncSession, request: Request) -> list[Event]:
    """Everything that happened to a request, oldest first."""
    return list(await db.scalars(select(Event).where(Event.request_id == request.id).order_by(Event.id)))


async def ended_by(db: AsyncSession, request: Request) -> list[Person]:
    """Who of the team called it done last, if anybody did; its reporter is nobody of the team."""
    last = select(Event.actor_id).where(Event.request_id == request.id, Event.verb == "done", ~Event.undone)
    actor = await db.scalar(last.order_by(Event.id.desc()).limit(1))
    person = await db.get(Person, actor) if actor is not None else None
    return [person] if person is not None and person.id != request.reporter_id else []


async def reopened(db: AsyncSession, requests: Sequence[Request]) -> dict[int, datetime]:
    """When those of these requests that were reopened were so last, by request id."""
    ids = [request.id for request in requests]
    again = Event.verb.in_(("reopen", "notfixed"))
    rows = select(Event.request_id, Event.at).where(Event.request_id.in_(ids), again, ~Event.undone)
    return {request_id: at for request_id, at in await db.execute(rows.order_by(Event.id))}


async def time_left(db: AsyncSession, request: Request) -> timedelta | None:
    """What was left of its clock when a waiting request was put on hold; None while it is not waiting."""
    if request.state != "waiting":
        return None
    held = select(Event).where(Event.request_id == request.id, Event.verb == "hold", ~Event.undone)
    happened = await db.scalar(held.order_by(Event.id.desc()).limit(1))
    due = happened.before.get("due") if happened else None
    return datetime.fromisoformat(due) - happened.at if happened and due else timedelta(days=1)


async def photos(db: AsyncSession, request: Request, shown_by: Person | None = None) -> list[Photo]:
    """The pictures kept for a request; with `shown_by`, only those that he showed."""
    kept = select(Photo).where(Photo.request_id == request.id, Photo.state == "kept")
    if shown_by is not None:
        kept = kept.where(Photo.person_id == shown_by.id)
    return list(await db.scalars(kept.order_by(Photo.id)))


async def want_photo(
    db: AsyncSession, request: Request, message_id: str, shown_by: Person, at: datetime
) -> None:
    """Ask for the picture of a message to be fetched and kept with the request."""
    if not await db.scalar(select(Photo.id).where(Photo.message_id == message_id)):
        note_new(db, "photo")
        db.add(Photo(request_id=request.id, message_id=message_id, person_id=shown_by.id, at=at))


def acting(person: Person | None, request: Request, roles: frozenset[str]) -> Actor:
    """Who a person is towards one request: his roles there, and its reporter if he is."""
    if person is None:
        return Actor(None, roles)
    mine = {"reporter"} if request.reporter_id == person.id else set()
    return Actor(person.id, roles | mine, person.name)
