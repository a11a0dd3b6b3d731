"""One message being heard: who speaks, where, with which rights, and what is said in return."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import home
from bot.arguments import Reference
from bot.chat import Message
from bot.config import Config
from bot.memory import Memory, RoomMemory
from bot.outgoing import Kind, Words, owe
from bot.patience import Patience
from bot.words import sentences
from nlp import Reader, Reading
from schedules.calendar import Rules, quiet
from store import people, places, requests
from store.moves import Act
from store.refusal import Refusal
from store.tables import Person, Place, Request, Room

Did = Literal["silent", "ask", "open", "follow", "same", "support", "done", "withdraw", "command", "answer"]


@dataclass(frozen=True, slots=True)
class Means:
    """What every hearing needs and none changes."""

    config: Config
    rules: Rules
    reader: Reader
    memory: Memory
    patience: Patience = field(default_factory=Patience)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.rules.zone)


@dataclass(slots=True)
class Hearing:
    """The message, its room and speaker as the store knows them, and what came of it so far."""

    means: Means
    db: AsyncSession
    message: Message
    now: datetime
    room: Room | None = None
    person: Person | None = None
    did: Did = "silent"
    request: Request | None = None
    reading: Reading | None = None
    said: list[str] = field(default_factory=list)
    official: list[str] = field(default_factory=list)
    """What of the answer is the house's own word, numbers and all."""
    about: int | None = None
    """The id of the request that a word of the team answers; nothing of it is kept."""
    asks: float | None = None
    """How likely, in its room, it asks for something new and is no talk, once that was weighed; 0 to 1."""
    photos_to_drop: list[str] | None = None
    """When words were wiped: the files that nothing wants any more; they go once the unit of work is kept."""
    _owed: int = 0

    @property
    def place(self) -> Place | None:
        return self.room.place if self.room else None

    @property
    def lately(self) -> RoomMemory:
        """The last minutes of where this was said."""
        return self.means.memory.room(self.message.room or self.message.sender)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.means.zone).date()

    @property
    def roles(self) -> frozenset[str]:
        """The speaker's roles at the place of the room."""
        return people.roles_at(self.person, self.place)

    @property
    def roles_anywhere(self) -> frozenset[str]:
        return frozenset(role.role for role in self.person.roles) if self.person else frozenset()

    def promise(self, request: Request) -> str:
        """By when, as people say it; by its date when it will only be read in the morning."""
        due, rules = request.due or self.now, self.means.rules
        return sentences.when(due, self.now, self.means.zone, by_date=quiet(self.now, rules))

    async def speaker(self) -> Person:
        """The speaker's row, made now that there is a reason to keep him."""
        message, unit = self.message, self.reading.place.unit if self.reading else ""
        known = self.person.household if self.person else ""
        household = await home.household(self.db, self.place, message.name, unit, known)
        if self.person is None:
            stranger = Person(account=message.account, contact=message.sender, name=message.name)
            stranger.household = household
            self.person = await people.made(self.db, stranger)
        elif household != known:
            self.person.household = household
        return self.person

    async def act(self, request: Request) -> Act:
        """The speaker's deed towards a request, with the rights he has there."""
        speaker = await self.speaker()
        roles = people.roles_at(speaker, request.building)
        return Act(requests.acting(speaker, request, roles), self.now, self.message.id)

    async def deed(self, place: Place) -> Act:
        """The speaker's deed at a place, where there is no request yet."""
        speaker = await self.speaker()
        actor = people.Actor(speaker.id, people.roles_at(speaker, place), speaker.name)
        return Act(actor, self.now, self.message.id)

    async def buildings(self) -> list[Place]:
        """Where a number is looked up: the room's building, else those the speaker has to do with."""
        return await (places.buildings(self.db, [self.place]) if self.place else self._own_buildings())

    async def request_numbered(self, reference: Reference) -> Request:
        """The request that a number means here. Raises Refusal when there is none, or more than one."""
        here = await self.buildings()
        known = {one.id: one for one in [*here, *await self._own_buildings()]}
        if reference.building:
            named = await places.find_building(self.db, reference.building)
            known = {id_: one for id_, one in known.items() if named is not None and id_ == named.id}
        if not known:
            raise Refusal("no_such_request", number=reference.number)
        nearest = {one.id for one in here} if self.place else await self._nearest()
        return await requests.find(self.db, list(known.values()), reference.number, nearest)

    async def answer(self, text: str, *, private: bool = False, kind: Kind = "reply") -> None:
        """Answer where it was said, or the speaker alone."""
        if kind == "reply" and self.request is not None and self.request.danger:
            # Who waits in a stuck lift wants to hear at night, too, that somebody comes.
            kind = "urgent"
        if self.room is None or private:
            # To answer somebody is no reason to keep him.
            await self._owe(self.person or self._stranger(), kind, text)
        else:
            await self.say(text, kind)

    async def say(self, text: str, kind: Kind = "ack", request: Request | None = None) -> None:
        """Owe the room a post."""
        if self.room is not None:
            self.said += await self._owe(self.room, kind, text, request)

    async def announce(self, request: Request, text: str) -> str:
        """Tell what became of a request also where it was said, when that is not here."""
        home = await self.db.get(Room, request.room_id) if request.room_id else None
        if home is not None and home is not self.room and not request.private:
            await self._owe(home, "notice", text, request)
        reporter = request.reporter
        if request.channel == "private" and reporter is not None and reporter is not self.person:
            await self.tell(reporter, text, "notice", request)
        return text

    async def tell(
        self, person: Person, text: str, kind: Kind = "private", request: Request | None = None
    ) -> None:
        """Owe one person a private post."""
        await self._owe(person, kind, text, request)

    async def hand_file(self, attachment: dict[str, Any]) -> None:
        """Owe a file, where it was asked for."""
        await self._owe(self.room or self.person or self._stranger(), "reply", attachment=attachment)

    async def tell_all(
        self, roles: frozenset[str], request: Request, text: str, kind: Kind = "private"
    ) -> int:
        """Tell everybody privately who has one of these roles where the request lies; how many there are."""
        found = await people.holders(self.db, request.building, roles)
        for person in found:
            await self.tell(person, text, kind, request)
        return len(found)

    async def _owe(
        self,
        to: Room | Person,
        kind: Kind,
        text: str = "",
        request: Request | None = None,
        attachment: dict[str, Any] | None = None,
    ) -> list[str]:
        if not self.means.patience.answers(self.message, kind, team=bool(self.roles_anywhere)):
            return []
        self._owed += 1
        about = request or self.request
        if isinstance(to, Room) and about is not None and about.building_id != to.place_id:
            text = sentences.located(text, about)
        key = f"{self.message.account}:{self.message.id}:{self._owed}"
        words = Words(key, kind, text, attachment or {}, about, official=tuple(self.official))
        return await owe(self.db, to, words, self.now, self.means.rules)

    def _stranger(self) -> Person:
        return Person(account=self.message.account, contact=self.message.sender)

    async def _own_buildings(self) -> list[Place]:
        """Where the speaker himself has rights or a request."""
        if self.person is None:
            return []
        tops = [role.place for role in self.person.roles]
        held = await places.buildings(self.db, tops) if tops else []
        mine = [request.building for request in await requests.of_person(self.db, self.person)]
        return list({place.id: place for place in [*held, *mine]}.values())

    async def _nearest(self) -> set[int]:
        """Of his buildings those that are his own: two #12 elsewhere are not confused with his."""
        if self.person is None:
            return set()
        mine = {request.building_id for request in await requests.of_person(self.db, self.person)}
        return mine | {role.place_id for role in self.person.roles}
