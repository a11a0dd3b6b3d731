"""How a remark bears on what was reported before: who speaks, what is named, what was talked about last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import islice

from bot import phrases
from bot.hearing import Hearing
from bot.telling import telling
from bot.thread import FLAT, Thread, flats, threads
from nlp import Place as Where
from nlp import Reading, Said
from store import places, talk
from store.moves import ACTIVE
from store.tables import Place

STANDS = timedelta(hours=12)
LATELY = 8
"""So many lines are what the room talks of now."""
TOLD_FROM = 0.6
"""A trouble so likely is told for certain."""

_PARTS = [part.name for part in fields(Where)]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a message is by itself, whatever it may bear on."""

    said: Said
    person_id: int | None
    home: str
    flats: frozenset[str]
    tells: frozenset[str]
    troubles: Mapping[str, float]
    """The probability of each particular trouble it may tell."""


@dataclass(frozen=True, slots=True)
class Talk:
    """When the room last talked of a request, within memory."""

    ago: timedelta
    since: int
    """So many lines were said after that."""
    latest: bool
    """Of no other request was talked after that."""
    his: bool
    """The speaker himself said it."""
    often: int
    """How many of the room's last lines were about it."""
    offered: bool
    """A group-buy was offered since: a bare "+1" means that."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """How one remark bears on one thread."""

    request: talk.Reported
    text: str
    """What was said of it so far."""
    own: bool
    """The speaker reported it."""
    takes_part: bool
    """He reported it, stands behind it or added to it."""
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
    same_place: bool
    """It names a part, floor or unit that the thread does."""
    same_trouble: bool
    """Both surely tell of one particular trouble."""
    other_trouble: bool
    """Each surely tells of a particular trouble, and they are not the same."""
    shared: Mapping[str, float]
    """The probability that both tell of this trouble, for each."""
    talk: Talk | None
    resumed: timedelta | None
    """Since the speaker's own last words, if they were about this."""
    age: timedelta
    """Since it was reported."""

    @property
    def active(self) -> bool:
        return self.request.state in ACTIVE or self.request.state == "unsure"

    @property
    def akin(self) -> bool:
        """Something in the words themselves says that it is about this."""
        return self.alike >= 0.3 or self.shares > 0 or self.names_flat


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


async def bearings(hearing: Hearing) -> list[Bearing]:
    """How the message bears on each open or lately ended request of the building it would be filed at."""
    building = await filed_at(hearing, hearing.reading) if hearing.reading else None
    if building is None:
        return []
    since = hearing.now - timedelta(days=hearing.means.rules.reopen_days)
    known = await talk.lately(hearing.db, building, since)
    return await bearings_on(hearing, known) if known else []


async def bearings_on(hearing: Hearing, known: Sequence[talk.Reported]) -> list[Bearing]:
    """How the message bears on each of these requests."""
    talks, remark = _talks(hearing), _remark(hearing)
    return [
        _bearing(hearing, remark, thread, talks.get(thread.request.id))
        for thread in await threads(hearing, known)
    ]


def _remark(hearing: Hearing) -> Remark:
    text, reading = hearing.message.text, hearing.reading or Reading()
    return Remark(
        said=Said(text, reading.category, reading.place),
        person_id=hearing.person.id if hearing.person else None,
        home=flat_of(hearing),
        flats=flats(text),
        tells=telling(text),
        troubles=hearing.means.reader.troubles(text),
    )


def _bearing(hearing: Hearing, remark: Remark, thread: Thread, talk: Talk | None) -> Bearing:
    request, where, reader = thread.request, Where(**thread.request.where), hearing.means.reader
    told, known = _certain(remark.troubles), _certain(reader.troubles(thread.text))
    age = hearing.now - request.created
    takes_part = remark.person_id is not None and remark.person_id in thread.people
    # A lift that stops again after a day is a new matter for a neighbour, not for who has waited since.
    after = timedelta() if takes_part else age
    alike = reader.same(Said(request.text, request.category, where), remark.said, after)
    return Bearing(
        request=request,
        text=thread.text,
        own=remark.person_id is not None and request.reporter_id == remark.person_id,
        takes_part=takes_part,
        alike=alike.probability,
        shares=len(remark.tells & telling(thread.text)),
        concerned=not takes_part and remark.home in thread.flats,
        names_flat=bool(remark.flats & thread.flats),
        elsewhere=_elsewhere(thread, where, remark.said.place),
        same_place=_same_place(where, remark.said.place),
        same_trouble=bool(told & known),
        other_trouble=bool(told and known) and not told & known,
        shared=alike.shared,
        talk=talk,
        resumed=_resumed(hearing, request),
        age=age,
    )


def _certain(troubles: Mapping[str, float]) -> set[str]:
    return {name for name, share in troubles.items() if share >= TOLD_FROM}


def _talks(hearing: Hearing) -> dict[int, Talk]:
    """When each request was last talked of in this room."""
    # Where nobody spoke since, what was said last stands there for hours.
    lines = hearing.lately.since(hearing.now - STANDS)
    often = Counter(line.request_id for line in islice(reversed(lines), LATELY))
    found: dict[int, Talk] = {}
    offered = False
    for later, line in enumerate(reversed(lines)):
        if line.request_id is not None and line.request_id not in found:
            his = line.sender == hearing.message.sender
            found[line.request_id] = Talk(
                hearing.now - line.at, later, not found, his, often[line.request_id], offered
            )
        offered = offered or phrases.OFFER.search(line.text) is not None
    return found


def _resumed(hearing: Hearing, request: talk.Reported) -> timedelta | None:
    last = hearing.lately.last_of(hearing.message.sender)
    about = last is not None and last.request_id == request.id and not last.command
    ago = hearing.now - last.at if last is not None else STANDS
    return ago if about and ago < STANDS else None


def _elsewhere(thread: Thread, known: Where, new: Where) -> bool:
    floor = new.floor or new.flat[:-2]
    if new.flat and thread.flats:
        return new.flat not in thread.flats and not (not known.flat and floor in thread.floors)
    if floor and thread.floors:
        return floor not in thread.floors
    return bool(new.unit and known.unit and new.unit != known.unit)


def _same_place(known: Where, new: Where) -> bool:
    pairs = ((getattr(known, part), getattr(new, part)) for part in _PARTS)
    both = [(one, other) for one, other in pairs if one and other]
    return bool(both) and all(one == other for one, other in both)


def flat_of(hearing: Hearing) -> str:
    """The speaker's flat, as kept or as shown in his name; "-" when neither tells."""
    if hearing.person is not None and hearing.person.household:
        return hearing.person.household.rpartition("-")[2]
    found = FLAT.search(hearing.message.name)
    return found[0] if found else "-"


def speaks_to_somebody(hearing: Hearing) -> bool:
    """An answer to a neighbour, which adds nothing unless it names a place."""
    where = hearing.reading.place if hearing.reading else None
    return phrases.TO_SOMEBODY.search(hearing.message.text) is not None and not where
