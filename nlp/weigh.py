"""Weighs the signs of a message: logistic models whose every weight can be read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from struct import Struct

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
LEAST = 0.1
"""What weighs no more than this has not decided."""
COLUMNS = ("sign", *OUTPUTS, "troubles")

WIDTH, HALF = 32, 1 << 31
"""All that a sign weighs is one long number, each weight in its own 32 bits: adding two such numbers adds all
their weights at once. Two thousand signs of the heaviest weight still fit."""


def packed(row: Mapping[int, int]) -> int:
    """Weights by their columns, as one number."""
    return sum(weight << WIDTH * at for at, weight in row.items())


class Table:
    """What each sign weighs in each of some columns, in UNIT."""

    def __init__(self, columns: int, rows: dict[str, int]) -> None:
        self.rows = rows
        """sign -> its weights, packed."""
        self._split = Struct(f"<{columns}i")
        # Added, it keeps each weight from borrowing of the next; flipped back, each is a signed number.
        self._lift = packed(dict.fromkeys(range(columns), HALF))

    def sums(self, signs: Iterable[str]) -> tuple[int, ...]:
        """What all the signs weigh together in each column."""
        total = sum(filter(None, map(self.rows.get, signs)), self._lift) ^ self._lift
        return self._split.unpack(total.to_bytes(self._split.size, "little"))

    def weight(self, sign: str, column: int) -> int:
        """What one sign weighs in one column."""
        lifted = self.rows.get(sign, 0) + self._lift
        return (lifted >> WIDTH * column) % (1 << WIDTH) - HALF


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign speaks for each output; mere letters stand here without their mark."""

    kinds: dict[str, str]
    """Every trouble, and every category for what is none of its troubles -> the category."""
    table: Table
    """A column for each of OUTPUTS, then one for each of `kinds`."""

    def sums(self, shown: Iterable[str]) -> tuple[int, ...]:
        """What all the signs weigh together in each column; above 0 is more likely than not."""
        return self.table.sums([START, *shown])

    def told(self, sums: Sequence[int]) -> dict[str, float]:
        """The probability of each of `kinds` for a request, 0 to 1, the likeliest first."""
        totals = sums[len(OUTPUTS) :]
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
        return any(self.table.sums([sign])[len(OUTPUTS) :])

    def weight(self, sign: str, output: str) -> float:
        """What one sign weighs for one output, trouble or category (the strongest of its troubles)."""
        return self._strongest(sign, self._columns(output))

    def strongest(self, signs: Iterable[str], output: str, towards: int, most: int = 4) -> list[str]:
        """Which of `signs` speak loudest for `output` (or, with `towards` -1, against it)."""
        columns = self._columns(output)
        weights = [(towards * self._strongest(sign, columns), sign) for sign in signs]
        return [sign for _, sign in sorted([one for one in weights if one[0] > LEAST], reverse=True)[:most]]

    def _columns(self, output: str) -> list[int]:
        if output in OUTPUTS:
            return [OUTPUTS.index(output)]
        return [at for at, names in enumerate(self.kinds.items(), len(OUTPUTS)) if output in names]

    def _strongest(self, sign: str, columns: Iterable[int]) -> float:
        return max((self.table.weight(sign, at) for at in columns), key=abs) / UNIT


def joined(weights: Weights, rows: Mapping[str, Mapping[str, float]]) -> Weights:
    """The weights with further signs; a category's weight is that of each of its troubles."""
    outputs = (*OUTPUTS, *weights.kinds.values())
    more = {
        sign: packed({at: _units(row[output], 1.0) for at, output in enumerate(outputs) if output in row})
        for sign, row in rows.items()
    }
    return replace(weights, table=Table(len(outputs), weights.table.rows | more))


def probability(score: float) -> float:
    """The logistic of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def kinds(troubles: Troubles) -> dict[str, str]:
    """What a request is weighed for: each trouble, and each category for what is none of its troubles."""
    return troubles.categories | {category: category for category in CATEGORIES}


def load(path: Path, troubles: Troubles) -> Weights:
    """The weights of a table; raises Broken."""
    known = kinds(troubles)
    columns = {name: at for at, name in enumerate((*OUTPUTS, *known))}
    rows = {START: 0}
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if number == 1 or not line.strip():
            continue
        sign, *cells = line.split("\t")
        try:
            rows[sign.removeprefix(LETTER)] = packed(_row(sign, cells, columns))
        except (ValueError, KeyError) as error:
            raise Broken(
                f"{path.name}:{number}: {error} 不对：每行是 {'、'.join(COLUMNS)} 这几格，"
                f"第一格是迹象，然后是数（空着是 0），末一格像「停水 1.20 水压小 -0.40」，数不超过 {HEAVIEST:.0f}"
            ) from None
    return Weights(known, Table(len(columns), rows))


def _row(sign: str, cells: Sequence[str], columns: Mapping[str, int]) -> dict[int, int]:
    """The weights of one line by their columns."""
    if len(cells) != len(COLUMNS) - 1:
        raise ValueError(f"{len(cells) + 1} 格")
    strength = LETTERS if sign.startswith(LETTER) else 1.0
    words = cells[-1].split()
    spoken = zip(words[::2], words[1::2], strict=True)
    row = {at: _units(cell, strength) for at, cell in enumerate(cells[:-1]) if cell}
    return row | {columns[name]: _units(weight, strength) for name, weight in spoken}


def _units(number: str | float, strength: float) -> int:
    weight = float(number)
    if not abs(weight) <= HEAVIEST:
        raise ValueError(number)
    return round(weight * strength * UNIT)
