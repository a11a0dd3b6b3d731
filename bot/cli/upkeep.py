"""louzu backup, louzu restore and louzu migrate: what keeps the data safe over the years."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.settings import opened, private_folder, with_config
from bot.clock import SystemClock
from bot.config import Config
from bot.vocabulary import file_of
from store import Store
from store import backup as copying
from store import restore as restoring
from store.restore import Restored


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


@click.command()
@click.argument("file", metavar="备份文件", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@with_config
def restore(config: Config, file: Path) -> None:
    """用一份备份恢复数据库、照片和本小区的词；先停掉机器人。现在的会先放到一边。"""
    database = Store(config.database_url).file
    if database is None:
        raise click.ClickException("PostgreSQL 请用 pg_restore 恢复；照片在备份的 photos 里")
    private_folder(config.data_dir)
    photos, words = config.data_dir / "photos", file_of(config)
    for line in _told(file, restoring.restore(database, file, photos, words, SystemClock().now())):
        click.echo(line)
    asyncio.run(_migrate(config))
    click.echo("可以启动机器人了。")


def _told(file: Path, done: Restored) -> Iterator[str]:
    yield f"已恢复：{file}"
    if done.aside is not None:
        yield f"原来的数据库放在：{done.aside}"
    if done.photos or done.missing:
        yield f"照片找回 {done.photos} 张" + (f"，还有 {done.missing} 张哪里都没有" if done.missing else "")
    if done.words:
        yield "本小区的词也恢复了" + (f"，原来的放在：{done.words_aside}" if done.words_aside else "")


async def _backup(config: Config, folder: Path | None) -> Path:
    target, photos = folder or config.data_dir / "backups", config.data_dir / "photos"
    async with opened(config) as store:
        kept, words = config.store.backups_kept, file_of(config)
        return await copying.backup(store, target, SystemClock().now(), kept, photos, words)


async def _migrate(config: Config) -> None:
    async with opened(config):
        pass
