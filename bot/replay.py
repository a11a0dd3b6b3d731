"""louzu replay: a day of a group, from a file, through the real bot on a store in memory."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import func, select

from bot import day, router, verdict
from bot.cli.settings import reader_here
from bot.config import Pace
from bot.day import Line
from bot.hearing import Hearing
from bot.plain import plain
from bot.progress import progress
from bot.simulator.neighbourhood import Building, Group, Neighbour, Neighbourhood
from bot.simulator.stage import UNPACED, Stage, stage
from bot.verdict import Outcome
from nlp import Reader
from store.tables import Photo, Post, Request

BUILDING, ROOM = "building", "replayed-room"
OF_THE_BUILDING = frozenset({"captain", "deputy", "volunteer"})
GATHERING = UNPACED.model_copy(update={"gather_seconds": Pace().gather_seconds})
"""No budget holds anything back, but what would be said in one post is."""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de000"
    "0000c49444154789c633873e60c0004cc0265399a652c0000000049454e44ae426082"
)
"""One pixel of PNG: that there is a photo matters, not what it shows."""


@dataclass(slots=True)
class Replay:
    """One day on its way through the bot."""

    stage: Stage
    lines: Sequence[Line]
    outcomes: dict[int, Outcome]
    message_ids: dict[int, str]
    skipped: int = 0
    """Commands about what this bot had not taken up."""

    async def run(self, passed: Callable[[int], None]) -> None:
        """Say everything at its time; `passed` hears of every message that was handled."""
        for line in self.lines:
            await self.stage.move_to(line.at)
            self.outcomes[line.n] = await self.say(line)
            passed(1)
        await self._earlier_photos()

    async def say(self, line: Line) -> Outcome:
        if line.sticker:
            return Outcome(line.n)
        image = PICTURE if line.photo else None
        text = self.renumbered(line.words)
        if text is None:
            self.skipped += 1
            return Outcome(line.n)
        hearing = await self.stage.speak(ROOM, line.who, text, image=image)
        if hearing is None:
            return Outcome(line.n)
        self.message_ids[line.n] = hearing.message.id
        return outcome(line.n, hearing)

    def renumbered(self, text: str) -> str | None:
        """A command with the numbers this bot gave for those a perfect one would have given.

        None when it is about something this bot did not take up: with its number it would hit another.
        """
        command = router.parse(text)
        if command is None or command.command is None or not any(line.expect for line in self.lines):
            return text
        wanted = sum(parameter.kind is Request for parameter in command.command.parameters)
        ours = [self._number(ordinal) for ordinal in re.findall(r"\d{1,6}", text)[:wanted]]
        if None in ours:
            return None
        numbers = iter(ours)
        return re.sub(r"\d{1,6}", lambda _: str(next(numbers)), text, count=len(ours)) if ours else text

    def _number(self, ordinal: str) -> int | None:
        openers = [line for line in self.lines if line.opens]
        at = int(ordinal) - 1
        opened = self.outcomes.get(openers[at].n) if 0 <= at < len(openers) else None
        return opened.request if opened and opened.opened else None

    async def _earlier_photos(self) -> None:
        """Photos were silent when they came, and found their request with the words that followed."""
        async with self.stage.store.read() as db:
            query = select(Photo.message_id, Request).join(Request, Request.id == Photo.request_id)
            taken = {message_id: request for message_id, request in await db.execute(query)}
        for n, message_id in self.message_ids.items():
            if self.outcomes[n].request is None and message_id in taken:
                self.outcomes[n] = _about(replace(self.outcomes[n], did="follow"), taken[message_id])

    async def posts(self) -> int:
        """How many posts the group owes to the bot, those of the clock included."""
        await self.stage.move_to(self.lines[-1].at + timedelta(seconds=GATHERING.gather_seconds))
        async with self.stage.store.read() as db:
            here = (Post.group, Post.to == ROOM, Post.state != "joined")
            return await db.scalar(select(func.count()).where(*here)) or 0


def outcome(n: int, hearing: Hearing) -> Outcome:
    """What became of one message."""
    found = Outcome(n, hearing.did, said=tuple(hearing.said))
    return _about(found, hearing.request) if hearing.request else found


def _about(found: Outcome, request: Request) -> Outcome:
    return replace(
        found,
        request=request.number,
        route=request.route,
        category=request.category,
        urgent=bool(request.danger),
    )


def neighbourhood(lines: Sequence[Line], building: str) -> Neighbourhood:
    """One building, one room, and everybody who speaks in the file, in his role."""
    roles = {line.who: line.role for line in sorted(lines, key=lambda line: line.role != "resident")}
    people = tuple(
        Neighbour(who, who, role, BUILDING if role in OF_THE_BUILDING else "", "", (ROOM,), ())
        for who, role in roles.items()
    )
    group = Group(ROOM, building, BUILDING)
    return Neighbourhood("回放的小区", (Building(BUILDING, building),), (group,), people)


async def replay(
    lines: Sequence[Line],
    reader: Reader,
    building: str = "1号楼",
    passed: Callable[[int], None] = lambda _: None,
) -> verdict.Verdict:
    """Run a day through the bot and judge it against its labels, where it has any."""
    with tempfile.TemporaryDirectory(prefix="louzu-replay-") as folder:
        async with stage(reader, lines[0].at, Path(folder), GATHERING) as ready:
            await ready.furnish(neighbourhood(lines, building), ready={})
            run = Replay(ready, lines, {}, {})
            await run.run(passed)
            return verdict.judge(lines, run.outcomes, await run.posts(), run.skipped)


@click.command(name="replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="一行一条消息，最后一行是合计。")
@click.option("--misses", is_flag=True, help="列出和标注不一样的消息。")
@click.option("--building", default="1号楼", show_default=True, help="这个群是哪个楼组的。")
def command(file: Path, as_json: bool, misses: bool, building: str) -> None:
    """把一天的群消息放给楼小助听，看它会怎么做；什么都不存，什么都不发。"""
    lines = day.read(file)
    with progress(len(lines), "回放") as bar:
        judged = asyncio.run(replay(lines, reader_here(), building, bar.update))
    if as_json:
        records = [asdict(one) for one in judged.outcomes.values()]
        for record in [*records, judged.totals()]:
            click.echo(json.dumps(record, ensure_ascii=False))
    else:
        click.echo(plain("\n".join(verdict.report(judged, misses=misses))))
