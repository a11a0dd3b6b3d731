"""One life of the program, from its start to its end or its kill: the chat and the database outlive it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.app import Bot
from bot.chat import Arrival, Message
from bot.clock import MovableClock
from bot.config import Config, Pace
from bot.simulation.chat import FailingChat
from bot.simulation.faults import FragileStore
from bot.simulator.stage import UNPACED, Stage
from nlp import Reader
from store import journal
from store.tables import Post

GATHERING = UNPACED.model_copy(update={"gather_seconds": Pace().gather_seconds})
"""No budget holds anything back, but acknowledgements of a burst go out in one post."""
EVERY = timedelta(hours=3)
TOLD_LATER = 0.2


class Life(Stage):
    """A bot as `louzu run` starts one, whose tasks are done in turns, so that one seed gives one year."""

    chat: FailingChat

    def __init__(
        self, chat: FailingChat, store: FragileStore, clock: MovableClock, reader: Reader, folder: Path
    ):
        self.chat, self.store = chat, store
        self.clock, self.now = clock, clock.now
        self.config = Config(data_dir=folder, pace=GATHERING)
        self.bot = Bot(chat, store, reader, self.config, clock)
        self.bot.try_again = 0
        self.arrivals = journal.Journal(store, chat.account, clock.now)
        self.ticked = clock.now()
        self.soonest: datetime | None = None
        """When there may be something to say again, by the bot's own clock, as of the last look."""
        self.reached: set[str] = set()
        """What the gateway still keeps for us and need not, once it is handled."""

    async def begin(self) -> None:
        """What a start does before anything new is heard: take stock, catch up, hear what a kill interrupted."""
        await self.bot.speaker.take_stock()
        await self.bot.keeper.catch_up()
        await self._handle(
            [self.chat.ring[id_] for id_ in await self.arrivals.unhandled() if id_ in self.chat.ring]
        )
        if self.chat.online:
            self.chat.connect()
        await self.hear()

    async def turn(self, on_time: bool) -> None:
        """Do what fell due, hear what came, say what is owed; the jobs of every minute only now and then."""
        now = self.now()
        ticks = on_time or now - self.ticked >= EVERY
        if ticks:
            for name in self.bot.keeper.due(self.ticked, now):
                await self.bot.keeper.tick(name)
            self.ticked = max(self.ticked, now)
        arrives = self.chat.next_arrival()
        if ticks or self._owes() or (arrives is not None and arrives <= self.chat.true.now()):
            await self.hear()

    async def hear(self) -> None:
        """Hear what came and say what is owed, until there is neither."""
        while True:
            while arrived := self.chat.due():
                ids = [_id(one) for one in arrived]
                fresh = set(await self._written_down(ids))
                self.reached.update(ids)
                await self._handle([one for one in arrived if _id(one) in fresh])
                if any(isinstance(one, Message) and one.image for one in arrived):
                    await self._fetch()
                # The gateway may be told of it only later: then it repeats what was handled.
                if not self.chat.faults.chance(TOLD_LATER):
                    handled = self.reached - set(await self.arrivals.unhandled())
                    self.chat.acknowledge(handled)
                    self.reached -= handled
            await self._look()
            if not self._owes() or not await self.bot.speaker.say_due():
                return

    async def _handle(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            await self.bot.handle(arrival)

    async def _fetch(self) -> None:
        try:
            await self.bot.photos.fetch_all()
        except OperationalError:
            """As in its own loop: it is tried again."""

    async def _written_down(self, ids: Sequence[str]) -> list[str]:
        while True:
            try:
                return await self.arrivals.arrived(ids)
            except OperationalError:
                continue

    async def _look(self) -> None:
        owed = select(func.min(Post.not_before)).where(Post.account == self.chat.account, Post.state == "due")
        async with self.store.read() as db:
            self.soonest = await db.scalar(owed)

    def _owes(self) -> bool:
        return self.chat.online and self.soonest is not None and self.soonest <= self.now()


def _id(arrival: Arrival) -> str:
    return str(getattr(arrival, "id", ""))
