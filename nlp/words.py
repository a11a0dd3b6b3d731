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
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def all(self, text: str) -> Iterator[tuple[int, int, T]]:
        """Every occurrence of every word, as (start, end, value), longer ones first at each start."""
        table, lengths = self.table, self._lengths
        for start, first in enumerate(text):
            for length in lengths.get(first, ()):
                word = text[start : start + length]
                if word in table:
                    yield start, start + len(word), table[word]

    def replaced(self: Words[str], text: str) -> str:
        """`text` with each word exchanged for its value, left to right, the longest first."""
        table, lengths = self.table, self._lengths
        if not any(letter in lengths for letter in text):
            return text
        parts: list[str] = []
        at = 0
        while at < len(text):
            for length in lengths.get(text[at], ()):
                if (word := text[at : at + length]) in table:
                    parts.append(table[word])
                    at += len(word)
                    break
            else:
                parts.append(text[at])
                at += 1
        return "".join(parts)
