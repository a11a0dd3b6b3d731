"""What people do about a request: the captain, the property company and who reported it, one step after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from sqlalchemy import select

from bot.chat import Message
from bot.simulation.sentences import Sentence
from bot.simulation.town import PROPERTY
from bot.simulation.world import World
from store.tables import Request

HOUR = 3600.0
Who = Literal["captain", "property", "reporter"]


@dataclass(frozen=True, slots=True)
class Step:
    """One command: who gives it, whether privately, and how the answer to it begins, `{n}` being the number."""

    who: Who
    said: str
    answer: str
    private: bool = False
    tells: str = ""
    """What the property company hears of it privately."""


STEPS = {
    "take": Step("captain", "/受理 {n}", r"#{n} .*已经在处理了"),
    "done": Step("captain", "/办结 {n} 已经处理好", r"#{n} .*办好了"),
    "undo": Step("captain", "/撤销", r"已撤销刚才的“办结”：#{n} "),
    "list": Step("captain", "/列入 {n}", r"#{n} .*已列入问题清单"),
    "hand": Step("captain", "/转交 {n} 物业", r"#{n} .*已转交物业", tells=r"【转交】{b} #{n} "),
    "accept": Step("property", "/收 {n}", r"#{n} .*物业已收下"),
    "hold": Step("captain", "/挂起 {n} 后天 等配件", r"#{n} .*先等一等"),
    "reply": Step("captain", "/回复 {n} 正在安排施工", r"记下了，月反馈里 #{n} 会这样回复", private=True),
    "mended": Step("property", "/办结 {n} 师傅修好了", r"#{n} .*办好了"),
    "beyond": Step("captain", "/不属 {n} 要等市里统一安排", r"#{n} .*小区里解决不了"),
    "again": Step("reporter", "/没修好 {n}", r"#{n} .*重新打开"),
    "rate": Step("reporter", "/满意 {n}", r"#{n} 记下了"),
    "ask": Step("reporter", "/进度 {n}", r"#{n}", private=True),
}
COURSES: dict[str, tuple[tuple[str, ...], ...]] = {
    "urgent": (("take", "done"), ("take", "hand", "accept", "mended")),
    "quick": (
        ("take", "done"),
        ("done",),
        ("ask", "done", "rate"),
        ("done", "undo", "done"),
        ("take", "done", "again", "done"),
        ("list", "hand", "accept", "mended"),
    ),
    "listed": (
        ("hand", "accept", "mended"),
        ("take", "hand", "accept", "reply", "mended", "rate"),
        ("reply", "hold", "take", "done"),
        ("ask", "reply", "beyond"),
        ("hand", "accept", "mended", "again", "mended"),
    ),
}
"""How requests go, by their kind."""
PACE = {"urgent": 0.5 * HOUR, "quick": 5 * HOUR, "listed": 40 * HOUR}
"""About so long until the next step."""
SOON = 120.0
WAITS, GIVES_UP = 3 * HOUR, timedelta(days=2)
"""Nobody gives the next command before the last one was answered, or he has waited for days."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """An answer: where, how it begins, after how many posts there, and until when anybody waits for it."""

    to: str
    pattern: str
    mark: int
    until: datetime

    def settled(self, world: World) -> bool:
        return world.now() >= self.until or world.ledger.told(self.to, self.pattern, self.mark)


@dataclass(slots=True)
class House:
    """One building on its way through the year: who lives there, what is open, whether its captain waits for a word."""

    building: str
    room: str
    captain: str
    residents: Sequence[str]
    open: dict[str, Case] = field(default_factory=dict)
    """By category."""
    asked: Awaited | None = None
    """The answer that the captain waits for."""
    held_by: Case | None = None
    """He is about to take this step back, and does nothing else before: it takes back the last one."""


@dataclass(slots=True)
class Case:
    """One request, and what is still to be done about it."""

    world: World
    house: House
    sentence: Sentence
    message: Message
    steps: list[str]
    rng: Random
    number: int = 0
    waits_for: Awaited | None = None

    async def go_on(self) -> None:
        """Do the next step, once all that was said before is answered."""
        if not await self._answered():
            self.world.after(WAITS, self.go_on)
            return
        if not self.steps:
            # It is remembered for a week, in which the same again would be taken for this one.
            self.world.after(timedelta(days=9).total_seconds(), self._forget)
            return
        step = STEPS[self.steps[0]]
        if step.who == "captain" and not self._captain_is_free():
            self.world.after(SOON * self.rng.uniform(2, 30), self.go_on)
            return
        self.steps.pop(0)
        self._give(step)
        at_once = self.steps[:1] == ["undo"]
        if step.who == "captain":
            self.house.held_by = self if at_once else None
        self.world.after(SOON if at_once else PACE[self.sentence.kind] * self.rng.uniform(0.5, 2), self.go_on)

    def _captain_is_free(self) -> bool:
        house = self.house
        answered = house.asked is None or house.asked.settled(self.world)
        return answered and house.held_by in (None, self)

    async def _answered(self) -> bool:
        ledger = self.world.ledger
        if not self.number:
            self.number = await number_of(self.world, ledger.alike(self.message))
            acknowledged = rf"(收到|.*已记) #{self.number}(?!\d)"
            return bool(self.number) and ledger.told(self.house.room, acknowledged)
        return self.waits_for is None or self.waits_for.settled(self.world)

    def _give(self, step: Step) -> None:
        world, house = self.world, self.house
        who = {"captain": house.captain, "property": PROPERTY, "reporter": self.message.sender}[step.who]
        to = who if step.private else house.room
        mark = world.ledger.mark(to)
        said = world.chat.speak(None if step.private else house.room, who, step.said.format(n=self.number))
        world.ledger.messages += 1
        world.ledger.nothing_new(said)
        answer = step.answer.format(n=self.number)
        world.ledger.owes(to, answer)
        if step.tells:
            world.ledger.owes(PROPERTY, step.tells.format(n=self.number, b=house.building))
        self.waits_for = Awaited(to, answer, mark, world.now() + GIVES_UP)
        if step.who == "captain":
            house.asked = self.waits_for

    async def _forget(self) -> None:
        self.house.open.pop(self.sentence.category, None)


def course(kind: str, rng: Random) -> list[str]:
    """The steps of one request."""
    return list(rng.choice(COURSES[kind]))


async def number_of(world: World, messages: Sequence[str]) -> int:
    """The number that a request got, by whichever message, as who reads the group sees it; 0 while it has none."""
    async with world.eyes.read() as db:
        return await db.scalar(select(Request.number).where(Request.message_id.in_(messages))) or 0
