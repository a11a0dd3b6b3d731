"""The store keeps all or nothing, once, for one writer at a time; rights, codes and upgrades."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot import app, commands
from bot.app import Bot
from bot.clock import MovedClock
from bot.config import Config
from bot.simulator.chat import SimulatedChat
from bot.simulator.stage import UNPACED
from nlp import Reader
from nlp.reader import load
from store import Store, journal, migrate, outbox, people, places, requests, retention
from store.backup import backup
from store.people import Actor, roles_at
from store.refusal import Refusal
from store.tables import Base, Code, Event, Person, Photo, Place, Post, Request, Seen

assert commands
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
REPORT = "2单元楼道灯坏了，麻烦来修一下"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = await opened(tmp_path)
    yield made
    await made.close()


async def opened(folder: Path) -> Store:
    store = Store(f"sqlite+aiosqlite:///{folder / 'louzu.db'}")
    await migrate.migrate(store, NOW)
    return store


async def building(store: Store, name: str = "3号楼") -> Place:
    async with store.begin() as db:
        return await places.building(db, name, await places.community(db, "梧桐里"))


async def bound(store: Store, reader: Reader, folder: Path) -> tuple[Bot, SimulatedChat]:
    """A bot in one room of a building with one resident."""
    place = await building(store)
    clock = MovedClock(NOW)
    chat = SimulatedChat(clock)
    chat.add_person("wang", "王阿婆")
    chat.add_room("r3", "3号楼", ["wang"])
    async with store.begin() as db:
        (await places.room(db, "demo", "r3")).place_id = place.id
    return Bot(chat, store, reader, Config(data_dir=folder, pace=UNPACED), clock), chat


async def count(store: Store, table: type[Base]) -> int:
    async with store.read() as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


# -- all or nothing, once


async def test_what_raises_leaves_nothing(store: Store) -> None:
    place = await building(store)
    place_id = place.id
    with pytest.raises(ZeroDivisionError):
        async with store.begin() as db:
            await requests.open_request(db, request(), place, people_act())
            await outbox.put(db, post("a"))
            raise ZeroDivisionError
    assert (await count(store, Request), await count(store, Post), await count(store, Event)) == (0, 0, 0)
    async with store.begin() as db:
        assert await places.next_number(db, await db.get_one(Place, place_id)) == 1


async def test_who_waits_hears_of_what_was_kept_and_of_nothing_else(store: Store) -> None:
    heard: list[str] = []
    store.when_new("post", lambda: heard.append("post"))
    with pytest.raises(ZeroDivisionError):
        async with store.begin() as db:
            await outbox.put(db, post("a"))
            raise ZeroDivisionError
    async with store.begin() as db:
        await places.community(db, "小区")
    assert heard == []
    async with store.begin() as db:
        await outbox.put(db, post("a"))
        assert heard == []
    assert heard == ["post"]


def request() -> Request:
    return Request(route="quick", category="power", text="灯坏了", created=NOW)


def people_act() -> requests.Act:
    return requests.Act(Actor(None, frozenset({"system"})), NOW)


def post(key: str, **more: object) -> Post:
    values = {
        "to": "r3",
        "group": True,
        "kind": "ack",
        "text": key,
        "created": NOW,
        "not_before": NOW,
        **more,
    }
    return Post(key=key, account="demo", **values)


@pytest.mark.sqlite
async def test_a_request_and_the_word_about_it_are_both_kept_or_neither(
    store: Store, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.Bot, "try_again", 0.01)
    made, chat = await bound(store, reader, tmp_path)
    async with store.begin() as db:
        await db.execute(
            text("CREATE TRIGGER broken BEFORE INSERT ON post BEGIN SELECT no_such_function(); END")
        )
    handling = asyncio.create_task(made.handle(chat.speak("r3", "wang", REPORT)))
    done, _ = await asyncio.wait([handling], timeout=0.3)
    assert not done
    assert (await count(store, Request), await count(store, Seen), await count(store, Person)) == (0, 0, 0)
    async with store.begin() as db:
        await db.execute(text("DROP TRIGGER broken"))
    heard = await handling
    assert heard is not None and heard.did == "open"
    assert (await count(store, Request), await count(store, Post), await count(store, Seen)) == (1, 1, 1)


async def test_a_message_counts_once_also_after_a_restart(
    store: Store, reader: Reader, tmp_path: Path
) -> None:
    made, chat = await bound(store, reader, tmp_path)
    message = chat.speak("r3", "wang", REPORT)
    assert await made.handle(message) is not None
    assert await made.handle(message) is None
    await store.close()
    again = await opened(tmp_path)
    made, _ = await bound(again, reader, tmp_path)
    assert await made.handle(message) is None
    assert (await count(again, Request), await count(again, Post)) == (1, 1)
    await again.close()


async def test_the_same_id_of_another_account_is_another_message(store: Store) -> None:
    async with store.begin() as db:
        taken = [await journal.take(db, account, "m1", NOW) for account in ("a", "b", "a")]
    assert taken == [True, True, False]


async def test_a_post_falls_due_once_whatever_became_of_it(store: Store) -> None:
    async with store.begin() as db:
        assert await outbox.put(db, post("weekly:1:2026-W47", state="stopped"))
        assert not await outbox.put(db, post("weekly:1:2026-W47"))


async def test_foreign_keys_are_kept(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.begin() as db:
            db.add(Event(request_id=999, at=NOW, verb="open"))


async def test_an_error_never_repeats_what_was_said(store: Store) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with store.begin() as db:
            db.add(Event(request_id=999, at=NOW, verb="note", note="王阿婆家没人"))
    assert "王阿婆" not in str(caught.value)


async def test_what_is_changed_while_only_looking_is_not_kept(store: Store) -> None:
    place = await building(store)
    async with store.read() as db:
        (await db.get_one(Place, place.id)).name = "改了"
        await db.flush()
    async with store.read() as db:
        assert (await db.get_one(Place, place.id)).name == "3号楼"


async def test_numbers_stay_unique_when_two_programs_write(store: Store, tmp_path: Path) -> None:
    place = await building(store)
    other = Store(str(store.url))

    async def take(through: Store) -> int:
        async with through.begin() as db:
            return await places.next_number(db, await db.get_one(Place, place.id))

    taken = await asyncio.gather(*(take(store if nth % 2 else other) for nth in range(40)))
    assert sorted(taken) == list(range(1, 41))
    await other.close()


# -- the file


async def test_an_empty_database_gets_the_tables_of_the_code(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    assert await migrate.migrate(store, NOW) is None


@pytest.mark.sqlite
async def test_the_file_is_its_owners_alone(store: Store) -> None:
    assert store.file is not None and store.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.sqlite
async def test_an_older_file_is_copied_aside_and_upgraded(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    async with store.engine.begin() as connection:
        await connection.run_sync(lambda it: command.upgrade(migrate._config(it), "0001"))
        await connection.execute(
            text(
                "INSERT INTO place (kind, name, path, aliases, last_number) VALUES ('building', '3号楼', '/1/', '[]', 7)"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO room (account, contact, topic, place_id, greeted_at) VALUES ('demo', 'r3', '', 1, '2026-01-01')"
            )
        )
    aside = await migrate.migrate(store, NOW)
    assert aside is not None and aside.name == "old-20261116-020000-before-upgrade.db"
    with closing(sqlite3.connect(aside)) as old:
        assert old.execute("SELECT name, last_number FROM place").fetchall() == [("3号楼", 7)]
        assert not old.execute("SELECT 1 FROM sqlite_master WHERE name = 'request'").fetchall()
    async with store.begin() as db:
        place = await places.find_building(db, "3")
        assert place is not None
        opened = await requests.open_request(db, request(), place, people_act())
        assert (opened.number, place.households) == (8, 0)
        assert (await places.room(db, "demo", "r3")).place is place
    await store.close()


@pytest.mark.sqlite
async def test_photos_are_backed_up_once_and_go_with_the_last_copy_that_knows_them(
    store: Store, tmp_path: Path
) -> None:
    place, photos, folder = await building(store), tmp_path / "photos", tmp_path / "backups"
    async with store.begin() as db:
        made = await requests.open_request(db, request(), await db.get_one(Place, place.id), people_act())
    holiday = folder / "photos" / "20" / "holiday.jpg"
    holiday.parent.mkdir(parents=True)
    holiday.write_bytes(b"not ours")

    async def night(day: int) -> set[str]:
        await backup(store, folder, NOW + timedelta(days=day), 2, photos)
        return {path.stem[:2] for path in (folder / "photos").glob("*/*.jpg") if path != holiday}

    for letter in "ab":
        hash_ = letter * 64
        (photos / hash_[:2]).mkdir(parents=True)
        (photos / hash_[:2] / f"{hash_}.jpg").write_bytes(b"photo")
    async with store.begin() as db:
        db.add(Photo(request_id=made.id, message_id="m", state="kept", hash="a" * 64, at=NOW))
    assert await night(0) == {"aa"}
    kept = folder / "photos" / "aa" / f"{'a' * 64}.jpg"
    assert kept.samefile(photos / "aa" / kept.name)
    async with store.begin() as db:
        await db.execute(delete(Photo))
    (photos / "aa" / kept.name).unlink()
    assert await night(1) == {"aa"} and kept.read_bytes() == b"photo"
    assert await night(2) == set()
    assert holiday.exists()


@pytest.mark.sqlite
async def test_a_backup_made_while_writing_is_whole(store: Store, tmp_path: Path) -> None:
    place = await building(store)
    begun, stop = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            async with store.begin() as db:
                opened = await requests.open_request(
                    db, request(), await db.get_one(Place, place.id), people_act()
                )
                await outbox.put(db, post(f"ack:{opened.id}"))
            if opened.number == 5:
                begun.set()

    writing = asyncio.create_task(write())
    await begun.wait()
    folder, photos = tmp_path / "backups", tmp_path / "photos"
    copies = [await backup(store, folder, NOW + timedelta(days=day), 2, photos) for day in range(3)]
    stop.set()
    await writing
    assert sorted((tmp_path / "backups").iterdir()) == copies[1:]
    for copy in copies[1:]:
        assert copy.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(copy)) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            requests_, posts = (
                file.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("request", "post")
            )
        assert requests_ == posts >= 5


# -- rights and codes


async def test_rights_hang_on_a_contact_and_a_place(store: Store) -> None:
    here, there = await building(store, "3号楼"), await building(store, "5号楼")
    async with store.begin() as db:
        community = await places.community(db, "梧桐里")
        li = await people.person(db, "demo", "li", "李阿姨")
        clerk = await people.person(db, "demo", "jiang", "小蒋")
        await people.grant(db, li, "captain", here)
        await people.grant(db, clerk, "clerk", community)
        pretender = await people.person(db, "demo", "x", "李阿姨")
        elsewhere = await people.person(db, "other", "li", "李阿姨")
        assert roles_at(li, here) == {"captain"}
        assert roles_at(li, there) == roles_at(li, community) == frozenset()
        assert roles_at(clerk, here) == roles_at(clerk, there) == {"clerk"}
        assert roles_at(pretender, here) == roles_at(elsewhere, here) == roles_at(None, here) == frozenset()
        assert [one.contact for one in await people.holders(db, here, {"captain", "clerk"})] == [
            "li",
            "jiang",
        ]


async def test_a_building_whose_id_begins_like_another_is_not_below_it(store: Store) -> None:
    async with store.begin() as db:
        top = await places.community(db, "梧桐里")
        found = [await places.building(db, f"{nth}号楼", top) for nth in range(1, 22)]
    assert [one.name for one in found if places.lies_under(one, found[0])] == ["1号楼"]


async def test_a_code_serves_once_for_what_it_was_made_within_48_hours(store: Store) -> None:
    place = await building(store)
    async with store.begin() as db:
        role, room, late = [
            await people.make_code(db, kind, place, NOW) for kind in ("captain", "room", "captain")
        ]
        person = await people.person(db, "demo", "li", "李阿姨")
        group = await places.room(db, "demo", "r3")
        with pytest.raises(Refusal, match="bad_code"):
            await people.claim(db, person, room, NOW)
        with pytest.raises(Refusal, match="bad_code"):
            await people.bind(db, group, role, NOW)
        assert (await people.claim(db, person, f" {role.lower()} ", NOW)).role == "captain"
        assert (await people.bind(db, group, room, NOW + timedelta(hours=47))).name == "3号楼"
        for code, at in ((role, 1), (late, 48), ("ABCD2345", 1)):
            with pytest.raises(Refusal, match="bad_code"):
                await people.claim(db, person, code, NOW + timedelta(hours=at))
        kept = "".join(await db.scalars(select(Code.digest)))
    assert not any(code in kept.upper() for code in (role, room, late))


async def test_who_is_forgotten_loses_name_and_rights_and_his_request_goes_on(store: Store) -> None:
    place = await building(store)
    async with store.begin() as db:
        captain = await people.person(db, "demo", "li", "李阿姨")
        await people.grant(db, captain, "captain", place)
        mine = request()
        mine.reporter_id = captain.id
        await requests.open_request(db, mine, await db.get_one(Place, place.id), people_act())
    async with store.begin() as db:
        found = await people.find(db, "demo", "li")
        assert found is not None
        await retention.forget(db, found)
    async with store.read() as db:
        assert await people.find(db, "demo", "li") is None
        assert await people.holders(db, place, {"captain"}) == []
        (kept,) = await db.scalars(select(Request))
        assert (kept.number, kept.state, kept.text, kept.reporter_id) == (1, "open", "", None)
