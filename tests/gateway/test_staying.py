"""The connection that never dies, and what is lost when everything else does: nothing, or it is said."""

from __future__ import annotations

import asyncio
import random
import signal
import stat
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat import Echo, Gap, MaybeSent, Message, NotSent
from bot.clock import SystemClock
from tests.gateway.conftest import TOKEN, Ear, Gateway, IdJournal
from tests.gateway.proxy import Proxy

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROOM = "1@chatroom"
Make = Callable[..., Awaitable[Any]]


async def test_nothing_is_lost_and_nothing_out_of_order_when_the_gateway_is_killed_twenty_times(
    gateway: Gateway, ear: Ear
) -> None:
    said: list[str] = []
    for life in range(20):
        for n in range(random.Random(life).randrange(1, 6)):
            said.append(f"第 {life} 次 {n}")
            await gateway.say(said[-1])
        await gateway.stop(signal.SIGKILL)
        await gateway.start()
        if life % 4 == 0:
            await ear.well()
        said.append(f"第 {life} 次，网关刚起来")
        await gateway.say(said[-1])
    assert [message.text for message in await ear.hears(len(said), Message)] == said
    assert ear.of(Gap) == []
    await ear.until(lambda: not gateway.ring())


async def test_a_bot_that_starts_anew_hears_what_it_missed_in_order(gateway: Gateway, make_ear: Make) -> None:
    first = await make_ear(gateway.port)
    await first.well()
    await gateway.say("先")
    await first.hears(1, Message)
    await first.stop()
    for n in range(30):
        await gateway.say(f"没听到 {n}")
    await gateway.stop()
    await gateway.start()
    second = await make_ear(gateway.port, journal=first.journal)
    await gateway.say("刚连上")
    texts = [message.text for message in await second.hears(31, Message)]
    assert texts == [f"没听到 {n}" for n in range(30)] + ["刚连上"]


async def test_what_was_written_down_and_not_handled_is_heard_again(shared: Gateway, make_ear: Make) -> None:
    first = await make_ear(shared.port)
    await first.well()
    id_ = await shared.say("崩溃前没来得及办")
    await first.hears(1, Message)
    await first.stop()
    first.journal.seen[id_] = False
    second = await make_ear(shared.port, journal=first.journal)
    [message] = await second.hears(1, Message)
    assert message.id == id_
    await second.leave(shared)


async def test_the_words_leave_the_gateway_s_disk_once_they_are_handled(
    shared: Gateway, make_ear: Make
) -> None:
    await shared.say("灯坏了")
    [kept] = shared.ring()
    assert "灯坏了" in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    ear = await make_ear(shared.port)
    await ear.hears(1, Message)
    await ear.until(lambda: not shared.ring())
    await ear.leave(shared)


async def test_order_is_kept_when_payloads_come_late_or_fail_at_first(stock: Gateway, make_ear: Make) -> None:
    ear = await make_ear(stock.port, settings={"head_of_line": 10.0})
    await ear.well()
    await stock.order("set", {"jitter": 30, "payloadFails": 0.1})
    for n in range(150):
        await stock.say(str(n))
    assert [message.text for message in await ear.hears(150, Message)] == [str(n) for n in range(150)]
    await stock.order("set", {"jitter": 0, "payloadFails": 0})
    await ear.stop()


async def test_one_payload_that_can_t_be_had_holds_nobody_up_for_long(stock: Gateway, make_ear: Make) -> None:
    ear = await make_ear(stock.port, settings={"head_of_line": 0.2})
    await ear.well()
    await stock.order("ghost", "no-such-id")
    await stock.say("后面的")
    assert [message.text for message in await ear.hears(1, Message)] == ["后面的"]
    assert ear.journal.seen["no-such-id"] is False
    await ear.stop()


async def test_a_black_hole_is_noticed_and_left(shared: Gateway, make_ear: Make) -> None:
    proxy = Proxy(shared.port)
    ear = await make_ear(await proxy.start())
    await ear.well()
    proxy.open.clear()
    await shared.say("落进黑洞")
    with pytest.raises(MaybeSent):
        await ear.chat.say(ROOM, "也落进去")
    await ear.until(lambda: not ear.chat.health().connected)
    assert ear.chat.health().detail == "网关没有回应"
    with pytest.raises(NotSent):
        await ear.chat.say(ROOM, "不说了")
    proxy.open.set()
    await ear.well()
    assert [message.text for message in await ear.hears(1, Message)] == ["落进黑洞"]
    assert ear.chat.health().deaf_seconds > 0
    await ear.leave(shared)
    await proxy.stop()


async def test_errors_and_rubbish_on_the_stream_end_nothing(shared: Gateway, listener: Ear) -> None:
    await shared.order("error", "backend gone")
    for event in (
        "room-join",
        "room-topic",
        "dirty",
        "scan",
        "login",
        "message",
        "dong",
        "heartbeat",
        "ready",
    ):
        await shared.order("emit", event, {"odd": [1, 2]})
        await shared.order("emit", event, [])
        await shared.order("emit", event, "?")
    await shared.order("emit", "dirty", {"payloadType": 2, "payloadId": {}})
    await shared.say("还在吗")
    [message] = await listener.hears(1, Message)
    assert message.text == "还在吗"
    await listener.chat.say(ROOM, "在")
    assert listener.chat.health().well


async def test_a_logout_is_told_and_a_login_makes_it_well_again(shared: Gateway, listener: Ear) -> None:
    await shared.order("logout")
    await listener.until(lambda: not listener.chat.health().logged_in)
    assert listener.chat.health().connected and "退出登录" in listener.chat.health().detail
    with pytest.raises(NotSent):
        await listener.chat.say(ROOM, "说不出去")
    await shared.order("login", "bot")
    await listener.well()
    await listener.chat.say(ROOM, "又能说了")
    await shared.say("好")
    assert [message.text for message in await listener.hears(1, Message)] == ["好"]
    assert shared.sent() == ["又能说了"]


async def test_it_is_deaf_until_it_knows_who_it_is(make_gateway: Make, make_ear: Make, capfd: Any) -> None:
    gateway = await make_gateway(login=False)
    journal = IdJournal()
    await journal.arrived(["mine"])
    await gateway.order("raw", {"id": "mine", "talkerId": "bot", "text": "我自己说的"})
    ear = await make_ear(gateway.port, journal=journal)
    await ear.until(lambda: ear.chat.health().connected)
    await gateway.order("scan", "https://login.weixin.qq.com/l/secret")
    await ear.until(lambda: "二维码" in ear.chat.health().detail)
    assert "secret" not in ear.chat.health().detail and ear.heard == []
    assert "扫码" in capfd.readouterr().err
    await gateway.order("login", "bot")
    await gateway.say("早")
    await ear.hears(2)
    assert [type(arrival) for arrival in ear.heard] == [Echo, Message]


async def test_another_account_than_the_one_expected_is_refused(make_gateway: Make, make_ear: Make) -> None:
    gateway = await make_gateway(login=False)
    ear = await make_ear(gateway.port, settings={"contact_id": "bot"})
    await ear.until(lambda: ear.chat.health().connected)
    await gateway.order("login", "other")
    await ear.until(lambda: "不工作" in ear.chat.health().detail)
    await gateway.say("你好")
    with pytest.raises(NotSent):
        await ear.chat.say(ROOM, "不该说")
    await gateway.order("logout")
    await gateway.order("login", "bot")
    await gateway.say("现在对了")
    assert [message.text for message in await ear.hears(1, Message)] == ["现在对了"]


async def test_a_second_client_is_waited_for_and_then_the_stream_is_ours_again(
    shared: Gateway, listener: Ear, make_ear: Make
) -> None:
    second = await make_ear(shared.port, journal=listener.journal)
    await second.until(lambda: "占用" in second.chat.health().detail)
    await listener.stop()
    await second.well()
    await shared.say("换人了")
    await second.hears(1, Message)
    await second.stop()
    listener.start()
    await listener.well()


async def test_a_stream_held_by_another_is_taken_over_without_logging_the_account_out(
    shared: Gateway, make_ear: Make
) -> None:
    shared.told.clear()
    first = await make_ear(shared.port)
    await first.well()
    second = await make_ear(shared.port, settings={"takeover_after": 0.5})
    await second.well()
    assert not any(told["event"] == "logout" for told in shared.told)
    await first.stop()
    await second.leave(shared)


async def test_a_send_that_fails_after_delivery_is_maybe_sent_and_its_echo_comes(
    shared: Gateway, listener: Ear
) -> None:
    await shared.order("set", {"sendFails": 1})
    with pytest.raises(MaybeSent):
        await listener.chat.say(ROOM, "周汇总")
    [echo] = await listener.hears(1, Echo)
    assert (echo.to, echo.text) == (ROOM, "周汇总")
    assert shared.sent() == ["周汇总"]


async def test_a_send_that_takes_too_long_is_maybe_sent(shared: Gateway, make_ear: Make) -> None:
    ear = await make_ear(shared.port, settings={"call_timeout": 0.3})
    await ear.well()
    await shared.order("set", {"slowSend": 600})
    with pytest.raises(MaybeSent):
        await ear.chat.say(ROOM, "慢")
    [echo] = await ear.hears(1, Echo)
    assert echo.text == "慢"
    await ear.leave(shared)


async def test_a_send_without_a_gateway_is_certainly_not_sent(make_ear: Make, modules: Path) -> None:
    ear = await make_ear(1)
    with pytest.raises(NotSent):
        await ear.chat.say(ROOM, "没人听")
    assert not ear.chat.health().connected


async def test_a_stock_gateway_s_gap_is_told(make_gateway: Make, make_ear: Make) -> None:
    gateway = await make_gateway(replay=False)
    ear = await make_ear(gateway.port, settings={"gap": 0.1})
    await ear.well()
    await gateway.stop()
    await gateway.start()
    [gap] = await ear.hears(1, Gap)
    assert gap.account == "main" and gap.until - gap.since > timedelta(seconds=0.1)


async def test_our_own_gateway_tells_when_it_was_dead_itself(make_gateway: Make, make_ear: Make) -> None:
    gateway = await make_gateway(gapSeconds=0.1)
    ear = await make_ear(gateway.port)
    await ear.well()
    await gateway.stop()
    await gateway.start()
    [gap] = await ear.hears(1, Gap)
    assert gap.until - gap.since > timedelta(seconds=0.1)
    await ear.until(lambda: not gateway.ring())


async def test_an_overfull_ring_says_that_something_is_missing(make_gateway: Make, make_ear: Make) -> None:
    gateway = await make_gateway(most=5)
    for n in range(9):
        await gateway.say(str(n))
    ear = await make_ear(gateway.port)
    await ear.hears(6)
    assert [type(arrival) for arrival in ear.heard] == [Gap, *[Message] * 5]
    assert [message.text for message in ear.of(Message)] == ["4", "5", "6", "7", "8"]


async def test_our_own_gateway_tells_since_when_nothing_passed_it_by(
    make_gateway: Make, make_ear: Make
) -> None:
    before = SystemClock().now()
    gateway = await make_gateway(most=5)
    ear = await make_ear(gateway.port)
    await ear.until(lambda: ear.chat.health().all_since)
    await ear.stop()
    up = SystemClock().now()
    ear.start()
    await ear.until(lambda: ear.chat.health().all_since)
    assert before < ear.chat.health().all_since < up
    await gateway.stop()
    await ear.until(lambda: not ear.chat.health().connected)
    assert ear.chat.health().all_since is None
    await gateway.start()
    await ear.until(lambda: ear.chat.health().all_since)
    assert ear.chat.health().all_since > up
    await ear.stop()
    again = SystemClock().now()
    for n in range(9):
        await gateway.say(str(n))
    ear.start()
    await ear.until(lambda: ear.chat.health().all_since)
    assert ear.chat.health().all_since > again
    await gateway.order("logout")
    await ear.until(lambda: not ear.chat.health().logged_in)
    assert ear.chat.health().all_since is None


async def test_a_message_that_can_t_be_had_has_passed_us_by(
    make_gateway: Make, make_ear: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.wechat.reader.PAUSE", 0.001)
    gateway = await make_gateway()
    ear = await make_ear(gateway.port)
    await ear.until(lambda: ear.chat.health().all_since)
    before = SystemClock().now()
    await gateway.order("ghost", "no-such-id")
    await ear.until(lambda: ear.journal.seen.get("no-such-id"))
    assert ear.chat.health().all_since > before


async def test_a_stock_gateway_tells_nothing_of_what_passed_it_by(stock: Gateway, make_ear: Make) -> None:
    ear = await make_ear(stock.port)
    await ear.well()
    assert ear.chat.health().all_since is None
    await ear.stop()


async def test_a_wrong_token_is_told_without_repeating_it(
    shared: Gateway, make_ear: Make, caplog: Any
) -> None:
    ear = await make_ear(shared.port, settings={"token": "wrong_secret"})
    await ear.until(lambda: "token" in ear.chat.health().detail)
    assert "wrong_secret" not in caplog.text and TOKEN not in caplog.text


async def test_tls_with_a_certificate_of_one_s_own(
    make_gateway: Make, make_ear: Make, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *(
            "-keyout",
            str(key),
            "-out",
            str(certificate),
            "-subj",
            "/CN=louzu",
            "-addext",
            "subjectAltName=DNS:louzu",
        ),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await make.wait() == 0
    gateway = await make_gateway(changes={"certificate": certificate, "key": key})
    ear = await make_ear(gateway.port, settings={"tls": True, "ca": certificate, "tls_name": "louzu"})
    await ear.well()
    await gateway.say("加密的")
    assert [message.text for message in await ear.hears(1, Message)] == ["加密的"]
    stranger = await make_ear(gateway.port, settings={"tls": True, "ca": certificate, "tls_name": "other"})
    plain = await make_ear(gateway.port)
    await asyncio.sleep(1)
    assert not stranger.chat.health().connected and not plain.chat.health().connected


async def test_a_payload_that_can_never_be_had_is_counted_and_let_go(
    shared: Gateway, listener: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.wechat.reader.PAUSE", 0.001)
    await shared.order("ghost", "no-such-id")
    await listener.until(lambda: listener.journal.seen.get("no-such-id"))
    assert "no-such-id is lost" in caplog.text
