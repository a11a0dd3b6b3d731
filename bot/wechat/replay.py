"""The talk with our own gateway: what came while we were away, and what it may now forget."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from functools import partial
from typing import Any

from wechaty_grpc.wechaty import PuppetStub

from bot.wechat.inbox import Inbox, Mark
from bot.wechat.link import Link
from bot.wechat.wire import NETWORK, name_of

log = logging.getLogger(__name__)

ASK, BEGIN, END, ACK = "replay:", "replaying", "replayed:", "ack:"
PATIENCE = 3.0
"""Our own gateway answers at once; a stock one just dongs, some with other words than it was asked with."""
PAUSE = 1.0
AT_ONCE = 200


class Replay:
    """`ours` once the gateway has shown that it is one of ours, `complete` for how long nothing has passed it by."""

    def __init__(self, link: Link, inbox: Inbox) -> None:
        self.link, self.inbox = link, inbox
        self.ours = False
        self.complete: timedelta | None = None
        self._begun: asyncio.Future[bool] | None = None
        self._ended = asyncio.Event()

    async def ask(self) -> bool:
        """Have everything we have not acknowledged told again; False when the gateway can't. Fails as calls do."""
        self._begun, self.ours = asyncio.get_running_loop().create_future(), False
        self.complete = None
        self._ended.clear()
        await self.link.call(partial(_ding, ASK))
        try:
            async with asyncio.timeout(PATIENCE):
                self.ours = await self._begun
        except TimeoutError:
            return False
        if self.ours:
            async with asyncio.timeout(self.link.settings.call_timeout):
                await self._ended.wait()
        return self.ours

    def dong(self, data: str) -> None:
        """Any dong that came."""
        if data == BEGIN:
            self.inbox.heard(Mark.REPLAY)
        elif data.startswith(END):
            _, _, heard = data.removeprefix(END).partition(":")
            self.complete = timedelta(milliseconds=int(heard)) if heard.isdecimal() else None
            self._ended.set()
        if data in (BEGIN, ASK) and self._begun and not self._begun.done():
            self._begun.set_result(data == BEGIN)

    async def acknowledge(self) -> None:
        """Until cancelled: what is handled need not be kept by the gateway, where it stands with its words."""
        while True:
            await asyncio.sleep(PAUSE)
            if not self.ours:
                self.inbox.owed.clear()
            elif self.inbox.owed:
                try:
                    await self._acknowledge()
                except NETWORK as error:
                    log.info("not acknowledged: %s", name_of(error))
                except Exception as error:
                    log.error("the journal can't be read: %s", name_of(error))

    async def _acknowledge(self) -> None:
        still = set(await self.inbox.journal.unhandled())
        handled = [id_ for id_ in self.inbox.owed if id_ not in still]
        for start in range(0, len(handled), AT_ONCE):
            some = handled[start : start + AT_ONCE]
            await self.link.call(partial(_ding, ACK + json.dumps(some)))
            for id_ in some:
                self.inbox.owed.pop(id_, None)


async def _ding(data: str, stub: PuppetStub) -> Any:
    return await stub.ding(data=data)
