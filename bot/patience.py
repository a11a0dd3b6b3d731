"""How much of one person is heard and answered: a flood, two bots in one group and guessed codes find an end."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.chat import Message
from bot.config import Pace
from bot.outgoing import Kind

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PEOPLE = 1_000
"""So many are remembered at once; who was silent longest goes first."""
TEAM = 6
"""Who works with the bot is answered so many times as often."""
ALARMS = 5
GUESSES, WRONG_GUESSES = 5, 50
EVERYBODY = ""


@dataclass(slots=True)
class _Taken:
    """When somebody spoke in the last span, in seconds and eight bytes each, and his last message."""

    times: array[float] = field(default_factory=lambda: array("d"))
    last: str = ""


class Bound:
    """At most `most` messages in any span of `within`, for each person by himself."""

    def __init__(self, most: int, within: timedelta) -> None:
        self.most, self.within = most, within.total_seconds()
        self._taken: OrderedDict[str, _Taken] = OrderedDict()

    def spent(self, who: str, message: Message) -> bool:
        """Whether he has had all of it; a message that was counted is not counted again when it is tried again."""
        taken = self._taken.get(who)
        if taken is None or len(taken.times) < self.most or taken.last == message.id:
            return False
        return message.at.timestamp() - taken.times[0] < self.within

    def take(self, who: str, message: Message) -> None:
        taken = self._taken.setdefault(who, _Taken())
        if taken.last != message.id:
            now = message.at.timestamp()
            del taken.times[: bisect_right(taken.times, now - self.within)]
            taken.times.append(now)
            del taken.times[: -self.most]
            taken.last = message.id
        self._taken.move_to_end(who)
        if len(self._taken) > PEOPLE:
            self._taken.popitem(last=False)


class Patience:
    """The bounds of one account, in memory. They count by when people spoke: no downtime makes a flood."""

    def __init__(self, settings: Pace | None = None) -> None:
        pace = settings or Pace()
        self._heard = (Bound(pace.heard_per_minute, MINUTE), Bound(pace.heard_per_minute * 10, HOUR))
        self._answered = (Bound(pace.per_person, 10 * MINUTE), Bound(pace.per_person * 4, DAY))
        self._team = (Bound(pace.per_person * TEAM, 10 * MINUTE),)
        self._alarmed = (Bound(ALARMS, 10 * MINUTE),)
        self._guesses, self._wrong = (Bound(GUESSES, HOUR),), (Bound(WRONG_GUESSES, HOUR),)

    def hears(self, message: Message) -> bool:
        """Whether the message is taken in: nobody types sixty in a minute."""
        return _may(self._heard, message.sender, message)

    def answers(self, message: Message, kind: Kind, *, team: bool) -> bool:
        """Whether anything may be said for it; a bot that gets no answer has nothing to answer, too."""
        bounds = self._alarmed if kind == "urgent" else self._team if team else self._answered
        return _may(bounds, message.sender, message)

    def may_guess(self, message: Message) -> bool:
        """Whether its sender may try one more code, right or wrong, and all together have not erred too often."""
        return not _spent(self._wrong, EVERYBODY, message) and _may(self._guesses, message.sender, message)

    def guessed_wrong(self, message: Message) -> None:
        for bound in self._wrong:
            bound.take(EVERYBODY, message)


def _spent(bounds: Sequence[Bound], who: str, message: Message) -> bool:
    return any(bound.spent(who, message) for bound in bounds)


def _may(bounds: Sequence[Bound], who: str, message: Message) -> bool:
    if _spent(bounds, who, message):
        return False
    for bound in bounds:
        bound.take(who, message)
    return True
