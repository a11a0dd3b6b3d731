"""Examples to learn from, as they stand in files: labelled messages, turns, ordinary talk, letters."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nlp import turn
from nlp.knowledge import DATA
from nlp.reading import ROUTES
from nlp.turn import OF_TALK, TURNS

DAYS_TALK_COUNTS = 0.6
"""Talk of a whole day, against one message labelled by itself: much of it answers what was said before."""
Where = Literal["group", "friends", "written"]
"""Said in a group, among friends (text messages, microblogs), or written for elsewhere (letters, advertisements)."""
UNKNOWN = "?"
"""The route of a message that may be a request or not."""


@dataclass(frozen=True, slots=True)
class Example:
    """One message with its label, and how much it counts: for whether it is a request, and for which trouble."""

    text: str
    route: str
    category: str = "-"
    urgent: bool = False
    trouble: str = ""
    turn: str = ""
    counts: float = 1.0
    tells: float = 1.0
    where: Where = "group"

    @property
    def asks(self) -> bool:
        return self.route not in ("chat", UNKNOWN)


def labelled(
    paths: Iterable[Path], counts: float = 1.0, tells: float = 1.0, where: Where = "group"
) -> list[Example]:
    """The messages of files with the columns route, category, urgent, text and perhaps trouble."""
    return [
        Example(
            row["text"],
            row["route"],
            row["category"],
            row["urgent"] == "1",
            row.get("trouble", ""),
            counts=1.0 if row["route"] == "chat" else counts,
            tells=tells,
            where=where,
        )
        for path in paths
        for row in _rows(path)
    ]


def turns(paths: Iterable[Path]) -> list[Example]:
    """What was said about something reported before, with the columns turn and text."""
    return [
        Example(row["text"], "chat" if row["turn"] in OF_TALK else UNKNOWN, turn=row["turn"])
        for path in paths
        for row in _rows(path)
    ]


def days(paths: Iterable[Path]) -> list[Example]:
    """What was said in whole days of groups, labelled as `louzu replay` reads them."""
    return [example for path in paths for example in _of_a_day(list(_rows(path)))]


def _of_a_day(lines: list[dict[str, str]]) -> Iterator[Example]:
    openers = {line["n"]: line for line in lines if line["expect"].rstrip("!") in ROUTES}
    for line in lines:
        text, expect = line["text"].replace("[图片]", "").strip(), line["expect"]
        opener = line if line["n"] in openers else openers.get(line["ref"])
        if not text or expect == "command":
            continue
        if opener is not None and (opener is line or expect == "same"):
            asked = opener["expect"]
            yield Example(text, asked.rstrip("!"), opener["category"], asked.endswith("!"))
        elif expect == "follow":
            yield Example(text, UNKNOWN, turn="more")
        else:
            turn = "say" if expect == "silent" else expect
            yield Example(text, "chat", turn=turn, counts=DAYS_TALK_COUNTS)


def words_of_turns() -> list[Example]:
    """The words of turns.toml, each said by itself."""
    known = turn.load(DATA / "turns.toml").table
    return [Example(word, UNKNOWN, turn=meant) for word, meant in known.items() if meant in TURNS]


def texts(paths: Iterable[Path], route: str, counts: float, where: Where) -> list[Example]:
    """What was said elsewhere, of which only is known whether it asks for something; the column text is all that is
    read.
    """
    return [Example(row["text"], route, counts=counts, where=where) for path in paths for row in _rows(path)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
