"""A rule said no: rolls the unit of work back and becomes the reply."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """`key` names the sentence in the program's words, `facts` fill it in."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts
