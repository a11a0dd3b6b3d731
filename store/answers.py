"""便民答案: questions with a ready answer, kept for a place and everything below it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.places import above
from store.tables import Answer, Place


async def answers(db: AsyncSession, place: Place) -> list[Answer]:
    """The answers that hold at a place, its own before those of the places above."""
    order = [one.id for one in await above(db, place)]
    rows = await db.scalars(select(Answer).where(Answer.place_id.in_(order)))
    return sorted(rows, key=lambda row: (order.index(row.place_id), row.id))


async def keep(db: AsyncSession, place: Place, question: str, answer: str) -> bool:
    """Keep an answer, or drop it when `answer` is empty; whether anything changed."""
    row = await db.scalar(select(Answer).where(Answer.place_id == place.id, Answer.question == question))
    if row is None and answer:
        db.add(Answer(place_id=place.id, question=question, answer=answer))
    elif row is not None and answer:
        row.answer = answer
    elif row is not None:
        await db.delete(row)
    return bool(row or answer)
