"""louzu demo: the main job with no account, no server and no configuration."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot import words
from bot.clock import RunningClock
from bot.simulator.neighbourhood import DEMO
from bot.simulator.page import Page
from bot.simulator.play import play
from bot.simulator.stage import Stage, stage
from nlp import load

TICK = 20.0
"""Seconds between two looks at the page's clock."""


@click.command()
@click.option("--play", "story", is_flag=True, help="在终端里放一段五个星期的故事，放完就结束")
@click.option("--port", default=8765, show_default=True, help="网页的端口；0 为任意空闲端口")
def demo(story: bool, port: int) -> None:
    """模拟邻里：不用微信号，在网页上扮演八个人试一试"""
    with tempfile.TemporaryDirectory(prefix="louzu-") as folder, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(play(Path(folder)) if story else _serve(Path(folder), port))


async def _serve(folder: Path, port: int) -> None:
    click.echo("正在准备，请稍等几秒……")
    reader = await asyncio.to_thread(load)
    async with stage(reader, RunningClock(), folder) as made:
        await made.furnish(DEMO)
        for group in DEMO.groups:
            await made.chat.say(group.id, words.greeting(group.topic))
        hands = Hands(made)
        page = Page(made.chat, DEMO, hands.move_to)
        address = await page.start(port)
        click.echo(f"打开 {address} 就能和{words.BOT}说话。按 Ctrl+C 结束。")
        try:
            await hands.run()
        finally:
            await page.close()


class Hands:
    """Lets a stage live by itself, one thing at a time: what is said, what falls due, and the clock's jumps."""

    def __init__(self, made: Stage) -> None:
        self.stage = made
        self._busy = asyncio.Lock()
        self._looked = made.clock.now()

    async def move_to(self, moment: datetime) -> None:
        """Jump ahead, letting everything on the way happen."""
        async with self._busy:
            await self.stage.move_to(moment)
            self._looked = self.stage.clock.now()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._tick())

    async def _listen(self) -> None:
        bot = self.stage.bot
        async for arrival in self.stage.chat.messages():
            async with self._busy:
                await bot.handle(arrival)
                await bot.photos.fetch_all()
                await bot.speaker.say_due()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            async with self._busy:
                since, self._looked = self._looked, self.stage.clock.now()
                await self.stage.tick(max(since, self._looked - timedelta(minutes=5)))
