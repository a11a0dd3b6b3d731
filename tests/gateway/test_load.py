"""Many groups talking at once: what `louzu bench --load` says is what came about. How fast is no matter of tests."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.bench import load
from bot.bench.command import bench, told
from bot.bench.load import Answers, Load, Outcome
from bot.bench.said import EVERY, stream
from nlp import load as reader
from store import Store
from store.tables import Request
from tests.postgres import Server


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "ROOMS", 8)
    monkeypatch.setattr(load, "PER_SECOND", 20)


async def test_what_is_asked_in_many_groups_is_answered_and_talk_is_not(
    modules: Path, tmp_path: Path
) -> None:
    passed: list[int] = []
    plan = Load(minutes=0.1)
    outcome = await load.load(plan, tmp_path, modules, passed.append)
    assert sum(passed) == plan.messages == 120
    assert outcome.ours.counts() == outcome.bare.counts() == (24, 24)
    assert outcome.warm > 0 and outcome.end > 0
    opened = {one.text for one in islice(stream(8), 120) if one.asked and not one.text.startswith("/")}
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'bot-0' / 'louzu.db'}")
    async with store.read() as db:
        assert set(await db.scalars(select(Request.text))) == opened
    await store.close()


async def test_several_processes_share_the_groups_on_one_server(
    modules: Path, tmp_path: Path, postgres: Server
) -> None:
    plan = Load(minutes=0.1, processes=2, url=postgres.url(postgres.made()))
    outcome = await load.load(plan, tmp_path, modules, lambda _: None)
    assert outcome.ours.counts() == outcome.bare.counts() == (24, 24)
    assert "PostgreSQL，2 个进程" in told(plan, outcome)[0]


def test_without_node_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    said = CliRunner().invoke(bench, ["--load", "--minutes", "0.01"])
    assert said.exit_code == 1 and "Node.js" in said.output


def test_the_talk_is_silent_and_what_is_asked_is_a_request() -> None:
    read = reader().read
    for said in islice(stream(200), 200 * EVERY * 24):
        if not said.text.startswith("/"):
            assert (read(said.text).route != "chat") is said.asked, said.text


def test_the_table_puts_the_bare_echo_beside_ours() -> None:
    ours, bare = Answers(100, [float(n) for n in range(1, 101)]), Answers(100, [2.0] * 100)
    lines = told(Load(minutes=10), Outcome(ours, bare, 130.4, 131.0))
    assert lines == [
        "SQLite，一个进程：200 个群，每秒 50 条，10 分钟",
        "  该回的 100 条，回了 100 条",
        "  一半的回音在 60.5 毫秒，是裸回声（2.0 毫秒）的 30.25 倍",
        "  百分之九十九在 100.2 毫秒，是裸回声（2.0 毫秒）的 50.09 倍",
        "  内存：热身后 130 MB，最后 131 MB",
    ]
