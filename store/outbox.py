"""What is to be said: rows written with the deed they tell of, said later and once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, CursorResult, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store import once
from store.tables import Post

UNPACED = ("urgent", "digest")
"""Kinds that no room budget holds back."""
GATHERED = "ack"
"""The kind of which a room, while it has just had one, is owed the next ones together."""
ECHO_WITHIN = timedelta(minutes=10)
"""In this time the echo of what was sent has come, where echoes come at all."""
SAID_AGAIN_WITHIN = timedelta(days=1)
Only = Literal["", "quiet", "urgent"]
"""All that is owed; in a quiet hour only the urgent and who asked; or nothing but the urgent."""
Budgets = Sequence[tuple[datetime, int, str]]
"""How many posts, of one kind or ("") of all, a room may have had since a time before the next has to wait."""


async def put(db: AsyncSession, post: Post) -> bool:
    """Owe a post; False when one with its key already was, whatever became of it."""
    return await once.put(db, post, "key")


async def take(
    db: AsyncSession, account: str, now: datetime, budgets: Budgets = (), only: Only = ""
) -> Post | None:
    """Take what is to be said next, urgent ones first, then the oldest, and note the intent before the send.

    A room that used up a budget is passed over: what it is owed never stands before another's.
    """
    bounds: dict[str, Any] = {"mine": account, "now": now}
    for at, (since, most, _) in enumerate(budgets):
        bounds |= {f"since_{at}": since, f"most_{at}": most}
    taken: Post | None = await db.scalar(_take(tuple(kind for _, _, kind in budgets), only), bounds)
    return taken


@cache
def _take(kinds: tuple[str, ...], only: Only) -> Any:
    waiting = aliased(Post)
    mine = [
        waiting.account == bindparam("mine"),
        waiting.state == "due",
        waiting.not_before <= bindparam("now"),
    ]
    mine += [_within(waiting, at, kind) for at, kind in enumerate(kinds)]
    if only == "quiet":
        mine.append(or_(waiting.urgent, and_(waiting.kind == "reply", ~waiting.group)))
    elif only == "urgent":
        mine.append(waiting.urgent.is_(True))
    order = (waiting.urgent.desc(), waiting.not_before, waiting.id)
    # Where several processes share the database, each takes what no other is taking.
    first = select(waiting.id).where(*mine).order_by(*order).limit(1).with_for_update(skip_locked=True)
    taken = update(Post).where(Post.id == first.scalar_subquery())
    saying = taken.values(state="saying", tries=Post.tries + 1).returning(Post)
    return saying.execution_options(synchronize_session=False)


def _within(waiting: Any, at: int, kind: str) -> ColumnElement[bool]:
    said = aliased(Post)
    counts = said.kind == kind if kind else said.kind.not_in(UNPACED)
    there = (said.account == waiting.account, said.to == waiting.to, said.said_at >= bindparam(f"since_{at}"))
    count = select(func.count()).where(*there, counts).correlate(waiting).scalar_subquery()
    free = waiting.kind != kind if kind else waiting.kind.in_(UNPACED)
    return or_(waiting.urgent, free, ~waiting.group, count < bindparam(f"most_{at}"))


async def owed_together(db: AsyncSession, post: Post, now: datetime, most: int) -> list[Post]:
    """The other acknowledgements that a room is owed now, oldest first; none for any other kind of post."""
    if post.kind != GATHERED or not post.group:
        return []
    there = (Post.account == post.account, Post.to == post.to, Post.kind == GATHERED, Post.group)
    waiting = (Post.state == "due", Post.not_before <= now, Post.id != post.id)
    return list(await db.scalars(select(Post).where(*there, *waiting).order_by(Post.id).limit(most)))


async def join(db: AsyncSession, post: Post, text: str, others: Sequence[Post]) -> None:
    """Let one post say what several were to say: whatever becomes of it became of all of them."""
    post.text = text
    await db.execute(update(Post).where(Post.id == post.id).values(text=text))
    ids = [one.id for one in others]
    await db.execute(update(Post).where(Post.id.in_(ids)).values(state="joined", message_id=post.key))


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


async def echoed(
    db: AsyncSession, account: str, to: str, text: str | None, message_id: str, at: datetime
) -> Post | None:
    """Our own words, said at `at`, came back: settle the post they belong to, the oldest open one first.

    All files look alike, and words that were wiped like a file: what was over a day before is not meant.
    """
    known = select(Post).where(Post.account == account, Post.to == to, Post.message_id == message_id)
    post = await db.scalar(known.limit(1))
    if post is None:
        open_ = (
            Post.account == account,
            Post.to == to,
            Post.state.in_(("saying", "unknown", "said")),
            Post.message_id == "",
            or_(Post.said_at.is_(None), Post.said_at > at - SAID_AGAIN_WITHIN),
        )
        query = select(Post).where(*open_, Post.text == (text or ""))
        post = await db.scalar(query.order_by(Post.id).limit(1))
    if post is not None:
        post.state, post.message_id = "said", message_id
    return post


async def unheard(db: AsyncSession, account: str, file: bool, now: datetime) -> None:
    """An echo came: of what had to come back long before it and did not, it is certain that it was not sent.

    A file's echo speaks for files only. What is a day old is left to a person.
    """
    unknown = (Post.account == account, Post.state == "unknown", Post.message_id == "")
    awaited = (Post.said_at < now - ECHO_WITHIN, Post.said_at > now - SAID_AGAIN_WITHIN)
    alike = Post.text == "" if file else Post.text != ""
    await db.execute(
        update(Post).where(*unknown, *awaited, alike).values(state="due", not_before=now, said_at=None)
    )


async def stop(db: AsyncSession, keys: Sequence[str]) -> None:
    """A captain stops what is owed and not yet said: these posts, with what belongs to them."""
    theirs = or_(*(or_(Post.key == key, Post.key.startswith(f"{key}:", autoescape=True)) for key in keys))
    await db.execute(update(Post).where(theirs, Post.state == "due").values(state="stopped"))


async def rest(db: AsyncSession, account: str, now: datetime) -> int:
    """After a restart: what was being said may stand in the group; only its echo can tell. How many."""
    left = await db.execute(
        update(Post)
        .where(Post.account == account, Post.state == "saying")
        .values(state="unknown", said_at=now)
    )
    return cast("CursorResult[Any]", left).rowcount


async def said_since(db: AsyncSession, account: str, since: datetime) -> list[datetime]:
    """When posts went out, or may have, since a time, in order."""
    said = select(Post.said_at).where(Post.account == account, Post.said_at >= since)
    return [at for at in await db.scalars(said.order_by(Post.said_at)) if at]


async def age(db: AsyncSession, account: str, now: datetime) -> float:
    """Seconds for which the oldest post that could be said has waited, 0 when none does."""
    due_now = (Post.account == account, Post.state == "due", Post.not_before <= now)
    oldest = await db.scalar(select(func.min(Post.not_before)).where(*due_now))
    return (now - oldest).total_seconds() if oldest else 0.0


async def unknown(db: AsyncSession, account: str) -> int:
    """How many posts may or may not stand in a group: for a person to look at."""
    open_ = (Post.account == account, Post.state == "unknown")
    return await db.scalar(select(func.count()).where(*open_)) or 0
