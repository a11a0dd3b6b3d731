"""Several accounts, each a bot with a store of its own, on one PostgreSQL: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import commands
from bot.app import Bot
from bot.chat import Message
from bot.clock import MovedClock
from bot.config import Config
from bot.hearing import Hearing
from bot.outgoing import Words, owe
from bot.simulator.chat import SimulatedChat
from bot.simulator.stage import UNPACED
from nlp import Reader, load
from store import Store, people, places, requests
from store.migrate import create_all
from store.moves import Act, move
from store.people import CLOCK
from store.refusal import Refusal
from store.tables import Event, Photo, Post, Request, Run
from tests.neighbourhood import at
from tests.postgres import Server

assert commands
NOW = at("2026-11-18 10:00")
MONDAY = at("2026-11-23 09:00")
TROUBLES = ("楼道灯坏了", "电梯坏了", "大门关不上了", "下水道堵了", "我家漏水了", "垃圾房臭死了")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


class Recording(SimulatedChat):
    """A chat that remembers what the bot said, with the time in which another process might say it, too."""

    def __init__(self, clock: MovedClock, account: str) -> None:
        super().__init__(clock, account)
        self.said: list[str] = []

    async def say(self, to: str, text: str) -> str | None:
        self.said.append(text)
        await asyncio.sleep(0)
        return await super().say(to, text)


@dataclass
class Account:
    """A bot with an account, a store and a clock of its own, as in a process of its own."""

    bot: Bot
    chat: Recording
    clock: MovedClock

    def speak(self, text: str, image: bytes | None = None) -> Message:
        return self.chat.speak("room", "wang", text, image=image)

    def captain(self, text: str) -> Message:
        return self.chat.speak("room", "li", text)

    @property
    def said(self) -> list[str]:
        return self.chat.said


class Accounts:
    """Whoever is opened here shares one database with all the others."""

    def __init__(self, url: str, reader: Reader, folder: Path, stack: AsyncExitStack) -> None:
        self.url, self.reader, self.folder, self.stack = url, reader, folder, stack
        self.store = self.opened()

    def opened(self) -> Store:
        store = Store(self.url)
        self.stack.push_async_callback(store.close)
        return store

    async def open(self, account: str, building: str = "3号楼") -> Account:
        clock = MovedClock(NOW)
        chat = Recording(clock, account)
        chat.add_person("wang", "王阿婆")
        chat.add_person("li", "李阿姨")
        chat.add_room("room", building, ["wang", "li"])
        store = self.opened()
        async with store.begin() as db:
            place = await places.building(db, building, await places.community(db, "梧桐里"))
            room = await places.room(db, account, "room")
            room.place, room.bound_at = place, NOW - timedelta(days=30)
            captain = await people.person(db, account, "li", "李阿姨")
            await people.grant(db, captain, "captain", place)
        config = Config(data_dir=self.folder, pace=UNPACED)
        return Account(Bot(chat, store, self.reader, config, clock), chat, clock)

    async def again(self, account: str, times: int) -> list[Account]:
        """The same account several times, as if nothing kept a second process out."""
        return [await self.open(account) for _ in range(times)]


@pytest.fixture
async def accounts(postgres: Server, reader: Reader, tmp_path: Path) -> AsyncIterator[Accounts]:
    async with AsyncExitStack() as stack:
        made = Accounts(postgres.url(postgres.made()), reader, tmp_path, stack)
        await create_all(made.store)
        yield made


async def test_numbers_in_one_building_are_given_once_and_without_a_gap(accounts: Accounts) -> None:
    bots = [await accounts.open(f"account-{nth}") for nth in range(4)]

    async def hears(one: Account) -> None:
        for text in TROUBLES:
            heard = await one.bot.handle(one.speak(text))
            assert heard is not None and heard.request is not None

    await asyncio.gather(*map(hears, bots))
    async with accounts.store.read() as db:
        numbers = sorted(await db.scalars(select(Request.number)))
        opened = Counter(await db.scalars(select(Event.request_id).where(Event.verb == "open")))
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= len(TROUBLES)
    assert set(opened.values()) == {1} and len(opened) == len(numbers)


async def test_a_digest_is_posted_and_said_once_however_many_keep_time(accounts: Accounts) -> None:
    bots = await accounts.again("main", 4)
    await bots[0].bot.handle(bots[0].speak(TROUBLES[0]))
    for one in bots:
        one.clock.move_to(MONDAY)
    await asyncio.gather(*(one.bot.keeper.do("weekly") for one in bots))
    await asyncio.gather(*(one.bot.speaker.say_due() for one in bots))
    said = [text for one in bots for text in one.said if "周汇总" in text]
    async with accounts.store.read() as db:
        posts = [post async for post in await db.stream_scalars(select(Post).where(Post.kind == "digest"))]
        runs = list(await db.scalars(select(Run.period).where(Run.job == "weekly")))
    assert len(said) == 1 and len(runs) == len(set(runs))
    assert Counter(post.state for post in posts) == {"said": 2}  # the text and its picture


async def test_a_post_is_said_once_however_many_speak(accounts: Accounts) -> None:
    bots = await accounts.again("main", 4)
    async with accounts.store.begin() as db:
        room = await places.room(db, "main", "room")
        for nth in range(60):
            await owe(db, room, Words(f"{nth}", "ack", f"第 {nth} 句"), NOW, bots[0].bot.means.rules)
    counts = await asyncio.gather(*(one.bot.speaker.say_due() for one in bots))
    assert Counter(text for one in bots for text in one.said) == {f"第 {nth} 句": 1 for nth in range(60)}
    assert sum(count > 0 for count in counts) > 1


async def test_each_is_warned_of_each_request_once_whichever_process_finds_it(accounts: Accounts) -> None:
    bots = [await accounts.open(f"account-{nth}", f"{nth + 1}号楼") for nth in range(4)]
    async with accounts.store.begin() as db:
        for place in await places.buildings(db):
            for nth in range(6):
                row = Request(route="quick", category="power", gist=f"灯{nth}", text="灯坏了", created=NOW)
                await requests.open_request(db, row, place, Act(CLOCK, NOW))
    for one in bots:
        one.clock.move_to(NOW + timedelta(minutes=8))
    async with accounts.store.begin() as db:
        await db.execute(select(Request).where(Request.number <= 3).with_for_update(of=Request))
        await bots[0].bot.keeper.do("clocks")
    # At the very same moment another one finds the rest, for the same people.
    await asyncio.gather(*(one.bot.keeper.do("clocks") for one in bots[1:]))
    async with accounts.store.read() as db:
        posts = list(await db.scalars(select(Post).where(Post.kind == "notice")))
    told = Counter((post.account, nth) for post in posts for nth in range(1, 7) if f"#{nth} " in post.text)
    assert told == {(f"account-{nth}", number): 1 for nth in range(4) for number in range(1, 7)}


async def test_what_nobody_confirmed_is_dropped_once(accounts: Accounts) -> None:
    bots = [await accounts.open(f"account-{nth}") for nth in range(4)]
    async with accounts.store.begin() as db:
        [place] = await places.buildings(db)
        for _ in range(20):
            row = Request(route="quick", category="power", text="灯坏了", created=NOW, state="unsure")
            await requests.open_request(db, row, place, Act(CLOCK, NOW))
    for one in bots:
        one.clock.move_to(NOW + timedelta(days=8))
    await asyncio.gather(*(one.bot.keeper.do("blank") for one in bots))
    async with accounts.store.read() as db:
        ended = Counter(await db.scalars(select(Event.request_id).where(Event.verb == "no")))
    assert len(ended) == 20 and set(ended.values()) == {1}


async def test_of_two_who_settle_a_request_at_the_same_instant_one_looks_again(accounts: Accounts) -> None:
    first, second = await accounts.open("one"), await accounts.open("two")
    await first.bot.handle(first.speak(TROUBLES[0]))
    seen: list[str] = []

    async def settle(hearing: Hearing) -> bool:
        request = (await hearing.db.scalars(select(Request))).one()
        seen.append(request.state)
        if len(seen) == 1:
            await first.bot.handle(first.captain("/办结 1 灯泡换好了"))
        move(hearing.db, request, "done", Act(CLOCK, NOW), outcome="灯罩换好了")
        return True

    second.bot.steps = (settle,)
    await second.bot.handle(second.speak("灯罩换好了"))
    async with accounts.store.read() as db:
        request = (await db.scalars(select(Request))).one()
        verbs = Counter(await db.scalars(select(Event.verb)))
    assert seen == ["open", "resolved"]
    assert request.outcome == "灯泡换好了" and verbs["done"] == 1


async def test_a_code_that_two_use_at_once_serves_one(accounts: Accounts) -> None:
    async with accounts.store.begin() as db:
        place = await places.building(db, "3号楼", await places.community(db, "梧桐里"))
        codes = [await people.make_code(db, "captain", place, NOW) for _ in range(10)]

    async def claims(account: str, code: str) -> bool:
        async with accounts.opened().begin() as db:
            person = await people.person(db, account, "x")
            try:
                await people.claim(db, person, code, NOW)
            except Refusal:
                return False
            return True

    for code in codes:
        assert sum(await asyncio.gather(*(claims(account, code) for account in "abcd"))) == 1


async def test_a_picture_is_asked_for_by_the_account_that_saw_it(accounts: Accounts) -> None:
    first, second = await accounts.open("one", "3号楼"), await accounts.open("two", "5号楼")
    await first.bot.handle(first.speak(TROUBLES[0]))
    await first.bot.handle(first.speak("", image=b"no picture"))
    async with accounts.store.read() as db:
        [wanted] = await db.scalars(select(Photo))
    await second.bot.photos.fetch_all()
    async with accounts.store.read() as db:
        assert (await db.get_one(Photo, wanted.id)).tries == 0
    await first.bot.photos.fetch_all()
    async with accounts.store.read() as db:
        assert (await db.get_one(Photo, wanted.id)).tries == 1


WORKER = """
import asyncio, sys
from datetime import UTC, datetime
from store import Store, outbox, places

async def work(url, account):
    store, now = Store(url), datetime(2026, 11, 18, 2, tzinfo=UTC)
    for _ in range(30):
        async with store.begin() as db:
            place = await places.find_building(db, "3")
            print("number", await places.next_number(db, place))
        async with store.begin() as db:
            post = await outbox.take(db, account, now)
        if post is not None:
            print("post", post.key)
            async with store.begin() as db:
                await outbox.settle(db, post.id, "said", now)
    await store.close()

asyncio.run(work(*sys.argv[1:]))
"""


async def test_processes_of_their_own_give_each_number_and_take_each_post_once(accounts: Accounts) -> None:
    bot = (await accounts.open("main")).bot
    async with accounts.store.begin() as db:
        room = await places.room(db, "main", "room")
        for nth in range(100):
            await owe(db, room, Words(f"{nth}", "ack", f"第 {nth} 句"), NOW, bot.means.rules)
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKER, accounts.url, "main", cwd=Path(__file__).parent.parent, stdout=PIPE
        )
        for _ in range(4)
    ]
    lines = [line for one in workers for line in (await one.communicate())[0].decode().splitlines()]
    assert [one.returncode for one in workers] == [0] * 4
    assert sorted(int(line[7:]) for line in lines if line.startswith("number ")) == list(range(1, 121))
    assert sorted(int(line[5:]) for line in lines if line.startswith("post ")) == list(range(100))
