"""The whole program behind a real gateway: how much memory it takes, and how long an answer is on its way."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bot.bench.ratio import Measured
from bot.clock import SystemClock
from bot.gateway.install import CannotInstall, install
from bot.gateway.start import GatewaySettings, environment
from bot.wechat.settings import WeChatSettings
from bot.wechat.wire import Event, open_stub
from store import Store, places
from store.migrate import migrate

MEGABYTES, TIMES = "MB", 1.5
MOST_MEMORY = 150.0
ROUNDS, PATIENCE = 31, 60.0
ROOM, TOKEN, SAID = "bench@chatroom", "bench", "/进度"
MEMORY, WAY = "整个程序连着网关时的内存", "一条消息从网关到回音，是裸回声的几倍"


@dataclass(slots=True)
class Gateway:
    """A gateway as a process, with a group behind it in which we can speak."""

    node: Process
    port: int

    async def tells(self, event: str) -> dict[str, Any]:
        """The next such event that it tells."""
        assert self.node.stdout is not None
        async with asyncio.timeout(PATIENCE):
            async for line in self.node.stdout:
                told: dict[str, Any] = json.loads(line)
                if told.get("event") == event:
                    return told
        raise ConnectionError("the gateway ended")

    async def way(self) -> float:
        """Say something in the group; the milliseconds until it is answered there."""
        assert self.node.stdin is not None
        self.node.stdin.write(f"{SAID}\n".encode())
        return float((await self.tells("answered"))["took"])


async def wire(folder: Path, modules: Path) -> list[Measured]:
    """Both measures; without values and with the reason where there is no gateway to be had."""
    try:
        await install("wechaty-puppet-mock", modules)
    except CannotInstall as reason:
        return [
            Measured(MEMORY, None, MOST_MEMORY, MEGABYTES, note=str(reason)),
            Measured(WAY, None, TIMES, note=str(reason)),
        ]
    async with AsyncExitStack() as stack:
        ours, theirs = [
            await stack.enter_async_context(_gateway(folder / name, modules)) for name in ("ours", "theirs")
        ]
        bot = await stack.enter_async_context(_bot(folder / "data", ours.port))
        await stack.enter_async_context(_echo(theirs.port))
        ways = [(await ours.way(), await theirs.way()) for _ in range(ROUNDS)]
        memory = _resident(bot.pid)
    took, echoed = (median(way[at] for way in ways) for at in (0, 1))
    note = f"{took:.1f} 毫秒，裸回声 {echoed:.1f} 毫秒"
    return [
        Measured(MEMORY, memory, MOST_MEMORY, MEGABYTES, note="" if memory else "只有 Linux 上能量"),
        Measured(WAY, took / echoed, TIMES, note=note),
    ]


@asynccontextmanager
async def _gateway(folder: Path, modules: Path) -> AsyncIterator[Gateway]:
    folder.mkdir()
    (folder / "node_modules").symlink_to(modules / "node_modules")
    for script in (modules / "gateway.mjs", modules / "ring.mjs", Path(__file__).with_name("puppet.mjs")):
        (folder / script.name).write_bytes(script.read_bytes())
    port = _free_port()
    settings = GatewaySettings(str(folder / "puppet.mjs"), folder, TOKEN, f"127.0.0.1:{port}")
    node = await asyncio.create_subprocess_exec(
        "node",
        "gateway.mjs",
        cwd=folder,
        env=environment(settings, folder),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    try:
        gateway = Gateway(node, port)
        await gateway.tells("login")
        yield gateway
    finally:
        node.kill()
        await node.wait()


@asynccontextmanager
async def _bot(folder: Path, port: int) -> AsyncIterator[Process]:
    """`louzu run`, as everybody runs it, with the paces off; ready once it answered."""
    folder.mkdir()
    store = Store(f"sqlite+aiosqlite:///{folder / 'louzu.db'}")
    await migrate(store, SystemClock().now())
    async with store.begin() as db:
        room = await places.room(db, "main", ROOM)
        room.place = await places.building(db, "1号楼", await places.community(db, "小区"))
    await store.close()
    paces = ("PER_MINUTE_ROOM", "PER_MINUTE", "PER_DAY", "ROOM_POSTS_A_DAY", "PER_PERSON", "HEARD_PER_MINUTE")
    told = {
        "LOUZU_DATA_DIR": str(folder),
        "LOUZU_WECHAT__ENDPOINT": f"127.0.0.1:{port}",
        "LOUZU_WECHAT__TOKEN": TOKEN,
        "LOUZU_WEB__PORT": str(_free_port()),
        "LOUZU_PACE__GAP_SECONDS": "0",
        "LOUZU_PACE__JITTER_SECONDS": "0",
        "LOUZU_PACE__GATHER_SECONDS": "0",
        "LOUZU_QUIET__FROM": "00:00",
        "LOUZU_QUIET__UNTIL": "00:00",
        **{f"LOUZU_PACE__{name}": "1000000" for name in paces},
    }
    louzu = (sys.executable, "-m", "bot", "run")
    bot = await asyncio.create_subprocess_exec(
        *louzu, cwd=folder, env={**os.environ, **told}, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        yield bot
    finally:
        bot.terminate()
        await bot.wait()


@asynccontextmanager
async def _echo(port: int) -> AsyncIterator[None]:
    """The least that can answer: hear the event, fetch the message, send its text back."""
    stub = open_stub(WeChatSettings(f"127.0.0.1:{port}", TOKEN))

    async def answer() -> None:
        async for event in stub.event():
            if event.type == Event.MESSAGE:
                payload = await stub.message_payload(id=json.loads(event.payload)["messageId"])
                if payload.from_id != "bot":
                    await stub.message_send_text(conversation_id=ROOM, text=payload.text)

    answering = asyncio.create_task(answer())
    try:
        yield
    finally:
        answering.cancel()
        # Cut off in the midst of a call, the stream says so in its own way.
        await asyncio.gather(answering, return_exceptions=True)
        stub.channel.close()


def _resident(pid: int) -> float | None:
    """The resident memory of a process in megabytes."""
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
