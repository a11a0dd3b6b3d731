"""SimulatedChat: the Chat protocol over people and rooms that only exist here, driven by a page or a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from uuid import uuid4

from bot.chat import Arrival, Echo, Health, Joined, Message, NotSent, Quote, Recall, Renamed
from bot.clock import Clock
from bot.simulator.history import History, Line
from bot.simulator.people import Person, Room, Unknown, Watchers

SHOWN = 8 * 1024 * 1024
"""The largest picture or file, in bytes, that the chat takes: what WeChat's gateway takes."""


class SimulatedChat:
    """Rooms, people and what they said, in memory; nothing here knows whether a page or a test drives it."""

    def __init__(self, clock: Clock, account: str = "demo", name: str = "楼小助") -> None:
        self.clock = clock
        self.account = account
        self.name = name
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, Person] = {}
        self._history = History()
        self._arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        self.watchers = Watchers()

    # -- the Chat protocol

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def messages(self) -> AsyncIterator[Arrival]:
        while True:
            arrival = await self._arrivals.get()
            try:
                yield arrival
            finally:
                self._arrivals.task_done()

    async def say(self, to: str, text: str) -> str | None:
        return self._own(to, text=text)

    async def show(self, to: str, name: str, data: bytes) -> str | None:
        if len(data) > SHOWN:
            raise NotSent(f"{name} has {len(data)} bytes, {SHOWN} allowed")
        return self._own(to, file=name, media=bytes(data))

    async def image(self, message_id: str, limit: int) -> bytes:
        return self._history.media(message_id, limit)

    def health(self) -> Health:
        return Health(connected=True, logged_in=True, deaf_seconds=0.0, detail="simulated")

    # -- who lives here

    def add_person(self, person: str, name: str) -> None:
        self._free(person)
        self.people[person] = Person(person, name)
        self.watchers.tell(self.people[person])

    def add_room(self, room: str, topic: str, members: Iterable[str] = ()) -> None:
        """A room the bot has always been in; what was known of it before is replaced."""
        if room in self.people:
            raise ValueError(f"{room} is a person")
        self.rooms[room] = Room(room, topic, tuple(members))
        self.watchers.tell(self.rooms[room])

    def join(self, room: str, topic: str, members: Iterable[str] = ()) -> None:
        """The bot is taken into a room."""
        self.add_room(room, topic, members)
        self.arrive(Joined(self.account, room, topic, self.clock.now()))

    def rename(self, who: str, name: str) -> None:
        """A room or a person, by id, takes another name."""
        now = self.clock.now()
        if who in self.rooms:
            self.rooms[who] = replace(self.rooms[who], topic=name)
            self.watchers.tell(self.rooms[who])
            self.arrive(Renamed(self.account, name, now, room=who))
        else:
            self.people[who] = replace(self.person(who), name=name)
            self.watchers.tell(self.people[who])
            self.arrive(Renamed(self.account, name, now, person=who))

    def person(self, person: str) -> Person:
        if person not in self.people:
            raise Unknown(f"no person {person}")
        return self.people[person]

    # -- what they do

    def speak(
        self,
        room: str | None,
        person: str,
        text: str = "",
        quoting: str | None = None,
        image: bytes | None = None,
    ) -> Message:
        """Somebody says something in a room, or privately to the bot (`room` None)."""
        speaker = self.person(person)
        talk = self._place(room, person)
        quoted = self._quote(quoting, talk)
        now = self.clock.now()
        message = Message(
            id=uuid4().hex,
            account=self.account,
            room=room,
            sender=person,
            name=speaker.name,
            text=text,
            at=now,
            quoted=quoted,
            image=image is not None,
        )
        key = message.id if message.image else None
        line = Line(message.id, talk, now, person, speaker.name, text, image=key, quoted=quoted)
        self._write(line, image)
        self.arrive(message)
        return message

    def recall(self, message: str) -> Recall:
        """The one who said it takes it back."""
        line = self._history.find(message)
        if line is None or line.recalled or line.mine:
            raise Unknown(f"nothing to recall under {message}")
        self.watchers.tell(self._history.recall(line))
        room = line.conversation if line.conversation in self.rooms else None
        recall = Recall(uuid4().hex, self.account, room, line.who, message, self.clock.now())
        self.arrive(recall)
        return recall

    def arrive(self, arrival: Arrival) -> None:
        """Put anything on the stream as it is: a Gap, or a message a second time."""
        self._arrivals.put_nowait(arrival)

    # -- for the driver

    def pending(self) -> bool:
        return not self._arrivals.empty()

    def take(self) -> list[Arrival]:
        """Everything that has arrived, without waiting; for a test that hands it to the bot itself."""
        taken = []
        while self.pending():
            taken.append(self._arrivals.get_nowait())
            self._arrivals.task_done()
        return taken

    async def drained(self) -> None:
        """Until all that arrived has been handled by whoever reads `messages`."""
        await self._arrivals.join()

    def history(self, conversation: str) -> list[Line]:
        """What was said in a room, or between a person and the bot, oldest first."""
        return self._history.of(conversation)

    def line(self, line_id: str) -> Line:
        line = self._history.find(line_id)
        if line is None:
            raise Unknown(f"no line {line_id}")
        return line

    # -- inside

    def _free(self, person: str) -> None:
        if person in self.rooms or person == self.account:
            raise ValueError(f"{person} is taken")

    def _place(self, room: str | None, person: str) -> str:
        if room is None:
            return person
        if room not in self.rooms or person not in self.rooms[room].members:
            raise Unknown(f"{person} is not in room {room}")
        return room

    def _quote(self, line_id: str | None, talk: str) -> Quote | None:
        if line_id is None:
            return None
        line = self.line(line_id)
        if line.conversation != talk or line.recalled:
            raise Unknown(f"{line_id} can't be quoted here")
        shown = "[图片]" if line.image else f"[文件] {line.file}" if line.file else ""
        return Quote(line.name, line.text or shown)

    def _own(self, to: str, text: str = "", file: str | None = None, media: bytes | None = None) -> str:
        if to not in self.rooms and to not in self.people:
            raise NotSent(f"nobody called {to}")
        now, line_id = self.clock.now(), uuid4().hex
        picture = file is not None and file.lower().endswith((".png", ".jpg", ".jpeg"))
        line = Line(
            line_id,
            to,
            now,
            self.account,
            self.name,
            text,
            image=line_id if picture else None,
            file=None if picture else file,
            mine=True,
        )
        self._write(line, media)
        self.arrive(Echo(line_id, self.account, to, None if file else text, now))
        return line_id

    def _write(self, line: Line, media: bytes | None) -> None:
        self._history.add(line, media)
        self.watchers.tell(line)
