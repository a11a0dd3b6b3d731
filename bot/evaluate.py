"""What the reader makes of labelled messages, in figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from bot.labelled import Row, rows
from nlp import CATEGORIES, ROUTES, Reading

FIGURES = {
    "n": "消息",
    "precision": "是不是诉求：查准",
    "recall": "是不是诉求：查全",
    "f1": "是不是诉求：F1",
    "route_accuracy": "快办、清单、闲话分对",
    "category_accuracy": "类别分对（漏掉的算错）",
    "urgent_precision": "紧急：查准",
    "urgent_recall": "紧急：查全",
    "aloud": "闲话却在群里应声",
    "messages_per_second": "每秒读几条",
}


class Reads(Protocol):
    """Our reader, or the baseline that it is held against."""

    def read(self, text: str) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Read:
    """A labelled message and what the reader made of it."""

    text: str
    route: str
    category: str
    urgent: bool
    reading: Reading

    @property
    def asks(self) -> bool:
        return self.route != "chat"

    @property
    def found(self) -> bool:
        """Taken for a request, however certain."""
        return self.reading.route != "chat"

    @property
    def right(self) -> bool:
        same_kind = not self.asks or self.reading.category == self.category
        return self.reading.route == self.route and same_kind and self.reading.urgent == self.urgent


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All messages of a file as read, and the seconds it took."""

    reads: Sequence[Read]
    seconds: float

    def figures(self) -> dict[str, float | int | None]:
        """The figures by their keys; None where there is nothing to divide by."""
        reads = self.reads
        asked = [one for one in reads if one.asks]
        precision, recall = precision_recall([(one.asks, one.found) for one in reads])
        urgent = precision_recall([(one.urgent, one.reading.urgent) for one in reads])
        return {
            "n": len(reads),
            "precision": precision,
            "recall": recall,
            "f1": _f1(precision, recall),
            "route_accuracy": _share([one.reading.route == one.route for one in reads]),
            "category_accuracy": _share([one.reading.category == one.category for one in asked]),
            "urgent_precision": urgent[0],
            "urgent_recall": urgent[1],
            "aloud": _share([one.reading.outcome == "speak" for one in reads if not one.asks]),
            "messages_per_second": round(len(reads) / self.seconds, 1) if self.seconds else None,
        }


def precision_recall(pairs: Sequence[tuple[bool, bool]]) -> tuple[float | None, float | None]:
    """Of (true, found) pairs: how many found are true, and how many true are found."""
    return _share([true for true, found in pairs if found]), _share([found for true, found in pairs if true])


def _share(hits: Sequence[bool]) -> float | None:
    return round(sum(hits) / len(hits), 4) if hits else None


def _f1(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0


def evaluate(
    messages: Sequence[Row], reader: Reads, passed: Callable[[int], None] = lambda _: None
) -> Evaluation:
    """Read every labelled message."""
    reads, seconds = [], 0.0
    for row in messages:
        start = time.perf_counter()
        reading = reader.read(row["text"])
        seconds += time.perf_counter() - start
        reads.append(Read(row["text"], row["route"], row["category"], row["urgent"] == "1", reading))
        passed(1)
    return Evaluation(reads, seconds)


def messages_of(path: Path) -> list[Row]:
    """The labelled messages of a file. Raises ClickException with the line that is wrong."""
    found = rows(path, ("route", "category", "urgent", "text"))
    for row in found:
        if row.get("route") not in ROUTES or row.get("category") not in {"-", *CATEGORIES}:
            raise click.ClickException(
                f"{path.name}：第 {row['line']} 行的 route 或 category 不认得；"
                f"route 可以写 {'、'.join(ROUTES)}，category 可以写 {'、'.join(CATEGORIES)} 或 -。"
            )
    return found
