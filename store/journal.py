"""Which messages reached us and which were handled: ids only, in order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store import once
from store.database import Store
from store.tables import Seen


class Journal:
    """The arrivals of one account, written down before anything else is done with them."""

    def __init__(self, store: Store, account: str, now: Callable[[], datetime]) -> None:
        self.store, self.account, self.now = store, account, now

    async def arrived(self, ids: Sequence[str]) -> list[str]:
        """Write down what arrived, in one transaction; those that had not been seen before."""
        async with self.store.begin() as db:
            known = set(await db.scalars(self._rows(Seen.message_id).where(Seen.message_id.in_(ids))))
            fresh = [id_ for id_ in dict.fromkeys(ids) if id_ not in known]
            if fresh:
                await db.execute(insert(Seen), [self._row(id_) for id_ in fresh])
        return fresh

    async def unhandled(self) -> list[str]:
        """What arrived and was not handled, oldest first."""
        async with self.store.read() as db:
            return list(await db.scalars(self._rows(Seen.message_id).where(~Seen.handled).order_by(Seen.id)))

    async def last(self) -> str:
        """The id that arrived last, "" if none did."""
        async with self.store.read() as db:
            return await db.scalar(self._rows(Seen.message_id).order_by(Seen.id.desc()).limit(1)) or ""

    async def done(self, ids: Sequence[str]) -> None:
        """These need no handling: a sticker, our own voice."""
        async with self.store.begin() as db:
            mine = (Seen.account == self.account, Seen.message_id.in_(ids))
            await db.execute(update(Seen).where(*mine).values(handled=True))

    def _rows(self, column: Any) -> Any:
        return select(column).where(Seen.account == self.account)

    def _row(self, message_id: str) -> dict[str, Any]:
        return {"account": self.account, "message_id": message_id, "at": self.now(), "handled": False}


async def take(db: AsyncSession, account: str, message_id: str, at: datetime) -> bool:
    """Mark a message handled; False when it already was, so that nothing is done twice."""
    mark = Seen(account=account, message_id=message_id, at=at, handled=True)
    return await once.put(db, mark, "account message_id", again="handled")


async def unhandled(db: AsyncSession, account: str) -> int:
    """How many messages reached us and wait to be handled."""
    waiting = (Seen.account == account, ~Seen.handled)
    return await db.scalar(select(func.count()).where(*waiting)) or 0


async def forget(db: AsyncSession, before: datetime) -> None:
    """Drop the ids of long ago: no chat repeats them any more."""
    await db.execute(delete(Seen).where(Seen.at < before, Seen.handled))
