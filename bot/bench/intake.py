"""Taking in a request against inserting one row; reading one against cutting it into words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median

import jieba

from bot.app import Bot
from bot.bench.ratio import Measured, in_turns
from bot.chat import Message
from bot.clock import MovedClock, SystemClock
from bot.config import Config
from bot.simulator.chat import SimulatedChat
from bot.simulator.stage import UNPACED
from nlp import Reader
from store import Store, people, places
from store.migrate import create_all
from store.tables import Request

BUILDINGS = 500
A_TURN = 40
SAID = (
    "2单元楼道灯坏了好几天了，请来修一下子吧",
    "1单元电梯停在5楼不动了，按什么都没反应",
    "垃圾房味道大得不得了，几天没冲，开不了窗",
    "门禁从早上起就刷不开，请物业派人过来看看",
    "一下雨顶楼就又漏水，墙皮都掉了，来看看吧",
    "消防通道又让一辆白色的车堵住了，请来处理",
    "楼下半夜一点钟还在装修打钻，吵死了谁管管",
    "家里停水一整天了，邻居都有，麻烦来看一看",
)
"""What one hears in a group, twenty characters each."""


async def intake(reader: Reader, folder: Path) -> list[Measured]:
    """A request said in a group, read, numbered, acknowledged and committed; against one committed row."""
    store = Store(f"sqlite+aiosqlite:///{folder / 'intake.db'}")
    await create_all(store)
    clock = MovedClock(SystemClock().now())
    bot = Bot(SimulatedChat(clock), store, reader, Config(data_dir=folder, pace=UNPACED), clock)
    await _furnish(store, bot.chat.account)
    said, rows = _messages(bot), _rows(clock)

    async def hear() -> None:
        for _ in range(A_TURN):
            await bot.handle(next(said))

    async def insert() -> None:
        for _ in range(A_TURN):
            async with store.begin() as db:
                db.add(next(rows))

    try:
        turns = await in_turns(hear, insert)
    finally:
        await store.close()
    each = median(turns.ours) / A_TURN * 1000
    name = "听进一条诉求并存好，速率是 ORM 插入一行的几倍"
    return [Measured(name, 1 / turns.ratio, 0.5, at_least=True, note=f"每条 {each:.1f} 毫秒")]


async def _furnish(store: Store, account: str) -> None:
    async with store.begin() as db:
        top = await places.community(db, "小区")
        for number in range(BUILDINGS):
            room = await places.room(db, account, f"room-{number}")
            room.place = await places.building(db, f"{number + 1}号楼", top)
            captain = await people.person(db, account, f"captain-{number}", "李阿姨")
            await people.grant(db, captain, "captain", room.place)


def _messages(bot: Bot) -> Iterator[Message]:
    """One request after the other, each by somebody new, from building to building."""
    for number in count():
        text = SAID[number // BUILDINGS % len(SAID)]
        who, where = f"resident-{number}", f"room-{number % BUILDINGS}"
        yield Message(f"message-{number}", bot.chat.account, where, who, "居民", text, bot.clock.now())


def _rows(clock: MovedClock) -> Iterator[Request]:
    for number in count(1_000_000):
        yield Request(building_id=2, number=number, route="quick", category="power", created=clock.now())


async def reading(reader: Reader, _: Path) -> list[Measured]:
    """Reading a message, all told, against cutting it with jieba."""

    async def read() -> None:
        for text in SAID * A_TURN:
            reader.read(text)

    async def cut() -> None:
        for text in SAID * A_TURN:
            jieba.lcut(text)

    turns = await in_turns(read, cut)
    each = median(turns.ours) / len(SAID * A_TURN) * 1e6
    return [Measured("读一条消息，是 jieba.lcut 的几倍", turns.ratio, 3.0, note=f"每条 {each:.0f} 微秒")]
