"""How well the reader reads messages and pairs of our own that nothing was tuned on: floors that only rise."""

import asyncio
from pathlib import Path

import pytest

from bot import pairs
from bot.evaluate import evaluate, messages_of
from nlp import Reader, load

EXAMPLES = Path(__file__).parent / "examples"
MESSAGES = {
    "precision": 0.93,
    "recall": 0.93,
    "f1": 0.93,
    "route_accuracy": 0.92,
    "category_accuracy": 0.82,
    "urgent_precision": 0.78,
    "urgent_recall": 0.76,
}
"""The least that kept.tsv has to reach."""
ALOUD = 0.07
"""The most of its talk that may be answered in the group."""
PAIRS = {"precision": 0.52, "recall": 0.07}
"""The least that kept_pairs.tsv has to reach."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def below(
    figures: dict[str, float | int | None], floors: dict[str, float]
) -> dict[str, tuple[object, float]]:
    found = {key: (figures[key], floor) for key, floor in floors.items()}
    return {key: (value, floor) for key, (value, floor) in found.items() if value is None or value < floor}


def test_messages_that_nothing_was_tuned_on_are_read(reader: Reader) -> None:
    figures = evaluate(messages_of(EXAMPLES / "kept.tsv"), reader).figures()
    assert figures["n"] >= 420
    assert not below(figures, MESSAGES)
    assert figures["aloud"] <= ALOUD


def test_pairs_that_nothing_was_tuned_on_are_joined_or_kept_apart(reader: Reader) -> None:
    found = pairs.pairs_of(EXAMPLES / "kept_pairs.tsv")
    figures = pairs.figures(asyncio.run(pairs.judge(found, reader)))
    assert figures["n"] >= 130
    assert not below(figures, PAIRS)


def test_nothing_kept_was_learned_from() -> None:
    learned = {row["text"] for row in messages_of(EXAMPLES / "learned.tsv")}
    assert not learned & {row["text"] for row in messages_of(EXAMPLES / "kept.tsv")}
