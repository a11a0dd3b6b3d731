"""louzu backup and louzu migrate: what keeps the data safe over the years."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bot.cli.settings import opened, with_config
from bot.clock import SystemClock
from bot.config import Config
from store import backup as copying


@click.command()
@click.argument(
    "folder", metavar="[文件夹]", type=click.Path(path_type=Path, file_okay=False), required=False
)
@with_config
def backup(config: Config, folder: Path | None) -> None:
    """备份数据库和照片；不写文件夹就放在数据文件夹的 backups 里。机器人不用停。"""
    if not config.database_url.startswith("sqlite"):
        raise click.ClickException("PostgreSQL 请用 pg_dump 备份；照片在数据文件夹的 photos 里")
    if folder is not None and folder.resolve() == config.data_dir.resolve():
        raise click.ClickException("这就是数据文件夹本身，请写别的文件夹")
    click.echo(f"已备份：{asyncio.run(_backup(config, folder))}")


@click.command()
@with_config
def migrate(config: Config) -> None:
    """把数据库升级到当前版本；升级前先抄一份。运行机器人时会自动做。"""
    asyncio.run(_migrate(config))
    click.echo("数据库是最新的。")


async def _backup(config: Config, folder: Path | None) -> Path:
    target, photos = folder or config.data_dir / "backups", config.data_dir / "photos"
    async with opened(config) as store:
        return await copying.backup(store, target, SystemClock().now(), config.store.backups_kept, photos)


async def _migrate(config: Config) -> None:
    async with opened(config):
        pass
