"""Online copies of the SQLite file; a server has its own tools."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from store.database import Store

OWNER_ONLY = 0o600


async def copy(store: Store, target: Path) -> None:
    """Copy the database, while it is in use, to a file that only its owner can read."""
    if store.file is None:
        raise ValueError("only a SQLite file can be copied")
    await asyncio.to_thread(_copy, store.file, target)


async def backup(store: Store, folder: Path, now: datetime, kept: int) -> Path:
    """Tonight's copy in `folder`, of which the newest `kept` stay."""
    target = folder / f"louzu-{now:%Y%m%d-%H%M%S}.db"
    await copy(store, target)
    for old in sorted(folder.glob("louzu-*.db"))[:-kept]:
        old.unlink()
    return target


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    os.close(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, OWNER_ONLY))
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(partial)) as new:
        old.backup(new)
    partial.replace(target)
