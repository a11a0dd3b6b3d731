"""What the simulated neighbours say: sentences written by hand, and a check that each is read as it is meant."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nlp import Reader

FILE = Path(__file__).parent / "data" / "sentences.tsv"
SURE = 0.9
"""So certain by its words alone that no talk around it makes a request doubtful."""
TALK_BELOW = 0.2
Kind = Literal["urgent", "quick", "listed", "talk", "support"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing to say, and what it is meant as; `category` is empty for talk."""

    kind: Kind
    category: str
    text: str

    @property
    def request(self) -> bool:
        return self.kind not in ("talk", "support")


def sentences(file: Path = FILE) -> list[Sentence]:
    """All of them, in the order of the file."""
    with file.open(encoding="utf-8", newline="") as rows:
        return [Sentence(**row) for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)]  # type: ignore[arg-type]


def understood(known: Sequence[Sentence], reader: Reader) -> list[Sentence]:
    """Those that this reader takes for what they are meant as: by the others nothing can be judged."""
    return [one for one in known if _as_meant(one, reader)]


def _as_meant(one: Sentence, reader: Reader) -> bool:
    reading = reader.read(one.text)
    if one.kind == "talk":
        return reading.route == "chat" and reading.certainty < TALK_BELOW and reading.turn == "say"
    if one.kind == "support":
        return reading.route == "chat" and reading.turn == "support"
    kind = "urgent" if reading.danger else reading.route
    heard = (kind, reading.category, reading.turn)
    # One that names a building would be filed there, and the ledger files all where they are said.
    return (
        heard == (one.kind, one.category, "say") and reading.certainty >= SURE and not reading.place.building
    )
