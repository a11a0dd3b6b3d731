"""Pictures both ways, over a real shared."""

from __future__ import annotations

import pytest

from bot.chat import Echo, Message, NoImage, NotSent
from tests.gateway.conftest import Ear, Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROOM = "1@chatroom"
LIMIT = 8 << 20


@pytest.mark.parametrize("size", [100, 50_000, 6_000_000])
async def test_a_picture_comes_whole(shared: Gateway, listener: Ear, size: int) -> None:
    await shared.order("image", "wang", ROOM, size)
    [message] = await listener.hears(1, Message)
    assert message.image and message.text == ""
    assert await listener.chat.image(message.id, LIMIT) == bytes([7]) * size


async def test_a_picture_that_is_too_large_or_only_an_address_is_refused(
    shared: Gateway, listener: Ear
) -> None:
    await shared.order("image", "wang", ROOM, 50_000)
    await shared.order("urlImage", "http://127.0.0.1:1/secret.png")
    await shared.say("看图")
    large, address, _ = await listener.hears(3, Message)
    for message_id, limit in ((large.id, 49_999), (address.id, LIMIT), ("no-such-message", LIMIT)):
        with pytest.raises(NoImage):
            await listener.chat.image(message_id, limit)


@pytest.mark.parametrize("size", [50_000, 5_000_000])
async def test_a_picture_goes_out_whole_under_a_plain_name(shared: Gateway, listener: Ear, size: int) -> None:
    await listener.chat.show(ROOM, "../../周汇总.png", b"\x89PNG" + bytes(size - 4))
    sent = await shared.tells("sent", to=ROOM)
    assert (sent["name"], sent["size"]) == ("周汇总.png", size)
    [echo] = await listener.hears(1, Echo)
    assert (echo.to, echo.text) == (ROOM, None)


async def test_more_than_eight_megabytes_are_not_sent(shared: Gateway, listener: Ear) -> None:
    with pytest.raises(NotSent):
        await listener.chat.show(ROOM, "x.png", bytes(LIMIT + 1))
    assert shared.sent() == []


@pytest.mark.parametrize("size", [100, 50_000])
async def test_a_picture_outlives_a_restart_of_the_gateway(gateway: Gateway, ear: Ear, size: int) -> None:
    await gateway.order("image", "wang", ROOM, size)
    [message] = await ear.hears(1, Message)
    await ear.until(lambda: list((gateway.folder / "ring").glob("*.picture")))
    await gateway.stop()
    await gateway.start()
    await ear.well()
    assert await ear.chat.image(message.id, LIMIT) == bytes([7]) * size
