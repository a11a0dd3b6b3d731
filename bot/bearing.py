"""How a remark bears on what was reported before: who speaks, what is named, what was talked about last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from bot.hearing import Hearing
from bot.memory import RoomMemory
from nlp import Place as Where
from nlp import Reading, Said
from store import requests
from store.moves import ACTIVE
from store.tables import Event, Person, Place, Request, Supporter

JUST_NOW, LATELY = timedelta(minutes=2), timedelta(minutes=10)
NEVER = timedelta(days=1_000)
TALKED_OF = timedelta(days=3)
"""So long a reporter's loose remark may still be about what he reported."""
LONGEST_THREAD = 2_000

Lines = Sequence[tuple[int | None, str]]
"""Who said what, by the id of the person."""

_FLAT = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
# Characters that tell nothing of what a sentence is about.
_HOLLOW = frozenset(
    "的了是我你您侬他她它们伊阿拉咱俺在有没不冇无就都也还又再才刚要去来到上下里面外前后左右边头一二三四五六七八九十两几多少"
    "这那哪谁什么怎吗呢吧啊呀哦嗯额嘛呗咯哒得着过给把被让叫和跟与同说讲看想会能可以很太真好大小点些个只次家户位今天昨明早晚夜现"
    "时候请谢麻烦帮忙人先老已经因为所但而且如果之于从往向对错算号楼层单元室栋幢"
)
# Things of a building that one character names.
_THINGS = frozenset("水灯门锁梯管线树窗墙井池桶杆棚味狗猫")
_FLOOR = re.compile(
    r"(?<![\d一二三四五六七八九十])(\d{1,2}|[一二三四五六七八九]?十?[一二三四五六七八九十])[楼层]"
)
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}


@dataclass(frozen=True, slots=True)
class Thread:
    """A request with what was added to it since: who took part, in which words, from which flats."""

    request: Request
    people: frozenset[int]
    supporters: frozenset[int | None]
    text: str
    flats: frozenset[str]
    floors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bearing:
    """How one remark bears on one thread."""

    request: Request
    own: bool
    """The speaker reported it."""
    takes_part: bool
    """He reported it, stands behind it or added to it."""
    stands_behind: bool
    alike: float
    """The reader's probability that it is the same trouble."""
    shares: int
    """Telling characters, alone or in pairs, that both have."""
    concerned: bool
    """He has no part in it yet, but his flat is named in it."""
    names_flat: bool
    """The remark names a flat of the thread."""
    elsewhere: bool
    """It names another flat, floor or unit than the thread does."""
    ago: timedelta
    """Since the room last talked of it, NEVER if it did not within memory."""
    latest: bool
    """Nothing was talked of since."""
    age: timedelta
    """Since it was reported."""

    @property
    def active(self) -> bool:
        return self.request.state in ACTIVE or self.request.state == "unsure"

    @property
    def akin(self) -> bool:
        """Something in the words themselves says that it is about this."""
        return self.alike >= 0.3 or self.shares > 0 or self.names_flat

    @property
    def fit(self) -> float:
        """For choosing among several; the greater the likelier."""
        score = (
            4 * self.alike
            + 0.7 * min(self.shares, 3)
            + 2 * (self.names_flat or self.concerned)
            - 2 * self.elsewhere
        )
        score += 1.5 * self.own + 0.8 * self.takes_part + 0.5 * self.latest - 0.7 * (not self.active)
        return score + (
            1.5 if self.ago <= JUST_NOW else 1.0 if self.ago <= LATELY else 0.3 * (self.ago < NEVER)
        )


async def bearings(hearing: Hearing, building: Place) -> list[Bearing]:
    """How the message bears on each open or lately ended request of a building, the likeliest first."""
    since = hearing.now - timedelta(days=hearing.means.rules.reopen_days)
    known = [
        one
        for one in await requests.active(hearing.db, [building], ACTIVE | {"unsure", "resolved"})
        if one.text and (one.state != "resolved" or (one.ended_at or one.created) >= since)
    ]
    if not known:
        return []
    found = [_bearing(hearing, thread) for thread in await _threads(hearing, known)]
    return sorted(found, key=lambda one: (-one.fit, -one.request.id))


async def _threads(hearing: Hearing, known: Sequence[Request]) -> list[Thread]:
    ids = [one.id for one in known]
    added = select(Event.request_id, Event.actor_id, Event.note).where(
        Event.request_id.in_(ids), Event.verb == "more"
    )
    joined = select(Supporter.request_id, Supporter.person_id, Supporter.text).where(
        Supporter.request_id.in_(ids)
    )
    said: dict[int, list[tuple[int | None, str]]] = {one.id: [(one.reporter_id, one.text)] for one in known}
    behind: dict[int, set[int | None]] = {one.id: set() for one in known}
    for request_id, person_id, text in await hearing.db.execute(joined):
        said[request_id].append((person_id, text))
        behind[request_id].add(person_id)
    for request_id, person_id, text in await hearing.db.execute(added):
        said[request_id].append((person_id, text))
    who = {person_id for lines in said.values() for person_id, _ in lines if person_id is not None}
    rows = await hearing.db.execute(select(Person.id, Person.household).where(Person.id.in_(who)))
    homes = {id_: household.rpartition("-")[2] for id_, household in rows}
    return [_thread(one, said[one.id], behind[one.id], homes, _room(hearing)) for one in known]


def _thread(
    request: Request, said: Lines, behind: set[int | None], homes: dict[int, str], room: RoomMemory
) -> Thread:
    people = frozenset(person_id for person_id, _ in said if person_id is not None)
    text = "\n".join([*(text for _, text in said), *room.texts(request.id)])[:LONGEST_THREAD]
    flats = {homes[person_id] for person_id in people if homes.get(person_id)} | set(_FLAT.findall(text))
    return Thread(request, people, frozenset(behind), text, frozenset(flats), _floors(text))


def _bearing(hearing: Hearing, thread: Thread) -> Bearing:
    request, reading = thread.request, hearing.reading or Reading()
    person_id = hearing.person.id if hearing.person else None
    text, where = hearing.message.text, Where(**request.where)
    said = Said(request.text, request.category, where)
    named = set(_FLAT.findall(text))
    takes_part = person_id is not None and person_id in thread.people
    ago, latest = _talked_of(hearing, request)
    return Bearing(
        request=request,
        own=person_id is not None and request.reporter_id == person_id,
        takes_part=takes_part,
        stands_behind=person_id is not None and person_id in thread.supporters,
        alike=hearing.means.reader.same(said, Said(text, reading.category, reading.place)),
        shares=len(telling(text) & telling(thread.text)),
        concerned=not takes_part and flat_of(hearing) in thread.flats,
        names_flat=bool(named & thread.flats),
        elsewhere=_elsewhere(thread, reading.place),
        ago=ago,
        latest=latest,
        age=hearing.now - request.created,
    )


def _talked_of(hearing: Hearing, request: Request) -> tuple[timedelta, bool]:
    for later, line in enumerate(_room(hearing).topics()):
        if line.request_id == request.id:
            return hearing.now - line.at, later == 0
    return NEVER, False


def _elsewhere(thread: Thread, new: Where) -> bool:
    known = Where(**thread.request.where)
    floor = new.floor or new.flat[:-2]
    if new.flat and thread.flats:
        return new.flat not in thread.flats and not (not known.flat and floor in thread.floors)
    if floor and thread.floors:
        return floor not in thread.floors
    return bool(new.unit and known.unit and new.unit != known.unit)


def _floors(text: str) -> frozenset[str]:
    return frozenset(_number(found) for found in _FLOOR.findall(text))


def _number(word: str) -> str:
    if word.isdigit():
        return word
    tens, ten, ones = word.rpartition("十")
    return str((_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0))


def telling(text: str) -> set[str]:
    """The things, and the pairs of neighbouring characters, that say what a text is about."""
    flat = unicodedata.normalize("NFKC", text).lower()
    pairs = (flat[at : at + 2] for at in range(len(flat) - 1))
    return (set(flat) & _THINGS) | {pair for pair in pairs if pair.isalpha() and not set(pair) & _HOLLOW}


def flat_of(hearing: Hearing) -> str:
    """The speaker's flat, as kept or as shown in his name; "-" when neither tells."""
    if hearing.person is not None and hearing.person.household:
        return hearing.person.household.rpartition("-")[2]
    found = _FLAT.search(hearing.message.name)
    return found[0] if found else "-"


def first(found: Iterable[Bearing], rule: Callable[[Bearing], bool]) -> Request | None:
    """The likeliest request for which the rule holds."""
    return next((one.request for one in found if rule(one)), None)


def _room(hearing: Hearing) -> RoomMemory:
    return hearing.means.memory.room(hearing.message.room or hearing.message.sender)
