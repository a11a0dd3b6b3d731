"""Cuts a text into words with a jieba tokenizer of our own."""

from __future__ import annotations

import logging
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jieba

COMMON = 20
"""How often a word stands in jieba's corpus to be known here: rarer ones are names and terms of trades,
two thirds of the dictionary and of the 80 MB that it takes."""


class Cut:
    """Cuts with a tokenizer whose dictionary is loaded."""

    def __init__(self, tokenizer: jieba.Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._longest = max(map(len, tokenizer.FREQ))

    def __call__(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))

    def free(self, text: str, at: int) -> bool:
        """Whether no word of the dictionary reaches over the character at `at`: no cut is needed to tell."""
        # jieba keeps the beginnings of its words, too.
        begun = self._tokenizer.FREQ
        on = at + 1 < len(text) and text[at : at + 2] in begun
        return not (
            on
            or text[at].isascii()
            or any(text[s : at + 1] in begun for s in range(max(0, at - self._longest), at))
        )


def cutter() -> Cut:
    """jieba's cut over the common words of its dictionary, built now in memory (half a second).

    Nothing is written: jieba alone would leave a cache in the system's temporary folder.
    """
    with warnings.catch_warnings():
        # jieba 0.42.1 has invalid escapes in its patterns: under -W error compiling it would fail.
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with tokenizer.get_dict_file() as dictionary:
        common = b"".join(line for line in dictionary if _common(line))
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(BytesIO(common))
    tokenizer.initialized = True
    return Cut(tokenizer)


def _common(line: bytes) -> bool:
    word, count = line.split(b" ")[:2]
    return int(count) >= COMMON or len(word.decode()) == 1
