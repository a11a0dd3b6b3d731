"""Learns nlp/data/choices.tsv from whole days of groups: python -m bot.choice_training --by WEIGHTS DAY...

Each day is played to a bot that does with every message what its label says, so that each is weighed in a room where
all that came before was taken rightly. A day must be read by weights that were not learned from it, else its words
would seem to tell more than they do: learn one table from tests/examples/days/one and read those of days/two with it,
and the other way round. Needs numpy and scipy (louzu[eval]).
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy import sparse

from bot import about, attach, choice, day, pairs
from bot.bearing import bearings, filed_at
from bot.day import Line
from bot.hearing import Hearing
from bot.intake import open_new
from bot.replay import GATHERING, Replay, neighbourhood
from bot.simulator.stage import stage
from nlp import Reader, load
from nlp.choice import Kind, Option, Part, written
from nlp.fitting import one_of
from nlp.knowledge import DATA
from store.tables import Request

OFTEN = 5
"""A sign seen at fewer options tells nothing that lasts."""
SHARED = frozenset({"同样的字", "有同样的字"})
"""The signs of shared words."""
LEAST = 0.05
"""Smaller weights are left out of the table."""
KINDS: Mapping[str, Kind] = {
    "silent": "silent",
    "quick": "new",
    "listed": "new",
    "follow": "add",
    "same": "add",
    "support": "add",
    "done": "done",
    "withdraw": "withdraw",
}


Met = tuple[list[Option], Option]
"""All that a message might have been, and what it was."""


@dataclass(slots=True)
class Teacher:
    """Takes in each message of a day as its label says, and keeps what it might have been."""

    met: list[Met] = field(default_factory=list)
    opened: dict[int, int] = field(default_factory=dict)
    """n of an opener -> the id of its request."""
    line: Line | None = None

    async def take(self, hearing: Hearing) -> bool:
        """The one step of the intake of a bot that is told what to do."""
        line, reading = self.line, hearing.reading
        building = await filed_at(hearing, reading) if reading else None
        if line is None or reading is None or building is None:
            return False
        kind, meant = KINDS[line.expect], self.opened.get(line.ref)
        self.met.append(
            (choice.options(hearing, await bearings(hearing)), Option(kind, meant if kind != "new" else None))
        )
        if kind == "new":
            if reading.route == "chat":
                reading = hearing.means.reader.read(line.words, assume=True)
            danger = (reading.danger or "flood") if line.urgent else ""
            told = replace(reading, route=line.expect, category=line.category, danger=danger)  # type: ignore[arg-type]
            self.opened[line.n] = (await open_new(hearing, told, building, "open")).id
        elif meant is not None:
            await self._said_of(hearing, await hearing.db.get_one(Request, meant), line.expect)
        else:
            await about.answered_by_team(hearing)
        return True

    async def _said_of(self, hearing: Hearing, request: Request, expect: str) -> None:
        if expect == "same":
            await attach.join(hearing, request)
        elif expect == "support":
            await attach.back(hearing, request)
        elif expect == "follow":
            await attach.follow(hearing, request)
        else:
            await attach.settle(hearing, request, expect)


async def taught(path: Path, reader: Reader) -> list[Met]:
    """What every message of a day might have been, and was."""
    lines, teacher = day.read(path), Teacher()
    with tempfile.TemporaryDirectory(prefix="louzu-taught-") as folder:
        async with stage(reader, lines[0].at, Path(folder), GATHERING) as ready:
            await ready.furnish(neighbourhood(lines, "1号楼"), ready={})
            ready.bot.steps = (teacher.take,)
            walk = Replay(ready, lines, {}, {})
            for teacher.line in lines:
                await ready.move_to(teacher.line.at)
                walk.outcomes[teacher.line.n] = await walk.say(teacher.line)
    return teacher.met


async def compared(path: Path, reader: Reader) -> list[Met]:
    """What the second message of each pair of requests might have been, and was."""
    met: list[Met] = []
    options: list[Option] = []

    async def look(hearing: Hearing) -> bool:
        options[:] = choice.options(hearing, await bearings(hearing))
        return True

    async for pair, first, _ in pairs.heard(pairs.pairs_of(path), reader, (look,)):
        if first is not None:
            # That it asks for something is taken for granted: this tells nothing of talk.
            asked = [_unshared(option) for option in options if option.kind in ("new", "add")]
            met.append((asked, Option("add", first.id) if pair.same else Option("new")))
    return met


def _unshared(option: Option) -> Option:
    """Without the signs of shared words: in pairs made to be hard these speak against the same trouble."""
    parts = [
        Part(part.heading, part.who, {name: part.signs[name] for name in part.signs if name not in SHARED})
        for part in option.parts
    ]
    return Option(option.kind, option.about, tuple(parts))


def learn(met: Sequence[Met]) -> dict[tuple[str, str, str], float]:
    """The weight of each sign, for each kind of option and speaker."""
    rows = [dict(_named(option)) for options, _ in met for option in options]
    seen = Counter(name for row in rows for name in row)
    names = sorted(name for name, count in seen.items() if count >= OFTEN)
    place = {name: at for at, name in enumerate(names)}
    found = [[(place[name], row[name]) for name in row if name in place] for row in rows]
    cells = [cell for row in found for cell in row]
    columns, values = [at for at, _ in cells], [value for _, value in cells]
    table = sparse.csr_matrix((values, columns, np.cumsum([0, *map(len, found)])), (len(rows), len(names)))
    right = [(one.kind, one.about) == (was.kind, was.about) for options, was in met for one in options]
    starts = np.cumsum([0, *(len(options) for options, _ in met)])[:-1]
    weights = one_of(table, starts, np.array(right, dtype=float))
    return {name: float(weight) for name, weight in zip(names, weights, strict=True) if abs(weight) >= LEAST}


def _named(option: Option) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for part in option.parts:
        for name, strength in part.named():
            found[name] += strength  # type: ignore[assignment]
    return found


async def main() -> None:
    """Learn, and write the table in place."""
    parser = argparse.ArgumentParser(prog="python -m bot.choice_training", description=__doc__)
    parser.add_argument("--by", nargs="+", action="append", type=Path, metavar="FILE", required=True)
    parser.add_argument(
        "--pairs", nargs="*", type=Path, default=[], help="pairs of requests, the same or not"
    )
    given = parser.parse_args()
    met = [one for path in given.pairs for one in await compared(path, load())]
    for weights, *days in given.by:
        reader = load(weights)
        met += [one for path in days for one in await taught(path, reader)]
    (DATA / "choices.tsv").write_text(written(learn(met)), encoding="utf-8")
    print(f"{len(met)} 句话")


if __name__ == "__main__":
    asyncio.run(main())
