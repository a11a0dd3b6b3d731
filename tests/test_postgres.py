"""PostgreSQL as a household name in the settings: what is made there, and what is said when it is away."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from bot import app, commands
from bot.__main__ import main
from bot.app import Bot
from bot.clock import MovedClock
from bot.config import Config
from bot.simulator.chat import SimulatedChat
from bot.simulator.stage import UNPACED
from nlp import load
from store import Store, places
from store.migrate import migrate, newest
from store.tables import Base, Place, Post, Request
from tests.gateway.conftest import free_port
from tests.neighbourhood import at
from tests.postgres import PASSWORD, Server
from tests.running import Running

assert commands
NOW = at("2026-11-16 10:00")
REPORT = "2单元楼道灯坏了，麻烦来修一下"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and nothing of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("LOUZU_", "PG"))]:
        monkeypatch.delenv(name)
    return tmp_path


def louzu(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, words, env={"LOUZU_STORE__URL": url})


async def count(store: Store, table: type[Base]) -> int:
    async with store.read() as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://louzu:{password}@127.0.0.1:{nobody}/louzu", "连不上 PostgreSQL"),
        ("postgresql://louzu:{password}@127.0.0.1:{port}/louzu", "不认这个用户或口令"),
        ("postgresql://postgres:{password}x@127.0.0.1:{port}/louzu", "不认这个用户或口令"),
        ("postgresql://postgres:{password}@127.0.0.1:{port}/nosuch", "没有这个库，请先用 createdb 建好"),
        ("postgresql://postgres:{password}@127.0.0.1:{port}/louzu?sslmode=require", "连不上 PostgreSQL"),
        ("postgres://postgres:{password}@/louzu?host=/nowhere", "连不上 PostgreSQL"),
    ],
)
def test_what_is_wrong_with_the_server_is_told_without_the_password(
    postgres: Server, url: str, told: str
) -> None:
    whole = url.format(password=PASSWORD, port=postgres.port, nobody=free_port())
    for command in ("check", "migrate"):
        result = louzu(whole, command)
        line = next(line for line in result.output.splitlines() if "数据库用不了" in line)
        assert result.exit_code == 1 and told in line
        assert PASSWORD not in result.output and "文件的权限" not in line


def test_a_password_that_cannot_be_read_is_a_mistake_that_is_told() -> None:
    result = louzu("postgresql://louzu:very@secret:x@127.0.0.1/louzu", "check")
    assert result.exit_code == 2 and "口令里的 @ 写成 %40" in result.stderr and "secret" not in result.stderr


def test_an_empty_database_is_migrated_and_backed_up_by_its_own_tools(postgres: Server) -> None:
    url = postgres.by_port(postgres.made())
    assert "要升级，运行时会自动升级" in louzu(url, "check").stdout
    assert louzu(url, "code", "captain", "3号楼").stdout.startswith("3号楼 楼组长的口令：")
    assert "✓ 数据库：postgresql，能读能写" in louzu(url, "check").stdout
    told = louzu(url, "backup")
    assert told.exit_code == 1 and "pg_dump" in told.stderr


async def test_run_makes_the_tables_by_itself(folder: Path, postgres: Server) -> None:
    name = postgres.made()
    running = Running(folder, free_port(), LOUZU_STORE__URL=postgres.by_port(name))
    await running.start()
    await running.writes("health at")
    assert (await running.health())[1]["database"] is True
    assert await running.end(signal.SIGTERM) == ""
    assert "database: postgresql" in running.log and PASSWORD not in running.log
    assert postgres.does("SELECT version_num FROM alembic_version", name) == newest()
    assert not list(folder.glob("**/*.db"))


async def test_several_that_start_at_once_upgrade_it_once(postgres: Server) -> None:
    url = postgres.url(postgres.made())
    stores = [Store(url) for _ in range(4)]
    await asyncio.gather(*(migrate(store, NOW) for store in stores))
    assert [await count(store, Place) for store in stores] == [0] * 4
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_message_waits_for_a_server_that_is_away_and_counts_once(
    folder: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.Bot, "try_again", 0.05)
    name, clock = postgres.made(), MovedClock(NOW)
    store, chat = Store(postgres.url(name)), SimulatedChat(clock)
    await migrate(store, NOW)
    chat.add_person("wang", "王阿婆")
    chat.add_room("r3", "3号楼", ["wang"])
    async with store.begin() as db:
        place = await places.building(db, "3号楼", await places.community(db, "梧桐里"))
        (await places.room(db, "demo", "r3")).place_id = place.id
    bot = Bot(chat, store, load(), Config(data_dir=folder, pace=UNPACED), clock)
    postgres.does(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres.does(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    handling = asyncio.create_task(bot.handle(chat.speak("r3", "wang", REPORT)))
    assert not (await asyncio.wait([handling], timeout=0.5))[0]
    postgres.does(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    heard = await handling
    assert heard is not None and heard.did == "open"
    assert (await count(store, Request), await count(store, Post)) == (1, 1)
    await store.close()
