"""What is said in the neighbourhood and what the bot says, over a real gateway."""

from __future__ import annotations

from bot.chat import Echo, Message
from tests.gateway.conftest import Ear, Gateway

ROOM = "1@chatroom"


async def test_a_text_arrives_with_room_sender_and_name(gateway: Gateway, ear: Ear) -> None:
    id_ = await gateway.say("3号楼2单元的灯又勿亮了")
    [message] = await ear.hears(1, Message)
    assert (message.id, message.account, message.room) == (id_, "main", ROOM)
    assert (message.sender, message.name, message.text) == ("wang", "王大爷", "3号楼2单元的灯又勿亮了")
    assert message.at.utcoffset() is not None and not message.image and message.quoted is None


async def test_private_talk_has_no_room(gateway: Gateway, ear: Ear) -> None:
    await gateway.say("/清单", who="cap", to="bot")
    [message] = await ear.hears(1, Message)
    assert (message.room, message.sender, message.text) == (None, "cap", "/清单")


async def test_what_we_say_comes_back_as_an_echo_and_never_as_a_message(gateway: Gateway, ear: Ear) -> None:
    await ear.chat.say(ROOM, "收到 #12 2单元楼道灯。")
    await ear.chat.say("cap", "今天有 1 件待确认。")
    await gateway.say("谢谢")
    room, private = await ear.hears(2, Echo)
    assert (room.to, room.text, private.to, private.text) == (
        ROOM,
        "收到 #12 2单元楼道灯。",
        "cap",
        "今天有 1 件待确认。",
    )
    assert [message.text for message in await ear.hears(1, Message)] == ["谢谢"]
    assert gateway.sent() == ["收到 #12 2单元楼道灯。", "今天有 1 件待确认。"]
