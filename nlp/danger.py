"""Tells whether life, limb or great damage is at stake now, and of what kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from nlp import rules
from nlp.knowledge import Broken, line_of, table
from nlp.reading import Danger

ALWAYS = "always"
SAID = "险:有"
"""The sign that any words of danger were said."""

DANGERS: dict[Danger, str] = {
    "trapped": "困人",
    "fire": "火情",
    "gas": "燃气",
    "electric": "触电",
    "flood": "水患",
    "falling": "坠物",
    "person": "人员",
    "violence": "打斗",
    "intruder": "闯入",
    "fraud": "诈骗",
}
DANGER_OF: dict[str, Danger] = {
    "elevator": "trapped",
    "fire_safety": "fire",
    "gas_heat": "gas",
    "power": "electric",
    "water": "flood",
    "repair": "falling",
    "facilities": "falling",
    "care": "person",
    "pets": "person",
    "dispute": "violence",
    "security": "intruder",
    "fraud": "fraud",
}
"""The emergency of a category where no words of dangers.toml tell which."""


@dataclass(frozen=True, slots=True)
class Dangers:
    """The rules of dangers.toml, one for each kind, and what rules out all of them."""

    rules: rules.Rules

    def found(self, text: str) -> tuple[Danger, str]:
        """The kind of emergency a standard text tells of and the words that show it, or ("", "")."""
        shown = self.rules.found(text)
        if not shown or ALWAYS in shown:
            return "", ""
        kind = next(iter(shown))
        return cast(Danger, kind), shown[kind]


def load(path: Path) -> Dangers:
    """The dangers of a file; raises Broken."""
    content = table(path)
    # What rules out every danger is a rule of its own that wins over the others.
    entries = {ALWAYS: {"sure": content.get(ALWAYS, {}).get("unless", "")}}
    for entry in content.get("danger", []):
        kind = entry.pop("kind", "")
        if kind not in get_args(Danger)[1:]:
            at = f"{path.name}:{line_of(path, f'{kind}' or '[[danger]]')}"
            raise Broken(f"{at}: kind 要是 {'、'.join(get_args(Danger)[1:])} 之一，不是「{kind}」")
        entries[kind] = entry
    return Dangers(rules.build(path, entries))
