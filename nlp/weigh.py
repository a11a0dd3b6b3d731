"""Weighs the signs of a message: logistic models whose every weight can be read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from struct import Struct

from nlp.knowledge import Broken, text_of
from nlp.reading import CATEGORIES
from nlp.trouble import Troubles
from nlp.turn import TURNS

OUTPUTS = ("request", "listed", "urgent", "concern", *TURNS)
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
LEAST = 0.1
"""What weighs no more than this has not decided."""
COLUMNS = ("sign", *OUTPUTS, "troubles")

WIDTH, HALF = 32, 1 << 31
"""What a sign weighs is one long number, each weight in its own 32 bits: adding two such numbers adds all their
weights at once. Two thousand signs of the heaviest weight still fit."""
CELL = Struct("<Hi")
"""A column and a weight: most signs speak for none or for one of two hundred troubles, and are kept so."""
MET = 2048
"""For so many signs, those met last, what they weigh for the troubles stays one long number."""


def packed(row: Iterable[tuple[int, int]]) -> int:
    """Columns and weights as one number."""
    return sum(weight << WIDTH * at for at, weight in row)


def short(row: Mapping[int, int]) -> bytes:
    """Weights by their columns, in the least space."""
    return b"".join(CELL.pack(at, weight) for at, weight in row.items())


class Columns:
    """Adds up long numbers of so many columns."""

    def __init__(self, count: int) -> None:
        self._split = Struct(f"<{count}i")
        # Added, it keeps each weight from borrowing of the next; flipped back, each is a signed number.
        self._lift = packed((at, HALF) for at in range(count))

    def sums(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The sum in each column."""
        total = sum(numbers, self._lift) ^ self._lift
        return self._split.unpack(total.to_bytes(self._split.size, "little"))


class Weights:
    """How much each sign speaks for each output; mere letters stand here without their mark."""

    def __init__(self, kinds: dict[str, str], rows: dict[str, int], telling: dict[str, bytes]) -> None:
        self.kinds = kinds
        """Every trouble, and every category for what is none of its troubles -> the category."""
        self.rows = rows
        """sign -> what it weighs for each of OUTPUTS, in UNIT, packed."""
        self.telling = telling
        """sign -> what it weighs for which of `kinds`, short."""
        self._outputs, self._kinds = Columns(len(OUTPUTS)), Columns(len(kinds))
        self._long = lru_cache(MET)(lambda sign: packed(CELL.iter_unpack(telling[sign])))

    def sums(self, shown: Iterable[str]) -> tuple[int, ...]:
        """What all the signs weigh together for each of OUTPUTS; above 0 is more likely than not."""
        return self._outputs.sums(filter(None, map(self.rows.get, [START, *shown])))

    def told(self, shown: Iterable[str]) -> dict[str, float]:
        """The probability of each of `kinds` for a request, 0 to 1, the likeliest first."""
        totals = self._kinds.sums(map(self._long, filter(self.telling.__contains__, [START, *shown])))
        least = max(totals) - FAR
        near = [(total, name) for total, name in zip(totals, self.kinds, strict=True) if total > least]
        odds = [(math.exp((total - least) / UNIT), name) for total, name in sorted(near, reverse=True)]
        whole = sum([share for share, _ in odds])
        return {name: share / whole for share, name in odds}

    def category(self, told: Mapping[str, float]) -> str:
        """The likeliest category, all its troubles taken together."""
        shares = dict.fromkeys((self.kinds[name] for name in told), 0.0)
        for name, share in told.items():
            shares[self.kinds[name]] += share
        return max(shares, key=shares.__getitem__)

    def names(self, sign: str) -> bool:
        """Whether a sign speaks for or against any of `kinds`."""
        return sign in self.telling

    def weight(self, sign: str, output: str) -> float:
        """What one sign weighs for one output, trouble or category (the strongest of its troubles)."""
        if output in OUTPUTS:
            return self._outputs.sums([self.rows.get(sign, 0)])[OUTPUTS.index(output)] / UNIT
        kinds = list(self.kinds.items())
        told = CELL.iter_unpack(self.telling.get(sign, b""))
        return max((weight for at, weight in told if output in kinds[at]), key=abs, default=0) / UNIT

    def strongest(self, signs: Iterable[str], output: str, towards: int, most: int = 4) -> list[str]:
        """Which of `signs` speak loudest for `output` (or, with `towards` -1, against it)."""
        weights = [(towards * self.weight(sign, output), sign) for sign in signs]
        return [sign for _, sign in sorted([one for one in weights if one[0] > LEAST], reverse=True)[:most]]


def joined(weights: Weights, rows: Mapping[str, Mapping[str, float]]) -> Weights:
    """The weights with further signs; a category's weight is that of each of its troubles."""
    more = {
        sign: packed((at, _units(row[output], 1.0)) for at, output in enumerate(OUTPUTS) if output in row)
        for sign, row in rows.items()
    }
    categories = list(enumerate(weights.kinds.values()))
    telling = {
        sign: short({at: _units(row[category], 1.0) for at, category in categories if category in row})
        for sign, row in rows.items()
    }
    spoken = {sign: told for sign, told in (weights.telling | telling).items() if told}
    return Weights(weights.kinds, weights.rows | more, spoken)


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def kinds(troubles: Troubles) -> dict[str, str]:
    """What a request is weighed for: each trouble, and each category for what is none of its troubles."""
    return troubles.categories | {category: category for category in CATEGORIES}


def load(path: Path, troubles: Troubles) -> Weights:
    """The weights of a table; raises Broken."""
    known = kinds(troubles)
    places = {name: at for at, name in enumerate(known)}
    rows, telling = {START: 0}, {}
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if number == 1 or not line.strip():
            continue
        written, *cells = line.split("\t")
        sign, strength = written.removeprefix(LETTER), LETTERS if written.startswith(LETTER) else 1.0
        try:
            if len(cells) != len(COLUMNS) - 1:
                raise ValueError(f"{len(cells) + 1} 格")
            rows[sign] = packed((at, _units(cell, strength)) for at, cell in enumerate(cells[:-1]) if cell)
            if cells[-1]:
                telling[sign] = short(_named(cells[-1].split(), places, strength))
        except (ValueError, KeyError) as error:
            raise Broken(
                f"{path.name}:{number}: {error} 不对：每行是 {'、'.join(COLUMNS)} 这几格，"
                f"第一格是迹象，然后是数（空着是 0），末一格像「停水 1.20 水压小 -0.40」，数不超过 {HEAVIEST:.0f}"
            ) from None
    return Weights(known, rows, telling)


def _named(words: Sequence[str], places: Mapping[str, int], strength: float) -> dict[int, int]:
    """The weights of the last column by the place of what they name."""
    spoken = zip(words[::2], words[1::2], strict=True)
    return {places[name]: _units(weight, strength) for name, weight in spoken}


def _units(number: str | float, strength: float) -> int:
    weight = float(number)
    if not abs(weight) <= HEAVIEST:
        raise ValueError(number)
    return round(weight * strength * UNIT)
