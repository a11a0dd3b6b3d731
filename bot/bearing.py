"""How a remark bears on what was reported before: who speaks, what is named, what was talked about last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import phrases
from bot.hearing import Hearing
from bot.memory import RoomMemory
from nlp import Place as Where
from nlp import Reading, Said
from store import places, talk
from store.moves import ACTIVE
from store.tables import Place, Request

JUST_NOW, LATELY = timedelta(minutes=2), timedelta(minutes=10)
NEVER = timedelta(days=1_000)
TALKED_OF = timedelta(days=3)
"""So long a reporter's loose remark may still be about what he reported."""
LONGEST_THREAD = 2_000

_FLAT = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
# Characters that tell nothing of what a sentence is about.
HOLLOW = frozenset(
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
    people: frozenset[int | None]
    supporters: frozenset[int | None]
    text: str
    flats: frozenset[str]
    floors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bearing:
    """How one remark bears on one thread."""

    request: Request
    text: str
    """What was said of it so far."""
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


async def filed_at(hearing: Hearing, reading: Reading) -> Place | None:
    """The building a request belongs to: the one it names, else the room's, else the speaker's own."""
    if reading.place.building:
        named = await places.find_building(hearing.db, reading.place.building)
        if named is not None:
            return named
    if hearing.place is not None:
        return hearing.place if hearing.place.kind == "building" else None
    own = await hearing.buildings()
    return own[0] if len(own) == 1 else None


async def bearings(hearing: Hearing, building: Place) -> list[Bearing]:
    """How the message bears on each open or lately ended request of a building, the likeliest first."""
    since = hearing.now - timedelta(days=hearing.means.rules.reopen_days)
    known = await talk.lately(hearing.db, building, since)
    if not known:
        return []
    found = await bearings_on(hearing, known)
    return sorted(found, key=lambda one: (-one.fit, -one.request.id))


async def bearings_on(hearing: Hearing, known: Sequence[Request]) -> list[Bearing]:
    """How the message bears on each of these requests."""
    return [_bearing(hearing, thread) for thread in await _threads(hearing, known)]


async def _threads(hearing: Hearing, known: Sequence[Request]) -> list[Thread]:
    said: dict[int, list[talk.Word]] = {one.id: [] for one in known}
    for word in await talk.words(hearing.db, known):
        said[word.request_id].append(word)
    return [_thread(one, said[one.id], _room(hearing).texts(one.id)) for one in known]


def _thread(request: Request, said: Sequence[talk.Word], lately: Sequence[str]) -> Thread:
    reporter = request.reporter
    text = "\n".join([request.text, *(word.text for word in said), *lately])[:LONGEST_THREAD]
    homes = [reporter.household if reporter else "", *(word.household for word in said)]
    return Thread(
        request=request,
        people=frozenset([request.reporter_id, *(word.person_id for word in said)]),
        supporters=frozenset(word.person_id for word in said if word.joined),
        text=text,
        flats=frozenset(home.rpartition("-")[2] for home in homes if home) | set(_FLAT.findall(text)),
        floors=_floors(text),
    )


def _bearing(hearing: Hearing, thread: Thread) -> Bearing:
    request, reading = thread.request, hearing.reading or Reading()
    person_id = hearing.person.id if hearing.person else None
    text, where = hearing.message.text, Where(**request.where)
    said = Said(request.text, request.category, where)
    named = set(_FLAT.findall(text))
    takes_part = person_id is not None and person_id in thread.people
    ago, latest = _talked_of(hearing, request)
    # A lift that stops again after a day is a new matter for a neighbour, not for who has waited since.
    after = timedelta() if takes_part else hearing.now - request.created
    return Bearing(
        request=request,
        text=thread.text,
        own=person_id is not None and request.reporter_id == person_id,
        takes_part=takes_part,
        stands_behind=person_id is not None and person_id in thread.supporters,
        alike=hearing.means.reader.same(said, Said(text, reading.category, reading.place), after),
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
    return (set(flat) & _THINGS) | {pair for pair in pairs if pair.isalpha() and not set(pair) & HOLLOW}


def flat_of(hearing: Hearing) -> str:
    """The speaker's flat, as kept or as shown in his name; "-" when neither tells."""
    if hearing.person is not None and hearing.person.household:
        return hearing.person.household.rpartition("-")[2]
    found = _FLAT.search(hearing.message.name)
    return found[0] if found else "-"


def speaks_to_somebody(hearing: Hearing) -> bool:
    """An answer to a neighbour, which adds nothing unless it names a place."""
    where = hearing.reading.place if hearing.reading else None
    return phrases.TO_SOMEBODY.search(hearing.message.text) is not None and not where


def first(found: Iterable[Bearing], rule: Callable[[Bearing], bool]) -> Request | None:
    """The likeliest request for which the rule holds."""
    return next((one.request for one in found if rule(one)), None)


def _room(hearing: Hearing) -> RoomMemory:
    return hearing.means.memory.room(hearing.message.room or hearing.message.sender)
