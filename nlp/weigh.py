"""Weighs the signs of a message: logistic models whose every weight can be read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from nlp.knowledge import Broken, rows_of
from nlp.reading import CATEGORIES
from nlp.trouble import Troubles
from nlp.turn import TURNS

OUTPUTS = ("request", "elsewhere", "complaint", "listed", "urgent", "concern", *TURNS)
"""What every message is weighed for; a request also for each trouble, and each category besides its troubles.

`request`: said in a group, it asks for something. `elsewhere`: it is no talk of a group at all, but a letter, a post, an
advertisement; and `complaint`: if so, it complains or is a scam.
"""
START = "起:点"
"""The sign that every message has."""
LETTER = "字:"
"""How the signs begin that are mere letters."""
TROUBLE = "毛病:"
"""How the signs begin by which a trouble, once told, speaks itself: for the list, for an emergency."""
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
TOPMOST = re.compile(b"\x80")
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
        self._ones = packed((at, 1) for at in range(count))
        # Added, it keeps each weight from borrowing of the next; flipped back, each is a signed number.
        self._lift = HALF * self._ones

    def sums(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The sum in each column."""
        return self._parts(sum(numbers, self._lift))

    def leading(self, numbers: Iterable[int], far: int) -> list[tuple[int, int]]:
        """The columns whose sum is less than `far` behind the greatest: each sum, and its column."""
        total = sum(numbers, self._lift)
        sums = self._parts(total)
        # Taken from all at once, it leaves the topmost bit in those that are greater.
        ahead = (total - (max(sums) - far + 1) * self._ones) & self._lift
        columns = [hit.start() // 4 for hit in TOPMOST.finditer(self._bytes(ahead))]
        return [(sums[at], at) for at in columns]

    def _parts(self, total: int) -> tuple[int, ...]:
        return self._split.unpack(self._bytes(total ^ self._lift))

    def _bytes(self, number: int) -> bytes:
        return number.to_bytes(self._split.size, "little")


class Weight(NamedTuple):
    """What one sign weighs, in UNIT."""

    outputs: int
    """For each of OUTPUTS, packed."""
    kinds: bytes
    """For some of `Weights.kinds`, short."""


NOTHING = Weight(0, b"")


class Weights:
    """How much each sign speaks for each output; mere letters stand here without their mark."""

    def __init__(self, kinds: dict[str, str], rows: dict[str, Weight]) -> None:
        self.kinds = kinds
        """Every trouble, and every category for what is none of its troubles -> the category."""
        self.rows = rows
        """sign -> what it weighs."""
        self._names = list(kinds)
        self._outputs, self._kinds = Columns(len(OUTPUTS)), Columns(len(kinds))
        self._speaks = {
            name: self._outputs.sums([rows.get(TROUBLE + name, NOTHING).outputs]) for name in kinds
        }
        self._long = lru_cache(MET)(lambda telling: packed(CELL.iter_unpack(telling)))

    def found(self, shown: Iterable[str]) -> list[Weight]:
        """What each of the signs weighs that all messages and this one show."""
        return list(filter(None, map(self.rows.get, [START, *shown])))

    def sums(self, found: Iterable[Weight]) -> list[float]:
        """What all the signs weigh together for each of OUTPUTS; above 0 is more likely than not."""
        return [total / UNIT for total in self._outputs.sums(map(itemgetter(0), found))]

    def told(self, found: Iterable[Weight]) -> dict[str, float]:
        """The probability of each of `kinds` for a request, 0 to 1, the likeliest first."""
        speaking = [self._long(kinds) for _, kinds in found if kinds]
        near = sorted(self._kinds.leading(speaking, FAR), reverse=True)
        odds = {self._names[at]: math.exp((total - near[0][0]) / UNIT) for total, at in near}
        whole = sum(odds.values())
        return {name: share / whole for name, share in odds.items()}

    def by_trouble(self, told: Mapping[str, float], output: str) -> float:
        """What the troubles that it may be speak for `output`, each as much as it is likely."""
        at = OUTPUTS.index(output)
        return sum(share * self._speaks[name][at] for name, share in told.items()) / UNIT

    def category(self, told: Mapping[str, float]) -> str:
        """The likeliest category, all its troubles taken together."""
        shares: dict[str, float] = {}
        for name, share in told.items():
            category = self.kinds[name]
            shares[category] = shares.get(category, 0.0) + share
        return max(shares, key=shares.__getitem__)

    def names(self, sign: str) -> bool:
        """Whether a sign speaks for or against any of `kinds`."""
        return sign in self.rows and bool(self.rows[sign].kinds)

    def weight(self, sign: str, output: str) -> float:
        """What one sign weighs for one output, trouble or category (the strongest of its troubles)."""
        known = self.rows.get(sign, NOTHING)
        if output in OUTPUTS:
            return self._outputs.sums([known.outputs])[OUTPUTS.index(output)] / UNIT
        kinds = list(self.kinds.items())
        told = CELL.iter_unpack(known.kinds)
        return max((weight for at, weight in told if output in kinds[at]), key=abs, default=0) / UNIT

    def strongest(self, signs: Iterable[str], output: str, towards: int, most: int = 4) -> list[str]:
        """Which of `signs` speak loudest for `output` (or, with `towards` -1, against it)."""
        weights = [(towards * self.weight(sign, output), sign) for sign in signs]
        return [sign for _, sign in sorted([one for one in weights if one[0] > LEAST], reverse=True)[:most]]


def certainty(request: float, elsewhere: float, complaint: float) -> float:
    """The probability of a request: of what is said in a group and of what was written elsewhere, by its likeness."""
    share = probability(elsewhere)
    return share * probability(complaint) + (1 - share) * probability(request)


def joined(weights: Weights, rows: Mapping[str, Mapping[str, float]]) -> Weights:
    """The weights with further signs; a category's weight is that of each of its troubles."""
    categories = list(enumerate(weights.kinds.values()))
    more = {
        sign: Weight(
            packed((at, _units(row[output], 1.0)) for at, output in enumerate(OUTPUTS) if output in row),
            short({at: _units(row[category], 1.0) for at, category in categories if category in row}),
        )
        for sign, row in rows.items()
    }
    return Weights(weights.kinds, weights.rows | more)


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
    rows = {START: NOTHING}
    # Every third row weighs just what another does; equal ones are kept once, three of the reader's 59 MB.
    numbers: dict[int, int] = {}
    shorts: dict[bytes, bytes] = {}
    for number, (named, *cells) in rows_of(path):
        sign, strength = named.removeprefix(LETTER), LETTERS if named.startswith(LETTER) else 1.0
        try:
            if len(cells) != len(COLUMNS) - 1:
                raise ValueError(f"{len(cells) + 1} 格")
            if sign.startswith(TROUBLE) and sign.removeprefix(TROUBLE) not in known:
                raise ValueError(sign)
            outputs = packed((at, _units(cell, strength)) for at, cell in enumerate(cells[:-1]) if cell)
            told = short(_named(cells[-1].split(), places, strength))
            rows[sign] = Weight(numbers.setdefault(outputs, outputs), shorts.setdefault(told, told))
        except (ValueError, KeyError) as error:
            raise Broken(
                f"{path.name}:{number}: {error} 不对：每行是 {'、'.join(COLUMNS)} 这几格，"
                f"第一格是迹象，然后是数（空着是 0），末一格像「停水 1.20 水压小 -0.40」，数不超过 {HEAVIEST:.0f}"
            ) from None
    return Weights(known, rows)


def written(weights: Mapping[str, Mapping[str, float]]) -> str:
    """The table as a clerk reads it: what was understood first, mere letters last."""
    order = "起险毛事物况求闲接句合同缺形字"
    lines = ["\t".join(COLUMNS)]
    for sign, row in sorted(weights.items(), key=lambda one: (order.find(one[0][0]) % len(order), one[0])):
        spoken = " ".join(f"{name} {weight:.2f}" for name, weight in row.items() if name not in OUTPUTS)
        lines.append(
            "\t".join((sign, *(f"{row[name]:.2f}" if name in row else "" for name in OUTPUTS), spoken))
        )
    return "\n".join(lines) + "\n"


def _named(words: Sequence[str], places: Mapping[str, int], strength: float) -> dict[int, int]:
    """The weights of the last column by the place of what they name."""
    spoken = zip(words[::2], words[1::2], strict=True)
    return {places[name]: _units(weight, strength) for name, weight in spoken}


def _units(number: str | float, strength: float) -> int:
    weight = float(number)
    if not abs(weight) <= HEAVIEST:
        raise ValueError(number)
    return round(weight * strength * UNIT)
