"""Plays a year: builds the neighbourhood, lets it talk and everything fail, settles, and judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from bot import commands
from bot.simulation.cases import House
from bot.simulation.faults import Faults
from bot.simulation.ledger import HERE, Room
from bot.simulation.misfortune import Misfortune
from bot.simulation.sentences import Sentence, sentences, understood
from bot.simulation.talk import Talk, midnight_before
from bot.simulation.town import CLERK, NAME, WORK, captain, room, town
from bot.simulation.verdict import Kept, Verdict, judge
from bot.simulation.world import World
from bot.simulator.neighbourhood import Building, Neighbourhood
from nlp import Reader
from store import Store
from store.migrate import migrate
from store.tables import Event, Place, Request, Supporter

BEGIN = datetime(2024, 2, 12, 8, tzinfo=HERE)
"""A Monday from which the third week holds 29 February, and the year a week that begins in another one."""
DAY = timedelta(days=1)
ENOUGH = 0.75
"""Of the sentences, understood; what a newly learned reader takes otherwise is not said."""
SETTLES = timedelta(days=2)
"""What still comes after so long is judged; what does not is owed."""


class Misread(Exception):
    """The reader takes so many sentences for something else than they are meant as that no year comes of the rest."""


class NotEmpty(Exception):
    """A database that somebody may still want."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played."""

    buildings: int = 15
    weeks: int = 52
    seed: int = 1
    faults: bool = False
    begin: datetime = BEGIN


async def play(plan: Plan, reader: Reader, url: str, folder: Path, passed: Callable[[int], None]) -> Verdict:
    """Play it on an empty database; `passed` hears of every day that is over. Raises Misread, NotEmpty."""
    assert commands  # importing them declares them
    known = _understood(reader)
    await _prepare(url, plan.begin)
    faults = Faults(Random(plan.seed), on=False)
    world = World(reader, plan.begin, url, folder, faults)
    place = town(plan.buildings)
    await world.start()
    await _furnish(world, place)
    houses = [_house(place, one) for one in place.buildings]
    talks = [Talk(world, one, known, Random(f"{plan.seed} {one.room}")) for one in houses]
    misfortune = Misfortune(world)
    faults.on = plan.faults
    for day in range(plan.weeks * 7):
        midnight = midnight_before(plan.begin) + day * DAY
        for talk in talks:
            talk.day(midnight)
        if plan.faults:
            misfortune.day(midnight)
        await world.run_until(midnight + DAY)
        passed(1)
    await misfortune.end()
    await world.settle(SETTLES)
    verdict = judge(world.ledger, await _kept(world), await _added(world), world.now())
    verdict.kills = faults.kills
    await world.close()
    return verdict


def _understood(reader: Reader) -> list[Sentence]:
    known = sentences()
    good = understood(known, reader)
    if len(good) < ENOUGH * len(known) or {one.kind for one in good} != {one.kind for one in known}:
        raise Misread("\n".join(one.text for one in known if one not in good))
    return good


async def _prepare(url: str, now: datetime) -> None:
    store = Store(url)
    try:
        await migrate(store, now)
        async with store.read() as db:
            if await db.scalar(select(Place.id).limit(1)):
                raise NotEmpty
    finally:
        await store.close()


async def _furnish(world: World, place: Neighbourhood) -> None:
    assert world.life is not None
    await world.life.furnish(place, ready={})
    for one in place.buildings:
        world.ledger.rooms.append(Room(room(one), one.name, captain(one), world.now()))
    world.ledger.rooms.append(Room(WORK, NAME, CLERK, world.now()))


def _house(place: Neighbourhood, one: Building) -> House:
    living = [who.id for who in place.people if who.building == one.id and who.role == "resident"]
    return House(one.name, room(one), captain(one), living)


async def _kept(world: World) -> list[Kept]:
    async with world.eyes.read() as db:
        rows = await db.scalars(select(Request))
        return [Kept(row.message_id, row.building.name, row.number, row.state) for row in rows]


async def _added(world: World) -> set[str]:
    """The messages that stand with a request as more of it, or as one household more."""
    async with world.eyes.read() as db:
        more = await db.scalars(select(Event.message_id).where(Event.verb != "open"))
        return {*more, *await db.scalars(select(Supporter.message_id))}
