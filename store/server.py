"""PostgreSQL: its engine, and its troubles told as SQLAlchemy tells those of SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PATIENCE = 10.0
"""Seconds for a connection; a firewall that swallows everything never answers."""
OF_THE_SERVER = ("08", "25P03", "28", "3D", "40", "42501", "53", "55", "57", "58")
"""SQLSTATEs, or their beginnings: it is away, full, locked, does not let us in; not that we asked wrongly."""


def engine(url: str) -> AsyncEngine:
    """An engine that finds out for itself that the server was restarted."""
    how = {"timeout": PATIENCE, "async_creator_fn": _connect}
    made = create_async_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=how)
    event.listen(made.sync_engine, "handle_error", _plain, retval=True)
    return made


async def _connect(*where: Any, **options: Any) -> Any:
    # Only who uses a server waits for its driver to be loaded.
    import asyncpg

    try:
        return await asyncpg.connect(*where, **options)
    except OSError as error:  # a TimeoutError is one, too
        raise asyncpg.ConnectionFailureError(error.strerror or type(error).__name__) from error


def _plain(context: ExceptionContext) -> Exception | None:
    """Whoever waits for a locked SQLite file waits for a server that is away, too."""
    told = context.sqlalchemy_exception
    if not isinstance(told, DBAPIError) or isinstance(told, OperationalError):
        return None
    lost, cause = told.connection_invalidated, getattr(told.orig, "__cause__", None) or told
    if not lost and not str(getattr(cause, "sqlstate", "")).startswith(OF_THE_SERVER):
        return None
    return OperationalError(told.statement, None, cause, hide_parameters=True, connection_invalidated=lost)
