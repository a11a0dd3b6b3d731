"""What the bot answers to a command that was done."""

from __future__ import annotations

from bot.mask import courtesy
from bot.words.sentences import day, title
from bot.words.terms import HOLDERS, RATINGS, ROLES, ROUTES, VERBS
from nlp import CATEGORIES
from store.tables import Event, Request

PERIODS = {"weekly": "周汇总", "monthly": "月反馈"}


def taken(request: Request, by: str) -> str:
    return f"{title(request)}，{courtesy(by)}已经在处理了。"


def already_done(request: Request) -> str:
    return f"{title(request)} 之前已记为办好，说明更新了。"


def noted(request: Request) -> str:
    return f"记下了：{title(request)}"


def added(request: Request, promise: str) -> str:
    return f"已代记 {title(request)}（{ROUTES[request.route]}），{promise}前要有回音。"


def urged(request: Request) -> str:
    return f"{title(request)}，已催{HOLDERS[request.holder]}。"


def urged_privately(request: Request) -> str:
    return f"【催办】{request.building.name} {title(request)}，居民在等，请看一下。\n办好了回：/办结 {request.number} 怎么办的"


def rerouted(request: Request, promise: str) -> str:
    to = "列入问题清单" if request.route == "listed" else "改为快办"
    return f"{title(request)} 已{to}，{promise}前给回音。"


def edited(request: Request) -> str:
    return f"{title(request)} 的类别改成“{CATEGORIES[request.category]}”了。"


def handed(request: Request, promise: str, told: int) -> str:
    ask = "" if told else f"\n{HOLDERS[request.holder]}还没有人登记，请您当面转告。"
    return f"{title(request)} 已转交{HOLDERS[request.holder]}，{promise}前给回音。{ask}"


def handed_privately(request: Request, note: str) -> str:
    said = f"\n说明：{note}" if note else ""
    return f"【转交】{request.building.name} {title(request)}：{request.text[:200]}{said}\n收下回：/收 {request.number}；不归您管回：/退 {request.number} 原因"


def accepted(request: Request) -> str:
    return f"{title(request)}，{HOLDERS[request.holder]}已收下。"


def returned(request: Request) -> str:
    return f"{title(request)} 已退回楼组长，原因已转告。"


def returned_privately(request: Request, reason: str) -> str:
    return (
        f"{title(request)} 被退回：{reason}\n可以改交别处（/转交 {request.number} …），或带到三方会议上商量。"
    )


def held(request: Request) -> str:
    until = day(request.expected) if request.expected else ""
    return f"{title(request)} 先等一等：{_ended(request.reason)}预计{until}有进展，到时再提醒。"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(("。", "！", "？", "…")) else f"{sentence}。"


def unsolvable(request: Request) -> str:
    return f"{title(request)}，小区里解决不了：{_ended(request.reason)}会在月反馈里说明，不算办好。"


def merged(request: Request, into: Request, households: int) -> str:
    return f"#{request.number} 已并入 {title(into)}（共{households}户）。并错了发：/拆开 {request.number}"


def unmerged(request: Request) -> str:
    return f"{title(request)} 已拆开，单独办。"


def split_off(request: Request, own: Request) -> str:
    return f"从 #{request.number} 里拆出一件：{title(own)}，单独办。"


def replied(request: Request) -> str:
    return f"记下了，月反馈里 #{request.number} 会这样回复：{request.reply}"


def denied(request: Request) -> str:
    return f"好的，#{request.number} 不算诉求，原话已抹去。"


def undone(pairs: list[tuple[Request, Event]]) -> str:
    request, event = pairs[0]
    return f"已撤销刚才的“{VERBS.get(event.verb, event.verb)}”：{title(request)} 恢复原样。"


def rated(request: Request, rating: str) -> str:
    if rating == "bad":
        return f"#{request.number} 记下了：{RATINGS[rating]}。没修好的话发：/没修好 {request.number}"
    return f"#{request.number} 记下了：{RATINGS[rating]}，谢谢您。"


def answer_kept(question: str, ready: str) -> str:
    return f"记下了，有人问“{question}”就答：{ready}" if ready else f"“{question}”的答案已删掉。"


def muted(hours: int) -> str:
    return f"好的，{hours}小时内我在这个群不出声，紧急的除外；该说的会等到之后。"


def vetoed(period: str, place: str, span: str) -> str:
    return f"{place} {span}这一期{PERIODS[period]}不发了。"


def claimed(role: str, place: str) -> str:
    return f"好的，您现在是{place}的{ROLES[role]}。发 /帮助 看看能做什么。"


def forgotten() -> str:
    return "您的原话、照片、称呼和角色都抹去了。还在办的事会接着办，只是不再写着您。"


def deaf() -> str:
    return "好的，以后您在群里说的我都不记。想恢复时发：/恢复记录"


def listening() -> str:
    return "好的，又开始为您记事了。"
