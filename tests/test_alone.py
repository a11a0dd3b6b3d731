"""Two processes never share an account; whoever is killed, wherever it is, lets go of it at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store import Store, alone
from store.alone import Taken
from tests.gateway.conftest import free_port
from tests.postgres import Server
from tests.running import PATIENCE, Running

LOCKS = "FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = '{name}')"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shared.db'}"
    server: Server = request.getfixturevalue("postgres")
    return server.url(server.made())


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[list[Running]]:
    started: list[Running] = []
    yield started
    for one in started:
        await one.kill()


async def start(processes: list[Running], folder: Path, url: str, account: str = "main") -> Running:
    """A bot with a port and a data folder of its own."""
    own = folder / f"{len(processes)}"
    own.mkdir()
    process = Running(own, free_port(), LOUZU_STORE__URL=url, LOUZU_WECHAT__ACCOUNT=account)
    await process.start()
    processes.append(process)
    return process


async def refused(process: Running) -> str:
    """What it said when it ended because the account is in use."""
    _, errors = await asyncio.wait_for(process.process.communicate(), PATIENCE)
    assert process.process.returncode == 3
    return errors.decode()


async def test_a_second_process_on_an_account_is_refused_and_a_restart_is_not(
    processes: list[Running], tmp_path: Path, url: str
) -> None:
    first = await start(processes, tmp_path, url)
    await first.writes("health at")
    other = await start(processes, tmp_path, url, "other")
    second = await start(processes, tmp_path, url)
    told = await refused(second)
    assert told == (
        "账号 main 已经有一个机器人在用，不能再开一个；要再接一个微信号，请给它另起一个 [wechat] account\n"
    )
    await other.writes("health at")
    first.process.send_signal(signal.SIGKILL)
    again = await start(processes, tmp_path, url)
    await again.writes("health at")


async def test_who_comes_while_the_other_one_ends_waits_for_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "EVERY", 0.1)
    stores = [Store(url.replace("sqlite:", "sqlite+aiosqlite:")) for _ in range(2)]

    async def comes() -> None:
        async with alone.alone(stores[1], "main"):
            pass

    async with alone.alone(stores[0], "main"):
        with pytest.raises(Taken):
            await comes()
        coming = asyncio.create_task(comes())
        await asyncio.sleep(0.15)
    await coming
    for store in stores:
        await store.close()


async def test_a_connection_that_is_dropped_is_made_anew(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "LOOKS_AGAIN", 0.05)
    monkeypatch.setattr(alone, "EVERY", 0.01)
    name = postgres.made()
    first, second = Store(postgres.url(name)), Store(postgres.url(name))
    async with alone.alone(first, "main") as hold:
        losing = asyncio.create_task(hold.lost())
        before = postgres.does(f"SELECT pid {LOCKS.format(name=name)}")
        postgres.does(f"SELECT pg_terminate_backend({before})")
        for _ in range(400):
            await asyncio.sleep(0.05)
            if postgres.does(f"SELECT pid {LOCKS.format(name=name)}") not in ("", before):
                break
        with pytest.raises(Taken):
            async with alone.alone(second, "main"):
                pass
        assert not losing.done()
        losing.cancel()
    await first.close()
    await second.close()


async def test_who_lost_the_account_to_another_while_the_server_was_away_ends(
    postgres: Server, processes: list[Running], tmp_path: Path
) -> None:
    name = postgres.made()
    running = await start(processes, tmp_path, postgres.url(name))
    await running.writes("health at")
    postgres.does(f"SELECT pg_terminate_backend(pid) {LOCKS.format(name=name)}")
    store = Store(postgres.url(name))
    async with alone.alone(store, "main"):
        assert "账号 main 已经有一个机器人在用" in await refused(running)
    await store.close()
