"""Makes an arrival of an id: fetches the payload, knows our own voice, finds the name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.chat import Arrival, Gap, Message
from bot.wechat.hearing import Hearing
from bot.wechat.journal import Journal
from bot.wechat.link import Link
from bot.wechat.names import Names
from bot.wechat.reading import Payload, arrival_of, is_throttle, payload_of
from bot.wechat.sending import Sender
from bot.wechat.wire import NETWORK, name_of

log = logging.getLogger(__name__)

AT_ONCE = 16
TRIES = 6
PAUSE = 0.1
"""After the first failed try; three times longer after each further one."""


class Reader:
    """`own` are all ids that were ours: web protocols give a new one at every login."""

    def __init__(self, link: Link, hearing: Hearing, journal: Journal, sender: Sender, account: str) -> None:
        self.link, self.hearing, self.journal, self.sender, self.account = (
            link,
            hearing,
            journal,
            sender,
            account,
        )
        self.names = Names(link)
        self.own: set[str] = set()
        self.lost = 0
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._now: Callable[[], datetime] = sender.now

    async def read(self, id_: str, written: asyncio.Event) -> Arrival | None:
        """What arrived, once its id is `written` down; None, and marked done, when the bot has no need of it."""
        if id_.startswith("gap:"):
            await written.wait()
            await self._done(id_)
            return self._gap(id_)
        payload = await self._fetch(id_)
        await written.wait()
        await self.hearing.on.wait()  # deaf until we know our own voice
        arrival = self._heed(payload) if payload else None
        if arrival is None:
            await self._done(id_)
        elif isinstance(arrival, Message):
            return replace(arrival, name=await self.names.of(arrival.room, arrival.sender))
        return arrival

    async def _fetch(self, id_: str) -> Payload | None:
        tries = 0
        while tries < TRIES:
            await self.link.up.wait()
            turn = self.link.turn
            try:
                async with self._slots:
                    response = await self.link.call(lambda stub: stub.message_payload(id=id_))
                return payload_of(id_, response, self._now())
            except NETWORK as error:
                if turn == self.link.turn and self.link.up.is_set():
                    tries += 1
                    log.info("payload of %s, try %d: %s", id_, tries, name_of(error))
                await asyncio.sleep(PAUSE * 3 ** max(0, tries - 1))
        self.lost += 1
        self.hearing.missed()
        log.error("message %s is lost: the gateway does not have it (%d so far)", id_, self.lost)
        return None

    def _heed(self, payload: Payload) -> Arrival | None:
        if is_throttle(payload, self.own, self.sender.said(payload.text)):
            self.sender.throttle()
            return None
        return arrival_of(payload, self.account, self.own)

    def _gap(self, id_: str) -> Gap | None:
        """Our own gateway tells in an id when it heard nothing: gap:<since>:<until>, in milliseconds."""
        try:
            since, until = (datetime.fromtimestamp(int(part) / 1000, UTC) for part in id_.split(":")[1:])
        except (ValueError, OverflowError, OSError):
            return None
        return Gap(self.account, since, until)

    async def _done(self, id_: str) -> None:
        try:
            await self.journal.done([id_])
        except Exception as error:  # it is read once more after the next start, no more than that
            log.error("the journal can't be written: %s", name_of(error))
