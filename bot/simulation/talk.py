"""What is said in a building, day by day: requests, talk, "+1", the same again, photos, old messages, vetoes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from bot.chat import Message
from bot.simulation.cases import Case, House, course
from bot.simulation.ledger import HERE, Digest, here, span, week_of
from bot.simulation.sentences import Sentence
from bot.simulation.world import World

DAY = timedelta(days=1)
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de000"
    "0000c49444154789c633873e60c0004cc0265399a652c0000000049454e44ae426082"
)
TALK, REQUESTS = (1, 5), (0, 0, 0, 1, 1, 2)
"""Lines of talk in a building on one day, at least and at most; requests."""
SUPPORTED, SAID_AGAIN, WITH_PHOTO, AN_OLD_ONE, A_STRANGER, STOPPED = 0.25, 0.08, 0.15, 0.04, 0.03, 0.12
NOT_SO_SOON = 40 * DAY
"""Until a building says the same sentence again."""
OLD = 40
"""Messages of which an old one is drawn that comes again."""


class Talk:
    """Plans each day of one building when it begins."""

    def __init__(self, world: World, house: House, known: Sequence[Sentence], rng: Random) -> None:
        self.world, self.house, self.rng = world, house, rng
        self.requests = [one for one in known if one.request]
        self.talk = [one.text for one in known if one.kind == "talk"]
        self.support = [one.text for one in known if one.kind == "support"]
        self._said: dict[str, datetime] = {}
        self._lately: list[Message] = []

    def day(self, midnight: datetime) -> None:
        """Let everything of one day happen at its time."""
        rng, at = self.rng, self.world.at
        for _ in range(rng.randint(*TALK)):
            at(self._time(midnight, 7.0, 23.0), self._talk)
        for _ in range(rng.choice(REQUESTS)):
            at(self._time(midnight, 0.0 if rng.random() < 0.1 else 6.5, 23.5), self._request)
        if rng.random() < AN_OLD_ONE:
            at(self._time(midnight, 7.0, 22.0), self._old_one)
        if rng.random() < A_STRANGER:
            at(self._time(midnight, 7.5, 21.5), self._stranger)
        local = midnight.astimezone(HERE)
        if local.weekday() == 2 and rng.random() < STOPPED:
            at(self._time(midnight, 9.5, 18.0), self._stop_the_week)
        if local.day == 15 and rng.random() < STOPPED:
            at(self._time(midnight, 9.5, 18.0), self._stop_the_month)

    def _time(self, midnight: datetime, since: float, until: float) -> datetime:
        return midnight + timedelta(hours=self.rng.uniform(since, until))

    async def _talk(self) -> None:
        self._say(self._bystander(), self.rng.choice(self.talk))

    def _bystander(self) -> str:
        """Somebody whose words can't be taken for more, or the end, of something he waits for."""
        waiting = {case.message.sender for case in self.house.open.values()}
        return self.rng.choice([one for one in self.house.residents if one not in waiting])

    async def _request(self) -> None:
        sentence = self._fresh()
        if sentence is None:
            return
        world, rng = self.world, self.rng
        who = self._bystander()
        message = self._say(who, sentence.text, new=sentence)
        case = Case(world, self.house, sentence, message, course(sentence.kind, rng), rng)
        self.house.open[sentence.category] = case
        world.after(rng.uniform(0.2, 4) * 3600, case.go_on)
        if rng.random() < WITH_PHOTO:
            world.after(rng.uniform(5, 100), lambda: self._photo(who))
        if rng.random() < SUPPORTED:
            world.after(rng.uniform(30, 600), self._support)
        elif rng.random() < SAID_AGAIN:
            world.after(rng.uniform(30, 600), lambda: self._again(message, sentence))

    def _fresh(self) -> Sentence | None:
        """One that nothing in the building is like, and that was not said for long."""
        now = self.world.now()
        free = [
            one
            for one in self.requests
            if one.category not in self.house.open
            and now - self._said.get(one.text, now - NOT_SO_SOON) >= NOT_SO_SOON
        ]
        if not free:
            return None
        chosen = self.rng.choice(free)
        self._said[chosen.text] = now
        return chosen

    async def _photo(self, who: str) -> None:
        message = self.world.chat.speak(self.house.room, who, image=PICTURE)
        self.world.ledger.messages += 1
        self.world.ledger.nothing_new(message)

    async def _support(self) -> None:
        self._say(self._bystander(), self.rng.choice(self.support))

    async def _again(self, first: Message, sentence: Sentence) -> None:
        message = self._say(first.sender, sentence.text)
        self.world.ledger.said_again(message, first)

    async def _old_one(self) -> None:
        if self._lately:
            self.world.chat.again(self.rng.choice(self._lately))
            self.world.ledger.messages += 1

    async def _stranger(self) -> None:
        """Somebody without the right to it closes what is not his."""
        case = next(iter(self.house.open.values()), None)
        if case is None or not case.number:
            return
        who = self.rng.choice([one for one in self.house.residents if one != case.message.sender])
        self._say(who, f"/不属 {case.number} 不用办了")
        self.world.ledger.owes(who, "/不属 要由楼组长")

    async def _stop_the_week(self) -> None:
        await self._stop("周汇总", "周")

    async def _stop_the_month(self) -> None:
        await self._stop("月反馈", "月")

    async def _stop(self, kind: Digest, word: str) -> None:
        now, house, ledger = self.world.now(), self.house, self.world.ledger
        if kind == "月反馈":
            first = here(now).replace(day=1)
            period = span(first, (first + 31 * DAY).replace(day=1) - DAY)
        else:
            period = span(week_of(here(now)), week_of(here(now)) + 6 * DAY)
        message = self.world.chat.speak(None, house.captain, f"/停发 {word}")
        ledger.messages += 1
        ledger.nothing_new(message)
        ledger.vetoed(house.room, kind, now)
        ledger.owes(house.captain, f"{house.building} {period}这一期{kind}不发了")

    def _say(self, who: str, text: str, new: Sentence | None = None) -> Message:
        message = self.world.chat.speak(self.house.room, who, text)
        ledger = self.world.ledger
        ledger.messages += 1
        if new:
            ledger.said(message, self.house.building, new)
        else:
            ledger.nothing_new(message)
        self._lately = [*self._lately, message][-OLD:]
        return message


def midnight_before(moment: datetime) -> datetime:
    """When its day began, as people's clocks show it."""
    return datetime.combine(here(moment), time(), HERE)
