"""What reading a message yields: the shapes that stay while the rules behind them get better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Route = Literal["chat", "quick", "listed"]
"""chat: talk; quick 快办: one person, one day; listed 问题清单: more than one person or one day."""

Outcome = Literal["speak", "ask", "silent"]
"""What the bot may do with it: answer in the group, ask the captain privately, say nothing."""

Turn = Literal["say", "support", "more", "done", "withdraw", "progress"]
"""What the message does to a request that is already being talked about, if there is one.

say: stands on its own; support: "+1", "我家也是"; more: "还没来人", "还是漏", further facts;
done: "修好了 谢谢"; withdraw: "算了 是我家闸没开"; progress: "师傅在路上", said by who deals with it.
"""

Danger = Literal[
    "", "trapped", "fire", "gas", "electric", "flood", "falling", "person", "violence", "intruder", "fraud"
]
"""The kind of emergency, or "" when nothing is at stake now."""

ROUTES: dict[str, str] = {"chat": "闲话", "quick": "快办", "listed": "清单"}

CATEGORIES: dict[str, str] = {
    "elevator": "电梯",
    "water": "给排水",
    "power": "供电照明",
    "gas_heat": "燃气供暖",
    "sanitation": "环境卫生",
    "noise": "噪音扰民",
    "parking": "停车秩序",
    "fire_safety": "消防隐患",
    "security": "门禁治安",
    "fraud": "反诈",
    "repair": "房屋修缮",
    "encroachment": "违建占用",
    "facilities": "公共设施绿化",
    "pets": "宠物",
    "dispute": "邻里纠纷",
    "property": "物业服务",
    "improvement": "公共改造",
    "care": "关爱帮扶",
    "enquiry": "办事咨询",
    "other": "其他",
}
"""Category keys and their names, in the order in which lists show them."""

SPEAK_FROM = 0.6
ASK_FROM = 0.4


@dataclass(frozen=True)
class Place:
    """Where: every part as plain text without its unit word ("3", "2", "5", "501"), "" when not said."""

    building: str = ""
    unit: str = ""
    floor: str = ""
    flat: str = ""
    part: str = ""
    """A shared part in its usual name: 楼道, 电梯, 地下室, 东门, 车棚, 屋顶 …"""

    def __bool__(self) -> bool:
        return bool(self.building or self.unit or self.floor or self.flat or self.part)


@dataclass(frozen=True)
class Reading:
    """One message, read. `certainty` is the probability, 0 to 1, that it is a request at all."""

    route: Route = "chat"
    category: str = ""
    danger: Danger = ""
    certainty: float = 0.0
    place: Place = field(default_factory=Place)
    turn: Turn = "say"
    concern: float = 0.0
    """How much it sounds like anything said about some matter of the house, new or old, as log-odds."""
    leanings: Mapping[Turn, float] = field(default_factory=dict)
    """How much it sounds like each turn, as log-odds."""
    gist: str = ""
    """What it is about in at most ten characters, for the acknowledgement: "2单元楼道灯"."""
    english: bool = False
    private: bool = False
    """A dispute or personal matter: never repeated in the group."""
    because: Callable[[], tuple[str, ...]] = field(default=tuple, compare=False, repr=False)
    """Looks up `why`: of talk, which is most of what is read, nobody asks it."""

    @property
    def why(self) -> tuple[str, ...]:
        """The words and rules that decided, in Chinese."""
        return self.because()

    @property
    def urgent(self) -> bool:
        return bool(self.danger)

    @property
    def outcome(self) -> Outcome:
        if self.route == "chat":
            return "ask" if self.certainty >= ASK_FROM else "silent"
        if self.urgent or self.certainty >= SPEAK_FROM:
            return "speak"
        return "ask" if self.certainty >= ASK_FROM else "silent"


@dataclass(frozen=True, slots=True)
class Said:
    """A request as it was said, for comparing two of them."""

    text: str
    category: str = ""
    place: Place = field(default_factory=Place)
