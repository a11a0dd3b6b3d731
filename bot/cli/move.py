"""louzu move: from the SQLite file to a PostgreSQL, when one host is no longer enough."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import click

from bot.cli.settings import opened, server_url, with_config
from bot.clock import SystemClock
from bot.config import Config
from bot.progress import progress
from store import Store, moving
from store.alone import alone
from store.migrate import migrate

DONE = """搬好了，一共 {rows} 行，每张表的行数都对过。
接下来：把 [store] url 改成新的地址，再运行机器人。照片还在数据文件夹里，文件夹照旧用；旧的 {file} 先留着。"""
DONE_BEFORE = "早就搬好了，两边一样，这次什么都没有动。"


@click.command()
@click.option("--to", metavar="地址", required=True, callback=server_url, help="postgresql://用户@主机/库名")
@with_config
def move(config: Config, to: str) -> None:
    """把 SQLite 里的一切搬进一个空的 PostgreSQL 库；先停掉机器人。

    要么全搬，要么不搬：中途断了，再来一次就行。原来的库一个字也不动。
    """
    if not config.database_url.startswith("sqlite"):
        raise click.ClickException("现在用的不是 SQLite，没有要搬的")
    asyncio.run(_move(config, to))


async def _move(config: Config, to: str) -> None:
    async with AsyncExitStack() as stack:
        file = Store(config.database_url).file
        if file is None or not file.exists():
            raise click.ClickException(f"没有要搬的库：{file or config.database_url}")
        source, target = await stack.enter_async_context(opened(config)), Store(to)
        stack.push_async_callback(target.close)
        async with source.read() as db:
            known, accounts = await moving.counts(db), await moving.accounts(db)
        for account in sorted(accounts):
            await stack.enter_async_context(alone(source, account))
        await migrate(target, SystemClock().now())
        with progress(sum(known.values()), "搬") as bar:
            try:
                found, fresh = await moving.copy(source, target, bar.update)
            except moving.Occupied as error:
                raise click.ClickException(_occupied(error.counts)) from None
        _tell(found, fresh, file)


def _tell(found: moving.Counts, fresh: bool, file: Path) -> None:
    for name, rows in found.items():
        click.echo(f"{name}\t{rows}")
    click.echo(DONE.format(rows=sum(found.values()), file=file) if fresh else DONE_BEFORE)


def _occupied(found: moving.Counts) -> str:
    held = "、".join(f"{name} {rows} 行" for name, rows in found.items() if rows)
    return f"那个库里已经有别的数据（{held}），没有动它；请换一个空库"
