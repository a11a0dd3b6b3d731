"""What the bot says by itself: acknowledgements, alarms, ends, notices. Short and warm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.mask import courtesy
from bot.words.terms import BOT, HOLDERS, ROLES
from nlp import CATEGORIES
from store.tables import Request


def title(request: Request) -> str:
    """A request as one names it: "#12 2单元楼道灯"; of private ones nothing is said."""
    return f"#{request.number} {gist(request)}"


def located(text: str, request: Request) -> str:
    """The text with the number named as another building's: "#1" alone is that of whoever reads it."""
    name = request.building.name
    here = re.compile(rf"(?<!{name})#{request.number}(?!\d)( {name})?")
    return here.sub(lambda found: f"{name}#{request.number}{' ' if found[1] else ''}", text, count=1)


def gist(request: Request) -> str:
    if request.private:
        return "一件私事"
    return request.gist or {**CATEGORIES, "other": "一件事"}.get(request.category, "一件事")


def day(moment: date) -> str:
    """11月25日"""
    return f"{moment.month}月{moment.day}日"


def span(since: date, until: date) -> str:
    """11月16日—22日"""
    if since == until:
        return day(since)
    last = f"{until.day}日" if since.month == until.month else day(until)
    return f"{day(since)}—{last}"


def _clock(local: datetime) -> str:
    hour = local.hour if local.hour <= 12 else local.hour - 12
    part = (
        "天上午"
        if local.hour < 12
        else "天中午"
        if local.hour == 12
        else "天下午"
        if local.hour < 18
        else "晚"
    )
    return f"{part}{hour}点" + ("半" if local.minute >= 30 else "")


def when(moment: datetime, now: datetime, zone: ZoneInfo, *, by_date: bool = False) -> str:
    """A time as one says it: 今天下午5点, 明晚8点, 11月25日; `by_date` never by 今 or 明."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    ahead = (local.date() - today).days
    if by_date or ahead not in (0, 1):
        return day(local.date())
    return f"{'明' if ahead else '今'}{_clock(local)}"


def acknowledged(request: Request, captain: str, promise: str) -> str:
    """The one answer to a new request: number, what was understood, who has it, by when."""
    who = courtesy(captain) if captain else "楼组长"
    if request.private:
        return f"收到 #{request.number}，{who}会私下联系您。"
    if request.english:
        return f"收到 {title(request)}。{who}跟进，{promise}前给您回音。\nGot it, #{request.number}: the building captain will answer by {promise_in_english(request)}."
    if request.route == "listed":
        return f"收到 {title(request)}，已列入问题清单。\n{who}跟进，{promise}前给您回音。"
    return f"收到 {title(request)}。{who}跟进，{promise}前给您回音。"


_PROMISED = re.compile(r"(?:，已列入问题清单)?。\s?(?P<who>\S+)跟进，(?P<by>[^，。]+)前给您回音。")


def gathered(texts: Sequence[str]) -> str:
    """Several acknowledgements as one post, a line for each."""
    return "\n".join(
        " ".join(_PROMISED.sub(r"（\g<who>，\g<by>前回音）", text).split("\n")) for text in texts
    )


def promise_in_english(request: Request) -> str:
    due = request.due or request.created + timedelta(days=1)
    return f"{due.astimezone(ZoneInfo('Asia/Shanghai')):%-d %b, %H:%M}"


DANGERS = {
    "trapped": "有人被困：别扒门，按铃别慌，请打 {call}",
    "fire": "着火冒烟：人先离开、走楼梯，请打 {call}",
    "gas": "有煤气味：别开灯别打火，开窗到室外，请打 {call}",
    "electric": "有电危险：离远一点，别碰，请打 {call}",
    "flood": "跑水了：先关总阀、断电，请联系 {call}",
    "falling": "有东西要掉：请绕开，请打 {call}",
    "person": "有人需要救助：请打 {call}，懂急救的邻居请帮一把",
    "violence": "请大家保持距离、先护老人小孩，请打 {call}",
    "intruder": "请关好门、别独自上前，请打 {call}",
    "fraud": "先别转账、别说验证码，请马上打 {call}",
}


def urgent(request: Request, call: str, desk: str) -> str:
    """What goes out at once: what to do, whom to call, and that the captain has been told."""
    advice = DANGERS[request.danger].format(call=call)
    at_desk = f"（物业 {desk}）" if desk else ""
    told = f"【紧急】{advice}{at_desk}。\n已记 #{request.number}，楼组长和值班的都通知了。"
    return f"{told}\n{_urgent_in_english(request, call)}" if request.english else told


def _urgent_in_english(request: Request, call: str) -> str:
    numbers = " or ".join(re.findall(r"\d{3,}", call)) or "the property desk"
    return (
        f"Emergency, #{request.number}: please call {numbers}. The captain and those on duty have been told."
    )


def urgent_privately(request: Request) -> str:
    return f"【紧急】{request.building.name} {title(request)}：{request.text[:200]}\n请马上看一下。回 /受理 {request.number} 表示您在处理。"


def joined(request: Request, households: int) -> str:
    """A neighbour reported the same: he is counted, not repeated."""
    if request.category == "fraud":
        return f"还有邻居也遇到了同样的骗局（#{request.number}，共{households}户）。别信、别转账，拿不准打 96110。"
    return f"和 {title(request)} 是同一件，已记上您家（共{households}户）。"


def fraud_warning(request: Request) -> str:
    return f"提醒大家：凡是要转账、要验证码、要点链接的，先别信，拿不准打 96110。已记 #{request.number}。"


def asking_the_captain() -> str:
    return "记下了，我先请楼组长看一看，再告诉您。"


def which_building() -> str:
    return "请带上楼号再说一次，比如：3号楼2单元的灯不亮了。"


def answered(request: Request, answer: str) -> str:
    return f"{answer}\n（#{request.number} 已答复，没说清的再问一声。）"


def done(request: Request, by: str = "") -> str:
    """The end of a request, as the group hears it."""
    how = f"：{request.outcome}" if request.outcome and not request.private else ""
    thanks = f"谢谢{courtesy(by)}。" if by else ""
    stop = "" if how.endswith(("。", "！", "？")) else "。"
    return f"{title(request)} 办好了{how}{stop}{thanks}"


def done_by_reporter(request: Request) -> str:
    return f"{title(request)} 记为办好了。要是又坏了，回一句“没修好”就行。"


def ended_by_a_word(request: Request, said: str) -> str:
    """To the captain: what somebody's 好了 or 算了 was taken for."""
    taken = "撤回" if request.state == "withdrawn" else "办好"
    return f"{title(request)}：群里说“{said[:40]}”，已记为{taken}。不是这个意思就回：/重开 {request.number}"


def withdrawn(request: Request) -> str:
    return f"好的，{title(request)} 已撤回。"


def reopened(request: Request, captain: str, promise: str) -> str:
    """Still open after all: who has it now, by when."""
    who = HOLDERS[request.holder] if request.holder != "captain" else courtesy(captain or "楼组长")
    return f"{title(request)} 重新打开，还是这个编号。{who}接着办，{promise}前给您回音。"


VERBS_OF_REOPENING = {"notfixed": "没修好", "reopen": "重开"}


def reopened_privately(request: Request, verb: str, promise: str, said: str) -> str:
    """To who had it and to the captain: it goes on, and what was said."""
    number = f"{request.building.name}#{request.number}"
    heard = f"居民说：{' '.join(said[:100].split())}。" if said and not request.private else ""
    return (
        f"【{VERBS_OF_REOPENING[verb]}】{number} {gist(request)} 重新打开，{HOLDERS[request.holder]}接着办，{promise}前要有回音。"
        f"{heard}\n办好了回：/办结 {number} 怎么办的"
    )


def recalled_privately(request: Request) -> str:
    return f"#{request.number} 的原话被本人撤回了，这一件已撤下。"


def private_matter(request: Request) -> str:
    who = f"{courtesy(request.reporter.name)}：" if request.reporter and request.reporter.name else ""
    return f"#{request.number}（{CATEGORIES[request.category]}，只告诉您）{who}{request.text[:300]}\n请私下联系，群里不提。"


def reported_elsewhere(request: Request, room: str) -> str:
    """To the captain who could not hear it: what, who said it where, and how to close it."""
    who = courtesy(request.reporter.name) if request.reporter and request.reporter.name else "有人"
    said = " ".join(request.text[:100].split())
    number = f"{request.building.name}#{request.number}"
    where = f"在{room}里" if room else "私下"
    what = gist(request).removeprefix(request.building.name)
    return f"{number} {what}，{who}{where}说的：{said}。办好了回：/办结 {number} 怎么办的"


def not_fixed_privately(request: Request, said: str) -> str:
    """Somebody else than the reporter says that it still isn't right: the captain decides."""
    return f"{title(request)} 记为办好了，群里又有人说：{said[:100]}\n要接着办就回：/重开 {request.number}"


def photo_refused() -> str:
    return "有一张照片打不开或太大，没有收下，请重发一张。"


def gap(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    return f"抱歉，{since.astimezone(zone):%H:%M}到{until.astimezone(zone):%H:%M}我掉线了，那会儿说的事没听到，请再说一声。"


def greeting(place: str) -> str:
    return f"大家好，我是{BOT}，以后帮{place}记事：有事在群里说一句就行，我来编号、跟进、回音。\n平常聊天我不插嘴、不记录。发 /帮助 看用法。"


KINDS_OF_POST = {
    "ack": "回话",
    "reply": "回话",
    "private": "私下的话",
    "urgent": "紧急通知",
    "digest": "汇总",
    "notice": "通知",
}


def given_up(post_kind: str, to: str) -> str:
    return f"有一条{KINDS_OF_POST[post_kind]}发不到“{to}”，试了多次没成，请看看微信号是否正常。"


def code_for(role: str, place: str, code: str) -> str:
    use = f"在群里发：/绑定 {code}" if role == "room" else f"请本人私聊{BOT}（或在群里）发：/认领 {code}"
    return f"{place} {ROLES[role]}的口令：{code}\n{use}\n48 小时内有效，只能用一次。"
