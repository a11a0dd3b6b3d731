"""Reading the wire, without a wire: quotes, times, warnings, settings."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Message, Quote
from bot.config import Config, Pace
from bot.wechat import WeChatSettings, settings_of
from bot.wechat.hearing import Hearing
from bot.wechat.inbox import Inbox, Mark
from bot.wechat.link import Link
from bot.wechat.reading import Payload, arrival_of, is_throttle, parted, time_of
from bot.wechat.sending import Sender
from tests.gateway.conftest import IdJournal

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DASHES = "- - - - - - - - - - - - - - -"
PAYLOAD = Payload("1", 7, "wang", "", "1@chatroom", "灯坏了", NOW)


@pytest.mark.parametrize(
    ("text", "quote", "reply"),
    [
        (f"「王大爷：灯坏了」\n{DASHES}\n办结", Quote("王大爷", "灯坏了"), "办结"),
        (f"「王：两行\n灯坏了」\n{DASHES}\n两行\n办结", Quote("王", "两行\n灯坏了"), "两行\n办结"),
        (f"「甲：「乙：一」\n{DASHES}\n二」\n{DASHES}\n三", Quote("甲", f"「乙：一」\n{DASHES}\n二"), "三"),
        (f"「王：我用「引号」」\n{DASHES}\n好", Quote("王", "我用「引号」"), "好"),
        (f"「没有名字」\n{DASHES}\n好", Quote("", "没有名字"), "好"),
        (f"「王：灯坏了」\n{DASHES}", Quote("王", "灯坏了"), ""),
        ("「王：灯坏了」没有横线", None, "「王：灯坏了」没有横线"),
        (f"前面有话「王：灯」\n{DASHES}\n好", None, f"前面有话「王：灯」\n{DASHES}\n好"),
        ("", None, ""),
    ],
)
def test_a_quote_is_parted_from_what_was_said_to_it(text: str, quote: Quote | None, reply: str) -> None:
    assert parted(text) == (quote, reply)


@given(st.text(alphabet="「」：-\n 灯", max_size=300))
def test_nothing_typed_makes_it_stumble_or_invent_words(text: str) -> None:
    quote, reply = parted(text)
    assert text.endswith(reply)
    assert quote is None or quote.text in text


def test_fifty_nested_quotes_are_one_quote() -> None:
    text = "底"
    for n in range(50):
        text = f"「人{n}：{text}」\n{DASHES}\n答{n}"
    quote, reply = parted(text)
    assert quote and quote.name == "人49" and reply == "答49"


@pytest.mark.parametrize("stamp", [1763812800, 1763812800000])
def test_times_come_in_seconds_or_milliseconds(stamp: int) -> None:
    assert time_of(stamp, NOW) == datetime(2025, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("stamp", [0, -5, 10**18])
def test_a_time_without_sense_is_now(stamp: int) -> None:
    assert time_of(stamp, NOW) == NOW


def test_a_message_without_a_talker_is_nothing() -> None:
    assert arrival_of(replace(PAYLOAD, talker=""), "main", {"bot"}) is None


def test_what_an_earlier_login_of_ours_said_is_no_message_either() -> None:
    assert (
        type(arrival_of(replace(PAYLOAD, talker="old-id"), "main", {"old-id", "new-id"})).__name__ == "Echo"
    )


@pytest.mark.parametrize(
    ("change", "said", "throttled"),
    [
        ({}, False, False),
        ({"kind": 10}, False, True),
        ({"talker": ""}, False, True),
        ({"talker": "bot"}, False, True),
        ({"talker": "bot"}, True, False),
    ],
)
def test_only_wechat_itself_can_say_that_we_do_too_much(
    change: dict[str, object], said: bool, throttled: bool
) -> None:
    payload = replace(PAYLOAD, text="操作过于频繁，请稍后再试", **change)  # type: ignore[arg-type]
    assert is_throttle(payload, {"bot"}, said) is throttled


def test_the_settings_never_print_the_token() -> None:
    assert "secret" not in repr(WeChatSettings("127.0.0.1:8788", "secret"))


async def test_deafness_is_counted_from_the_start_and_again_after_each_loss() -> None:
    now = NOW
    hearing = Hearing(lambda: now, away_since=NOW - timedelta(minutes=5))
    hearing.start()
    assert hearing.gained() == (NOW - timedelta(minutes=5), NOW)
    first = hearing.deaf_seconds
    assert hearing.deaf_seconds == first
    hearing.gone()
    now = NOW + timedelta(seconds=40)
    assert hearing.gained() == (NOW, now)
    assert hearing.deaf_seconds > first


class FullDisk(IdJournal):
    """Refuses the first time."""

    full = True

    async def arrived(self, ids: Any) -> list[str]:
        if self.full:
            self.full = False
            raise OSError("No space left on device")
        return await super().arrived(ids)


class Line:
    """An inbox whose messages are read at once, and what came out of it."""

    def __init__(self, journal: IdJournal) -> None:
        hearing = Hearing(lambda: NOW, away_since=None)
        hearing.start()
        hearing.gained()
        self.inbox = Inbox(journal, hearing, self.read, limit=2.0)

    async def read(self, id_: str, written: asyncio.Event) -> Message:
        return Message(id_, "main", None, "wang", "wang", id_, NOW)

    async def hears(self, *heard: str | Mark, count: int) -> list[str]:
        running = asyncio.create_task(self.inbox.run())
        for item in heard:
            self.inbox.heard(item)
        async with asyncio.timeout(10):
            texts = [cast("Message", await self.inbox.next()).id for _ in range(count)]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return texts


async def test_what_comes_while_a_replay_is_asked_for_takes_its_place_in_the_order() -> None:
    heard = (Mark.HOLD, "5", Mark.REPLAY, *"1234567", Mark.RELEASE, "8")
    assert await Line(IdJournal()).hears(*heard, count=8) == list("12345678")


async def test_a_gateway_that_replays_nothing_keeps_the_order_of_the_stream() -> None:
    assert await Line(IdJournal()).hears(
        Mark.HOLD, "1", "2", Mark.RELEASE, "3", "3", "2", "4", count=4
    ) == list("1234")


async def test_what_could_not_be_written_down_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wechat.inbox.RETRY", 0.001)
    journal = FullDisk()
    assert await Line(journal).hears("1", "2", count=2) == ["1", "2"]
    assert list(journal.seen) == ["1", "2"]


def test_the_rest_after_too_much_is_the_one_that_is_set() -> None:
    config = Config(pace=Pace(throttled_minutes=5))
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    sender = Sender(Link(settings_of(config), cast(Any, None)), lambda: "", lambda: now)
    sender.throttle()
    assert sender.throttled_until == now + timedelta(minutes=5)
