"""What was reported and all that was said to it since, as one text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.hearing import Hearing
from bot.telling import TEXTS
from store import talk

LONGEST_THREAD = 2_000

FLAT = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
_FLOOR = re.compile(
    r"(?<![\d一二三四五六七八九十])(\d{1,2}|[一二三四五六七八九]?十?[一二三四五六七八九十])[楼层]"
)
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}


@dataclass(frozen=True, slots=True)
class Thread:
    """A request with what was added to it since: who took part, in which words, from which flats."""

    request: talk.Reported
    people: frozenset[int | None]
    text: str
    flats: frozenset[str]
    floors: frozenset[str]


async def threads(hearing: Hearing, known: Sequence[talk.Reported]) -> list[Thread]:
    """These requests, each with all that was said of it."""
    said: dict[int, list[talk.Word]] = {one.id: [] for one in known}
    for word in await talk.words(hearing.db, known):
        said[word.request_id].append(word)
    return [_thread(one, said[one.id], hearing.lately.texts(one.id)) for one in known]


def _thread(request: talk.Reported, said: Sequence[talk.Word], lately: Sequence[str]) -> Thread:
    text = "\n".join([request.text, *(word.text for word in said), *lately])[:LONGEST_THREAD]
    homes = [request.home, *(word.household for word in said)]
    return Thread(
        request=request,
        people=frozenset([request.reporter_id, *(word.person_id for word in said)]),
        text=text,
        flats=flats(text).union(home.rpartition("-")[2] for home in homes if home),
        floors=floors(text),
    )


@lru_cache(TEXTS)
def flats(text: str) -> frozenset[str]:
    """The numbers in a text that may be flats."""
    return frozenset(FLAT.findall(text))


@lru_cache(TEXTS)
def floors(text: str) -> frozenset[str]:
    """The floors a text names, in digits."""
    return frozenset(_number(found) for found in _FLOOR.findall(text))


def _number(word: str) -> str:
    if word.isdigit():
        return word
    tens, ten, ones = word.rpartition("十")
    return str((_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0))
