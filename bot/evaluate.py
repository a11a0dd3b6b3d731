"""louzu eval and louzu read: what the reader makes of labelled messages, and of one."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from bot.labelled import Row, rows
from nlp import CATEGORIES, Reader, Reading, load

ROUTES = {"chat": "闲话", "quick": "快办", "listed": "清单"}
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
    messages: Sequence[Row], reader: Reader, passed: Callable[[int], None] = lambda _: None
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


def report(evaluation: Evaluation, *, misses: bool) -> list[str]:
    """The figures in Chinese, line by line."""
    lines = [f"{FIGURES[key]}  {_shown(key, value)}" for key, value in evaluation.figures().items()]
    return lines + ([_miss(one) for one in evaluation.reads if not one.right] if misses else [])


def _shown(key: str, value: float | int | None) -> str:
    if value is None:
        return "—"
    return str(value) if key in ("n", "messages_per_second") else f"{value:.1%}"


def _miss(one: Read) -> str:
    reading = one.reading
    meant = _kind(one.route, one.category, one.urgent)
    heard = _kind(reading.route, reading.category, reading.urgent)
    text = one.text.replace("\n", " ")[:70]
    return f"该 {meant}，却 {heard} {reading.certainty:.2f}：{text}\n    {'；'.join(reading.why)}"


def _kind(route: str, category: str, urgent: bool) -> str:
    return ROUTES[route] + CATEGORIES.get(category, "") + ("（紧急）" if urgent else "")


@click.command(name="eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="只打印一个 JSON。")
@click.option("--misses", is_flag=True, help="列出读错的消息。")
def command(file: Path, as_json: bool, misses: bool) -> None:
    """用标注好的消息（制表符分隔：route category urgent text）量一量读得准不准。"""
    messages = messages_of(file)
    reader = load()
    with click.progressbar(
        length=len(messages), label="读消息", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        evaluation = evaluate(messages, reader, bar.update)
    if as_json:
        click.echo(json.dumps(evaluation.figures(), ensure_ascii=False))
        lines = report(evaluation, misses=True)[len(FIGURES) :] if misses else []
        click.echo("\n".join(lines), err=True, nl=bool(lines))
    else:
        click.echo("\n".join(report(evaluation, misses=misses)))


@click.command()
@click.argument("text")
def read(text: str) -> None:
    """看看一句话会被读成什么（JSON）。"""
    reading = load().read(text)
    told = {**asdict(reading), "urgent": reading.urgent, "outcome": reading.outcome}
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))
