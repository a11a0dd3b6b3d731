"""louzu eval: each figure counts what its name says; louzu read: one text as JSON."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import evaluate
from bot.evaluate import Evaluation, Read, precision_recall
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
    assert list(figures) == list(evaluate.FIGURES)


def test_the_report_lists_what_was_misread(tmp_path: Path) -> None:
    file = tmp_path / "labelled.tsv"
    file.write_text(HEADER + "a\tlisted\tpets\t0\t早上好\n", "utf-8")
    told = CliRunner().invoke(evaluate.command, [str(file), "--misses"])
    assert "该 清单宠物，却 闲话" in told.stdout


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
    assert figures["n"] > 1_400
    assert figures["precision"] > 0.97 and figures["recall"] > 0.97
    assert figures["urgent_recall"] > 0.97 and figures["category_accuracy"] > 0.9
