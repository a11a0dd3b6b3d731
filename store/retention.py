"""What is not kept: old texts are blanked, a person is forgotten, an unsure one does not stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, cast, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.moves import ENDED
from store.tables import Correction, Event, Person, Photo, Post, Request, Supporter


async def blank(db: AsyncSession, requests: Sequence[Request]) -> list[str]:
    """Wipe every word of these requests, keeping the counts; the hashes of their photos, to be deleted."""
    ids = [request.id for request in requests]
    for request in requests:
        request.text = request.gist = request.reason = request.outcome = request.reply = ""
        request.where, request.why, request.blanked = {}, [], True
    await db.execute(update(Supporter).where(Supporter.request_id.in_(ids)).values(text=""))
    await db.execute(update(Event).where(Event.request_id.in_(ids)).values(note="", before={}, after={}))
    theirs = Post.request_id.in_(ids)
    elsewhere = select(Post.message_id).where(theirs, Post.state == "joined").scalar_subquery()
    said = or_(theirs, Post.key.in_(elsewhere))
    await db.execute(update(Post).where(said, Post.state != "due").values(text="", attachment={}))
    await db.execute(delete(Correction).where(Correction.request_id.in_(ids)))
    hashes = list(await db.scalars(select(Photo.hash).where(Photo.request_id.in_(ids), Photo.hash != "")))
    await db.execute(delete(Photo).where(Photo.request_id.in_(ids)))
    return [one for one in hashes if not await db.scalar(select(Photo.id).where(Photo.hash == one))]


async def old(db: AsyncSession, ended_before: datetime) -> list[Request]:
    """Requests that ended before a time and still have their words."""
    query = select(Request).where(Request.ended_at < ended_before, Request.state.in_(ENDED), ~Request.blanked)
    return list(await db.scalars(query.with_for_update(skip_locked=True, of=Request)))


async def unsure(db: AsyncSession, created_before: datetime) -> list[Request]:
    """Candidates that no captain answered."""
    query = select(Request).where(Request.state == "unsure", Request.created < created_before)
    return list(await db.scalars(query.with_for_update(skip_locked=True, of=Request)))


async def drop_posts(db: AsyncSession, before: datetime) -> None:
    """Wipe the words of posts said long ago; their keys stay, so that nothing is said again."""
    await db.execute(update(Post).where(Post.said_at < before).values(text="", attachment={}))


async def forget(db: AsyncSession, person: Person) -> list[str]:
    """Wipe a person: his words and photos, his name and rights; the hashes of photos to be deleted.

    What he asked for goes on without him: number, category and state stay, and of his flat that it was one.
    """
    mine = list(await db.scalars(select(Request).where(Request.reporter_id == person.id)))
    hashes = await blank(db, mine)
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
    await db.execute(update(Event).where(Event.actor_id == person.id).values(actor_id=None))
    person.name = person.household = ""
    if not person.deaf:
        await db.delete(person)
    return hashes
