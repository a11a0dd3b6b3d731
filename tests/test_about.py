"""Which request a remark is about: told by who speaks, what is named, and what was talked about last."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import phrases
from bot.hearing import Hearing
from bot.simulator.neighbourhood import Building, Group, Neighbour, Neighbourhood
from bot.simulator.stage import Stage, stage
from bot.telling import telling
from nlp import Reader, load
from store import requests

ROOM = "room"
ROLES = {"钟楼长": "captain", "修理工": "property"}
EVERYBODY = ("小吴", "阿琴", "老顾", "顾阿姨502", "范师傅", *ROLES)
START = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.fixture
async def group(reader: Reader, tmp_path: Path) -> AsyncIterator[Stage]:
    people = tuple(
        Neighbour(who, who, ROLES.get(who, "resident"), "b", "", (ROOM,), ())  # type: ignore[arg-type]
        for who in EVERYBODY
    )
    here = Neighbourhood("小区", (Building("b", "1号楼"),), (Group(ROOM, "1号楼", "b"),), people)
    async with stage(reader, START, tmp_path) as made:
        await made.furnish(here)
        yield made


async def say(group: Stage, who: str, text: str, after: float = 0.5) -> Hearing:
    """Somebody says something, so many minutes after what was said before."""
    await group.move_to(group.clock.now() + timedelta(minutes=after))
    heard = await group.speak(ROOM, who, text)
    assert heard is not None
    return heard


def what(heard: Hearing) -> tuple[str, int | None]:
    return heard.did, heard.request.number if heard.request else None


async def test_the_next_lines_belong_to_the_first_though_others_speak_between(group: Stage) -> None:
    await say(group, "小吴", "我402卫生间天花板漏水了")
    await say(group, "老顾", "今天真冷啊", 0.2)
    assert what(await say(group, "小吴", "一分钟滴十几下", 0.2)) == ("follow", 1)
    assert what(await say(group, "老顾", "嗯", 0.2)) == ("silent", None)


async def test_another_flat_within_the_minute_is_another_request(group: Stage) -> None:
    await say(group, "小吴", "我402卫生间天花板漏水了")
    assert what(await say(group, "小吴", "楼上602厨房也漏水了，请物业来修", 0.5)) == ("open", 2)


async def test_thanks_and_courtesies_are_no_part_of_it(group: Stage) -> None:
    await say(group, "小吴", "2单元楼道灯坏了，请来修")
    assert what(await say(group, "小吴", "谢谢大家", 0.2)) == ("silent", None)


async def test_the_one_whose_flat_was_named_belongs_to_it(group: Stage) -> None:
    await say(group, "小吴", "我402卫生间天花板漏水了")
    await say(group, "钟楼长", "502小顾在家吗", 3)
    assert what(await say(group, "顾阿姨502", "我家没漏呀，早上洗过澡", 1)) == ("follow", 1)
    assert what(await say(group, "顾阿姨502", "中午叫我妈过去看一眼", 1)) == ("follow", 1)
    assert what(await say(group, "老顾", "老房子了呀", 1)) == ("silent", None)


async def test_who_owns_up_belongs_to_it_while_it_is_talked_of(group: Stage) -> None:
    await say(group, "小吴", "三楼楼道堆满纸板箱，消防通道都堵住了")
    assert what(await say(group, "范师傅", "不好意思是我家的，晚上收掉", 5)) == ("follow", 1)
    assert what(await say(group, "老顾", "是我家的螃蟹到了", 40)) == ("silent", None)


async def test_a_plus_one_goes_to_what_was_asked_last_and_not_past_a_group_buy(group: Stage) -> None:
    await say(group, "小吴", "2单元楼道灯坏了，请来修")
    assert what(await say(group, "阿琴", "+1")) == ("support", 1)
    await say(group, "老顾", "大闸蟹拼单 168元8只 要的接龙")
    assert what(await say(group, "范师傅", "+1")) == ("silent", None)


async def test_a_plus_one_that_names_another_thing_is_none(group: Stage) -> None:
    await say(group, "小吴", "2单元楼道灯坏了，请来修")
    assert what(await say(group, "阿琴", "螃蟹+1")) == ("silent", None)


async def test_the_team_ends_by_words_what_they_name_and_nobody_repeats_it(group: Stage) -> None:
    await say(group, "小吴", "2单元楼道灯坏了，请来修")
    await say(group, "阿琴", "电梯坏了，停在5楼不动", 20)
    heard = await say(group, "修理工", "楼道灯换好了", 60)
    assert what(heard) == ("done", 1)
    assert heard.request is not None and heard.request.state == "resolved"
    assert heard.said == []


async def test_half_a_repair_ends_nothing(group: Stage) -> None:
    await say(group, "小吴", "地下室水管漏水了，淌得到处都是")
    heard = await say(group, "修理工", "总阀关了 人在现场", 3)
    assert heard.did == "silent"


async def test_a_supporter_who_calls_it_fixed_is_noted_and_ends_nothing(group: Stage) -> None:
    opened = await say(group, "小吴", "2单元楼道灯坏了，请来修")
    await say(group, "阿琴", "我家也是")
    heard = await say(group, "阿琴", "修好了", 5)
    assert heard.request is not None and heard.request.number == 1
    assert opened.request is not None
    async with group.store.read() as db:
        request = await requests.by_message(db, opened.message.id)
        assert request is not None and request.state == "open"
        assert [one.verb for one in await requests.events(db, request)] == ["open", "more"]


async def test_a_danger_told_later_goes_out_at_once(group: Stage) -> None:
    await say(group, "小吴", "厨房有点怪味，请物业来看看是不是下水道")
    heard = await say(group, "小吴", "越来越重了 是煤气味", 0.5)
    assert heard.request is not None and heard.request.danger == "gas"
    assert heard.request.number == 1
    assert any("119" in said for said in heard.said)


async def make_unsure(group: Stage, heard: Hearing) -> None:
    async with group.store.begin() as db:
        request = await requests.by_message(db, heard.message.id)
        assert request is not None
        request.state = "unsure"


async def test_what_was_unsure_becomes_sure_by_the_next_words(group: Stage) -> None:
    first = await say(group, "小吴", "门禁好像坏了，请来修")
    await make_unsure(group, first)
    heard = await say(group, "小吴", "1单元门禁坏了，刷卡没反应，请来修", 0.5)
    assert what(heard) == ("open", 1)
    assert heard.request is not None and heard.request.state == "open"
    assert heard.said


async def test_what_was_unsure_becomes_sure_by_a_neighbour_who_says_the_same(group: Stage) -> None:
    first = await say(group, "小吴", "1单元门禁坏了，刷卡没反应")
    await make_unsure(group, first)
    heard = await say(group, "阿琴", "1单元门禁坏了，刷卡没反应，请来修", 5)
    assert what(heard) == ("same", 1)
    assert heard.request is not None and heard.request.state == "open"
    assert len(heard.said) == 1 and "收到 #1" in heard.said[0]


async def test_who_only_looks_for_somebody_has_not_asked_yet(group: Stage) -> None:
    assert what(await say(group, "小吴", "钟楼长在不在")) == ("silent", None)


async def test_a_neighbour_is_told_he_was_joined_only_once_the_acknowledgement_is_out_of_view(
    group: Stage,
) -> None:
    await say(group, "小吴", "1单元电梯坏了，停在5楼不动")
    soon = await say(group, "阿琴", "1单元电梯坏了，停在5楼", 2)
    later = await say(group, "老顾", "1单元电梯坏了，停在5楼不动了", 20)
    assert (soon.did, soon.said) == ("same", [])
    assert later.did == "same" and len(later.said) == 1


async def test_a_remark_after_the_end_by_another_than_the_reporter_reaches_the_captain(group: Stage) -> None:
    await say(group, "小吴", "2单元楼道灯坏了，请来修")
    await say(group, "阿琴", "我家也是")
    await say(group, "钟楼长", "/办结 1 换好了", 30)
    heard = await say(group, "阿琴", "楼道灯还是不亮", 5)
    assert what(heard) == ("follow", 1)
    assert any("/重开 1" in line.text for line in group.chat.history("钟楼长"))


async def test_the_words_of_plain_talk_stay_in_memory_and_only_for_minutes(group: Stage) -> None:
    await say(group, "老顾", "今天真冷啊")
    await say(group, "老顾", "回家吃饭", 40)
    kept = group.bot.means.memory.room(ROOM).lines
    assert [line.text for line in kept] == ["回家吃饭"]


@pytest.mark.parametrize("text", ["好的 谢谢小蒋吧", "好的" * 10_000 + "x", "谢谢" * 5_000 + "灯"])
def test_what_only_begins_as_courtesy_is_more(text: str) -> None:
    assert phrases.COURTESY.fullmatch(text) is None


@pytest.mark.parametrize("text", ["好的好的 谢谢", "嗯", "谢谢大家[玫瑰]", "收到！", "👌"])
def test_courtesy_is_known(text: str) -> None:
    assert phrases.COURTESY.fullmatch(text)


def test_what_tells_is_the_things_not_the_grammar() -> None:
    assert telling("那个灯还没有修好") == {"灯"}
    assert telling("我们都在这里了") == set()
