"""Every conversation in tests/dialogues goes as it is written, and the bot says nothing that is not."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

import bot.commands
from bot.router import COMMANDS
from nlp import Reader
from nlp.reader import load
from tests.dialogue import BOT, alike, entries, played

FOLDER = Path(__file__).parent / "dialogues"
FILES = sorted(FOLDER.glob("*.txt"))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
async def test_dialogue(path: Path, reader: Reader, tmp_path: Path) -> None:
    script = path.read_text("utf-8")
    happened = await played(script, reader, tmp_path)
    told = difflib.unified_diff(script.splitlines(), happened, "写着", "实际", n=6, lineterm="")
    difference = "\n".join(told)
    if difference:
        pytest.fail(f"{path.name}\n{difference}", pytrace=False)


def test_there_are_many() -> None:
    assert len(FILES) >= 40
    assert all(path.read_text("utf-8").startswith("# ") for path in FILES)


def test_every_command_is_said_by_its_name() -> None:
    assert bot.commands
    said = "\n".join(
        entry.text for path in FILES for entry in entries(path.read_text("utf-8")) if entry.kind == "said"
    )
    unsaid = [name for name in COMMANDS if not re.search(rf"(?:[/／]|」 ){name}(?!\w*[一-龥])", said)]
    assert not unsaid


def test_what_is_written_must_be_said_exactly() -> None:
    assert alike("收到 #1 …前给您回音。", "收到 #1 灯。李阿姨跟进，\n明天前给您回音。")
    assert not alike("收到 #1", "收到 #12")
    assert not alike("收到 #1 …回音。", "收到 #1 灯。")


@pytest.mark.parametrize(
    "broken",
    [
        "王阿婆   早上好\n楼小助   早上好",
        "王阿婆   /服务牌",
        "王阿婆   /服务牌\n楼小助   5号楼 服务牌…",
        "私聊 李阿姨\n李阿姨   /清单\n3号楼群",
    ],
    ids=["没说的", "多说的", "说错的", "在别处多说的"],
)
async def test_a_wrong_dialogue_is_noticed(broken: str, reader: Reader, tmp_path: Path) -> None:
    script = f"== 2026-11-16 10:00\n3号楼群\n{broken}"
    assert await played(script, reader, tmp_path) != script.splitlines()


def test_a_line_that_goes_on_is_one_saying() -> None:
    (said,) = entries(f"{BOT}   一\n         二")
    assert (said.kind, said.text) == ("heard", "一\n二")
