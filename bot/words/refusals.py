"""What a rule that said no says to the person."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.words.sentences import day
from bot.words.terms import COMMAND_OF, HOLDERS, STATES, VERBS
from store.refusal import Refusal

ADDING = frozenset({"edit", "route", "note", "urge", "reply"})
"""Verbs that leave a request where it stands."""

REFUSALS = {
    "no_such_request": "没有 #{number}。发 /进度 看看您的诉求编号。",
    "which_building": "#{number} 在几栋楼都有：{names}。请带上楼号，比如 {example}#{number}。",
    "which_quoted": "引用的那条里有 {quoted}，是哪一件？请带上编号再说，比如：{first}。",
    "not_allowed": "#{number} 这一步要由楼组长或负责的人来做。您可以发 /进度 {number} 看看到哪一步了。",
    "not_allowed_notfixed": "#{number} 由报的人来说。您家也没好的话，在群里直接说一声就行。",
    "not_allowed_rate": "#{number} 由报的人来评价。",
    "not_allowed_withdraw": "#{number} 由报的人或楼组长来撤。",
    "not_with_you": "#{number} 现在由{holder}负责，不用您收或退。",
    "not_allowed_command_team": "/{name} 要由楼组长或负责的人来用。发 /帮助 看看您能用的。",
    "not_allowed_command_holders": "/{name} 要由居委会、物业这些承办的单位来用。发 /帮助 看看您能用的。",
    "illegal_move": "#{number} 现在是“{state}”，不能{verb}。现在可以：{legal}。",
    "bad_code": "口令不对、用过了或过期了。请向给您口令的人要一个新的。",
    "locked_out": "试得太多了，请过一小时再来。",
    "nothing_to_undo": "没有可以撤销的操作。",
    "undo_too_late": "#{number} 之后又有了新变化，撤不回了。发 /看 {number} 看看经过。",
    "nothing_to_unmerge": "#{number} 没有并入别的，也没有并进来的，不用拆。",
    "no_such_place": "没有“{name}”这栋楼。",
    "bad_choice": "“{word}”没看懂，请写其中一个：{choices}。",
    "bad_date": "“{word}”不像日期。可以写 11-25、11月25日、明天、下周三。",
    "bad_month": "“{word}”不像月份。可以写 2026-11 或 11月。",
    "past_date": "{day} 已经过去了，请写一个以后的日期。",
    "bad_hours": "“{word}”不像小时数，请写 1 到 72。",
    "missing_argument": "还差一点，请这样写：{example}\n（用法：{usage}）",
    "unknown_command": "没有 /{word}。{hint}",
    "not_here": "这个命令请在群里用。",
    "not_bound": "这个群还没有绑定楼组，请先发 /绑定 <口令>。",
    "returned_once": "#{number} 已经退过一次，不能再退。先收下，再在三方会议上商量。",
    "too_late_to_reopen": "#{number} 办结超过{days}天了，请重新说一声，会新开一件。",
    "same_request": "一件不能并入它自己。",
    "other_building": "{a} 和 {b} 不在一栋楼，不能并。",
    "bad_answer": "请这样写：/答案 物业电话 = 64128899（等号后面留空就是删掉）",
    "no_database": "{name} 不是楼组的数据库，没有恢复。",
    "broken_database": "{name} 已经损坏，没有恢复；请换一份备份。",
    "newer_database": "{name} 是更新的版本写的，没有恢复；请先升级程序。",
    "database_in_use": "数据库正在用：请先停掉机器人，再来恢复。",
    "which_building_first": "请带上楼号，而且要是您负责的楼，比如：/代记 3号楼2单元的灯不亮了 上门",
}


def refusal(error: Refusal) -> str:
    """What a rule that said no says to the person."""
    facts: dict[str, Any] = dict(error.facts)
    key = f"{error.key}_{facts.get('verb', '')}" if error.key == "not_allowed" else error.key
    if error.key == "illegal_move":
        facts["state"] = STATES[facts["state"]]
        facts["legal"] = _legal(facts["legal"])
        facts["verb"] = VERBS[facts["verb"]]
    if "holder" in facts:
        facts["holder"] = HOLDERS[facts["holder"]]
    if isinstance(facts.get("day"), date):
        facts["day"] = day(facts["day"])
    if error.key == "unknown_command":
        facts["hint"] = f"是不是：{facts['example']}" if facts["example"] else "发 /帮助 看看有哪些。"
    if "names" in facts:
        facts["example"] = facts["names"][0]
        facts["names"] = "、".join(facts["names"])
    if "numbers" in facts:
        facts["quoted"] = "、".join(f"#{number}" for number in facts["numbers"])
        facts["first"] = f"#{facts['numbers'][0]}"
    if "choices" in facts:
        facts["choices"] = "、".join(dict.fromkeys(facts["choices"]))
    return REFUSALS.get(key, REFUSALS[error.key]).format(**facts)


def _legal(verbs: list[str]) -> str:
    """What can be done now, as commands to copy: what moves it on, or else what can be added."""
    moving = [verb for verb in verbs if verb not in ADDING and not (verb == "notfixed" and "reopen" in verbs)]
    return "、".join(f"/{COMMAND_OF[verb]}" for verb in moving or verbs) or "没有您能做的"
