"""A replayed day against its labels: what was right, how much was said, what was missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.day import Line
from bot.hearing import Did

ATTACHED = ("follow", "same", "support")
KINDS = ("open", *ATTACHED, "done", "withdraw")
NAMES = {
    "silent": "没出声",
    "ask": "私下问楼组长",
    "open": "新诉求",
    "answer": "当场答复",
    "follow": "补充",
    "same": "同一件",
    "support": "附议",
    "done": "办好了",
    "withdraw": "收回",
    "command": "命令",
    "quick": "新诉求（快办）",
    "listed": "新诉求（清单）",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the bot did with one message, which request it was about, and what it said in the group."""

    n: int
    did: Did = "silent"
    request: int | None = None
    route: str = ""
    category: str = ""
    urgent: bool = False
    said: tuple[str, ...] = ()

    @property
    def opened(self) -> bool:
        return self.did in ("open", "ask", "answer")


@dataclass(frozen=True, slots=True)
class Share:
    """So many right of so many."""

    right: int
    of: int

    def __str__(self) -> str:
        return f"{self.right}/{self.of}（{self.right / self.of:.0%}）" if self.of else "没有"

    def figures(self) -> dict[str, float | int | None]:
        return {"right": self.right, "of": self.of, "share": _round(self.right, self.of)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A day, what became of each message, and how many posts the group got in all."""

    lines: Sequence[Line]
    outcomes: Mapping[int, Outcome]
    posts: int
    skipped: int = 0
    """Commands left out, since what they are about was not taken up."""

    @property
    def labelled(self) -> bool:
        return any(line.expect for line in self.lines)

    def right(self, line: Line) -> bool:
        """Whether the bot did with a message what its label asks for."""
        heard = self.outcomes[line.n]
        if line.opens:
            return heard.did in ("open", "answer") and heard.route == line.expect
        opener = self.outcomes.get(line.ref)
        meant = opener is not None and opener.opened and heard.request == opener.request
        if line.expect in ATTACHED:
            return meant and heard.did in ATTACHED
        if line.expect in ("done", "withdraw"):
            return meant and heard.did == line.expect
        return heard.did == line.expect

    def share(self, *expected: str) -> Share:
        """How many of the messages so labelled were taken rightly."""
        lines = [line for line in self.lines if line.expect in expected]
        return Share(sum(map(self.right, lines)), len(lines))

    def shares(self) -> dict[str, Share]:
        """The share right per kind; "attached" are follow, same and support together."""
        openers = self.share("quick", "listed")
        each = {kind: self.share(kind) for kind in (*ATTACHED, "done", "withdraw")}
        return {"open": openers, **each, "attached": self.share(*ATTACHED)}

    @property
    def talk(self) -> list[Line]:
        return [line for line in self.lines if line.expect == "silent"]

    @property
    def spoke_at_talk(self) -> list[Line]:
        """Where it spoke in the group though it should have been silent."""
        return [line for line in self.talk if self.outcomes[line.n].said]

    @property
    def kept_of_talk(self) -> list[Line]:
        """Talk of which a word was kept, since it was taken for something about a request."""
        return [line for line in self.talk if self.outcomes[line.n].did in (*ATTACHED, "done", "withdraw")]

    def totals(self) -> dict[str, Any]:
        """The counts, and against the labels the shares."""
        messages = len(self.lines)
        found = {
            "messages": messages,
            "did": dict(Counter(one.did for one in self.outcomes.values())),
            "posts": self.posts,
            "posts_per_100": round(100 * self.posts / messages, 1),
            "skipped": self.skipped,
        }
        if self.labelled:
            found["right"] = {kind: share.figures() for kind, share in self.shares().items()}
            found["spoke_at_talk"] = len(self.spoke_at_talk)
            found["talk_answered"] = _round(len(self.spoke_at_talk), len(self.talk))
            found["talk_kept"] = _round(len(self.kept_of_talk), len(self.talk))
        return found


def judge(lines: Sequence[Line], outcomes: Mapping[int, Outcome], posts: int, skipped: int = 0) -> Verdict:
    return Verdict(lines, outcomes, posts, skipped)


def report(verdict: Verdict, *, misses: bool) -> list[str]:
    """The verdict in Chinese, line by line."""
    totals = verdict.totals()
    lines = [
        f"消息 {totals['messages']} 条，群里说了 {totals['posts']} 句（每百条 {totals['posts_per_100']} 句）"
    ]
    lines += [
        f"  {NAMES[did]} {count}" for did, count in sorted(totals["did"].items(), key=lambda one: -one[1])
    ]
    if verdict.skipped:
        lines.append(f"有 {verdict.skipped} 条命令说的那件没记下来，跳过了")
    if verdict.labelled:
        lines.append("和标注相比，做对的：")
        names = {**NAMES, "attached": "补充、同一件、附议合计"}
        lines += [f"  {names[kind]} {share}" for kind, share in verdict.shares().items()]
        lines.append(f"  不该出声却出了声 {Share(len(verdict.spoke_at_talk), len(verdict.talk))}")
        lines.append(f"  闲聊被记进了诉求 {Share(len(verdict.kept_of_talk), len(verdict.talk))}")
    return lines + (_misses(verdict) if misses and verdict.labelled else [])


def _misses(verdict: Verdict) -> list[str]:
    wrong = [line for line in verdict.lines if not verdict.right(line)]
    return ["没做对的：" if wrong else "没有做错的。", *(_miss(line, verdict) for line in wrong)]


def _miss(line: Line, verdict: Verdict) -> str:
    heard = verdict.outcomes[line.n]
    about = f" #{heard.request}" if heard.request else ""
    opener = verdict.outcomes.get(line.ref)
    meant = f" #{opener.request}" if opener and opener.request else ""
    said = f"\n      说了：{' / '.join(heard.said)}" if heard.said else ""
    words = line.text.replace("\n", " ")[:60]
    return (
        f"  {line.n} {line.who}：{words}\n"
        f"      该：{NAMES[line.expect]}{meant}，却：{NAMES[heard.did]}{about} {heard.route} {heard.category}{said}"
    )


def _round(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
