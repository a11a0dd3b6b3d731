"""The particular troubles people report, finer than categories: the names that the weights speak for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from nlp.knowledge import Broken, line_of, table
from nlp.reading import CATEGORIES

Scope = Literal["flat", "floor", "unit", "compound"]
"""Whose trouble it is: one flat's, one landing's, one building's or stairwell's, everybody's."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """The troubles of troubles.toml, each with its category and scope."""

    categories: dict[str, str]
    scopes: dict[str, Scope]


def load(path: Path) -> Troubles:
    """The troubles of a file; raises Broken."""
    categories: dict[str, str] = {}
    scopes: dict[str, Scope] = {}
    for category, named in table(path).items():
        if category not in CATEGORIES or not isinstance(named, dict):
            raise Broken(
                f"{path.name}:{line_of(path, category)}: [{category}] 要是 {'、'.join(CATEGORIES)} 之一"
            )
        for name, scope in named.items():
            if scope not in get_args(Scope) or name in categories or " " in name:
                raise Broken(
                    f"{path.name}:{line_of(path, name)}: 「{name}」要只写一次、不带空格，"
                    f"后面是 {'、'.join(get_args(Scope))} 之一"
                )
            categories[name], scopes[name] = category, scope
    return Troubles(categories, scopes)
