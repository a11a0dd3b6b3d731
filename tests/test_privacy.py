"""What is promised to residents, searched for in every byte that is on the disk: file, log, backups, photos, logs."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot import logs
from bot.app import Bot
from bot.clock import MovedClock
from bot.config import Config, Log, Reading
from bot.config import Store as Settings
from bot.day import read
from bot.replay import BUILDING, ROOM, neighbourhood
from bot.simulator.neighbourhood import DEMO, G3
from bot.simulator.stage import UNPACED, Stage
from bot.simulator.times import HERE
from nlp import Reader, load
from store import Store
from store.migrate import migrate

pytestmark = pytest.mark.sqlite
"""It looks into the very bytes of the file."""

START = datetime(2026, 11, 18, 9, 14, tzinfo=HERE)
ROOT = Path(__file__).parent
LEAK = "顶楼漏水了 天花板在滴 我家青花瓷瓶淋湿了"
SECRET = ("青花瓷瓶", "淋湿了")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@asynccontextmanager
async def on_disk(
    reader: Reader, at: datetime, folder: Path, speak_from: float = 0.6
) -> AsyncIterator[Stage]:
    """A stage on a real file with its WAL, as `louzu run` has it; three backups are kept."""
    made = Stage(reader, MovedClock(at), folder)
    await made.store.close()
    kept, surely = Settings(backups_kept=3), Reading(speak_from=speak_from)
    made.config = Config(data_dir=folder, pace=UNPACED, store=kept, reading=surely)
    made.store = Store(f"sqlite+aiosqlite:///{folder / 'louzu.db'}")
    made.bot = Bot(made.chat, made.store, reader, made.config, made.clock)
    await migrate(made.store, at)
    try:
        yield made
    finally:
        await made.store.close()


def forms(piece: str) -> Iterator[bytes]:
    """The piece as it would stand in a file: in UTF-8, in a JSON column, in UTF-16."""
    yield piece.encode()
    yield json.dumps(piece)[1:-1].encode()
    yield piece.encode("utf-16-le")


def found(pieces: Iterable[str], folder: Path) -> dict[str, str]:
    """Which of the pieces stand on the disk, and in which file."""
    files = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    assert any(one.name == "louzu.db" for one in files)
    return {
        piece: str(file.relative_to(folder))
        for piece in pieces
        for file, data in files.items()
        if any(form in data for form in forms(piece))
    }


def pieces(texts: Iterable[str]) -> set[str]:
    """Every run of four characters, however the text is cut."""
    runs = [run for text in texts for run in re.findall(r"[一-鿿]{4,}|[0-9A-Za-z]{4,}", text)]
    return {run[at : at + 4] for run in runs for at in range(len(run) - 3)}


def picture() -> bytes:
    """A photo like no other."""
    made = io.BytesIO()
    Image.frombytes("RGB", (40, 40), os.urandom(4_800)).save(made, "PNG")
    return made.getvalue()


def photos(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.jpg"))


async def night(made: Stage) -> None:
    """Until after the backup of the coming night."""
    now = made.clock.now().astimezone(HERE)
    await made.move_to((now + timedelta(days=1)).replace(hour=4, minute=0))


# -- plain talk


@pytest.mark.parametrize("day", ["guangzhou", "north"])
async def test_of_a_days_talk_no_word_is_on_the_disk(day: str, reader: Reader, tmp_path: Path) -> None:
    lines = read(ROOT / "days" / f"{day}.tsv")
    levels = {name: logging.getLogger(name).level for name in (None, *logging.root.manager.loggerDict)}
    handler = logs.begin(Log(level="DEBUG"), written := io.StringIO())
    folder, talk, told = tmp_path / "data", [], []
    try:
        async with on_disk(reader, lines[0].at, folder) as made:
            await made.furnish(neighbourhood(lines, "1号楼"), ready={})
            for line in lines:
                if line.sticker:
                    continue
                await made.move_to(max(line.at, made.clock.now()))
                heard = await made.speak(ROOM, line.who, line.words, image=picture() if line.photo else None)
                silent = heard is not None and heard.did == "silent"
                (talk if silent else told).append(line.text)
            ours = [path.read_text("utf-8") for path in (ROOT.parent / "bot" / "words").glob("*.py")]
            names = [line.who for line in lines]
            # Of what was told the words that decided are kept as they were understood: 有冇人 as 有没有人.
            understood = ["".join(reader.words(text)) for text in told]
            plain = pieces(talk) - pieces([*told, *understood, *ours, *names, BUILDING])
            assert len(talk) > 20 and len(plain) > 100
            assert (folder / "louzu.db-wal").stat().st_size
            assert found(plain, folder) == {}
            await night(made)
            (folder / "log.txt").write_text(written.getvalue(), "utf-8")
            assert backups(folder) and found(plain, folder) == {}
            # The search does find what is kept.
            assert found(pieces(told), folder)
    finally:
        logging.getLogger().removeHandler(handler)
        logging.raiseExceptions = True
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


async def test_who_is_not_to_be_recorded_leaves_no_word(reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path) as made:
        await made.furnish(DEMO)
        await made.speak(G3, "wang", "/停止记录")
        await made.speak(G3, "wang", LEAK)
        await made.speak(G3, "wang", image=picture())
        await made.speak(None, "wang", LEAK)
        await night(made)
        assert found(SECRET, tmp_path) == {} and photos(tmp_path) == []


# -- what was kept, and is to be gone


async def told(made: Stage) -> None:
    """A leak with photos, which a neighbour and the captain add to, and which went through lists and ledgers."""
    await made.furnish(DEMO)
    await made.speak(G3, "wang", LEAK)
    await made.speak(G3, "wang", image=picture())
    await made.speak(G3, "wang", "顶楼还在漏 青花瓷瓶要坏了")
    for command in ("/看 1", "/清单", "/改 1 房屋修缮", "/撤销", "/转交 1 物业 青花瓷瓶要先搬走"):
        await made.speak(None, "li", command)
    await made.speak(None, "wang", "/我的信息")
    await night(made)
    assert set(found(SECRET, made.config.data_dir).values()) and len(photos(made.config.data_dir)) == 2


async def test_what_is_old_is_blanked_without_a_trace(reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path) as made:
        await told(made)
        await made.speak(G3, "li", "/办结 1 防水补好了")
        made.clock.move_to(START + timedelta(days=182))
        await made.bot.keeper.do("blank")
        assert set(found(SECRET, tmp_path).values()) <= backups(tmp_path)
        await rotated(made)


async def test_who_asks_for_it_is_wiped_without_a_trace(reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path) as made:
        await told(made)
        await made.speak(G3, "wang", "/删除我的信息")
        assert set(found([*SECRET, "王阿婆"], tmp_path).values()) <= backups(tmp_path)
        assert not photos(tmp_path / "photos")
        await rotated(made)


async def test_what_he_added_to_anothers_request_goes_with_him(reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path) as made:
        await made.furnish(DEMO)
        await made.speak(G3, "fang", "2单元电梯坏了，老人上不去")
        await made.speak(G3, "wang", "2单元电梯坏了 我抱着青花瓷瓶上不去 都淋湿了")
        await made.speak(G3, "wang", "电梯还没修好啊 青花瓷瓶都淋湿了")
        await made.speak(G3, "wang", image=picture())
        assert found(SECRET, tmp_path) and len(photos(tmp_path)) == 1
        await made.speak(None, "wang", "/删除我的信息")
        assert found(SECRET, tmp_path) == {} and photos(tmp_path) == []


@pytest.mark.parametrize("unsure", [False, True])
async def test_what_is_taken_back_leaves_no_trace(unsure: bool, reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path, 1.0 if unsure else 0.6) as made:
        await made.furnish(DEMO)
        said = made.chat.speak(G3, "wang", LEAK)
        await made.settle()
        await made.speak(G3, "wang", image=picture())
        await made.move_to(START.replace(hour=20, minute=30))
        assert found(SECRET, tmp_path) and len(photos(tmp_path)) == 1
        made.chat.recall(said.id)
        await made.settle()
        assert found(SECRET, tmp_path) == {} and photos(tmp_path) == []


async def test_a_remark_or_a_picture_taken_back_leaves_no_trace(reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path) as made:
        await made.furnish(DEMO)
        await made.speak(G3, "wang", "2单元电梯坏了，老人上不去")
        await made.speak(G3, "li", "/受理 1")
        more = made.chat.speak(G3, "wang", "电梯还没修好啊 青花瓷瓶都淋湿了")
        shown = made.chat.speak(G3, "wang", image=picture())
        await made.settle()
        assert found(SECRET, tmp_path) and len(photos(tmp_path)) == 1
        made.chat.recall(more.id)
        made.chat.recall(shown.id)
        await made.settle()
        assert found(SECRET, tmp_path) == {} and photos(tmp_path) == []


async def test_what_a_captain_says_no_to_leaves_no_trace(reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path, 1.0) as made:
        await made.furnish(DEMO)
        await made.speak(G3, "wang", LEAK)
        await made.speak(G3, "wang", image=picture())
        await made.move_to(START.replace(hour=20, minute=30))
        assert found(SECRET, tmp_path) and len(photos(tmp_path)) == 1
        await made.speak(None, "li", "/否 1")
        assert found(["青花瓷瓶"], tmp_path) == {} and photos(tmp_path) == []


async def test_a_picture_that_comes_after_its_request_was_wiped_is_not_kept(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_disk(reader, START, tmp_path) as made:
        await made.furnish(DEMO)
        said = made.chat.speak(G3, "wang", LEAK, image=picture())
        image = made.chat.image

        async def slowly(message_id: str, limit: int) -> bytes:
            data = await image(message_id, limit)
            made.chat.recall(said.id)
            for arrival in made.chat.take():
                await made.bot.handle(arrival)
            return data

        monkeypatch.setattr(made.chat, "image", slowly)
        await made.settle()
        assert photos(tmp_path) == []


async def test_strangers_who_only_asked_are_forgotten_in_a_week(reader: Reader, tmp_path: Path) -> None:
    async with on_disk(reader, START, tmp_path) as made:
        await made.furnish(DEMO)
        made.chat.add_person("wxid_passerby", "路人甲")
        await made.speak(None, "wxid_passerby", "/帮助")
        assert found(["wxid_passerby"], tmp_path)
        made.clock.move_to(START + timedelta(days=8))
        await made.bot.keeper.do("blank")
        assert found(["wxid_passerby", "路人甲"], tmp_path) == {}


def backups(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in (folder / "backups").glob("*.db")}


async def rotated(made: Stage) -> None:
    """As many nights later as copies are kept, it is gone from them, too, and from what was set aside."""
    folder = made.config.data_dir
    aside = folder / f"louzu-{made.clock.now():%Y%m%d-%H%M%S}-before-upgrade.db"
    aside.write_bytes(LEAK.encode())
    for _ in range(5):
        made.clock.move_to(made.clock.now() + timedelta(days=1))
        await made.bot.keeper.do("backup")
    assert found(SECRET, folder) == {} and photos(folder) == []
    assert len(backups(folder)) == 3
