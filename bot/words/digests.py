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
    lines = [f"新收 {summary.new} 件：当场办好 {summary.quick} 件，列入清单 {summary.listed} 件。"]
    if summary.done:
        lines.append(f"办好 {len(summary.done)} 件：{_names(summary.done, most)}")
    in_hand = [item for item in summary.open if not item.late]
    if in_hand:
        lines.append(f"在办 {len(in_hand)} 件：{_in_hand(in_hand, most)}")
    if summary.late:
        lines.append(f"超期 {len(summary.late)} 件：{_names(summary.late, most)}，已请居委会跟进。")
    if summary.buildings:
        lines += [_building(one) for one in summary.buildings[:most] if not one.empty]
    elif summary.thanks:
        lines.append(f"谢谢{'、'.join(summary.thanks[:most])}。")
    return [*lines, "没说到的，群里再说一声就行。"]


def _building(summary: Summary) -> str:
    return f"{summary.place}：新收 {summary.new}，办好 {len(summary.done)}，在办 {len(summary.open)}，超期 {len(summary.late)}"


def _names(items: Sequence[Item], most: int) -> str:
    return "、".join(_name(item) for item in items[:most]) + (
        f" 等 {len(items)} 件" if len(items) > most else ""
    )


def _name(item: Item) -> str:
    return f"#{item.number} {item.gist or '邻里协调'}"


def _in_hand(items: Sequence[Item], most: int) -> str:
    shown = "、".join(f"{_name(item)}（{_who_and_when(item)}）" for item in items[:most])
    return shown + (f" 等 {len(items)} 件" if len(items) > most else "")


def _who_and_when(item: Item) -> str:
    by = f"，{day(item.due)}前" if item.due else ""
    return f"{HOLDERS[item.holder]}{by}"


def _month(summary: Summary, most: int) -> list[str]:
    """One reply per listed issue; nothing on the list is left out."""
    lines = [f"这个月新收 {summary.new} 件，当场办好 {summary.quick} 件，列入清单 {summary.listed} 件。"]
    lines += [_reply(item, bool(summary.buildings)) for item in summary.issues]
    good, fair, bad = summary.satisfaction
    if good + fair + bad:
        lines.append(f"评价：满意 {good}，一般 {fair}，不满意 {bad}。")
    if summary.categories:
        top = "、".join(f"{CATEGORIES[key]} {count}" for key, count in summary.categories[:most])
        lines.append(f"按类别：{top}。")
    return [*lines, "清单上的都在这里了，有不清楚的群里问一声。"]


def _reply(item: Item, many_buildings: bool) -> str:
    where = f"{item.building} " if many_buildings else ""
    state = "超期未办" if item.late else STATES[item.state]
    note = f"：{item.note}" if item.note else ""
    by = f"（{_who_and_when(item)}）" if item.state not in ("resolved", "unsolvable") else ""
    return f"{where}{_name(item)} {state}{note}{by}"


def ledger(summary: Summary) -> str:
    """日收集, for the captain alone."""
    several = len(summary.buildings) > 1
    head = f"【{summary.place} 日收集】{day(summary.until)}　新收 {len(summary.fresh)} 件，在办 {len(summary.open)} 件"
    lines = [f"新：{_at(item, several)}（{STATES[item.state]}）" for item in summary.fresh]
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
    "promoted": ("这几件到期没人确认，已自动列入问题清单：", "办好了回：/办结 编号 怎么办的"),
    "monthly_ask": ("月底要向大家反馈，这几件还没有回复：", "请回：/回复 编号 内容"),
    "resume": ("挂起的这几件，预计的日子到了：", "继续办回 /受理 编号，还要等回 /挂起 编号 日期 原因"),
    "ask_fixed": ("您报的这几件办结三天了，修好了吗？", "好了回：/满意 编号；没好回：/没修好 编号"),
}


def asked(kind: str, items: Sequence[Item]) -> str:
    """A joined question about several requests."""
    head, foot = ASKED[kind]
    rest = [f"等 {len(items)} 件"] if len(items) > 12 else []
    return "\n".join([head, *(f"· {_long(item)}" for item in items[:12]), *rest, foot])


def _long(item: Item) -> str:
    by = f"，{day(item.due)}到期" if item.due else ""
    return f"{item.building} {_name(item)}（{HOLDERS[item.holder]}{by}）"
