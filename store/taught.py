"""What captains teach: ready answers, and corrections of what was read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, LongWords


class Answer(Base):
    """便民答案: a question with a ready answer, for a place and all below it."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("place_id", "question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    question: Mapped[str]
    answer: Mapped[str] = mapped_column(LongWords)


class Correction(Base):
    """A captain's correction of a category, a route or (yes, no) of its being a request; goes with the text."""

    __tablename__ = "correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    at: Mapped[datetime]
    field: Mapped[str]
    was: Mapped[str]
    now: Mapped[str]
    words: Mapped[str] = mapped_column(LongWords, default="", server_default="")
    """Of what was no request, the few by which it sounded like one; its text is not kept."""
