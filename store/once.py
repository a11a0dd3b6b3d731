"""Inserts that step back where the row already stands: one statement instead of look and write."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Base


def insert(db: AsyncSession, table: type[Base]) -> sqlite.Insert:
    """An INSERT that knows ON CONFLICT; both databases spell it alike, only SQLAlchemy keeps two classes."""
    dialect: Any = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    return cast(sqlite.Insert, dialect.insert(table.__table__))
