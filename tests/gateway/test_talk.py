"""What is said in the neighbourhood and what the bot says, over a real shared."""

from __future__ import annotations

import pytest

from bot.chat import Echo, Joined, Message, NotSent, Quote, Recall, Renamed
from tests.gateway.conftest import Ear, Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROOM = "1@chatroom"


async def test_a_text_arrives_with_room_sender_and_name(shared: Gateway, listener: Ear) -> None:
    id_ = await shared.say("3号楼2单元的灯又勿亮了")
    [message] = await listener.hears(1, Message)
    assert (message.id, message.account, message.room) == (id_, "main", ROOM)
    assert (message.sender, message.name, message.text) == ("wang", "王大爷", "3号楼2单元的灯又勿亮了")
    assert message.at.utcoffset() is not None and not message.image and message.quoted is None


async def test_private_talk_has_no_room(shared: Gateway, listener: Ear) -> None:
    await shared.say("/清单", who="cap", to="bot")
    [message] = await listener.hears(1, Message)
    assert (message.room, message.sender, message.text) == (None, "cap", "/清单")


async def test_what_we_say_comes_back_as_an_echo_and_never_as_a_message(
    shared: Gateway, listener: Ear
) -> None:
    await listener.chat.say(ROOM, "收到 #12 2单元楼道灯。")
    await listener.chat.say("cap", "今天有 1 件待确认。")
    await shared.say("谢谢")
    room, private = await listener.hears(2, Echo)
    assert (room.to, room.text, private.to, private.text) == (
        ROOM,
        "收到 #12 2单元楼道灯。",
        "cap",
        "今天有 1 件待确认。",
    )
    assert [message.text for message in await listener.hears(1, Message)] == ["谢谢"]
    assert shared.sent() == ["收到 #12 2单元楼道灯。", "今天有 1 件待确认。"]


async def test_a_quote_is_parted_from_the_reply(shared: Gateway, listener: Ear) -> None:
    await shared.say("「楼小助：收到 #12 …」\n- - - - - - - - - - - - - - -\n办结 灯泡换好了", who="cap")
    [message] = await listener.hears(1, Message)
    assert message.quoted == Quote("楼小助", "收到 #12 …")
    assert message.text == "办结 灯泡换好了"


async def test_a_recall_names_the_message_it_takes_back(shared: Gateway, listener: Ear) -> None:
    id_ = await shared.say("说错了")
    await shared.order("recall", id_)
    [recall] = await listener.hears(1, Recall)
    assert (recall.target, recall.room, recall.sender) == (id_, ROOM, "wang")


async def test_joining_a_room_and_new_names_are_told(shared: Gateway, listener: Ear) -> None:
    await shared.order("join", "zhao")
    await shared.order("join", "bot")
    [joined] = await listener.hears(1, Joined)
    assert (joined.room, joined.topic) == ("2@chatroom", "5号楼业主群")
    await shared.order("topic", "3号楼邻里群")
    [renamed] = await listener.hears(1, Renamed)
    assert (renamed.room, renamed.name, renamed.person) == (ROOM, "3号楼邻里群", None)


async def test_a_new_name_of_somebody_we_met_is_told_and_used(shared: Gateway, listener: Ear) -> None:
    await shared.order("rename", "cap", "没说过话的人")
    await shared.say("早", who="zhao")
    await listener.hears(1, Message)
    await shared.order("rename", "zhao", "赵奶奶")
    [renamed] = await listener.hears(1, Renamed)
    assert (renamed.person, renamed.name) == ("zhao", "赵奶奶")
    await shared.order("alias", "zhao", "2-301赵")
    await shared.say("早啊", who="zhao")
    assert [message.name for message in await listener.hears(2, Message)] == ["赵阿姨", "2-301赵"]


async def test_odd_messages_are_passed_over_and_the_next_one_is_heard(shared: Gateway, listener: Ear) -> None:
    for kind in (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 14, 15, 16, 99):
        await shared.order("raw", {"type": kind, "text": "<xml/>"})
    await shared.order("raw", {"talkerId": "", "text": "没有说话人"})
    await shared.order("raw", {"talkerId": "nobody", "text": "没有名字的人", "timestamp": 1763250000})
    await shared.order("raw", {"text": "「" * 50 + "\u202e\u200b" + "字" * 20_000, "timestamp": 4 * 10**14})
    await shared.order("emit", "message", {})
    await shared.order("emit", "message", {"messageId": 7})
    await shared.say("还在吗")
    messages = await listener.hears(3, Message)
    assert [(message.name, len(message.text)) for message in messages] == [
        ("nobody", 6),
        ("王大爷", 20_052),
        ("王大爷", 3),
    ]
    assert messages[0].at.year == 2025
    await listener.until(lambda: all(listener.journal.seen.values()))


async def test_a_stranger_typing_the_warning_stops_nothing_but_wechat_itself_does(
    shared: Gateway, listener: Ear
) -> None:
    await shared.say("操作过于频繁，请稍后再试")
    await listener.hears(1, Message)
    await listener.chat.say(ROOM, "收到")
    await shared.order("raw", {"type": 10, "text": "操作过于频繁，请稍后再试"})
    await listener.until(lambda: "操作过于频繁" in listener.chat.health().detail)
    with pytest.raises(NotSent):
        await listener.chat.say(ROOM, "又一条")
    assert shared.sent() == ["收到"]
