"""A summary drawn as a picture: the card that a phone shows under the text, large enough for old eyes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PIL import Image, ImageDraw

from bot.paper import (
    BODY,
    CLAY,
    EDGE,
    INK,
    INNER,
    PAPER,
    SMALL,
    SOFT,
    WHITE,
    WIDTH,
    Paper,
    clean,
    cut,
    width,
    wrap,
)
from bot.words.digests import became
from bot.words.terms import HOLDERS
from nlp import CATEGORIES
from schedules.summary import Item, Summary

LINE, PEACH, LAMP, BAR = "#E8D9C0", "#FBE8CE", "#F2B84B", "#8DB4CE"
GREEN, BLUE, AMBER, RED = "#1E6B3C", "#1D5A84", "#8F5500", "#B3261E"
KINDS = {"daily": "日收集", "weekly": "周汇总", "monthly": "月反馈"}


def draw(summary: Summary) -> bytes:
    """The card of `summary`: a PNG 1080 pixels wide and as high as it needs to be, below 7,000.

    What does not fit a line ends in …, what exceeds a list is counted (等 12 件), and every text passes the
    masking layer.
    """
    measure = Paper(1)
    _fill(measure, summary)
    card = Paper(measure.y)
    _fill(card, summary)
    return card.png()


def _fill(card: Paper, summary: Summary) -> None:
    _head(card, summary)
    going = summary.going
    if not (summary.new or summary.done or going or summary.late or summary.unsure):
        _quiet(card, summary)
    else:
        _counts(card, summary, len(going))
        _new(card, summary)
        _buildings(card, summary.buildings)
        _items(card, summary, "办好", GREEN, summary.done)
        _items(card, summary, "在办", AMBER, going)
        _items(card, summary, "超期", RED, summary.late)
        _items(card, summary, "请您看看", BLUE, summary.unsure if summary.kind == "daily" else ())
    _thanks(card, summary)


def _head(card: Paper, summary: Summary) -> None:
    card.pen.rectangle((0, 0, WIDTH, 263), fill=CLAY)
    place = clean(summary.place)
    size = next((size for size in (88, 76) if width(place, size, bold=True) <= INNER), 64)
    card.write((EDGE, 100), cut(place, size, INNER, bold=True), size, WHITE, bold=True)
    card.write((EDGE, 200), f"{KINDS[summary.kind]}　{_period(summary)}", BODY, "#FFE9CC")
    card.y = 264 + 40


def _period(summary: Summary) -> str:
    since, until = summary.since, summary.until
    if summary.kind == "monthly":
        return f"{since.year}年{since.month}月"
    if since == until:
        return _day(since)
    if since.year != until.year:
        return f"{since.year}年{_day(since)}—{until.year}年{_day(until)}"
    return f"{_day(since)}—{until.day}日" if since.month == until.month else f"{_day(since)}—{_day(until)}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _quiet(card: Paper, summary: Summary) -> None:
    """A house with its lamp lit, and what there is to say about nothing."""
    house = Image.new("RGB", (1600, 1440), PAPER)
    pen = ImageDraw.Draw(house)
    pen.rectangle((200, 600, 1400, 1440), fill=PEACH)
    pen.polygon([(0, 620), (800, 40), (1600, 620)], fill=CLAY)
    pen.rounded_rectangle((360, 780, 700, 1120), 40, fill=LAMP)
    pen.line((530, 780, 530, 1120), fill=PEACH, width=28)
    pen.line((360, 950, 700, 950), fill=PEACH, width=28)
    pen.rounded_rectangle((880, 860, 1220, 1500), 40, fill=CLAY)
    small = house.resize((400, 360), Image.Resampling.LANCZOS)
    card.image.paste(small, ((WIDTH - small.width) // 2, card.y + 50))
    span = {"daily": "今天", "weekly": "这一周", "monthly": "这个月"}[summary.kind]
    card.centre((WIDTH / 2, card.y + 500), f"{span}没有新的诉求", 68, INK, bold=True)
    card.centre((WIDTH / 2, card.y + 594), "手上的事都办完了", BODY, SOFT)
    card.y += 690


def _counts(card: Paper, summary: Summary, going: int) -> None:
    tiles = (
        ("新收", summary.new, BLUE),
        ("办好", len(summary.done), GREEN),
        ("在办", going, AMBER),
        ("超期", len(summary.late), RED if summary.late else SOFT),
    )
    step = (INNER + 20) / len(tiles)
    for place, (name, count, colour) in enumerate(tiles):
        left = EDGE + place * step
        card.box(left, (step - 20, 214), WHITE)
        number = _number(count)
        size = {4: 84, 5: 64}.get(len(number), 100)
        card.centre((left + step / 2 - 10, card.y + 80), number, size, colour, bold=True)
        card.centre((left + step / 2 - 10, card.y + 168), name, BODY, INK)
    card.y += 214 + 36


def _number(count: int) -> str:
    return str(count) if count <= 9999 else "9999+"


def _new(card: Paper, summary: Summary) -> None:
    """How the new ones were settled, and a bar per category."""
    settled = [f"{name} {count}" for name, count in became(summary) if count]
    rows = [(clean(CATEGORIES.get(key, key)), count) for key, count in summary.categories if count > 0]
    if not (settled or rows):
        return
    card.title(f"新收 {_number(summary.new)} 件", BLUE, "，".join(settled))
    shown = rows if len(rows) <= 5 else rows[:4]
    most = max((count for _, count in shown), default=1)
    for name, count in shown:
        card.write((EDGE, card.y + 34), cut(name, SMALL, 290), SMALL, INK)
        bar = max(28, 540 * count / most)
        card.y += 13
        card.box(EDGE + 300, (bar, 42), BAR, radius=14)
        card.y -= 13
        card.write((EDGE + 320 + bar, card.y + 34), _number(count), SMALL, INK, bold=True)
        card.y += 68
    if rest := rows[len(shown) :]:
        card.lines([f"另外 {len(rest)} 类共 {sum(count for _, count in rest)} 件"], SMALL, SOFT)
    card.y += 30


def _buildings(card: Paper, buildings: Sequence[Summary]) -> None:
    """For the committee: a row per building."""
    if not buildings:
        return
    columns = (520, 670, 820, 970)
    card.title(f"{len(buildings)} 个楼组", CLAY)
    for x, name in zip(columns, ("新收", "办好", "在办", "超期"), strict=True):
        card.centre((x, card.y + 28), name, SMALL, SOFT)
    card.y += 62
    for each in buildings[:12]:
        card.pen.line((EDGE, card.y, WIDTH - EDGE, card.y), fill=LINE, width=3)
        card.write((EDGE, card.y + 38), cut(clean(each.place), SMALL, 370), SMALL, INK)
        counts = (each.new, len(each.done), len(each.going), len(each.late))
        for x, count in zip(columns, counts, strict=True):
            alarm = count > 0 and x == columns[-1]
            card.centre((x, card.y + 38), _number(count), SMALL, RED if alarm else INK, bold=alarm)
        card.y += 74
    card.rest(len(buildings), 12, "个楼组")
    card.y += 30


def _items(card: Paper, summary: Summary, name: str, colour: str, items: Sequence[Item]) -> None:
    if not items:
        return
    shown = 3 if summary.buildings else 5 if summary.kind == "monthly" else 4
    card.title(f"{name} {_number(len(items))} 件", colour)
    for item in items[:shown]:
        number = f"#{item.number} " if item.number else ""
        if summary.buildings:
            number = f"{cut(clean(item.building), BODY, 300)} {number}"
        _item(card, item, number, colour, 3 if summary.kind == "monthly" else 2)
    card.rest(len(items), shown, "件")
    card.y += 24


def _item(card: Paper, item: Item, number: str, colour: str, rows: int) -> None:
    """Number and gist, and what is known of it beside them where it fits, else below."""
    left = EDGE + width(number, BODY, bold=True)
    gist = ("【急】" if item.urgent else "") + (clean(item.gist) or CATEGORIES.get(item.category, "一件事"))
    gist, detail = cut(gist, BODY, WIDTH - EDGE - left), _detail(item)
    card.write((EDGE, card.y + 36), number, BODY, colour, bold=True)
    card.write((left, card.y + 36), gist, BODY, INK)
    beside = left + width(gist, BODY) + 26
    card.y += 73
    if detail and beside + width(detail, SMALL) <= WIDTH - EDGE:
        card.write((beside, card.y - 35), detail, SMALL, SOFT)
        card.y += 10
    else:
        card.lines(wrap(detail, SMALL, INNER, rows), SMALL, SOFT)
        card.y += 18


def _detail(item: Item) -> str:
    due = "" if item.due is None else f"原定{_day(item.due)}前" if item.late else f"{_day(item.due)}前"
    near = f"{item.supporters}户附议" if item.supporters else ""
    if item.state == "unsure":
        return clean(item.note)
    note = clean(item.note).rstrip("。")
    if item.state == "resolved":
        return "，".join(part for part in (note, near) if part)
    parts = (HOLDERS.get(item.holder, clean(item.holder)), due, near, note)
    return "，".join(part for part in parts if part)


def _thanks(card: Paper, summary: Summary) -> None:
    names = [name for name in map(clean, summary.thanks) if name]
    said = f"谢谢 {'、'.join(names[:8])}{'等' if len(names) > 8 else ''}" if names else ""
    good, fair, bad = summary.satisfaction
    rated = f"评价：满意 {good}，一般 {fair}，不满意 {bad}" if good + fair + bad else ""
    lines, votes = wrap(said, BODY, INNER - 96, 2), wrap(rated, SMALL, INNER - 96, 1)
    if lines or votes:
        card.box(EDGE, (INNER, len(lines) * 73 + len(votes) * 64 + 56), PEACH)
        card.y += 28
        card.lines(lines, BODY, CLAY, EDGE + 48)
        card.lines(votes, SMALL, INK, EDGE + 48)
        card.y += 28 + 30
    if summary.kind != "daily" and not summary.buildings:
        card.centre((WIDTH / 2, card.y + 30), "没说到的，群里再说一声就行。", SMALL, SOFT)
        card.y += 66
    card.y += 34
