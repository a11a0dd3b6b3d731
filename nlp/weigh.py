"""Weighs the signs of a message: a small logistic model whose every weight can be read."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.knowledge import Broken, line_of, table
from nlp.reading import CATEGORIES

_KINDS = tuple(CATEGORIES)
OUTPUTS = ("request", "listed", "urgent", *_KINDS)
START = "起点"


LETTERS = 0.7
"""The strength of mere letters; what was understood has 1."""
LETTER = "字:"
"""How the signs begin that are mere letters."""

UNIT = 10_000
"""Weights are summed in whole ten-thousandths."""
HEAVIEST = 100.0
"""So that even a thousand signs fit into a field."""
_FIELDS = struct.Struct(f"<{len(OUTPUTS)}I")
_NOUGHT = 1 << 31
"""What stands for 0 in a field, so that no field is ever negative and borrows from the next."""
_NOUGHTS = int.from_bytes(_FIELDS.pack(*[_NOUGHT] * len(OUTPUTS)), "little")


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign speaks for each output; START holds what speaks without any sign.

    A sign's weights for all outputs are kept side by side in one whole number, 32 bits to each output: one addition
    adds them all, the sum does not depend on the order, and a large table takes little memory.
    """

    packed: dict[str, int]
    letters: dict[str, int]
    """`packed` for mere letters, by the letters alone."""

    def row(self, sign: str) -> dict[str, float]:
        """What one sign weighs for each output for which it weighs anything."""
        if sign.startswith(LETTER):
            return _unpacked(self.letters.get(sign.removeprefix(LETTER), 0))
        return _unpacked(self.packed.get(sign, 0))

    def scores(self, signs: Iterable[str], letters: Iterable[str]) -> list[float]:
        """The sums for OUTPUTS; above 0 is more likely than not."""
        total = sum(filter(None, map(self.packed.get, signs)))
        return _fields(sum(filter(None, map(self.letters.get, letters)), total))

    def strongest(self, signs: Iterable[str], output: str, towards: int, most: int = 4) -> list[str]:
        """Which of `signs` speak loudest for `output` (or, with `towards` -1, against it)."""
        spoke = [
            (weight, sign) for sign in signs if (weight := towards * self.row(sign).get(output, 0.0)) > 0.1
        ]
        return [sign for _, sign in sorted(spoke, reverse=True)[:most]]


def joined(weights: Weights, rows: dict[str, dict[str, float]]) -> Weights:
    """The weights with further signs."""
    packed = {sign: _packed(row, 1) for sign, row in rows.items()}
    return Weights(weights.packed | packed, weights.letters)


def _light(weights: dict[str, Any]) -> bool:
    """Whether all are numbers that fit."""
    return all(isinstance(weight, int | float) and abs(weight) <= HEAVIEST for weight in weights.values())


def _packed(weights: dict[str, float], strength: float) -> int:
    return sum(
        round(strength * weights[output] * UNIT) << 32 * at
        for at, output in enumerate(OUTPUTS)
        if output in weights
    )


def _fields(packed: int) -> list[float]:
    """The weight in each field; fields are lifted while they are read, so that none is below zero."""
    lifted = (packed + _NOUGHTS).to_bytes(_FIELDS.size, "little")
    return [(field - _NOUGHT) / UNIT for field in _FIELDS.unpack(lifted)]


def _unpacked(packed: int) -> dict[str, float]:
    return {output: weight for output, weight in zip(OUTPUTS, _fields(packed), strict=True) if weight}


def category(scores: list[float]) -> str:
    """The category that is spoken for most, out of the scores that follow those of route and danger."""
    return _KINDS[scores.index(max(scores))]


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load(path: Path) -> Weights:
    """The weights of a file; raises Broken."""
    signs: dict[str, dict[str, float]] = table(path)
    for sign, weights in signs.items():
        if not isinstance(weights, dict) or not set(weights) <= set(OUTPUTS) or not _light(weights):
            raise Broken(
                f'{path.name}:{line_of(path, sign)}: 「{sign}」要写成 "{sign}" = {{ request = 0.5 }}'
            )
    packed = {sign: _packed(weights, 1) for sign, weights in signs.items() if not sign.startswith(LETTER)}
    letters = {
        sign.removeprefix(LETTER): _packed(weights, LETTERS)
        for sign, weights in signs.items()
        if sign.startswith(LETTER)
    }
    return Weights(packed, letters)
