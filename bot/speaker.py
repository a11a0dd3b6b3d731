"""Saying what is owed: paced, urgent first, with three ends to every send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import words
from bot.attachments import render
from bot.chat import Chat, MaybeSent, NotSent
from bot.clock import Clock
from bot.hearing import Means
from bot.mask import courtesy
from bot.metrics import Metrics
from bot.outgoing import Words, owe
from bot.pace import Pace
from schedules.calendar import quiet
from store import Store, outbox, people, places
from store.tables import Place, Post, Request

log = logging.getLogger("louzu.speaker")
Write = Callable[[AsyncSession], Awaitable[None]]
LOOKS_AGAIN = 1.0
MOST_TRIES = 10
MOST_TOGETHER = 6
"""Acknowledgements in one post: more is a wall of text."""
LONGEST_WAIT = timedelta(minutes=30)
ECHO_WITHIN = 3
"""Times that a call may take, until what has no echo was not said."""


class Speaker:
    """The only one who sends. Never inside a transaction."""

    def __init__(self, chat: Chat, store: Store, means: Means, clock: Clock, metrics: Metrics) -> None:
        self.chat, self.store, self.rules, self.clock = chat, store, means.rules, clock
        self.pace, self.metrics = Pace(means.config.pace), metrics
        self.echo_within = ECHO_WITHIN * timedelta(seconds=means.config.wechat.call_timeout)
        self._sure_from: datetime | None = None
        self._in_doubt = False
        """There may be posts of unknown end."""
        self._owed = asyncio.Event()
        self._mouth = asyncio.Lock()
        self._unwritten: Write | None = None
        """How the last send ended, where the database would not take it."""

    def wake(self) -> None:
        """Something may be owed now."""
        self._owed.set()

    async def run(self) -> None:
        """Say everything that falls due, for ever."""
        await self.take_stock()
        while True:
            self._owed.clear()
            wait = await self._attempt()
            if wait:
                await self._rest(wait)

    async def take_stock(self) -> None:
        """After a start: what was on the tip of the tongue may have been said; only its echo tells."""
        async with self.store.begin() as db:
            left = await outbox.rest(db, self.chat.account)
        self._sure_from, self._in_doubt = self.clock.now() + self.echo_within, True
        if left:
            log.warning("%d posts may or may not have been said before the restart", left)

    async def say_due(self) -> int:
        """Say all that may be said at this moment; how many were said. For clocks that are moved by hand."""
        said = 0
        while (await self._attempt()) == 0:
            said += 1
        return said

    async def hush(self) -> None:
        """Let the post that is being said be finished, and say no more."""
        await self._mouth.acquire()

    async def _attempt(self) -> float:
        """Say one post if one may be said; 0, or the seconds until it is worth looking again."""
        try:
            async with self._mouth:
                return await self._say_next()
        except Exception:
            log.exception("the outbox stumbled")
            return LOOKS_AGAIN

    async def _say_next(self) -> float:
        if not self.chat.health().well:
            return LOOKS_AGAIN
        if self._unwritten is not None:
            await self._write(self._unwritten)
        now = self.clock.now()
        if gap := self.pace.gap(now):
            return min(LOOKS_AGAIN, gap)
        post = await self._take(now)
        if post is None:
            return LOOKS_AGAIN
        await self._say(post)
        return 0

    async def _take(self, now: datetime) -> Post | None:
        """What is said next, with what goes out together with it; None when nothing may be."""
        account = self.chat.account
        async with self.store.begin() as db:
            await self.pace.recall(db, account, now)
            # Owed by day, but kept until the night by a broken line: it waits for the morning.
            only: outbox.Only = "quiet" if quiet(now, self.rules) else ""
            if self.pace.spent(now):
                only = "urgent"
            await self._owe_again(db, now)
            doubting = self._sure_from is not None and now < self._sure_from
            post = await outbox.take(db, account, now, self.pace.of_a_room(now), only, doubting)
            if post is not None and self.pace.settings.gather_seconds:
                await self._gather(db, post)
        return post

    async def _owe_again(self, db: AsyncSession, now: datetime) -> None:
        """What is of unknown end is owed anew once it is certain that it has no echo."""
        since = self.chat.health().all_since
        if not self._in_doubt or since is None:
            return
        again, left = await outbox.owe_again(db, self.chat.account, since, now, self.echo_within)
        self._in_doubt = left > 0
        if again:
            log.info("%d posts were not sent after all", again)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._owed.wait()
        except TimeoutError:
            pass

    async def _say(self, post: Post) -> None:
        try:
            message_id = await self._send(post)
        except NotSent as error:
            await self._not_sent(post, error)
        except MaybeSent:
            log.warning("post %s may or may not have been said", post.id)
            await self._settle(post, "unknown")
        except Exception:
            log.exception("post %s can't be drawn or sent", post.id)
            await self._give_up(post)
        else:
            await self._settle(post, "said", message_id or "")

    async def _gather(self, db: AsyncSession, post: Post) -> None:
        """What else the room is to be acknowledged goes out in the same post."""
        others = await outbox.owed_together(db, post, self.clock.now(), MOST_TOGETHER - 1)
        if others:
            await outbox.join(db, post, words.gathered([one.text for one in (post, *others)]), others)

    async def _send(self, post: Post) -> str | None:
        if not post.attachment:
            return await self.chat.say(post.to, post.text)
        name, data = await render(post.attachment, self.store, self.clock.now(), self.rules)
        return await self.chat.show(post.to, name, data)

    async def _settle(self, post: Post, state: str, message_id: str = "") -> None:
        now = self.clock.now()
        if state != "dropped":
            self.pace.said(now)
        await self._write(lambda db: outbox.settle(db, post.id, state, now, message_id))
        self._in_doubt |= state == "unknown"
        self.metrics.posts.labels(state).inc()

    async def _not_sent(self, post: Post, error: NotSent) -> None:
        if post.tries >= MOST_TRIES:
            await self._give_up(post)
            return
        log.info("post %s not sent (%s), try %d", post.id, type(error).__name__, post.tries)
        again = self.clock.now() + backoff(post.tries)
        await self._write(lambda db: outbox.retry(db, post.id, again))

    async def _write(self, end: Write) -> None:
        """Write down how a send ended; kept in mind until the database has taken it."""
        self._unwritten = end
        async with self.store.begin() as db:
            await end(db)
        self._unwritten = None

    async def _give_up(self, post: Post) -> None:
        """No post blocks the queue: it is dropped, and the clerks hear of it."""
        log.error("post %s given up", post.id)
        await self._settle(post, "dropped")
        if post.kind == "notice" and post.key.startswith("given-up:"):
            return
        now = self.clock.now()
        async with self.store.begin() as db:
            to, place = await _addressee(db, post)
            told = words.given_up(post.kind, to)
            for person in await people.holders(db, place, {"clerk", "captain"}) if place else []:
                if person.contact != post.to:
                    key = f"given-up:{post.id}:{person.id}"
                    await owe(db, person, Words(key, "notice", told), now, self.rules)


def backoff(tries: int) -> timedelta:
    """How long to wait after the n-th failure: 5 s, 10 s, 20 s … at most half an hour."""
    return min(timedelta(seconds=5 * 2 ** (tries - 1)), LONGEST_WAIT)


async def _addressee(db: AsyncSession, post: Post) -> tuple[str, Place | None]:
    """What people call whom the post is for, and where he belongs."""
    if post.group:
        room = await places.room(db, post.account, post.to)
        return room.topic or (room.place.name if room.place else ""), room.place
    person = await people.find(db, post.account, post.to)
    if person is None:
        return "", None
    request = await db.get(Request, post.request_id) if post.request_id else None
    place = request.building if request else next((role.place for role in person.roles), None)
    return courtesy(person.name), place
