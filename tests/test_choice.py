"""What a message may be in its room: the pure weighing of options, and its table."""

from pathlib import Path

import pytest

from nlp import Broken
from nlp.choice import Choices, Option, Part, load, written

WEIGHTS = {
    ("新", "", "像诉求"): 2.0,
    ("续", "", "刚在说"): 1.0,
    ("续", "自己", "刚在说"): 1.5,
    ("结", "", "总"): -1.0,
}
SPOKEN = {"刚在说": 1.0}


def options(who: str) -> list[Option]:
    going_on = Part("续", who, SPOKEN)
    return [
        Option("silent"),
        Option("new", parts=(Part("新", "", {"像诉求": 0.5}),)),
        Option("add", 7, (going_on,)),
        Option("done", 7, (going_on, Part("结", who, {"总": 1.0}))),
    ]


def test_all_that_it_may_be_adds_up() -> None:
    likely = Choices(WEIGHTS).probabilities(options("旁人"))
    assert sum(likely) == pytest.approx(1)
    assert likely[1] == likely[2] > likely[3] == likely[0]


def test_a_sign_counts_for_everybody_and_besides_for_such_a_speaker() -> None:
    own, stranger = (Choices(WEIGHTS).probabilities(options(who)) for who in ("自己", "旁人"))
    assert own[2] / own[0] > stranger[2] / stranger[0]


def test_scores_of_any_size_are_weighed() -> None:
    far = [Option("silent"), Option("new", parts=(Part("新", "", {"像诉求": 1e6}),))]
    assert Choices(WEIGHTS).probabilities(far) == [0.0, 1.0]


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = tmp_path / "choices.tsv"
    table.write_text(written(WEIGHTS), "utf-8")
    assert load(table).weights == WEIGHTS


@pytest.mark.parametrize(
    ("line", "said"), [("新\t\t像诉求", "3"), ("旧\t\t像诉求\t1", "旧"), ("新\t\t像诉求\t多", "多")]
)
def test_a_broken_line_is_told_with_its_number(tmp_path: Path, line: str, said: str) -> None:
    table = tmp_path / "choices.tsv"
    table.write_text(written(WEIGHTS) + line + "\n", "utf-8")
    with pytest.raises(Broken, match=rf"choices\.tsv:{len(WEIGHTS) + 2}: .*{said}"):
        load(table)


def test_a_table_that_is_not_utf8_says_in_which_line(tmp_path: Path) -> None:
    table = tmp_path / "choices.tsv"
    table.write_bytes("option\twho\tsign\tweight\n新\t\t像诉求\t1\n".encode("gb18030"))
    with pytest.raises(Broken, match="UTF-8"):
        load(table)
