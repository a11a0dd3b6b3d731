"""The log: ids and kinds of errors, never a word that was said, whoever writes it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot import logs
from bot.clock import MovedClock
from bot.config import Log
from bot.simulator.neighbourhood import DEMO, G3, G5
from bot.simulator.stage import Stage, stage
from bot.simulator.times import HERE
from nlp import Reader, load

START = datetime(2026, 11, 18, 9, 14, tzinfo=HERE)
SAID = (
    (G3, "wang", "3号楼2单元的灯又勿亮了 夜里下楼吓死人"),
    (G3, "wang", "我家电话13812345678"),
    (G5, "wu", "今朝太阳老好 被子好晒了"),
    (G5, "wu", "电梯停牢了 我关在里厢 快来人"),
    (G3, "li", "/办结 1 灯泡换好了"),
    (G3, "li", "/办结 99"),
    (G3, "fang", "楼上半夜拖桌子，能不能帮忙说说"),
    (None, "wang", "/认领 ABCDEFGH"),
    (None, "li", "/清单"),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What a log at DEBUG writes, in both formats; afterwards all loggers are as they were."""
    root, stream = logging.getLogger(), io.StringIO()
    levels = {name: logging.getLogger(name).level for name in (None, *logging.root.manager.loggerDict)}
    handler = logs.begin(Log(level="DEBUG", format=request.param), stream)
    yield stream
    root.removeHandler(handler)
    logging.raiseExceptions = True
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def play(made: Stage) -> list[str]:
    """Everything said by anybody, the bot too."""
    await made.furnish(DEMO)
    for room, person, text in SAID:
        await made.speak(room, person, text)
    await made.move_to(datetime(2026, 11, 23, 9, 30, tzinfo=HERE))
    rooms = (*made.chat.rooms, *(one.id for one in DEMO.people))
    return [line.text for room in rooms for line in made.chat.history(room)]


def pieces(texts: list[str]) -> set[str]:
    """Every run of four Chinese characters or six digits of it: short enough that none slips through."""
    runs = [run for text in texts for run in re.findall(r"[一-鿿]{4,}|\d{6,}|[A-Z]{8}", text)]
    return {run[at : at + 4] for run in runs for at in range(len(run) - 3)}


async def test_nothing_that_was_said_is_logged_even_when_everything_is(
    written: io.StringIO, reader: Reader, tmp_path: Path
) -> None:
    async with stage(reader, MovedClock(START), tmp_path) as made:
        said = await play(made)
    logging.getLogger("louzu").debug("the end")
    log = written.getvalue()
    assert "the end" in log
    assert len(said) > len(SAID)
    assert not {piece for piece in pieces(said) if piece in log}


async def test_an_error_that_repeats_what_was_said_is_logged_without_it(
    written: io.StringIO, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(self: Reader, text: str) -> None:
        try:
            raise KeyError(text)
        except KeyError as error:
            raise ValueError(f"can't read {text}") from error

    monkeypatch.setattr(Reader, "read", stumble)
    async with stage(reader, MovedClock(START), tmp_path) as made:
        await made.furnish(DEMO)
        await made.speak(G3, "wang", SAID[0][2])
    log = written.getvalue()
    assert "failed on" in log and "KeyError" in log and "ValueError" in log and "test_logs.py" in log
    assert not {piece for piece in pieces([SAID[0][2]]) if piece in log}


async def test_a_task_that_nobody_waited_for_does_not_print_its_error(written: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(logs.unhandled)
    loop.call_exception_handler({"message": "lost", "exception": ValueError(SAID[0][2])})
    loop.set_exception_handler(None)
    log = written.getvalue()
    assert "lost" in log and "ValueError" in log and "吓死人" not in log


def test_one_record_is_one_line_whatever_an_id_holds(written: io.StringIO) -> None:
    logging.getLogger("louzu").warning("failed on %s", "id\n2026-11-18 ERROR louzu: 假的一行\r")
    [line] = written.getvalue().splitlines()
    assert "假的一行" in line


def test_json_is_one_object_a_line_with_its_error_inside() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Json())
    try:
        raise FileNotFoundError(2, "No such file or directory", "照片.jpg")
    except FileNotFoundError as error:
        handler.handle(
            logging.LogRecord("louzu", logging.ERROR, "", 0, "photo %s", ("7",), (type(error), error, None))
        )
    told = json.loads(stream.getvalue())
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "louzu", "photo 7")
    assert told["error"].splitlines()[-1] == "FileNotFoundError: No such file or directory"


def test_other_peoples_loggers_are_heard_from_warnings_on(written: io.StringIO) -> None:
    logging.getLogger("aiosqlite").debug("executing 灯又勿亮了")
    logging.getLogger("jieba").info("Building prefix dict")
    logging.getLogger("somebody.new").info("said 灯又勿亮了")
    logging.getLogger("somebody.new").warning("careful")
    assert "careful" in written.getvalue() and len(written.getvalue().splitlines()) == 1
