"""The 问题清单 of a month: which requests stand in it, what is told of them, and how it leaves."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from openpyxl import load_workbook

from bot.attachments import render
from bot.clock import MovedClock
from bot.ledger import agenda_sheet, issue_sheet
from bot.simulator.neighbourhood import DEMO, G3, WORK
from bot.simulator.stage import stage
from nlp import load
from tests.neighbourhood import House, at, open_house

NOW = at("2026-11-26 10:00")


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as house:
        yield house


def table(data: bytes) -> list[list[object]]:
    """The first sheet: its title, then its rows without the headings."""
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    title, _, *rows = sheet.iter_rows(values_only=True)
    return [[title[0]], *map(list, rows)]


async def listed(house: House, period: str) -> list[tuple[object, object]]:
    _, data = await issue_sheet(house.store, [house.community.id], period, NOW, house.rules)
    return [(row[1], row[0]) for row in table(data)[1:]]


async def test_what_came_in_or_was_open_in_the_period_stands_in_it(house: House) -> None:
    old = await house.says("2026-09-20 10:00")
    await house.moves(old, "done", "2026-10-31 18:00")
    carried = await house.says("2026-10-20 10:00")
    await house.moves(carried, "done", "2026-11-01 09:00")
    await house.says("2026-11-18 10:00", house.five)
    await house.says("2026-11-18 11:00", route="quick")
    await house.says("2026-11-18 12:00", state="unsure")
    withdrawn = await house.says("2026-11-19 10:00")
    await house.moves(withdrawn, "withdraw", "2026-11-19 11:00")
    await house.says("2026-11-25 10:00")
    assert await listed(house, "2026-11") == [("3号楼", 2), ("3号楼", 6), ("5号楼", 1)]
    assert await listed(house, "2026-10") == [("3号楼", 1), ("3号楼", 2)]
    assert await listed(house, "2026-W47") == [("5号楼", 1)]
    assert await listed(house, "2026-W48") == [("3号楼", 6), ("5号楼", 1)]


async def test_a_row_tells_what_was_said_who_has_it_and_what_is_answered(house: House) -> None:
    leak = await house.says(
        "2026-11-18 10:00",
        category="water",
        text="顶楼漏水 电话13812345678",
        where={"unit": "2", "floor": "6", "flat": "", "part": "屋顶"},
    )
    await house.moves(leak, "hand", "2026-11-18 12:00", holder="property")
    await house.changes(leak, reply="11月30日前补漏")
    name, data = await issue_sheet(house.store, [house.three.id], "2026-11", NOW, house.rules)
    title, row = table(data)
    assert name == "问题清单-3号楼-2026-11.xlsx"
    assert title == ["3号楼 问题清单 2026年11月1日—30日"]
    assert row[:3] == [1, "3号楼", "给排水"] and row[4] == "2单元6楼屋顶"
    assert str(row[3]).startswith("顶楼漏水") and "13812345678" not in str(row[3])
    assert row[6:8] == [0, "物业"] and row[9:] == ["已转交", "11月30日前补漏"]


async def test_a_dispute_is_counted_and_not_told(house: House) -> None:
    await house.says(
        "2026-11-18 10:00", category="dispute", private=True, text="楼上老王半夜吵架", where={"flat": "501"}
    )
    _, data = await issue_sheet(house.store, [house.three.id], "2026-11", NOW, house.rules)
    row = table(data)[1]
    assert (row[2], row[3], row[4]) == ("邻里纠纷", "一件私事", None)


async def test_the_agenda_has_what_is_still_owed(house: House) -> None:
    for building in (house.three, house.five):
        await house.says("2026-11-18 10:00", building, category="parking", text="没有地方停车")
    done = await house.says("2026-11-18 11:00", text="门禁坏了", category="security")
    await house.moves(done, "done", "2026-11-19 10:00")
    name, data = await agenda_sheet(house.store, [house.community.id], "2026-11", NOW, house.rules)
    cells = [cell for row in table(data) for cell in row if cell]
    assert name == "三方会议议程-河滨花园-2026-11.xlsx"
    assert "3号楼、5号楼" in cells and not [cell for cell in cells if "门禁" in str(cell)]


async def test_a_period_without_anything_and_a_place_without_buildings_make_a_sheet(house: House) -> None:
    for ids in ([house.three.id], []):
        _, data = await issue_sheet(house.store, ids, "2026-11", NOW, house.rules)
        assert len(table(data)) == 1


async def test_export_in_the_work_group_hands_over_the_sheet(tmp_path: Path) -> None:
    async with stage(load(), MovedClock(at("2026-11-18 09:14")), tmp_path) as made:
        await made.furnish(DEMO)
        await made.speak(G3, "wang", "垃圾房味道大得来 几天没冲了")
        await made.speak(G3, "li", "/列入 1")
        await made.speak(WORK, "jiang", "/导出")
        handed = made.chat.history(WORK)[-1]
        assert handed.file == "问题清单-梧桐里-2026-11.xlsx"
        [title, row] = table(await made.chat.image(handed.id, 1 << 23))
        assert title == ["梧桐里 问题清单 2026年11月1日—30日"] and row[1] == "3号楼"


async def test_a_sheet_owed_by_the_clock_is_drawn_when_it_is_said(house: House) -> None:
    await house.says("2026-11-18 10:00")
    owed = {"sheet": {"places": [house.community.id], "period": "2026-W47"}}
    name, data = await render(owed, house.store, NOW, house.rules)
    assert name == "问题清单-河滨花园-2026-W47.xlsx" and len(table(data)) == 2
