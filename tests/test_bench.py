"""louzu bench: measures what it says, and puts the bound beside it. How fast is no matter of tests."""

from pathlib import Path

import pytest

from bot.bench import counting, intake
from bot.bench.command import line
from bot.bench.ratio import Measured, Turns, in_turns
from bot.bench.wire import wire
from nlp import load


@pytest.mark.parametrize(
    ("value", "at_least", "kept"),
    [(0.5, True, True), (0.4, True, False), (0.5, False, True), (0.6, False, False), (None, True, None)],
)
def test_a_bound_is_kept_or_not(value: float | None, at_least: bool, kept: bool | None) -> None:
    assert Measured("…", value, 0.5, at_least=at_least).kept is kept


def test_the_table_shows_value_bound_and_verdict() -> None:
    assert line(Measured("读", 3.25, 3.0, note="慢")) == "没达到  读：3.25 倍，要求不超过 3 倍（慢）"
    assert line(Measured("内存", None, 150.0, "MB")) == "没测  内存：—，要求不超过 150 MB"


def test_a_ratio_is_that_of_the_medians() -> None:
    assert Turns([4.0, 6.0, 600.0], [2.0, 3.0, 0.1]).ratio == 3.0


async def test_both_are_done_in_turns_after_a_warm_up() -> None:
    done: list[str] = []

    async def ours() -> None:
        done.append("ours")

    async def theirs() -> None:
        done.append("theirs")

    turns = await in_turns(ours, theirs, rounds=2)
    assert done == ["ours", "theirs"] * 3
    assert len(turns.ours) == len(turns.theirs) == 2


async def test_intake_measures_requests_that_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BUILDINGS", 30)
    monkeypatch.setattr(intake, "A_TURN", 2)
    heard: list[str] = []
    handle = intake.Bot.handle

    async def listening(bot: intake.Bot, arrival: intake.Message) -> object:
        hearing = await handle(bot, arrival)
        heard.append(hearing.did if hearing else "nothing")
        return hearing

    monkeypatch.setattr(intake.Bot, "handle", listening)
    (measured,) = await intake.intake(load(), tmp_path)
    assert set(heard) == {"open"}
    assert measured.value is not None and measured.value > 0


async def test_counting_counts_what_bare_sql_counts(tmp_path: Path) -> None:
    (measured,) = await counting.counting(3_000, tmp_path)
    assert measured.value is not None and measured.value > 0
    assert "3000 件" in measured.note


async def test_without_node_the_wire_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = await wire(tmp_path, tmp_path / "modules")
    assert [one.value for one in found] == [None, None]
    assert "Node" in found[0].note
