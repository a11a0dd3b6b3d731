"""The demo's page: its guards over plain HTTP, and its use by two people in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from PIL import Image
from playwright.async_api import Browser, expect

from bot.chat import Message, Quote, Recall
from bot.clock import MovedClock
from bot.simulator.chat import SHOWN, SimulatedChat
from bot.simulator.neighbourhood import DEMO
from bot.simulator.page import Page
from bot.simulator.times import HERE
from tests.browser import DESK, PHONE, bubbles, opened, write

START = datetime(2026, 11, 22, 9, 14, tzinfo=HERE)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Demo:
    """A page being served, and where its clock was moved to."""

    url: str
    chat: SimulatedChat
    clock: MovedClock
    moves: list[datetime] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Set; a test that clears it holds the moving clock fast."""

    async def heard(self) -> list[object]:
        """What arrived since the last time, at least one arrival."""
        async with aclosing(self.chat.messages()) as arrivals:
            return [await anext(arrivals), *self.chat.take()]


@asynccontextmanager
async def serving() -> AsyncIterator[Demo]:
    clock = MovedClock(START)
    chat = SimulatedChat(clock)
    DEMO.move_in(chat)
    demo = Demo("", chat, clock)
    demo.gate.set()

    async def move(to: datetime) -> None:
        demo.moves.append(to)
        await demo.gate.wait()
        clock.move_to(to)
        await chat.say("room-3", "【3号楼 周汇总】")

    page = Page(chat, DEMO, move)
    demo.url = await page.start()
    try:
        yield demo
    finally:
        await page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def demo() -> AsyncIterator[Demo]:
    async with serving() as demo:
        yield demo


@pytest_asyncio.fixture(loop_scope="module")
async def http(demo: Demo) -> AsyncIterator[ClientSession]:
    async with ClientSession(demo.url) as session:
        yield session


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 200), "teal").save(out, "PNG")
    return out.getvalue()


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HERE)


# -- the guards


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
async def test_a_foreign_host_is_refused(http: ClientSession, host: str) -> None:
    for path in "/", "/events":
        async with http.get(path, headers={"Host": host}) as answer:
            assert answer.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
async def test_another_sites_post_is_refused(
    demo: Demo, http: ClientSession, headers: dict[str, str]
) -> None:
    async with http.post("/say", json={"person": "wang", "text": "灯坏了"}, headers=headers) as answer:
        assert answer.status == 403
    assert not demo.chat.pending()


async def test_our_own_post_is_taken(demo: Demo, http: ClientSession) -> None:
    ours = {"Origin": demo.url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    async with http.post("/say", json={"person": "wang", "text": "灯坏了"}, headers=ours) as answer:
        assert answer.status == 200
    (message,) = demo.chat.take()
    assert isinstance(message, Message)
    assert (message.room, message.text) == (None, "灯坏了")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/say", {"person": "wang", "text": " \n"}, 400),
        ("/say", {"person": "wang", "text": "长" * 20_001}, 400),
        ("/say", {"person": "wang"}, 400),
        ("/say", ["wang"], 400),
        ("/say", {"person": "nobody", "text": "灯坏了"}, 404),
        ("/say", {"person": "wang", "room": "room-5", "text": "不是我的楼"}, 404),
        ("/say", {"person": "wang", "text": "灯坏了", "quoting": "nothing"}, 404),
        ("/recall", {"person": "wang", "id": "nothing"}, 404),
        ("/clock", {"to": "2026-11-22T00:00:00"}, 400),
        ("/clock", {"to": "2026-11-22T00:00:00+08:00"}, 400),
        ("/clock", {"to": "2036-11-22T00:00:00+08:00"}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    demo: Demo, http: ClientSession, path: str, body: object, status: int
) -> None:
    async with http.post(path, json=body) as answer:
        assert answer.status == status
    assert not demo.chat.pending()
    assert demo.moves == []


async def test_a_picture_has_at_most_8_mb(demo: Demo, http: ClientSession) -> None:
    for size, status in ((0, 400), (SHOWN, 200), (SHOWN + 1, 413)):
        async with http.post("/image?person=wang&room=room-3", data=BytesIO(bytes(size))) as answer:
            assert answer.status == status
    assert len(demo.chat.take()) == 1


async def test_nobody_takes_back_another_ones_words(demo: Demo, http: ClientSession) -> None:
    said = demo.chat.speak("room-3", "wang", "灯坏了")
    async with http.post("/recall", json={"person": "li", "id": said.id}) as answer:
        assert answer.status == 404
    assert demo.chat.take() == [said]


async def test_what_is_no_picture_is_handed_out_as_a_file_only(demo: Demo, http: ClientSession) -> None:
    said = demo.chat.speak("room-3", "wang", image=b"<script>alert(1)</script>")
    async with http.get(f"/media/{said.id}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_closing_the_page_ends_an_open_stream() -> None:
    async with serving() as demo, ClientSession(demo.url) as session:
        stream = await session.get("/events")
        assert (await stream.content.readline()) == b"retry: 500\n"
        demo.chat.watchers.send_away()
        assert (await stream.content.read()).endswith(b"\n\n")
        stream.close()


async def test_the_clock_moves_for_one_at_a_time(demo: Demo, http: ClientSession) -> None:
    async def post() -> int:
        to = (START + timedelta(hours=1)).isoformat()
        async with http.post("/clock", json={"to": to}) as answer:
            return answer.status

    demo.gate.clear()
    posts = [asyncio.create_task(post()), asyncio.create_task(post())]
    for _ in range(3):
        async with http.get("/") as answer:
            assert answer.status == 200
    demo.gate.set()
    assert sorted(await asyncio.gather(*posts)) == [200, 400]
    assert len(demo.moves) == 1


# -- in the browser


async def test_a_resident_speaks_and_a_neighbour_reads_it(browser: Browser, demo: Demo) -> None:
    async with opened(browser, demo.url) as wang, opened(browser, demo.url + "#fang") as fang:
        await expect(wang.locator("#who")).to_have_text("王王阿婆 · 居民")
        await expect(fang.locator("#chats li")).to_have_count(2)
        await wang.click("text=3号楼邻里群")
        await wang.click("text=3号楼2单元的灯又勿亮了")
        await wang.click("#send")
        (message,) = await demo.heard()
        assert isinstance(message, Message)
        assert (message.room, message.sender) == ("room-3", "wang")
        await expect(wang.locator(".turn.own .bubble")).to_have_text(message.text)
        await expect(wang.locator("#text")).to_have_value("")
        await expect(fang.locator("#chats .badge")).to_have_text("1")
        await expect(fang.locator("#chats li").first).to_contain_text(f"王阿婆：{message.text}")
        await fang.click("text=3号楼邻里群")
        await expect(bubbles(fang)).to_have_text([message.text])
        await expect(fang.locator(".name")).to_have_text("王阿婆 · 居民")
        await fang.click("#back")
        await expect(fang.locator("#chats .badge")).to_have_count(0)


async def test_quoting_the_bots_answer(browser: Browser, demo: Demo) -> None:
    async with opened(browser, demo.url + "#li/room-3", DESK) as li:
        await demo.chat.say("room-3", "收到 #12 2单元楼道灯")
        demo.chat.take()
        await bubbles(li).click(button="right")
        await expect(li.locator("#menu button", has_text="撤回")).to_have_count(0)
        await li.click("#menu >> text=引用")
        await expect(li.locator("#quoting")).to_contain_text("楼小助：收到 #12 2单元楼道灯")
        await write(li, "/办结 灯泡换好了")
        (message,) = await demo.heard()
        assert isinstance(message, Message)
        assert (message.text, message.quoted) == ("/办结 灯泡换好了", Quote("楼小助", "收到 #12 2单元楼道灯"))
        await expect(li.locator(".quoted")).to_have_text("楼小助：收到 #12 2单元楼道灯")
        await expect(li.locator("#quoting")).to_be_hidden()


async def test_a_long_press_opens_the_menu_and_takes_back(browser: Browser, demo: Demo) -> None:
    said = demo.chat.speak("room-3", "wang", "说错了")
    demo.chat.take()
    async with opened(browser, demo.url + "#wang/room-3") as wang:
        box = await bubbles(wang).bounding_box()
        assert box
        finger = await wang.context.new_cdp_session(wang)
        points = [{"x": box["x"] + 20, "y": box["y"] + 20}]
        await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
        await expect(wang.locator("#menu")).to_be_visible()
        await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await wang.tap("#menu >> text=撤回")
        (recall,) = await demo.heard()
        assert isinstance(recall, Recall)
        assert recall.target == said.id
        await expect(wang.locator("#lines")).to_contain_text("你撤回了一条消息")
        await expect(bubbles(wang)).to_have_count(0)


async def test_pictures_are_sent_shown_and_enlarged(browser: Browser, demo: Demo) -> None:
    photo = png()
    async with opened(browser, demo.url + "#wang/room-3") as wang:
        await wang.set_input_files("#picture", {"name": "漏水.png", "mimeType": "image/png", "buffer": photo})
        (message,) = await demo.heard()
        assert isinstance(message, Message)
        assert message.image
        assert await demo.chat.image(message.id, SHOWN) == photo
        await wang.wait_for_function("document.querySelector('.picture img')?.naturalWidth === 300")
        await demo.chat.show("room-3", "周汇总.png", photo)
        await expect(wang.locator(".picture")).to_have_count(2)
        await wang.locator(".picture").last.click()
        await expect(wang.locator("#enlarged img")).to_be_visible()
        await wang.locator("#enlarged").click()
        await expect(wang.locator("#enlarged")).to_be_hidden()


async def test_a_picture_that_is_none_says_so(browser: Browser, demo: Demo) -> None:
    demo.chat.speak("room-3", "li", image=b"not a picture")
    async with opened(browser, demo.url + "#wang/room-3") as wang:
        await expect(wang.locator("#lines .broken")).to_have_text("图片打不开")


async def test_a_file_can_be_saved(browser: Browser, demo: Demo) -> None:
    await demo.chat.show("jiang", "问题清单.xlsx", b"PK\x03\x04")
    async with opened(browser, demo.url + "#jiang/jiang") as jiang:
        async with jiang.expect_download() as saving:
            await jiang.click(".file")
        saved = await saving.value
        assert saved.suggested_filename == "问题清单.xlsx"
        assert (await asyncio.to_thread((await saved.path()).read_bytes)) == b"PK\x03\x04"


async def test_html_is_text(browser: Browser, demo: Demo) -> None:
    nasty = "<img src=x onerror=\"document.title='hacked'\"><b>粗</b>"
    demo.chat.rename("room-3", nasty)
    demo.chat.rename("li", nasty)
    quoted = demo.chat.speak("room-3", "li", nasty)
    demo.chat.speak("room-3", "li", nasty, quoting=quoted.id)
    async with opened(browser, demo.url + "#wang") as wang:
        await expect(wang.locator("#chats li").first).to_contain_text(nasty)
        await wang.click("#chats a >> nth=0")
        await expect(bubbles(wang)).to_have_text([nasty, nasty])
        await expect(wang.locator(".quoted")).to_have_text(f"{nasty}：{nasty}")
        assert await wang.locator("#lines img, #lines b, #figures img").count() == 0
        assert await wang.title() == "王阿婆 · 模拟邻里"


async def test_the_clock_moves_and_what_was_due_appears(browser: Browser, demo: Demo) -> None:
    async with opened(browser, demo.url + "#wang/room-3") as wang:
        await wang.click("#when")
        await wang.click("text=下周一 09:00")
        await expect(bubbles(wang)).to_have_text(["【3号楼 周汇总】"])
        await expect(wang.locator("#when")).to_have_text("11月23日 周一 09:00")
        assert demo.moves == [at(2026, 11, 23, 9)]
        await expect(wang.locator("#clock")).to_be_hidden()
        await wang.click("#when")
        await wang.click("text=月底 20:00")
        await expect(wang.locator("#when")).to_have_text("11月30日 周一 20:00")
        assert demo.moves[1:] == [at(2026, 11, 30, 20)]


async def test_becoming_somebody_else_in_the_same_room(browser: Browser, demo: Demo) -> None:
    async with opened(browser, demo.url + "#wang/room-3", DESK) as tab:
        await write(tab, "灯又勿亮了")
        await expect(tab.locator(".turn.own")).to_have_count(1)
        await demo.chat.say("li", "今天的日收集")
        await expect(tab.locator("#figures a", has_text="李阿姨").locator(".badge")).to_have_text("2")
        await tab.fill("#text", "没写完")
        await tab.click("#figures >> text=李阿姨")
        await expect(tab.locator("#me")).to_have_text("李阿姨（楼组长）")
        await expect(bubbles(tab)).to_have_text(["灯又勿亮了"])
        await expect(tab.locator(".turn.own")).to_have_count(0)
        await expect(tab.locator("#text")).to_have_value("")
        await tab.click("#figures >> text=Kevin")
        await expect(tab.locator("#chats b")).to_have_text(["5号楼业主群", "楼小助"])


async def test_a_refused_line_stays_in_the_box(browser: Browser, demo: Demo) -> None:
    async with opened(browser, demo.url + "#wang/room-3") as wang:
        await expect(wang.locator("#talk-title")).to_have_text("3号楼邻里群(6)")
        demo.chat.rooms.clear()
        await write(wang, "还有人吗")
        await expect(wang.locator("#toast")).to_have_text("没有这个人、这个群，或者这条消息。")
        await expect(wang.locator("#text")).to_have_value("还有人吗")


async def test_a_lost_connection_comes_back_with_what_was_missed(browser: Browser, demo: Demo) -> None:
    async with opened(browser, demo.url + "#wang/room-3") as wang:
        await wang.fill("#text", "没写完")
        demo.chat.watchers.send_away()
        await expect(wang.locator("#lost")).to_be_visible()
        demo.chat.speak("room-3", "li", "我在")
        await expect(bubbles(wang)).to_have_text(["我在"])
        await expect(wang.locator("#lost")).to_be_hidden()
        await expect(wang.locator("#text")).to_have_value("没写完")


@pytest.mark.parametrize("device", [PHONE, DESK, {"viewport": {"width": 320, "height": 568}}])
async def test_nothing_overflows_and_everything_can_be_touched(
    browser: Browser, demo: Demo, device: dict[str, object]
) -> None:
    demo.chat.speak("room-3", "li", "很长" * 300 + "x" * 500)
    async with opened(browser, demo.url + "#wang/room-3", device) as tab:
        await expect(bubbles(tab)).to_have_count(1)
        assert await tab.evaluate(
            "[document.documentElement, document.getElementById('lines')].every(e => e.scrollWidth <= e.clientWidth)"
        )
        for name in "#send", "#back", ".plus":
            box = await tab.locator(name).bounding_box()
            assert box and box["width"] >= 44 and box["height"] >= 44, name
            assert box["x"] >= 0 and box["y"] + box["height"] <= tab.viewport_size["height"]  # type: ignore[index]
