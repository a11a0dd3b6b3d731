"""The real bot on a simulated chat with a clock moved by hand: what the demo, replays and tests stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot import commands
from bot.app import Bot
from bot.chat import Echo, Message
from bot.clock import MovableClock, MovedClock
from bot.config import Config, Pace
from bot.hearing import Hearing
from bot.simulator.chat import SimulatedChat
from bot.simulator.neighbourhood import Neighbourhood
from nlp import Reader
from store import Store, answers, people, places
from store.migrate import create_all
from store.tables import Person, Place

MANY = 1_000_000
UNPACED = Pace(
    gap_seconds=0,
    jitter_seconds=0,
    gather_seconds=0,
    per_minute_room=MANY,
    per_minute=MANY,
    per_day=MANY,
    room_posts_a_day=MANY,
    per_person=MANY,
    heard_per_minute=MANY,
)
"""Nobody is blocked for speaking fast in a chat of our own."""
READY_ANSWERS = {
    "物业 电话": "物业值班电话 6412 8899，24 小时有人接。",
    "居委会 上班 时间": "居委会周一到周六 8:30—17:00 有人，中午不休息。",
}
"""What the demo's buildings can answer at once; a question's words, all of which have to be said."""


class Stage:
    """A bot, everything it stands on, and the hand on its clock."""

    def __init__(self, reader: Reader, clock: MovableClock, folder: Path, pace: Pace = UNPACED) -> None:
        self.clock = clock
        self.chat = SimulatedChat(self.clock)
        self.store = Store()
        self.config = Config(data_dir=folder, pace=pace)
        assert commands  # importing them declares them
        self.bot = Bot(self.chat, self.store, reader, self.config, self.clock)

    async def settle(self) -> list[Hearing]:
        """Let everything that arrived be handled, and everything owed be said."""
        heard = []
        while self.chat.pending():
            arrived = self.chat.take()
            hearings = [await self.bot.handle(arrival) for arrival in arrived]
            heard += [hearing for hearing in hearings if hearing is not None]
            # What is said comes back as an echo, once more around, and nothing comes of that.
            if not all(isinstance(arrival, Echo) for arrival in arrived):
                await self.bot.photos.fetch_all()
                await self.bot.speaker.say_due()
        return heard

    async def speak(self, room: str | None, person: str, text: str = "", **more: object) -> Hearing | None:
        """Somebody says something and the bot has its say."""
        message: Message = self.chat.speak(room, person, text, **more)  # type: ignore[arg-type]
        heard = await self.settle()
        return next((one for one in heard if one.message.id == message.id), None)

    async def move_to(self, moment: datetime) -> None:
        """Move the clock, halting wherever something falls due, and let it happen."""
        for stop in [*self.bot.keeper.stops(self.clock.now(), moment), moment]:
            before = self.clock.now()
            self.clock.move_to(stop)
            await self.tick(before)

    async def tick(self, since: datetime) -> None:
        """Let happen what fell due since a time."""
        for name in self.bot.keeper.due(since, self.clock.now()):
            await self.bot.keeper.do(name)
        await self.bot.speaker.say_due()
        await self.settle()

    async def furnish(self, neighbourhood: Neighbourhood, ready: Mapping[str, str] = READY_ANSWERS) -> None:
        """Let a neighbourhood move in: its rooms bound, its people in their roles."""
        neighbourhood.move_in(self.chat)
        async with self.store.begin() as db:
            top = await places.community(db, neighbourhood.name)
            by_id = {one.id: await places.building(db, one.name, top) for one in neighbourhood.buildings}
            for question, answer in ready.items():
                await answers.keep(db, top, question, answer)
            for group in neighbourhood.groups:
                room = await places.room(db, self.chat.account, group.id)
                room.topic, room.place = group.topic, by_id.get(group.building, top)
                room.bound_at = self.clock.now()
            for one in neighbourhood.people:
                if one.role != "resident":
                    person = await people.person(db, self.chat.account, one.id, one.name)
                    await people.grant(db, person, one.role, by_id.get(one.building, top))

    async def place(self, name: str) -> Place:
        """A building by name."""
        async with self.store.read() as db:
            found = await places.find_building(db, name)
        assert found is not None
        return found

    async def person(self, contact: str) -> Person | None:
        """What the store knows of somebody."""
        async with self.store.read() as db:
            return await people.find(db, self.chat.account, contact)


@asynccontextmanager
async def stage(
    reader: Reader, clock: MovableClock | datetime, folder: Path, pace: Pace = UNPACED
) -> AsyncIterator[Stage]:
    """A stage with an empty store, taken down at the end; a time given stands still until it is moved."""
    made = Stage(reader, MovedClock(clock) if isinstance(clock, datetime) else clock, folder, pace)
    await create_all(made.store)
    try:
        yield made
    finally:
        await made.store.close()
