"""Finds many words in a text at once: one dictionary, no patterns, linear in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Words(Generic[T]):
    """A table word -> value that finds its words in a text."""

    def __init__(self, table: Mapping[str, T]) -> None:
        self.table = dict(table)
        lengths: dict[str, set[int]] = {}
        for word in self.table:
            lengths.setdefault(word[:2], set()).add(len(word))
        # By the first two letters: nearly all that a text could begin with is out of the question at one look.
        self._lengths = {pair: sorted(found, reverse=True) for pair, found in lengths.items()}
        self._starts = {word[0] for word in self.table}

    def all(self, text: str) -> Iterator[tuple[int, int, T]]:
        """Every occurrence of every word, as (start, end, value), longer ones first at each start."""
        table, lengths = self.table, self._lengths
        for start, first in enumerate(text):
            for length in lengths.get(text[start : start + 2], ()):
                word = text[start : start + length]
                if len(word) == length and word in table:
                    yield start, start + length, table[word]
            if first in table and (start + 1 < len(text) or first not in lengths):
                yield start, start + 1, table[first]

    def replaced(self: Words[str], text: str) -> str:
        """`text` with each word exchanged for its value, left to right, the longest first."""
        if self._starts.isdisjoint(text):
            return text
        parts: list[str] = []
        at = 0
        for start, end, value in self.all(text):
            if start >= at:
                parts += (text[at:start], value)
                at = end
        return "".join([*parts, text[at:]])
