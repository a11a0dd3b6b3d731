"""What holds for any input: the state table, the grammar of commands, the cutting of texts, odd messages."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import bot.commands
from bot import router, words
from bot.arguments import parse_date, parse_hours, parse_month, take_reference, take_word
from bot.chat import Message, Quote
from bot.outgoing import cut
from bot.router import COMMANDS
from bot.simulator.neighbourhood import DEMO, G3, G5
from bot.simulator.stage import Stage, stage
from nlp import Reader
from nlp.reader import load
from store import Store, people, places, requests
from store.migrate import create_all
from store.moves import MOVES, UNDOABLE, Act, legal, move, undo
from store.people import Actor
from store.refusal import Refusal
from store.tables import Event, Person, Request

assert bot.commands
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


# -- the state table

ROLES = ["captain", "volunteer", "property", "clerk", "reporter", "system", "nobody"]
CHANGES: dict[str, dict[str, Any]] = {
    "hold": {"expected": date(2026, 12, 1), "reason": "等配件", "due": None},
    "hand": {"holder": "property", "route": "listed", "accepted": False, "due": NOW + timedelta(days=3)},
    "done": {"outcome": "修好了", "ended_by": "李阿姨"},
    "edit": {"category": "water"},
    "route": {"route": "listed", "due": NOW + timedelta(days=3), "warned_at": None},
    "reply": {"reply": "下月开工"},
    "rate": {"satisfaction": "good"},
}
DEEDS = st.lists(
    st.tuples(st.sampled_from([*MOVES, "undo"]), st.integers(0, 2), st.sampled_from(ROLES), st.booleans()),
    max_size=30,
)
"""What is done, to which request, by whom, and whether he takes it back at once."""


@dataclass
class World:
    """Three requests of one building and a person for each role."""

    db: AsyncSession
    rows: list[Request]
    actors: dict[str, Actor]
    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    """How a row stood before the event of that id."""
    minutes: itertools.count[int] = field(default_factory=itertools.count)

    def now(self) -> datetime:
        return NOW + timedelta(minutes=next(self.minutes))


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    store = Store()
    await create_all(store)
    async with store.begin() as db:
        building = await places.building(db, "3号楼", await places.community(db, "梧桐里"))
        actors = {}
        for role in ROLES:
            person = await people.person(db, "demo", role, role)
            actors[role] = Actor(person.id, frozenset({role}), role)
        actors["system"] = people.CLOCK
        rows = []
        for nth in range(3):
            row = Request(route="quick", category="power", text="灯坏了", created=NOW, due=NOW, state="open")
            row.state = "unsure" if nth == 2 else "open"
            row.reporter_id = actors["reporter"].person_id
            rows.append(await requests.open_request(db, row, building, Act(actors["reporter"], NOW)))
        yield World(db, rows, actors)
    await store.close()


def columns(row: Request) -> dict[str, Any]:
    """All but how often it was changed."""
    names = [column.key for column in Request.__table__.columns if column.key != "version"]
    return {name: getattr(row, name) for name in names}


@SLOW
@given(DEEDS)
async def test_any_deeds_by_anybody_keep_to_the_table_and_undo_restores_exactly(
    deeds: list[tuple[str, int, str, bool]],
) -> None:
    async with world() as made:
        for verb, nth, role, taken_back in deeds:
            row, act = made.rows[nth], Act(made.actors[role], made.now())
            if verb == "undo":
                await _undo(made, act)
                continue
            before = columns(row)
            done = await _move(made, row, verb, act)
            if done and taken_back and verb in UNDOABLE:
                await undo(made.db, act)
                assert columns(row) == before
        assert [row.number for row in made.rows] == [1, 2, 3]


async def _move(made: World, row: Request, verb: str, act: Act) -> bool:
    before, allowed = columns(row), legal(row.state, act.actor.roles)
    try:
        happened = move(made.db, row, verb, act, **CHANGES.get(verb, {}))
    except Refusal as error:
        assert verb not in allowed
        assert columns(row) == before
        assert words.refusal(error)
        return False
    await made.db.flush()
    assert verb in allowed
    assert before["state"] in MOVES[verb].sources
    assert row.state == (MOVES[verb].target or before["state"])
    assert (row.ended_at is None) == (row.state not in ("resolved", "unsolvable", "merged", "withdrawn"))
    made.before[happened.id] = before
    return True


async def _undo(made: World, act: Act) -> None:
    before = [columns(row) for row in made.rows]
    try:
        ((row, happened),) = await undo(made.db, act)
    except Refusal as error:
        assert [columns(one) for one in made.rows] == before
        assert words.refusal(error)
        return
    assert happened.verb in UNDOABLE and happened.actor_id == act.actor.person_id
    was = made.before[happened.id]
    changed = {name: was[name] for name in happened.before}
    assert {name: columns(row)[name] for name in changed} == changed
    await made.db.flush()


# -- commands

ANYTHING = st.text(max_size=60)
ALMOST = st.builds(
    lambda start, name, rest: f"{start}{name}{rest}",
    st.sampled_from(["/", "／", " /", "/ ", "", "//", "/#"]),
    st.sampled_from([*COMMANDS, *(one.alias for one in COMMANDS.values()), "微笑", "3", ""]),
    st.text(alphabet=" #＃１1290，：:,月日周明天物业a\n", max_size=12),
)


@given(ANYTHING | ALMOST, st.none() | st.frozensets(st.sampled_from(["captain", "property"])))
def test_any_text_is_a_command_or_talk(text: str, quoting: frozenset[str] | None) -> None:
    line = router.parse(text, quoting=quoting)
    if line is not None:
        assert line.command is None or line.command is COMMANDS[line.word]
    if "/" not in text and "／" not in text and quoting is None:
        assert line is None


@given(ANYTHING | ALMOST, st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_any_argument_is_understood_or_refused_in_words(text: str, today: date) -> None:
    word, rest = take_word(text)
    assert word in text and rest in text
    found = take_reference(text)
    assert found is None or 0 <= found[0].number < 1_000_000
    for parse in (
        lambda: parse_date(word, today),
        lambda: parse_month(word, today),
        lambda: parse_hours(word),
    ):
        try:
            parse()
        except Refusal as error:
            assert words.refusal(error)


@given(
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["{m}月{d}日", "{m}-{d}", "{d}日", "{y}-{m}-{d}"]),
)
def test_a_day_is_never_in_the_past(day: date, written: str) -> None:
    today = date(2026, 11, 16)
    try:
        assert parse_date(written.format(y=day.year, m=day.month, d=day.day), today) >= today
    except Refusal as error:
        assert error.key in ("past_date", "bad_date")


PEOPLE = [("wang", G3), ("fang", G3), ("li", G3), ("li", None), ("ma", G3), ("jiang", G5), ("wang", None)]
LINES = st.builds(
    lambda name, rest: f"/{name} {rest}".strip(),
    st.sampled_from([*COMMANDS, "完结", "x"]),
    st.sampled_from(
        [
            "",
            "1",
            "2",
            "1 2",
            "2 1",
            "9",
            "1 物业",
            "1 街道 请看看",
            "1 明天 等配件",
            "1 换好了",
            "周",
            "2",
            "1 电梯",
        ]
    ),
)
TALK = st.sampled_from(
    [
        "2单元楼道灯坏了，麻烦来修一下",
        "2单元电梯坏了，老人上不去",
        "我家也是",
        "修好了 谢谢",
        "还没来人",
        "算了 不用了",
        "好的",
    ]
)
SPEECHES = st.lists(st.tuples(st.sampled_from(PEOPLE), LINES | TALK), max_size=14)


@SLOW
@given(speeches=SPEECHES)
async def test_any_commands_by_anybody_are_obeyed_or_refused(
    speeches: list[tuple[tuple[str, str | None], str]],
    reader: Reader,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with neighbours(reader, tmp_path_factory) as made:
        for nth, ((person, room), text) in enumerate(speeches):
            made.clock.move_to(NOW + timedelta(minutes=3 * nth))
            assert await made.speak(room, person, text) is not None, text
        async with made.store.read() as db:
            rows = list(await db.scalars(select(Request)))
            events = list(await db.scalars(select(Event)))
        assert len({(row.building_id, row.number) for row in rows}) == len(rows)
        assert {row.state for row in rows} <= set(words.STATES)
        assert {event.verb for event in events} <= set(words.VERBS)
        ended = {row.id for row in rows if row.state == "resolved"}
        assert ended <= {event.request_id for event in events if event.verb == "done"}


@asynccontextmanager
async def neighbours(reader: Reader, folders: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(reader, NOW, folders.mktemp("stage")) as made:
        await made.furnish(DEMO)
        yield made


# -- texts


@given(st.text(alphabet="楼灯。\n🌞 a", max_size=400), st.integers(1, 60))
def test_a_cut_text_loses_nothing_and_no_post_is_too_long(text: str, longest: int) -> None:
    posts = cut(text, longest)
    assert posts and all(len(post) <= longest for post in posts)
    assert "".join(posts).replace("\n", "") == text.replace("\n", "")


@given(st.lists(st.text(alphabet="楼灯。", min_size=1, max_size=20), min_size=1, max_size=30))
def test_a_text_of_short_lines_is_cut_only_at_line_ends(lines: list[str]) -> None:
    assert "\n".join(cut("\n".join(lines), 25)) == "\n".join(lines)


# -- odd messages

ZERO_WIDTH = "\u200b\u200d\ufeff\u2060"
ODD = {
    "两万个字": "楼道灯坏了，" * 3_500,
    "两万个字母": "a" * 20_000,
    "全是表情": "🌞👍🏻👨‍👩‍👧‍👦" * 50,
    "看不见的字": ZERO_WIDTH * 20,
    "从右到左": "\u202eمصباح الدرج مكسور\u202c",
    "五十层引用": "「" * 50 + "楼小助：收到 #1" + "」" * 50 + " 办结",
    "空的": "",
    "全是空白": " \u3000\n\t ",
    "空字节": "灯\x00坏了",
    "只有斜杠": "/",
    "只有井号": "#" * 100,
    "很长的编号": "/办结 " + "9" * 400,
    "很长的命令": "/" + "办" * 5_000,
    "正则": "/.*+?()[]{}|^$\\",
    "格式": "/办结 1 {0} {title} %s %(x)s",
    "合字": "e\u0301" * 500,
    "数学字母": "𝒕𝒉𝒆 𝒍𝒊𝒈𝒉𝒕 𝒊𝒔 𝒃𝒓𝒐𝒌𝒆𝒏",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("room", [G3, None], ids=["群里", "私聊"])
async def test_odd_messages_are_handled_and_so_is_the_next(
    text: str, room: str | None, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with neighbours(reader, tmp_path_factory) as made:
        for sender, quoted in (("wang", None), ("li", Quote(words.BOT, text)), ("li", Quote("", text * 2))):
            message = Message(
                f"{sender}{quoted is None}{len(made.chat.history(G3))}{id(quoted)}",
                "demo",
                room,
                sender,
                "",
                text,
                made.clock.now(),
                quoted,
            )
            assert await made.bot.handle(message) is not None
        heard = await made.speak(G3, "wang", "/帮助")
        assert heard is not None and heard.said
        assert all(len(line.text) <= 1_000 for line in made.chat.history(G3) if line.mine)


@SLOW
@given(
    text=st.text(max_size=300),
    name=st.text(max_size=30),
    quoted=st.none() | st.builds(Quote, st.text(max_size=20), st.text(max_size=80)),
)
async def test_anything_said_by_anybody_is_handled(
    text: str, name: str, quoted: Quote | None, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with neighbours(reader, tmp_path_factory) as made:
        for room in (G3, None):
            message = Message(f"m-{room}", "demo", room, "somebody", name, text, made.clock.now(), quoted)
            assert await made.bot.handle(message) is not None
        heard = await made.speak(G3, "li", "/服务牌")
        assert heard is not None and heard.said


async def test_nobody_is_kept_who_only_talks(
    reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with neighbours(reader, tmp_path_factory) as made:
        for text in ("早上好", "/进度", "/帮助", "今朝太阳老好", "/进展", "/办结 1"):
            await made.speak(G3, "wang", text)
        async with made.store.read() as db:
            assert await db.scalar(select(Person).where(Person.contact == "wang")) is None
