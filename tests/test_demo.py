"""The demo as a newcomer meets it: the page in a real browser with the real bot behind it, and the story."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.clock import MovedClock
from bot.simulator.demo import Hands
from bot.simulator.neighbourhood import DEMO
from bot.simulator.page import Page
from bot.simulator.stage import stage
from bot.simulator.times import HERE
from nlp import load
from tests.browser import DESK, bubbles, opened, write

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = datetime(2026, 11, 18, 9, 14, tzinfo=HERE)


@pytest_asyncio.fixture(loop_scope="module")
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """Where the demo listens."""
    reader = await asyncio.to_thread(load)
    async with stage(reader, MovedClock(START), tmp_path) as made:
        await made.furnish(DEMO)
        hands = Hands(made)
        page = Page(made.chat, DEMO, hands.move_to)
        living = asyncio.create_task(hands.run())
        yield await page.start()
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
        await page.close()


async def test_a_resident_speaks_a_captain_closes_and_the_weekly_card_appears(
    browser: Browser, address: str
) -> None:
    async with (
        opened(browser, address + "#wang/room-3") as wang,
        opened(browser, address + "#li/room-3", DESK) as li,
    ):
        await write(wang, "3号楼2单元的灯又勿亮了 夜里下楼吓死人")
        await expect(bubbles(li).last).to_contain_text("收到 #1 2单元楼道灯")
        await bubbles(li).last.click(button="right")
        await li.click("#menu >> text=引用")
        await write(li, "办结 灯泡换好了")
        await expect(bubbles(wang).last).to_have_text("#1 2单元楼道灯 办好了：灯泡换好了。谢谢李阿姨。")
        await wang.click("#when")
        await wang.click("text=下周一 09:00")
        await expect(wang.locator("#lines")).to_contain_text("【3号楼 周汇总】11月16日—22日")
        card = wang.locator("#lines img").last
        await expect(card).to_be_visible()
        assert await card.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1080


async def test_the_story_ends_with_its_counts() -> None:
    play = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--play", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, errors = (stream.decode() for stream in await play.communicate())
    assert (play.returncode, errors) == (0, "")
    for deed in ("共3户", "【紧急】有人被困", "已撤销刚才的“办结”", "已转交物业", "重新打开"):
        assert deed in out
    for building in ("3号楼", "5号楼"):
        assert (
            out.count(f"邻里群 · 楼小助　【{building} 周汇总】")
            + out.count(f"业主群 · 楼小助　【{building} 周汇总】")
            == 5
        )
        assert out.count(f"群 · 楼小助　【{building} 月反馈】") == 1
    assert "件诉求" in out.splitlines()[-2]
