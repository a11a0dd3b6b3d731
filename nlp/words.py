"""Finds many words in a text at once: one dictionary, no patterns, linear in the text."""

from __future__ import annotations

from collections.abc import Mapping
from operator import add
from typing import Generic, TypeVar

T = TypeVar("T")


class Words(Generic[T]):
    """A table word -> value that finds its words in a text."""

    def __init__(self, table: Mapping[str, T]) -> None:
        self.table = dict(table)
        self._single = {word for word in self.table if len(word) == 1}
        # By the first two letters: nearly all that a text could begin with is out of the question at one look.
        lengths: dict[str, set[int]] = {}
        for word in self.table.keys() - self._single:
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {pair: sorted(found, reverse=True) for pair, found in lengths.items()}

    def all(self, text: str) -> list[tuple[int, int, T]]:
        """Every occurrence of every word, as (start, end, value), longer ones first at each start."""
        hits: list[tuple[int, int, T]] = []
        table, lengths, single = self.table, self._lengths, self._single
        for start, pair in enumerate(map(add, text, text[1:] + "\0")):
            if pair in lengths:
                for length in lengths[pair]:
                    word = text[start : start + length]
                    if word in table and len(word) == length:
                        hits.append((start, start + length, table[word]))
            if pair[0] in single:
                hits.append((start, start + 1, table[pair[0]]))
        return hits

    def replaced(self: Words[str], text: str) -> str:
        """`text` with each word exchanged for its value, left to right, the longest first."""
        parts: list[str] = []
        at = 0
        for start, end, value in self.all(text):
            if start >= at:
                parts += (text[at:start], value)
                at = end
        return "".join([*parts, text[at:]])
