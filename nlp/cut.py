"""Cuts a text into words with a jieba tokenizer of our own."""

from __future__ import annotations

import logging
import re
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jieba

_LATIN = re.compile(r"[A-Za-z0-9]+")
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

    def alone(self, text: str, at: int) -> bool:
        """Whether a character stands for itself: a word of its own, or an end of a phrase (灯不亮, 谁的车)."""
        start, end = self._stretch(text, at)
        if end - start == 1:
            return True
        for word in self(text[start:end]):
            end = start + len(word)
            if at < end:
                return len(word) == 1 or (len(word) > 2 and at in (start, end - 1))
            start = end
        return False

    def _stretch(self, text: str, at: int) -> tuple[int, int]:
        """The least part around a character that no word leaves: how it is cut does not hang on the rest."""
        start, end = at, self._reach(text, at)
        before = at - 1
        while before >= max(0, start - self._longest):
            if (reach := self._reach(text, before)) > start:
                start, end = before, max(end, reach)
            before -= 1
        after = at + 1
        while after < end:
            end = max(end, self._reach(text, after))
            after += 1
        return start, end

    def _reach(self, text: str, start: int) -> int:
        """Where the longest word ends that begins at a place; jieba makes one word of Latin letters and digits."""
        if run := _LATIN.match(text, start):
            return run.end()
        # jieba keeps the beginnings of its words, too, as words that were never seen.
        seen, reach, end = self._tokenizer.FREQ, start + 1, start + 2
        while end <= len(text) and (count := seen.get(text[start:end])) is not None:
            if count:
                reach = end
            end += 1
        return reach


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
