"""Where an evaluation goes wrong: which categories are taken for which, and how far certainty can be trusted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from bot.evaluate import Read
from nlp import CATEGORIES

TALK = "-"
NAMES = {**CATEGORIES, TALK: "闲话"}
BINS = 10
SHOWN = 3
"""So many kinds of mistakes are told of a category."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One true category: how many messages, how many read as such, what the others were taken for."""

    category: str
    n: int
    right: int
    taken_for: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """The messages whose certainty lies from `since` up to a tenth more; None where there are none."""

    since: float
    n: int
    certainty: float | None
    requests: float | None


def confusion(reads: Iterable[Read]) -> list[Kind]:
    """Every category that occurs, in the order of the lists, talk last; the most frequent mistakes first."""
    counts: dict[str, Counter[str]] = {}
    for one in reads:
        true = one.category if one.asks else TALK
        counts.setdefault(true, Counter())[one.reading.category or TALK] += 1
    return [_kind(category, counts[category]) for category in NAMES if category in counts]


def _kind(category: str, heard: Counter[str]) -> Kind:
    wrong = tuple((other, n) for other, n in heard.most_common() if other != category)
    return Kind(category, heard.total(), heard[category], wrong)


def calibration(reads: Iterable[Read]) -> list[Bin]:
    """Ten bins of certainty: were it perfect, in each the share of requests would be the mean certainty."""
    bins: list[list[Read]] = [[] for _ in range(BINS)]
    for one in reads:
        bins[min(BINS - 1, int(one.reading.certainty * BINS))].append(one)
    return [_bin(number / BINS, found) for number, found in enumerate(bins)]


def _bin(since: float, found: Sequence[Read]) -> Bin:
    if not found:
        return Bin(since, 0, None, None)
    certainty = fmean(one.reading.certainty for one in found)
    return Bin(since, len(found), round(certainty, 4), round(fmean(one.asks for one in found), 4))


def told(reads: Sequence[Read]) -> list[str]:
    """Both as tables in Chinese, line by line."""
    kinds, bins = confusion(reads), calibration(reads)
    return [
        "",
        *table([("类别", "条数", "分对", "错成"), *map(_of_kind, kinds)]),
        "",
        *table([("把握", "条数", "平均把握", "真是诉求"), *map(_of_bin, bins)]),
    ]


def _of_kind(kind: Kind) -> tuple[str, ...]:
    wrong = [f"{NAMES[other]} {n}" for other, n in kind.taken_for[:SHOWN]]
    more = "……" if len(kind.taken_for) > SHOWN else ""
    return NAMES[kind.category], str(kind.n), f"{kind.right / kind.n:.0%}", "、".join(wrong) + more


def _of_bin(one: Bin) -> tuple[str, ...]:
    shares = ("—" if value is None else f"{value:.1%}" for value in (one.certainty, one.requests))
    return f"{one.since:.1f}—{one.since + 1 / BINS:.1f}", str(one.n), *shares


def table(lines: Sequence[Sequence[str]]) -> list[str]:
    """Columns under one another in a terminal, where a Chinese character is two wide."""
    widths = [max(map(wide, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell + " " * (room - wide(cell)) for cell, room in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
