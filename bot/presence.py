"""When an account was last known to hear, kept over restarts: so that a gap can be told."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from bot.chat import Chat
from bot.clock import Clock

log = logging.getLogger("louzu.presence")
EVERY = 5.0
"""Seconds between two marks: far less than the shortest gap that is told."""


def last_heard(folder: Path, account: str) -> datetime | None:
    """When the account heard last, None if it never did."""
    try:
        return datetime.fromtimestamp(_mark(folder, account).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


@asynccontextmanager
async def marking(chat: Chat, folder: Path, clock: Clock) -> AsyncIterator[None]:
    """Mark, as long as the chat can hear, that it does."""
    task = asyncio.create_task(_keep(chat, _mark(folder, chat.account), clock))
    try:
        yield
    finally:
        task.cancel()


def _mark(folder: Path, account: str) -> Path:
    return folder / f"heard-{quote(account, safe='')}"


async def _keep(chat: Chat, mark: Path, clock: Clock) -> None:
    while True:
        if chat.health().well:
            try:
                mark.touch(mode=0o600)
                now = clock.now().timestamp()
                os.utime(mark, (now, now))
            except OSError as error:
                log.error("it can't be marked that we hear: %s", error.strerror)
        await asyncio.sleep(EVERY)
