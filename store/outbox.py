"""What is to be said: rows written with the deed they tell of, said later and once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store import once
from store.tables import Post

UNPACED = ("urgent", "digest")
"""Kinds that no room budget holds back."""
Budgets = Sequence[tuple[datetime, int]]
"""How many posts a room may have had since a time before it has to wait."""


async def put(db: AsyncSession, post: Post) -> bool:
    """Owe a post; False when one with its key already was, whatever became of it."""
    return await once.put(db, post, "key")


async def due(
    db: AsyncSession,
    account: str,
    now: datetime,
    budgets: Budgets = (),
    *,
    quiet: bool = False,
    most: int = 50,
) -> list[Post]:
    """What may be said now, urgent ones first, then the oldest; in a quiet hour only the urgent and who asked.

    A room that used up a budget is passed over: what it is owed never stands before another's.
    """
    mine = [Post.account == account, Post.state == "due", Post.not_before <= now]
    mine += [or_(Post.urgent, Post.kind.in_(UNPACED), ~Post.group, _below(*budget)) for budget in budgets]
    if quiet:
        mine.append(or_(Post.urgent, and_(Post.kind == "reply", ~Post.group)))
    order = (Post.urgent.desc(), Post.not_before, Post.id)
    return list(await db.scalars(select(Post).where(*mine).order_by(*order).limit(most)))


def _below(since: datetime, most: int) -> ColumnElement[bool]:
    said = aliased(Post)
    there = (said.account == Post.account, said.to == Post.to, said.kind.not_in(UNPACED))
    count = select(func.count()).where(*there, said.said_at >= since).correlate(Post)
    return count.scalar_subquery() < most


async def begin_saying(db: AsyncSession, post_id: int) -> bool:
    """Note the intent before the send; False when somebody stopped or took it meanwhile."""
    taken = await db.execute(
        update(Post)
        .where(Post.id == post_id, Post.state == "due")
        .values(state="saying", tries=Post.tries + 1)
    )
    return bool(cast("CursorResult[Any]", taken).rowcount)


async def settle(db: AsyncSession, post_id: int, state: str, at: datetime, message_id: str = "") -> None:
    """The end of a send: said, unknown or dropped. What an echo settled meanwhile stays settled."""
    values: dict[str, Any] = {"state": state, "said_at": at}
    if message_id:
        values["message_id"] = message_id
    await db.execute(
        update(Post).where(Post.id == post_id, Post.state.in_(("saying", "unknown"))).values(**values)
    )


async def retry(db: AsyncSession, post_id: int, not_before: datetime) -> None:
    """It certainly was not sent: try again from `not_before` on."""
    await db.execute(
        update(Post)
        .where(Post.id == post_id, Post.state == "saying")
        .values(state="due", not_before=not_before)
    )


async def echoed(db: AsyncSession, account: str, to: str, text: str | None, message_id: str) -> Post | None:
    """Our own words came back: settle the post they belong to, the oldest open one first."""
    open_ = (
        Post.account == account,
        Post.to == to,
        Post.state.in_(("saying", "unknown", "said")),
        Post.message_id == "",
    )
    query = select(Post).where(*open_, Post.text == (text or ""))
    post = await db.scalar(query.order_by(Post.id).limit(1))
    if post is not None:
        post.state, post.message_id = "said", message_id
    return post


async def rest(db: AsyncSession, account: str, now: datetime) -> int:
    """After a restart: what was being said may stand in the group; only its echo can tell. How many."""
    left = await db.execute(
        update(Post)
        .where(Post.account == account, Post.state == "saying")
        .values(state="unknown", said_at=now)
    )
    return cast("CursorResult[Any]", left).rowcount


async def said_since(db: AsyncSession, account: str, since: datetime) -> int:
    """How many posts went out, or may have, since a time."""
    query = select(func.count()).where(Post.account == account, Post.said_at >= since)
    return await db.scalar(query) or 0


async def last_said(db: AsyncSession, account: str) -> datetime | None:
    """When this account said anything last."""
    return await db.scalar(select(func.max(Post.said_at)).where(Post.account == account))


async def age(db: AsyncSession, account: str, now: datetime) -> float:
    """Seconds for which the oldest post that could be said has waited, 0 when none does."""
    due_now = (Post.account == account, Post.state == "due", Post.not_before <= now)
    oldest = await db.scalar(select(func.min(Post.not_before)).where(*due_now))
    return (now - oldest).total_seconds() if oldest else 0.0


async def unknown(db: AsyncSession, account: str) -> int:
    """How many posts may or may not stand in a group: for a person to look at."""
    open_ = (Post.account == account, Post.state == "unknown")
    return await db.scalar(select(func.count()).where(*open_)) or 0
