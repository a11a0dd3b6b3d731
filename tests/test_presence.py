"""The mark that says until when an account heard, and the last word before the end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import presence
from bot.chat import Health
from bot.clock import MovedClock
from bot.simulator.chat import SimulatedChat

NOW = datetime(2026, 11, 18, 1, 14, tzinfo=UTC)


@pytest.fixture
def chat() -> SimulatedChat:
    return SimulatedChat(MovedClock(NOW))


async def mark(chat: SimulatedChat, folder: Path) -> datetime | None:
    """What is known after a short life."""
    async with presence.marking(chat, folder, chat.clock):
        await asyncio.sleep(0)  # the first mark is made at once
    return presence.last_heard(folder, chat.account)


async def test_it_is_known_when_the_account_heard_last(chat: SimulatedChat, tmp_path: Path) -> None:
    assert presence.last_heard(tmp_path, chat.account) is None
    assert await mark(chat, tmp_path) == NOW
    assert presence.last_heard(tmp_path, "another") is None


async def test_while_nothing_can_be_heard_no_mark_is_made(
    chat: SimulatedChat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "health", lambda: Health(True, False, 0))
    assert await mark(chat, tmp_path) is None


async def test_the_name_of_an_account_is_no_path(chat: SimulatedChat, tmp_path: Path) -> None:
    chat.account = "../elsewhere/号"
    assert await mark(chat, tmp_path / "nowhere") is None
    assert await mark(chat, tmp_path) == NOW
    assert [file.parent for file in tmp_path.rglob("*")] == [tmp_path]
