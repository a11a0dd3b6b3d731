"""The particular troubles people report, finer than categories: what two reports have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from nlp import rules
from nlp.knowledge import Broken, line_of, table
from nlp.reading import CATEGORIES

Scope = Literal["flat", "floor", "unit", "compound"]
"""Whose trouble it is: one flat's, one landing's, one building's or stairwell's, everybody's."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The rules of topics.toml, and what else it says of each topic."""

    rules: rules.Rules
    categories: dict[str, str]
    scopes: dict[str, Scope]


def load(path: Path) -> Topics:
    """The topics of a file; raises Broken."""
    entries: dict[str, dict[str, str]] = {}
    categories: dict[str, str] = {}
    scopes: dict[str, Scope] = {}
    for entry in table(path).get("topic", []):
        name = str(entry.pop("name", ""))
        at = f"{path.name}:{line_of(path, name or '[[topic]]')}"
        if not name or name in entries:
            raise Broken(f"{at}: 每个 [[topic]] 要有自己的 name，「{name}」没有或写了两次")
        categories[name] = entry.pop("category", "")
        if categories[name] not in CATEGORIES:
            raise Broken(f"{at}: 「{name}」的 category 要是 {'、'.join(CATEGORIES)} 之一")
        if entry.get("scope") not in get_args(Scope):
            raise Broken(f"{at}: 「{name}」的 scope 要是 {'、'.join(get_args(Scope))} 之一")
        scopes[name] = cast(Scope, entry.pop("scope"))
        entries[name] = entry
    return Topics(rules.build(path, entries), categories, scopes)
