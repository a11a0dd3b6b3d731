"""What a weekly summary, a monthly reply and a daily ledger are made of: facts, frozen when they fall due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["daily", "weekly", "monthly"]


@dataclass(frozen=True, slots=True)
class Item:
    """One request as a summary tells it: no reporter, no raw text."""

    number: int
    building: str
    gist: str
    category: str
    state: str
    holder: str
    """Who has it: captain, property, owners, committee, street."""
    due: date | None = None
    note: str = ""
    """What was done, decided or is waited for."""
    supporters: int = 0
    urgent: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts of one place and one calendar period; `since` and `until` are both inside it."""

    kind: Kind
    place: str
    period: str
    """The period's name as keys use it: 2026-W47, 2026-11, 2026-11-22."""
    since: date
    until: date
    new: int = 0
    quick: int = 0
    """Of the new ones, settled on the spot."""
    listed: int = 0
    """Of the new ones, put on the list."""
    done: tuple[Item, ...] = ()
    open: tuple[Item, ...] = ()
    late: tuple[Item, ...] = ()
    unsure: tuple[Item, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    """New requests per category key, most first."""
    thanks: tuple[str, ...] = ()
    """称呼 of those who settled something: 李阿姨, 马师傅."""
    satisfaction: tuple[int, int, int] = (0, 0, 0)
    """Answers 满意, 一般, 不满意."""
    buildings: tuple[Summary, ...] = field(default=())
    """For the committee: one per building, those with most open first."""

    @property
    def empty(self) -> bool:
        return not (self.new or self.done or self.open or self.unsure)
