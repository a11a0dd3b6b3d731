"""Weighs the signs of a message: a small logistic model whose every weight can be read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nlp.knowledge import Broken, line_of, table
from nlp.reading import CATEGORIES

OUTPUTS = ("request", "listed", "urgent", *CATEGORIES)
START = "起点"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign speaks for each output; START holds what speaks without any sign."""

    columns: dict[str, dict[str, float]]
    """output -> sign -> weight."""
    kinds: dict[str, tuple[tuple[str, float], ...]]
    """sign -> (category, weight), so that all categories are summed in one walk."""

    def score(self, signs: dict[str, float], output: str) -> float:
        """The sum for one output; above 0 is more likely than not."""
        column = self.columns[output]
        return sum(column[sign] * strength for sign, strength in signs.items() if sign in column)

    def category(self, signs: dict[str, float]) -> str:
        """The category that is spoken for most."""
        sums = dict.fromkeys(CATEGORIES, 0.0)
        kinds = self.kinds
        for sign, strength in signs.items():
            for category, weight in kinds.get(sign, ()):
                sums[category] += weight * strength
        return max(sums, key=sums.__getitem__)

    def strongest(self, signs: Iterable[str], output: str, towards: int = 1, most: int = 4) -> list[str]:
        """Which of `signs` spoke loudest for `output` (or, with `towards` -1, against it)."""
        column = self.columns[output]
        spoke = sorted(((towards * column[sign], sign) for sign in signs if sign in column), reverse=True)
        return [sign for strength, sign in spoke[:most] if strength > 0.1]


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load(path: Path) -> Weights:
    """The weights of a file; raises Broken."""
    columns: dict[str, dict[str, float]] = {output: {} for output in OUTPUTS}
    kinds: dict[str, tuple[tuple[str, float], ...]] = {}
    for sign, weights in table(path).items():
        if not isinstance(weights, dict) or not set(weights) <= set(OUTPUTS):
            raise Broken(
                f'{path.name}:{line_of(path, sign)}: 「{sign}」要写成 "{sign}" = {{ request = 0.5 }}'
            )
        for output, weight in weights.items():
            columns[output][sign] = float(weight)
        kinds[sign] = tuple(
            (output, float(weight)) for output, weight in weights.items() if output in CATEGORIES
        )
    return Weights(columns, {sign: spoken for sign, spoken in kinds.items() if spoken})
