"""What is not kept: old texts are blanked, a person is forgotten, an unsure one does not stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.moves import ENDED
from store.tables import Correction, Event, Person, Photo, Post, Request, Supporter

OVER = ("said", "dropped", "stopped", "joined")
"""States of posts that are not said any more, and whose words no echo has to be found by."""
WORDED = or_(Post.text != "", cast(Post.attachment, String) != "{}")
"""Posts that still say something: all others need not be written again every night."""
RESIDENTS = ("more", "notfixed")
"""What residents add to a request, in their own words."""


async def blank(db: AsyncSession, requests: Sequence[Request]) -> list[str]:
    """Wipe every word of these requests, keeping the counts; the hashes of their photos, to be deleted."""
    ids = [request.id for request in requests]
    for request in requests:
        request.text = request.gist = request.reason = request.outcome = request.reply = ""
        request.where, request.why, request.blanked = {}, [], True
    await db.execute(update(Supporter).where(Supporter.request_id.in_(ids)).values(text=""))
    await db.execute(update(Event).where(Event.request_id.in_(ids)).values(note="", before={}, after={}))
    if requests:
        # A ledger, a list, an answer may repeat their words: of what is over since they came, nothing is needed.
        since = min(request.created for request in requests)
        theirs = Post.request_id.in_(ids)
        elsewhere = select(Post.message_id).where(theirs, Post.state == "joined").scalar_subquery()
        over = or_(theirs, Post.key.in_(elsewhere), Post.created >= since)
        await db.execute(
            update(Post).where(over, Post.state.in_(OVER), WORDED).values(text="", attachment={})
        )
    await db.execute(delete(Correction).where(Correction.request_id.in_(ids)))
    return await _drop(db, Photo.request_id.in_(ids))


async def old(db: AsyncSession, ended_before: datetime) -> list[Request]:
    """Requests that ended before a time and still have their words."""
    query = select(Request).where(Request.ended_at < ended_before, Request.state.in_(ENDED), ~Request.blanked)
    return list(await db.scalars(query.with_for_update(skip_locked=True, of=Request)))


async def unsure(db: AsyncSession, created_before: datetime) -> list[Request]:
    """Candidates that no captain answered."""
    query = select(Request).where(Request.state == "unsure", Request.created < created_before)
    return list(await db.scalars(query.with_for_update(skip_locked=True, of=Request)))


async def drop_posts(db: AsyncSession, before: datetime) -> None:
    """Wipe the words of posts made or said long ago, and whom they were for; their keys stay: nothing is said again."""
    long_ago = (
        Post.created < before,
        Post.state != "due",
        or_(Post.said_at.is_(None), Post.said_at < before),
    )
    await db.execute(update(Post).where(*long_ago, WORDED).values(text="", attachment={}))
    await db.execute(update(Post).where(*long_ago, ~Post.group, Post.to != "").values(to=""))
    gone = select(Request.id).where(Request.blanked)
    theirs = (Post.request_id.in_(gone), Post.state.in_(OVER), Post.text != "")
    await db.execute(update(Post).where(*theirs).values(text="", attachment={}))


async def forget(db: AsyncSession, person: Person) -> list[str]:
    """Wipe a person: his words and photos, his name and rights; the hashes of photos to be deleted.

    What he asked for goes on without him: number, category and state stay, and of his flat that it was one.
    """
    mine = list(await db.scalars(select(Request).where(Request.reporter_id == person.id)))
    hashes = await blank(db, mine)
    hashes += await _drop(db, Photo.person_id == person.id)
    for request in mine:
        request.reporter_id = None
    await db.execute(
        update(Supporter)
        .where(Supporter.person_id == person.id)
        .values(
            text="",
            person_id=None,
            message_id="",
            household=literal("gone:").concat(cast(Supporter.id, String)),
        )
    )
    person.roles.clear()
    his = Event.actor_id == person.id
    await db.execute(update(Event).where(his, Event.verb.in_(RESIDENTS)).values(note=""))
    await db.execute(update(Event).where(his).values(actor_id=None))
    to_him = (Post.account == person.account, Post.to == person.contact, ~Post.group, Post.state.in_(OVER))
    await db.execute(update(Post).where(*to_him).values(text="", attachment={}, to=""))
    person.name = person.household = ""
    if not person.deaf:
        await db.delete(person)
    return hashes


async def recall(db: AsyncSession, message_id: str) -> list[str]:
    """Wipe what a message added to a request: its words, its household, its picture; the hashes to be deleted."""
    added = (Event.message_id == message_id, Event.verb.in_(RESIDENTS))
    await db.execute(update(Event).where(*added).values(note=""))
    await db.execute(delete(Supporter).where(Supporter.message_id == message_id))
    return await _drop(db, Photo.message_id == message_id)


async def _drop(db: AsyncSession, which: ColumnElement[bool]) -> list[str]:
    """Delete photos; their hashes where no other request has them."""
    hashes = list(await db.scalars(select(Photo.hash).where(which, Photo.hash != "")))
    await db.execute(delete(Photo).where(which))
    return await _unwanted(db, hashes)


async def _unwanted(db: AsyncSession, hashes: Sequence[str]) -> list[str]:
    """Those that no other request has."""
    return [one for one in hashes if not await db.scalar(select(Photo.id).where(Photo.hash == one))]
