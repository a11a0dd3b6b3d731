"""The picture card: readable, bounded, and nothing on it that may not be shown."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.cards import BAR, draw
from bot.paper import EDGE, PAPER, clean, cut, width, wrap
from nlp import CATEGORIES
from schedules.summary import Item, Kind, Summary

WEEK = Summary(
    kind="weekly", place="3号楼", period="2026-W47", since=date(2026, 11, 16), until=date(2026, 11, 22)
)
LONG = "五楼北面厨房下水管从上个月开始一直往下渗水，墙皮都鼓起来了，邻居家也有，请尽快安排师傅上门看看" * 4


def item(number: int = 5, gist: str = "顶楼漏水", **more: object) -> Item:
    return replace(Item(number, "3号楼", gist, "water", "open", "property"), **more)  # type: ignore[arg-type]


def seen(summary: Summary) -> Image.Image:
    return Image.open(io.BytesIO(draw(summary))).convert("RGB")


def pixels(image: Image.Image, colour: str) -> int:
    wanted = tuple(bytes.fromhex(colour[1:]))
    return sum(count for count, each in image.getcolors(1 << 24) or [] if each == wanted)


def margins_are_blank(image: Image.Image) -> bool:
    """Nothing runs over the right edge, and nothing is cut off below."""
    paper = tuple(bytes.fromhex(PAPER[1:]))
    right = image.crop((image.width - EDGE + 54, 264, image.width, image.height))
    below = image.crop((0, image.height - 10, image.width, image.height))
    return all([colour for _, colour in part.getcolors() or []] == [paper] for part in (right, below))


def heavy(kind: Kind, count: int) -> Summary:
    items = tuple(item(100 + n, LONG, note=LONG, due=date(2026, 12, 1), supporters=9) for n in range(count))
    late = tuple(item(900_000 + n, LONG, note=LONG, due=date(2026, 11, 1), late=True) for n in range(count))
    return Summary(
        kind=kind,
        place=LONG,
        period="",
        since=date(2026, 12, 28),
        until=date(2027, 1, 3),
        new=123_456,
        quick=99_999,
        listed=99_999,
        done=items,
        open=items,
        late=late,
        unsure=items,
        categories=tuple((key, 99_999) for key in CATEGORIES),
        thanks=(LONG,) * 20,
        satisfaction=(9999, 9999, 9999),
    )


@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize("committee", [False, True])
def test_the_heaviest_card_stays_inside_its_paper(kind: Kind, committee: bool) -> None:
    summary = heavy(kind, 30)
    if committee:
        summary = replace(summary, buildings=(replace(summary, new=99_999),) * 40)
    image = seen(summary)
    assert image.width == 1080
    assert image.height < 7000
    assert margins_are_blank(image)


def test_a_long_list_is_counted_not_drawn() -> None:
    assert seen(heavy("weekly", 30)).height == seen(heavy("weekly", 90)).height


def test_a_week_without_anything_says_so() -> None:
    image = seen(WEEK)
    assert margins_are_blank(image)
    assert image.height < 1200
    assert draw(WEEK) != draw(replace(WEEK, new=1))


def test_each_category_has_a_bar_as_long_as_its_count() -> None:
    def bars(*counts: tuple[str, int]) -> int:
        return pixels(seen(replace(WEEK, new=3, categories=counts)), BAR)

    assert (
        bars(("power", 4), ("water", 1)) < bars(("power", 4), ("water", 2)) < bars(("power", 4), ("water", 4))
    )


def test_what_is_late_stands_in_one_section_only() -> None:
    late = item(3, "三楼堆物", late=True)
    assert draw(replace(WEEK, open=(item(), late), late=(late,))) == draw(
        replace(WEEK, open=(item(),), late=(late,))
    )


def test_every_text_passes_the_masking_layer() -> None:
    def card(number: str, plate: str) -> bytes:
        told = item(gist=plate, note=f"电话{number}")
        return draw(replace(WEEK, place=f"3号楼{number}", done=(told,), thanks=(f"李阿姨{number}",)))

    assert card("13812345678", "沪A12345") == card("138******78", "沪A***45")
    assert card("13812345678", "沪A12345") != card("138******79", "沪A***45")


def test_shows_the_facts() -> None:
    plain = replace(WEEK, new=1, done=(item(),))
    told = [
        replace(plain, quick=1),
        replace(plain, thanks=("李阿姨",)),
        replace(plain, satisfaction=(1, 0, 0)),
        replace(plain, done=(item(note="换好了"),)),
        replace(plain, done=(item(urgent=True),)),
        replace(plain, done=(item(supporters=3),)),
        replace(plain, done=(item(due=date(2026, 11, 25)),)),
        replace(plain, late=(item(7),)),
        replace(plain, buildings=(WEEK,)),
        replace(plain, until=date(2026, 11, 23)),
    ]
    assert len({draw(each) for each in [plain, *told]}) == len(told) + 1


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.text(max_size=200))
def test_no_text_breaks_the_card(first: str, second: str) -> None:
    told = item(gist=first, note=second, holder=first, building=second)
    summary = replace(
        WEEK, place=first, new=1, done=(told,), thanks=(first, second), categories=((first, 1),)
    )
    assert margins_are_blank(seen(summary))


CLEANED = [
    ("🌸灯👨‍👩‍👧坏了👍🏽", "灯坏了"),
    ("\u202e灯\u200b坏\x00了\ufeff", "灯坏 了"),
    ("一行\n两行\t三", "一行 两行 三"),
    ("堃䶮𫖯①⑳㎡℃", "堃䶮𫖯①⑳㎡℃"),
    ("繁體樓組電梯", "繁體樓組電梯"),
    ("한국", "□□"),
    ("e\u0301 Z͑ͫ̓ͪ", "é Z"),
    ("\ud800灯", "灯"),
    ("电话13812345678", "电话138******78"),
]


@pytest.mark.parametrize(("said", "drawn"), CLEANED, ids=[drawn for _, drawn in CLEANED])
def test_cleans_what_the_font_cannot_draw(said: str, drawn: str) -> None:
    assert clean(said) == drawn


def test_the_font_holds_every_usual_character() -> None:
    codes = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    usual = "".join(code.decode("gb2312", "ignore") for code in codes)
    assert len(usual) == 6763
    words = (
        "".join(CATEGORIES.values())
        + "，。、；：！？「」『』【】《》（）“”‘’—…·￥"
        + "abcxyzABCXYZ#12*+-=()[]@%"
    )
    for start in range(0, len(usual), 300):
        assert clean(usual[start : start + 300]) == usual[start : start + 300]
    assert clean(words) == words


@given(st.text(max_size=120), st.integers(100, 900), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, room: int, count: int) -> None:
    lines = wrap(clean(text), 46, room, count)
    assert len(lines) <= count
    assert all(width(line, 46) <= room + 46 for line in lines)
    assert width(cut(clean(text), 46, room), 46) <= room


def test_numbers_are_not_torn_apart() -> None:
    assert wrap("物业说，11月25日前补好", 46, 46 * 6, 3) == ["物业说，", "11月25日前", "补好"]
