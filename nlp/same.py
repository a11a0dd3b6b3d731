"""Tells whether two requests report the very same trouble; rather misses one than joins two apart."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from nlp.reading import Place, Said
from nlp.trouble import Scope, Troubles
from nlp.weigh import probability

ALIKE = 3.5
"""Two requests of surely the same trouble, made at once, nothing else known."""
AGREED = 2.0
"""How much their agreement on the trouble tells, by its logarithm; talk has to name the trouble itself."""
LATER = 0.34
"""What the minutes between them take away, by their logarithm: after a day it is a new matter sooner than the old."""

APART = 6.0
"""Another building, landing or car is another trouble, however alike the words."""

_RANGE = re.compile(r"(\d{1,2})\s?(?:楼|层)?\s?[到至~-]\s?(\d{1,2})\s?(?:楼|层)")
_FLOOR = re.compile(r"(\d{1,2})\s?(?:楼|层)(?!栋)")
_BRANDS = (
    "奔驰|宝马|奥迪|大众|丰田|本田|日产|别克|比亚迪|特斯拉|五菱|哈弗|保时捷|福特|雪佛兰|现代|起亚|马自达|吉利|长安|路虎|雷克萨斯|"
    "沃尔沃|蔚来|理想|小鹏|问界|轩逸|卡罗拉|凯美瑞|雅阁|帕萨特|桑塔纳"
)
_MARKS = (
    re.compile(r"[东西南北左右](?=[边侧面头首手梯])|[前后](?=面)|[单双](?=号)"),
    re.compile(rf"[白红黑蓝灰银黄绿](?=(?:色|颜色)?的?.{{0,6}}?(?:车|suv|{_BRANDS}))"),
    re.compile(_BRANDS),
    re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z](?![a-z])"),
    re.compile(r"(?<=尾号)[\da-z]{2,4}"),
)
"""Which side, and of a car its colour, brand and plate: two that name other ones mean two things."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells by itself, worked out once however often it is compared."""

    troubles: Mapping[str, float]
    """The probability of each trouble."""
    certain: float
    """1 when one trouble is certain, less the vaguer it is."""
    floors: frozenset[int]
    marks: tuple[frozenset[str], ...]
    """What it names of each of _MARKS."""
    pairs: frozenset[str]
    """Its pairs of neighbouring letters."""


@dataclass(frozen=True, slots=True)
class Report:
    """One request, ready to be compared."""

    said: Said
    told: Told


class Likeness(NamedTuple):
    """What two requests have in common."""

    probability: float
    """That they report one trouble, 0 to 1."""
    shared: Mapping[str, float]
    """The probability that both tell of this trouble, for each."""


def told(text: str, troubles: Mapping[str, float]) -> Told:
    """What a text in the standard form, numerals as digits, tells beside these troubles."""
    return Told(
        troubles,
        sum(share * share for share in troubles.values()),
        _floors_in(text),
        tuple(frozenset(mark.findall(text)) for mark in _MARKS),
        frozenset(text[at : at + 2] for at in range(len(text) - 1) if text[at : at + 2].isalnum()),
    )


def compared(first: Report, second: Report, after: timedelta, troubles: Troubles) -> Likeness:
    """How like `second`, made so long after, is to what `first` reports."""
    shared = {
        name: share * second.told.troubles[name]
        for name, share in first.told.troubles.items()
        if name in second.told.troubles and name in troubles.scopes
    }
    scope = troubles.scopes[max(shared, key=shared.__getitem__)] if shared else "unit"
    score = ALIKE + _agreed(first, second, sum(shared.values()))
    score -= LATER * math.log1p(after / timedelta(minutes=1))
    score += _places(first.said.place, second.said.place, scope) + _floors(first, second, scope)
    score += _marks(first.told, second.told) + 3.0 * max(0.0, _overlap(first.told, second.told) - 0.5)
    return Likeness(round(probability(score), 4), shared)


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


def _agreed(first: Report, second: Report, shared: float) -> float:
    if not second.said.category:
        return AGREED * math.log(shared + 0.01)
    # Two that are both vague may still agree.
    return AGREED * math.log(shared / math.sqrt(first.told.certain * second.told.certain) + 0.01)


_WEIGHED: dict[Scope, tuple[tuple[str, float, float], ...]] = {
    "flat": (("building", APART, 0.2), ("unit", APART, 0.2), ("flat", APART, 1.0), ("part", 0.5, 0.3)),
    "floor": (("building", APART, 0.3), ("unit", APART, 0.3), ("part", 0.6, 0.4)),
    "unit": (("building", APART, 0.3), ("unit", APART, 0.3), ("part", 0.6, 0.4)),
    "compound": (("part", 1.0, 0.6),),
}


def _floors(first: Report, second: Report, scope: Scope) -> float:
    one, other = _floor_set(first, scope), _floor_set(second, scope)
    if not one or not other:
        return 0.0
    if one & other:
        return 0.5
    # A lamp hangs on one landing; a lift that fails or a smell goes through all floors.
    return -APART if scope == "floor" else -1.8


def _floor_set(report: Report, scope: Scope) -> frozenset[int]:
    """The floors a report names; what belongs to a landing is on that of the flat."""
    floor = report.said.place.flat[:-2]
    return report.told.floors | {int(floor)} if scope == "floor" and floor.isdecimal() else report.told.floors


def _floors_in(text: str) -> frozenset[int]:
    """The floors a text names, ranges filled in."""
    found = {int(hit[1]) for hit in _FLOOR.finditer(text)}
    for hit in _RANGE.finditer(text):
        low, high = int(hit[1]), int(hit[2])
        found.update(range(low, min(high, low + 40) + 1))
    return frozenset(found)


def _marks(first: Told, second: Told) -> float:
    """Another side, another car: 左边 and 右边, 白色 and 红面包车, 浙A and 苏E."""
    apart = (one and other and not one & other for one, other in zip(first.marks, second.marks, strict=True))
    return -APART * sum(map(bool, apart))


def _overlap(first: Told, second: Told) -> float:
    """How many of the shorter text's pairs of letters the other has, 0 to 1."""
    one, other = first.pairs, second.pairs
    return len(one & other) / max(6, min(len(one), len(other)))
