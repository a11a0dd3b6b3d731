"""Tells what a message does to a request that is already being talked about."""

from __future__ import annotations

from pathlib import Path

from nlp.cues import Cues
from nlp.knowledge import Broken, line_of, table
from nlp.reading import Turn
from nlp.words import Words

TURNS = ("support", "more", "done", "withdraw", "still")
SHORT = 40
"""A longer message stands on its own, whatever turn it takes."""

NOT = ("不", "没", "未", "别", "才")
"""Before 亮了 or 好了, these say that it is not done."""


def load(path: Path) -> Words[str]:
    """The ways to take a turn: words -> turn; raises Broken."""
    merged: dict[str, str] = {}
    for turn, words in table(path).items():
        if turn not in TURNS or not isinstance(words, str):
            raise Broken(
                f'{path.name}:{line_of(path, turn)}: 「{turn}」不认得，可以写 {"、".join(TURNS)} = "词 词"'
            )
        merged |= {word.replace("_", " "): turn for word in words.split()}
    return Words(merged)


def taken(text: str, cues: Cues, turns: Words[str]) -> tuple[Turn, str]:
    """The turn a standard text takes and the words that show it; ("say", "") when it stands on its own."""
    if len(text) > SHORT:
        return "say", ""
    said: dict[str, str] = {}
    for start, end, turn in turns.all(text):
        if turn != "done" or text[max(0, start - 1) : start] not in NOT:
            said.setdefault(turn, text[start:end])
    if "withdraw" in said:
        return "withdraw", said["withdraw"]
    if "done" in said and "still" not in said:
        return "done", said["done"]
    if "more" in said:
        return "more", said["more"]
    if "support" in said and not cues.has("求:请人来"):
        return "support", said["support"]
    return "say", ""
