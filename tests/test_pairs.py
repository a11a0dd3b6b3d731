"""louzu eval --pairs: two requests are one when the bot's own intake joins the second to the first."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import pairs
from bot.cli.evaluate import command
from bot.pairs import Judged, Pair
from nlp import Reader, load

HEADER = "id\tsame\tminutes\tfirst\tfirst_who\tsecond\tsecond_who\n"
LIFT, LIFT_TOO = "电梯又坏了，停在一楼不动", "电梯坏了，停在一楼，按了半天没反应"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def pair(first: str, first_who: str, second: str, second_who: str, minutes: int = 30) -> Pair:
    return Pair(first, first_who, second, second_who, timedelta(minutes=minutes), True)


@pytest.mark.parametrize(
    ("asked", "joined"),
    [
        pytest.param(
            pair(LIFT, "3-1-702", LIFT_TOO, "3-1-1802"), True, id="a neighbour of the same stairwell"
        ),
        pytest.param(pair(LIFT, "702", LIFT_TOO, "1802"), True, id="one building"),
        pytest.param(pair(LIFT, "702", LIFT_TOO, "1802", minutes=22_000), False, id="two weeks later"),
        pytest.param(pair(LIFT, "3-702", LIFT_TOO, "5-702"), False, id="another building's own group"),
        pytest.param(
            pair(LIFT, "3-702", f"3号楼{LIFT}", "5-702", minutes=10),
            True,
            id="but it names this one",
        ),
        pytest.param(pair("301卫生间漏水", "301", "602卫生间漏水", "602"), False, id="two flats"),
        pytest.param(pair("早上好", "301", LIFT, "602"), False, id="a first that reads like talk"),
        pytest.param(pair(LIFT, "?", LIFT_TOO, "?"), True, id="strangers"),
        # The same person twice: his own thing again by a looser rule than a neighbour's.
        pytest.param(
            pair("三楼的灯不亮了", "301", "灯还是没人修，麻烦快点", "301"), True, id="himself again"
        ),
    ],
)
async def test_the_intake_decides(reader: Reader, asked: Pair, joined: bool) -> None:
    assert [one.joined for one in await pairs.judge([asked], reader)] == [joined]


async def test_no_pair_hears_of_the_one_before(reader: Reader) -> None:
    # Were the first pair still there, both of the second would join its lamp and lift.
    both = pair("楼道灯坏了，电梯也坏了", "501", "物业费为什么涨价", "602")
    judged = await pairs.judge([both, pair("楼道灯坏了", "501", "电梯坏了", "401")], reader)
    assert [one.joined for one in judged] == [False, False]


def test_the_figures_count_joins_and_the_wrong_joins_come_first() -> None:
    same, other = pair("甲", "1", "乙", "2"), Pair("丙", "1", "丁", "2", timedelta(minutes=5), False)
    judged = [Judged(same, True), Judged(same, False), Judged(same, False), Judged(other, True)]
    assert pairs.figures(judged) == {"n": 4, "precision": 0.5, "recall": 0.3333}
    assert [line[:5] for line in pairs.misses(judged)] == ["不该并却并", "该并却没并", "该并却没并"]


def test_a_file_of_pairs_is_told_as_json_and_its_misses_beside(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    rows = [
        ("p1", "1", "14", LIFT, "702", LIFT_TOO, "1802"),
        ("p2", "0", "14", LIFT, "702", LIFT_TOO, "1802"),
    ]
    file.write_text(HEADER + "".join("\t".join(row) + "\n" for row in rows), "utf-8")
    told = CliRunner().invoke(command, ["--pairs", str(file), "--json", "--misses"])
    assert json.loads(told.stdout) == {"n": 2, "precision": 0.5, "recall": 1.0}
    assert told.stderr.startswith("不该并却并了（隔 14 分钟）：[702] 电梯又坏了")
    assert "并到一起的：查准  50.0%" in CliRunner().invoke(command, ["--pairs", str(file)]).stdout


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("p1\tyes\t14\t灯坏了\t1\t灯坏了\t2\n", "第 2 行的 same"),
        ("p1\t1\tsoon\t灯坏了\t1\t灯坏了\t2\n", "minutes"),
        ("p1\t1\t-5\t灯坏了\t1\t灯坏了\t2\n", "minutes"),
        ("p1\t1\t14\t灯坏了\n", "第 2 行有 4 列"),
    ],
)
def test_a_broken_file_of_pairs_is_told_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text(HEADER + row, "utf-8")
    told = CliRunner().invoke(command, ["--pairs", str(file)])
    assert told.exit_code == 1
    assert said in told.output
