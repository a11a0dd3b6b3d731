"""Weighs the signs of a message: logistic models whose every weight can be read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.knowledge import Broken, text_of
from nlp.reading import CATEGORIES
from nlp.trouble import Troubles
from nlp.turn import TURNS

OUTPUTS = ("request", "listed", "urgent", *TURNS)
"""What every message is weighed for; a request also for each trouble, and each category besides its troubles."""
START = "起:点"
"""The sign that every message has."""
LETTER = "字:"
"""How the signs begin that are mere letters."""
LETTERS = 0.8
"""The strength of mere letters; what was understood has 1."""
UNIT = 10_000
"""Weights are summed in whole ten-thousandths, so that the sum does not depend on the order."""
HEAVIEST = 100.0
FAR = 5 * UNIT
"""A trouble so far behind the likeliest has a probability under one in a hundred."""
COLUMNS = ("sign", *OUTPUTS, "troubles")

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign speaks for each output; mere letters stand here without their mark."""

    kinds: dict[str, str]
    """Every trouble, and every category for what is none of its troubles -> the category."""
    places: dict[str, tuple[int, ...]]
    """Where a trouble, or all troubles of a category, stand among `kinds`."""
    signs: dict[str, Row]
    """What a sign weighs for OUTPUTS."""
    speaks: dict[str, dict[int, int]]
    """For which of `kinds`, by their places, a sign speaks, and how much for each."""

    def scores(self, shown: Iterable[str]) -> list[float]:
        """The sums for OUTPUTS; above 0 is more likely than not."""
        rows = [self.signs[START], *filter(None, map(self.signs.get, shown))]
        return [sum(column) / UNIT for column in zip(*rows, strict=True)]

    def told(self, shown: Iterable[str]) -> dict[str, float]:
        """The probability of each of `kinds` for a request, 0 to 1, the likeliest first."""
        totals = [0] * len(self.kinds)
        for speaks in filter(None, map(self.speaks.get, shown)):
            for at, weight in speaks.items():
                totals[at] += weight
        least = max(totals) - FAR
        near = [(total, name) for total, name in zip(totals, self.kinds, strict=True) if total > least]
        odds = [(math.exp((total - least) / UNIT), name) for total, name in near]
        whole = sum(share for share, _ in odds)
        return {name: share / whole for share, name in sorted(odds, reverse=True)}

    def category(self, told: Mapping[str, float]) -> str:
        """The likeliest category, all its troubles taken together."""
        shares = dict.fromkeys((self.kinds[name] for name in told), 0.0)
        for name, share in told.items():
            shares[self.kinds[name]] += share
        return max(shares, key=shares.__getitem__)

    def weight(self, sign: str, output: str) -> float:
        """What one sign weighs for one output, trouble or category (the strongest of its troubles)."""
        return self._weights([sign], output)[0]

    def strongest(self, signs: Iterable[str], output: str, towards: int, most: int = 4) -> list[str]:
        """Which of `signs` speak loudest for `output` (or, with `towards` -1, against it)."""
        known = list(signs)
        weights = zip(self._weights(known, output), known, strict=True)
        spoke = [(towards * weight, sign) for weight, sign in weights if towards * weight > 0.1]
        return [sign for _, sign in sorted(spoke, reverse=True)[:most]]

    def _weights(self, signs: Sequence[str], output: str) -> list[float]:
        if output in OUTPUTS:
            column = OUTPUTS.index(output)
            return [row[column] / UNIT if (row := self.signs.get(sign)) else 0.0 for sign in signs]
        meant = self.places[output]
        told = [self.speaks.get(sign, {}) for sign in signs]
        return [max((speaks.get(at, 0) for at in meant), key=abs) / UNIT for speaks in told]


def joined(weights: Weights, rows: Mapping[str, Mapping[str, float]]) -> Weights:
    """The weights with further signs; a category's weight is that of each of its troubles."""
    signs, speaks = dict(weights.signs), dict(weights.speaks)
    for sign, row in rows.items():
        signs[sign] = tuple(round(row.get(output, 0.0) * UNIT) for output in OUTPUTS)
        speaks[sign] = {
            at: round(row[kind] * UNIT) for at, kind in enumerate(weights.kinds.values()) if kind in row
        }
    return Weights(weights.kinds, weights.places, signs, speaks)


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def kinds(troubles: Troubles) -> dict[str, str]:
    """What a request is weighed for: each trouble, and each category for what is none of its troubles."""
    return troubles.categories | {category: category for category in CATEGORIES}


def load(path: Path, troubles: Troubles) -> Weights:
    """The weights of a table; raises Broken."""
    known = kinds(troubles)
    places = {
        output: tuple(at for at, names in enumerate(known.items()) if output in names) for output in known
    }
    own = {name: at for at, name in enumerate(known)}
    weights = Weights(known, places, {START: (0,) * len(OUTPUTS)}, {})
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if number == 1 or not line.strip():
            continue
        try:
            _keep(weights, own, line.split("\t"))
        except (ValueError, KeyError) as error:
            raise Broken(
                f"{path.name}:{number}: {error} 不对：每行是 {'、'.join(COLUMNS)} 这几格，"
                f"第一格是迹象，然后是数（空着是 0），末一格像「停水 1.20 水压小 -0.40」，数不超过 {HEAVIEST:.0f}"
            ) from None
    return weights


def _keep(weights: Weights, at: Mapping[str, int], cells: list[str]) -> None:
    sign, *outputs, spoken = cells
    strength = LETTERS if sign.startswith(LETTER) else 1.0
    if len(outputs) != len(OUTPUTS):
        raise ValueError(f"{len(cells)} 格")
    key, words = sign.removeprefix(LETTER), spoken.split()
    weights.signs[key] = tuple(_units(cell or "0", strength) for cell in outputs)
    if words:
        spoken_for = zip(words[::2], words[1::2], strict=True)
        weights.speaks[key] = {at[name]: _units(weight, strength) for name, weight in spoken_for}


def _units(number: str, strength: float) -> int:
    weight = float(number)
    if not abs(weight) <= HEAVIEST:
        raise ValueError(number)
    return round(weight * strength * UNIT)
