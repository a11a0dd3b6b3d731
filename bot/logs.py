"""The log on standard output: ids only; whatever an error repeats of what was said stays out of it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import StackSummary, walk_tb
from types import TracebackType
from typing import Any, TextIO

from bot.config import Log
from bot.plain import plain

OURS = ("louzu", "bot", "nlp", "schedules", "store")
log = logging.getLogger("louzu")

Raised = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def begin(settings: Log, stream: TextIO | None = None) -> logging.Handler:
    """Log to `stream`, standard output unless another is given; of other people's loggers only warnings."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(Json() if settings.format == "json" else Text())
    handler.addFilter(_worth_it)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(settings.level)
    # At DEBUG they print every statement and header that passes: don't even ask them to make the text.
    for name in ("aiosqlite", "alembic", "apscheduler", "grpclib", "h2", "hpack", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A record that can't be written would be printed with all it was to say.
    logging.raiseExceptions = False
    return handler


def unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For the event loop, whose own way prints the whole error of a task that nobody waited for."""
    error = context.get("exception")
    log.error("%s", context.get("message", "unhandled"), exc_info=error if error else None)


class Text(logging.Formatter):
    """For people: a line each, errors below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have kept the whole error there
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        # An id from the wire must not be able to write a line of its own, nor to command the terminal.
        record.message = plain(record.message.replace("\r", "\\r").replace("\n", "\\n"))
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        return "\n".join(_told(ei))


class Json(logging.Formatter):
    """For machines: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = "\n".join(_told(record.exc_info))
        return plain(json.dumps(told, ensure_ascii=False))


def _worth_it(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] in OURS or record.levelno >= logging.WARNING


def _told(raised: Raised) -> Iterator[str]:
    """Where an error came from, oldest cause first: the lines of code and its kind, never its words."""
    error = raised[1]
    if error is None:
        return
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _told((type(cause), cause, cause.__traceback__))
    for frame in StackSummary.extract(walk_tb(error.__traceback__), capture_locals=False):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}: {frame.line}"
    yield kind_of(error)
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _told((type(one), one, one.__traceback__))


def kind_of(error: BaseException) -> str:
    """An error for the log: its kind, and what the system itself says about a file or a connection."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    said = error.strerror if isinstance(error, OSError) else ""
    return f"{name}: {said}" if said else name
