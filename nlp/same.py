"""Tells whether two requests report the very same trouble; rather misses one than joins two apart."""

from __future__ import annotations

from collections.abc import Callable

from nlp.cues import Cues
from nlp.reading import Place, Said
from nlp.weigh import probability


def probability_of(first: Said, second: Said, cues: Callable[[str], Cues]) -> float:
    """The probability that `second` reports what `first` did."""
    a, b = cues(first.text), cues(second.text)
    score = -3.0 + _kinds(first.category, second.category) + _places(first.place, second.place)
    score += 1.3 * min(2, _shared(a, b, "thing")) + 0.8 * min(2, _shared(a, b, "trouble"))
    return probability(score + 4.0 * _overlap(a.text, b.text))


def _kinds(first: str, second: str) -> float:
    if not first or not second:
        return 0.0
    return 1.2 if first == second else -1.6


def _places(first: Place, second: Place) -> float:
    """What the places say: contradicting each other weighs much, agreeing a little."""
    score = 0.0
    for part, against, towards in (
        ("building", 3.5, 0.3),
        ("unit", 2.5, 0.4),
        ("floor", 2.5, 0.8),
        ("flat", 3.5, 1.0),
        ("part", 1.0, 0.8),
    ):
        one, other = getattr(first, part), getattr(second, part)
        if one and other:
            score += towards if one == other else -against
    return score


def _shared(first: Cues, second: Cues, kind: str) -> int:
    return len(set(first.names(kind)) & set(second.names(kind)))


def _overlap(first: str, second: str) -> float:
    """How many of the shorter text's pairs of letters the other has, 0 to 1."""
    one, other = _pairs(first), _pairs(second)
    return len(one & other) / max(6, min(len(one), len(other)))


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1) if text[at : at + 2].isalnum()}
