"""Copying everything into another database that is empty: all of it, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.database import Store
from store.tables import Base

TABLES = Base.metadata.sorted_tables
"""What others refer to comes first."""
BATCH = 500
Counts = dict[str, int]
Row = dict[str, Any]


class Occupied(Exception):
    """The target holds something else already; `counts` says how much of it."""

    def __init__(self, counts: Counts) -> None:
        super().__init__(str(counts))
        self.counts = counts


async def counts(db: AsyncSession) -> Counts:
    """How many rows each table has."""
    return {table.name: await db.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


async def accounts(db: AsyncSession) -> set[str]:
    """Every account that something is kept for."""
    mine = [table.c.account for table in TABLES if "account" in table.c]
    return {name for column in mine for name in await db.scalars(select(column).distinct())}


async def copy(source: Store, target: Store, done: Callable[[int], object]) -> tuple[Counts, bool]:
    """Copy every row to a PostgreSQL that has our tables; `done` hears of each batch how many it had.

    Returns the counts, which were compared table by table, and False when all of it was there before.
    It is one transaction: what stops it on its way leaves the target as it was. Raises Occupied.
    """
    async with source.read() as old, target.begin() as new:
        here, there = await counts(old), await counts(new)
        if any(there.values()):
            if here == there and await _alike(old, new):
                return there, False
            raise Occupied(there)
        for table in TABLES:
            await _copy(old, new, table, done)
        there = await counts(new)
        if here != there:
            raise RuntimeError(f"{here} became {there}")
    return there, True


async def _copy(old: AsyncSession, new: AsyncSession, table: Table, done: Callable[[int], object]) -> None:
    # A row may refer to a later one of its own table: these columns are filled in at the end.
    own = [column for column in table.c if any(key.column.table is table for key in column.foreign_keys)]
    left: list[Row] = []
    db = await new.connection()
    async for batch in _batches(old, table):
        left += [{"row": row["id"]} | {one.name: row[one.name] for one in own} for row in batch if own]
        await db.execute(insert(table), [row | dict.fromkeys(one.name for one in own) for row in batch])
        done(len(batch))
    if left:
        values: Row = {one.name: bindparam(one.name) for one in own}
        await db.execute(update(table).where(table.c.id == bindparam("row")).values(values), left)
    await _count_on(new, table)


async def _count_on(new: AsyncSession, table: Table) -> None:
    """The next row gets the number after the last."""
    last = await new.scalar(select(func.max(table.c.id)))
    if last is not None:
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        await new.execute(sequence, {"name": f'"{table.name}"', "last": last})


async def _alike(old: AsyncSession, new: AsyncSession) -> bool:
    for table in TABLES:
        async for batch in _batches(old, table):
            ids = [row["id"] for row in batch]
            rows = await new.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id))
            if batch != [dict(row) for row in rows.mappings()]:
                return False
    return True


async def _batches(db: AsyncSession, table: Table) -> AsyncIterator[list[Row]]:
    last = 0
    while True:
        query = select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
        batch = [dict(row) for row in (await db.execute(query)).mappings()]
        if not batch:
            return
        yield batch
        last = batch[-1]["id"]
