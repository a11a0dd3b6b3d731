"""A real Wechaty gateway (our own script over Wechaty's mock puppet), started anew for every test."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.chat import Arrival
from bot.gateway.install import install
from bot.gateway.start import GatewaySettings, environment
from bot.wechat import WeChat, WeChatSettings

TOKEN = "puppet_mock_secret"
PUPPET = Path(__file__).with_name("mock_puppet.mjs")
PATIENCE = 20.0


@pytest.fixture(scope="session")
def modules() -> Path:
    """The npm modules, installed once per machine."""
    if not (shutil.which("node") and shutil.which("npm")):
        if os.environ.get("CI") == "true":
            pytest.fail("node and npm are missing, and CI must run these tests")
        pytest.skip("node and npm are missing: the tests against a real gateway need them")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "louzu-test-gateway"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(install("wechaty-puppet-mock", cache))
    return cache


class Gateway:
    """The gateway as a process, and the neighbourhood behind it."""

    def __init__(self, modules: Path, data: Path, **extra: Any) -> None:
        self.port, self.extra = free_port(), extra
        self.folder = data / "gateway"
        self.folder.mkdir()
        (self.folder / "node_modules").symlink_to(modules / "node_modules")
        for script in ("gateway.mjs", "ring.mjs"):
            shutil.copy(modules / script, self.folder)
        shutil.copy(PUPPET, self.folder)
        puppet = str(self.folder / PUPPET.name)
        self.settings = GatewaySettings(puppet, data, TOKEN, f"127.0.0.1:{self.port}")
        self.environ: dict[str, str] = {}
        self.told: list[dict[str, Any]] = []
        self._changed = asyncio.Condition()
        self._ordering = asyncio.Lock()

    async def start(self, login: bool = True) -> None:
        env = environment(self.settings, self.folder) | self.environ
        env["LOUZU_GATEWAY"] = json.dumps(json.loads(env["LOUZU_GATEWAY"]) | self.extra)
        env["LOUZU_MOCK_LOGIN"] = "yes" if login else "no"
        self.node = await asyncio.create_subprocess_exec(
            "node", "gateway.mjs", cwd=self.folder, env=env, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        seen = len(self.told)
        self._reading = asyncio.create_task(self._read())
        await self.tells("login" if login else "listening", seen)

    async def stop(self, how: int = signal.SIGKILL) -> None:
        if self.node.returncode is None:
            self.node.send_signal(how)
        await self.node.wait()
        await self._reading

    async def order(self, *words: Any) -> str | None:
        """Something happens in the neighbourhood; the id of the message, if it made one."""
        async with self._ordering:
            seen = len(self.told)
            assert self.node.stdin
            self.node.stdin.write(json.dumps(words).encode() + b"\n")
            done = await self.tells("done", seen)
            assert "wrong" not in done, done
            return done.get("id")

    async def say(self, text: str, who: str = "wang", to: str = "1@chatroom") -> str:
        id_ = await self.order("say", who, to, text)
        assert id_
        return id_

    async def tells(self, event: str, after: int = 0, **facts: Any) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            wanted = {"event": event, **facts}.items()
            return next((told for told in self.told[after:] if wanted <= told.items()), None)

        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(found)
        return found() or {}

    async def says(self, words: str, times: int = 1) -> None:
        """Wait until the bot has said something with these words, so many times."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: sum(words in str(text) for text in self.sent()) >= times)

    def sent(self) -> list[Any]:
        """The texts that the bot brought into the neighbourhood."""
        return [told.get("text") for told in self.told if told["event"] == "sent"]

    def ring(self) -> list[Path]:
        return sorted((self.folder / "ring").glob("*.json"))

    async def _read(self) -> None:
        assert self.node.stdout
        async for line in self.node.stdout:
            async with self._changed:
                self.told.append(json.loads(line))
                self._changed.notify_all()


class IdJournal:
    """The journal of arrivals in memory: it outlives the chat in a test, as a database outlives the bot."""

    def __init__(self) -> None:
        self.seen: dict[str, bool] = {}

    async def arrived(self, ids: Any) -> list[str]:
        fresh = [id_ for id_ in dict.fromkeys(ids) if id_ not in self.seen]
        self.seen |= dict.fromkeys(fresh, False)
        return fresh

    async def unhandled(self) -> list[str]:
        return [id_ for id_, handled in self.seen.items() if not handled]

    async def done(self, ids: Any) -> None:
        self.seen |= dict.fromkeys(ids, True)


class Ear:
    """The bot's end: hears everything, and marks it handled as the bot would."""

    def __init__(self, chat: WeChat, journal: IdJournal) -> None:
        self.chat, self.journal = chat, journal
        self.heard: list[Arrival] = []
        self._changed = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self.chat.run()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends

    async def leave(self, gateway: Gateway) -> None:
        """Stop, and leave nothing behind for the next test."""
        await gateway.order("set", {"sendFails": 0, "slowSend": 0})
        await self.until(lambda: all(self.journal.seen.values()))
        await self.chat._replay._acknowledge()
        await self.until(lambda: not gateway.ring())
        await self.stop()

    async def _listen(self) -> None:
        async for arrival in self.chat.messages():
            async with self._changed:
                self.heard.append(arrival)
                if id_ := getattr(arrival, "id", ""):
                    await self.journal.done([id_])
                self._changed.notify_all()

    async def hears(self, count: int = 1, *kinds: type) -> list[Any]:
        """Wait for so many arrivals of these kinds; all of them."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.of(*kinds)) >= count)
        return self.of(*kinds)

    def of(self, *kinds: type) -> list[Any]:
        return [arrival for arrival in self.heard if isinstance(arrival, kinds or object)]

    async def until(self, state: Callable[[], object]) -> None:
        """Wait for something that no event tells of."""
        async with asyncio.timeout(PATIENCE):
            while not state():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def well(self) -> None:
        await self.until(lambda: self.chat.health().well and self.chat._hearing.on.is_set())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def shared(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """One for all tests that do it no harm: node needs a second or two to start."""
    gateway = Gateway(modules, tmp_path_factory.mktemp("data"))
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def stock(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """One that replays nothing, as those of others."""
    gateway = Gateway(modules, tmp_path_factory.mktemp("stock"), replay=False)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def make_gateway(modules: Path, tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Gateway]]]:
    """One to be killed; `changes` to its settings, `extra` words to the script."""
    made: list[Gateway] = []

    async def make(login: bool = True, changes: dict[str, Any] | None = None, **extra: Any) -> Gateway:
        data = tmp_path / f"data{len(made)}"
        data.mkdir()
        gateway = Gateway(modules, data, **extra)
        gateway.settings = replace(gateway.settings, **(changes or {}))
        made.append(gateway)
        await gateway.start(login)
        return gateway

    yield make
    for gateway in made:
        await gateway.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(make_gateway: Callable[..., Awaitable[Gateway]]) -> Gateway:
    return await make_gateway()


@pytest_asyncio.fixture(loop_scope="session")
async def make_ear() -> AsyncIterator[Callable[..., Awaitable[Ear]]]:
    """An ear at a port; with `settings` changed, on an older journal or with what else a chat takes."""
    made: list[Ear] = []

    async def make(port: int, settings: dict[str, Any] | None = None, **more: Any) -> Ear:
        journal = more.pop("journal", None) or IdJournal()
        chosen = {"token": TOKEN, "probe": 0.5, "answer": 1.0, **(settings or {})}
        ear = Ear(
            WeChat(WeChatSettings(f"127.0.0.1:{port}", **chosen), journal, account="main", **more), journal
        )
        made.append(ear)
        ear.start()
        return ear

    yield make
    for ear in made:
        await ear.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def listener(shared: Gateway, make_ear: Callable[..., Awaitable[Ear]]) -> AsyncIterator[Ear]:
    """An ear at the shared gateway, which leaves nothing behind for the next test."""
    shared.told.clear()
    ear = await make_ear(shared.port)
    await ear.well()
    yield ear
    await ear.leave(shared)


@pytest_asyncio.fixture(loop_scope="session")
async def ear(gateway: Gateway, make_ear: Callable[..., Awaitable[Ear]]) -> Ear:
    ear = await make_ear(gateway.port)
    await ear.well()
    return ear
