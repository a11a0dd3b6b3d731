"""A neighbourhood's own words: what they do to a reading, what is wrong with their file, and when they count."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.clock import MovedClock
from bot.config import Config
from bot.simulator.stage import stage
from bot.simulator.times import HERE
from bot.vocabulary import Vocabulary, file_of
from bot.watch import Watch
from nlp import Broken, Own, Reader, load, own_words
from nlp.own import Entry

ROOT = Path(__file__).parent.parent
GOOD = """\
[[word]]
words = "新风机房 新风口"
category = "公共设施绿化"

[[word]]
words = "停电宝"
kind = "never"

[forms]
"圆梦元" = "圆梦园"

[places]
"圆梦园" = "梦园"
"""
WRONG = """\
exceptions = "停电宝"
[[word]]
words = "新风机房"
category = "facility"

[[word]]
word = "灯"
kind = "nevr"
weight = -1

[[word]]
words = "新风机房"
kind = "talk"
category = "water"

[[word]]
words = "群租"
kind = "case"

[forms]
"等" = "灯"
"水鸭" = 3

[places]
"花园" = ""
"梦园" = "园子"
"大园" = "园子"
"""
TOLD = [
    "1: 不认得「exceptions」，只有 [[word]]、[forms]、[places]",
    "4: category 不认得「facility」，是不是 facilities？",
    '6: 要有 words = "词 词"',
    "7: 不认得 word，是不是 words？",
    "8: kind 不认得「nevr」，是不是 never？",
    "9: weight 是平常的几倍",
    "12: 「新风机房」第 3 行已经写过",
    "14: talk 不分类别，请删去 category",
    "16: case 要写 category",
    "21: 「等」只有一个字",
    '22: 「水鸭」要写成 "听错的" = "本来的"',
    '25: 「花园」要写成 "名字" = "叫法 叫法"',
    "27: 「园子」已经是「梦园」的叫法",
]


@pytest.fixture(scope="module")
def ours() -> Reader:
    return load()


@pytest.fixture
def reader(ours: Reader):
    yield ours
    ours.take_up(Own())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "vocabulary.toml"


def written(file: Path, text: str, age: int = 0) -> Path:
    file.write_text(text, "utf-8")
    os.utime(file, (1_700_000_000 + age, 1_700_000_000 + age))
    return file


def test_an_own_thing_makes_a_request_of_its_category(reader: Reader, file: Path) -> None:
    before = reader.read("新风机房又坏了")
    reader.take_up(own_words(written(file, GOOD)))
    after = reader.read("新風機房又坏了")
    assert after.category == "facilities" and after.certainty > before.certainty
    assert any("新风机房（本小区的词）" in line for line in after.why)
    assert not any("本小区的词" in line for line in before.why)


def test_an_exception_hides_what_stands_in_it(reader: Reader, file: Path) -> None:
    text = "楼道里的停电宝"
    before = reader.read(text)
    assert (before.outcome, before.category) == ("speak", "power")
    assert any("「停电」" in line for line in before.why), before.why
    reader.take_up(own_words(written(file, GOOD)))
    reading = reader.read(text)
    assert reading.outcome == "silent"
    assert any("停电宝（本小区的词）" in line and "「停电」" not in line for line in reading.why)


def test_own_forms_and_places(reader: Reader, file: Path) -> None:
    reader.take_up(own_words(written(file, GOOD)))
    assert reader.read("圆梦元的灯不亮了").place.part == "圆梦园"
    assert reader.read("梦园的灯不亮了").place.part == "圆梦园"


def test_an_own_word_wins_over_ours(reader: Reader) -> None:
    reader.take_up(Own((Entry(("电梯",), "thing", "noise", weight=5),)))
    assert reader.read("电梯坏了").category == "noise"


def test_a_route_of_its_own(reader: Reader) -> None:
    text = "新风机房的门坏了"
    for route in ("quick", "listed"):
        reader.take_up(Own((Entry(("新风机房",), "thing", "facilities", route, 8),)))
        assert reader.read(text).route == route


def test_no_own_word_silences_an_alarm(reader: Reader) -> None:
    alarms = {
        "圆梦会 3号楼着火了快来人": "fire",
        "圆梦会有人晕倒了 快打120": "person",
        "圆梦会门口有股煤气味 好浓": "gas",
        "圆梦会 电梯里困了人 快来": "trapped",
    }
    ours = {text: reader.read(text) for text in alarms}
    for kind in ("talk", "never"):
        reader.take_up(Own((Entry(("圆梦会",), kind, weight=10),)))
        assert reader.read("圆梦会今天几点").outcome == "silent"
        for text, danger in alarms.items():
            reading = reader.read(text)
            assert (reading.outcome, reading.danger) == ("speak", danger), text
            assert reading.certainty >= ours[text].certainty, text


def test_all_mistakes_are_told_at_once_with_their_lines(file: Path) -> None:
    with pytest.raises(Broken) as broken:
        own_words(written(file, WRONG))
    lines = str(broken.value).splitlines()
    assert [line.startswith(f"vocabulary.toml:{told}") for line, told in zip(lines, TOLD, strict=True)] == [
        True
    ] * len(TOLD), str(broken.value)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("[[word]]\nwords = “停电宝”".encode(), "vocabulary.toml:2: 写法不对：看看引号是不是英文的"),
        ("# 好\n[forms]\n# 词".encode("gbk"), "vocabulary.toml:1: 不是 UTF-8 文字"),
        (b'word = "x"', "vocabulary.toml:1: 要写成两层方括号"),
        (b"#" * (1 << 21), "vocabulary.toml:1: 太大了"),
    ],
    ids=["quotes", "gbk", "brackets", "size"],
)
def test_a_file_that_is_no_vocabulary(file: Path, content: bytes, line: str) -> None:
    file.write_bytes(content)
    with pytest.raises(Broken) as broken:
        own_words(file)
    assert str(broken.value).startswith(line)


def test_a_folder_a_missing_file_and_one_saved_by_notepad(file: Path, tmp_path: Path) -> None:
    assert not own_words(file)
    file.write_text(GOOD, "utf-8-sig")
    assert len(own_words(file)) == 6
    with pytest.raises(Broken, match="读不出来"):
        own_words(tmp_path)


async def test_a_changed_file_counts_and_a_broken_one_does_not(
    reader: Reader, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vocabulary, text = Vocabulary(reader, file), "新风机房又坏了"
    await vocabulary.look()
    assert reader.read(text).category != "facilities"
    written(file, GOOD, 1)
    await vocabulary.look()
    assert reader.read(text).category == "facilities" and vocabulary.words == 6
    written(file, WRONG, 2)
    with caplog.at_level(logging.ERROR):
        await vocabulary.look()
    assert reader.read(text).category == "facilities" and vocabulary.words == 6
    assert vocabulary.places[:2] == ("vocabulary.toml:1", "vocabulary.toml:4")
    assert "category 不认得「facility」" in caplog.text
    written(file, GOOD.replace("公共设施绿化", "noise"), 3)
    await vocabulary.look()
    assert reader.read(text).category == "noise" and not vocabulary.mistakes
    file.unlink()
    await vocabulary.look()
    assert vocabulary.words == 0


async def test_a_broken_file_keeps_no_bot_from_starting(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = asyncio.Event()

    async def listen() -> None:
        listening.set()
        await asyncio.Event().wait()

    written(tmp_path / "vocabulary.toml", WRONG)
    async with stage(reader, MovedClock(datetime(2026, 11, 18, 9, tzinfo=HERE)), tmp_path) as made:
        assert made.bot.vocabulary.file == tmp_path / "vocabulary.toml"
        monkeypatch.setattr(made.bot, "listen", listen)
        life = asyncio.create_task(made.bot.run())
        await listening.wait()
        state = await Watch(made.bot).state()
        life.cancel()
    assert state.well and state.own_words == 0
    assert state.vocabulary_mistakes[0] == "vocabulary.toml:1"


def test_check_says_where_it_is_wrong(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'data_dir = "{tmp_path}"', "utf-8")
    written(tmp_path / "vocabulary.toml", WRONG)
    told = CliRunner().invoke(main, ["--config", str(settings), "check"]).output
    assert "✗ 本小区的词：没有用上，请改好：\n  vocabulary.toml:1: 不认得「exceptions」" in told
    written(tmp_path / "vocabulary.toml", GOOD, 1)
    assert "✓ 本小区的词：6 个" in CliRunner().invoke(main, ["--config", str(settings), "check"]).output


def test_the_file_may_stand_elsewhere(tmp_path: Path) -> None:
    assert file_of(Config(data_dir=tmp_path)) == tmp_path / "vocabulary.toml"
    chosen = Config.model_validate({"reading": {"vocabulary": str(tmp_path / "words.toml")}})
    assert file_of(chosen) == tmp_path / "words.toml"


@pytest.mark.parametrize("language", ["README.md", "README.zh-CN.md"])
def test_the_file_in_the_readme_does_what_it_says(reader: Reader, file: Path, language: str) -> None:
    text = (ROOT / language).read_text("utf-8")
    shown = text.partition("<!-- vocabulary -->\n```toml\n")[2].partition("```\n<!-- /vocabulary -->")[0]
    reader.take_up(own_words(written(file, shown)))
    assert reader.read("新风口坏了").category == "facilities"
    assert reader.read("谁有停电宝").outcome == reader.read("圆梦会今天几点").outcome == "silent"
    assert reader.read("圆梦元的灯不亮了").place.part == reader.read("梦园的灯不亮了").place.part == "圆梦园"


def test_read_and_eval_use_the_own_words_and_say_when_they_are_broken(tmp_path: Path) -> None:
    settings, file = tmp_path / "config.toml", tmp_path / "vocabulary.toml"
    settings.write_text(f'data_dir = "{tmp_path}"', "utf-8")
    labelled = tmp_path / "messages.tsv"
    labelled.write_text(
        "route\tcategory\turgent\ttext\nquick\tfacilities\t0\t新风机房又坏了 麻烦来修\n", "utf-8"
    )

    def louzu(*words: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(settings), *words])

    def right() -> float:
        return float(json.loads(louzu("eval", "--json", str(labelled)).stdout)["category_accuracy"])

    assert right() == 0
    written(file, GOOD)
    assert right() == 1
    assert json.loads(louzu("read", "新风机房又坏了").stdout)["category"] == "facilities"
    written(file, WRONG, 1)
    told = louzu("read", "新风机房又坏了")
    assert "没有用上本小区的词：vocabulary.toml:1: " in told.stderr
    assert json.loads(told.stdout)["category"] != "facilities"
