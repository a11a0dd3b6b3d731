"""What a group may try on the bot: each guard has a test that fails without it; more in tests/dialogues 35, 59 and 87-89."""

from __future__ import annotations

import asyncio
import hmac
import io
import logging
import os
import re
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner
from sqlalchemy import select

from bot import router
from bot.__main__ import main
from bot.chat import Message, Quote
from bot.cli.settings import opened
from bot.clock import MovedClock
from bot.config import Config, Log, Pace
from bot.logs import Json, Text, begin
from bot.memory import LINES
from bot.patience import ALARMS, GUESSES, PEOPLE, WRONG_GUESSES, Bound
from bot.photos import keep
from bot.plain import plain
from bot.simulator.neighbourhood import DEMO, G3, G5
from bot.simulator.stage import UNPACED, Stage, stage
from bot.simulator.times import HERE
from bot.wechat.reading import parted
from nlp import Reader, load
from store import people, places
from store.refusal import Refusal
from store.tables import Answer, Base, Code, Correction, Event, Photo, Post, Request, Room, Run
from tests.test_photos import bomb, picture

START = datetime(2026, 11, 18, 9, 14, tzinfo=HERE)
LAMP = "3号楼2单元的灯又勿亮了 夜里下楼吓死人"
LIFT = "1单元电梯坏了，老人上不去"
LEAK = "顶楼漏水了 天花板在滴"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r\n2026-11-18 ERROR louzu: 假的一行\x85\u2028"
"""Sets a title, clears a screen, turns words round, begins a line of its own."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest_asyncio.fixture
async def made(reader: Reader, tmp_path: Path) -> AsyncIterator[Stage]:
    """A neighbourhood in which each person is answered as often as the settings allow by themselves."""
    own = Pace()
    bounds = {"per_person": own.per_person, "heard_per_minute": own.heard_per_minute}
    pace = UNPACED.model_copy(update=bounds)
    async with stage(reader, MovedClock(START), tmp_path, pace) as made:
        await made.furnish(DEMO)
        yield made


async def kept(made: Stage, *tables: type[Base]) -> list[str]:
    """All rows of these tables, as text."""
    async with made.store.read() as db:
        rows = [row for table in tables for row in await db.scalars(select(table))]
        return [written(row) for row in rows]


def written(row: Base) -> str:
    return str([getattr(row, column.key) for column in row.__table__.columns])


def posts(made: Stage, *where: str) -> list[str]:
    return [line.text for spot in where for line in made.chat.history(spot) if line.mine]


def stranger(made: Stage, contact: str, name: str, room: str = G3) -> None:
    made.chat.add_person(contact, name)
    made.chat.add_room(room, made.chat.rooms[room].topic, [*made.chat.rooms[room].members, contact])


def line_of(command: router.Command) -> str:
    """The command as it would be given about #1, and #2 where it takes two."""
    return command.example().replace("12", "1", 1).replace("12", "2").replace("小时", "3")


# -- names, quotes, other buildings


@pytest.mark.parametrize("name", ["李阿姨", "楼小助", "小蒋", "李阿姨（楼组长）"])
async def test_a_name_gives_no_right(made: Stage, name: str) -> None:
    await made.speak(G3, "wang", LAMP)
    stranger(made, "x", name)
    before = await kept(made, Request, Event, Answer, Run)
    for command in router.COMMANDS.values():
        if command.who:
            await made.speak(G3, "x", line_of(command))
    assert await kept(made, Request, Event, Answer, Run) == before


async def test_in_another_buildings_group_no_command_of_a_captain_touches_it(made: Stage) -> None:
    await made.speak(G5, "wu", LIFT)
    await made.speak(G5, "wu", "1单元门禁刷不开了，请物业来看看")
    made.chat.add_room(G5, "5号楼", [*made.chat.rooms[G5].members, "li"])
    own = (await made.place("3号楼")).id

    async def of_others() -> list[str]:
        async with made.store.read() as db:
            there = {Request: Request.building_id, Answer: Answer.place_id, Room: Room.id * 0}
            rows = [
                row for table, at in there.items() for row in await db.scalars(select(table).where(at != own))
            ]
            return [written(row) for row in rows]

    before = await of_others()
    assert len(before) >= 5
    for command in router.COMMANDS.values():
        if command.who:
            line = line_of(command)
            await made.speak(G5, "li", line)
            await made.speak(None, "li", line.replace(" 1", " 5号楼#1", 1))
    assert await of_others() == before


@pytest.mark.parametrize(
    "typed",
    [
        "「楼小助：收到 #1 2单元楼道灯」\n- - - - - - - - - - - - - - -\n办结 换好了",
        "「李阿姨：/办结 1 换好了」\n- - - - - - - - - - - - - - -\n谢谢",
        "「楼小助：#1 2单元楼道灯 办好了：换好了。谢谢李阿姨。」\n- - - - - - - - - - - - - - -\n谢谢李阿姨",
        "「李阿姨：「楼小助：收到 #1」\n- - - - - - - - - -\n/办结 1」\n- - - - - - - - - - - - - - -\n好的",
    ],
)
async def test_a_quote_that_somebody_typed_moves_nothing(made: Stage, typed: str) -> None:
    await made.speak(G3, "wang", LAMP)
    quoted, text = parted(typed)
    assert quoted is not None
    said = Message("typed", made.chat.account, G3, "chen", "陈姐", text, made.clock.now(), quoted)
    await made.bot.handle(said)
    async with made.store.read() as db:
        [request] = await db.scalars(select(Request))
    assert (request.state, request.outcome) == ("open", "")


async def test_a_captain_who_quotes_a_command_does_not_give_it(made: Stage) -> None:
    await made.speak(G3, "wang", LAMP)
    quoted, text = parted("「王阿婆：/办结 1 换好了」\n- - - - - - - - - - - - - - -\n这不是您按的")
    said = Message("typed", made.chat.account, G3, "li", "李阿姨", text, made.clock.now(), quoted)
    assert quoted == Quote("王阿婆", "/办结 1 换好了")
    await made.bot.handle(said)
    async with made.store.read() as db:
        assert [one.state for one in await db.scalars(select(Request))] == ["open"]


# -- what was said long ago


async def test_what_is_older_than_the_ids_we_remember_is_not_taken_in_again(made: Stage) -> None:
    days = made.bot.means.rules.seen_days
    old = made.chat.speak(G3, "wang", LAMP)
    await made.settle()
    await made.move_to(START + timedelta(days=days + 2))
    before = await kept(made, Request, Event)
    made.chat.arrive(old)
    made.chat.arrive(Message("new id", old.account, G3, "wu", "吴伯伯", LIFT, old.at))
    await made.settle()
    assert await kept(made, Request, Event) == before


async def test_what_a_gateway_kept_for_a_week_is_heard(made: Stage) -> None:
    waited = Message("m", made.chat.account, G3, "wang", "王阿婆", LAMP, START - timedelta(days=7))
    made.chat.arrive(waited)
    await made.settle()
    assert len(await kept(made, Request)) == 1


# -- codes


async def code(made: Stage, role: str = "captain") -> str:
    place = await made.place("3号楼")
    async with made.store.begin() as db:
        return await people.make_code(db, role, place, made.clock.now())


async def claims(made: Stage, who: str, code: str) -> bool:
    if who not in made.chat.people:
        made.chat.add_person(who, who)
    before = len(await kept(made, Code))
    assert before
    await made.speak(None, who, f"/认领 {code}")
    person = await made.person(who)
    return person is not None and bool(person.roles)


async def test_one_person_tries_a_few_codes_an_hour_and_no_more(made: Stage) -> None:
    right = await code(made)
    for nth in range(GUESSES):
        assert not await claims(made, "x", f"AAAABBB{nth + 2}")
    assert not await claims(made, "x", right)
    assert await claims(made, "new", right)


async def test_many_people_try_a_few_dozen_wrong_codes_an_hour_and_no_more(made: Stage) -> None:
    right, other = await code(made), await code(made)
    for nth in range(WRONG_GUESSES - 1):
        assert not await claims(made, f"x{nth // GUESSES}", "AAAABBBB")
    assert await claims(made, "new", right)
    assert not await claims(made, "last", "AAAABBBB")
    assert not await claims(made, "locked out", other)
    made.clock.move_to(START + timedelta(hours=1, seconds=1))
    assert await claims(made, "locked out", other)


async def test_a_guess_is_compared_with_every_code_to_its_end(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [await code(made) for _ in range(3)]
    compared = []

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return bool(one == other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    async with made.store.begin() as db:
        assert (await people.use_code(db, codes[0], START, room=False)).role == "captain"
        assert len({one for one, _ in compared}) == 3
        with pytest.raises(Refusal):
            await people.use_code(db, codes[0], START, room=False)


async def test_a_guess_that_is_tried_again_counts_once() -> None:
    bound = Bound(2, timedelta(hours=1))
    said = [Message(str(nth), "demo", None, "x", "x", "", START) for nth in range(3)]
    for _ in range(5):
        bound.take("x", said[0])
    assert not bound.spent("x", said[1])
    bound.take("x", said[1])
    assert bound.spent("x", said[2]) and not bound.spent("x", said[1])


# -- two bots, and a flood

ROBOTS: dict[str, Callable[[str], str]] = {
    "echoes": lambda said: said,
    "confirms": lambda said: f"收到您的反馈：{said} 我们会尽快处理",
    "is one like us": lambda _: "收到 #7 2单元楼道灯。张阿姨跟进，明天上午9点前给您回音。",
    "asks for help": lambda _: "/帮助",
    "takes us for its own": lambda _: "/没有的命令",
    "reports": lambda said: f"{len(said) % 7 + 1}单元水管爆了，水漫出来了 {LEAK}",
    "cries for help": lambda _: "2单元电梯里困住人了 快来人",
}


@pytest.mark.parametrize("private", [False, True], ids=["in the group", "privately"])
@pytest.mark.parametrize("robot", ROBOTS)
async def test_two_bots_fall_silent_after_very_little(made: Stage, robot: str, private: bool) -> None:
    stranger(made, "robot", "小管家")
    seen = 0
    await made.speak(None if private else G3, "robot" if private else "wang", LAMP)
    for _ in range(200):
        said = posts(made, G3, "robot")
        if len(said) == seen:
            break
        for one in said[seen:]:
            made.clock.move_to(made.clock.now() + timedelta(seconds=5))
            await made.speak(None if private else G3, "robot", ROBOTS[robot](one))
        seen = len(said)
    assert 1 <= seen <= Pace().per_person + 1


async def test_over_a_day_another_bot_gets_few_answers(made: Stage) -> None:
    stranger(made, "robot", "小管家")
    for _ in range(24 * 6):
        made.clock.move_to(made.clock.now() + timedelta(minutes=10))
        await made.speak(None, "robot", "/帮助")
    assert len(posts(made, "robot")) <= Pace().per_person * 4


FLOODS = {
    "commands": "/帮助",
    "requests": "{}单元{}楼的灯坏了，麻烦来修一下",
    "cries for help": "{}单元{}楼着火了 快来人",
    "codes": "/认领 AAAABBBB",
}


@pytest.mark.parametrize("what", FLOODS)
async def test_a_flood_is_not_answered_a_thousand_times_and_the_rest_are_served(
    made: Stage, what: str
) -> None:
    stranger(made, "x", "刷屏的")
    for nth in range(1_000):
        made.chat.speak(G3, "x", FLOODS[what].format(nth % 50, nth // 50 + 1))
        made.clock.move_to(START + timedelta(seconds=nth * 0.06))
        if nth == 500:
            made.chat.speak(G3, "wang", "垃圾房臭死了 几天没人清了")
            made.chat.speak(G5, "wu", LIFT)
    await made.settle()
    said = posts(made, *made.chat.rooms, *made.chat.people)
    of_others = [one for one in posts(made, G3, G5) if "垃圾" in one or "电梯" in one]
    assert len(of_others) == 2
    # An alarm goes to four at once.
    assert len(said) - len(of_others) <= Pace().per_person + ALARMS * 4
    async with made.store.read() as db:
        opened = list(await db.scalars(select(Request.text)))
    assert len(opened) <= Pace().heard_per_minute + 2
    assert len(made.bot.means.memory.room(G3).lines) <= LINES


async def test_what_others_said_lately_is_not_talked_out_of_memory(made: Stage) -> None:
    stranger(made, "x", "话多的")
    await made.speak(G3, "wang", LAMP)
    for nth in range(LINES * 3):
        made.clock.move_to(START + timedelta(seconds=nth * 2))
        await made.speak(G3, "x", f"今朝太阳老好 {nth}")
    memory = made.bot.means.memory.room(G3)
    assert len(memory.lines) <= LINES
    assert memory.texts(1) == [LAMP]


async def test_many_strangers_and_rooms_fill_no_memory(made: Stage) -> None:
    patience = made.bot.means.patience

    def come(since: int) -> None:
        for nth in range(since, since + PEOPLE * 3):
            said = Message(str(nth), "demo", f"room-{nth}", f"x{nth}", "x", "", made.clock.now())
            patience.hears(said)
            patience.answers(said, "reply", team=False)
            made.bot.means.memory.room(f"room-{nth}")

    come(0)
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    come(PEOPLE * 3)
    grown = sum(one.size_diff for one in tracemalloc.take_snapshot().compare_to(before, "filename"))
    tracemalloc.stop()
    # The second thousands take the places of the first: what a thousand places hold, and no more.
    assert {len(bound._taken) for bound in (*patience._heard, *patience._answered)} == {PEOPLE}
    assert grown < 8 << 20


# -- text that commands: a terminal, a log


def commanding(text: str) -> list[str]:
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)


def test_nothing_in_a_text_commands_a_terminal() -> None:
    shown = plain(f"王阿婆\t{ESCAPES}灯坏了\n")
    assert shown.startswith("王阿婆\t\\u001b]0;owned\\u0007") and shown.endswith("灯坏了\n")
    assert not commanding(shown)


@pytest.mark.parametrize("form", [Text(), Json()], ids=["text", "json"])
def test_an_id_commands_no_terminal_that_shows_the_log(form: Text | Json) -> None:
    shown = form.format(logging.LogRecord("louzu", 40, "", 0, "failed on %s", (f"id{ESCAPES}",), None))
    assert "假的一行" in shown and len(shown.splitlines()) == 1
    assert shown.isprintable()


async def test_what_residents_wrote_commands_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    day = tmp_path / "day.tsv"
    nasty = ESCAPES.replace("\r\n", "").replace("\x85", "").replace("\u2028", "")
    day.write_text(
        f"at\twho\trole\ttext\texpect\tref\tcategory\n2026-11-16 08:00:00\t王\tresident\t{nasty}灯坏了\tsilent\t-\t-\n",
        "utf-8",
        newline="",
    )
    labelled = tmp_path / "labelled.tsv"
    labelled.write_text(f"id\troute\tcategory\turgent\ttext\n1\tchat\t-\t0\t{nasty}2单元的灯坏了\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for words in (
        ("replay", "--misses", str(day)),
        ("replay", "--json", str(day)),
        ("eval", "--misses", str(labelled)),
        ("read", f"灯坏了{nasty}"),
    ):
        told = await asyncio.to_thread(CliRunner().invoke, main, words)
        assert told.exit_code == 0, told.output
        assert told.output and not commanding(told.output), words


async def test_what_residents_wrote_commands_no_terminal_that_learns_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(Config(data_dir=tmp_path / "data")) as store, store.begin() as db:
        place = await places.building(db, "3号楼", await places.community(db, "梧桐里"))
        said = Request(number=1, building_id=place.id, route="quick", category="power", created=START)
        said.text, said.why = f"圆梦机{ESCAPES}响个不停", [f"归供电照明：{ESCAPES}"]
        db.add(said)
        await db.flush()
        db.add(Correction(request_id=said.id, at=START, field="category", was="other", now="power"))
    for words in (("learn",), ("learn", "--json")):
        told = await asyncio.to_thread(CliRunner().invoke, main, words, input="n\n" * 9)
        assert "圆梦机" in told.output and not commanding(told.output), words


# -- pictures, files, secrets


async def test_a_picture_bomb_leaves_nothing_and_the_bot_goes_on(made: Stage) -> None:
    await made.speak(G3, "wang", LAMP)
    for nasty in (bomb(60_000), b"MZ" + bytes(500), b"<html><script>alert(1)</script></html>"):
        await made.speak(G3, "wang", image=nasty)
    async with made.store.read() as db:
        assert [photo.state for photo in await db.scalars(select(Photo))] == ["refused"] * 3
    assert not list((made.config.data_dir / "photos").rglob("*.*"))
    await made.speak(G5, "wu", LIFT)
    assert "电梯" in posts(made, G5)[-1]


def modes(folder: Path) -> dict[str, int]:
    """Who may do what with each file and folder: those that others may even look at."""
    entries = [folder, *folder.rglob("*")]
    return {str(one.relative_to(folder)): mode for one in entries if (mode := one.stat().st_mode & 0o077)}


@pytest.mark.sqlite
async def test_nobody_else_reads_the_database_its_wal_the_photos_or_the_backups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    monkeypatch.chdir(tmp_path)
    before = os.umask(0)
    try:
        config = Config(data_dir=tmp_path / "data")
        async with opened(config) as store:
            async with store.begin() as db:
                await places.community(db, "梧桐里")
            assert (tmp_path / "data" / "louzu.db-wal").exists()
            digest = await asyncio.to_thread(keep, picture("JPEG"), config.data_dir / "photos")
            async with store.begin() as db:
                top = await places.building(db, "3号楼", await places.community(db, "梧桐里"))
                request = Request(
                    number=1, building_id=top.id, route="quick", category="power", created=START
                )
                db.add(request)
                await db.flush()
                db.add(Photo(request_id=request.id, message_id="m", state="kept", hash=digest, at=START))
            assert modes(config.data_dir) == {}
            for words in (("backup",), ("backup", "elsewhere"), ("export", "list.xlsx")):
                told = await asyncio.to_thread(CliRunner().invoke, main, words)
                assert told.exit_code == 0, told.output
        assert modes(config.data_dir) == {}
        assert modes(tmp_path / "elsewhere") == {}
        assert (tmp_path / "list.xlsx").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


async def test_no_secret_is_told_by_log_health_metrics_check_or_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader, made: Stage
) -> None:
    secret = "hush" * 3
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "LOUZU_WECHAT__TOKEN": secret,
        "LOUZU_WECHAT__ENDPOINT": "127.0.0.1:9",
        "LOUZU_STORE__URL": f"postgresql://louzu:{secret}@127.0.0.1:9/louzu",
    }.items():
        monkeypatch.setenv(name, value)
    levels = {name: logging.getLogger(name).level for name in (None, *logging.root.manager.loggerDict)}
    handler = begin(Log(level="DEBUG"), written := io.StringIO())
    try:
        told = [
            (await asyncio.to_thread(CliRunner().invoke, main, words)).output
            for words in (("check",), ("migrate",), ("code", "clerk"), ("export", "x.xlsx"), ("learn",))
        ]
        # A code that was said is a secret, too: right or wrong, in a group or in private.
        right = await code(made)
        for room in (G3, None):
            await made.speak(room, "wang", f"/认领 {right}")
    finally:
        logging.getLogger().removeHandler(handler)
        logging.raiseExceptions = True
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    assert "✗ 数据库" in told[0] and "✗ 网关" in told[0]
    everything = "\n".join([*told, written.getvalue()])
    assert secret not in everything and right not in everything
    assert right not in "".join(await kept(made, Post, Code))
