"""The daily ledger, the weekly summary and the monthly reply as texts: capped, newest and weightiest first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.words.sentences import day, span
from bot.words.terms import HOLDERS, STATES
from nlp import CATEGORIES
from schedules.calendar import Rules
from schedules.summary import Item, Summary

TITLES = {"daily": "日收集", "weekly": "周汇总", "monthly": "月反馈"}


def text(summary: Summary, rules: Rules) -> str:
    """A summary as a post."""
    head = f"【{summary.place} {TITLES[summary.kind]}】{span(summary.since, summary.until)}"
    if summary.empty:
        return f"{head}\n这段时间没有新的诉求，也没有在办的。有事在群里说一声就行。"
    body = _month(summary, rules.lines) if summary.kind == "monthly" else _week(summary, rules.lines)
    return "\n".join([head, *body])


def _week(summary: Summary, most: int) -> list[str]:
    several = bool(summary.buildings)
    lines = [f"{_new(summary)}。"]
    if summary.done:
        lines.append(f"办好 {len(summary.done)} 件：{_names(summary.done, most, several)}")
    if going := summary.going:
        lines.append(f"在办 {len(going)} 件：{_in_hand(going, most, several)}")
    if summary.late:
        asked = "" if several else "，已请居委会跟进。"
        lines.append(f"超期 {len(summary.late)} 件：{_names(summary.late, most, several)}{asked}")
    if summary.buildings:
        lines += [_building(one) for one in summary.buildings[:most] if not one.empty]
    elif summary.thanks:
        lines.append(f"谢谢{'、'.join(summary.thanks[:most])}。")
    return [*lines, "没说到的，群里再说一声就行。"]


def _new(summary: Summary) -> str:
    """How many are new and what became of them; the parts make up the whole."""
    parts = "，".join(f"{what} {count} 件" for what, count in became(summary))
    return f"新收 {summary.new} 件：{parts}" if summary.new else "新收 0 件"


def became(summary: Summary) -> list[tuple[str, int]]:
    """What became of the new ones; what a resident always asks for first, the rest where there is any."""
    rest = (("正在办", summary.pending), (STATES["unsolvable"], summary.declined))
    always = [("当场办好", summary.quick), ("列入清单", summary.listed)]
    return always + [part for part in rest if part[1]]


def _building(summary: Summary) -> str:
    return f"{summary.place}：新收 {summary.new}，办好 {len(summary.done)}，在办 {len(summary.going)}，超期 {len(summary.late)}"


def _names(items: Sequence[Item], most: int, several: bool = False) -> str:
    return "、".join(_at(item, several) for item in items[:most]) + (
        f" 等 {len(items)} 件" if len(items) > most else ""
    )


def _name(item: Item) -> str:
    return f"#{item.number} {item.gist or '邻里协调'}"


def _in_hand(items: Sequence[Item], most: int, several: bool) -> str:
    shown = "、".join(f"{_at(item, several)}（{_who_and_when(item)}）" for item in items[:most])
    return shown + (f" 等 {len(items)} 件" if len(items) > most else "")


def _who_and_when(item: Item) -> str:
    if item.due is None:
        return HOLDERS[item.holder]
    return f"{HOLDERS[item.holder]}，" + (f"原定{day(item.due)}" if item.late else f"{day(item.due)}前")


def _month(summary: Summary, most: int) -> list[str]:
    """One reply per listed issue; nothing on the list is left out."""
    lines = [f"这个月{_new(summary)}。"]
    lines += [_reply(item, bool(summary.buildings)) for item in summary.issues]
    good, fair, bad = summary.satisfaction
    if good + fair + bad:
        lines.append(f"评价：满意 {good}，一般 {fair}，不满意 {bad}。")
    if summary.categories:
        top = "、".join(f"{CATEGORIES[key]} {count}" for key, count in summary.categories[:most])
        lines.append(f"按类别：{top}。")
    return [*lines, "清单上的都在这里了，有不清楚的群里问一声。"]


def _reply(item: Item, many_buildings: bool) -> str:
    state = "超期未办" if item.late else STATES[item.state]
    note = f"：{item.note}" if item.note else ""
    by = f"（{_who_and_when(item)}）" if item.state not in ("resolved", "unsolvable") else ""
    return f"{_at(item, many_buildings)} {state}{note}{by}"


def ledger(summary: Summary) -> str:
    """日收集, for the captain alone."""
    several = len(summary.buildings) > 1
    head = f"【{summary.place} 日收集】{day(summary.until)}　新收 {len(summary.fresh)} 件，在办 {len(summary.open)} 件"
    done = {(item.building, item.number) for item in summary.done}
    fresh = [item for item in summary.fresh if (item.building, item.number) not in done]
    lines = [f"新：{_at(item, several)}（{STATES[item.state]}）" for item in fresh]
    lines += [f"办好：{_at(item, several)}" for item in summary.done]
    lines += [_unsure(item, several) for item in summary.unsure]
    lines += [f"明天前到期：{_at(item, several)}（{HOLDERS[item.holder]}）" for item in summary.soon]
    lines += [f"已超期：{_at(item, several)}（{HOLDERS[item.holder]}）" for item in summary.late]
    return "\n".join([head, *lines])


def _at(item: Item, several: bool) -> str:
    return f"{item.building} {_name(item)}" if several else _name(item)


def _unsure(item: Item, several: bool) -> str:
    ref = f"{item.building}#{item.number}" if several else f"{item.number}"
    return f"拿不准 #{item.number}：“{item.note[:60]}”　是诉求回 /是 {ref}，不是回 /否 {ref}"


def preview(summary: Summary, rules: Rules) -> str:
    """What the group will read, to the captain first."""
    kind = "周" if summary.kind == "weekly" else "月"
    goes_out = "一小时后发到群里。不想发回：/停发 " + kind
    missing = [
        item for item in summary.issues if not item.note and item.state not in ("resolved", "unsolvable")
    ]
    ask = f"\n还没写回复的：{_names(missing, 8)}，补上请发：/回复 编号 内容" if missing else ""
    return f"（预览）{goes_out}{ask}\n{text(summary, rules)}"


CLOCKS = {
    "unanswered": "还没人回应：",
    "due": "快到期：",
    "raised": "已超期，请过问：",
}


def clocks(facts: dict[str, Sequence[Item]]) -> str:
    """All warnings that one person is owed at this moment."""
    lines = ["【时限提醒】"]
    for kind, items in facts.items():
        lines += [f"{CLOCKS[kind]}{_long(item)}" for item in items[:8]]
        if len(items) > 8:
            lines.append(f"{CLOCKS[kind]}等 {len(items)} 件，发 /清单 超期 看全部")
    return "\n".join(lines)


ASKED = {
    "promoted": ("{这件}到期没人确认，已自动列入问题清单：", "办好了回：/办结 {编号} 怎么办的"),
    "monthly_ask": ("月底要向大家反馈，{这件}还没有回复：", "请回：/回复 {编号} 内容"),
    "resume": ("挂起的{这件}，预计的日子到了：", "继续办回 /受理 {编号}，还要等回 /挂起 {编号} 日期 原因"),
    "ask_fixed": ("您报的{这件}办好三天了，修好了吗？", "好了回：/满意 {编号}；没好回：/没修好 {编号}"),
}


def asked(kind: str, items: Sequence[Item]) -> str:
    """One question about one request or several."""
    one = len(items) == 1
    facts = {"这件": "这件" if one else "这几件", "编号": items[0].number if one else "编号"}
    head, foot = (line.format(**facts) for line in ASKED[kind])
    rest = [f"等 {len(items)} 件"] if len(items) > 12 else []
    tell = _plainly if kind == "ask_fixed" else _long
    return "\n".join([head, *(f"· {tell(item)}" for item in items[:12]), *rest, foot])


def _plainly(item: Item) -> str:
    return f"{item.building} {_name(item)}"


def _long(item: Item) -> str:
    by = f"，{day(item.due)}到期" if item.due else ""
    return f"{item.building} {_name(item)}（{HOLDERS[item.holder]}{by}）"
