"""Longer answers: the help, the open list, one request whole, what is kept of a person, the service board."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.mask import courtesy
from bot.words.history import event_line
from bot.words.sentences import day, title
from bot.words.terms import BOT, CHANNELS, HOLDERS, RATINGS, ROLES, ROUTES, STATES
from nlp import CATEGORIES
from store.tables import Event, Person, Request

if TYPE_CHECKING:
    from bot.router import Command

MOST = 20
_HEARD = re.compile("(?<!诉求)「(.+?)」")
"""Words that were heard; whole sentences (句:末句像诉求「…」) are none."""
NONE_SUCH = {"": "没有在办的，清清爽爽。", "全部": "没有在办的，清清爽爽。", "超期": "没有超期的。"}
BOARD = ("captain", "deputy", "volunteer", "grid_leader", "clerk", "property", "owners", "street")
"""Who is named on the 服务牌, the nearest first."""


def help_text(commands: Sequence[Command], *, with_room: bool) -> str:
    """What this speaker may do, one line each; in a group only how to start."""
    if with_room:
        return f"有事在群里说一句就行，我来编号、跟进、回音。查进度：/进度 编号；没修好：/没修好 编号。\n全部命令请私聊{BOT}发 /帮助。"
    lines = [f"{command.usage}　{command.help}" for command in commands]
    return "\n".join(
        [
            "您能用的命令（尖括号里是要写的，方括号里可以不写）：",
            *lines,
            f"引用{BOT}的那条消息，编号可以不写。",
        ]
    )


def mine(requests: Sequence[Request], now: datetime, zone: ZoneInfo) -> str:
    if not requests:
        return "您还没有诉求。有事在群里说一句就行。"
    return "\n".join([f"您的 {len(requests)} 件：", *(_line(one, now, zone) for one in requests[:MOST])])


def status(request: Request, now: datetime, zone: ZoneInfo, *, own: bool) -> str:
    """Where it stands; of a private matter only its reporter hears more."""
    if request.private and not own:
        return f"#{request.number} 由楼组长私下跟进。"
    tail = f"，{request.outcome}" if request.state == "resolved" and request.outcome else ""
    reason = f"（{request.reason}）" if request.state in ("waiting", "unsolvable") and request.reason else ""
    return f"{title(request)}：{STATES[request.state]}{reason}{tail}，{_holder(request)}{_until(request, now, zone)}".rstrip(
        "，"
    )


def _holder(request: Request) -> str:
    return "" if request.ended_at else f"{HOLDERS[request.holder]}跟进"


def _until(request: Request, now: datetime, zone: ZoneInfo) -> str:
    if request.state == "waiting" and request.expected:
        return f"，等到{day(request.expected)}"
    if request.ended_at or request.due is None:
        return ""
    if request.due < now:
        return "，已超期，正在催"
    return f"，{day(request.due.astimezone(zone).date())}前"


def _line(request: Request, now: datetime, zone: ZoneInfo, households: int = 0) -> str:
    of_all = f"/{request.building.households}" if request.building.households else ""
    many = f" {households}{of_all}户" if households > 1 else ""
    urgent = "【急】" if request.danger and not request.ended_at else ""
    return f"{urgent}{title(request)} {STATES[request.state]}{many} {_holder(request)}{_until(request, now, zone)}".rstrip()


def open_list(
    requests: Sequence[Request], counts: Mapping[int, int], filter_: str, now: datetime, zone: ZoneInfo
) -> str:
    """The list as a captain wants it: per building, per category, the longest due first."""
    if not requests:
        return NONE_SUCH.get(filter_, f"“{filter_}”没有在办的。")
    lines = [f"在办 {len(requests)} 件" + (f"（{filter_}）" if filter_ else "") + "："]
    several = len({one.building_id for one in requests}) > 1
    for one in requests[:MOST]:
        where = f"{one.building.name} " if several else ""
        lines.append(f"{where}{_line(one, now, zone, counts.get(one.id, 0) + 1)}")
    if len(requests) > MOST:
        lines.append(f"等 {len(requests)} 件，全部的请发 /导出 或 /清单 类别。")
    return "\n".join(lines)


def whole(
    request: Request, events: Sequence[Event], counts: tuple[int, int], now: datetime, zone: ZoneInfo
) -> str:
    """Everything about one request, for those who work on it."""
    supporters, photos = counts
    reporter = request.reporter.name if request.reporter else "（代记或已抹去）"
    facts = [
        f"{request.building.name} {title(request)}",
        f"{STATES[request.state]} · {ROUTES[request.route]} · {CATEGORIES[request.category]} · {HOLDERS[request.holder]}",
        f"{request.created.astimezone(zone):%-m月%-d日 %H:%M} {reporter}（{CHANNELS[request.channel]}）：{request.text}",
        f"附议 {supporters} 户，照片 {photos} 张{_until(request, now, zone)}",
    ]
    if heard := set(_HEARD.findall(" ".join(request.why))):
        # 来修一下 says 来修 and 修一下 as well.
        longest = [word for word in heard if not any(word in other for other in heard - {word})]
        facts.append(
            "听到的词：" + "、".join(sorted(longest, key=lambda word: (request.text.find(word), word)))
        )
    return "\n".join([*facts, *(event_line(event, zone) for event in events)])


def board(place: str, holders: Mapping[str, Sequence[Person]], desk: str) -> str:
    """服务牌: who looks after us."""
    lines = [f"{place} 服务牌"]
    for role in BOARD:
        if found := holders.get(role):
            lines.append(f"{ROLES[role]}：" + "、".join(courtesy(one.name) for one in found))
    if desk:
        lines.append(f"物业值班：{desk}")
    return "\n".join(lines) if len(lines) > 1 else f"{place} 还没有登记楼组长和志愿者。"


def kept_of(
    person: Person | None, requests: Sequence[Request], photos: Mapping[int, int], zone: ZoneInfo
) -> str:
    """Everything that is kept of a person, in his own words."""
    if person is None:
        return "没有记您的任何信息。"
    roles = "、".join(f"{role.place.name}{ROLES[role.role]}" for role in person.roles) or "无"
    lines = [
        f"称呼：{person.name or '无'}；住处：{person.household.replace('-', '单元') or '没记'}；角色：{roles}"
    ]
    lines += [f"不记录您的发言：{'是' if person.deaf else '否'}"]
    for one in requests:
        shown = f"，照片 {photos.get(one.id, 0)} 张" if photos.get(one.id) else ""
        rated = f"，评价 {RATINGS[one.satisfaction]}" if one.satisfaction else ""
        said = one.text if one.reporter_id == person.id else "（附议或补充）"
        lines.append(
            f"{one.created.astimezone(zone):%Y-%m-%d} {title(one)} {STATES[one.state]}：{said}{shown}{rated}"
        )
    return "\n".join([*lines, "要抹去请发：/删除我的信息"])
