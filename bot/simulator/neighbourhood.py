"""The neighbourhood of the demo: two buildings, three rooms, eight people. Pure data, told in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.simulator.chat import SimulatedChat

Role = Literal["resident", "captain", "deputy", "volunteer", "clerk", "property"]

ROLES: dict[Role, str] = {
    "resident": "居民",
    "captain": "楼组长",
    "deputy": "副楼组长",
    "volunteer": "志愿者",
    "clerk": "居委会",
    "property": "物业",
}


@dataclass(frozen=True, slots=True)
class Building:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """A room; `building` is empty for the committee's own."""

    id: str
    topic: str
    building: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the eight. `building` is where he lives or what he looks after; empty means all of them."""

    id: str
    name: str
    role: Role
    building: str
    flat: str
    rooms: tuple[str, ...]
    lines: tuple[str, ...]
    """Lines he might say in a group, for who only wants to try."""
    private: tuple[str, ...] = ("/帮助",)
    """Lines he might say to the bot alone."""

    @property
    def word(self) -> str:
        return ROLES[self.role]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    name: str
    buildings: tuple[Building, ...]
    groups: tuple[Group, ...]
    people: tuple[Neighbour, ...]

    def members(self, group: str) -> tuple[str, ...]:
        return tuple(one.id for one in self.people if group in one.rooms)

    def move_in(self, chat: SimulatedChat) -> None:
        """Make everybody and every room known to the chat."""
        for one in self.people:
            chat.add_person(one.id, one.name)
        for group in self.groups:
            chat.add_room(group.id, group.topic, self.members(group.id))


B3, B5 = "b3", "b5"
G3, G5, WORK = "room-3", "room-5", "room-work"

RESIDENTS = (
    Neighbour(
        "wang",
        "王阿婆",
        "resident",
        B3,
        "2单元501",
        (G3,),
        (
            "3号楼2单元的灯又勿亮了 夜里下楼吓死人",
            "垃圾房味道大得来 几天没冲了",
            "今朝太阳老好 被子好晒了",
            "还是没人来修啊",
            "修好了 谢谢李阿姨",
            "电梯停牢了 我关在里厢 快来人",
        ),
        ("/帮助", "/进度", "有人打电话来讲我医保卡要停 叫我转钞票", "/我的信息"),
    ),
    Neighbour(
        "wu",
        "吴伯伯",
        "resident",
        B5,
        "301",
        (G5,),
        (
            "三楼楼道堆满纸板箱，万一着火不得了",
            "5号楼东门门禁刷不开了",
            "加装电梯的事情有下文了伐",
            "大家早上好🌞",
            "/没修好",
        ),
        ("/帮助", "/进度", "我一个人住，最近腿脚不便，买菜有点难"),
    ),
    Neighbour(
        "kevin",
        "Kevin",
        "resident",
        B5,
        "1203",
        (G5,),
        (
            "The light in the 12th floor corridor is broken",
            "Same here",
            "Water is leaking from the ceiling near the lift",
            "Thanks a lot!",
        ),
        ("/help", "/status", "When is the garbage room open?"),
    ),
)

HELPERS = (
    Neighbour(
        "li",
        "李阿姨",
        "captain",
        B3,
        "1单元201",
        (G3, WORK),
        ("/清单", "/受理", "/办结 灯泡换好了", "/转交 物业", "/列入", "/预览 周", "好的 我去看看"),
        ("/帮助", "/清单", "/清单 超期", "/预览 周", "/预览 月", "/是", "/否", "/撤销"),
    ),
    Neighbour(
        "zhao",
        "赵老师",
        "deputy",
        B5,
        "702",
        (G5, WORK),
        ("/清单", "/受理", "/办结 处理好了", "/转交 物业", "我马上下去看"),
        ("/帮助", "/清单", "/清单 超期", "/撤销"),
    ),
    Neighbour(
        "fang",
        "方圆",
        "volunteer",
        B3,
        "602",
        (G3,),
        (
            "我家也是",
            "+1",
            "顶楼漏水漏到我家天花板了，一下雨就滴",
            "谁家有电钻借用一下",
            "物业电话多少？",
            "/受理",
            "/办结 已经换好",
        ),
        ("/帮助", "/清单", "/代记 202张奶奶说水龙头漏水 上门", "楼上半夜拖桌子，能不能帮忙说说"),
    ),
    Neighbour(
        "jiang",
        "小蒋",
        "clerk",
        "",
        "",
        (G3, G5, WORK),
        ("/清单", "/清单 超期", "/导出", "周三下午两点开三方会议", "/服务牌"),
        ("/帮助", "/清单", "/导出", "/预览 月"),
    ),
    Neighbour(
        "ma",
        "马师傅",
        "property",
        "",
        "",
        (G3, G5, WORK),
        ("/清单", "/收", "/办结 修好了", "/退 不归物业管", "师傅已经在路上了"),
        ("/帮助", "/清单", "/收"),
    ),
)

DEMO = Neighbourhood(
    name="梧桐里",
    buildings=(Building(B3, "3号楼"), Building(B5, "5号楼")),
    groups=(
        Group(G3, "3号楼邻里群", B3),
        Group(G5, "5号楼业主群", B5),
        Group(WORK, "居委工作群"),
    ),
    people=RESIDENTS + HELPERS,
)
