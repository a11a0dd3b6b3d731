"""A neighbourhood that talks on whatever dies, and a ledger of its own of what must have come of it."""

from __future__ import annotations

import asyncio
import base64
import io
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from schedules.calendar import Rules, due
from store import Store, people, places, requests
from store.migrate import migrate
from store.moves import Act
from store.tables import Request
from tests.gateway.conftest import Gateway

TROUBLES = (
    "{}单元楼道灯又勿亮了 夜里下楼吓死人",
    "{}单元的门禁坏了 刷卡进不去",
    "{}单元顶楼漏水 天花板都湿了",
)
TALK = ("今朝太阳老好 被子好晒了", "谢谢大家", "今朝夜饭吃馄饨", "哈哈哈", "早上好", "小菜场今天打折")
BEHIND = ("+1", "我家也是", "同问")
ROOMS = 12
WEEKS = 4
TALKS = 0.2
"""Seconds between two messages, on average."""


@dataclass
class Said:
    """What was said to the bot, by the id of the message."""

    requests: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        return {*self.requests, *self.notes, *self.rest}


class Stream:
    """Neighbours and a captain in a dozen groups. Nothing dies while `talking` is held: what is said has reached the gateway."""

    def __init__(self, gateway: Gateway, chance: random.Random, begun: int = 0) -> None:
        self.gateway, self.chance, self.said = gateway, chance, Said()
        self.talking = asyncio.Lock()
        self._nth = begun
        troubles = [
            (room, unit, what) for unit in range(1, 99) for what in TROUBLES for room in range(1, ROOMS + 1)
        ]
        self._troubles = iter(troubles[begun:])
        self._photo = _photo(chance)

    async def run(self) -> None:
        """Talk until cancelled."""
        while True:
            await self.talk()
            await asyncio.sleep(self.chance.expovariate(1 / TALKS))

    async def talk(self) -> None:
        """Say one thing."""
        kinds = {
            self._trouble: 6,
            self._told: 6,
            self._chat: 5,
            self._picture: 2,
            self._stand_behind: 2,
            self._note: 3,
        }
        [kind] = self.chance.choices(list(kinds), list(kinds.values()))
        async with self.talking:
            await kind()

    async def _trouble(self) -> None:
        room, unit, what = next(self._troubles)
        text = what.format(unit)
        self.said.requests[await self._say(text, "wang", room)] = text

    async def _told(self) -> None:
        self._nth += 1
        text = f"第{self._nth}户的水管漏水"
        self.said.requests[await self._say(f"/代记 {text}", "cap", self._room())] = text

    async def _note(self) -> None:
        sent = [told for told in self.gateway.told if told["event"] == "sent"]
        acknowledged = [
            (told["to"], number)
            for told in sent
            for number in re.findall(r"收到 #(\d+) ", str(told.get("text")))
        ]
        if acknowledged:
            self._nth += 1
            text = f"第{self._nth}次去看过"
            to, number = self.chance.choice(acknowledged)
            self.said.notes[await self._say(f"/记 {number} {text}", "cap", int(to.partition("@")[0]))] = text

    async def _chat(self) -> None:
        self.said.rest.append(await self._say(self.chance.choice(TALK), "zhao", self._room()))

    async def _stand_behind(self) -> None:
        self.said.rest.append(await self._say(self.chance.choice(BEHIND), "zhao", self._room()))

    async def _picture(self) -> None:
        id_ = await self.gateway.order("photo", "wang", f"{self._room()}@chatroom", self._photo())
        assert id_
        self.said.rest.append(id_)

    async def _say(self, text: str, who: str, room: int) -> str:
        return await self.gateway.say(text, who, f"{room}@chatroom")

    def _room(self) -> int:
        return self.chance.randint(1, ROOMS)


def _photo(chance: random.Random) -> Callable[[], str]:
    def photo() -> str:
        data = io.BytesIO()
        Image.new("RGB", (8, 8), tuple(chance.randbytes(3))).save(data, "PNG")
        return base64.b64encode(data.getvalue()).decode()

    return photo


# -- what stood there before


async def settle_in(database: Path) -> None:
    """Some buildings, each with its group, and a captain of all."""
    store = Store(f"sqlite+aiosqlite:///{database}")
    await migrate(store, datetime.now(UTC))
    async with store.begin() as db:
        top = await places.community(db, "本社区")
        captain = await people.person(db, "main", "cap", "李楼长")
        for nth in range(1, ROOMS + 1):
            room = await places.room(db, "main", f"{nth}@chatroom")
            room.place, room.bound_at = await places.building(db, f"{nth}号楼", top), datetime.now(UTC)
            await people.grant(db, captain, "captain", room.place)
    await store.close()


async def owe_summaries(database: Path, nth: int) -> None:
    """A group that was bound weeks ago, with an issue that is still open: the bot owes it a summary for each week."""
    store, rules = Store(f"sqlite+aiosqlite:///{database}"), Rules()
    then = datetime.now(UTC) - timedelta(weeks=WEEKS)
    async with store.begin() as db:
        room = await places.room(db, "main", f"{nth}@chatroom")
        building = await places.building(db, f"{nth}号楼", await places.community(db, "本社区"))
        room.place, room.bound_at = building, then
        issue = Request(route="listed", category="power", gist="楼道灯", text="楼道灯坏了", created=then)
        issue.due = due(then, "listed", "captain", rules)
        await requests.open_request(db, issue, building, Act(people.CLOCK, then))
    await store.close()


# -- what came of it


def rows(database: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database, timeout=10)) as db:
        return db.execute(query, values).fetchall()


@dataclass(frozen=True)
class Outcome:
    """What the neighbourhood read, and what the bot holds, against the ledger."""

    requests: int
    lost: list[str]
    doubled: list[str]
    made_up: list[str]
    notes_wrong: list[str]
    photos_lost: int
    posts: int
    digests: int
    said_again: dict[tuple[str, str], int]
    digests_again: dict[tuple[str, str], int]
    not_said: list[tuple[str, str, str, str]]
    """Posts that nobody read: state, kind, to, text."""
    unknown: int
    """Posts that rest for a person, read or not."""
    never_owed: dict[tuple[str, str], int]

    def __str__(self) -> str:
        counts = {name: value if isinstance(value, int) else len(value) for name, value in vars(self).items()}
        return " ".join(f"{name}={count}" for name, count in counts.items())


POSTS = """SELECT state, kind, "to", CASE text WHEN '' THEN json_extract(attachment, '$.card.period') || '.png' ELSE text END
FROM post WHERE id > ? AND state != 'joined'"""
NOTES = "SELECT note, count(*) FROM event WHERE verb = 'note' GROUP BY note"


def outcome(database: Path, said: Said, sent: list[tuple[str, str]], after: int) -> Outcome:
    """`sent` is what the neighbourhood read, `after` the id of the last post before the stream began."""
    stand = Counter(id_ for (id_,) in rows(database, "SELECT message_id FROM request"))
    texts = dict(rows(database, "SELECT message_id, text FROM request"))
    notes = dict(rows(database, NOTES))
    posts = rows(database, POSTS, after)
    owed = Counter((to, text) for _, _, to, text in posts)
    digests = Counter((to, text) for _, kind, to, text in posts if kind == "digest")
    read = Counter(sent)
    again = {what: count - owed[what] for what, count in read.items() if 0 < owed[what] < count}
    return Outcome(
        requests=len(said.requests),
        lost=[text for id_, text in said.requests.items() if texts.get(id_) != text],
        doubled=[text for id_, text in said.requests.items() if stand[id_] > 1],
        made_up=[text for id_, text in texts.items() if id_ in said.rest],
        notes_wrong=[text for text in said.notes.values() if notes.get(text) != 1],
        photos_lost=len(rows(database, "SELECT id FROM photo WHERE state != 'kept'")),
        posts=sum(owed.values()),
        digests=sum(digests.values()),
        said_again=again,
        digests_again={what: count for what, count in again.items() if what in digests},
        not_said=_not_said(posts, read),
        unknown=sum(state == "unknown" for state, *_ in posts),
        never_owed={what: count for what, count in read.items() if what not in owed},
    )


def _not_said(
    posts: list[tuple[Any, ...]], read: Counter[tuple[str, str]]
) -> list[tuple[str, str, str, str]]:
    """Of two that are alike the one that is known as said was."""
    left, missing = read.copy(), []
    for post in sorted(posts, key=lambda post: post[0] != "said"):
        if left[post[2:]] > 0:
            left[post[2:]] -= 1
        else:
            missing.append(post)
    return missing
