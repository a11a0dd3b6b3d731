"""Online copies of the SQLite file; a server has its own tools."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from store.database import Store

OWNER_ONLY, OWNERS_FOLDER = 0o600, 0o700
"""The modes of every file that holds what people said, and of every folder made for one."""
_OURS = re.compile("[0-9a-f]{64}")


async def copy(store: Store, target: Path) -> None:
    """Copy the database, while it is in use, to a file that only its owner can read."""
    if store.file is None:
        raise ValueError("only a SQLite file can be copied")
    await asyncio.to_thread(copy_live, store.file, target)


async def backup(
    store: Store, folder: Path, now: datetime, kept: int, photos: Path, words: Path | None = None
) -> Path:
    """A copy of the database in `folder`, of which the newest `kept` stay, and in `folder`/photos theirs.

    The file of own `words` is copied beside each, under its name and .toml.

    Photos never change, so one that is there is not copied again; one that no copy knows any more goes.
    """
    target = folder / f"louzu-{now:%Y%m%d-%H%M%S}.db"
    await copy(store, target)
    if words is not None and words.exists():
        shutil.copyfile(words, target.with_suffix(".toml"))
        target.with_suffix(".toml").chmod(OWNER_ONLY)
    copies = sorted(folder.glob("louzu-*.db"))
    for old in (*copies[:-kept], *_set_aside(store.file, now - timedelta(days=kept))):
        old.unlink()
        old.with_suffix(".toml").unlink(missing_ok=True)
    await asyncio.to_thread(_keep_photos, copies[-kept:], photos, folder / "photos")
    return target


def _set_aside(file: Path | None, before: datetime) -> list[Path]:
    """Copies made long ago before an upgrade or a restore: they know what was wiped since."""
    if file is None:
        return []
    oldest = f"{file.stem}-{before:%Y%m%d-%H%M%S}"
    return [one for one in file.parent.glob(f"{file.stem}-*-before-*.db*") if one.name < oldest]


def _keep_photos(copies: Sequence[Path], photos: Path, target: Path) -> None:
    known = {hash_ for each in copies for hash_ in hashes_in(each)}
    for live in photos.glob("??/*.jpg"):
        kept = target / live.relative_to(photos)
        if live.stem in known and not kept.exists():
            for folder in (target, kept.parent):
                folder.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
            link(live, kept)
    for kept in target.glob("??/*.jpg"):
        # Somebody else's pictures may lie on the same disk under the same name.
        if _OURS.fullmatch(kept.stem) and kept.stem not in known:
            kept.unlink()


def hashes_in(copy: Path) -> list[str]:
    """The photos that a copy knows."""
    # Immutable, or a copy of a WAL file would get files of its own beside it.
    with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?immutable=1", uri=True)) as db:
        return [hash_ for (hash_,) in db.execute("SELECT hash FROM photo WHERE hash != ''")]


def link(source: Path, target: Path) -> None:
    """A second name costs no space; on another disk it has to be a copy."""
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        os.link(source, partial)
    except FileNotFoundError:
        return  # wiped while we looked
    except OSError:
        shutil.copyfile(source, partial)
        partial.chmod(OWNER_ONLY)
    partial.replace(target)


def copy_live(source: Path, target: Path) -> None:
    """Copy a database that may be in use."""
    _copy(str(source), target, uri=False)


def copy_file(source: Path, target: Path) -> None:
    """Copy one that nobody has open, leaving no file of its own beside it."""
    _copy(f"{source.resolve().as_uri()}?immutable=1", target, uri=True)


def _copy(source: str, target: Path, *, uri: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    with closing(sqlite3.connect(source, uri=uri)) as old, closing(sqlite3.connect(partial)) as new:
        old.backup(new)
        # One file by itself, whoever opens it: what WAL adds comes back with the first program that writes.
        new.execute("PRAGMA journal_mode=DELETE")
    partial.replace(target)
