"""Where somebody lives: the flat shown in his name, with and without a list of households."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.home import household, listed
from bot.simulator.neighbourhood import Building, Group, Neighbour, Neighbourhood
from bot.simulator.stage import Stage, stage
from nlp import load
from store import Store, households, places
from store.migrate import create_all
from store.tables import Supporter

FLATS = [("1", "101"), ("2", "101"), ("1", "501"), ("3", "501"), ("1", "602"), ("2", "12A"), ("3", "101")]


@pytest.fixture
async def db() -> AsyncIterator[AsyncSession]:
    store = Store()
    await create_all(store)
    async with store.begin() as session:
        yield session
    await store.close()


@pytest.mark.parametrize(
    ("unit", "flat", "meant"),
    [
        ("1", "101", ("1", "101")),
        ("", "101室", ("", "101")),
        ("2单元", "２０２", ("2", "202")),
        ("二", "501", ("2", "501")),
        ("", "2单元501室", ("2", "501")),
        ("", "二单元501", ("2", "501")),
        ("", "2-501", ("2", "501")),
        ("2", "2-501", ("2", "501")),
        ("", "3号楼501", ("", "501")),
        ("", "3号楼2单元501", ("2", "501")),
        ("", "3-2-501", ("2", "501")),
        ("东", "12a", ("东", "12A")),
    ],
)
def test_a_flat_is_listed_in_one_way_however_it_is_written(
    unit: str, flat: str, meant: tuple[str, str]
) -> None:
    assert listed(unit, flat) == meant


@pytest.mark.parametrize(
    ("name", "spoken", "known", "label"),
    [
        ("王阿姨101", "", "", "101"),
        ("王阿姨101", "2", "", "2-101"),
        ("2单元101王阿姨", "", "", "2-101"),
        ("2-101王阿姨", "", "", "101"),
        ("王阿姨", "2", "", ""),
        ("王阿姨", "", "2-101", "2-101"),
        ("王阿姨1965", "", "", "1965"),
    ],
)
async def test_without_a_list_the_digits_in_the_name_are_the_flat(
    db: AsyncSession, name: str, spoken: str, known: str, label: str
) -> None:
    building = await places.building(db, "3号楼", await places.community(db, "河滨花园"))
    assert await household(db, building, name, spoken, known) == label
    assert await household(db, None, name, spoken, known) == label


@pytest.mark.parametrize(
    ("name", "spoken", "known", "label"),
    [
        ("602王阿姨", "", "", "1-602"),
        ("李师傅 1单元602", "", "", "1-602"),
        ("3-1-602李", "", "", "1-602"),
        ("３号楼六楼６０２", "", "", "1-602"),
        ("12a小陈", "", "", "2-12A"),
        ("2-101王阿姨", "", "", "2-101"),
        ("二单元101王阿姨", "", "", "2-101"),
        ("王阿姨101", "2", "", "2-101"),
        ("王阿姨101", "2", "1-101", "1-101"),
        ("2-101王阿姨", "", "1-101", "2-101"),
        ("3-501王阿姨", "", "", "501"),
        ("3单元501王阿姨", "", "", "3-501"),
        ("王阿姨", "", "602", "1-602"),
        ("王阿姨1965", "", "", ""),
        ("王阿姨1965", "", "1-602", "1-602"),
        ("1965年的老王 602", "", "", "1-602"),
        ("王阿姨", "1", "", ""),
    ],
    ids=lambda value: value or "无",
)
async def test_on_a_list_the_name_finds_the_household(
    db: AsyncSession, name: str, spoken: str, known: str, label: str
) -> None:
    building = await places.building(db, "3号楼", await places.community(db, "河滨花园"))
    await households.keep(db, building, FLATS)
    assert await household(db, building, name, spoken, known) == label


async def test_a_household_is_listed_once_and_counted(db: AsyncSession) -> None:
    top = await places.community(db, "河滨花园")
    three, five = await places.building(db, "3号楼", top), await places.building(db, "5号楼", top)
    assert await households.keep(db, three, [*FLATS, *FLATS]) == len(FLATS)
    assert await households.keep(db, three, [*FLATS, ("1", "701")]) == 1
    assert (three.households, five.households) == (len(FLATS) + 1, 0)
    assert [one.label for one in await households.find(db, three, ["701"])] == ["1-701"]
    assert await households.find(db, five, ["701"]) == []


# -- in the group

ROOM, START = "room", datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
NAMES = ("小吴", "602老李", "李师母 1单元602", "老王1965", "王阿姨")


@pytest.fixture
async def group(tmp_path: Path) -> AsyncIterator[Stage]:
    people = tuple(Neighbour(name, name, "resident", "b", "", (ROOM,), ()) for name in NAMES)
    here = Neighbourhood("小区", (Building("b", "1号楼"),), (Group(ROOM, "1号楼", "b"),), people)
    async with stage(load(), START, tmp_path) as made:
        await made.furnish(here)
        await made.speak(ROOM, "小吴", "大门口的路灯坏了，晚上一片黑")
        yield made


async def backing(group: Stage) -> list[Supporter]:
    async with group.store.read() as db:
        return list(await db.scalars(select(Supporter)))


async def test_two_of_one_flat_are_one_household_however_their_names_show_it(group: Stage) -> None:
    async with group.store.begin() as db:
        building = await places.find_building(db, "1")
        assert building is not None
        await households.keep(db, building, [("1", "501"), ("2", "501"), ("1", "602"), ("2", "703")])
    for name in NAMES[1:]:
        await group.speak(ROOM, name, "+1")
    assert [one.household.partition(":")[0] for one in await backing(group)] == ["1-602", "person", "person"]


async def test_who_is_wiped_leaves_no_flat_behind(group: Stage) -> None:
    await group.speak(ROOM, "602老李", "+1")
    assert [one.household for one in await backing(group)] == ["602"]
    await group.speak(None, "602老李", "/删除我的信息")
    [left] = await backing(group)
    assert (left.person_id, left.household) == (None, f"gone:{left.id}")
