"""Finds many words in a text at once, in one walk over it (Aho-Corasick)."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Generic, TypeVar

from ahocorasick import Automaton

T = TypeVar("T")

_by_start = itemgetter(0)


class Words(Generic[T]):
    """A table word -> value that finds its words in a text."""

    def __init__(self, table: Mapping[str, T]) -> None:
        self.table = dict(table)
        self._automaton = Automaton()
        for word, value in self.table.items():
            self._automaton.add_word(word, (len(word), value))
        self._automaton.make_automaton()

    def all(self, text: str) -> list[tuple[int, int, T]]:
        """Every occurrence of every word, as (start, end, value), longer ones first at each start."""
        if not self.table:
            return []
        hits = [(last + 1 - length, last + 1, value) for last, (length, value) in self._automaton.iter(text)]
        # They come by their ends; turned round, those of one start keep the longest first.
        hits.reverse()
        hits.sort(key=_by_start)
        return hits

    def outermost(self, text: str) -> list[tuple[int, int, T]]:
        """Those occurrences that lie inside no longer one, by their beginnings."""
        kept: list[tuple[int, int, T]] = []
        reach = 0
        for start, end, value in self.all(text):
            if end > reach:
                kept.append((start, end, value))
                reach = end
        return kept

    def replaced(self: Words[str], text: str) -> str:
        """`text` with each word exchanged for its value, left to right, the longest first."""
        parts: list[str] = []
        at = 0
        for start, end, value in self.all(text):
            if start >= at:
                parts += (text[at:start], value)
                at = end
        return "".join([*parts, text[at:]])
