"""Backup and restore: what comes back, what is refused, and what a copy holds that was made under load."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from bot.__main__ import main
from bot.simulator.neighbourhood import DEMO, G3, G5
from bot.simulator.times import HERE
from nlp import load
from store import Store, migrate
from tests.test_cli import hold_photo
from tests.test_privacy import on_disk

pytestmark = pytest.mark.sqlite
"""Copies are of files; a PostgreSQL has pg_dump."""

START = datetime(2026, 11, 18, 9, 14, tzinfo=HERE)
WORDS = '[[word]]\nwords = "新风机房"\ncategory = "facilities"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def louzu(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def buildings(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [name for (name,) in db.execute("SELECT name FROM place WHERE kind = 'building' ORDER BY id")]


def copied(folder: Path) -> Path:
    """A backup with a photo and own words, after which all of it is lost or changed."""
    louzu("code", "captain", "3号楼")
    hash_ = hold_photo(folder.parent)
    with closing(sqlite3.connect(folder / "louzu.db")) as db, db:
        db.execute(
            """INSERT INTO post (key, account, "to", "group", kind, text, attachment, urgent, state, created,
            not_before, tries, message_id) VALUES ('k', 'main', 'r', 1, 'ack', '收到', '{}', 0, 'due',
            '2026-01-01', '2026-01-01', 3, '')"""
        )
    (folder / "vocabulary.toml").write_text(WORDS, "utf-8")
    assert louzu("backup", "usb").exit_code == 0
    louzu("code", "captain", "5号楼")
    (folder / "photos" / "ab" / f"{hash_}.jpg").unlink()
    (folder / "vocabulary.toml").write_text("# 改坏了", "utf-8")
    [copy] = (folder.parent / "usb").glob("*.db")
    return copy


def test_all_comes_back_and_what_was_there_is_set_aside(folder: Path) -> None:
    copy = copied(folder)
    told = louzu("restore", str(copy))
    assert told.exit_code == 0, told.output
    [aside], [words] = (
        folder.glob("louzu-*-before-restore.db"),
        folder.glob("vocabulary-*-before-restore.toml"),
    )
    assert told.stdout.splitlines() == [
        f"已恢复：{copy}",
        f"原来的数据库放在：{aside.relative_to(folder.parent)}",
        "照片找回 1 张",
        f"本小区的词也恢复了，原来的放在：{words.relative_to(folder.parent)}",
        "可以启动机器人了。",
    ]
    assert buildings(folder / "louzu.db") == ["3号楼"] and buildings(aside) == ["3号楼", "5号楼"]
    assert len(list((folder / "photos").glob("*/*.jpg"))) == 1
    assert (folder / "vocabulary.toml").read_text("utf-8") == WORDS and words.read_text("utf-8") == "# 改坏了"
    assert {one.stat().st_mode & 0o777 for one in folder.glob("louzu*.db*")} == {0o600}
    assert sorted(one.name for one in copy.parent.iterdir()) == [copy.name, f"{copy.stem}.toml", "photos"]


def test_what_was_owed_then_is_left_to_a_person_and_not_said_again(folder: Path) -> None:
    louzu("restore", str(copied(folder)))
    with closing(sqlite3.connect(folder / "louzu.db")) as db:
        # One that was tried is, after a crash, perhaps tried again.
        assert db.execute("SELECT state, tries FROM post").fetchall() == [("unknown", 0)]


def test_a_summary_that_went_out_since_is_not_said_again(folder: Path) -> None:
    louzu("code", "room", "3号楼")
    ours, theirs, gone = ("room:1", "w8"), ("room:2", "w8"), ("request:1", "")
    with closing(sqlite3.connect(folder / "louzu.db")) as db, db:
        add = "INSERT INTO room (account, contact, topic) VALUES (?, ?, '')"
        db.executemany(add, [("main", "room-3"), ("main", "room-5")])
    louzu("backup", "usb")
    with closing(sqlite3.connect(folder / "louzu.db")) as db, db:
        # Number 2 is another room by now.
        db.execute("UPDATE room SET contact = 'room-7' WHERE id = 2")
        db.executemany(
            "INSERT INTO run (job, subject, period, at, vetoed) VALUES ('weekly', ?, ?, '2026-11-23', 1)",
            [ours, theirs, gone],
        )
    [copy] = (folder.parent / "usb").glob("*.db")
    for _ in range(2):
        assert louzu("restore", str(copy)).exit_code == 0
        with closing(sqlite3.connect(folder / "louzu.db")) as db:
            found = db.execute("SELECT subject, period, vetoed FROM run WHERE job = 'weekly'").fetchall()
            assert found == [(*ours, 1)]


def test_the_log_of_a_broken_database_does_not_get_into_the_restored_one(folder: Path) -> None:
    copy = copied(folder)
    running = sqlite3.connect(folder / "louzu.db")
    running.execute("UPDATE place SET name = '6号楼' WHERE name = '5号楼'")
    running.commit()
    log = (folder / "louzu.db-wal").read_bytes()
    running.close()
    (folder / "louzu.db").write_bytes(b"no database any more" * 500)
    (folder / "louzu.db-wal").write_bytes(log)
    assert louzu("restore", str(copy)).exit_code == 0
    assert buildings(folder / "louzu.db") == ["3号楼"]
    with closing(sqlite3.connect(folder / "louzu.db")) as db:
        assert db.execute("SELECT name FROM place WHERE kind = 'building'").fetchall() == [("3号楼",)]
    assert list(folder.glob("*before-restore.db-wal"))


def test_a_lost_or_broken_database_can_be_replaced(folder: Path) -> None:
    copy = copied(folder)
    (folder / "louzu.db").write_bytes(b"no database any more" * 500)
    assert louzu("restore", str(copy)).exit_code == 0
    assert buildings(folder / "louzu.db") == ["3号楼"]
    for one in folder.glob("louzu.db*"):
        one.unlink()
    assert louzu("restore", str(copy)).exit_code == 0
    assert buildings(folder / "louzu.db") == ["3号楼"]


async def test_while_a_bot_runs_nothing_is_restored(folder: Path) -> None:
    copy = await asyncio.to_thread(copied, folder)
    running = Store(f"sqlite+aiosqlite:///{folder / 'louzu.db'}")
    async with running.read() as db:
        await db.execute(text("SELECT 1 FROM place"))
    told = await asyncio.to_thread(louzu, "restore", str(copy))
    assert told.exit_code == 1 and told.stderr == "数据库正在用：请先停掉机器人，再来恢复。\n"
    await running.close()
    assert buildings(folder / "louzu.db") == ["3号楼", "5号楼"]
    assert not list(folder.glob("*before-restore*")) and not list(folder.glob("*restoring*"))
    assert (await asyncio.to_thread(louzu, "restore", str(copy))).exit_code == 0


def test_what_is_no_whole_database_of_ours_or_too_new_is_refused(folder: Path) -> None:
    copy = copied(folder)
    strange, foreign, newer, broken = (folder.parent / f"{nth}.db" for nth in range(4))
    strange.write_bytes(b"no database at all" * 500)
    with closing(sqlite3.connect(foreign)) as db, db:
        db.execute("CREATE TABLE alembic_version (version_num)")
    for one in (newer, broken):
        one.write_bytes(copy.read_bytes())
    with closing(sqlite3.connect(newer)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with closing(sqlite3.connect(broken)) as db:
        [page] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'answer'").fetchone()
    data = bytearray(broken.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = bytes([255]) * 4096
    broken.write_bytes(data)
    before = (folder / "louzu.db").read_bytes()
    for file, line in (
        (strange, "不是楼组的数据库"),
        (foreign, "不是楼组的数据库"),
        (newer, "更新的版本"),
        (broken, "已经损坏"),
    ):
        told = louzu("restore", str(file))
        assert told.exit_code == 1 and line in told.stderr and len(told.stderr.splitlines()) == 1
    assert (folder / "louzu.db").read_bytes() == before and not list(folder.glob("*restor*"))


def test_an_old_copy_is_upgraded_when_it_comes_back(folder: Path) -> None:
    copied(folder)
    old = folder.parent / "old.db"

    async def make() -> None:
        store = Store(f"sqlite+aiosqlite:///{old}")
        async with store.engine.begin() as connection:
            await connection.run_sync(
                lambda it: __import__("alembic.command").command.upgrade(migrate._config(it), "0004")
            )
        await store.close()

    asyncio.run(make())
    told = louzu("restore", str(old))
    assert told.exit_code == 0, told.output
    assert buildings(folder / "louzu.db") == []
    with closing(sqlite3.connect(folder / "louzu.db")) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(migrate.newest(),)]


def test_an_upgrade_that_fails_leaves_the_copy_and_says_how_to_go_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    louzu("code", "captain", "3号楼")
    versions = folder.parent / "migrations" / "versions"
    versions.mkdir(parents=True)
    for one in migrate.MIGRATIONS.glob("*.*"):
        (versions.parent / one.name).write_bytes(one.read_bytes())
    for one in (migrate.MIGRATIONS / "versions").glob("*.py"):
        (versions / one.name).write_bytes(one.read_bytes())
    (versions / "9999_breaks.py").write_text(
        f"""from alembic import op
revision, down_revision = "9999", "{migrate.newest()}"
branch_labels = depends_on = None
def upgrade():
    op.execute("CREATE TABLE halfway (id INTEGER)")
    op.execute("DELETE FROM place")
    op.execute("INSERT INTO nowhere VALUES (1)")
""",
        "utf-8",
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", versions.parent)
    told = louzu("migrate")
    [aside] = folder.glob("louzu-*-before-upgrade.db")
    assert told.exit_code == 1 and "Traceback" not in told.output
    assert (
        f"louzu restore {aside.relative_to(folder.parent)}" in told.stderr and "和升级前一样" in told.stderr
    )
    assert buildings(aside) == ["3号楼"]
    with closing(sqlite3.connect(folder / "louzu.db")) as db:
        assert db.execute("SELECT count(*) FROM place WHERE kind = 'building'").fetchone() == (1,)
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'halfway'").fetchall()
    monkeypatch.undo()
    monkeypatch.chdir(folder.parent)
    assert louzu("restore", str(aside.relative_to(folder.parent))).exit_code == 0
    assert buildings(folder / "louzu.db") == ["3号楼"]


async def test_a_copy_made_while_messages_stream_in_holds_all_that_was_acknowledged(folder: Path) -> None:
    reader = await asyncio.to_thread(load)
    acknowledged: list[int] = []
    async with on_disk(reader, START, folder) as made:
        await made.furnish(DEMO)
        begun, stop = asyncio.Event(), asyncio.Event()

        async def stream() -> None:
            nth = 0
            while not stop.is_set():
                nth += 1
                made.clock.move_to(START + timedelta(minutes=nth * 3))
                room, who = ((G3, "wang"), (G5, "wu"))[nth % 2]
                heard = await made.speak(room, who, f"{nth % 9 + 1}单元{nth}楼的灯坏了，麻烦来修一下")
                if heard and heard.request and heard.did == "open":
                    acknowledged.append(heard.request.id)
                if len(acknowledged) == 5:
                    begun.set()

        streaming = asyncio.create_task(stream())
        await begun.wait()
        before: list[set[int]] = []
        for _ in range(3):
            before.append(set(acknowledged))
            made.clock.move_to(made.clock.now() + timedelta(days=1))
            await made.bot.keeper.do("backup")
        stop.set()
        await streaming
    copies = sorted((folder / "backups").glob("*.db"))
    assert len(copies) == 3
    for copy, known in zip(copies, before, strict=True):
        assert buildings(copy) == ["3号楼", "5号楼"]
        with closing(sqlite3.connect(copy)) as db:
            kept = {id_ for (id_,) in db.execute("SELECT id FROM request")}
            owed = {id_ for (id_,) in db.execute("SELECT DISTINCT request_id FROM post WHERE kind = 'ack'")}
        assert known <= kept and kept == owed
