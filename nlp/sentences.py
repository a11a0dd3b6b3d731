"""Reads a longer message sentence by sentence: what is asked for may stand in one, after thanks and a story."""

from __future__ import annotations

import re
from collections.abc import Sequence

SIGN = "句:"
"""How the signs begin that tell of single sentences."""
SHORT = 36
"""A message no longer than this is read as one."""
LEAST = 6
"""Fewer characters are no sentence: they go with the next."""
LEVELS = (
    ("全不像", -4.0),
    ("不像", -2.0),
    ("不大像", 0.0),
    ("略像", 1.5),
    ("像", 3.0),
    ("很像", float("inf")),
)
"""How much a sentence sounds like a request, each below this score."""

_ENDS = re.compile(r"[.!?;。\n…]+")
_PAUSES = re.compile(r"[,.!?;。、\n…~ ]+")


def of(text: str) -> list[str]:
    """The sentences of a standard text; where none is marked, its phrases."""
    found = _apart(text, _ENDS)
    return found if len(found) > 1 else _apart(text, _PAUSES)


def shown(sentences: Sequence[str], scores: Sequence[float]) -> dict[str, str]:
    """The signs of single sentences, by how much each sounds like a request, with the words that show them."""
    if len(sentences) < 2:
        return {}
    best = max(range(len(scores)), key=scores.__getitem__)
    signs = {
        f"{SIGN}有一句{_level(scores[best])}诉求": sentences[best][:12],
        f"{SIGN}末句{_level(scores[-1])}诉求": sentences[-1][:12],
    }
    if sorted(scores)[-2] > 0:
        signs[f"{SIGN}几句像诉求"] = ""
    return signs


def _level(score: float) -> str:
    return next(name for name, below in LEVELS if score < below)


def _apart(text: str, ends: re.Pattern[str]) -> list[str]:
    """The pieces between the ends; the short ones go with the next, the last with the one before."""
    found: list[str] = []
    waiting = ""
    for piece in filter(None, map(str.strip, ends.split(text))):
        waiting = f"{waiting},{piece}" if waiting else piece
        if len(waiting) >= LEAST:
            found.append(waiting)
            waiting = ""
    if waiting:
        found[-1:] = [f"{found[-1]},{waiting}" if found else waiting]
    return found
