"""What a weekly summary, a monthly reply and a daily ledger are made of: facts, frozen when they fall due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["daily", "weekly", "monthly"]

SATISFACTION = ("good", "fair", "bad")
"""满意, 一般, 不满意, as a request keeps it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One request as a summary tells it: no reporter, no raw text."""

    number: int
    building: str
    gist: str
    category: str
    state: str
    holder: str
    """Who has it: captain, property, owners, clerk, street."""
    due: date | None = None
    """While waiting: the date the reason is expected to be gone."""
    note: str = ""
    """What was done, decided or is waited for; of an unsure one in a ledger, what was said."""
    supporters: int = 0
    urgent: bool = False
    late: bool = False
    private: bool = False
    """A dispute or personal matter: counted, but for a group's eyes without gist and note."""
    said: date | None = None
    flat: str = ""
    """The reporter's, where summaries tell it."""

    @property
    def weight(self) -> tuple[bool, int, date, int]:
        """What lists put first: the urgent, then what most households want, then the newest."""
        return self.urgent, self.supporters, self.said or date.min, self.number


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts of one place and one calendar period; `since` and `until` are both inside it.

    All lists have the weightiest first. A daily ledger runs from the evening before to this one.
    """

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
    declined: int = 0
    """Of the new ones, neither: found to be beyond the neighbourhood."""
    done: tuple[Item, ...] = ()
    """Resolved in the period; handed over or unsolvable is not done."""
    open: tuple[Item, ...] = ()
    """Still owed at its end."""
    late: tuple[Item, ...] = ()
    """Of the open ones, those past their time."""
    issues: tuple[Item, ...] = ()
    """For a monthly reply: every listed issue that was open at any time of the month, with its note."""
    fresh: tuple[Item, ...] = ()
    """For a daily ledger: the new ones themselves."""
    soon: tuple[Item, ...] = ()
    """For a daily ledger: what is due by tomorrow and not late yet."""
    unsure: tuple[Item, ...] = ()
    """For a daily ledger: what the captain is to confirm."""
    categories: tuple[tuple[str, int], ...] = ()
    """New requests per category key, most first."""
    thanks: tuple[str, ...] = ()
    """称呼 of those who settled something: 李阿姨, 马师傅."""
    satisfaction: tuple[int, int, int] = (0, 0, 0)
    """Answers 满意, 一般, 不满意."""
    buildings: tuple[Summary, ...] = field(default=())
    """For the committee: one per building, those with most open first."""

    @property
    def pending(self) -> int:
        """Of the new ones the rest: quick fixes that nobody has finished yet."""
        return self.new - self.quick - self.listed - self.declined

    @property
    def going(self) -> tuple[Item, ...]:
        """Of the open ones those that are in time; with the late ones they are all."""
        return tuple(item for item in self.open if not item.late)

    @property
    def empty(self) -> bool:
        return not (self.new or self.done or self.open or self.unsure)
