"""louzu learn: what captains corrected is kept, summed up, and proposed; only a person accepts it."""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.__main__ import main
from bot.config import Config
from bot.config import Reading as Thresholds
from bot.corrections import Example, examples
from bot.evaluate import messages_of
from bot.proposals import Search
from bot.simulator.neighbourhood import DEMO, G3
from bot.simulator.stage import Stage, stage
from bot.simulator.times import HERE
from nlp import Own, Reader, load, own_words
from store import Store, corrections, places, requests
from store.migrate import migrate
from store.moves import Act
from store.people import CLOCK
from store.tables import Correction, Request

START = datetime(2026, 11, 18, 9, 14, tzinfo=HERE)
FANS = ["新风机房又响了 嗡了一夜", "新风机房又坏了 三天了"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest_asyncio.fixture
async def made(reader: Reader, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(reader, START, tmp_path) as made:
        await made.furnish(DEMO)
        yield made


async def kept(made: Stage) -> list[Example]:
    async with made.store.read() as db:
        return examples(await corrections.all_(db))


async def rows(made: Stage) -> list[tuple[str, str, str, str]]:
    async with made.store.read() as db:
        found = await db.scalars(select(Correction).order_by(Correction.id))
        return [(one.field, one.was, one.now, one.words) for one in found]


async def unsure(made: Stage, text: str) -> int:
    """A candidate that only the captain sees; its number."""
    building = await made.place("3号楼")
    async with made.store.begin() as db:
        where = await places.find_building(db, building.name)
        assert where is not None
        row = Request(state="unsure", route="quick", category="other", text=text, created=made.clock.now())
        return (await requests.open_request(db, row, where, Act(CLOCK, made.clock.now()))).number


async def test_every_correction_is_kept_with_what_was_read_and_what_it_is(made: Stage) -> None:
    await made.speak(G3, "wang", "3号楼2单元的灯又勿亮了 夜里下楼吓死人")
    await made.speak(None, "li", "/改 1 设施")
    await made.speak(None, "li", "/列入 1")
    number = await unsure(made, "新风机房又响了")
    await made.speak(None, "li", f"/是 {number}")
    assert await rows(made) == [
        ("category", "power", "facilities", ""),
        ("route", "quick", "listed", ""),
        ("request", "unsure", "yes", ""),
    ]
    first, second = await kept(made)
    assert (first.name, first.was, first.category, first.route) == (
        "3号楼#1",
        ("power", "quick"),
        "facilities",
        "listed",
    )
    assert second.sure and second.text == "新风机房又响了"


async def test_what_is_already_so_is_no_correction(made: Stage) -> None:
    await made.speak(G3, "wang", "3号楼2单元的灯又勿亮了 夜里下楼吓死人")
    await made.speak(None, "li", "/快办 1")
    assert await rows(made) == []


async def test_a_correction_that_was_taken_back_does_not_count(made: Stage) -> None:
    await made.speak(G3, "wang", "3号楼2单元的灯又勿亮了 夜里下楼吓死人")
    await made.speak(None, "li", "/改 1 设施")
    assert len(await kept(made)) == 1
    await made.speak(None, "li", "/撤销")
    assert await kept(made) == []


async def test_of_what_is_no_request_a_few_words_stay_and_no_sentence(made: Stage) -> None:
    number = await unsure(made, "谁家有停电宝借我用一下 我电话13812345678 张阿姨")
    await made.speak(None, "li", f"/否 {number}")
    assert await rows(made) == [("request", "unsure", "no", "停电宝")]
    (one,) = await kept(made)
    assert not one.asked and one.row == ("chat", "-", "0")
    made.clock.move_to(START + timedelta(days=200))
    await made.tick(START)
    assert await rows(made) == []


async def test_who_is_forgotten_leaves_no_correction(made: Stage) -> None:
    await made.speak(G3, "wang", "3号楼2单元的灯又勿亮了 夜里下楼吓死人")
    await made.speak(None, "li", "/改 1 设施")
    await made.speak(None, "wang", "/删除我的信息")
    assert await rows(made) == []


def example(name: str, text: str, **more: object) -> Example:
    return replace(Example(name, text, ("noise",)), **more)  # type: ignore[arg-type]


def fans() -> list[Example]:
    return [
        example(f"3号楼#{n}", text, category="facilities", row=("listed", "facilities", "0"))
        for n, text in enumerate(FANS, 1)
    ]


def search(reader: Reader, corrected: list[Example], known: list[Example] | None = None) -> Search:
    return Search(reader, Own(), Thresholds(), corrected, known or [])


def test_a_word_that_several_corrections_hold_is_proposed_once(reader: Reader) -> None:
    other = example("5号楼#9", "新风机房太吵", category="noise", row=("listed", "noise", "0"))
    (one,) = search(reader, fans(), [other]).proposals()
    assert (one.word, one.entry.kind, one.entry.category) == ("新风机房", "thing", "facilities")
    assert [it.name for it in one.supports] == [it.name for it in one.fixes] == ["3号楼#1", "3号楼#2"]
    assert [it.name for it in one.contradicts] == ["5号楼#9"]
    assert reader.read(FANS[0]).category != "facilities"


def test_what_would_hurt_more_than_it_mends_is_not_proposed(reader: Reader) -> None:
    noisy = [
        example(f"5号楼#{n}", text, category="noise", row=("listed", "noise", "0"))
        for n, text in enumerate(("新风机房响了 请来看看", "新风机房有响声 请来看看"), 1)
    ]
    wrong = fans()[0]
    assert search(reader, [wrong]).proposals()
    made = search(reader, [wrong], noisy)
    assert made.proposals() == []
    assert made.left([]) == [wrong]


def test_an_exception_is_proposed_for_what_was_no_request(reader: Reader) -> None:
    no = example("3号楼#4", "停电宝 漏水", asked=False, row=("chat", "-", "0"))
    (one,) = search(reader, [no]).proposals()
    assert (one.word, one.entry.kind) == ("停电宝", "never")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose captain corrected two requests."""
    (tmp_path / "config.toml").write_text(f'data_dir = "{tmp_path}"', "utf-8")
    asyncio.run(_filled(tmp_path))
    return tmp_path


async def _filled(folder: Path) -> None:
    store = Store(Config(data_dir=folder).database_url)
    try:
        await migrate(store, START)
        async with store.begin() as db:
            three = await places.building(db, "3号楼", await places.community(db, "河滨花园"))
            for text in FANS:
                row = Request(
                    route="listed", category="facilities", text=f"{text} 13812345678", created=START
                )
                await requests.open_request(db, row, three, Act(CLOCK, START))
                fixed = Correction(
                    request_id=row.id, at=START, field="category", was="noise", now="facilities"
                )
                db.add(fixed)
    finally:
        await store.close()


def learn(folder: Path, *words: str, said: str = "") -> Result:
    return CliRunner().invoke(main, ["--config", str(folder / "config.toml"), "learn", *words], input=said)


MINE = """\
# 我们小区的词，居委会小陈记
[forms]
"圆梦元" = "圆梦园"  # 语音老听错
"""


def test_only_what_a_person_accepts_is_written_and_the_rest_of_the_file_stays(folder: Path) -> None:
    file = folder / "vocabulary.toml"
    file.write_text(MINE, "utf-8")
    told = learn(folder, said="n\n")
    assert "3号楼#1「新风机房又响了 嗡了一夜 138******78」读成 噪音扰民，应为 公共设施绿化" in told.output
    assert "2 条更正支持：3号楼#1、3号楼#2" in told.output and "什么也没改" in told.output
    assert file.read_text("utf-8") == MINE
    told = learn(folder, said="好的\ny\n")
    assert told.exit_code == 0, told.output
    assert "请回 y 或 n。" in told.output
    assert "读对的从 0 条到 2 条，改对 2 条，改错 0 条" in told.output
    assert file.read_text("utf-8").startswith(MINE)
    assert "louzu learn：3号楼#1、3号楼#2 的更正\n[[word]]" in file.read_text("utf-8")
    assert own_words(file).entries[0].words == ("新风机房",)
    assert "更正支持" not in learn(folder).output


def test_without_an_answer_nothing_is_written(folder: Path) -> None:
    assert learn(folder).exit_code == 130
    assert not (folder / "vocabulary.toml").exists()


def test_as_json_it_only_tells(folder: Path) -> None:
    told = json.loads(learn(folder, "--json").stdout)
    assert "138******78" in told["corrections"][0]["text"]
    assert told["proposals"][0]["fixes"] == ["3号楼#1", "3号楼#2"]
    tomllib.loads(told["proposals"][0]["toml"])
    assert not (folder / "vocabulary.toml").exists()


def test_the_examples_can_be_measured_and_hold_no_number(folder: Path) -> None:
    file = folder / "examples.tsv"
    assert learn(folder, "--export", str(file)).exit_code == 0
    assert [(one["id"], one["route"], one["category"], one["text"]) for one in messages_of(file)] == [
        (f"3号楼#{n}", "listed", "facilities", f"{text} 138******78") for n, text in enumerate(FANS, 1)
    ]


def test_a_broken_vocabulary_is_to_be_mended_first(folder: Path) -> None:
    (folder / "vocabulary.toml").write_text("[[word]]\n", "utf-8")
    told = learn(folder, said="y\n")
    assert told.exit_code == 1 and "vocabulary.toml:1: 要有 words" in told.output
