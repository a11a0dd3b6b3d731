"""A neighbourhood's own words on top of ours: how much they weigh, and what they do to the reader's knowledge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from statistics import mean
from typing import TYPE_CHECKING

from nlp import normal, weigh
from nlp.knowledge import KINDS, Concept
from nlp.words import Words

if TYPE_CHECKING:
    from nlp.reader import Knowledge

NEVER = "never"
"""The kind of a word that holds others and means none of them: 停电宝 is no 停电."""
MARK = "（本小区的词）"
"""What tells an own word from ours in `why`."""
_UNSAID = 0xE000
"""Where Unicode keeps characters without a meaning: one takes the place of each word that is NEVER meant."""
AGAINST = ("闲:", "例外:")
"""How the signs begin that speak against a request."""
_TALKED = "/闲"
"""What talk weighs besides, when nothing but talk is said (nlp/cues.py)."""
_NO_TALK = "缺:无闲"
"""What speaks for a request where our words find no talk: own talk makes up for it with its own weight."""
_ASKS = ("request", "complaint")
"""Said in a group or written elsewhere, an own word speaks as its like do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Words that mean one thing; `weight` is how many times as strong as ours of that kind usually are."""

    words: tuple[str, ...]
    kind: str = "thing"
    category: str = ""
    route: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Own:
    """What a vocabulary.toml says."""

    entries: tuple[Entry, ...] = ()
    forms: dict[str, str] = field(default_factory=dict)
    """As written -> what is meant."""
    places: dict[str, str] = field(default_factory=dict)
    """As said -> the usual name."""

    def __len__(self) -> int:
        """How many words it teaches."""
        return sum(len(entry.words) for entry in self.entries) + len(self.forms) + len(self.places)


def upon(ours: Knowledge, own: Own) -> Knowledge:
    """Our knowledge with a neighbourhood's own words laid over it; where both know a word, its own counts."""
    if not own:
        return ours
    forms, vocabulary = dict(ours.forms.table), dict(ours.vocabulary.table)
    unsaid, rows = count(_UNSAID), {}
    for entry in own.entries:
        concept = _concept(entry)
        rows[concept.sign] = usual(ours, entry)
        for written in entry.words:
            word = _plain(written, ours)
            # What is an own word is no slip of the tongue; what is never meant is not to be read at all.
            forms[word] = chr(next(unsaid)) if entry.kind == NEVER else word
            vocabulary[forms[word]] = (concept,)
    places = {_plain(said, ours): name for said, name in own.places.items()}
    forms |= {said: said for said in places}
    forms |= {_plain(written, ours): _plain(meant, ours) for written, meant in own.forms.items()}
    return replace(
        ours,
        forms=Words(forms),
        vocabulary=Words(vocabulary),
        parts=Words({**ours.parts.table, **places}),
        weights=weigh.joined(ours.weights, rows),
    )


def usual(ours: Knowledge, entry: Entry) -> dict[str, float]:
    """The weights of an own word: `entry.weight` times the mean of what our words of that kind weigh."""
    kind = "talk" if entry.kind == NEVER else entry.kind
    alike = {one.sign: one for found in ours.vocabulary.table.values() for one in found if one.kind == kind}
    if entry.category:
        alike = {sign: one for sign, one in alike.items() if one.category}
    weight = ours.weights.weight

    def middle(values: Iterable[float]) -> float:
        return round(entry.weight * mean(list(values) or [0.0]), 4)

    row = {
        output: middle(weight(sign, output) + weight(sign + _TALKED, output) for sign in alike)
        for output in _ASKS
    }
    if entry.kind == "talk":
        row |= {output: round(row[output] - weight(_NO_TALK, output), 4) for output in _ASKS}
    if entry.category:
        row[entry.category] = middle(weight(sign, one.category) for sign, one in alike.items())
    if entry.route:
        towards = 1 if entry.route == "listed" else -1
        row["listed"] = towards * middle(abs(weight(sign, "listed")) for sign in alike)
    return row


def calming(sign: str) -> bool:
    """Whether it is an own word that speaks against a request: in an emergency no such word may count."""
    return sign.startswith(AGAINST) and sign.endswith(MARK)


def _concept(entry: Entry) -> Concept:
    name = entry.words[0]
    # As talk, it would leave its mark on other signs too, and an alarm could not be rid of it (`calming`).
    kind = NEVER if entry.kind == "talk" else entry.kind
    return Concept(kind, name, entry.category, f"{KINDS.get(entry.kind, '例外')}:{name}{MARK}")


def _plain(word: str, ours: Knowledge) -> str:
    return normal.plain(word, ours.simplified)
