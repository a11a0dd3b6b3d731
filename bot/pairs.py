"""Judges pairs of requests by the bot's own intake: the first stands open, is the second joined to it?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy.ext.asyncio import AsyncSession

from bot import attach, intake
from bot.chat import Message
from bot.config import Config
from bot.config import Reading as Thresholds
from bot.evaluate import precision_recall
from bot.hearing import Hearing, Means
from bot.labelled import Row, rows
from bot.memory import Memory
from bot.settings import rules_of
from nlp import Reader
from store import Store, people, places
from store.migrate import create_all
from store.tables import Request

FIGURES = {"n": "对数", "precision": "并到一起的：查准", "recall": "并到一起的：查全"}
COLUMNS = ("same", "minutes", "first", "first_who", "second", "second_who")
MORNING = datetime(2026, 11, 16, 2, tzinfo=UTC)
ACCOUNT, NOWHERE = "pairs", "1"
LISTENING = Config(reading=Thresholds(ask_from=0))
"""The first of a pair is a request, whatever it reads like: at the least a candidate for the captain."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two requests, the second so long after the first, and who made them: "3-2-501", "702", "?"."""

    first: str
    first_who: str
    second: str
    second_who: str
    after: timedelta
    same: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair, and whether the bot joins it."""

    pair: Pair
    joined: bool

    @property
    def right(self) -> bool:
        return self.pair.same == self.joined


def pairs_of(path: Path) -> list[Pair]:
    """The pairs of a file. Raises ClickException with the line that is wrong."""
    return [_pair(path, row) for row in rows(path, COLUMNS)]


def _pair(path: Path, row: Row) -> Pair:
    if row["same"] not in ("0", "1") or not (row["minutes"].isascii() and row["minutes"].isdecimal()):
        raise click.ClickException(
            f"{path.name}：第 {row['line']} 行的 same 要写 0 或 1，minutes 要写隔了几分钟（数字）。"
        )
    first, second = (row[name].replace("\\n", "\n") for name in ("first", "second"))
    after = timedelta(minutes=int(row["minutes"][:7]))
    return Pair(first, row["first_who"], second, row["second_who"], after, row["same"] == "1")


async def judge(
    pairs: Sequence[Pair], reader: Reader, passed: Callable[[int], None] = lambda _: None
) -> list[Judged]:
    """Have the bot hear every pair, each in an empty neighbourhood; nothing is kept."""
    found = []
    async for pair, first, second in heard(pairs, reader):
        found.append(Judged(pair, first is not None and second is first))
        passed(1)
    return found


async def heard(
    pairs: Sequence[Pair], reader: Reader, steps: Sequence[intake.Step] = intake.STEPS
) -> AsyncIterator[tuple[Pair, Request | None, Request | None]]:
    """Each pair and what its two messages became part of, the second taken in by `steps`."""
    store = Store()
    await create_all(store)
    try:
        for pair in pairs:
            async with store.begin() as db:
                yield pair, *await _heard(db, pair, reader, steps)
                await db.rollback()
    finally:
        await store.close()


async def _heard(
    db: AsyncSession, pair: Pair, reader: Reader, steps: Sequence[intake.Step]
) -> tuple[Request | None, Request | None]:
    config, memory = Config(), Memory(Config().keep.memory_minutes)
    await _build(db, pair, reader)
    listening = Means(LISTENING, rules_of(config), reader, memory)
    first = _message(pair.first, pair.first_who, "first", MORNING)
    opened = await _say(db, listening, first, intake.STEPS)
    means = Means(config, rules_of(config), reader, memory)
    second = _message(pair.second, pair.second_who, "second", MORNING + pair.after)
    return opened, await _say(db, means, second, steps)


async def _build(db: AsyncSession, pair: Pair, reader: Reader) -> None:
    """The buildings that the two live in or name, each with its group."""
    named = [reader.read(text).place.building for text in (pair.first, pair.second)]
    top = await places.community(db, "小区")
    for name in sorted({_home(pair.first_who), _home(pair.second_who), *filter(None, named)}):
        room = await places.room(db, ACCOUNT, name)
        room.place, room.bound_at = await places.building(db, f"{name}号楼", top), MORNING


def _message(text: str, who: str, which: str, at: datetime) -> Message:
    # Of strangers nobody knows whether they are one.
    sender = who if any(map(str.isdigit, who)) else which
    return Message(which, ACCOUNT, _home(who), sender, who, text, at)


def _home(who: str) -> str:
    """The building of "3-2-501" and "3-501"; a bare flat is of the one building there is."""
    return who.split("-", maxsplit=1)[0] if "-" in who else NOWHERE


async def _say(
    db: AsyncSession, means: Means, message: Message, steps: Sequence[intake.Step]
) -> Request | None:
    """What the message became part of."""
    room, person = await people.heard(db, ACCOUNT, message.room or NOWHERE, message.sender)
    hearing = Hearing(means, db, message, message.at, room, person)
    await intake.take_in(hearing, steps)
    await db.flush()
    attach.remember(hearing, message.at)
    return hearing.request


def figures(judged: Sequence[Judged]) -> dict[str, float | int | None]:
    """How many pairs, how many of the joined are the same, how many of the same are joined."""
    precision, recall = precision_recall([(one.pair.same, one.joined) for one in judged])
    return {"n": len(judged), "precision": precision, "recall": recall}


def misses(judged: Sequence[Judged]) -> list[str]:
    """The pairs judged wrongly, wrong joins first."""
    wrong = sorted((one for one in judged if not one.right), key=lambda one: one.pair.same)
    return [_miss(one) for one in wrong]


def _miss(one: Judged) -> str:
    pair, minutes = one.pair, one.pair.after // timedelta(minutes=1)
    told = "该并却没并" if pair.same else "不该并却并了"
    return f"{told}（隔 {minutes} 分钟）：{_line(pair.first_who, pair.first)}\n    {_line(pair.second_who, pair.second)}"


def _line(who: str, text: str) -> str:
    flat = text.replace("\n", " ")[:70]
    return f"[{who}] {flat}"
