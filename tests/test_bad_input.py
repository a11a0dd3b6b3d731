"""What no text may do to the reader: make it raise, make it slow, hang a pattern."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp import Place, Reader, Said, load
from tests import adversary

LIMIT = 120
"""Seconds for all patterns together, which take five: one that hangs would take years."""
HANGING = r"(a+)+$"

SCRAPS = [
    *(
        "3号楼2单元501",
        "8-2-1501",
        "12-",
        "#",
        "十二",
        "B2",
        "76弄402",
        "左边",
        "白色车",
        "@所有人 ",
        "[图片]",
        "+1",
    ),
    *(
        "电梯困人",
        "水管爆了",
        "煤气味",
        "還係漏",
        "The lift",
        "\\n",
        "\n",
        "\u202e",
        "\ud83d",
        "\x00",
        "﷽",
        "ﷺ",
    ),
    *(
        "一",
        "十",
        "百",
        "楼",
        "层",
        "到",
        "至",
        "~",
        "1",
        "0" * 30,
        "¹",
        "٣",
        "Ⅻ",
        "㊿",
        "½",
        "%s{0}",
        "'",
        '"',
    ),
]
ANY = st.characters(exclude_categories=())
TEXTS = st.one_of(
    st.text(ANY),
    st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(ANY, max_size=3)), max_size=30).map("".join),
    st.tuples(st.sampled_from(SCRAPS), st.integers(1, 4000)).map(lambda pair: pair[0] * pair[1]),
)
"""Any letters at all, what the rules look for in any order, and one thing over and over."""
SAIDS = st.builds(Said, TEXTS, st.text(ANY, max_size=9), st.builds(Place, *[st.text(ANY, max_size=4)] * 5))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.booleans())
@example("楼道灯坏了" * 100_000, False)
@example("\udfff", True)
def test_no_text_makes_reading_raise(reader: Reader, text: str, assume: bool) -> None:
    reading = reader.read(text, assume=assume)
    assert 0 <= reading.certainty <= 1
    assert not assume or reading.route != "chat"
    assert len(reading.gist) <= 10
    reader.troubles(text)
    reader.covers(text, "电梯坏了")


@settings(max_examples=200, deadline=None)
@given(SAIDS, SAIDS)
@example(Said("1楼到" * 9000), Said("9" * 5000 + "楼"))
def test_no_two_texts_make_comparing_raise(reader: Reader, first: Said, second: Said) -> None:
    assert 0 <= reader.same(first, second).probability <= 1


def steps(work: Callable[[], object]) -> int:
    """How many instructions Python executes and how many functions it calls: the same on every machine."""
    counted = 0

    def calls(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    def instructions(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return instructions

    before = sys.gettrace(), sys.getprofile()
    sys.setprofile(calls)
    sys.settrace(instructions)
    try:
        work()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return counted


MESSAGE = "三号楼2单元501的灯又不亮了，电梯也停在六楼不动，麻烦物业来人看看好吧，谢谢师傅。"
FILLERS = [
    MESSAGE,
    "楼",
    "1-",
    "3楼到5楼",
    "我家也漏水，",
    "the lift is broken ",
    "﷽",
    "？！",
    "12345678",
    "a1",
]


@pytest.mark.parametrize("filler", FILLERS)
def test_a_hundred_times_the_text_costs_less_than_fifty_times_as_much(reader: Reader, filler: str) -> None:
    short, long = ((filler * size)[:size] for size in (200, 20_000))
    for work in (reader.read, lambda text: reader.same(Said(text), Said(text))):
        work(short), work(long)
        assert steps(lambda: work(long)) < 50 * steps(lambda: work(short))  # noqa: B023 - called at once


def test_steps_are_counted() -> None:
    one, many = (steps(lambda: [str(n) for n in range(size)]) for size in (10, 1_000))  # noqa: B023
    assert 50 < many / one < 100


def hangs(program: list[str], seconds: int) -> str:
    """The pattern that a program of ours was still at when its time was over; "" when it came to its end."""
    try:
        subprocess.run(
            [sys.executable, *program],
            cwd=Path(__file__).parent.parent,
            check=True,
            capture_output=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode().split("\n")[-2]
    return ""


def test_no_text_hangs_a_pattern() -> None:
    assert not hangs(["-m", "tests.adversary", "nlp", "bot"], LIMIT)


def test_a_pattern_that_can_hang_would_be_found() -> None:
    code = f"import re; from tests.adversary import attack; attack('here', re.compile({HANGING!r}))"
    assert hangs(["-c", code], 3) == "here"


def test_all_patterns_are_tried() -> None:
    found = adversary.patterns(["nlp", "bot"])
    names = {name.split()[0] for name in found}
    assert {"nlp.same._RANGE", "nlp.normal._RUN", "bot.mask._ROLE", "bot.phrases.COURTESY"} <= names
    assert any(name.startswith("bot.") and ":" in name for name in names)
    assert sum(1 for pattern in found.values() if any(adversary.attacks(pattern))) > 30
