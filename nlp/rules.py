"""Rules of four lists each - sure, first + second, unless - as dangers.toml holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.knowledge import Broken, line_of
from nlp.words import Words

NEAR = 22
"""At most so many characters lie between a first and a second word ("电梯 … 困")."""
ROLES = ("sure", "first", "second", "unless")

Hit = tuple[int, int, str, str]
"""start, end, the rule's name, the role the word plays in it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Named rules: word -> the (name, role) pairs it plays."""

    words: Words[tuple[tuple[str, str], ...]]

    def found(self, text: str) -> dict[str, str]:
        """The rules that hold for a standard text, by name, with the words that show each."""
        said = self.words.all(text)
        if not said:
            return {}
        hits: list[Hit] = [(at, end, name, role) for at, end, parts in said for name, role in parts]
        vetoed = {name for _, _, name, role in hits if role == "unless"}
        shown: dict[str, str] = {}
        for start, end, name, role in hits:
            if name in vetoed or name in shown:
                continue
            if role == "sure":
                shown[name] = text[start:end]
            elif role == "first" and (second := _near(hits, start, end, name)):
                shown[name] = text[start:end] + "…" + text[second[0] : second[1]]
        return shown


def _near(hits: list[Hit], start: int, end: int, name: str) -> tuple[int, int] | None:
    """A second word of the rule close to its first at `start`-`end`, apart from it."""
    for at, until, other, role in hits:
        if role == "second" and other == name and (0 <= at - end <= NEAR or 0 <= start - until <= NEAR):
            return at, until
    return None


def build(path: Path, entries: Mapping[str, Mapping[str, Any]]) -> Rules:
    """The rules of a file, by name; raises Broken."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for name, entry in entries.items():
        for role, words in entry.items():
            if role not in ROLES or not isinstance(words, str):
                at = f"{path.name}:{line_of(path, role)}"
                raise Broken(f'{at}: 「{name}」里的「{role}」不认得，可以写 {"、".join(ROLES)} = "词 词"')
            for word in words.split():
                parts.setdefault(word.replace("_", " "), []).append((name, role))
    return Rules(Words({word: tuple(pairs) for word, pairs in parts.items()}))
