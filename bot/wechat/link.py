"""The connection to a gateway: comes back whatever happens to it, and notices when it is dead."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

from grpclib.const import Status
from grpclib.exceptions import GRPCError
from wechaty_grpc.wechaty import PuppetStub

from bot.wechat.settings import WeChatSettings
from bot.wechat.wire import NETWORK, Event, name_of, open_stub

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

PATIENCE = 120.0
"""Every second without a stream loses messages at a stock gateway, so it is knocked at often for so long."""


class Listener(Protocol):
    """Who is told what happens on the link; none of these may block."""

    def opened(self) -> None: ...

    def heard(self, kind: int, payload: dict[str, Any]) -> None: ...

    def lost(self) -> None: ...


class Link:
    """One stream of events, and the calls beside it."""

    def __init__(self, settings: WeChatSettings, listener: Listener) -> None:
        self.settings, self.listener = settings, listener
        self.stub: PuppetStub | None = None
        self.up = asyncio.Event()
        self.turn = 0
        """How many times it has come up: a call that failed in another turn proves nothing."""
        self.trouble = "还没有连上"
        self._calls: set[asyncio.Task[Any]] = set()
        self._dong = asyncio.Event()
        self._busy_since: float | None = None

    async def run(self) -> None:
        """Connect, again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        down_since = loop.time()
        try:
            while True:
                error = await self._attempt()
                if self.stub is not None:
                    down_since = loop.time()
                    self._drop()
                self._say_why(error)
                pause = 0.225 if loop.time() - down_since < PATIENCE else 2.0
                await asyncio.sleep(pause * random.uniform(0.9, 1.1))
        finally:
            self._drop()

    async def call(self, make: Callable[[PuppetStub], Awaitable[Answer]], seconds: float = 0.0) -> Answer:
        """Call the gateway; fails with one of wire.NETWORK, at once when the link is lost meanwhile."""
        if self.stub is None:
            raise ConnectionRefusedError("no gateway")
        return await self._watched(make, self.stub, seconds or self.settings.call_timeout)

    async def _watched(
        self, make: Callable[[PuppetStub], Awaitable[Answer]], stub: PuppetStub, seconds: float
    ) -> Answer:
        async def within() -> Answer:
            async with asyncio.timeout(seconds):
                return await make(stub)

        task = asyncio.create_task(within())
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        try:
            return await task
        except asyncio.CancelledError:
            asker = asyncio.current_task()
            if task.cancelled() and not (asker and asker.cancelling()):
                raise ConnectionResetError("the link was lost") from None
            task.cancel()
            raise

    async def _attempt(self) -> BaseException | None:
        """One connection from its first event to its end; what ended it, None for a clean end."""
        stub = open_stub(self.settings)
        try:
            await self._listen(stub)
        except NETWORK as error:
            await self._take_over(stub, error)
            return error
        except Exception as error:  # grpclib and h2 raise many things; none may end the program
            log.error("gateway stream: %s", name_of(error), exc_info=not isinstance(error, GRPCError))
            return error
        finally:
            stub.channel.close()
        return None

    async def _listen(self, stub: PuppetStub) -> None:
        async with aclosing(stub.event()) as events:
            async with asyncio.timeout(self.settings.call_timeout):
                first = await anext(events, None)  # a 1.x gateway greets within milliseconds
            if first is None:
                return
            self._open(stub)
            self._hear(first)
            reading = asyncio.create_task(self._read(events))
            probing = asyncio.create_task(self._probe(stub))
            try:
                await asyncio.wait((reading, probing), return_when=asyncio.FIRST_COMPLETED)
            finally:
                reading.cancel()
                probing.cancel()
                ends = await asyncio.gather(reading, probing, return_exceptions=True)
            for end in ends:
                if isinstance(end, Exception):
                    raise end

    async def _read(self, events: Any) -> None:
        async for event in events:
            self._hear(event)

    def _hear(self, event: Any) -> None:
        try:
            payload = json.loads(event.payload or "{}")
            if event.type == Event.DONG:
                self._dong.set()
            self.listener.heard(int(event.type), payload if isinstance(payload, dict) else {})
        except Exception as error:  # one bad event must not end the stream
            log.warning("event of kind %s not understood: %s", event.type, name_of(error))

    async def _probe(self, stub: PuppetStub) -> None:
        """Any dong on the stream after a ding proves both directions."""
        while True:
            await asyncio.sleep(self.settings.probe)
            self._dong.clear()
            async with asyncio.timeout(self.settings.answer):
                await stub.ding(data="probe")
                await self._dong.wait()

    def _open(self, stub: PuppetStub) -> None:
        self.stub, self.trouble, self._busy_since = stub, "", None
        self.turn += 1
        self.up.set()
        log.info("gateway connected")
        self.listener.opened()

    def _drop(self) -> None:
        if self.stub is None:
            return
        self.stub = None
        self.up.clear()
        for task in self._calls:
            task.cancel()
        self.listener.lost()

    def _say_why(self, error: BaseException | None) -> None:
        """Once per kind of trouble: the gateway is knocked at five times a second."""
        trouble = _in_words(error)
        if trouble != self.trouble:
            self.trouble = trouble
            log.warning("no gateway: %s", name_of(error) if error else "it ended the stream")

    async def _take_over(self, stub: PuppetStub, error: BaseException) -> None:
        """Somebody else has the stream, perhaps our own half-open one: take it, if so configured, after a while."""
        if not isinstance(error, GRPCError) or error.status is not Status.ALREADY_EXISTS:
            return
        now = asyncio.get_running_loop().time()
        self._busy_since = self._busy_since or now
        after = self.settings.takeover_after
        if not after or now - self._busy_since < after:
            return
        self._busy_since = None
        log.error("taking the event stream over from another client")
        for rpc in (stub.stop, stub.start):
            try:
                async with asyncio.timeout(self.settings.call_timeout):
                    await rpc()
            except NETWORK as failure:
                log.error("taking over: %s", name_of(failure))


def _in_words(error: BaseException | None) -> str:
    if isinstance(error, GRPCError) and error.status is Status.ALREADY_EXISTS:
        return "网关正被另一个客户端占用"
    if isinstance(error, GRPCError) and error.status is Status.UNAUTHENTICATED:
        return "网关不认这个口令（token）"
    if isinstance(error, TimeoutError):
        return "网关没有回应"
    return "连不上网关"
