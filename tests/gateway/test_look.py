"""`louzu check` looks at a gateway: what it finds, and that it takes nothing away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.wechat import WeChatSettings
from bot.wechat.probe import NO_LOGIN, STRANGER, look
from tests.gateway.conftest import TOKEN, Ear, Gateway, free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")
SOON = 1.5


def at(port: int, **more: str) -> WeChatSettings:
    return WeChatSettings(f"127.0.0.1:{port}", **{"token": TOKEN, **more})


async def test_a_gateway_that_is_logged_in_is_well(shared: Gateway) -> None:
    assert await look(at(shared.port), 10) == ""
    assert await look(at(shared.port, contact_id="bot"), 10) == ""


async def test_what_is_wrong_is_named(shared: Gateway) -> None:
    assert await look(at(shared.port, contact_id="somebody"), 10) == STRANGER
    assert await look(at(shared.port, token="puppet_other_secret"), SOON) == "网关不认这个口令（token）"
    assert await look(at(free_port()), SOON) == "连不上网关"


async def test_nobody_logged_in(make_gateway: Callable[..., Awaitable[Gateway]]) -> None:
    gateway = await make_gateway(login=False)
    assert await look(at(gateway.port), SOON) == NO_LOGIN


async def test_a_bot_that_is_connected_is_not_thrown_off(shared: Gateway, listener: Ear) -> None:
    assert await look(at(shared.port), SOON) == "网关正被另一个客户端占用"
    await shared.say("还在吗")
    assert [message.text for message in await listener.hears(1)] == ["还在吗"]


async def test_what_waits_for_the_bot_still_waits(
    shared: Gateway, make_ear: Callable[..., Awaitable[Ear]]
) -> None:
    await shared.say("机器人不在的时候说的")
    assert await look(at(shared.port), 10) == ""
    ear = await make_ear(shared.port)
    assert [message.text for message in await ear.hears(1)] == ["机器人不在的时候说的"]
    await ear.until(lambda: all(ear.journal.seen.values()))
    await ear.chat._replay._acknowledge()
    await ear.until(lambda: not shared.ring())
