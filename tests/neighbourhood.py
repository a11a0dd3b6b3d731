"""A small neighbourhood in memory whose clock jobs are run by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from schedules.calendar import Rules, due
from schedules.jobs import JOBS, Notice, Tick, triggers
from store import people, places, requests
from store.database import Store
from store.migrate import create_all
from store.moves import Act, move
from store.people import Actor
from store.tables import Person, Place, Request, Room

ACCOUNT = "bot"


def at(text: str) -> datetime:
    """ "2026-11-17 15:00" as people's clocks show it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class House:
    """A community with two buildings, their rooms and captains, a clerk and a property company."""

    store: Store
    community: Place
    three: Place
    five: Place
    rooms: dict[str, Room] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    retimed: dict[str, str] = field(default_factory=dict)
    said_keys: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    async def bind(self, name: str, place: Place, when: str, account: str = ACCOUNT) -> Room:
        async with self.store.begin() as db:
            room = await places.room(db, account, name)
            room.place, room.bound_at = await db.get_one(Place, place.id), at(when)
        self.rooms[name] = room
        return room

    async def person(
        self, name: str, role: str = "", place: Place | None = None, account: str = ACCOUNT
    ) -> Person:
        async with self.store.begin() as db:
            person = await people.person(db, account, name, name)
            if place is not None:
                await people.grant(db, person, role, await db.get_one(Place, place.id))
        return person

    async def says(self, when: str, place: Place | None = None, **columns: Any) -> Request:
        """A request said at that time; `columns` are the row's."""
        said = at(when)
        route, holder = columns.setdefault("route", "listed"), columns.get("holder", "captain")
        owed = columns.pop("due", None) or due(said, route, holder, self.rules)
        values = {
            "category": "power",
            "gist": "楼道灯",
            "text": "楼道灯坏了",
            "where": {},
            "why": [],
        } | columns
        async with self.store.begin() as db:
            building = await db.get_one(Place, (place or self.three).id)
            act = Act(Actor(columns.get("reporter_id"), frozenset({"reporter"})), said)
            return await requests.open_request(db, Request(created=said, due=owed, **values), building, act)

    async def moves(
        self, request: Request, verb: str, when: str, who: Person | None = None, **columns: Any
    ) -> None:
        """Somebody, else a captain, moves a request."""
        async with self.store.begin() as db:
            row = await db.get_one(Request, request.id)
            who = who or await people.person(db, ACCOUNT, "李楼长")
            roles = frozenset({"reporter"} if row.reporter_id == who.id else {"captain", "property"})
            move(db, row, verb, Act(Actor(who.id, roles, who.name), at(when)), **columns)

    async def changes(self, request: Request, **columns: Any) -> None:
        async with self.store.begin() as db:
            row = await db.get_one(Request, request.id)
            for name, value in columns.items():
                setattr(row, name, value)

    async def row(self, request: Request) -> Request:
        async with self.store.read() as db:
            return await db.get_one(Request, request.id)

    async def run(self, name: str, when: str, account: str = ACCOUNT) -> list[Notice]:
        """One run of a job; no key may ever come twice."""
        run = JOBS[name].run
        assert run is not None
        on = triggers(self.retimed, self.rules.zone)
        tick = Tick(account, at(when), self.rules, on, self.dropped)
        async with self.store.begin() as db:
            notices = await run(db, tick)
        self.said_keys += [notice.key for notice in notices]
        assert len(set(self.said_keys)) == len(self.said_keys)
        return notices


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """The neighbourhood as it stands on 1 November 2026, nobody has said anything."""
    store = Store()
    await create_all(store)
    async with store.begin() as db:
        community = await places.community(db, "河滨花园")
        three = await places.building(db, "3号楼", community)
        five = await places.building(db, "5号楼", community)
    house = House(store, community, three, five)
    for name, place in (("三号群", three), ("五号群", five), ("工作群", community)):
        await house.bind(name, place, "2026-11-01 12:00")
    await house.person("李楼长", "captain", three)
    await house.person("王楼长", "captain", five)
    await house.person("居委小陈", "clerk", community)
    await house.person("物业马师傅", "property", community)
    yield house
    await store.close()


def who(notices: list[Notice]) -> list[str]:
    """To whom they go, in order."""
    return [notice.to.contact for notice in notices]


def numbers(items: Any) -> list[int]:
    return [item.number for item in items]


def day(text: str) -> date:
    return date.fromisoformat(text)
