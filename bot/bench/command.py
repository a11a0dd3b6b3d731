"""The command `louzu bench` and its table."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from bot.bench.counting import counting
from bot.bench.intake import intake, reading
from bot.bench.ratio import Measured
from bot.bench.wire import wire
from nlp import load

KEPT = {True: "达到", False: "没达到", None: "没测"}
Measure = Callable[[Path], Awaitable[list[Measured]]]


@click.command()
@click.option("--requests", default=1_000_000, show_default=True, help="汇总那一项用多少件诉求来量。")
@click.option("--gateway/--no-gateway", default=True, help="要不要接上真的网关来量（第一次要装 npm 模块）。")
def bench(requests: int, gateway: bool) -> None:
    """量速度和内存：每一项都是同一次运行里两件事的比值。"""
    asyncio.run(_run(requests, gateway))


async def _run(requests: int, gateway: bool) -> None:
    reader = await asyncio.to_thread(load)
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
