"""Every kind of emergency: real ones, figures of speech, what is over or elsewhere; and whom to call.

The sentences stand in examples/dangers.tsv. Its last column says what still goes wrong with one, and is empty for
all others; `python -m tests.test_dangers` writes it anew.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import Config, Urgent
from bot.labelled import Row, rows
from bot.simulator.neighbourhood import DEMO, G3
from bot.simulator.stage import stage
from nlp import Reader, load
from nlp.danger import DANGERS

FILE = Path(__file__).parent / "examples" / "dangers.tsv"
COLUMNS = ("kind", "urgent", "text", "wrong")
TABLE = rows(FILE, COLUMNS)
MOST_WRONG = 10
"""Of a hundred sentences. To be lowered."""
MORNING = datetime(2026, 11, 16, 2, tzinfo=UTC)
CALLS = {
    "trapped": ("119",),
    "fire": ("119",),
    "gas": ("119", "燃气"),
    "electric": ("95598", "120"),
    "flood": ("物业",),
    "falling": ("110",),
    "person": ("120",),
    "violence": ("110",),
    "intruder": ("110",),
    "fraud": ("96110",),
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def wrong(row: Row, reader: Reader) -> str:
    """What is wrong with the reading of a sentence; "" when it is right."""
    heard = reader.read(row["text"])
    if row["urgent"] == "0":
        return f"当真了：{DANGERS[heard.danger]}" if heard.danger else ""
    if heard.danger == row["kind"]:
        return ""
    if heard.danger:
        return f"听成{DANGERS[heard.danger]}"
    return "当成闲话" if heard.route == "chat" else "没听出紧急"


@pytest.mark.parametrize("row", TABLE, ids=[f"{row['kind']}-{row['text'][:12]}" for row in TABLE])
def test_an_emergency_is_told_from_a_figure_of_speech(reader: Reader, row: Row) -> None:
    found = wrong(row, reader)
    assert bool(found) == bool(row["wrong"]), found or "it is right now: run python -m tests.test_dangers"


def test_every_kind_has_its_sentences_and_few_are_wrong() -> None:
    counts = Counter((row["kind"], row["urgent"]) for row in TABLE)
    assert set(counts) == {(kind, urgent) for kind in DANGERS for urgent in "01"}
    assert all(n >= (6 if urgent == "1" else 4) for (_, urgent), n in counts.items())
    assert sum(bool(row["wrong"]) for row in TABLE) <= MOST_WRONG


@pytest.mark.parametrize("kind", DANGERS)
def test_the_numbers_of_the_settings_are_those_to_call(kind: str) -> None:
    call = getattr(Urgent(), kind)
    assert all(number in call for number in CALLS[kind])


@pytest.mark.parametrize("kind", DANGERS)
@pytest.mark.parametrize("own", [False, True], ids=["as shipped", "as set"])
async def test_the_acknowledgement_tells_whom_to_call(
    reader: Reader, tmp_path: Path, kind: str, own: bool
) -> None:
    urgent = Urgent(**{kind: "9101 那个电话"}, property_desk="64120000") if own else Urgent()
    text = next(row["text"] for row in TABLE if (row["kind"], row["urgent"], row["wrong"]) == (kind, "1", ""))
    async with stage(reader, MORNING, tmp_path) as made:
        await made.furnish(DEMO)
        made.bot.means = replace(made.bot.means, config=Config(data_dir=tmp_path, urgent=urgent))
        await made.speak(G3, "wang", text)
        said = made.chat.history(G3)[-1].text
    assert said.startswith("【紧急】")
    assert getattr(urgent, kind) in said
    assert ("物业 64120000" in said) is own


if __name__ == "__main__":
    ours = load()
    lines = [[row["kind"], row["urgent"], row["text"], wrong(row, ours)] for row in TABLE]
    FILE.write_text("".join("\t".join(line) + "\n" for line in [list(COLUMNS), *lines]), "utf-8")
