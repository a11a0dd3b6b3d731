"""What is said in many groups at once: mostly talk, and every fifth time something that is owed an answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

EVERY = 5
"""Of so many messages in a group one is owed an answer."""
COMMAND = "/进度"
# Each is a trouble of one flat: a neighbour's is another, and owed an answer of its own.
TROUBLES = (
    "只有我家没水，邻居都有，麻烦看看",
    "水龙头关不上，一直流",
    "天花板在滴水，楼上漏下来的",
    "空气开关一直跳，家里没电了",
    "马桶堵了，水返上来了",
    "热水器漏水，地上全是水",
    "厨房下水管漏了",
    "窗外空调架晃得厉害，怕要掉",
)
TALK = (
    "大家早上好",
    "今天降温了，多穿点",
    "谢谢邻居",
    "有人一起拼草莓吗，两斤起",
    "孩子们放学了，楼下热闹起来了",
    "昨晚的球赛看了吗",
    "哈哈哈哈",
    "周末有人去爬山吗",
    "我妈做了青团，给对门送了几个",
    "这照片拍得真好看",
    "收到",
    "恭喜恭喜",
    "快递我帮你拿上来了",
    "明天好像要下雨",
    "小宝今天会走路了",
    "早点休息",
)


class Said(NamedTuple):
    """One message in a group; `asked`: it is owed an answer there."""

    room: str
    who: str
    text: str
    asked: bool


def rooms(count: int) -> list[str]:
    """The ids of so many groups, of five digits: three would be taken for a flat in the names of their people."""
    return [f"{nth + 1:05}@chatroom" for nth in range(count)]


def stream(groups: int) -> Iterator[Said]:
    """One message after the other, from group to group, without end."""
    ids = rooms(groups)
    for number in count():
        nth, at = divmod(number, groups)
        room = ids[at]
        # So that not all groups ask at the same time.
        turn, asked = divmod(nth + at, EVERY)
        if asked:
            yield Said(room, f"neighbour-{number % 40}@{room}", TALK[number % len(TALK)], False)
        elif turn % 3 == 0:
            yield Said(room, f"{turn}@{room}", COMMAND, True)
        else:
            flat = f"{2 + turn % 30}0{1 + turn % 4}室"
            yield Said(room, f"{turn}@{room}", flat + TROUBLES[turn % len(TROUBLES)], True)
