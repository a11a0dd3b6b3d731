"""Cuts a text into words with a jieba tokenizer of our own."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from io import BytesIO

Cut = Callable[[str], list[str]]


COMMON = 20
"""How often a word stands in jieba's corpus to be known here: rarer ones are names and terms of trades,
two thirds of the dictionary and of the 80 MB that it takes."""


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

    def cut(text: str) -> list[str]:
        return list(tokenizer.cut(text, HMM=False))

    return cut


def _common(line: bytes) -> bool:
    word, count = line.split(b" ")[:2]
    return int(count) >= COMMON or len(word.decode()) == 1
