"""Putting a copy of the SQLite file back in its place, with its photos and the neighbourhood's own words."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store.backup import OWNER_ONLY, OWNERS_FOLDER, copy_file, hashes_in, link
from store.migrate import newest
from store.refusal import Refusal

LOGS = ("-wal", "-shm")
DONE_SINCE = """
    INSERT OR IGNORE INTO run (job, subject, period, at, vetoed)
    SELECT job, subject, period, at, vetoed FROM present.run WHERE subject IN (
        SELECT 'room:' || id FROM room JOIN present.room USING (id, account, contact)
        UNION SELECT 'person:' || id FROM person JOIN present.person USING (id, account, contact)
    )
"""
"""Of rooms and people that both databases know. What was opened since is in no copy, and its ids serve again."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done; a path is None where there was nothing to set aside."""

    aside: Path | None
    words_aside: Path | None
    photos: int
    """Brought back from beside the copy."""
    missing: int
    """Known to the copy, and neither here nor there."""
    words: bool


def in_use(file: Path) -> bool:
    """Whether another program has the database open; else its log is empty from here on."""
    try:
        # Only who has it for himself may leave the mode in which several read and write.
        with closing(sqlite3.connect(file, timeout=1.0)) as db:
            return bool(db.execute("PRAGMA journal_mode=DELETE").fetchone() != ("delete",))
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False  # no database any more, which may be why it is to be restored


def check(source: Path) -> None:
    """Raises Refusal for what is no whole louzu database, or of a newer version than this program knows."""
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?immutable=1", uri=True)) as db:
        try:
            [(version,)] = db.execute("SELECT version_num FROM alembic_version")
            db.execute("SELECT number, text FROM request LIMIT 1")
        except (sqlite3.DatabaseError, ValueError):
            raise Refusal("no_database", name=str(source)) from None
        if version > newest():
            raise Refusal("newer_database", name=str(source))
        try:
            whole = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError:
            whole = False
        if not whole:
            raise Refusal("broken_database", name=str(source))


def restore(file: Path, source: Path, photos: Path, words: Path, now: datetime) -> Restored:
    """Put `source` in the place of the database `file`, and what lies beside it in those of `photos` and `words`.

    The present ones are set aside first. Raises Refusal, with nothing changed, when it can't be done.
    """
    check(source)
    if file.exists() and in_use(file):
        raise Refusal("database_in_use")
    file.parent.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
    fresh = file.with_name(f"{file.name}.restoring")
    copy_file(source, fresh)
    _doubt(fresh)
    _done_since(fresh, file)
    aside = _set_aside(file, now)
    for log in LOGS:
        file.with_name(file.name + log).unlink(missing_ok=True)
    fresh.replace(file)
    back, missing = _photos(file, source.parent / "photos", photos)
    said = source.with_suffix(".toml")
    words_aside = _words(said, words, now) if said.exists() else None
    return Restored(aside, words_aside, back, missing, said.exists())


def _doubt(fresh: Path) -> None:
    """What was owed when the copy was made may have been said since: it is not said again, a person may look.

    Nor is it owed anew, as after a crash: the echo that would tell came after the copy was made.
    """
    with closing(sqlite3.connect(fresh)) as db, db:
        open_ = "state IN ('due', 'saying', 'unknown')"
        db.execute(f"UPDATE post SET state = 'unknown', said_at = NULL, tries = 0 WHERE {open_}")


def _done_since(fresh: Path, present: Path) -> None:
    """A summary that went out after the copy was made is not said once more, as far as the present one can be read."""
    with closing(sqlite3.connect(fresh, uri=True)) as db, suppress(sqlite3.DatabaseError):
        db.execute("ATTACH ? AS present", (f"{present.resolve().as_uri()}?immutable=1",))
        with db:
            db.execute(DONE_SINCE)


def _set_aside(file: Path, now: datetime) -> Path | None:
    if not file.exists():
        return None
    aside = file.with_name(f"{file.stem}-{now:%Y%m%d-%H%M%S}-before-restore.db")
    shutil.copyfile(file, aside)
    aside.chmod(OWNER_ONLY)
    log = file.with_name(f"{file.name}-wal")
    if log.exists():  # of a file that is broken, and perhaps holds what can still be saved
        shutil.copyfile(log, aside.with_name(f"{aside.name}-wal"))
        aside.with_name(f"{aside.name}-wal").chmod(OWNER_ONLY)
    return aside


def _photos(file: Path, source: Path, target: Path) -> tuple[int, int]:
    """How many were brought back, and how many are nowhere."""
    wanted = [Path(hash_[:2], f"{hash_}.jpg") for hash_ in dict.fromkeys(hashes_in(file))]
    lacking = [one for one in wanted if not (target / one).exists()]
    there = [one for one in lacking if (source / one).exists()]
    for one in there:
        for folder in (target, (target / one).parent):
            folder.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
        link(source / one, target / one)
    return len(there), len(lacking) - len(there)


def _words(said: Path, words: Path, now: datetime) -> Path | None:
    aside = None
    if words.exists() and words.read_bytes() != said.read_bytes():
        aside = words.with_name(f"{words.stem}-{now:%Y%m%d-%H%M%S}-before-restore.toml")
        shutil.copyfile(words, aside)
        aside.chmod(OWNER_ONLY)
    words.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(said, words)
    return aside
