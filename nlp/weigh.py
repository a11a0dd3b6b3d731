"""Weighs the signs of a message: a small logistic model whose every weight can be read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from nlp.knowledge import Broken, line_of, table
from nlp.reading import CATEGORIES

OUTPUTS = ("request", "listed", *CATEGORIES)
START = "起点"


@dataclass(frozen=True, slots=True)
class Weights:
    """sign -> how much it speaks for each output; START holds what speaks without any sign."""

    table: dict[str, tuple[tuple[int, float], ...]]

    def scores(self, signs: dict[str, float]) -> list[float]:
        """The sum for each of OUTPUTS."""
        sums = [0.0] * len(OUTPUTS)
        for sign, strength in signs.items():
            for output, weight in self.table.get(sign, ()):
                sums[output] += weight * strength
        return sums

    def strongest(self, signs: dict[str, float], output: str, towards: int = 1, most: int = 4) -> list[str]:
        """The signs that spoke loudest for `output` (or, with `towards` -1, against it)."""
        at = OUTPUTS.index(output)
        spoke = {
            s: towards * x * sum(w for o, w in self.table.get(s, ()) if o == at) for s, x in signs.items()
        }
        return [
            sign for sign in sorted(spoke, key=lambda s: -spoke[s]) if spoke[sign] > 0.1 and sign != START
        ][:most]


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load(path: Path) -> Weights:
    """The weights of a file; raises Broken."""
    places = {output: at for at, output in enumerate(OUTPUTS)}
    read: dict[str, tuple[tuple[int, float], ...]] = {}
    for sign, weights in table(path).items():
        if not isinstance(weights, dict) or not set(weights) <= set(places):
            raise Broken(f'{path.name}:{line_of(path, sign)}: 「{sign}」要写成 "词" = {{ request = 0.5 }}')
        read[sign] = tuple((places[output], float(weight)) for output, weight in weights.items())
    return Weights(read)
