"""Two hundred groups talking at once for minutes: how long answers take, and whether the memory grows."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import quantiles

from bot.bench.gateway import Gateway, Home, echo, gateway, louzu, resident
from bot.bench.said import COMMAND, Said, rooms, stream
from bot.gateway.install import install

ROOMS, PER_SECOND = 200, 50
WARM = 0.2
"""The first part, in which caches fill; it is not counted."""
LAST = 60.0
"""Seconds that the last answers have at most."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is measured: for how long, and on which database by how many processes."""

    minutes: float
    processes: int = 1
    url: str = ""
    """An empty database; "" is a new SQLite file."""

    @property
    def messages(self) -> int:
        return int(self.minutes * 60 * PER_SECOND)


@dataclass(slots=True)
class Answers:
    """How many milliseconds each answer took, and how many were owed."""

    asked: int
    took: list[float] = field(default_factory=list)

    def counts(self) -> tuple[int, int]:
        """How many were owed, and how many came."""
        return self.asked, len(self.took)

    def percentiles(self) -> tuple[float, float]:
        """The median and the slowest of a hundred, of those after the first part."""
        cuts = quantiles(self.took[int(len(self.took) * WARM) :], n=100)
        return cuts[49], cuts[98]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ours beside the bare echo of the same messages in the same minutes; megabytes of all processes together."""

    ours: Answers
    bare: Answers
    warm: float
    end: float


async def load(plan: Load, folder: Path, modules: Path, passed: Callable[[int], None]) -> Outcome:
    """Let them talk; `passed` hears of each message. Raises CannotInstall where there is no gateway to be had."""
    await install("wechaty-puppet-mock", modules)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        said = list(islice(stream(ROOMS), plan.messages))
        ours: dict[str, Gateway] = {}
        bots: list[Process] = []
        for nth in range(plan.processes):
            home = Home(
                folder / f"bot-{nth}", rooms(ROOMS)[nth :: plan.processes], f"account-{nth}", plan.url
            )
            one = await enter(gateway(folder / f"gateway-{nth}", modules))
            bots.append(await enter(louzu(home, one.port)))
            await one.way(Said(home.rooms[0], "first", COMMAND, asked=True))  # it is there, and hears
            ours |= dict.fromkeys(home.rooms, one)
        bare = await enter(gateway(folder / "bare", modules))
        await enter(echo(bare.port, {one.text for one in said if one.asked}))
        talk = _Talk(said, ours, bare)
        return await talk.told(lambda: sum(resident(bot.pid) or 0.0 for bot in bots), passed)


class _Talk:
    """The messages on their way, at an even pace, each to the gateway of its group and to the bare one."""

    def __init__(self, said: Sequence[Said], ours: Mapping[str, Gateway], bare: Gateway) -> None:
        self.said, self.ours, self.bare = said, ours, bare
        asked = sum(one.asked for one in said)
        self.answers, self.echoes = Answers(asked), Answers(asked)

    async def told(self, memory: Callable[[], float], passed: Callable[[int], None]) -> Outcome:
        """Say all of it, and wait until all is answered; what came of it."""
        gateways = set(self.ours.values())
        listening = asyncio.gather(_all(gateways, self.answers), _all([self.bare], self.echoes))
        warm, warmed = memory(), int(len(self.said) * WARM)
        async for nth, one in _paced(self.said):
            if nth == warmed:
                warm = memory()
            self.ours[one.room].say(one)
            self.bare.say(one)
            passed(1)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await listening
        return Outcome(self.answers, self.echoes, warm, memory())


async def _all(gateways: Iterable[Gateway], answers: Answers) -> None:
    """Hear the answers at some gateways until none is owed."""
    complete = asyncio.Event()

    async def hear(one: Gateway) -> None:
        async for told in one.told("answered"):
            answers.took.append(float(told["took"]))
            if len(answers.took) >= answers.asked:
                complete.set()

    hearing = [asyncio.create_task(hear(one)) for one in gateways]
    try:
        await complete.wait()
    finally:
        for task in hearing:
            task.cancel()


async def _paced(said: Sequence[Said]) -> AsyncIterator[tuple[int, Said]]:
    """Each with its place, as many a second as there should be."""
    clock = asyncio.get_running_loop().time
    start = clock()
    for nth, one in enumerate(said):
        await asyncio.sleep(max(0.0, start + nth / PER_SECOND - clock()))
        yield nth, one
