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
from store.database import note_new
from store.tables import Post, Seen

UNPACED = ("urgent", "digest")
"""Kinds that no room budget holds back."""
GATHERED = "ack"
"""The kind of which a room, while it has just had one, is owed the next ones together."""
DAY = timedelta(days=1)
SLOW = timedelta(minutes=10)
"""So much longer what was slow to send may stay on its way."""
Only = Literal["", "quiet", "urgent"]
"""All that is owed; in a quiet hour only the urgent and who asked; or nothing but the urgent."""
Budgets = Sequence[tuple[datetime, int, str]]
"""How many posts, of one kind or ("") of all, a room may have had since a time before the next has to wait."""


async def put(db: AsyncSession, post: Post) -> bool:
    """Owe a post; False when one with its key already was, whatever became of it."""
    new = await once.put(db, post, "key")
    if new:
        note_new(db, "post")
    return new


async def take(
    db: AsyncSession,
    account: str,
    now: datetime,
    budgets: Budgets = (),
    only: Only = "",
    doubting: bool = False,
) -> Post | None:
    """Take what is to be said next, urgent ones first, then the oldest, and note the intent before the send.

    A room that used up a budget is passed over: what it is owed never stands before another's. While
    `doubting`, what looks like a post that a crash cut off waits: two pictures' echoes are one like the other.
    """
    bounds: dict[str, Any] = {"mine": account, "now": now}
    for at, (since, most, _) in enumerate(budgets):
        bounds |= {f"since_{at}": since, f"most_{at}": most}
    taken: Post | None = await db.scalar(_take(tuple(kind for _, _, kind in budgets), only, doubting), bounds)
    return taken


@cache
def _take(kinds: tuple[str, ...], only: Only, doubting: bool) -> Any:
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
    if doubting:
        mine.append(~_doubtful(waiting))
    order = (waiting.urgent.desc(), waiting.not_before, waiting.id)
    # Where several processes share the database, each takes what no other is taking.
    first = select(waiting.id).where(*mine).order_by(*order).limit(1).with_for_update(skip_locked=True)
    taken = update(Post).where(Post.id == first.scalar_subquery())
    saying = taken.values(state="saying", tries=Post.tries + 1, said_at=bindparam("now")).returning(Post)
    return saying.execution_options(synchronize_session=False)


def _doubtful(waiting: Any) -> ColumnElement[bool]:
    cut_off = aliased(Post)
    like = (cut_off.account == waiting.account, cut_off.to == waiting.to, cut_off.text == waiting.text)
    return select(cut_off.id).where(*like, cut_off.state == "unknown", cut_off.tries > 0).exists()


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
    """The end of a send: said, unknown or dropped. What an echo settled meanwhile stays settled.

    Without a try left to its name, what is unknown was slow to send: it may still be on its way.
    """
    values: dict[str, Any] = {"state": state, "said_at": at}
    if state == "unknown":
        values["tries"] = 0
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
        .values(state="due", not_before=not_before, said_at=None)
    )


async def echoed(
    db: AsyncSession, account: str, to: str, text: str | None, message_id: str, at: datetime
) -> Post | None:
    """Our own words, said at `at`, came back: settle the post they belong to, rather one that waits for its echo.

    All files look alike, and words that were wiped like a file: what was over a day before is not meant.
    """
    lately = or_(Post.said_at.is_(None), Post.said_at > at - DAY)
    there = (Post.account == account, Post.to == to, Post.text == (text or ""), lately)
    begun = or_(Post.state.in_(("saying", "unknown", "said")), and_(Post.state == "due", Post.tries > 0))
    ours = Post.message_id.in_(("", message_id))
    found = list(await db.scalars(select(Post).where(*there, begun, ours).order_by(Post.id)))
    if any(post.message_id for post in found):
        return None  # the chat had told its id when it was sent
    awaited = [post for post in found if post.state in ("saying", "said")]
    # What waits to be tried again was refused, most often; what is of unknown end may well have been said.
    doubtful = [post for post in found if post.state == "unknown"] or found
    post = awaited[-1] if awaited else doubtful[0] if doubtful else None
    if post is not None:
        post.state, post.message_id = "said", message_id
    return post


async def stop(db: AsyncSession, keys: Sequence[str]) -> None:
    """A captain stops what is owed and not yet said: these posts, with what belongs to them."""
    theirs = or_(*(or_(Post.key == key, Post.key.startswith(f"{key}:", autoescape=True)) for key in keys))
    await db.execute(update(Post).where(theirs, Post.state == "due").values(state="stopped"))


async def rest(db: AsyncSession, account: str) -> int:
    """After a restart: what was being said may stand in the group; only its echo can tell. How many."""
    left = await db.execute(
        update(Post).where(Post.account == account, Post.state == "saying").values(state="unknown")
    )
    return cast("CursorResult[Any]", left).rowcount


async def owe_again(
    db: AsyncSession, account: str, since: datetime, now: datetime, echo_within: timedelta
) -> tuple[int, int]:
    """Owe what certainly was not sent: begun after `since`, from when nothing passed us by, and without its echo.

    How many, and of how many nobody knows yet.
    """
    unknown = (Post.account == account, Post.state == "unknown", Post.said_at > since)
    doubtful = list(await db.scalars(select(Post).where(*unknown)))
    unsaid = [post for post in doubtful if await _was_not_sent(db, post, since, now - echo_within)]
    for post in unsaid:
        post.state, post.not_before, post.said_at = "due", now, None
    return len(unsaid), len(doubtful) - len(unsaid)


async def _was_not_sent(db: AsyncSession, post: Post, since: datetime, until: datetime) -> bool:
    """Whether its echo would be here by now: a post like it, to a group or person, words or file, has its own.

    Of what a crash cut off any such post tells; what was slow to send may be on its way until a later one has come.
    """
    assert post.said_at is not None
    cut_off = post.tries > 0
    if post.said_at > (until if cut_off else until - SLOW):
        return False
    waiting = select(Seen.id).where(Seen.account == post.account, ~Seen.handled, Seen.at >= post.said_at)
    if await db.scalar(waiting.limit(1)):
        return False
    like = (Post.account == post.account, Post.group == post.group, (Post.text == "") == (post.text == ""))
    after = Post.said_at > (since if cut_off else post.said_at)
    said = select(Post.message_id).where(*like, Post.state == "said", after)
    last = await db.scalar(said.order_by(Post.said_at.desc(), Post.id.desc()).limit(1))
    heard = select(Seen.id).where(Seen.account == post.account, Seen.message_id == last)
    return bool(last) and await db.scalar(heard) is not None


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
