"""Saying what is owed: the three ends of a send, its pace, and what a restart leaves open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot import events
from bot.chat import Arrival, Echo, Health, MaybeSent, NoImage, NotSent
from bot.clock import MovedClock
from bot.config import Config, Pace, Quiet
from bot.hearing import Means
from bot.memory import Memory
from bot.metrics import Metrics
from bot.outgoing import Words, owe
from bot.settings import rules_of
from bot.speaker import MOST_TRIES, Speaker, backoff
from nlp import Reader
from store import Store, journal, outbox, people, places
from store.migrate import create_all
from store.tables import Post

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
FREE = Pace(gap_seconds=0, jitter_seconds=0, gather_seconds=0)
GATHERING = FREE.model_copy(update={"gather_seconds": 60})


class FailingChat:
    """A chat that fails as told: each send takes the next of `ends`, and is said when there is none."""

    account = "demo"

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.ends: list[Exception] = []
        self.well, self.tells_ids = True, True
        self.all_since: datetime | None = None

    async def run(self) -> None:
        raise AssertionError("nobody runs this one")

    async def messages(self) -> AsyncIterator[Arrival]:
        return
        yield

    async def say(self, to: str, text: str) -> str | None:
        if self.ends:
            raise self.ends.pop(0)
        self.said.append((to, text))
        return f"id-{len(self.said)}" if self.tells_ids else None

    async def show(self, to: str, name: str, data: bytes) -> str | None:
        return await self.say(to, name)

    async def image(self, message_id: str, limit: int) -> bytes:
        raise NoImage(message_id)

    def health(self) -> Health:
        return Health(self.well, self.well, 0.0, all_since=self.all_since)


class Stand:
    """A speaker with all it needs, and a hand on its clock."""

    def __init__(self, store: Store, folder: Path, pace: Pace = FREE, **config: Any) -> None:
        self.store, self.clock, self.chat = store, MovedClock(NOW), FailingChat()
        self.config = Config(data_dir=folder, pace=pace, **config)
        self.speaker = self.speak()

    def speak(self) -> Speaker:
        # A speaker reads nothing.
        reader: Reader = None  # type: ignore[assignment]
        self.means = Means(self.config, rules_of(self.config), reader, Memory(30))
        return Speaker(self.chat, self.store, self.means, self.clock, Metrics())

    async def owe(self, text: str, to: str = "r3", kind: Any = "ack", key: str = "", **more: Any) -> None:
        async with self.store.begin() as db:
            here = await places.room(db, "demo", to)
            await owe(db, here, Words(key or text, kind, text, **more), self.clock.now(), self.means.rules)

    async def say(self, after: float = 0) -> list[str]:
        """What is said that many seconds later."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=after))
        before = len(self.chat.said)
        await self.speaker.say_due()
        return [text for _, text in self.chat.said[before:]]

    async def states(self) -> dict[str, str]:
        async with self.store.read() as db:
            return {post.text: post.state for post in await db.scalars(select(Post))}

    async def echo(self, text: str | None, to: str = "r3", id_: str = "") -> None:
        echo = Echo(id_ or f"echo-{text}-{to}", "demo", to, text, self.clock.now())
        await events.note(self.store, self.means, echo, self.clock.now())


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    made = Store()
    await create_all(made)
    async with made.begin() as db:
        top = await places.community(db, "梧桐里")
        room = await places.room(db, "demo", "r3")
        room.place, room.topic = await places.building(db, "3号楼", top), "3号楼邻里群"
        clerk = await people.person(db, "demo", "jiang", "小蒋")
        await people.grant(db, clerk, "clerk", top)
    yield made
    await made.close()


@pytest.fixture
def stand(store: Store, tmp_path: Path) -> Stand:
    return Stand(store, tmp_path)


# -- three ends


async def test_what_was_said_is_said_once(stand: Stand) -> None:
    await stand.owe("收到")
    assert await stand.say() == ["收到"]
    assert await stand.say(after=3600) == []
    assert await stand.states() == {"收到": "said"}


async def test_what_certainly_was_not_sent_is_tried_again_later_and_blocks_nobody(stand: Stand) -> None:
    stand.chat.ends = [NotSent(), NotSent()]
    await stand.owe("一")
    assert await stand.say() == []
    await stand.owe("二")
    assert await stand.say(after=1) == []
    assert await stand.say(after=3.9) == []
    assert await stand.say(after=0.1) == ["一"]
    assert await stand.say(after=1) == ["二"]


async def test_each_failure_waits_twice_as_long(stand: Stand) -> None:
    assert [backoff(tries).total_seconds() for tries in (1, 2, 3)] == [5, 10, 20]
    assert backoff(30) == timedelta(minutes=30)


async def test_what_keeps_failing_is_given_up_and_the_clerk_is_told(stand: Stand) -> None:
    stand.chat.ends = [NotSent()] * MOST_TRIES
    await stand.owe("周汇总", kind="digest")
    for _ in range(MOST_TRIES - 1):
        assert await stand.say(after=1800) == []
        assert (await stand.states())["周汇总"] == "due"
    assert await stand.say(after=1800) == [
        "有一条汇总发不到“3号楼邻里群”，试了多次没成，请看看微信号是否正常。"
    ]
    assert stand.chat.said[-1][0] == "jiang"
    assert (await stand.states())["周汇总"] == "dropped"


async def test_what_a_captain_cannot_be_told_is_told_to_the_clerk(stand: Stand) -> None:
    stand.chat.ends = [NotSent()] * MOST_TRIES
    async with stand.store.begin() as db:
        place = await places.find_building(db, "3")
        captain = await people.person(db, "demo", "li", "李建国")
        assert place is not None
        await people.grant(db, captain, "captain", place)
        await owe(db, captain, Words("daily", "digest", "日收集"), NOW, stand.means.rules)
    for _ in range(MOST_TRIES):
        await stand.say(after=1800)
    assert [to for to, _ in stand.chat.said] == ["jiang"]
    assert "“李**”" in stand.chat.said[0][1]


async def test_giving_up_is_not_told_for_ever(stand: Stand) -> None:
    stand.chat.ends = [NotSent()] * (MOST_TRIES * 3)
    await stand.owe("周汇总", kind="digest")
    for _ in range(MOST_TRIES * 3):
        await stand.say(after=1800)
    assert stand.chat.said == []
    assert set((await stand.states()).values()) == {"dropped"}


async def test_what_may_have_been_sent_is_not_sent_again_and_settled_by_its_echo(stand: Stand) -> None:
    stand.chat.ends = [MaybeSent()]
    await stand.owe("收到")
    assert await stand.say() == []
    assert await stand.say(after=86_399) == []
    assert await stand.states() == {"收到": "unknown"}
    await stand.echo("收到", to="r5")
    await stand.echo("别的话")
    assert await stand.states() == {"收到": "unknown"}
    await stand.echo("收到")
    assert await stand.states() == {"收到": "said"}


async def test_an_echo_settles_one_post_of_two_alike(stand: Stand) -> None:
    stand.chat.ends = [MaybeSent(), MaybeSent()]
    for key in ("a", "b"):
        await stand.owe("收到", key=key)
    await stand.say()
    await stand.echo("收到")
    async with stand.store.read() as db:
        assert list(await db.scalars(select(Post.state).order_by(Post.id))) == ["said", "unknown"]


async def test_an_echo_is_not_that_of_what_was_refused_while_another_may_have_been_said(stand: Stand) -> None:
    stand.chat.ends = [NotSent(), MaybeSent()]
    for key in ("card", "sheet"):
        await stand.owe("像文件一样", kind="digest", key=key)
    assert await stand.say() == []
    await stand.echo("像文件一样")
    assert await stand.say(after=60) == ["像文件一样"]
    async with stand.store.read() as db:
        found = await db.execute(select(Post.state, Post.message_id).order_by(Post.id))
        assert [tuple(row) for row in found] == [("said", "id-1"), ("said", "echo-像文件一样-r3")]


async def test_a_file_s_echo_is_not_that_of_one_that_was_over_long_before(stand: Stand) -> None:
    sheet = {"sheet": {"places": [], "period": "2026-W46"}}
    for week in (0, 7 * 24 * 3600):
        stand.clock.move_to(stand.clock.now() + timedelta(seconds=week))
        stand.chat.ends = [MaybeSent()]
        await stand.owe(f"表{week}", kind="digest", attachment=sheet)
        async with stand.store.begin() as db:
            await db.execute(update(Post).where(Post.key == f"表{week}").values(text=""))
        await stand.say()
    await stand.echo(None)
    async with stand.store.read() as db:
        assert list(await db.scalars(select(Post.state).order_by(Post.id))) == ["unknown", "said"]


async def test_what_was_slow_to_send_is_said_again_once_a_later_post_has_come_back(echoing: Stand) -> None:
    echoing.chat.ends = [MaybeSent()]
    await echoing.owe("周汇总", kind="digest")
    assert await echoing.say(after=700) == []  # it may be on its way, however long ago
    await echoing.owe("晚些", to="r5")
    assert await echoing.say(after=700) == ["晚些"]
    assert await echoing.say() == [] and (await echoing.states())["周汇总"] == "unknown"
    await echoing.echo("晚些", to="r5")
    assert await echoing.say(after=700) == ["周汇总"]


async def test_a_file_is_not_said_again_because_texts_come_back(echoing: Stand) -> None:
    echoing.chat.ends = [MaybeSent()]
    await echoing.owe("", kind="digest", attachment={"sheet": {"places": [], "period": "2026-11"}})
    assert await echoing.say() == []
    await echoing.owe("晚些")
    assert await echoing.say(after=700) == ["晚些"]
    await echoing.echo("晚些")
    assert await echoing.say(after=700) == []


async def test_the_echo_of_a_post_whose_id_is_known_settles_no_other_with_the_same_words(
    stand: Stand,
) -> None:
    stand.chat.ends = [MaybeSent()]
    for key in ("a", "b"):
        await stand.owe("收到", kind="reply", key=key)
    assert await stand.say() == ["收到"]
    echo = Echo("id-1", "demo", "r3", "收到", NOW)
    await events.note(stand.store, stand.means, echo, NOW)
    async with stand.store.read() as db:
        assert list(await db.scalars(select(Post.state).order_by(Post.id))) == ["unknown", "said"]


async def test_how_a_send_ended_is_written_down_once_the_database_takes_it(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    retry, refused = outbox.retry, [True, True]

    async def locked(*arguments: Any) -> None:
        if refused:
            refused.pop()
            raise OperationalError("UPDATE post", None, Exception("database is locked"))
        await retry(*arguments)

    monkeypatch.setattr(outbox, "retry", locked)
    stand.chat.ends = [NotSent()]
    await stand.owe("收到")
    assert await stand.say() == []
    assert await stand.say(after=1) == []
    assert await stand.say(after=1) == []
    assert await stand.say(after=10) == ["收到"]


async def test_a_clock_that_is_set_back_mutes_nobody(store: Store, tmp_path: Path) -> None:
    stand = Stand(store, tmp_path, FREE.model_copy(update={"gap_seconds": 4}))
    await stand.owe("一")
    assert await stand.say(after=3600) == ["一"]
    stand.speaker.clock = stand.clock = MovedClock(NOW)
    await stand.owe("二")
    assert stand.speaker.pace.gap(NOW) == 4
    assert await stand.say(after=1) == []
    stand.clock.move_to(NOW + timedelta(hours=1, seconds=4))
    assert await stand.say() == ["二"]


async def test_what_was_on_the_tip_of_the_tongue_rests_after_a_restart(stand: Stand) -> None:
    await stand.owe("收到")
    await stand.owe("还有")
    async with stand.store.begin() as db:
        assert await outbox.take(db, "demo", stand.clock.now())
    stand.speaker = stand.speak()
    await stand.speaker.take_stock()
    assert await stand.say() == ["还有"]
    assert await stand.states() == {"收到": "unknown", "还有": "said"}
    await stand.echo("收到")
    assert await stand.states() == {"收到": "said", "还有": "said"}


# -- what a crash cut off


async def cut_off(stand: Stand, text: str = "周汇总") -> None:
    """Killed between the intent to say it and the send, and started again."""
    await stand.owe(text)
    async with stand.store.begin() as db:
        assert await outbox.take(db, "demo", stand.clock.now())
    stand.speaker = stand.speak()
    await stand.speaker.take_stock()


@pytest.fixture
async def echoing(stand: Stand) -> Stand:
    """At a chat that has shown everything for an hour, also what we say ourselves."""
    stand.chat.tells_ids, stand.chat.all_since = False, NOW - timedelta(hours=1)
    await stand.owe("收到")
    await stand.say()
    await stand.echo("收到")
    return stand


async def test_what_a_crash_cut_off_is_said_once_its_echo_would_have_come(echoing: Stand) -> None:
    await cut_off(echoing)
    assert await echoing.say(after=59) == []
    assert await echoing.say(after=2) == ["周汇总"]
    await echoing.echo("周汇总")
    assert await echoing.say(after=3600) == []
    assert set((await echoing.states()).values()) == {"said"}


async def test_what_was_said_before_the_crash_is_not_said_again(echoing: Stand) -> None:
    await cut_off(echoing)
    await echoing.echo("周汇总")
    assert await echoing.say(after=3600) == []
    assert (await echoing.states())["周汇总"] == "said"


async def test_an_echo_that_comes_late_still_counts(echoing: Stand) -> None:
    await cut_off(echoing)
    async with echoing.store.begin() as db:
        later = echoing.clock.now() + timedelta(minutes=2)
        since, within = NOW - timedelta(hours=1), timedelta(minutes=1)
        assert await outbox.owe_again(db, "demo", since, later, within) == (1, 0)
    await echoing.echo("周汇总")
    assert await echoing.say(after=3600) == []


async def test_what_came_and_is_not_taken_in_yet_may_be_the_echo(echoing: Stand) -> None:
    await cut_off(echoing)
    await journal.Journal(echoing.store, "demo", echoing.clock.now).arrived(["echo-周汇总-r3"])
    assert await echoing.say(after=3600) == []
    await echoing.echo("周汇总")
    assert await echoing.say(after=3600) == []


async def test_a_chat_that_heard_only_later_proves_nothing(echoing: Stand) -> None:
    await cut_off(echoing)
    echoing.chat.all_since = echoing.clock.now() + timedelta(seconds=1)
    await echoing.owe("又听得到了")
    assert await echoing.say(after=3600) == ["又听得到了"]
    await echoing.echo("又听得到了")
    assert await echoing.say(after=3600) == []
    echoing.chat.all_since = None
    assert await echoing.say(after=3600) == []
    assert (await echoing.states())["周汇总"] == "unknown"


async def test_a_chat_that_does_not_echo_proves_nothing(echoing: Stand) -> None:
    await echoing.owe("不回声了")
    assert await echoing.say(after=1) == ["不回声了"]
    await cut_off(echoing)
    assert await echoing.say(after=3600) == []


async def test_that_words_echo_proves_nothing_of_a_picture(echoing: Stand) -> None:
    await echoing.owe("图", attachment={"nothing": "yet"})
    async with echoing.store.begin() as db:
        await db.execute(update(Post).where(Post.text == "图").values(text=""))
        assert await outbox.take(db, "demo", echoing.clock.now())
        await outbox.rest(db, "demo")
    assert await echoing.say(after=3600) == []


async def test_a_send_that_took_too_long_is_never_repeated(echoing: Stand) -> None:
    echoing.chat.ends = [MaybeSent()]
    await echoing.owe("慢")
    assert await echoing.say(after=3600) == []
    assert await echoing.say(after=3600) == []
    assert (await echoing.states())["慢"] == "unknown"


async def test_an_echo_whose_post_is_known_settles_no_other(stand: Stand) -> None:
    await stand.owe("收到")
    assert await stand.say() == ["收到"]
    await stand.owe("收到", key="again")
    async with stand.store.begin() as db:
        assert await outbox.take(db, "demo", NOW)
    await events.note(stand.store, stand.means, Echo("id-1", "demo", "r3", "收到", NOW), NOW)
    async with stand.store.read() as db:
        assert list(await db.scalars(select(Post.state).order_by(Post.id))) == ["said", "saying"]


async def test_an_echo_is_that_of_what_was_said_before_that_of_what_a_crash_cut_off(stand: Stand) -> None:
    stand.chat.tells_ids = False
    await cut_off(stand, "收到")
    await stand.owe("收到", key="again")
    assert await stand.say() == []
    assert await stand.say(after=60) == ["收到"]
    await stand.echo("收到")
    async with stand.store.read() as db:
        assert list(await db.scalars(select(Post.state).order_by(Post.id))) == ["unknown", "said"]


async def test_of_two_pictures_the_second_waits_until_it_is_known_whether_the_first_was_shown(
    echoing: Stand,
) -> None:
    await cut_off(echoing)
    await echoing.owe("周汇总", kind="digest", key="next")
    await echoing.owe("别的", to="r3")
    assert await echoing.say(after=1) == ["别的"]
    await echoing.echo("周汇总")
    assert await echoing.say(after=1) == ["周汇总"]


async def test_what_somebody_else_took_meanwhile_is_not_said_twice(stand: Stand) -> None:
    await stand.owe("收到")
    async with stand.store.begin() as db:
        assert await outbox.take(db, "demo", stand.clock.now())
        assert not await outbox.take(db, "demo", stand.clock.now())


async def test_what_cannot_be_drawn_blocks_nobody(stand: Stand) -> None:
    await stand.owe("表", attachment={"nothing": "of the kind"})
    await stand.owe("收到")
    assert await stand.say() == [
        "收到",
        "有一条回话发不到“3号楼邻里群”，试了多次没成，请看看微信号是否正常。",
    ]
    assert (await stand.states())["表"] == "dropped"


async def test_nothing_is_tried_while_the_chat_is_not_well(stand: Stand) -> None:
    stand.chat.well = False
    await stand.owe("收到")
    assert await stand.say() == []
    stand.chat.well = True
    assert await stand.say() == ["收到"]


# -- pace


async def test_between_two_posts_lies_a_gap_and_the_urgent_go_first(store: Store, tmp_path: Path) -> None:
    stand = Stand(store, tmp_path, FREE.model_copy(update={"gap_seconds": 4}))
    await stand.owe("一")
    await stand.owe("二")
    await stand.owe("急", kind="urgent")
    assert await stand.say() == ["急"]
    assert await stand.say(after=3.9) == []
    assert await stand.say(after=0.1) == ["一"]
    assert await stand.say(after=4) == ["二"]


@pytest.mark.parametrize(
    ("budget", "again"),
    [
        ({"per_minute_room": 2}, 61),
        ({"per_minute": 2}, 61),
        ({"room_posts_a_day": 2}, 86_401),
        ({"per_day": 2}, 86_401),
    ],
    ids=["一群一分钟", "一号一分钟", "一群一天", "一号一天"],
)
async def test_a_spent_budget_holds_all_but_the_urgent(
    store: Store, tmp_path: Path, budget: dict[str, int], again: float
) -> None:
    stand = Stand(store, tmp_path, FREE.model_copy(update=budget))
    for text in ("一", "二", "三"):
        await stand.owe(text)
    assert await stand.say() == ["一", "二"]
    await stand.owe("急", kind="urgent")
    assert await stand.say(after=1) == ["急"]
    assert await stand.say(after=again - 2) == []
    assert await stand.say(after=2) == ["三"]


async def test_the_budget_of_one_room_holds_no_other_and_no_summary(store: Store, tmp_path: Path) -> None:
    stand = Stand(store, tmp_path, FREE.model_copy(update={"room_posts_a_day": 1}))
    for text in ("一", "二"):
        await stand.owe(text)
    await stand.owe("别的群", to="r5")
    await stand.owe("周汇总", kind="digest")
    assert await stand.say() == ["一", "别的群", "周汇总"]


async def test_a_room_whose_budget_is_spent_holds_no_other_however_much_it_is_owed(
    store: Store, tmp_path: Path
) -> None:
    stand = Stand(store, tmp_path, FREE.model_copy(update={"room_posts_a_day": 1}))
    for number in range(60):
        await stand.owe(f"攒下的 {number}")
    await stand.owe("别的群", to="r5")
    await stand.owe("周汇总", kind="digest")
    assert await stand.say() == ["攒下的 0", "别的群", "周汇总"]


async def test_a_restart_forgets_no_budget(store: Store, tmp_path: Path) -> None:
    stand = Stand(store, tmp_path, FREE.model_copy(update={"per_day": 1}))
    await stand.owe("一")
    await stand.owe("二")
    assert await stand.say() == ["一"]
    stand.speaker = stand.speak()
    assert await stand.say(after=60) == []


# -- quiet hours


async def test_what_was_owed_by_day_is_not_said_at_night(store: Store, tmp_path: Path) -> None:
    stand = Stand(store, tmp_path)
    stand.chat.well = False
    await stand.owe("收到")
    stand.clock.move_to(datetime(2026, 11, 16, 15, 0, tzinfo=UTC))
    stand.chat.well = True
    await stand.owe("急", kind="urgent")
    assert await stand.say() == ["急"]
    stand.clock.move_to(datetime(2026, 11, 16, 23, 0, tzinfo=UTC))
    assert await stand.say() == ["收到"]


async def test_where_no_hour_is_quiet_the_night_is_like_the_day(store: Store, tmp_path: Path) -> None:
    always = Quiet.model_validate({"from": "00:00", "until": "00:00"})
    stand = Stand(store, tmp_path, quiet=always)
    stand.clock.move_to(datetime(2026, 11, 16, 18, 0, tzinfo=UTC))
    await stand.owe("收到")
    assert await stand.say() == ["收到"]


# -- acknowledgements of a burst


@pytest.fixture
def gathering(store: Store, tmp_path: Path) -> Stand:
    return Stand(store, tmp_path, GATHERING)


async def burst(stand: Stand) -> list[str]:
    """Three requests in a few seconds; what was said to the first."""
    await stand.owe("收到 #1 灯。李阿姨跟进，明晚8点前给您回音。")
    said = await stand.say()
    await stand.owe("收到 #2 门。李阿姨跟进，明晚8点前给您回音。")
    await stand.owe("收到 #3 水")
    return said


JOINED = "收到 #2 门（李阿姨，明晚8点前回音）\n收到 #3 水"


async def test_the_first_goes_out_at_once_and_the_rest_of_a_burst_together(gathering: Stand) -> None:
    assert await burst(gathering) == ["收到 #1 灯。李阿姨跟进，明晚8点前给您回音。"]
    await gathering.owe("隔壁", to="r5")
    await gathering.owe("急", kind="urgent")
    await gathering.owe("办好了", kind="reply")
    assert await gathering.say(after=30) == ["急", "隔壁", "办好了"]
    assert await gathering.say(after=31) == [JOINED]
    assert await gathering.say(after=3600) == []


async def test_of_a_long_burst_each_post_says_a_few(gathering: Stand) -> None:
    for number in range(1, 10):
        await gathering.owe(f"收到 #{number}")
    said = [await gathering.say(after=61) for _ in range(3)]
    assert [text.count("#") for texts in said for text in texts] == [6, 3]


async def test_what_was_joined_shares_one_end(gathering: Stand) -> None:
    await burst(gathering)
    gathering.chat.ends = [NotSent(), MaybeSent()]
    assert await gathering.say(after=61) == []
    assert set((await gathering.states()).values()) == {"said", "due", "joined"}
    await gathering.say(after=6)
    assert (await gathering.states())[JOINED] == "unknown"
    await gathering.echo(JOINED)
    assert (await gathering.states())[JOINED] == "said"
    assert await gathering.say(after=3600) == []
