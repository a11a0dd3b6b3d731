"""Tells what a message does to a request that is already being talked about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlp.knowledge import Broken, line_of, table
from nlp.reading import Turn
from nlp.words import Words

TURNS: tuple[Turn, ...] = ("support", "more", "done", "withdraw", "progress")
OF_TALK = frozenset({"support", "done", "withdraw", "progress"})
"""Those that ask for nothing."""
KNOWN = (*TURNS, "still")
"""What turns.toml knows words for; still: not yet."""
TAKEN_FROM = -0.8
"""In a group somebody more often goes on than in a list of examples."""
TURNED: dict[Turn, str] = {
    "support": "附议",
    "more": "补充",
    "done": "办好了",
    "withdraw": "收回",
    "progress": "在办",
}
SIGN = "接:"
"""How the signs begin that tell of a turn."""
SHORT = 60
"""A longer message stands on its own, whatever turn it takes."""

NOT = ("不", "没", "未", "别", "才")
"""Before 亮了 or 好了, these say that it is not done."""


def load(path: Path) -> Words[str]:
    """The ways to take a turn: words -> turn; raises Broken."""
    merged: dict[str, str] = {}
    for turn, words in table(path).items():
        if turn not in KNOWN or not isinstance(words, str):
            raise Broken(
                f'{path.name}:{line_of(path, turn)}: 「{turn}」不认得，可以写 {"、".join(KNOWN)} = "词 词"'
            )
        merged |= {word.replace("_", " "): turn for word in words.split()}
    return Words(merged)


def shown(text: str, turns: Words[str]) -> dict[str, str]:
    """The signs of a turn in a standard text, each with the words that show it."""
    said: dict[str, str] = {}
    if len(text) > SHORT:
        return said
    for start, end, turn in turns.outermost(text):
        if turn != "done" or text[max(0, start - 1) : start] not in NOT:
            said.setdefault(SIGN + turn, text[start:end])
    return said


def taken(text: str, scores: Sequence[float]) -> Turn:
    """The likeliest turn by the scores for TURNS; "say" when the message stands on its own."""
    if len(text) > SHORT:
        return "say"
    score, turn = max(zip(scores, TURNS, strict=True))
    return turn if score > TAKEN_FROM else "say"
