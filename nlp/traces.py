"""What is left of a text that may not be kept: the few words by which it sounded like a request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.cut import Cut
from nlp.knowledge import Concept

MOST = 6
LONGEST = 6
TELLING = ("case", "thing", "trouble", "ask")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def of(text: str, found: Sequence[tuple[int, int, Concept]], cut: Cut) -> list[str]:
    """The words that showed a sign of a request, each with the short word that follows: 停电 in 停电宝."""
    words = list(_words(text, cut))
    kept: dict[str, None] = {}
    for start, end, concept in found:
        if concept.kind in TELLING:
            after = next((until for at, until in words if at <= end < until and until - end <= 2), end)
            chunk = text[start:after]
            if not _HAN.fullmatch(chunk) or len(chunk) > LONGEST:
                chunk = text[start:end]
            kept[chunk] = None
    return list(kept)[:MOST]


def _words(text: str, cut: Cut) -> Iterator[tuple[int, int]]:
    """Where each word of the text begins and ends."""
    at = 0
    for word in cut(text):
        yield at, at + len(word)
        at += len(word)
