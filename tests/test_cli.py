"""The command line: what it does, what it says when something is wrong, and how `louzu run` begins and ends."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from bot import logs
from bot.__main__ import COMMANDS, main
from bot.config import Config
from store import Store, people
from tests.gateway.conftest import free_port
from tests.running import LOUZU, PATIENCE, Running

pytestmark = pytest.mark.sqlite
"""It looks into the file, and starts programs that make one."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and nothing of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LOUZU_")]:
        monkeypatch.delenv(name)
    return tmp_path


def louzu(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "data" / "louzu.db")) as db:
        return db.execute(query).fetchall()


def test_help_names_every_command_and_imports_none() -> None:
    told = louzu("--help").output
    assert all(f"  {name} " in told for name in COMMANDS)
    assert "Usage" not in told and "Options" not in told and "Show this" not in told
    loaded = "import sys; from bot.__main__ import main; print([m for m in ('sqlalchemy', 'jieba', 'aiohttp', 'grpclib') if m in sys.modules])"
    assert (
        subprocess.check_output((sys.executable, "-c", loaded), cwd=Path(__file__).parent.parent) == b"[]\n"
    )


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_stands_where_the_table_says_and_has_its_help_in_chinese(name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")
    assert hasattr(import_module(module), attribute)
    told = louzu(name, "--help")
    assert told.exit_code == 0 and told.output.startswith(f"用法：main {name}")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["cod"], "没有 cod 这个命令"),
        (["code"], "还缺：角色"),
        (["code", "captain"], "还要写是哪个楼组，例如：louzu code captain 3号楼"),
        (["code", "king", "3号楼"], "没有“king”这个角色"),
        (["backup", "--fast"], "没有 --fast 这个选项"),
        (["export", "--month"], "--month 后面要写内容"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(words: list[str], line: str) -> None:
    told = louzu(*words)
    assert told.exit_code == 2 and told.stderr.startswith(line) and "Error" not in told.stderr


def test_three_mistakes_are_three_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config.toml").write_text('[web]\nport = "x"\n[jobs.wekly]\non = false\n')
    monkeypatch.setenv("LOUZU_PACE__PER_DAY", "-5")
    for command in ("run", "check", "migrate"):
        told = louzu(command)
        assert told.exit_code == 2 and told.stdout == ""
        assert sorted(line.partition("：")[0] for line in told.stderr.splitlines()) == [
            "LOUZU_PACE__PER_DAY",
            "config.toml: jobs.wekly.cron",
            "config.toml: web.port",
        ]


def test_a_job_at_a_wrong_time_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOUZU_JOBS__WEEKLY__CRON", "0 9 * * 1")
    told = louzu("migrate")
    assert told.exit_code == 2 and told.stderr.startswith("LOUZU_JOBS__WEEKLY__CRON：应为")


def test_another_settings_file_can_be_named(folder: Path) -> None:
    (folder / "ours.toml").write_text('data_dir = "elsewhere"')
    assert louzu("--config", "ours.toml", "migrate").exit_code == 0
    assert (folder / "elsewhere" / "louzu.db").exists()
    told = louzu("--config", "none.toml", "migrate")
    assert told.exit_code == 2 and told.stderr == "none.toml: 没有这个文件\n"


def test_run_without_a_gateway_in_the_settings_says_which() -> None:
    told = louzu("run")
    assert told.exit_code == 2
    assert [line.split(" ")[0] for line in told.stderr.splitlines()] == ["wechat.endpoint", "wechat.token"]


def test_a_code_makes_its_building_once(folder: Path) -> None:
    first, second = louzu("code", "captain", "3号楼"), louzu("code", "群", "３ 号楼")
    assert first.exit_code == second.exit_code == 0
    assert first.stdout.startswith("3号楼 楼组长的口令：") and "/认领" in first.stdout
    assert "新建了楼组：3号楼" in first.stderr
    assert second.stdout.startswith("3号楼 群的口令：") and "/绑定" in second.stdout and not second.stderr
    assert rows(folder, "SELECT kind, name FROM place ORDER BY id") == [
        ("community", "本社区"),
        ("building", "3号楼"),
    ]
    assert rows(folder, "SELECT role FROM code ORDER BY id") == [("captain",), ("room",)]
    assert (folder / "data").stat().st_mode & 0o777 == 0o700
    assert (folder / "data" / "louzu.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", [["clerk"], ["property"], ["room", "居委"], ["居委会", "梧桐里"]])
def test_a_code_for_the_whole_neighbourhood(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    louzu("code", "room", "3号楼")  # made before the neighbourhood had a name
    monkeypatch.setenv("LOUZU_NEIGHBOURHOOD", "梧桐里")
    assert louzu("code", *words).stdout.startswith("梧桐里 ")
    assert rows(folder, "SELECT name, parent_id FROM place") == [("梧桐里", None), ("3号楼", 1)]


async def test_the_code_that_is_printed_is_the_one_that_serves(folder: Path) -> None:
    line = (await asyncio.to_thread(louzu, "code", "captain", "3号楼")).stdout.splitlines()[0]
    store = Store(f"sqlite+aiosqlite:///{folder / 'data' / 'louzu.db'}")
    async with store.begin() as db:
        person = await people.person(db, "main", "li", "李阿姨")
        [[expires]] = rows(folder, "SELECT expires FROM code")
        in_time = datetime.fromisoformat(str(expires)).replace(tzinfo=UTC) - timedelta(seconds=1)
        role = await people.claim(db, person, line.split("：")[1], in_time)
    await store.close()
    assert (role.role, role.place.name) == ("captain", "3号楼")


def test_migrate_makes_the_tables_and_copies_an_old_file_aside(folder: Path) -> None:
    assert louzu("migrate").stdout == "数据库是最新的。\n"
    with closing(sqlite3.connect(folder / "data" / "louzu.db")) as db:
        db.execute("DROP TABLE alembic_version")
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            db.execute(f"DROP TABLE {name}")
        db.execute("CREATE TABLE older (id INTEGER)")
        db.commit()
    told = louzu("migrate")
    [aside] = (folder / "data").glob("louzu-*-before-upgrade.db")
    assert told.exit_code == 0 and str(aside.relative_to(folder)) in told.stderr
    assert rows(folder, "SELECT name FROM sqlite_master WHERE name = 'request'")


def test_a_backup_is_a_whole_database_with_the_photos(folder: Path) -> None:
    louzu("code", "captain", "3号楼")
    hash_ = hold_photo(folder)
    for words, target in ((["usb"], "usb"), ([], "data/backups")):
        told = louzu("backup", *words)
        [copy] = (folder / target).glob("louzu-*.db")
        assert told.stdout == f"已备份：{copy.relative_to(folder)}\n"
        assert copy.stat().st_mode & 0o777 == 0o600
        assert (folder / target / "photos" / "ab" / f"{hash_}.jpg").read_bytes() == b"photo"
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("SELECT name FROM place WHERE kind = 'building'").fetchall() == [("3号楼",)]


def test_a_backup_into_the_data_folder_itself_is_refused(folder: Path) -> None:
    louzu("code", "captain", "3号楼")
    told = louzu("backup", "data")
    assert told.exit_code == 1 and "数据文件夹本身" in told.stderr


def hold_photo(folder: Path) -> str:
    """A request with a photo, as the bot keeps them; the photo's hash."""
    hash_ = "ab" * 32
    (folder / "data" / "photos" / "ab").mkdir(parents=True)
    (folder / "data" / "photos" / "ab" / f"{hash_}.jpg").write_bytes(b"photo")
    with closing(sqlite3.connect(folder / "data" / "louzu.db")) as db, db:
        names = [
            f'"{name}"' for _, name, _, wanted, _, _ in db.execute("PRAGMA table_info(request)") if wanted
        ]
        values = ", ".join("2" if name == '"building_id"' else "1" for name in names)
        db.execute(f"INSERT INTO request ({', '.join(names)}) VALUES ({values})")
        db.execute(
            "INSERT INTO photo (request_id, message_id, state, hash, tries, at) VALUES (1, 'm', 'kept', ?, 1, '2026-01-01')",
            [hash_],
        )
    return hash_


def test_export_writes_the_sheet_for_its_owner_alone(folder: Path) -> None:
    louzu("code", "captain", "3号楼")
    told = louzu("export", "--month", "2026-11", "list.xlsx")
    assert told.stdout == "已存成：list.xlsx\n"
    assert (folder / "list.xlsx").stat().st_mode & 0o777 == 0o600
    sheet = load_workbook(folder / "list.xlsx").worksheets[0]
    assert sheet["A1"].value == "本社区 问题清单 2026年11月1日—30日"
    louzu("export", "--agenda", "--building", "3", "agenda.xlsx")
    assert load_workbook(folder / "agenda.xlsx").sheetnames == ["三方会议议程"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["export", "--building", "9号楼", "list.xlsx"], "没有“9号楼”这栋楼"),
        (["export", "--month", "十三月", "list.xlsx"], ""),
        (["export", "nowhere/list.xlsx"], "nowhere/list.xlsx：没有这个文件"),
        (["import", "none.xlsx"], "none.xlsx：没有这个文件"),
    ],
)
def test_what_is_not_there_is_one_plain_line(words: list[str], line: str) -> None:
    told = louzu(*words)
    assert told.exit_code == 1 and told.stderr.startswith(line) and len(told.stderr.splitlines()) == 1


def test_a_list_is_imported_with_a_code_for_each_role(folder: Path) -> None:
    (folder / "list.csv").write_text(
        "楼组,别名,单元,房号,称呼,角色\n3号楼,东单元,1,101,王阿姨,居民\n3号楼,,1,202,李阿姨,楼组长\n,,,,周主任,居委会\n",
        "utf-8",
    )
    told = louzu("import", "list.csv")
    captain, clerk, hint, residents = told.stdout.splitlines()
    assert captain.startswith("3号楼 楼组长 李阿姨：/认领 ") and clerk.startswith(
        "本社区 居委会 周主任：/认领 "
    )
    assert "只发给本人" in hint and "新增 2 户，原来就有 0 户" in residents
    assert rows(folder, "SELECT unit, flat FROM household ORDER BY id") == [("1", "101"), ("1", "202")]
    assert "王阿姨".encode() not in (folder / "data" / "louzu.db").read_bytes()
    assert rows(folder, "SELECT role FROM code ORDER BY id") == [("captain",), ("clerk",)]
    assert rows(folder, "SELECT name, aliases FROM place WHERE kind = 'building'") == [
        ("3号楼", json.dumps(["东单元"]))
    ]
    assert captain[-8:] != clerk[-8:]


def test_a_list_that_is_imported_again_adds_only_what_is_new(folder: Path) -> None:
    lines = ["楼组,单元,房号", *(f"{number // 400 + 1},,{number % 400 + 101}" for number in range(1190))]
    (folder / "list.csv").write_text("\n".join(lines), "utf-8")
    assert "新增 1190 户，原来就有 0 户" in louzu("import", "list.csv").stdout
    (folder / "list.csv").write_text("\n".join([*lines, "3号楼,2单元,901"]), "utf-8")
    assert "新增 1 户，原来就有 1190 户" in louzu("import", "list.csv").stdout
    assert rows(folder, "SELECT name, households FROM place WHERE kind = 'building'") == [
        ("1号楼", 400),
        ("2号楼", 400),
        ("3号楼", 391),
    ]


def test_a_list_with_a_mistake_imports_nothing(folder: Path) -> None:
    (folder / "list.csv").write_text(
        "楼组,房号,称呼,角色\n3号楼,101,王阿姨,居民\n3号楼,,李阿姨,楼长\n", "utf-8"
    )
    told = louzu("import", "list.csv")
    assert told.exit_code == 1 and told.stderr.startswith("第 3 行：") and "什么都没有导入" in told.stderr
    assert not (folder / "data").exists()


def test_the_empty_list_that_is_written_can_be_read_back(folder: Path) -> None:
    assert louzu("import", "--template", "list.xlsx").exit_code == 0
    assert "新增 0 户" in louzu("import", "list.xlsx").stdout


def test_a_database_that_cannot_be_opened_is_one_plain_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "louzu.db").write_bytes(b"no database at all, whatever its name says" * 30)
    told = louzu("code", "clerk")
    assert (
        told.exit_code == 1
        and told.stderr.startswith("数据库用不了：")
        and len(told.stderr.splitlines()) == 1
    )


def test_an_error_that_ends_the_bot_is_logged_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "灯又勿亮了"

    async def live(config: Config) -> None:
        raise ExceptionGroup("tasks", [ValueError(said)])

    monkeypatch.setattr("bot.cli.run.live", live)
    monkeypatch.setattr("bot.logs.begin", lambda settings: logging.getLogger().addHandler(handler))
    handler = logging.StreamHandler(written := io.StringIO())
    handler.setFormatter(logs.Text())
    monkeypatch.setenv("LOUZU_WECHAT__ENDPOINT", "127.0.0.1:1")
    monkeypatch.setenv("LOUZU_WECHAT__TOKEN", "puppet_very_secret")
    mask = os.umask(0o022)
    told = louzu("run")
    os.umask(mask)
    logging.getLogger().removeHandler(handler)
    assert told.exit_code == 1 and told.output == ""
    assert "ValueError" in written.getvalue() and said not in written.getvalue()


def marks(told: Result) -> dict[str, str]:
    """What `check` said of each thing."""
    return {line[2:].partition("：")[0]: line[0] for line in told.stdout.splitlines()}


def test_check_says_what_is_wrong_and_makes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = louzu("check")
    assert told.exit_code == 1
    assert marks(told) == {
        **dict.fromkeys(("设置", "数据文件夹", "数据库", "字体", "读懂", "本小区的词", "定时"), "✓"),
        "网关": "✗",
    }
    assert "token 没有填" in told.stdout and not list(folder.iterdir())


def test_check_never_shows_a_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    louzu("migrate")
    (folder / "data").chmod(0o755)
    monkeypatch.setenv("LOUZU_WECHAT__ENDPOINT", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("LOUZU_WECHAT__TOKEN", "puppet_very_secret")
    monkeypatch.setenv("LOUZU_WEB__PORT", str(free_port()))
    told = louzu("check")
    assert (marks(told)["数据文件夹"], marks(told)["数据库"], marks(told)["网关"]) == ("✗", "✓", "✗")
    assert "chmod 700 data" in told.stdout and "连不上网关" in told.stdout
    assert "puppet_very_secret" not in told.output
    assert rows(folder, "SELECT * FROM seen") == []


@pytest_asyncio.fixture
async def running(folder: Path) -> AsyncIterator[Running]:
    running = Running(folder, free_port())
    await running.start()
    yield running
    await running.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_without_a_gateway_it_keeps_running_says_so_and_ends_well(
    folder: Path, running: Running, how: int
) -> None:
    await running.writes("no gateway: ConnectionRefusedError")
    await running.writes("health at")
    status, told = await running.health()
    assert status == 503 and told["database"] is True
    assert told["gateway"] == {"connected": False, "logged_in": False, "detail": "连不上网关"}
    assert running.process.returncode is None
    assert await running.end(how) == ""
    assert running.log.rstrip().endswith("ended") and "Traceback" not in running.log
    assert "puppet_mock_secret" not in running.log
    assert (folder / "bot").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.glob("bot.db*")} == {0o600}


async def test_a_second_one_on_the_same_port_says_why_it_does_not_run(running: Running) -> None:
    await running.writes("health at")
    other = running.environ | {"LOUZU_WECHAT__ACCOUNT": "other"}
    second = await asyncio.create_subprocess_exec(*LOUZU, "run", env=other, stdout=PIPE, stderr=PIPE)
    _, errors = await asyncio.wait_for(second.communicate(), PATIENCE)
    assert second.returncode == 1 and "端口已被占用" in errors.decode()
    assert "Traceback" not in errors.decode() and len(errors.decode().splitlines()) == 1
