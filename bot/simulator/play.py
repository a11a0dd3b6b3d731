"""Tells the story in the terminal with the real bot and a moved clock, and ends with the counts."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.simulator.history import Line
from bot.simulator.neighbourhood import DEMO
from bot.simulator.stage import Stage, stage
from bot.simulator.story import BEGIN, END, EXTRA, PHOTO, STORY
from bot.simulator.times import HERE, spoken
from nlp import load
from store.tables import Post, Request, Run

_QUOTE = re.compile(r"^「(.+?)」\s*")
_NAMED = re.compile(r"\{(.+?)\}")


async def play(folder: Path) -> None:
    """Five weeks in a few seconds."""
    reader = await asyncio.to_thread(load)
    async with stage(reader, _moment(BEGIN), folder) as made:
        await made.furnish(DEMO)
        for room, neighbours in EXTRA.items():
            for person, name in neighbours.items():
                made.chat.add_person(person, name)
            made.chat.add_room(room, made.chat.rooms[room].topic, (*DEMO.members(room), *neighbours))
        teller = Teller(made)
        for at, where, who, text in STORY:
            await made.move_to(_moment(at))
            teller.tell()
            await _say(made, where, who, text)
            teller.tell()
        await made.move_to(_moment(END))
        teller.tell()
        click.echo(await _counts(made))


async def _say(made: Stage, room: str | None, who: str, text: str) -> None:
    if text == PHOTO:
        await made.speak(room, who, image=_photo())
        return
    quoted = _QUOTE.match(text)
    quoting = _acknowledgement(made, room, await _number(made, quoted[1])) if quoted else None
    for named in _NAMED.findall(text):
        text = text.replace(f"{{{named}}}", str(await _number(made, named)))
    await made.speak(room, who, _QUOTE.sub("", text), quoting=quoting)


async def _number(made: Stage, said: str) -> int:
    """The number of the request that was said with these words, 0 if there is none."""
    async with made.store.read() as db:
        return (
            await db.scalar(select(Request.number).where(Request.text.contains(said)).order_by(Request.id))
            or 0
        )


def _acknowledgement(made: Stage, room: str | None, number: int) -> str | None:
    said = (line for line in made.chat.history(room or "") if line.mine and f"#{number} " in line.text)
    return next((line.id for line in said), None)


def _photo() -> bytes:
    from PIL import Image

    shown = BytesIO()
    Image.new("RGB", (640, 480), "#8a8f98").save(shown, "JPEG")
    return shown.getvalue()


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=HERE)


class Teller:
    """Prints what was said since the last time, in the order of the clock."""

    def __init__(self, made: Stage) -> None:
        self.stage = made
        self._told: set[str] = set()
        self._day = ""

    def tell(self) -> None:
        chat = self.stage.chat
        for line in sorted(self._new(), key=lambda line: line.at):
            self._told.add(line.id)
            day, clock = spoken(line.at).rsplit(" ", 1)
            if day != self._day:
                self._day = day
                click.secho(f"\n—— {day} ——", dim=True)
            self._print(
                clock, chat.rooms[line.conversation].topic if line.conversation in chat.rooms else "", line
            )

    def _new(self) -> Iterator[Line]:
        chat = self.stage.chat
        for talk in [*chat.rooms, *chat.people]:
            yield from (line for line in chat.history(talk) if line.id not in self._told)

    def _print(self, clock: str, topic: str, line: Line) -> None:
        where = topic or f"私聊 {self.stage.chat.people[line.conversation].name}"
        text = line.text or ("[图片]" if line.image else f"[文件] {line.file}")
        quoted = f"「{line.quoted.text.splitlines()[0][:16]}…」 " if line.quoted else ""
        head = f"{clock} {where} · {line.name}　"
        body = text.replace("\n", "\n" + " " * 8)
        click.echo(
            f"{click.style(head, dim=True)}{quoted}{click.style(body, fg='green') if line.mine else body}"
        )


async def _counts(made: Stage) -> str:
    """What five weeks came to."""
    async with made.store.read() as db:
        states = await _grouped(db, Request.state)
        posts = await _grouped(db, Post.kind, Post.group)
        runs = await _grouped(db, Run.job)
    requests = sum(count for state, count in states.items() if state not in ("unsure", "withdrawn", "merged"))
    return (
        f"\n{len(STORY)} 条消息，{requests} 件诉求，办结 {states['resolved']} 件，"
        f"还在办 {requests - states['resolved']} 件，待楼组长确认 {states['unsure']} 件；\n"
        f"群里说了 {sum(posts.values())} 句，其中汇总和反馈 {posts['digest']} 条；"
        f"周汇总 {runs['weekly']} 期、月反馈 {runs['monthly']} 期（两栋楼和居委会合计）。"
    )


async def _grouped(db: AsyncSession, column: Any, *where: Any) -> Counter[str]:
    rows = await db.execute(select(column, func.count()).where(*where).group_by(column))
    return Counter({str(name): count for name, count in rows})
