"""What is done to read quickly changes nothing of what is read."""

import re
from itertools import islice
from pathlib import Path

import pytest

from bot.labelled import rows
from nlp import cues
from nlp.cut import Cut, cutter

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture(scope="module")
def cut() -> Cut:
    return cutter()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    files = (EXAMPLES / "learned.tsv", EXAMPLES / "plain.tsv", *sorted(EXAMPLES.glob("days/one/*.tsv")))
    return [row["text"].lower() for file in files for row in islice(rows(file, ("text",)), 400)]


def test_a_character_stands_alone_where_the_whole_clause_is_cut_so(cut: Cut, texts: list[str]) -> None:
    clauses = {part for text in texts for part in re.findall(r"[\u4e00-\u9fff]+", text)}
    assert len(clauses) > 5000
    other = [one for one in clauses if [cut.alone(one, at) for at in range(len(one))] != alone(cut(one))]
    # Of two cuts that are equally likely (咚咚/咚, 咚/咚咚) rounding chooses.
    assert len(other) <= len(clauses) / 1000, other


def alone(words: list[str]) -> list[bool]:
    """For each character: a word of its own, or an end of a phrase."""
    return [
        len(word) == 1 or (len(word) > 2 and at in (0, len(word) - 1))
        for word in words
        for at in range(len(word))
    ]


def test_a_shape_is_found_only_where_its_characters_are(texts: list[str]) -> None:
    for name, any_of, shape in cues._SHAPES:
        found = [text for text in [*texts, "#小区那些事#"] if shape.search(text)]
        assert found, name
        assert not [text for text in found if any_of and set(any_of).isdisjoint(text)], name
