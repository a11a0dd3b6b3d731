"""louzu eval: each figure counts what its name says; louzu read: one text as JSON."""

import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from bot import curve
from bot.breakdown import Bin, Kind, calibration, confusion, table
from bot.cards import BLUE
from bot.cli import evaluate
from bot.evaluate import FIGURES, Evaluation, Read, precision_recall
from nlp import Reading

HEADER = "id\troute\tcategory\turgent\ttext\n"


def read(route: str, category: str, reading: Reading, urgent: bool = False) -> Read:
    return Read("…", route, category, urgent, reading)


def test_precision_and_recall_look_from_two_sides() -> None:
    pairs = [(True, True), (True, False), (True, False), (False, True), (False, False)]
    assert precision_recall(pairs) == (0.5, pytest.approx(1 / 3, abs=1e-4))
    assert precision_recall([(False, False)]) == (None, None)


def test_the_figures_of_a_small_file_are_those_counted_by_hand() -> None:
    reads = [
        read("quick", "power", Reading("quick", "power", certainty=0.9)),
        read("listed", "water", Reading("quick", "water", "flood", certainty=0.5), urgent=True),
        read("listed", "noise", Reading("listed", "pets", certainty=0.8)),
        read("quick", "care", Reading("chat", certainty=0.3)),
        read("chat", "-", Reading("quick", "power", certainty=0.8)),
        read("chat", "-", Reading("quick", "power", certainty=0.5)),
        read("chat", "-", Reading("chat", certainty=0.1)),
        read("chat", "-", Reading("chat", certainty=0.45)),
    ]
    assert Evaluation(reads, 2.0).figures() == {
        "n": 8,
        "precision": 0.6,
        "recall": 0.75,
        "f1": 0.6667,
        "route_accuracy": 0.5,
        "category_accuracy": 0.5,
        "urgent_precision": 1.0,
        "urgent_recall": 1.0,
        "aloud": 0.25,
        "messages_per_second": 4.0,
    }


def test_a_file_is_read_and_told_as_json(tmp_path: Path) -> None:
    file = tmp_path / "labelled.tsv"
    file.write_text(HEADER + "a\tquick\tpower\t0\t楼道灯坏了，请来人修\na\tchat\t-\t0\t早上好\n", "utf-8")
    told = CliRunner().invoke(evaluate.command, [str(file), "--json"])
    figures = json.loads(told.stdout)
    assert figures["n"] == 2
    assert list(figures) == [*FIGURES, "confusion", "calibration"]
    assert [(one["category"], one["n"]) for one in figures["confusion"]] == [("power", 1), ("-", 1)]
    assert sum(one["n"] for one in figures["calibration"]) == 2


def test_the_report_lists_what_was_misread(tmp_path: Path) -> None:
    file = tmp_path / "labelled.tsv"
    file.write_text(HEADER + "a\tlisted\tpets\t0\t早上好\n", "utf-8")
    told = CliRunner().invoke(evaluate.command, [str(file), "--misses"])
    assert "该 清单宠物，却 闲话" in told.stdout


def test_what_is_taken_for_what_is_counted_by_category() -> None:
    reads = [
        read("quick", "water", Reading("quick", "water")),
        read("listed", "water", Reading("quick", "repair")),
        read("quick", "water", Reading("quick", "repair")),
        read("quick", "water", Reading("chat")),
        read("listed", "power", Reading("chat")),
        read("chat", "-", Reading("chat")),
        read("chat", "-", Reading("quick", "power")),
    ]
    assert confusion(reads) == [
        Kind("water", 4, 1, (("repair", 2), ("-", 1))),
        Kind("power", 1, 0, (("-", 1),)),
        Kind("-", 2, 1, (("power", 1),)),
    ]


def test_certainty_is_held_against_what_came_true_in_ten_bins() -> None:
    reads = [
        read("quick", "water", Reading("quick", "water", certainty=0.82)),
        read("chat", "-", Reading("quick", "water", certainty=0.88)),
        read("quick", "water", Reading("quick", "water", certainty=1.0)),
        read("chat", "-", Reading("chat", certainty=0.0)),
    ]
    bins = calibration(reads)
    assert [one.n for one in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 2, 1]
    assert bins[8] == Bin(0.8, 2, 0.85, 0.5)
    assert bins[1] == Bin(0.1, 0, None, None)
    assert (bins[0].requests, bins[9].requests) == (0.0, 1.0)


def test_columns_stand_under_one_another_though_chinese_is_wide() -> None:
    assert table([("类别", "n"), ("a", "12")]) == ["类别  n", "a     12"]


def test_the_curve_has_its_points_where_the_figures_are() -> None:
    bins = [Bin(0.1, 40, 0.1, 0.5), Bin(0.2, 0, None, None), Bin(0.9, 10, 0.9, 0.9)]
    picture = Image.open(io.BytesIO(curve.draw(bins, "kept.tsv")))
    blue = Image.new("RGB", (1, 1), BLUE).getpixel((0, 0))
    spots = {
        (share, at): picture.getpixel((curve.LEFT + curve.SIDE * at, curve.TOP + curve.SIDE * (1 - share)))
        for share, at in [(0.5, 0.1), (0.9, 0.9), (0.1, 0.1), (0.2, 0.9)]
    }
    assert [spot for spot, colour in spots.items() if colour == blue] == [(0.5, 0.1), (0.9, 0.9)]


def test_the_text_shows_figures_confusion_calibration_and_draws_on_demand(tmp_path: Path) -> None:
    file, picture = tmp_path / "labelled.tsv", tmp_path / "curve.png"
    file.write_text(
        HEADER + "a\tquick\tpower\t0\t楼道灯坏了，请来人修\na\tlisted\tpets\t0\t早上好\n", "utf-8"
    )
    told = CliRunner().invoke(evaluate.command, [str(file), "--curve", str(picture)])
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["供电照明", "1", "100%"] in lines
    assert ["宠物", "1", "0%", "闲话", "1"] in lines
    assert ["0.0—0.1", "1"] in [line[:2] for line in lines]
    with Image.open(picture) as drawn:
        assert drawn.size == (1080, curve.HEIGHT)


@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["FILE", "--pairs", "FILE"],
        ["--pairs", "FILE", "--curve", "curve.png"],
        ["FILE", "--against", "tfidf"],
        ["FILE", "--train", "FILE"],
    ],
)
def test_what_does_not_go_together_is_told(tmp_path: Path, asked: list[str]) -> None:
    file = tmp_path / "labelled.tsv"
    file.write_text(HEADER, "utf-8")
    told = CliRunner().invoke(evaluate.command, [str(file) if word == "FILE" else word for word in asked])
    assert told.exit_code == 2
    assert "要么" in told.output or "一起用" in told.output


TAUGHT = HEADER + "".join(
    f"a\t{row}\n"
    for row in [
        "quick\tpower\t0\t楼道灯坏了请修",
        "quick\tpower\t0\t路灯坏了请修",
        "listed\twater\t1\t水管爆了快来",
        "listed\twater\t1\t水管又爆了快来人",
        "chat\t-\t0\t早上好各位",
        "chat\t-\t0\t大家早上好",
    ]
)


def test_the_baseline_learns_from_a_file_and_stands_beside_ours(tmp_path: Path) -> None:
    file = tmp_path / "labelled.tsv"
    file.write_text(TAUGHT, "utf-8")
    asked = [str(file), "--against", "tfidf", "--train", str(file)]
    told = CliRunner().invoke(evaluate.command, [*asked, "--json"])
    theirs = json.loads(told.stdout)["tfidf"]
    assert list(theirs) == list(FIGURES)
    assert (theirs["f1"], theirs["route_accuracy"], theirs["category_accuracy"]) == (1.0, 1.0, 1.0)
    assert (theirs["urgent_precision"], theirs["urgent_recall"]) == (1.0, 1.0)
    shown = CliRunner().invoke(evaluate.command, asked).stdout.splitlines()
    assert shown[0].split() == ["楼小助", "tfidf"]
    assert shown[1].split() == ["消息", "6", "6"]


def test_without_its_library_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    file = tmp_path / "labelled.tsv"
    file.write_text(TAUGHT, "utf-8")
    told = CliRunner().invoke(evaluate.command, [str(file), "--against", "tfidf", "--train", str(file)])
    assert told.exit_code == 1
    assert told.output == "Error: 要和 TF-IDF 比，先装 scikit-learn：pip install 'louzu[eval]'\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id\troute\ttext\n", "缺少列 category、urgent"),
        (HEADER + "a\tsoon\twater\t0\t漏水\n", "第 2 行的 route"),
        (HEADER + "a\tquick\twater\t0\t漏水\t多\t余\n", "第 2 行有 7 列"),
        (HEADER + "a\tquick\twater\t0\n", "第 2 行有 4 列"),
    ],
)
def test_a_broken_file_is_told_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "labelled.tsv"
    file.write_text(content, "utf-8")
    told = CliRunner().invoke(evaluate.command, [str(file)])
    assert told.exit_code == 1
    assert said in told.output


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    file = tmp_path / "labelled.tsv"
    file.write_bytes((HEADER + "a\tquick\twater\t0\t楼道灯坏了\n").encode("gb18030"))
    told = CliRunner().invoke(evaluate.command, [str(file)])
    assert told.exit_code == 1
    assert "UTF-8" in told.output


def test_one_text_is_read_aloud() -> None:
    told = CliRunner().invoke(evaluate.read, ["3号楼2单元有煤气味"])
    reading = json.loads(told.stdout)
    assert (reading["urgent"], reading["danger"], reading["place"]["unit"]) == (True, "gas", "2")
    assert "煤气" in told.stdout


def test_the_examples_that_the_weights_were_learned_from_are_still_read_so() -> None:
    """Not a measure of the reader, since it learned from them: a change of the data files that loses much shows here."""
    file = Path(__file__).parent / "examples" / "learned.tsv"
    told = CliRunner().invoke(evaluate.command, [str(file), "--json"])
    figures = json.loads(told.stdout)
    assert figures["n"] > 8_700
    assert figures["precision"] > 0.97 and figures["recall"] > 0.94
    assert figures["urgent_recall"] > 0.94 and figures["category_accuracy"] > 0.9
