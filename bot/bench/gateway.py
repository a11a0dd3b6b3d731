"""A real gateway as a process, and the two that can sit behind it: the whole bot, and the least that can answer."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Container, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bench.said import Said
from bot.clock import SystemClock
from bot.gateway.start import GatewaySettings, environment
from bot.wechat.settings import WeChatSettings
from bot.wechat.wire import Event, open_stub
from store import Store, places
from store.migrate import migrate

PATIENCE = 60.0
TOKEN = "bench"
PACES = ("PER_MINUTE_ROOM", "PER_MINUTE", "PER_DAY", "ROOM_POSTS_A_DAY", "PER_PERSON")
"""Bounds of what is said; those of what is heard stay, since what was heard is remembered up to them."""


@dataclass(slots=True, eq=False)
class Gateway:
    """A gateway with groups behind it in which we can speak."""

    node: Process
    port: int

    def say(self, said: Said) -> None:
        assert self.node.stdin is not None
        self.node.stdin.write(f"{json.dumps(said._asdict())}\n".encode())

    async def told(self, event: str) -> AsyncIterator[dict[str, Any]]:
        """Each such event that it tells from now on."""
        assert self.node.stdout is not None
        async for line in self.node.stdout:
            told: dict[str, Any] = json.loads(line)
            if told.get("event") == event:
                yield told

    async def tells(self, event: str) -> dict[str, Any]:
        """The next such event."""
        async with asyncio.timeout(PATIENCE):
            async for told in self.told(event):
                return told
        raise ConnectionError("the gateway ended")

    async def way(self, said: Said) -> float:
        """Say it; the milliseconds until it is answered there."""
        self.say(said)
        return float((await self.tells("answered"))["took"])


@asynccontextmanager
async def gateway(folder: Path, modules: Path) -> AsyncIterator[Gateway]:
    """A gateway script with the mock puppet, from the npm modules of a folder."""
    folder.mkdir(parents=True)
    (folder / "node_modules").symlink_to(modules / "node_modules")
    for script in (modules / "gateway.mjs", modules / "ring.mjs", Path(__file__).with_name("puppet.mjs")):
        (folder / script.name).write_bytes(script.read_bytes())
    port = _free_port()
    settings = GatewaySettings(str(folder / "puppet.mjs"), folder, TOKEN, f"127.0.0.1:{port}")
    told = environment(settings, folder)
    node = await asyncio.create_subprocess_exec(
        *("node", "gateway.mjs"), cwd=folder, env=told, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        opened = Gateway(node, port)
        await opened.tells("login")
        yield opened
    finally:
        node.kill()
        await node.wait()


@dataclass(frozen=True, slots=True)
class Home:
    """Where a bot keeps what it hears, and the rooms it looks after, each of a building of its own."""

    folder: Path
    rooms: Sequence[str]
    account: str = "main"
    url: str = ""
    """The database; "" is an SQLite file in `folder`."""


@asynccontextmanager
async def louzu(home: Home, port: int) -> AsyncIterator[Process]:
    """`louzu run`, as everybody runs it, with the paces off."""
    home.folder.mkdir(parents=True)
    url = home.url or f"sqlite+aiosqlite:///{home.folder / 'louzu.db'}"
    await _furnish(url, home)
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=home.folder,
        env={**os.environ, **_settings(home, url, port)},
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        yield bot
    finally:
        bot.terminate()
        await bot.wait()


def _settings(home: Home, url: str, port: int) -> dict[str, str]:
    return {
        "LOUZU_DATA_DIR": str(home.folder),
        "LOUZU_STORE__URL": url,
        "LOUZU_WECHAT__ACCOUNT": home.account,
        "LOUZU_WECHAT__ENDPOINT": f"127.0.0.1:{port}",
        "LOUZU_WECHAT__TOKEN": TOKEN,
        "LOUZU_WEB__PORT": str(_free_port()),
        "LOUZU_PACE__GAP_SECONDS": "0",
        "LOUZU_PACE__JITTER_SECONDS": "0",
        "LOUZU_PACE__GATHER_SECONDS": "0",
        "LOUZU_QUIET__FROM": "00:00",
        "LOUZU_QUIET__UNTIL": "00:00",
        **{f"LOUZU_PACE__{name}": "1000000" for name in PACES},
    }


async def _furnish(url: str, home: Home) -> None:
    store = Store(url)
    try:
        now = SystemClock().now()
        await migrate(store, now)
        async with store.begin() as db:
            top = await places.community(db, "小区")
            for name in home.rooms:
                room = await places.room(db, home.account, name)
                room.place = await places.building(db, f"{name.partition('@')[0]}号楼", top)
                room.bound_at = now  # it is owed no summary of the time before
    finally:
        await store.close()


@asynccontextmanager
async def echo(port: int, answers: Container[str]) -> AsyncIterator[None]:
    """The least that can answer: hear the event, fetch the message, send back what is among `answers`, let it go."""
    stub, hears = open_stub(WeChatSettings(f"127.0.0.1:{port}", TOKEN)), asyncio.Event()

    async def answer() -> None:
        async for event in stub.event():
            hears.set()
            if event.type == Event.MESSAGE:
                id_ = json.loads(event.payload)["messageId"]
                payload = await stub.message_payload(id=id_)
                if payload.from_id != "bot" and payload.text in answers:
                    await stub.message_send_text(conversation_id=payload.room_id, text=payload.text)
                await stub.ding(data=f"ack:{json.dumps([id_])}")

    answering = asyncio.create_task(answer())
    try:
        async with asyncio.timeout(PATIENCE):
            while not hears.is_set():
                await stub.ding(data="hello")
                with suppress(TimeoutError):
                    await asyncio.wait_for(hears.wait(), 0.1)
        yield
    finally:
        answering.cancel()
        # Cut off in the midst of a call, the stream says so in its own way.
        await asyncio.gather(answering, return_exceptions=True)
        stub.channel.close()


def resident(pid: int) -> float | None:
    """The resident memory of a process in megabytes, where the system tells."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
