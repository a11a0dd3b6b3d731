"""The tables. Times are aware UTC datetimes; words stand as DESIGN's English keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.columns import Base, LongWords, Utc
from store.taught import Answer, Correction
from store.traffic import Post, Run, Seen

__all__ = [
    "Answer",
    "Base",
    "Code",
    "Correction",
    "Event",
    "Household",
    "Person",
    "Photo",
    "Place",
    "Post",
    "Request",
    "Role",
    "Room",
    "Run",
    "Seen",
    "Supporter",
    "Utc",
]


class Place(Base):
    """A node of street > community > grid > building; rights and rooms hang on it."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("kind", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    path: Mapped[str] = mapped_column(index=True, default="")
    """Ids from the root down to this one, "/1/4/12/": what lies under a place starts with its path."""
    aliases: Mapped[list[str]] = mapped_column(default=list)
    last_number: Mapped[int] = mapped_column(default=0)
    households: Mapped[int] = mapped_column(default=0)
    """How many are on the list that was imported; 0 while there is none."""


class Household(Base):
    """户: a flat of a building, as the imported list has it; who lives there is not kept."""

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("place_id", "flat", "unit"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    unit: Mapped[str]
    flat: Mapped[str]

    @property
    def label(self) -> str:
        """As `Person.household` has it: "2-501", or "501" in a building without units."""
        return "-".join(filter(None, [self.unit, self.flat]))


class Room(Base):
    """A group of the chat; `place_id` once it is bound to a building or, as a work group, to a community."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("account", "contact"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    contact: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    bound_at: Mapped[datetime | None]
    muted_until: Mapped[datetime | None]
    place: Mapped[Place | None] = relationship(lazy="joined")


class Person(Base):
    """Somebody with a right, a request or a wish to be left alone; nobody else is kept."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("account", "contact"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    contact: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    household: Mapped[str] = mapped_column(default="")
    """His household's label, or without a list "unit-flat" as far as known; "" while unknown: he counts as one."""
    deaf: Mapped[bool] = mapped_column(default=False)
    """He asked not to be recorded."""
    roles: Mapped[list[Role]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class Role(Base):
    """`person` is `role` at `place` and below it. No row, no right."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("person_id", "role", "place_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place] = relationship(lazy="joined")


class Code(Base):
    """A one-time code, kept as its hash: serves once, for 48 hours."""

    __tablename__ = "code"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    """A person's role, or "room"."""
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    expires: Mapped[datetime]
    used_at: Mapped[datetime | None]
    place: Mapped[Place] = relationship(lazy="joined")


class Request(Base):
    """One thing the residents asked for. `created` is when the resident said it."""

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("building_id", "number"),
        Index("request_counts", "building_id", "created", "state", "category", "route"),
        Index("request_open", "state", "building_id", "due"),
        Index("request_ended", "ended_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")
    route: Mapped[str]
    category: Mapped[str]
    danger: Mapped[str] = mapped_column(default="")
    private: Mapped[bool] = mapped_column(default=False)
    english: Mapped[bool] = mapped_column(default=False)
    gist: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(LongWords, default="")
    where: Mapped[dict[str, Any]] = mapped_column(default=dict)
    why: Mapped[list[str]] = mapped_column(default=list)
    channel: Mapped[str] = mapped_column(default="group")
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    message_id: Mapped[str] = mapped_column(default="", index=True)
    created: Mapped[datetime]
    due: Mapped[datetime | None]
    holder: Mapped[str] = mapped_column(default="captain")
    accepted: Mapped[bool] = mapped_column(default=False)
    returned: Mapped[bool] = mapped_column(default=False)
    expected: Mapped[date | None]
    """While waiting: the date the reason is expected to be gone."""
    reason: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
    """What was done, as the captain or the property company put it."""
    reply: Mapped[str] = mapped_column(default="")
    """What the monthly reply will say."""
    satisfaction: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    """First answer by a human."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")
    """称呼 of who settled it."""
    warned_at: Mapped[datetime | None]
    raised_at: Mapped[datetime | None]
    """When the next tier up was told that it is late."""
    asked_at: Mapped[datetime | None]
    """When the reporter was asked whether it is really fixed."""
    blanked: Mapped[bool] = mapped_column(default=False)
    merged_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Goes up with every change: of two accounts that change it at the same instant, one has to look again."""
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    building: Mapped[Place] = relationship(lazy="joined")
    reporter: Mapped[Person | None] = relationship(lazy="joined")


class Supporter(Base):
    """One household behind a request, besides its reporter's."""

    __tablename__ = "supporter"
    __table_args__ = (UniqueConstraint("request_id", "household"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    household: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    message_id: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(LongWords, default="")
    at: Mapped[datetime]


class Event(Base):
    """One change of a request; append only. `before` and `after` hold the columns that changed."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    verb: Mapped[str]
    note: Mapped[str] = mapped_column(LongWords, default="")
    message_id: Mapped[str] = mapped_column(default="")
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone: Mapped[bool] = mapped_column(default=False)


class Photo(Base):
    """A picture of a request: wanted until it was fetched, then kept (by hash) or refused."""

    __tablename__ = "photo"
    __table_args__ = (Index("photo_state", "state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    """Who showed it; None where that is not known any more."""
    state: Mapped[str] = mapped_column(default="wanted")
    hash: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
