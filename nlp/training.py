"""Learns nlp/data/weights.toml from labelled messages: python -m nlp.training --talk TALK... LABELLED...

Three logistic models and one softmax over the signs that the reader sees, each drawn towards what the vocabulary
says already: a concept that nobody used yet still speaks for its category. Needs numpy and scipy (louzu[eval]).
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from nlp.knowledge import DATA
from nlp.reader import Reader, load
from nlp.reading import CATEGORIES
from nlp.weigh import LETTER, LETTERS, OUTPUTS

KINDS = list(CATEGORIES)
OFTEN = 2
"""A sign seen in fewer messages tells nothing that lasts."""
HARD, SPREAD = 1_200, 6_000
"""Lines of ordinary talk learned from: those taken for requests most, and any."""
TALK_WEIGHS = 0.3
"""Against one labelled message."""
HOLDS, HOLDS_KINDS = 1.0, 0.4
"""How firmly weights are held near where they start (the ridge), and those for the categories."""
SPEAKS_FOR = 2.4
"""What a concept says for its own category before anything is learned."""
WEAK, ROUNDS = 0.15, 3
"""A weight for a category so small is taken out, and the rest are learned again, twice: half the table, as good."""
LEAST = 0.04
"""Smaller weights are left out of the table."""


@dataclass(frozen=True, slots=True)
class Example:
    """One message with its label, and how much it counts."""

    text: str
    route: str
    category: str
    urgent: bool
    counts: float = 1.0


def labelled(paths: Iterable[Path]) -> list[Example]:
    """The messages of files with the columns route, category, urgent and text."""
    return [
        Example(row["text"], row["route"], row["category"], row["urgent"] == "1")
        for path in paths
        for row in _rows(path)
    ]


def talk(paths: Iterable[Path]) -> list[Example]:
    """Ordinary talk, of which nothing is a request; the column text is all that is read."""
    return [Example(row["text"], "chat", "-", False, TALK_WEIGHS) for path in paths for row in _rows(path)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


class Table:
    """What each message shows, as one sparse row over all signs that were seen often enough."""

    def __init__(self, examples: Sequence[Example], reader: Reader) -> None:
        self.shown = [reader.signs(example.text) for example in examples]
        seen = Counter(sign for shown in self.shown for sign in shown)
        self.signs = sorted(sign for sign, count in seen.items() if count >= OFTEN)
        place = {sign: at for at, sign in enumerate(self.signs)}
        found = [[place[sign] for sign in shown if sign in place] for shown in self.shown]
        strength = np.array([_strength(sign) for sign in self.signs])
        ends = np.cumsum([0, *map(len, found)])
        columns = np.array([at for row in found for at in row], dtype=int)
        self.rows = sparse.csr_matrix((strength[columns], columns, ends), (len(examples), len(self.signs)))


def _strength(sign: str) -> float:
    return LETTERS if sign.startswith(LETTER) else 1.0


def learn(examples: Sequence[Example], reader: Reader) -> dict[str, dict[str, float]]:
    """The weights of each sign for each output, as weights.toml holds them."""
    table = Table(examples, reader)
    counts = np.array([example.counts for example in examples])
    asks = np.array([example.route != "chat" for example in examples])
    listed = np.array([example.route == "listed" for example in examples])
    urgent = np.array([example.urgent for example in examples])
    kinds = np.array([KINDS.index(example.category) for example in examples if example.route != "chat"])
    alarmed = np.array([2.0 if sign == "险:有" else -3.0 if sign == "起点" else 0.0 for sign in table.signs])
    level = np.zeros(len(table.signs))
    learned = np.column_stack(
        [
            _two(table.rows, asks, level, counts),
            _two(table.rows[asks], listed[asks], level, counts[asks]),
            _two(table.rows, urgent, alarmed, counts),
            _many(table.rows[asks], kinds, _own(table.signs, reader), counts[asks]),
        ]
    )
    return {
        sign: row for sign, weights in zip(table.signs, learned, strict=True) if (row := _row(sign, weights))
    }


def _own(signs_seen: Sequence[str], reader: Reader) -> Any:
    """Each concept speaks for its own category."""
    kind_of = reader.categories()
    start = np.zeros((len(signs_seen), len(KINDS)))
    for at, sign in enumerate(signs_seen):
        if kind := kind_of.get(sign):
            start[at, KINDS.index(kind)] = SPEAKS_FOR
    return start


def _two(rows: Any, right: Any, start: Any, counts: Any) -> Any:
    side = np.where(right, 1.0, -1.0)

    def loss(weights: Any) -> tuple[float, Any]:
        margin = side * (rows @ weights)
        apart = weights - start
        slope = rows.T @ (-counts * side / (1 + np.exp(margin)))
        missed = (counts * np.logaddexp(0, -margin)).sum()
        return float(missed + HOLDS * (apart @ apart) / 2), slope + HOLDS * apart

    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def _many(rows: Any, right: Any, start: Any, counts: Any) -> Any:
    """One weight for each sign and category; the weak ones are taken out and the others learned once more."""
    weights, kept = start, np.ones(start.shape)
    for _ in range(ROUNDS):
        weights = _softmax(rows, right, (weights, start, kept), counts)
        kept = np.abs(weights) >= WEAK
    return weights * kept


def _softmax(rows: Any, right: Any, at: tuple[Any, Any, Any], counts: Any) -> Any:
    begin, start, kept = at
    truth = np.eye(start.shape[1])[right]

    def loss(flat: Any) -> tuple[float, Any]:
        weights = flat.reshape(start.shape) * kept
        scores = rows @ weights
        scores -= scores.max(1, keepdims=True)
        shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        apart = (weights - start) * kept
        missed = -(counts * np.log((shares * truth).sum(1) + 1e-12)).sum()
        slope = (rows.T @ (counts[:, None] * (shares - truth)) + HOLDS_KINDS * apart) * kept
        return float(missed + HOLDS_KINDS * (apart**2).sum() / 2), slope.ravel()

    first = (begin * kept).ravel()
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return found.reshape(start.shape)


def _row(sign: str, weights: Any) -> dict[str, float]:
    told = zip(OUTPUTS, weights, strict=True)
    return {output: round(float(weight), 2) for output, weight in told if abs(weight) >= LEAST}


def hard(examples: Sequence[Example], lines: Sequence[Example], reader: Reader) -> list[Example]:
    """Of much talk what a first model takes for requests most, and every so many-th of the rest."""
    table = Table(examples, reader)
    asks = np.array([example.route != "chat" for example in examples])
    counts = np.array([example.counts for example in examples])
    weights = _two(table.rows, asks, np.zeros(len(table.signs)), counts)
    speaks = {sign: weight * _strength(sign) for sign, weight in zip(table.signs, weights, strict=True)}
    taken = sorted(lines, key=lambda line: -sum(speaks.get(sign, 0.0) for sign in reader.signs(line.text)))
    rest = taken[HARD:]
    return taken[:HARD] + rest[:: max(1, len(rest) // SPREAD)]


def written(weights: dict[str, dict[str, float]]) -> str:
    """The table as a clerk reads it: what was understood first, mere letters last."""
    order = "起险事物况求闲合同缺形字"
    lines = [
        f'"{_quoted(sign)}" = {{ {", ".join(f"{output} = {weight:.2f}" for output, weight in row.items())} }}'
        for sign, row in sorted(weights.items(), key=lambda one: (order.find(one[0][0]) % len(order), one[0]))
    ]
    return "\n".join(lines) + "\n"


def _quoted(sign: str) -> str:
    return sign.replace("\\", "\\\\").replace('"', '\\"')


def main() -> None:
    """Learn, and write the table in place, under its own heading."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__)
    parser.add_argument("labelled", nargs="+", type=Path)
    parser.add_argument("--talk", nargs="*", type=Path, default=[])
    given = parser.parse_args()
    reader, examples = load(), labelled(given.labelled)
    weights = learn(examples + hard(examples, talk(given.talk), reader), reader)
    table = DATA / "weights.toml"
    heading = table.read_text(encoding="utf-8").split('"', 1)[0]
    table.write_text(heading + written(weights), encoding="utf-8")
    print(f"{len(examples)} 条例句，{len(weights)} 个迹象")


if __name__ == "__main__":
    main()
