"""The weekly counts over many buildings, through the store and by bare SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from bot.bench.ratio import Measured, in_turns
from nlp import CATEGORIES
from store import Store
from store.counts import counts
from store.migrate import create_all

BUILDINGS = 1_000
STATES = ("open", "in_progress", "handed_over", "resolved", "resolved", "resolved", "waiting")
START = datetime(2025, 1, 6, tzinfo=UTC)
YEAR = timedelta(days=364)
WEEK = timedelta(days=7)
BARE = """
SELECT building_id, state, category, route, count(*) FROM request
WHERE created >= :since AND created < :until GROUP BY building_id, state, category, route
"""
PLACE = """
INSERT INTO place (id, kind, name, path, aliases, last_number, households) VALUES (?, 'building', ?, ?, '[]', 0, 0)
"""
ROW = """
INSERT INTO request (building_id, number, state, route, category, created, danger, private, english, gist, text,
  "where", why, channel, message_id, holder, accepted, returned, reason, outcome, reply, satisfaction, ended_by,
  blanked)
VALUES (?, ?, ?, ?, ?, ?, '', 0, 0, '楼道灯', '楼道灯坏了', '{}', '[]', 'group', '', 'captain', 0, 0, '', '', '',
  '', '', 0)
"""


async def counting(requests: int, folder: Path) -> list[Measured]:
    """What came in during one week, over all buildings, in one statement."""
    file = folder / "counts.db"
    store = Store(f"sqlite+aiosqlite:///{file}")
    await create_all(store)
    _fill(file, requests)
    since = START + YEAR - WEEK

    async def ours() -> None:
        async with store.read() as db:
            await counts(db, since, since + WEEK)

    async def bare() -> None:
        window = {"since": since.replace(tzinfo=None).isoformat(" ", "microseconds")}
        window["until"] = (since + WEEK).replace(tzinfo=None).isoformat(" ", "microseconds")
        async with store.read() as db:
            (await db.execute(text(BARE), window)).all()

    try:
        turns = await in_turns(ours, bare)
    finally:
        await store.close()
    note = f"{BUILDINGS} 个楼组、{requests} 件，{median(turns.ours):.2f} 秒"
    return [Measured("一周的汇总数，是裸 SQL 的几倍", turns.ratio, 1.5, note=note)]


def _fill(file: Path, requests: int) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany(PLACE, [(n, f"{n}号楼", f"/{n}/") for n in range(1, BUILDINGS + 1)])
        connection.executemany(ROW, _rows(requests))


def _rows(requests: int) -> Iterator[tuple[object, ...]]:
    categories, step = list(CATEGORIES), YEAR / requests
    for number in range(requests):
        created = (START + number * step).replace(tzinfo=None).isoformat(" ", "microseconds")
        route = "listed" if number % 3 == 0 else "quick"
        kind = categories[number * 7 % len(categories)]
        building = number * 31 % BUILDINGS + 1
        yield building, number // BUILDINGS + 1, STATES[number % len(STATES)], route, kind, created
