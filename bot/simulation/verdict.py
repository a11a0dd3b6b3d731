"""The ledger against what the chat delivered and what the store holds at the end: every item compared."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time

from bot.simulation.ledger import (
    HERE,
    Digest,
    Ledger,
    Room,
    Said,
    head,
    here,
    month_after,
    period_end,
    week_of,
)
from bot.simulation.town import CLERK, PROPERTY
from bot.simulator.history import Line

ACKNOWLEDGED = re.compile(r"(?:收到|已记) #(\d+)(?!\d)")
NUMBERED = re.compile(r"#(\d+)(?!\d)")
SAID_AT = time(9)
PRIVATE = "dispute"


@dataclass(frozen=True, slots=True)
class Kept:
    """A request as the store holds it."""

    message: str
    building: str
    number: int
    state: str


@dataclass(slots=True)
class Verdict:
    """How often the bot was found guilty of each; all 0 in a right one."""

    requests_lost: int = 0
    requests_doubled: int = 0
    digests_missing: int = 0
    digests_doubled: int = 0
    replies_owed: int = 0
    vetoed_said: int = 0
    messages: int = 0
    requests: int = 0
    kills: int = 0
    digests: int = 0
    """Summaries and replies of the month that were owed."""
    vetoed: int = 0
    """Those that a captain stopped."""
    replies: int = 0
    """Acknowledgements, answers to commands and private words that were owed."""
    requests_joined: int = 0
    """Requests that were taken for more of another one: a mistake of reading, for `louzu eval` to measure."""
    talk_taken: int = 0
    """Lines of talk that were taken for a request: annoying, but nothing is lost or doubled by it."""
    charges: list[str] = field(default_factory=list)
    """Each in words."""

    @property
    def guilty(self) -> bool:
        return any(list(asdict(self).values())[:6])

    def charge(self, what: str, words: str, times: int = 1) -> None:
        if times > 0:
            setattr(self, what, getattr(self, what) + times)
            self.charges.append(f"{what}: {words}")


def judge(ledger: Ledger, kept: Sequence[Kept], added: Collection[str], end: datetime) -> Verdict:
    """Compare everything; `added` are the messages that the store holds as more of a request."""
    verdict = Verdict(messages=ledger.messages, requests=len(ledger.requests))
    _Court(ledger, kept, added, end, verdict).sit()
    return verdict


class _Court:
    def __init__(
        self, ledger: Ledger, kept: Sequence[Kept], added: Collection[str], end: datetime, verdict: Verdict
    ) -> None:
        self.ledger, self.kept, self.added = ledger, kept, added
        self.end, self.verdict = end, verdict
        self.posts = ledger.chat.posts
        self.about: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
        for to, posts in self.posts.items():
            for post in posts:
                for number in set(map(int, NUMBERED.findall(post.text))):
                    self.about[to, number].append(post)

    def sit(self) -> None:
        self._requests()
        self._replies()
        for room in self.ledger.rooms:
            for kind, since in periods(room.bound, self.end):
                self._digest(room, kind, since)
            self._files(room)
        self._ledgers()

    # -- requests and what is owed for them

    def _requests(self) -> None:
        rows = defaultdict(list)
        for row in self.kept:
            rows[self.ledger.again.get(row.message, row.message)].append(row)
        for message, said in self.ledger.requests.items():
            mine = rows.pop(message, [])
            if not mine and message in self.added:
                self.verdict.requests_joined += 1
            elif not mine:
                self.verdict.charge("requests_lost", self._named(said))
            self.verdict.charge("requests_doubled", self._named(said), len(mine) - 1)
            for row in mine:
                self._acknowledged(said, row)
        for message in rows:
            if message in self.ledger.silent:
                self.verdict.talk_taken += 1
            else:
                self.verdict.charge("requests_doubled", f"nobody said {message}")
        numbers = Counter((row.building, row.number) for row in self.kept)
        for (building, number), times in numbers.items():
            self.verdict.charge("requests_doubled", f"{building}#{number}", times - 1)

    def _acknowledged(self, said: Said, row: Kept) -> None:
        about = self.about[said.room, row.number]
        times = sum(ACKNOWLEDGED.findall(post.text).count(str(row.number)) for post in about)
        self.verdict.replies += 1
        if not times:
            self.verdict.charge("replies_owed", f"收到 #{row.number} {self._named(said)}")
        self.verdict.charge("requests_doubled", f"收到 #{row.number} {self._named(said)}", times - 1)
        captain = next(room.captain for room in self.ledger.rooms if room.id == said.room)
        if said.sentence.kind == "urgent":
            for person in (captain, CLERK, PROPERTY):
                self._privately(person, rf"【紧急】{said.building} #{row.number} ", row.number)
        elif said.sentence.category == PRIVATE:
            self._privately(captain, rf"#{row.number}（", row.number)

    def _privately(self, person: str, pattern: str, number: int) -> None:
        self.verdict.replies += 1
        if not any(re.match(pattern, post.text) for post in self.about[person, number]):
            self.verdict.charge("replies_owed", f"{person}: {pattern}")

    def _replies(self) -> None:
        for (to, pattern), times in self.ledger.owed.items():
            number = NUMBERED.search(pattern)
            posts = self.about[to, int(number[1])] if number else self.posts[to]
            told = sum(re.match(pattern, post.text) is not None for post in posts)
            self.verdict.replies += times
            self.verdict.charge("replies_owed", f"{to}: {pattern}", times - told)

    # -- what is said by the clock

    def _digest(self, room: Room, kind: Digest, since: date) -> None:
        begins = head(room.place, kind, since)
        said = [post for post in self.posts[room.id] if post.text.startswith(begins)]
        due = datetime.combine(period_end(kind, since), SAID_AT, HERE)
        if any((veto.room, veto.kind, veto.since) == (room.id, kind, since) for veto in self.ledger.vetoes):
            self.verdict.vetoed += 1
            self.verdict.charge("vetoed_said", begins, len(said))
            return
        self.verdict.digests += 1
        if not said or said[0].at > self.ledger.deadline(due):
            self.verdict.charge("digests_missing", f"{begins} {said[0].at if said else ''}")
        self.verdict.charge("digests_doubled", begins, len(said) - 1)

    def _files(self, room: Room) -> None:
        """The cards and sheets that go with them."""
        names = Counter(post.file for post in self.posts[room.id] if post.file)
        for name, times in names.items():
            self.verdict.charge("digests_doubled", f"{room.place} {name}", times - 1)

    def _ledgers(self) -> None:
        """日收集 and previews, each once a person and period."""
        for person in {room.captain for room in self.ledger.rooms}:
            heads = Counter(found for post in self.posts[person] if (found := _private_head(post.text)))
            for found, times in heads.items():
                self.verdict.charge("digests_doubled", f"{person} {found}", times - 1)

    def _named(self, said: Said) -> str:
        return f"{said.building} {said.at.astimezone(HERE):%Y-%m-%d %H:%M} {said.sentence.text}"


def _private_head(text: str) -> str:
    found = re.match(r"【\S+ 日收集】\S+?日|（预览）(?:.*\n)*?【\S+ \S+】\S+", text)
    return found[0] if found else ""


def periods(bound: datetime, end: datetime) -> Iterator[tuple[Digest, date]]:
    """Every week and month of which a room bound then is owed a word by the end."""
    week, month = week_of(here(bound)), here(bound).replace(day=1)
    while datetime.combine(period_end("周汇总", week), SAID_AT, HERE) <= end:
        yield "周汇总", week
        week = period_end("周汇总", week)
    while datetime.combine(period_end("月反馈", month), SAID_AT, HERE) <= end:
        yield "月反馈", month
        month = month_after(month)
