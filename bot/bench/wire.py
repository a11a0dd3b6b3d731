"""The whole program behind a real gateway: how much memory it takes, and how long an answer is on its way."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from bot.bench.gateway import Home, echo, gateway, louzu, resident
from bot.bench.ratio import Measured
from bot.bench.said import COMMAND, Said, rooms
from bot.gateway.install import CannotInstall, install

MEGABYTES, TIMES = "MB", 1.5
MOST_MEMORY = 150.0
ROUNDS = 31
SAID = Said(rooms(1)[0], "wang", COMMAND, asked=True)
MEMORY, WAY = "整个程序连着网关时的内存", "一条消息从网关到回音，是裸回声的几倍"


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
            await stack.enter_async_context(gateway(folder / name, modules)) for name in ("ours", "theirs")
        ]
        home = Home(folder / "data", [SAID.room])
        bot = await stack.enter_async_context(louzu(home, ours.port))
        await stack.enter_async_context(echo(theirs.port, {SAID.text}))
        ways = [(await ours.way(SAID), await theirs.way(SAID)) for _ in range(ROUNDS)]
        memory = resident(bot.pid)
    took, echoed = (median(way[at] for way in ways) for at in (0, 1))
    note = f"{took:.1f} 毫秒，裸回声 {echoed:.1f} 毫秒"
    return [
        Measured(MEMORY, memory, MOST_MEMORY, MEGABYTES, note="" if memory else "只有 Linux 上能量"),
        Measured(WAY, took / echoed, TIMES, note=note),
    ]
