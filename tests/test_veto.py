"""A summary that a captain stopped is not said, also when his word was heard late."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.simulator.neighbourhood import DEMO, G3
from bot.simulator.stage import Stage, stage
from bot.simulator.times import HERE
from nlp import Reader, load


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def said(made: Stage) -> list[str]:
    return [line.text.split("\n")[0] for line in made.chat.history(G3) if "周汇总" in line.text]


@pytest.mark.parametrize("when", ["2026-11-18 12:00", "2026-11-23 08:30"])
async def test_what_was_stopped_in_time_and_heard_after_the_hour_is_not_said(
    reader: Reader, tmp_path: Path, when: str
) -> None:
    async with stage(reader, at("2026-11-16 08:00"), tmp_path) as made:
        await made.furnish(DEMO)
        made.clock.move_to(at(when))
        made.chat.speak(None, "li", "/停发 周")
        made.clock.move_to(at("2026-11-23 09:05"))
        await made.bot.keeper.do("weekly")
        await made.settle()
        await made.move_to(at("2026-11-30 09:05"))
        assert said(made) == ["【3号楼 周汇总】11月23日—29日"]


async def test_who_stops_after_the_hour_means_the_week_that_runs(reader: Reader, tmp_path: Path) -> None:
    async with stage(reader, at("2026-11-16 08:00"), tmp_path) as made:
        await made.furnish(DEMO)
        await made.move_to(at("2026-11-23 09:05"))
        await made.speak(None, "li", "/停发 周")
        await made.move_to(at("2026-11-30 09:05"))
        assert said(made) == ["【3号楼 周汇总】11月16日—22日"]
