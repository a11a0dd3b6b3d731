"""The simulated chat: what is said arrives in order, stays readable, and is bounded."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat import Chat, Echo, Joined, Message, NoImage, NotSent, Quote, Recall, Renamed
from bot.clock import MovedClock
from bot.simulator.chat import SHOWN, SimulatedChat
from bot.simulator.history import History, Line
from bot.simulator.neighbourhood import DEMO, ROLES
from bot.simulator.people import BEHIND, Unknown
from bot.simulator.times import HERE, jumps, spoken

START = datetime(2026, 11, 22, 1, 14, tzinfo=UTC)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(START)


@pytest.fixture
def chat(clock: MovedClock) -> SimulatedChat:
    chat = SimulatedChat(clock)
    chat.add_person("wang", "王阿婆")
    chat.add_person("li", "李阿姨")
    chat.add_person("wu", "吴伯伯")
    chat.add_room("r3", "3号楼邻里群", ["wang", "li"])
    return chat


def test_it_is_a_chat(chat: SimulatedChat) -> None:
    behind_the_protocol: Chat = chat
    assert behind_the_protocol.health().well


def test_what_is_said_arrives_and_stays_in_the_history(chat: SimulatedChat, clock: MovedClock) -> None:
    said = chat.speak("r3", "wang", "灯又勿亮了")
    assert chat.take() == [said]
    assert said == Message(said.id, "demo", "r3", "wang", "王阿婆", "灯又勿亮了", START)
    clock.move_to(START + timedelta(hours=1))
    later = chat.speak("r3", "li", "我去看看")
    assert later.at == START + timedelta(hours=1)
    assert [(line.name, line.text, line.mine) for line in chat.history("r3")] == [
        ("王阿婆", "灯又勿亮了", False),
        ("李阿姨", "我去看看", False),
    ]


async def test_what_the_bot_says_stands_in_the_room_and_echoes(chat: SimulatedChat) -> None:
    line_id = await chat.say("r3", "收到 #12")
    assert chat.take() == [Echo(str(line_id), "demo", "r3", "收到 #12", START)]
    (line,) = chat.history("r3")
    assert (line.id, line.name, line.text, line.mine) == (line_id, "楼小助", "收到 #12", True)


async def test_private_talk_is_kept_under_the_person(chat: SimulatedChat) -> None:
    assert chat.speak(None, "li", "/清单").room is None
    await chat.say("li", "没有在办的事。")
    assert [line.text for line in chat.history("li")] == ["/清单", "没有在办的事。"]
    assert chat.history("r3") == []


async def test_the_bot_cannot_speak_to_nobody(chat: SimulatedChat) -> None:
    with pytest.raises(NotSent):
        await chat.say("r9", "有人吗")
    with pytest.raises(NotSent):
        await chat.show("r3", "large.png", bytes(SHOWN + 1))
    assert not chat.pending()


async def test_pictures_both_ways(chat: SimulatedChat) -> None:
    photo = chat.speak("r3", "wang", image=b"\xff\xd8photo")
    assert photo.image
    assert await chat.image(photo.id, 100) == b"\xff\xd8photo"
    with pytest.raises(NoImage):
        await chat.image(photo.id, 3)
    card = str(await chat.show("r3", "周汇总.png", b"\x89PNGcard"))
    assert chat.take() == [photo, Echo(card, "demo", "r3", None, START)]
    assert chat.line(card).image == card
    assert await chat.image(card, 100) == b"\x89PNGcard"


async def test_a_file_is_handed_over_as_a_file(chat: SimulatedChat) -> None:
    sheet = str(await chat.show("li", "问题清单.xlsx", b"PK"))
    assert (chat.line(sheet).file, chat.line(sheet).image) == ("问题清单.xlsx", None)


def test_a_quote_carries_name_and_words(chat: SimulatedChat) -> None:
    first = chat.speak("r3", "wang", "灯又勿亮了")
    photo = chat.speak("r3", "wang", image=b"\xff\xd8")
    assert chat.speak("r3", "li", "我去", quoting=first.id).quoted == Quote("王阿婆", "灯又勿亮了")
    assert chat.speak("r3", "li", "我去", quoting=photo.id).quoted == Quote("王阿婆", "[图片]")
    with pytest.raises(Unknown):
        chat.speak(None, "li", "别处的话", quoting=first.id)


async def test_a_recalled_message_is_gone_with_its_picture(chat: SimulatedChat) -> None:
    photo = chat.speak("r3", "wang", "看", image=b"\xff\xd8")
    recall = chat.recall(photo.id)
    assert chat.take() == [photo, recall]
    assert recall == Recall(recall.id, "demo", "r3", "wang", photo.id, START)
    (mark,) = chat.history("r3")
    assert (mark.id, mark.recalled, mark.text, mark.image) == (photo.id, True, "", None)
    with pytest.raises(NoImage):
        await chat.image(photo.id, 100)
    with pytest.raises(Unknown):
        chat.recall(photo.id)


async def test_nobody_takes_back_what_the_bot_said(chat: SimulatedChat) -> None:
    with pytest.raises(Unknown):
        chat.recall(str(await chat.say("r3", "收到")))


def test_only_members_speak_in_a_room(chat: SimulatedChat) -> None:
    with pytest.raises(Unknown):
        chat.speak("r3", "wu", "我是5号楼的")
    with pytest.raises(Unknown):
        chat.speak(None, "nobody", "?")
    assert not chat.pending()


def test_names_and_rooms_change(chat: SimulatedChat) -> None:
    chat.rename("r3", "3号楼大家庭")
    chat.rename("wang", "王奶奶")
    chat.join("r5", "5号楼业主群", ["wu"])
    assert chat.take() == [
        Renamed("demo", "3号楼大家庭", START, room="r3"),
        Renamed("demo", "王奶奶", START, person="wang"),
        Joined("demo", "r5", "5号楼业主群", START),
    ]
    assert chat.speak("r3", "wang", "好").name == "王奶奶"


def test_one_id_is_not_a_room_and_a_person(chat: SimulatedChat) -> None:
    with pytest.raises(ValueError, match="r3"):
        chat.add_person("r3", "三")
    with pytest.raises(ValueError, match="wang"):
        chat.add_room("wang", "王家群")


async def test_drained_means_handled_not_only_fetched(chat: SimulatedChat) -> None:
    sent = [chat.speak("r3", "wang", "一"), chat.speak("r3", "wang", "二")]
    stream = aiter(chat.messages())
    drained = asyncio.create_task(chat.drained())
    assert [await anext(stream), await anext(stream)] == sent
    assert not chat.pending()
    await asyncio.sleep(0)
    assert not drained.done()
    asking = asyncio.ensure_future(anext(stream))
    await drained
    third = chat.speak("r3", "wang", "三")
    assert await asking == third


async def test_watchers_hear_all_news_and_the_slow_are_sent_away(chat: SimulatedChat) -> None:
    with chat.watchers.queue() as news:
        said = chat.speak("r3", "wang", "一")
        assert (await news.get()) == chat.line(said.id)
        chat.recall(said.id)
        assert (await news.get()) == chat.line(said.id)
        for _ in range(BEHIND + 1):
            await chat.say("r3", "很多话")
        assert (await news.get()) is None
        assert news.empty()


def line(number: int) -> Line:
    return Line(str(number), "r3", START, "wang", "王阿婆")


def test_histories_are_bounded_and_pictures_fall_out_with_their_lines() -> None:
    history = History(lines=3, media_bytes=10)
    for number in range(5):
        history.add(line(number), b"1234")
    assert [kept.id for kept in history.of("r3")] == ["2", "3", "4"]
    for gone in "0", "1", "2":
        with pytest.raises(NoImage):
            history.media(gone, 100)
    assert history.media("3", 100) == history.media("4", 100) == b"1234"


def test_the_demo_has_two_buildings_and_eight_people_who_can_all_speak(clock: MovedClock) -> None:
    chat = SimulatedChat(clock)
    DEMO.move_in(chat)
    assert [building.name for building in DEMO.buildings] == ["3号楼", "5号楼"]
    assert [group.topic for group in DEMO.groups] == ["3号楼邻里群", "5号楼业主群", "居委工作群"]
    assert len(DEMO.people) == len({one.id for one in DEMO.people}) == 8
    assert {one.role for one in DEMO.people} == set(ROLES)
    for one in DEMO.people:
        assert one.rooms and one.lines and one.private
        for room in one.rooms:
            chat.speak(room, one.id, one.lines[0])
    assert len(chat.take()) == sum(len(one.rooms) for one in DEMO.people)


def test_nothing_on_the_page_comes_from_elsewhere() -> None:
    static = Path(__file__).parent.parent / "bot" / "simulator" / "static"
    for file in (one for one in static.iterdir() if one.suffix != ".png"):
        outside = file.read_text("utf8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in outside and "https://" not in outside, file.name
        assert "innerHTML" not in outside and "insertAdjacentHTML" not in outside, file.name


def test_the_clock_in_words() -> None:
    assert spoken(datetime(2026, 11, 22, 1, 14, tzinfo=UTC)) == "11月22日 周日 09:14"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HERE)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            at(2026, 11, 22, 9, 14),
            {
                "+1小时": at(2026, 11, 22, 10, 14),
                "今晚 20:00": at(2026, 11, 22, 20),
                "明天 20:00": at(2026, 11, 23, 20),
                "下周一 09:00": at(2026, 11, 23, 9),
                "月底 20:00": at(2026, 11, 30, 20),
                "下月1日 09:00": at(2026, 12, 1, 9),
            },
        ),
        (
            at(2026, 12, 31, 20),
            {
                "+1小时": at(2026, 12, 31, 21),
                "明天 20:00": at(2027, 1, 1, 20),
                "下周一 09:00": at(2027, 1, 4, 9),
                "月底 20:00": at(2027, 1, 31, 20),
                "下月1日 09:00": at(2027, 2, 1, 9),
            },
        ),
    ],
)
def test_the_moments_the_clock_can_be_moved_to(now: datetime, expected: dict[str, datetime]) -> None:
    assert dict(jumps(now.astimezone(UTC))) == expected
