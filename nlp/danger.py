"""Tells whether life, limb or great damage is at stake now, and of what kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from nlp.knowledge import Broken, line_of, table
from nlp.reading import Danger
from nlp.words import Words

NEAR = 16
"""At most so many characters lie between the two halves of a danger ("电梯 … 困")."""


@dataclass(frozen=True, slots=True)
class Dangers:
    """The words of dangers.toml: word -> the (kind, role) pairs it plays."""

    words: Words[tuple[tuple[Danger, str], ...]]

    def found(self, text: str) -> tuple[Danger, str]:
        """The kind of emergency a standard text tells of and the words that show it, or ("", "")."""
        hits = [
            (start, end, kind, role) for start, end, roles in self.words.all(text) for kind, role in roles
        ]
        if not hits:
            return "", ""
        vetoed = {kind for _, _, kind, role in hits if role == "unless"}
        if "" in vetoed:
            return "", ""
        for start, end, kind, role in hits:
            if kind in vetoed:
                continue
            if role == "sure":
                return kind, text[start:end]
            if role == "first" and (second := _near(hits, start, end, kind)):
                return kind, text[start:end] + "…" + text[second[0] : second[1]]
        return "", ""


def _near(
    hits: list[tuple[int, int, Danger, str]], start: int, end: int, kind: Danger
) -> tuple[int, int] | None:
    """A second half of `kind` close to the first half at `start`-`end`, apart from it."""
    for at, until, other, role in hits:
        if role == "second" and other == kind and (0 <= at - end <= NEAR or 0 <= start - until <= NEAR):
            return at, until
    return None


def load(path: Path) -> Dangers:
    """The dangers of a file; raises Broken."""
    roles: dict[str, list[tuple[Danger, str]]] = {}
    content = table(path)
    _add(path, roles, "", content.pop("always", {}))
    for entry in content.get("danger", []):
        if entry.get("kind") not in get_args(Danger)[1:]:
            at = line_of(path, str(entry.get("kind", "[[danger]]")))
            raise Broken(f"{path.name}:{at}: kind 要是 {'、'.join(get_args(Danger)[1:])} 之一")
        _add(path, roles, entry.pop("kind"), entry)
    return Dangers(Words({word: tuple(pairs) for word, pairs in roles.items()}))


def _add(
    path: Path, roles: dict[str, list[tuple[Danger, str]]], kind: Danger, entry: dict[str, object]
) -> None:
    for role, words in entry.items():
        if role not in ("sure", "first", "second", "unless") or not isinstance(words, str):
            raise Broken(
                f'{path.name}:{line_of(path, role)}: 「{role}」不认得，可以写 sure、first、second、unless = "词 词"'
            )
        for word in words.split():
            roles.setdefault(word.replace("_", " "), []).append((kind, role))
