"""Says in at most ten characters what a request is about: "2单元楼道灯"."""

from __future__ import annotations

from dataclasses import replace

from nlp.cues import Cues
from nlp.reading import CATEGORIES, Place
from nlp.words import Words

LONGEST = 10
ACCUSING = frozenset(
    {
        "noise",
        "pets",
        "dispute",
        "encroachment",
        "fire_safety",
        "sanitation",
        "security",
        "parking",
        "fraud",
        "care",
    }
)
"""Categories in which the flat that is named is a neighbour's: of him who is blamed, or who needs help."""
SPARED = frozenset({"dispute", "care", "fraud"})
"""Of these not even the floor is told."""
UNSPOKEN = {"dispute": "邻里的事", "care": "帮一把的事", "fraud": "防骗提醒", "other": "一件事"}
"""Categories whose own words stay out of the group."""

_PLAIN = ("停水", "停电", "没水", "没电", "漏水", "渗水", "积水", "跳闸", "煤气味", "噪音")
"""Troubles that may stand for the thing itself."""


def of(category: str, place: Place, cues: Cues, parts: Words[str]) -> str:
    """The gist of a request; never a name and never a whole phrase of the speaker."""
    what = UNSPOKEN.get(category) or _what(category, cues, bool(place.part))
    if place.part and parts.table.get(what) == place.part:
        # A thing that is the place itself: what is wrong there says more, and nothing is named twice.
        wrong = _trouble(cues.text)
        what, place = wrong or what, place if wrong else replace(place, part="")
    if category in ACCUSING:
        place = replace(place, flat="", floor="" if category in SPARED else place.floor)
    where = _where(place, what)
    return where + what if len(where + what) <= LONGEST else what[:LONGEST]


def _what(category: str, cues: Cues, placed: bool) -> str:
    """The thing of this category that was named, else its trouble, else the category itself."""
    # One may ask about anything.
    things = [
        (e - s, cues.text[s:e], c)
        for s, e, c in cues.found
        if c.kind == "thing" and (c.category == category or (category == "enquiry" and c.category))
    ]
    short = [(length, word) for length, word, _ in things if 2 <= length <= 6 and not word.isascii()]
    if short:
        return max(short)[1]
    if things:
        # A bare 灯 is the stairwell's, unless it was said where it hangs.
        return things[0][1] if placed and not things[0][1].isascii() else things[0][2].name
    for start, end, concept in cues.found:
        if concept.kind == "trouble" and concept.category == category:
            return _trouble(cues.text[start:end]) or CATEGORIES[category]
    return _trouble(cues.text) or CATEGORIES.get(category, CATEGORIES["other"])


def _trouble(text: str) -> str:
    return next((known for known in _PLAIN if known in text), "")


def _where(place: Place, what: str) -> str:
    """The nearest place that was said, in its shortest usual form."""
    part = place.part if place.part and place.part[:2] not in what and what not in place.part else ""
    if place.flat:
        return place.flat
    near = f"{place.unit}单元" if place.unit else ""
    if place.floor:
        near += place.floor if place.floor.startswith("B") else f"{place.floor}楼"
    if not near and place.building:
        near = f"{place.building}号楼"
    return near + part if len(near + part + what) <= LONGEST else near
