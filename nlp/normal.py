"""Brings a message into the one form that the vocabulary is written in."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

from nlp.words import Words

LONGEST = 1200
"""Of a longer message the head and the tail are read: nobody asks for a thing in the middle of a novel."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_LATIN = re.compile(r"[a-z']{2,}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_RUN = re.compile(r"(.)\1{3,}")


class Converter(Protocol):
    """What we use of opencc."""

    def convert(self, text: str) -> str: ...


def shortened(text: str) -> str:
    """`text`, or its first and last parts where it is longer than LONGEST."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST * 3 // 4] + "\n" + text[-LONGEST // 4 :]


def plain(text: str, simplified: Converter) -> str:
    """Half-width, simplified, lower case, without invisible characters; lines kept apart by `\\n`."""
    text = shortened(text).replace("\\n", "\n").encode("utf-8", "ignore").decode()
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = "\n".join([" ".join(line.split()) for line in text.split("\n")])
    return simplified.convert(_RUN.sub(lambda run: run[1] * 3, text)).lower()


def standard(text: str, forms: Words[str]) -> str:
    """A plain text with what was mis-heard and what is dialect exchanged for the standard words."""
    return forms.replaced(text)


def english(text: str) -> bool:
    """Whether a plain text is mainly English: Latin words outweigh Chinese characters."""
    words = len(_LATIN.findall(text))
    return words >= 3 and words > len(_HAN.findall(text))
