"""The whole program on one screen: run, listen, handle, keep, speak."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from bot import attach, events, intake, quoting, router, words
from bot.chat import Arrival, Chat, Message
from bot.clock import Clock
from bot.config import Config
from bot.hearing import Hearing, Means
from bot.keeper import Keeper
from bot.memory import Memory
from bot.metrics import Metrics
from bot.patience import Patience
from bot.photos_wanted import PhotoFetcher
from bot.settings import rules_of
from bot.speaker import Speaker
from bot.vocabulary import Vocabulary, file_of
from nlp import Reader
from store import Store, journal, people
from store.refusal import Refusal

log = logging.getLogger("louzu")


class Bot:
    """One account: hears its rooms, keeps what it heard, speaks when it owes a word."""

    try_again = 2.0
    """Seconds until a message that the database would not take is tried again."""

    def __init__(self, chat: Chat, store: Store, reader: Reader, config: Config, clock: Clock) -> None:
        self.chat, self.store, self.clock = chat, store, clock
        rules = rules_of(config)
        self.means = Means(config, rules, reader, Memory(config.keep.memory_minutes), Patience(config.pace))
        self.steps = intake.STEPS
        self.metrics = Metrics()
        self.speaker = Speaker(chat, store, self.means, clock, self.metrics)
        self.keeper = Keeper(chat.account, store, self.means, clock, self.metrics)
        self.photos = PhotoFetcher(chat, store, self.means, clock)
        store.when_new("post", self.speaker.wake)
        store.when_new("photo", self.photos.wake)
        self.vocabulary = Vocabulary(reader, file_of(config))

    async def run(self) -> None:
        """Live until cancelled: hear, keep time, speak."""
        await self.vocabulary.look()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.chat.run())
            tasks.create_task(self.listen())
            tasks.create_task(self.keep())
            tasks.create_task(self.speak())
            tasks.create_task(self.photos.run())
            tasks.create_task(self.vocabulary.run())

    async def listen(self) -> None:
        """Hear everything, one after the other."""
        async for arrival in self.chat.messages():
            await self.handle(arrival)

    async def handle(self, arrival: Arrival) -> Hearing | None:
        """One arrival, one transaction; never raises. What came of it, or None if it was no new message."""
        while True:
            try:
                with self.metrics.seconds.time():
                    return await self._heard(arrival)
            except StaleDataError:
                log.info("another account was first at what %s is about", _id(arrival))
            except (OperationalError, InterfaceError) as error:
                # Locked or full: nothing was marked seen, so the same message is simply taken again.
                log.error("database refused %s: %s", _id(arrival), type(error.orig).__name__)
                await asyncio.sleep(self.try_again)
            except Exception:
                # It stays unhandled in the journal and is tried again at the next start.
                log.exception("failed on %s", _id(arrival))
                return None

    async def keep(self) -> None:
        """Do what the clock says."""
        await self.keeper.run()

    async def speak(self) -> None:
        """Say what is owed: nothing else in the program sends anything."""
        await self.speaker.run()

    async def _heard(self, arrival: Arrival) -> Hearing | None:
        try:
            if isinstance(arrival, Message):
                hearing = await self._hear(arrival)
            else:
                hearing = None
                await self._wipe(await events.note(self.store, self.means, arrival, self.clock.now()))
        except Refusal as error:
            hearing = await self._refuse(arrival, error)
        if hearing is not None:
            self.metrics.hearing(hearing)
        return hearing

    async def _hear(self, message: Message) -> Hearing | None:
        now = self.clock.now()
        async with self.store.begin() as db:
            if not await journal.take(db, message.account, message.id, now) or not self._heeds(message, now):
                return None
            hearing = await self._hearing(db, message, now)
            line = router.parse(message.text, quoting=quoting.commands(hearing))
            await (router.obey(hearing, line) if line else intake.take_in(hearing, self.steps))
        attach.remember(hearing, message.at)
        await self._wipe(hearing.photos_to_drop)
        return hearing

    async def _wipe(self, photos: list[str] | None) -> None:
        """What was wiped of the tables goes from the disk, too, and with it its photos."""
        if photos is not None:
            self.photos.drop(photos)
            await self.store.scrub()

    def _heeds(self, message: Message, now: datetime) -> bool:
        """Not what is so old that its id may have been forgotten, nor more of one person than anybody types."""
        fresh = now - message.at < timedelta(days=self.means.rules.seen_days)
        if fresh and self.means.patience.hears(message):
            return True
        self.metrics.passed_over.inc()
        return False

    async def _hearing(self, db: AsyncSession, message: Message, now: datetime) -> Hearing:
        account, sender = message.account, message.sender
        if message.room is None:
            return Hearing(self.means, db, message, now, None, await people.find(db, account, sender))
        room, person = await people.heard(db, account, message.room, sender)
        return Hearing(self.means, db, message, now, room, person)

    async def _refuse(self, arrival: Arrival, error: Refusal) -> Hearing | None:
        """Nothing of it happened; the speaker is told why, privately."""
        if not isinstance(arrival, Message):
            return None
        async with self.store.begin() as db:
            if not await journal.take(db, arrival.account, arrival.id, self.clock.now()):
                return None
            hearing = await self._hearing(db, arrival, self.clock.now())
            hearing.did = "command"
            await hearing.answer(words.refusal(error), private=True)
        return hearing


def _id(arrival: Arrival) -> str:
    return getattr(arrival, "id", type(arrival).__name__)
