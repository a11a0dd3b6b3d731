"""The command `louzu simulate`: plays, prints the table, and says by its exit code whether the bot was right."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from bot.cli.settings import server_url
from bot.progress import progress
from bot.simulation.verdict import Verdict
from bot.simulation.year import Misread, NotEmpty, Plan, play
from nlp import load

ROWS = {
    "messages": "消息",
    "requests": "诉求",
    "replies": "该回的话",
    "digests": "该发的汇总",
    "vetoed": "停发的汇总",
    "kills": "被杀",
    "requests_lost": "丢了的诉求",
    "requests_doubled": "记重的诉求",
    "digests_missing": "没发的汇总",
    "digests_doubled": "发重的汇总",
    "replies_owed": "没回的话",
    "vetoed_said": "停发了还发的",
    "requests_joined": "并错的诉求",
    "talk_taken": "闲话当成诉求",
}
SHOWN = 20
SAID = 1_000
"""More than there are sentences."""


@click.command()
@click.option("--buildings", default=15, show_default=True, type=click.IntRange(1), help="几个楼组。")
@click.option("--weeks", default=52, show_default=True, type=click.IntRange(1), help="几个星期。")
@click.option("--seed", default=1, show_default=True, help="随机数的种子；同一个种子，同一年。")
@click.option("--faults", is_flag=True, help="加上故障：断线、重复、迟到、被杀、数据库坏、时钟跳。")
@click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。")
@click.option(
    "--store",
    "url",
    metavar="URL",
    callback=server_url,
    help="一个空的 PostgreSQL 数据库；不写就用临时的 SQLite。",
)
def simulate(buildings: int, weeks: int, seed: int, faults: bool, as_json: bool, url: str | None) -> None:
    """模拟一个小区的一年，核对有没有丢的、重的、没回的。"""
    plan = Plan(buildings, weeks, seed, faults)
    # What fails here is meant to fail; what came of it stands in the table.
    logging.getLogger("louzu").addHandler(logging.NullHandler())
    logging.getLogger("louzu").propagate = False
    with tempfile.TemporaryDirectory(prefix="louzu-simulate-") as folder, progress(weeks * 7, "模拟") as bar:
        where = url or f"sqlite+aiosqlite:///{Path(folder) / 'louzu.db'}"
        try:
            verdict = asyncio.run(play(plan, load(lately=SAID), where, Path(folder), bar.update))
        except NotEmpty:
            raise click.ClickException("这个数据库里已经有东西了，请给一个空的") from None
        except Misread as error:
            raise click.ClickException(f"有句子读得和本意不一样，没法核对：\n{error}") from None
    report(verdict, as_json)
    if verdict.guilty:
        raise SystemExit(1)


def report(verdict: Verdict, as_json: bool) -> None:
    """The charges, the table, and the figures as one line."""
    figures = asdict(verdict)
    charges = figures.pop("charges")
    for charge in charges[:SHOWN]:
        click.echo(charge)
    for key, name in ROWS.items():
        click.echo(f"{name}{'　' * (7 - len(name))}{figures[key]:>8}")
    if as_json:
        click.echo(json.dumps(figures))
