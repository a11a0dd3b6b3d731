"""The command `louzu bench` and its table."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

import nlp
from bot.bench.counting import counting
from bot.bench.intake import intake, reading
from bot.bench.load import PER_SECOND, ROOMS, Load, Outcome, load
from bot.bench.ratio import Measured
from bot.bench.wire import wire
from bot.gateway.install import CannotInstall
from bot.progress import progress

PROCESSES = 4
KEPT = {True: "达到", False: "没达到", None: "没测"}
Measure = Callable[[Path], Awaitable[list[Measured]]]


@click.command()
@click.option("--requests", default=1_000_000, show_default=True, help="汇总那一项用多少件诉求来量。")
@click.option("--gateway/--no-gateway", default=True, help="要不要接上真的网关来量（第一次要装 npm 模块）。")
@click.option("--load", "loaded", is_flag=True, help="改量负载：两百个群一起说话，回音要多久，内存涨不涨。")
@click.option("--minutes", default=10.0, show_default=True, help="负载量多少分钟。")
@click.option("--postgres", metavar="URL", help="负载也在这个空的 PostgreSQL 库上量，四个进程。")
def bench(requests: int, gateway: bool, loaded: bool, minutes: float, postgres: str | None) -> None:
    """量速度和内存：每一项都是同一次运行里两件事的比值。"""
    asyncio.run(_load(minutes, postgres) if loaded else _run(requests, gateway))


async def _load(minutes: float, postgres: str | None) -> None:
    plans = [Load(minutes)] + ([Load(minutes, PROCESSES, postgres)] if postgres else [])
    for plan in plans:
        with tempfile.TemporaryDirectory(prefix="louzu-bench-") as folder:
            try:
                with progress(plan.messages, "负载") as bar:
                    outcome = await load(plan, Path(folder), modules(), bar.update)
            except CannotInstall as reason:
                raise click.ClickException(str(reason)) from None
            click.echo("\n".join(told(plan, outcome)))


def told(plan: Load, outcome: Outcome) -> list[str]:
    """What a load showed, in four lines."""
    where = f"PostgreSQL，{plan.processes} 个进程" if plan.url else "SQLite，一个进程"
    ours, bare, (asked, answered) = (
        outcome.ours.percentiles(),
        outcome.bare.percentiles(),
        outcome.ours.counts(),
    )
    return [
        f"{where}：{ROOMS} 个群，每秒 {PER_SECOND} 条，{plan.minutes:g} 分钟",
        f"  该回的 {asked} 条，回了 {answered} 条",
        *(
            f"  {name} {one:.1f} 毫秒，是裸回声（{other:.1f} 毫秒）的 {one / other:.2f} 倍"
            for name, one, other in zip(("一半的回音在", "百分之九十九在"), ours, bare, strict=True)
        ),
        f"  内存：热身后 {outcome.warm:.0f} MB，最后 {outcome.end:.0f} MB",
    ]


async def _run(requests: int, gateway: bool) -> None:
    reader = await asyncio.to_thread(nlp.load)
    gc.freeze()  # as in `louzu run`
    measures: list[Measure] = [
        lambda folder: intake(reader, folder),
        lambda folder: reading(reader, folder),
        lambda folder: counting(requests, folder),
    ]
    if gateway:
        measures.append(lambda folder: wire(folder, modules()))
    for measure in measures:
        with tempfile.TemporaryDirectory(prefix="louzu-bench-") as folder:
            for measured in await measure(Path(folder)):
                click.echo(line(measured))


def modules() -> Path:
    """Where the gateway's npm modules stay from one run to the next."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "louzu" / "bench-gateway"


def line(measured: Measured) -> str:
    """One line of the table."""
    bound = f"{'不低于' if measured.at_least else '不超过'} {measured.bound:g} {measured.unit}"
    value = "—" if measured.value is None else f"{measured.value:.2f} {measured.unit}"
    note = f"（{measured.note}）" if measured.note else ""
    return f"{KEPT[measured.kept]}  {measured.name}：{value}，要求{bound}{note}"
