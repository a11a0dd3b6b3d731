"""The tables of what comes in and goes out: ids seen, posts owed, work done by the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, LongWords


class Post(Base):
    """Something to be said. `key` is unique, so nothing falls due twice."""

    __tablename__ = "post"
    __table_args__ = (
        Index("post_queue", "account", "state", "not_before"),
        Index("post_target", "account", "to", "said_at"),
        Index("post_echo", "account", "to", "message_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    account: Mapped[str]
    to: Mapped[str]
    """The room's or person's id in the chat."""
    group: Mapped[bool]
    kind: Mapped[str]
    """ack, reply, private, urgent, digest, notice: what the budgets count."""
    text: Mapped[str] = mapped_column(LongWords, default="")
    attachment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{} or what to draw when it is said: {"card": facts} or {"sheet": {...}}."""
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="due")
    """due, saying, said, unknown (may stand in the group), dropped (given up), stopped (vetoed), joined (said in another)."""
    created: Mapped[datetime]
    not_before: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    said_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(default="")
    """The chat's id of what was said; of one that was joined, the key of the post that says it."""
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))


class Seen(Base):
    """Ids of messages that reached us, in order of arrival; never a word of them."""

    __tablename__ = "seen"
    __table_args__ = (UniqueConstraint("account", "message_id"), Index("seen_open", "account", "handled"))
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    message_id: Mapped[str]
    at: Mapped[datetime]
    handled: Mapped[bool] = mapped_column(default=False)


class Run(Base):
    """A thing done by the clock for one subject and period: the truth about "exactly once"."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("job", "subject", "period"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    subject: Mapped[str]
    """"room:3", "place:1", or "" for the whole program."""
    period: Mapped[str]
    at: Mapped[datetime]
    vetoed: Mapped[bool] = mapped_column(default=False)
