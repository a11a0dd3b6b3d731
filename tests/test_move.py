"""louzu move: everything that happened, in PostgreSQL, once; or nothing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.__main__ import main
from bot.simulator import stage
from bot.simulator.play import play
from store import Store, alone, moving, people, places, requests
from store.migrate import migrate
from store.moves import Act
from store.people import CLOCK
from store.tables import Place, Request
from tests.neighbourhood import at
from tests.postgres import Server

NOW = at("2026-12-24 10:00")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of five weeks in a neighbourhood, with what refers to a later row of its own table."""
    folder = tmp_path_factory.mktemp("lived")
    file = folder / "louzu.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "Store", lambda: Store(f"sqlite+aiosqlite:///{file}"))
        asyncio.run(_live(file, folder))
    return file


async def _live(file: Path, folder: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{file}")
    await migrate(store, NOW)
    await play(folder)
    async with store.begin() as db:
        first, last = await db.scalars(
            select(Request).where(Request.number <= 2, Request.building_id == 2).order_by(Request.id)
        )
        first.state, first.merged_id = "merged", last.id
        street = Place(kind="street", name="江浦路街道", path="/")
        db.add(street)
        await db.flush()
        (await places.community(db, "梧桐里")).parent_id = street.id
        await people.make_code(db, "captain", street, NOW)
    await store.close()


@pytest.fixture
def folder(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(lived, tmp_path / "data" / "louzu.db")
    return tmp_path


@pytest.fixture
async def target(postgres: Server) -> AsyncIterator[Store]:
    """The same stands at the address in `target.url`."""
    store = Store(postgres.url(postgres.made()))
    yield store
    await store.close()


async def move(to: Store) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ("move", "--to", str(to.url)))


async def counts(store: Store) -> moving.Counts:
    async with store.read() as db:
        return await moving.counts(db)


def here(folder: Path) -> Store:
    return Store(f"sqlite+aiosqlite:///{folder / 'data' / 'louzu.db'}")


async def test_all_is_moved_counted_and_goes_on(folder: Path, target: Store) -> None:
    told = await move(target)
    assert told.exit_code == 0, told.output
    source = here(folder)
    before = await counts(source)
    assert before == await counts(target) and before["request"] > 5 and before["post"] > 20
    assert all(f"{name}\t{rows}\n" in told.stdout for name, rows in before.items())
    async with source.read() as old, target.read() as new:
        assert await moving._alike(old, new)
    async with target.begin() as db:
        place = await places.find_building(db, "3")
        assert place is not None
        row = Request(route="quick", category="power", text="灯坏了", created=NOW)
        number = place.last_number + 1
        assert (await requests.open_request(db, row, place, Act(CLOCK, NOW))).number == number
        assert row.id == before["request"] + 1
    await source.close()


async def test_moved_again_nothing_is_doubled_and_what_went_on_there_stays(
    folder: Path, target: Store
) -> None:
    await move(target)
    before = await counts(target)
    told = await move(target)
    assert told.exit_code == 0 and "早就搬好了" in told.stdout
    assert await counts(target) == before
    async with target.begin() as db:
        (await db.get_one(Request, 1)).gist = "改了"
    told = await move(target)
    assert told.exit_code == 1 and "已经有别的数据" in told.stderr and "请换一个空库" in told.stderr
    async with target.read() as db:
        assert (await db.get_one(Request, 1)).gist == "改了"
    assert await counts(target) == before


async def test_what_stops_on_its_way_leaves_nothing_and_may_be_done_again(
    folder: Path, target: Store
) -> None:
    source, left = here(folder), 100
    await migrate(target, NOW)

    def stop(rows: int) -> None:
        nonlocal left
        left -= rows
        if left < 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await moving.copy(source, target, stop)
    assert not any((await counts(target)).values())
    assert (await moving.copy(source, target, lambda _: None))[1]
    await source.close()


async def test_while_the_bot_is_at_work_nothing_is_moved(
    folder: Path, target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "EVERY", 0.0)
    source = here(folder)
    async with alone.alone(source, "demo"):
        told = await move(target)
    assert told.exit_code == 3 and "账号 demo 已经有一个机器人在用" in told.stderr
    await source.close()


@pytest.mark.parametrize(
    ("to", "code", "line"),
    [
        ("sqlite:///other.db", 2, "to 写得不对：应以 postgresql:// 开头"),
        ("mysql://a:hidden@host/x", 2, "to 写得不对：应以 sqlite:/// 或 postgresql:// 开头"),
        ("postgresql://a:hidden@127.0.0.1:1/x", 1, "数据库用不了：连不上 PostgreSQL"),
    ],
)
def test_a_wrong_address_is_told_without_the_password(folder: Path, to: str, code: int, line: str) -> None:
    told = CliRunner().invoke(main, ("move", "--to", to))
    assert told.exit_code == code and told.stderr.startswith(line) and "hidden" not in told.output


def test_where_there_is_nothing_to_move_that_is_said(folder: Path) -> None:
    (folder / "data" / "louzu.db").unlink()
    told = CliRunner().invoke(main, ("move", "--to", "postgresql://127.0.0.1:1/x"))
    assert told.exit_code == 1 and told.stderr == "没有要搬的库：data/louzu.db\n"
    assert not (folder / "data" / "louzu.db").exists()
