"""Weighs the signs of a message: a small logistic model whose every weight can be read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nlp.knowledge import Broken, line_of, table
from nlp.reading import CATEGORIES

_KINDS = tuple(CATEGORIES)
OUTPUTS = ("request", "listed", "urgent", *_KINDS)
START = "起点"


LETTERS = 0.7
"""The strength of mere letters; what was understood has 1."""
LETTER = "字:"
"""How the signs begin that are mere letters."""

Row = tuple[float, ...]
"""How much one sign speaks for each of OUTPUTS."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign speaks for each output; START holds what speaks without any sign."""

    signs: dict[str, Row]
    letters: dict[str, tuple[tuple[int, float], ...]]
    """What mere letters say, by the letters alone: (place in OUTPUTS, weight), for most say little."""

    def rows(self, signs: Iterable[str]) -> dict[str, Row]:
        """The rows of those signs that have one."""
        return {sign: row for sign in signs if (row := self.signs.get(sign))}

    def scores(self, rows: Iterable[Row], letters: Iterable[str]) -> list[float]:
        """The sums for OUTPUTS; above 0 is more likely than not."""
        sums: list[float] = [sum(column) for column in zip(_SILENT, *rows, strict=True)]
        for spelt in filter(None, map(self.letters.get, letters)):
            for at, weight in spelt:
                sums[at] += weight
        return sums


_SILENT: Row = (0.0,) * len(OUTPUTS)


def strongest(rows: dict[str, Row], output: str, towards: int = 1, most: int = 4) -> list[str]:
    """Which signs spoke loudest for `output` (or, with `towards` -1, against it)."""
    at = OUTPUTS.index(output)
    spoke = [(weight, sign) for sign, row in rows.items() if (weight := towards * row[at]) > 0.1]
    return [sign for _, sign in sorted(spoke, reverse=True)[:most]]


def category(scores: list[float]) -> str:
    """The category that is spoken for most, out of the scores that follow those of route and danger."""
    return _KINDS[scores.index(max(scores))]


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load(path: Path) -> Weights:
    """The weights of a file; raises Broken."""
    signs: dict[str, Row] = {}
    letters: dict[str, tuple[tuple[int, float], ...]] = {}
    # Each weight once in memory: the fewer places to fetch them from, the faster the sums.
    once: dict[float, float] = {}
    for sign, weights in table(path).items():
        if not isinstance(weights, dict) or not set(weights) <= set(OUTPUTS):
            raise Broken(
                f'{path.name}:{line_of(path, sign)}: 「{sign}」要写成 "{sign}" = {{ request = 0.5 }}'
            )
        row = [float(weights.get(output, 0.0)) for output in OUTPUTS]
        signs[sign] = tuple(once.setdefault(weight, weight) for weight in row)
        if sign.startswith(LETTER):
            letters[sign.removeprefix(LETTER)] = tuple(
                (at, LETTERS * weight) for at, weight in enumerate(row) if weight
            )
    return Weights(signs, letters)
