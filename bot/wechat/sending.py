"""Saying and showing, and the truth about each: sent, not sent, or maybe sent."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from grpclib.const import Status
from grpclib.exceptions import GRPCError
from wechaty_grpc.wechaty import PuppetStub

from bot.chat import MaybeSent, NotSent
from bot.wechat.files import LIMIT, box_of
from bot.wechat.link import Link
from bot.wechat.reading import THROTTLED
from bot.wechat.wire import NETWORK, name_of

log = logging.getLogger(__name__)

REFUSED = {
    Status.UNAUTHENTICATED,
    Status.PERMISSION_DENIED,
    Status.UNIMPLEMENTED,
    Status.INVALID_ARGUMENT,
    Status.RESOURCE_EXHAUSTED,  # the gateway did not even read it: too long
}


class Sender:
    """`obstacle` says in words why nothing can be sent now, "" when it can."""

    def __init__(self, link: Link, obstacle: Callable[[], str], now: Callable[[], datetime]) -> None:
        self.link, self._obstacle, self.now = link, obstacle, now
        self.throttled_until: datetime | None = None
        self._said: deque[str] = deque(maxlen=50)

    async def say(self, to: str, text: str) -> str | None:
        self._check()
        self._said.append(text)
        return await self._send(lambda stub: stub.message_send_text(conversation_id=to, text=text))

    async def show(self, to: str, name: str, data: bytes) -> str | None:
        if len(data) > LIMIT:
            raise NotSent("超过 8 MB")
        self._check()
        try:
            box = await box_of(self.link, name, data)
        except NETWORK as error:  # nothing but the bytes has left so far
            raise NotSent(name_of(error)) from None
        return await self._send(lambda stub: stub.message_send_file(conversation_id=to, filebox=box))

    def said(self, text: str) -> bool:
        """Whether these were our own words lately."""
        return text in self._said

    def throttle(self) -> None:
        """WeChat says that we do too much: be quiet for a while, for the account's sake."""
        self.throttled_until = self.now() + timedelta(seconds=self.link.settings.rest)
        log.error(
            "WeChat says that we do too much: nothing is sent until %s", self.throttled_until.isoformat()
        )

    @property
    def throttled(self) -> bool:
        return self.throttled_until is not None and self.now() < self.throttled_until

    def _check(self) -> None:
        if self.throttled:
            raise NotSent("操作过于频繁，先停发")
        if obstacle := self._obstacle():
            raise NotSent(obstacle)

    async def _send(self, make: Callable[[PuppetStub], Awaitable[Any]]) -> str | None:
        try:
            return (await self.link.call(make)).id or None
        except NETWORK as error:
            raise self._verdict(error) from None

    def _verdict(self, error: BaseException) -> NotSent | MaybeSent:
        if isinstance(error, ConnectionRefusedError):
            return NotSent(name_of(error))
        if isinstance(error, GRPCError):
            message = error.message or ""
            if THROTTLED in message:
                self.throttle()
                return NotSent("操作过于频繁")
            if error.status in REFUSED or "not logged in" in message:
                return NotSent(name_of(error))
        return MaybeSent(name_of(error))
