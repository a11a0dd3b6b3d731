"""Weighs what a message may be in its room: talk, something new, or a word about something reported before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from nlp.knowledge import Broken, rows_of

Kind = Literal["silent", "new", "add", "done", "withdraw"]
"""silent: talk; new: a request of its own; add, done, withdraw: of a request reported before."""
Heading = Literal["新", "续", "结", "撤"]
"""Under which a sign is weighed: for something new, for going on about a request, for its end or withdrawal."""
COLUMNS = ("option", "who", "sign", "weight")
Signs = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """Signs that speak for an option under one heading, and who the speaker is to it."""

    heading: Heading
    who: str
    signs: Signs

    def named(self) -> Iterator[tuple[tuple[str, str, str], float]]:
        """Each sign twice: as it counts for everybody, and besides for such a speaker."""
        for sign, strength in self.signs.items():
            yield (self.heading, "", sign), strength
            if self.who:
                yield (self.heading, self.who, sign), strength


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a message may be; `about` is the id of the request, None for talk and for something new."""

    kind: Kind
    about: int | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """The weights of choices.tsv: option, speaker ("" for everybody) and sign -> weight."""

    weights: Mapping[tuple[str, str, str], float]

    def probabilities(self, options: Sequence[Option]) -> list[float]:
        """How likely each option is, 0 to 1; together 1."""
        # What the message itself shows is the same for every request it may be about.
        parts = {id(part): part for option in options for part in option.parts}
        spoken = {key: self.weight(part) for key, part in parts.items()}
        scores = [sum(spoken[id(part)] for part in option.parts) for option in options]
        odds = [math.exp(score - max(scores)) for score in scores]
        return [odd / sum(odds) for odd in odds]

    def weight(self, part: Part) -> float:
        """How much a part speaks for its option."""
        return sum(self.weights.get(name, 0.0) * strength for name, strength in part.named())


def load(path: Path) -> Choices:
    """The weights of a table; raises Broken."""
    weights: dict[tuple[str, str, str], float] = {}
    for number, cells in rows_of(path):
        try:
            heading, who, sign, weight = cells
            weights[_heading(heading), who, sign] = float(weight)
        except ValueError as error:
            raise Broken(f"{path.name}:{number}: {error} 不对：每行是 {'、'.join(COLUMNS)} 这几格") from None
    return Choices(weights)


def _heading(word: str) -> str:
    if word not in get_args(Heading):
        raise ValueError(word)
    return word


def written(weights: Mapping[tuple[str, str, str], float]) -> str:
    """The table as it stands in choices.tsv."""
    order = get_args(Heading)
    rows = sorted(weights.items(), key=lambda one: (order.index(one[0][0]), one[0][1], -abs(one[1])))
    lines = ["\t".join((*name, f"{weight:.2f}")) for name, weight in rows]
    return "\n".join(["\t".join(COLUMNS), *lines]) + "\n"
