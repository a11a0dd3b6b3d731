"""The READMEs hold what the code declares, no more and no less; `python -m tests.test_readme` writes it in."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from pydantic import BaseModel

from bot import commands, day
from bot.__main__ import COMMANDS as PROGRAM
from bot.__main__ import main
from bot.cards import draw
from bot.config import Config, Job
from bot.router import COMMANDS
from bot.words.terms import ROLES
from nlp import Reader, load
from schedules.jobs import JOBS
from schedules.summary import Item, Summary
from tests.dialogue import played
from tests.test_config import toml

assert commands  # importing them declares them
ROOT = Path(__file__).parent.parent
CHINESE, ENGLISH = "README.zh-CN.md", "README.md"
BOTH = pytest.mark.parametrize("name", [CHINESE, ENGLISH])
CARD = ROOT / "bot/simulator/static/weekly-card.png"


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


# -- the tables


@dataclass(frozen=True, slots=True)
class Table:
    """What the code declares; the last cell of a row says in words what it is, in Chinese."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        rows = [self.head, ("---",) * len(self.head), *self.rows]
        table = "\n".join(
            f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows
        )
        return f"**{self.title}**\n\n{table}" if self.title else table


def command_tables(language: str) -> Iterator[Table]:
    for who in dict.fromkeys(command.who for command in COMMANDS.values()):
        mine = [command for command in COMMANDS.values() if command.who == who]
        rows = tuple((f"`{one.usage}`", f"`/{one.alias}`", one.help) for one in mine)
        if language == CHINESE:
            roles = "、".join(ROLES[role] for role in ROLES if role in who) or "谁都可以用"
            yield Table(roles, ("命令", "英文", "做什么"), rows)
        else:
            roles = ", ".join(role for role in ROLES if role in who).replace("_", " ") or "anyone"
            yield Table(roles.capitalize(), ("Command", "Alias", "What it does"), rows)


def job_tables(language: str) -> Iterator[Table]:
    rows = tuple((f"`{one.name}`", one.title, f"`{one.when}`", one.about) for one in JOBS.values())
    chinese = ("名字", "叫什么", "什么时候", "做什么")
    yield Table("", chinese if language == CHINESE else ("Name", "In Chinese", "When", "What it does"), rows)


def setting_tables(language: str) -> Iterator[Table]:
    rows = tuple((f"`{key}`", f"`{default}`", about) for key, default, about in settings())
    yield Table(
        "", ("设置", "默认", "是什么") if language == CHINESE else ("Key", "Default", "Meaning"), rows
    )


def program_tables(language: str) -> Iterator[Table]:
    rows = tuple((f"`louzu {name}`", about) for name, (_, about) in PROGRAM.items())
    yield Table("", ("命令", "做什么") if language == CHINESE else ("Command", "What it does"), rows)


TABLES = {
    "program": program_tables,
    "commands": command_tables,
    "jobs": job_tables,
    "settings": setting_tables,
}


def settings() -> Iterator[tuple[str, str, str]]:
    """Key, default and description of every setting."""
    config = Config()
    for name, field in Config.model_fields.items():
        value = getattr(config, name)
        if isinstance(value, BaseModel):
            yield from _settings_of(f"{name}.", value)
        elif name == "jobs":
            yield from _settings_of("jobs.<name>.", Job())
        else:
            yield name, toml(value), field.description or ""


def _settings_of(prefix: str, table: BaseModel) -> Iterator[tuple[str, str, str]]:
    for name, field in type(table).model_fields.items():
        yield f"{prefix}{field.alias or name}", toml(getattr(table, name)), field.description or ""


def block(readme: str, name: str) -> str:
    """What stands between <!-- name --> and <!-- /name -->."""
    found = re.search(f"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", readme, re.DOTALL)
    assert found, f"no <!-- {name} -->"
    return found[1]


def declared(language: str, name: str) -> str:
    """The tables as they have to stand; the English README keeps the English words for things by itself."""
    tables = list(TABLES[name](language))
    if language == ENGLISH:
        glosses = english(block(text(ENGLISH), name))
        tables = [
            replace(table, rows=tuple((*row[:-1], glosses.get(row[0], "")) for row in table.rows))
            for table in tables
        ]
    return "\n\n".join(map(str, tables))


def english(tables: str) -> dict[str, str]:
    """First cell -> last cell of each row."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in tables.splitlines() if line.startswith("| `")]
    return {row[0].strip().replace("\\|", "|"): row[-1].strip().replace("\\|", "|") for row in rows}


@BOTH
@pytest.mark.parametrize("table", TABLES)
def test_the_tables_are_what_the_code_declares(name: str, table: str) -> None:
    assert block(text(name), table) == declared(name, table)


@pytest.mark.parametrize("table", TABLES)
def test_the_english_tables_say_in_english_what_each_thing_is(table: str) -> None:
    glosses = english(block(text(ENGLISH), table))
    assert not {thing: gloss for thing, gloss in glosses.items() if not re.search("[A-Za-z0-9]", gloss)}


# -- what is said beside them


@BOTH
def test_every_command_line_exists(name: str) -> None:
    lines = re.findall(r"\blouzu(?: --config \S+)? ([a-z]+)\b([^\n`|&]*)", text(name))
    assert {command for command, _ in lines} >= set(PROGRAM)
    for command, rest in lines:
        known = main.get_command(main.make_context("louzu", [], resilient_parsing=True), command)
        assert known, command
        options = {option for parameter in known.params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= options, f"{command}{rest}"


@BOTH
def test_every_variable_is_a_setting(name: str) -> None:
    known = {f"LOUZU_{key.upper().replace('.', '__')}" for key, _, _ in settings()}
    assert set(re.findall(r"LOUZU_\w+", text(name))) <= known


@BOTH
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    links = re.findall(r'\]\((?!https?:|#)([^)#]+)|src="([^"]+)"', text(name))
    assert links
    for found in links:
        assert (ROOT / "".join(found)).exists(), found


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@BOTH
async def test_the_conversation_goes_as_it_is_told(name: str, reader: Reader, tmp_path: Path) -> None:
    told = block(text(name), "conversation").strip("`\n").removeprefix("text\n")
    assert len(told.splitlines()) == 6
    script = f"[不看 私聊]\n== 2026-11-16 09:10\n3号楼群\n{told}"
    assert "\n".join(await played(script, reader, tmp_path)) == script


@BOTH
def test_the_day_to_replay_can_be_read(name: str, tmp_path: Path) -> None:
    file = tmp_path / "day.tsv"
    file.write_text(block(text(name), "day").strip("`").removeprefix("tsv\n"), "utf-8")
    assert len(day.read(file)) == 10


def test_the_notice_promises_what_the_settings_keep() -> None:
    keep = Config().keep
    notice = block(text(CHINESE), "notice")
    assert f"{keep.text_days} 天" in notice and f"{keep.unsure_days} 天" in notice


# -- the picture

WEEK = Summary(
    kind="weekly",
    place="3号楼",
    period="2026-W47",
    since=date(2026, 11, 16),
    until=date(2026, 11, 22),
    new=5,
    quick=3,
    listed=2,
    done=(
        Item(12, "3号楼", "2单元楼道灯", "power", "resolved", "captain", note="灯泡换好了"),
        Item(11, "3号楼", "垃圾房门口", "sanitation", "resolved", "captain", note="地也冲了"),
        Item(9, "3号楼", "东门门禁", "security", "resolved", "property", note="读卡器换新"),
        Item(8, "3号楼", "车棚灯", "power", "resolved", "property", note="线路接好了"),
    ),
    open=(
        Item(
            5,
            "3号楼",
            "顶楼漏水",
            "repair",
            "waiting",
            "property",
            date(2026, 12, 15),
            "等天晴做防水",
            supporters=3,
        ),
        Item(
            10,
            "3号楼",
            "车棚充电口",
            "facilities",
            "handed_over",
            "clerk",
            date(2026, 11, 25),
            "三方会议上议",
        ),
    ),
    late=(
        Item(
            3,
            "3号楼",
            "三楼堆物",
            "fire_safety",
            "open",
            "captain",
            date(2026, 11, 20),
            "已请居委会跟进",
            late=True,
        ),
    ),
    categories=(("power", 2), ("sanitation", 1), ("security", 1), ("facilities", 1)),
    thanks=("李阿姨", "方老师", "马师傅"),
)


def test_the_picture_is_a_card_as_the_bot_draws_it_today() -> None:
    with Image.open(CARD) as shown, Image.open(io.BytesIO(draw(WEEK))) as drawn:
        assert shown.size == drawn.size
    assert CARD.stat().st_size < 150_000


def write() -> None:
    """Bring the tables and the picture up to date; the English words of what is new are still to be written."""
    for language in (CHINESE, ENGLISH):
        for name in TABLES:
            begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
            before, _, rest = text(language).partition(begin)
            new = f"{before}{begin}{declared(language, name)}\n{end}{rest.partition(end)[2]}"
            (ROOT / language).write_text(new, "utf-8")
    with Image.open(io.BytesIO(draw(WEEK))) as drawn:
        drawn.quantize(64, dither=Image.Dither.NONE).save(CARD, optimize=True)


if __name__ == "__main__":
    write()
