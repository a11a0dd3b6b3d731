"""louzu eval and louzu read: what the reader makes of labelled messages or pairs, and of one text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from bot import breakdown, curve, pairs
from bot.baseline import Baseline
from bot.cli.settings import reader_here
from bot.evaluate import FIGURES, Evaluation, Read, Reads, evaluate, messages_of
from bot.plain import plain
from bot.progress import progress
from nlp import CATEGORIES, ROUTES

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PICTURE = click.Path(dir_okay=False, path_type=Path)
OURS = "楼小助"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked on the command line."""

    file: Path | None
    pairs: Path | None
    train: tuple[Path, ...]
    curve: Path | None
    against: str | None
    as_json: bool
    misses: bool

    @property
    def mistake(self) -> str:
        """What does not go together, in Chinese; "" when all does."""
        if (self.file is None) == (self.pairs is None):
            return "要么给一个标注好的文件，要么用 --pairs 给一对对的文件。"
        if self.pairs and (self.curve or self.against or self.train):
            return "--pairs 只和 --json、--misses 一起用。"
        if bool(self.against) != bool(self.train):
            return "--against tfidf 和 --train 文件 要一起用。"
        return ""


@click.command(name="eval")
@click.argument("file", type=FILE, required=False, metavar="[文件]")
@click.option("--pairs", type=FILE, metavar="文件", help="量一对对的诉求该不该并成一件。")
@click.option("--json", "as_json", is_flag=True, help="只打印一个 JSON。")
@click.option("--misses", is_flag=True, help="列出读错的消息、并错的一对对。")
@click.option("--curve", type=PICTURE, metavar="文件.png", help="把握准不准，画成一张图。")
@click.option("--against", type=click.Choice(["tfidf"]), help="和最简单的做法 TF-IDF 并排比。")
@click.option("--train", type=FILE, multiple=True, metavar="文件", help="拿哪个文件教 TF-IDF，可以写几次。")
def command(**options: Any) -> None:
    """用标注好的消息（制表符分隔：route category urgent text）量一量读得准不准。"""
    wanted = Wanted(**options)
    if wanted.mistake:
        raise click.UsageError(wanted.mistake)
    if wanted.pairs is not None:
        _pairs(wanted.pairs, wanted)
    elif wanted.file is not None:
        _messages(wanted.file, wanted)


def _pairs(file: Path, wanted: Wanted) -> None:
    found = pairs.pairs_of(file)
    with progress(len(found), "听一对对") as bar:
        judged = asyncio.run(pairs.judge(found, reader_here(), bar.update))
    figures = pairs.figures(judged)
    lines = breakdown.table([(told, _shown(key, figures[key])) for key, told in pairs.FIGURES.items()])
    _tell(wanted, figures, lines, pairs.misses(judged))


def _messages(file: Path, wanted: Wanted) -> None:
    messages = messages_of(file)
    readers: dict[str, Reads] = {OURS: reader_here()}
    if wanted.against:
        readers[wanted.against] = Baseline([row for path in wanted.train for row in messages_of(path)])
    with progress(len(messages) * len(readers), "读消息") as bar:
        found = {name: evaluate(messages, reader, bar.update) for name, reader in readers.items()}
    ours = found[OURS]
    record: dict[str, object] = {**ours.figures(), **{n: e.figures() for n, e in found.items() if n != OURS}}
    record["confusion"] = [asdict(one) for one in breakdown.confusion(ours.reads)]
    record["calibration"] = [asdict(one) for one in breakdown.calibration(ours.reads)]
    if wanted.curve is not None:
        wanted.curve.write_bytes(curve.draw(breakdown.calibration(ours.reads), file.name))
    lines = _figures(found) + breakdown.told(ours.reads)
    _tell(wanted, record, lines, [_miss(one) for one in ours.reads if not one.right])


def _tell(wanted: Wanted, record: object, lines: Sequence[str], misses: Sequence[str]) -> None:
    """One JSON and nothing else on the standard output, or all as text."""
    if wanted.as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
    else:
        click.echo("\n".join(lines))
    if wanted.misses and misses:
        click.echo(plain("\n".join(misses if wanted.as_json else ["", *misses])), err=wanted.as_json)


def _figures(found: dict[str, Evaluation]) -> list[str]:
    """The figures in Chinese, one line each; where several read, side by side."""
    figures = [one.figures() for one in found.values()]
    lines = [(told, *(_shown(key, one[key]) for one in figures)) for key, told in FIGURES.items()]
    return breakdown.table([("", *found), *lines] if len(found) > 1 else lines)


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


@click.command()
@click.argument("text")
def read(text: str) -> None:
    """看看一句话会被读成什么（JSON）。"""
    reading = reader_here().read(text)
    told = {**asdict(reading), "why": reading.why, "urgent": reading.urgent, "outcome": reading.outcome}
    del told["because"]
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))
