"""Learns nlp/data/weights.tsv from labelled messages: python -m nlp.training LABELLED... --talk TALK...

One logistic model for each output and one softmax over the troubles, over the signs that the reader sees. A message
of which only the category is known teaches all troubles of that category together. Needs numpy and scipy
(louzu[eval]).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from nlp import danger, trouble
from nlp.examples import UNKNOWN, Example, days, labelled, texts, turns, words_of_turns
from nlp.fitting import HOLDS_TURNS, many, two
from nlp.knowledge import DATA
from nlp.reader import Reader, load
from nlp.sentence_training import by_sentence
from nlp.table import Table, strength
from nlp.turn import SIGN, TURNS
from nlp.weigh import OUTPUTS, START, TROUBLE, kinds, written

HARD, SPREAD = 2_000, 3_000
"""Lines of ordinary talk learned from: those taken for requests most, and any."""
TALK_COUNTS, LETTERS_COUNT, DRILL_COUNTS, PLAIN_COUNTS = 0.6, 0.6, 0.2, 3.0
"""Against one labelled message: a line of talk, of a letter of complaint, a request written for its trouble only, and
one in the plainest words, which are said far more often than they are written down here."""
SHORT_COUNTS, SHORT_TELLS = 0.02, 0.4
"""A trouble told in a few words, mostly without its name, for whether it is a request (it may be talk as well) and
for which trouble."""
FIRST_COUNTS = 0.1
"""A request among the turns: it stands on its own, most often."""
ASKING = ("形:问号", "形:连问", "形:吗呢结尾", "形:还有吗")
MARKS = (*ASKING, "形:感叹", "形:连叹", "形:省略")
"""A neighbour who asks, or who sets such marks, writes no letter for that."""
SPEAKS_FOR = 1.5
"""What a concept says for each trouble of its own category before anything is learned."""
LEAST_LIKELY = 0.01
"""A trouble less likely is not told (`weigh.FAR`)."""
LEAST = 0.04
"""Smaller weights are left out of the table."""

FURTHER = {
    "drill": "requests written for their trouble",
    "short": "the same in a few words",
    "turns": "what was said about something reported",
    "days": "whole days of groups",
    "plain": "requests in the plainest words",
    "written": "labelled letters, posts and advertisements, which nobody said in a group",
    "talk": "ordinary talk, no requests in it",
    "letters": "complaints, all of them requests",
}
"""The options that name further files, and what these hold."""


def learn(examples: Sequence[Example], reader: Reader) -> dict[str, dict[str, float]]:
    """The weights of each sign for each output and trouble, as weights.tsv holds them."""
    known = kinds(trouble.load(DATA / "troubles.toml"))
    table = Table(examples, reader)
    rows, counts, size = table.rows, table.counts, len(table.signs)
    heard = np.array([example.route != UNKNOWN for example in examples])
    labelled = heard & np.array([example.category != "-" or not example.asks for example in examples])
    told = table.asks & labelled
    listed = np.array([example.route == "listed" for example in examples])
    urgent = np.array([example.urgent for example in examples])
    level, blank = np.zeros(size), np.zeros(len(known))
    alarmed = np.array(
        [2.0 if sign == danger.SAID else -3.0 if sign == START else 0.0 for sign in table.signs]
    )
    own = _own(table.signs, reader, known)
    troubles = many((rows[told], _meant(examples, told, known), table.tells[told]), own, table.telling)
    # What is told is a sign, too: 趴窝 of a lift is a few words, and yet no matter for the spot.
    signs = sparse.hstack([rows, _told(table, troubles, told)]).tocsr()
    lists = two(signs[told], listed[told], np.append(level, blank), counts[told])
    urges = two(signs[labelled], urgent[labelled], np.append(alarmed, blank), counts[labelled])
    asks, of_groups = _asks(examples, table, heard)
    learned = np.column_stack(
        [*asks, lists[:size], urges[:size], *_said_of_matters(examples, table, heard, told), troubles]
    )
    found = dict(zip(table.signs, (_row((*OUTPUTS, *known), weights) for weights in learned), strict=True))
    spoken = zip(known, np.column_stack([lists, urges])[size:], strict=True)
    found |= {TROUBLE + name: _row(("listed", "urgent"), weights) for name, weights in spoken}
    found |= by_sentence(examples, table, of_groups)
    return {sign: row for sign, row in found.items() if row}


def _asks(examples: Sequence[Example], table: Table, heard: Any) -> tuple[list[Any], Any]:
    """The weights for whether it asks, said in a group; whether it was said elsewhere; and whether it asks then.

    Of a letter that came into a group like any message both learn, each as much as it is alike. Talk among friends is
    to be passed over in every group. Also: how much each example counts for the first of them.
    """
    rows, counts, level = table.rows, table.counts, np.zeros(len(table.signs))
    where = np.array([example.where for example in examples])
    words = table.only([sign not in MARKS for sign in table.signs])
    elsewhere = two(words, where != "group", level, counts)
    alike = 1 / (1 + np.exp(-(words @ elsewhere)))
    of_groups = counts * np.where(where == "written", 1 - alike, 1.0)
    asks = [two(rows[heard], table.asks[heard], level, by[heard]) for by in (of_groups, counts * alike)]
    return [asks[0], elsewhere, asks[1]], of_groups * heard


def _said_of_matters(examples: Sequence[Example], table: Table, heard: Any, told: Any) -> list[Any]:
    """The weights for whether somebody speaks of a matter of the house, and for each turn he may take."""
    words, taken = _words(table), np.array([example.turn for example in examples])
    # A few words on a trouble may be the first on it, or more on what was reported before.
    turned = (told & (table.tells == 1.0)) | (taken != "")
    weighed = np.where(told & (taken == ""), FIRST_COUNTS, table.counts)
    # Of the matters of the house speaks whoever reports one or says something of it; talk does not.
    matters = told | np.isin(taken, TURNS)
    said = turned | (heard & ~table.asks)
    level = np.zeros(len(table.signs))
    concern = two(words[said], matters[said], level, weighed[said], HOLDS_TURNS)
    turns = [
        two(words[turned], taken[turned] == way, _said(table.signs, way), weighed[turned], HOLDS_TURNS)
        for way in TURNS
    ]
    return [concern, *turns]


def _told(table: Table, weights: Any, told: Any) -> Any:
    """For each request, and each word of danger, the probabilities of the troubles; for all other talk nothing."""
    warned = table.rows[:, table.signs.index(danger.SAID)].toarray()[:, 0] > 0
    scores = table.rows @ weights
    odds = np.exp(scores - scores.max(1, keepdims=True))
    shares = odds / odds.sum(1, keepdims=True)
    return sparse.csr_matrix(np.where((told | warned)[:, None] & (shares >= LEAST_LIKELY), shares, 0.0))


def _words(table: Table) -> Any:
    """The rows without most shapes: whether somebody shouts or is short tells only who wrote the examples."""
    return table.only([not sign.startswith("形:") or sign in ASKING for sign in table.signs])


def _meant(examples: Sequence[Example], told: Any, known: dict[str, str]) -> Any:
    """For each request 1 where a trouble may be meant: its own, or any of its category."""
    categories = list(known.values())
    meant = np.zeros((int(told.sum()), len(known)))
    places = {name: at for at, name in enumerate(known)}
    for row, at in zip(meant, np.flatnonzero(told), strict=True):
        one = examples[int(at)]
        if known.get(one.trouble) == one.category:
            row[places[one.trouble]] = 1
        else:
            row[[kind == one.category for kind in categories]] = 1
    return meant


def _own(signs: Sequence[str], reader: Reader, known: dict[str, str]) -> Any:
    """Each concept speaks for the troubles of its own category."""
    category_of = reader.categories()
    categories = np.array(list(known.values()))
    start = np.zeros((len(signs), len(known)))
    for at, sign in enumerate(signs):
        start[at, categories == category_of.get(sign, "")] = SPEAKS_FOR
    return start


def _said(signs: Sequence[str], turn: str) -> Any:
    """The words of turns.toml speak for their turn; without them it is rather taken by nobody."""
    return np.array([2.0 if sign == SIGN + turn else -2.0 if sign == START else 0.0 for sign in signs])


def _row(outputs: Sequence[str], weights: Any) -> dict[str, float]:
    told = zip(outputs, weights, strict=True)
    return {output: round(float(weight), 2) for output, weight in told if abs(weight) >= LEAST}


def hard(examples: Sequence[Example], lines: Sequence[Example], reader: Reader) -> list[Example]:
    """Of much talk what a first model takes for requests most, and every so many-th of the rest."""
    table = Table([example for example in examples if example.route != UNKNOWN], reader)
    weights = two(table.rows, table.asks, np.zeros(len(table.signs)), table.counts)
    speaks = {sign: weight * strength(sign) for sign, weight in zip(table.signs, weights, strict=True)}
    taken = sorted(lines, key=lambda line: -sum(speaks.get(sign, 0.0) for sign in reader.signs(line.text)))
    rest = taken[HARD:]
    return taken[:HARD] + rest[:: max(1, len(rest) // SPREAD)]


def main() -> None:
    """Learn, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__)
    parser.add_argument("labelled", nargs="+", type=Path)
    for name, meaning in FURTHER.items():
        parser.add_argument(f"--{name}", nargs="*", type=Path, default=[], help=meaning)
    parser.add_argument("--out", type=Path, default=DATA / "weights.tsv")
    given = parser.parse_args()
    reader, examples = load(), _examples(given)
    talk = hard(examples, texts(given.talk, "chat", TALK_COUNTS, "friends"), reader)
    weights = learn(examples + talk, reader)
    given.out.write_text(written(weights), encoding="utf-8")
    print(f"{len(examples)} 条例句，{len(weights)} 个迹象")


def _examples(given: argparse.Namespace) -> list[Example]:
    return [
        *labelled(given.labelled),
        *labelled(given.drill, DRILL_COUNTS),
        *labelled(given.short, SHORT_COUNTS, SHORT_TELLS),
        *labelled(given.plain, PLAIN_COUNTS),
        *labelled(given.written, where="written"),
        *days(given.days),
        *turns(given.turns),
        *words_of_turns(),
        *texts(given.letters, "letter", LETTERS_COUNT, "written"),
    ]


if __name__ == "__main__":
    main()
