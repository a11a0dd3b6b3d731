"""`louzu run` at a real gateway: a whole day's work, and what a killed bot loses (nothing)."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.gateway.conftest import Gateway
from tests.running import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = {
    **{f"LOUZU_PACE__{name}_SECONDS": "0" for name in ("GAP", "JITTER", "GATHER")},
    **dict.fromkeys(("LOUZU_PACE__PER_MINUTE", "LOUZU_PACE__PER_MINUTE_ROOM", "LOUZU_PACE__PER_DAY"), "9999"),
    "LOUZU_PACE__ROOM_POSTS_A_DAY": "9999",
    "LOUZU_PACE__PER_PERSON": "9999",
    "LOUZU_QUIET__FROM": "00:00",
    "LOUZU_QUIET__UNTIL": "00:00",
}
Bot = tuple[Running, Gateway]
STREAM = 16
POSTS = """SELECT number, post.state FROM request LEFT JOIN post ON post.request_id = request.id
WHERE number > 1 ORDER BY number"""
LAST = "SELECT max(number) FROM request"
OWED = "SELECT id FROM post WHERE state IN ('due', 'saying')"
KILLED_AFTER = (5, 11)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def bot(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """A bot whose room is bound to 3号楼, with its captain."""
    folder = tmp_path_factory.mktemp("run")
    gateway = Gateway(modules, folder)
    running = Running(folder, gateway.port, **AT_ONCE)
    room, _ = await asyncio.gather(code(running, "room"), gateway.start())
    captain, _ = await asyncio.gather(code(running, "captain"), running.start())
    await gateway.say(f"/绑定 {room}", who="cap")
    await gateway.says("大家好，我是楼小助")
    await gateway.say(f"/认领 {captain}", who="cap", to="bot")
    await gateway.says("楼组长")
    yield running, gateway
    await running.kill()
    await gateway.stop()


async def code(running: Running, role: str) -> str:
    found = re.search("口令：([A-Z2-9]{8})", await running.command("code", role, "3号楼"))
    assert found
    return found[1]


def rows(running: Running, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(running.database)) as db:
        return db.execute(query).fetchall()


async def test_a_resident_speaks_and_the_captain_closes(bot: Bot) -> None:
    running, gateway = bot
    await gateway.say("今朝太阳老好 被子好晒了")
    await gateway.say("3号楼2单元的灯又勿亮了 夜里下楼吓死人")
    await gateway.says("收到 #1 2单元楼道灯")
    await gateway.say("/办结 1 灯泡换好了", who="cap")
    await gateway.says("#1 2单元楼道灯 办好了：灯泡换好了")
    status, told = await running.health()
    assert status == 200 and told["well"] is True
    assert "✓ 网关" in await running.command("check")
    assert await running.end(signal.SIGTERM) == ""
    assert "Traceback" not in running.log and not re.search("[一-鿿]", running.log)


async def test_a_bot_that_is_killed_loses_nothing_and_does_nothing_twice(
    bot: Bot,
) -> None:
    running, gateway = bot
    await running.start()
    for nth in range(1, STREAM + 1):
        await gateway.say(f"/代记 第{nth}户的水管漏水", who="cap")
        if nth in KILLED_AFTER:
            await gateway.says("已代记", nth - 3)
            await running.kill()
            await running.start()
    await everything_done(running)
    texts = [text for (text,) in rows(running, "SELECT text FROM request WHERE number > 1 ORDER BY text")]
    assert texts == sorted(f"第{nth}户的水管漏水" for nth in range(1, STREAM + 1))
    said = Counter(int(number) for number in re.findall(r"已代记 #(\d+)", "".join(map(str, gateway.sent()))))
    posts = rows(running, POSTS)
    assert [number for number, _ in posts] == list(range(2, STREAM + 2))
    # A post on the tip of the tongue when the bot was killed may have been said: it is never said again blindly.
    assert all(said[number] == 1 or (said[number] == 0 and state == "unknown") for number, state in posts)


async def everything_done(running: Running) -> None:
    """Wait until every request stands and nothing is left to say."""
    async with asyncio.timeout(30):
        while rows(running, LAST) != [(STREAM + 1,)] or rows(running, OWED):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
