"""Tells whether two requests report the very same trouble; rather misses one than joins two apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp.reading import Place, Said
from nlp.topic import Scope, Topics
from nlp.weigh import probability

START = -3.2
"""Two requests taken at random are about different things."""

APART = 6.0
"""Another building, landing or car is another trouble, however alike the words."""

_RANGE = re.compile(r"(\d{1,2})\s?(?:楼|层)?\s?[到至~-]\s?(\d{1,2})\s?(?:楼|层)")
_FLOOR = re.compile(r"(\d{1,2})\s?(?:楼|层)(?!栋)")
_CAR = re.compile(
    r"([白红黑蓝灰银黄绿])(?:色|颜色)?的?.{0,6}?(?:车|suv|奔驰|宝马|奥迪|大众|丰田|本田|别克|比亚迪|特斯拉|五菱|轩逸|卡罗拉)"
)
_SIDES = ("左边", "右边", "东边", "西边", "南边", "北边", "前面", "后面", "单号", "双号")


@dataclass(frozen=True, slots=True)
class Report:
    """One request, ready to be compared."""

    said: Said
    text: str
    """Its text in the standard form, numerals as digits."""
    topics: dict[str, str]


def probability_of(first: Report, second: Report, topics: Topics) -> float:
    """The probability that `second` reports what `first` did."""
    shared = [name for name in first.topics if name in second.topics]
    scope = topics.scopes[shared[0]] if shared else "unit"
    score = START + _kinds(first.said.category, second.said.category)
    score += _topics(first, second, shared)
    score += _places(first.said.place, second.said.place, scope) + _floors(first.text, second.text, scope)
    score += _sides(first.text, second.text) + 3.0 * _overlap(first.text, second.text)
    return round(probability(score), 4)


def _kinds(first: str, second: str) -> float:
    if not first or not second:
        return 0.0
    return 0.4 if first == second else -0.6


def _topics(first: Report, second: Report, shared: list[str]) -> float:
    """A shared topic speaks for the same trouble; two topics that differ speak against it."""
    if shared:
        apart = len(first.topics) + len(second.topics) - 2 * len(shared)
        return 4.0 - 0.9 * apart
    return -1.5 if first.topics and second.topics else -0.5


def _places(first: Place, second: Place, scope: Scope) -> float:
    """What the places say, as far as they matter for a trouble of this scope."""
    score = 0.0
    for name, against, towards in _WEIGHED[scope]:
        one, other = getattr(first, name), getattr(second, name)
        if one and other:
            score += towards if one == other else -against
    if scope == "flat" and not (first.flat and first.flat == second.flat):
        # Trouble in a flat is that flat's own as long as nobody names the same one.
        score -= 1.2
    return score


_WEIGHED: dict[Scope, tuple[tuple[str, float, float], ...]] = {
    "flat": (("building", APART, 0.2), ("unit", APART, 0.2), ("flat", APART, 1.0), ("part", 0.5, 0.3)),
    "floor": (("building", APART, 0.3), ("unit", APART, 0.3), ("part", 0.6, 0.4)),
    "unit": (("building", APART, 0.3), ("unit", APART, 0.3), ("part", 0.6, 0.4)),
    "compound": (("part", 1.0, 0.6),),
}


def _floors(first: str, second: str, scope: Scope) -> float:
    one, other = _floor_set(first), _floor_set(second)
    if not one or not other:
        return 0.0
    if one & other:
        return 0.5
    # A lamp hangs on one landing; a lift that fails or a smell goes through all floors.
    return -APART if scope == "floor" else -1.8


def _floor_set(text: str) -> set[int]:
    """The floors a text names, ranges filled in."""
    found = {int(hit[1]) for hit in _FLOOR.finditer(text)}
    for hit in _RANGE.finditer(text):
        low, high = int(hit[1]), int(hit[2])
        found.update(range(low, min(high, low + 40) + 1))
    return found


def _sides(first: str, second: str) -> float:
    """Another side, another car: 左边 and 右边, 白色 and 红面包车."""
    return sum(-APART for seen in (_side_set, _car_colours) if _apart(seen(first), seen(second)))


def _apart(one: set[str], other: set[str]) -> bool:
    return bool(one and other and not one & other)


def _side_set(text: str) -> set[str]:
    return {side for side in _SIDES if side in text}


def _car_colours(text: str) -> set[str]:
    return {hit[1] for hit in _CAR.finditer(text)}


def _overlap(first: str, second: str) -> float:
    """How many of the shorter text's pairs of letters the other has, 0 to 1."""
    one, other = _pairs(first), _pairs(second)
    return len(one & other) / max(6, min(len(one), len(other)))


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1) if text[at : at + 2].isalnum()}
