"""louzu check: a line for each thing the bot stands on, with what to do where it is wrong."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from aiohttp import ClientError, ClientSession, ClientTimeout
from sqlalchemy import insert

from bot import paper
from bot.cli.errors import ordinary
from bot.cli.settings import with_config
from bot.clock import SystemClock
from bot.config import Config
from bot.vocabulary import Vocabulary, file_of
from bot.wechat import settings_of
from bot.wechat.probe import look
from nlp import load
from schedules.jobs import JOBS
from store import Store
from store.migrate import is_behind
from store.tables import Seen

LOW = 300 * 1024 * 1024
"""Bytes of free disk under which photos and backups soon don't fit any more."""
PATIENCE = 8.0
EVERYBODY = 0o077
LAMP = "3号楼2单元的灯又勿亮了 夜里下楼吓死人"


@dataclass(frozen=True, slots=True)
class Finding:
    well: bool
    told: str


@click.command()
@with_config
def check(config: Config) -> None:
    """检查机器人要用的每一样，说清哪里不对、怎么办。"""
    asyncio.run(_check(config))


async def _check(config: Config) -> None:
    click.echo("✓ 设置：没有写错的")
    checks: tuple[tuple[str, Callable[[Config], Awaitable[Finding]]], ...] = (
        ("数据文件夹", _folder),
        ("数据库", _database),
        ("字体", _font),
        ("读懂", _reader),
        ("本小区的词", _vocabulary),
        ("定时", _jobs),
        ("网关", _gateway),
    )
    wrong = 0
    for name, look_at in checks:
        finding = await look_at(config)
        wrong += not finding.well
        click.echo(f"{'✓' if finding.well else '✗'} {name}：{finding.told}")
    if wrong:
        raise SystemExit(1)


async def _folder(config: Config) -> Finding:
    folder = config.data_dir
    free = shutil.disk_usage(next(one for one in _upwards(folder) if one.exists())).free
    if free < LOW:
        return Finding(False, f"磁盘只剩 {free >> 20} MB，请腾出地方")
    if folder.is_dir() and folder.stat().st_mode & EVERYBODY:
        return Finding(False, f"{folder} 别人也能看；请运行 chmod 700 {folder}")
    return Finding(True, f"{folder}，还有 {free >> 20} MB" if folder.is_dir() else f"{folder}，运行时会建好")


def _upwards(folder: Path) -> Iterator[Path]:
    yield from (folder.absolute(), *folder.absolute().parents)


async def _database(config: Config) -> Finding:
    store = Store(config.database_url)
    try:
        if store.file and not store.file.exists():
            return Finding(True, "还没有，运行时会建好")
        try:
            return await _written(store)
        finally:
            await store.close()
    except Exception as error:
        told = ordinary(error)
        if told is None:
            raise
        return Finding(False, f"{told[0]}；请看 [store] url{'和文件的权限' if store.sqlite else ''}")


async def _written(store: Store) -> Finding:
    if await is_behind(store):
        return Finding(True, "要升级，运行时会自动升级（也可以先运行 louzu migrate）")
    async with store.engine.connect() as connection:
        row = {"account": "check", "message_id": "check", "at": SystemClock().now(), "handled": True}
        await connection.execute(insert(Seen).values(**row))
        await connection.rollback()
    return Finding(True, f"{store.url.get_backend_name()}，能读能写")


async def _font(_: Config) -> Finding:
    try:
        return Finding(paper.width("楼组", 32) > 0, "能画汇总卡片")
    except OSError:
        return Finding(False, "字体文件坏了，请重新安装 louzu")


async def _reader(_: Config) -> Finding:
    reader = await asyncio.to_thread(load)
    if reader.read(LAMP).route == "chat":
        return Finding(False, "词表不对，请重新安装 louzu")
    return Finding(True, "词表装得上")


async def _vocabulary(config: Config) -> Finding:
    file = file_of(config)
    if not file.exists():
        named = bool(config.reading.vocabulary)
        return Finding(not named, f"没有 {file}" + ("" if named else "，只用自带的词；要加就写这个文件"))
    vocabulary = Vocabulary(None, file)
    await vocabulary.look()
    if vocabulary.mistakes:
        return Finding(False, "没有用上，请改好：\n" + "\n".join(f"  {one}" for one in vocabulary.mistakes))
    return Finding(True, f"{vocabulary.words} 个（{file}）")


async def _jobs(config: Config) -> Finding:
    off = [JOBS[name].title for name, job in config.jobs.items() if not job.on]
    stopped = f"，停掉的：{'、'.join(off)}" if off else ""
    return Finding(True, f"{len(JOBS) - len(off)} 件{stopped}")


async def _gateway(config: Config) -> Finding:
    if missing := config.wechat.missing():
        return Finding(False, f"{'；'.join(missing)}（[wechat]）")
    settings = settings_of(config)
    seen = await _seen_by_the_bot(config)
    wrong = await look(settings, PATIENCE) if seen is None else seen
    if not wrong:
        return Finding(True, f"{settings.endpoint}，已登录微信")
    return Finding(False, f"{wrong}（{settings.endpoint}）；网关用 louzu gateway 启动")


async def _seen_by_the_bot(config: Config) -> str | None:
    """What a running bot says of its gateway, "" when all is well; None when none runs: one client at a time."""
    host = f"[{config.web.host}]" if ":" in config.web.host else config.web.host
    page = f"http://{host}:{config.web.port}/healthz"
    try:
        async with ClientSession(timeout=ClientTimeout(2)) as session, session.get(page) as answer:
            gateway = (await answer.json())["gateway"]
            return "" if gateway["connected"] and gateway["logged_in"] else str(gateway["detail"])
    except (ClientError, OSError, TimeoutError, ValueError, KeyError, TypeError):
        return None
