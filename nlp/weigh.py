"""Weighs the signs of a message: a small logistic model whose every weight can be read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
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
    letters: dict[str, Row]
    """The rows of mere letters once more, by the letters alone."""

    def scores(self, signs: Iterable[str], letters: Iterable[str]) -> Iterator[float]:
        """The sums for OUTPUTS, one when asked for: talk is only weighed for the first. Above 0 is likely."""
        told = _sums(filter(None, map(self.signs.get, signs)))
        spelt = _sums(filter(None, map(self.letters.get, letters)))
        return (whole + LETTERS * part for whole, part in zip(told, spelt, strict=True))

    def strongest(self, signs: Iterable[str], output: str, towards: int = 1, most: int = 4) -> list[str]:
        """Which of `signs` spoke loudest for `output` (or, with `towards` -1, against it)."""
        rows, at = self.signs, OUTPUTS.index(output)
        spoke = [
            (weight, sign) for sign in signs if sign in rows and (weight := towards * rows[sign][at]) > 0.1
        ]
        return [sign for _, sign in sorted(spoke, reverse=True)[:most]]


_SILENT: Row = (0.0,) * len(OUTPUTS)


def _sums(rows: Iterable[Row]) -> Iterator[float]:
    return map(sum, zip(_SILENT, *rows, strict=True))


def category(scores: list[float]) -> str:
    """The category that is spoken for most, out of the scores that follow those of route and danger."""
    return _KINDS[scores.index(max(scores))]


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load(path: Path) -> Weights:
    """The weights of a file; raises Broken."""
    signs: dict[str, Row] = {}
    for sign, weights in table(path).items():
        if not isinstance(weights, dict) or not set(weights) <= set(OUTPUTS):
            raise Broken(
                f'{path.name}:{line_of(path, sign)}: 「{sign}」要写成 "{sign}" = {{ request = 0.5 }}'
            )
        signs[sign] = tuple(float(weights.get(output, 0.0)) for output in OUTPUTS)
    return Weights(
        signs, {sign.removeprefix(LETTER): row for sign, row in signs.items() if sign.startswith(LETTER)}
    )
