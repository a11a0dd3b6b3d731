"""Plain talk -> a request, a follow-up, an answer, or silence."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import timedelta

from bot import attach, words
from bot.hearing import Hearing
from nlp import Place as Where
from nlp import Reading, Said
from schedules.calendar import due
from store import answers, people, places, requests
from store.moves import Act, move
from store.tables import Place, Request, Supporter

STAFF = frozenset({"captain", "deputy", "grid_leader", "clerk", "property", "owners", "street"})
"""Their talk in a group is an answer far more often than a request."""
STAFF_SPEAK_FROM = 0.95
FIRST_HEARERS = frozenset({"captain", "deputy"})
ALARMED = frozenset({"captain", "deputy", "clerk", "property"})
SAME_FROM = 0.5
SAME_WITHIN = timedelta(days=14)
LONGEST_KEPT = 2_000
LONGEST_QUESTION = 40
ASKS = re.compile("[?？]|[吗么]|几[点号]|多少|哪|怎|什么|请问|谁[知有]|有没有|when|where|what", re.IGNORECASE)
"""A ready answer is for who asks: "物业电话打不通" holds the same words as "物业电话多少"."""

Step = Callable[[Hearing], Awaitable[bool]]


async def take_in(hearing: Hearing) -> None:
    """Hear one plain message to its end: the first step that knows what it is takes it."""
    if hearing.person is not None and hearing.person.deaf:
        return
    if hearing.message.image and not hearing.message.text:
        await attach.photo(hearing)
        return
    hearing.reading = hearing.means.reader.read(hearing.message.text)
    for step in STEPS:
        if await step(hearing):
            break
    if hearing.message.image and hearing.request is not None:
        await requests.want_photo(hearing.db, hearing.request, hearing.message.id, hearing.now)


def outcome(hearing: Hearing) -> str:
    """speak, ask or silent, by the thresholds of the config; of staff only what is certain."""
    reading, settings = hearing.reading, hearing.means.config.reading
    if reading is None or reading.route == "chat":
        return (
            "ask"
            if reading is not None and reading.certainty >= settings.ask_from and not _staff(hearing)
            else "silent"
        )
    if reading.urgent:
        return "speak"
    if _staff(hearing):
        return "speak" if reading.certainty >= STAFF_SPEAK_FROM and hearing.room is None else "silent"
    if reading.certainty >= settings.speak_from:
        return "speak"
    return "ask" if reading.certainty >= settings.ask_from else "silent"


def _staff(hearing: Hearing) -> bool:
    return bool(hearing.roles & STAFF)


async def _repeat(hearing: Hearing) -> bool:
    """The same trouble, said again: by the same person a follow-up, by a neighbour one more household."""
    reading = hearing.reading
    if reading is None or outcome(hearing) == "silent":
        return False
    building = await filed_at(hearing, reading)
    known = await _same_as(hearing, building, reading) if building else None
    if known is None:
        return False
    speaker = await hearing.speaker()
    if known.reporter_id == speaker.id:
        await attach.follow(hearing, known)
    else:
        await _join(hearing, known, reading)
    return True


async def _join(hearing: Hearing, known: Request, reading: Reading) -> None:
    speaker = await hearing.speaker()
    attach.learn_household(speaker, reading.place, hearing.message.name)
    text = hearing.message.text[:LONGEST_KEPT]
    supporter = Supporter(
        household=requests.household(speaker),
        person_id=speaker.id,
        message_id=hearing.message.id,
        text=text,
        at=hearing.now,
    )
    new = await requests.support(hearing.db, known, supporter)
    hearing.did, hearing.request = "same", known
    if new and not known.private:
        count = (await requests.supporters(hearing.db, [known]))[known.id] + 1
        await hearing.say(words.joined(known, count), "ack", known)


async def _same_as(hearing: Hearing, building: Place, reading: Reading) -> Request | None:
    new = Said(hearing.message.text, reading.category, reading.place)
    best, best_score = None, SAME_FROM
    for known in await requests.active(hearing.db, [building]):
        if known.created < hearing.now - SAME_WITHIN or not known.text:
            continue
        score = hearing.means.reader.same(Said(known.text, known.category, Where(**known.where)), new)
        if score >= best_score:
            best, best_score = known, score
    return best


async def _ready_answer(hearing: Hearing) -> bool:
    """A question with a ready answer: answered on the spot, a quick fix done."""
    reading, text = hearing.reading, hearing.message.text
    if (
        reading is None
        or reading.danger
        or _staff(hearing)
        or len(text) > LONGEST_QUESTION
        or not ASKS.search(text)
    ):
        return False
    building = await filed_at(hearing, reading)
    if building is None:
        return False
    for answer in await answers.answers(hearing.db, building):
        if hearing.means.reader.covers(answer.question, text):
            asked = replace(reading, route="quick", category="enquiry")
            request = await _open(hearing, asked, building, "open")
            act = Act(people.CLOCK, hearing.now, hearing.message.id)
            move(hearing.db, request, "done", act, outcome=answer.answer, answered_at=hearing.now)
            hearing.did = "answer"
            hearing.official.append(answer.answer)
            await hearing.answer(words.answered(request, answer.answer), kind="ack")
            return True
    return False


async def _new(hearing: Hearing) -> bool:
    """A request of its own: acknowledged, or while unsure, put before the captain."""
    reading, heard = hearing.reading, outcome(hearing)
    if reading is None or heard == "silent":
        return False
    building = await filed_at(hearing, reading)
    if building is None:
        return await _ask_where(hearing, heard)
    if heard == "ask" and await attach.spoken_on(hearing):
        return True
    request = await _open(hearing, reading, building, "open" if heard == "speak" else "unsure")
    if heard == "speak":
        await _acknowledge(hearing, request)
    elif hearing.room is None:
        # Who speaks to us alone is not left without a word.
        await hearing.answer(words.asking_the_captain(), kind="ack")
    return True


async def _ask_where(hearing: Hearing, heard: str) -> bool:
    if heard == "speak" and hearing.room is None:
        await hearing.answer(words.which_building())
        return True
    return False


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


async def _open(hearing: Hearing, reading: Reading, building: Place, state: str) -> Request:
    speaker = await hearing.speaker()
    attach.learn_household(speaker, reading.place, hearing.message.name)
    request = draft(hearing, reading)
    request.state, request.reporter_id = state, speaker.id
    act = Act(requests.acting(speaker, request, frozenset()), hearing.now, hearing.message.id)
    hearing.request = await requests.open_request(hearing.db, request, building, act)
    hearing.did = "open" if state == "open" else "ask"
    await attach.earlier_photos(hearing, request)
    return request


def draft(hearing: Hearing, reading: Reading) -> Request:
    """A request out of a reading, without number, building or reporter yet."""
    route = reading.route if reading.route != "chat" else "quick"
    return Request(
        route=route,
        category=reading.category or "other",
        danger=reading.danger,
        private=reading.private,
        english=reading.english,
        gist=reading.gist,
        text=hearing.message.text[:LONGEST_KEPT],
        where=asdict(reading.place),
        why=list(reading.why),
        channel="group" if hearing.room else "private",
        room_id=hearing.room.id if hearing.room else None,
        message_id=hearing.message.id,
        created=hearing.message.at,
        due=due(hearing.message.at, route, "captain", hearing.means.rules),
    )


async def _acknowledge(hearing: Hearing, request: Request) -> None:
    if request.danger:
        await _alarm(hearing, request)
        return
    if request.private:
        await hearing.tell_all(FIRST_HEARERS, request, words.private_matter(request))
    if request.category == "fraud":
        await hearing.answer(words.fraud_warning(request), kind="ack")
        return
    captains = await people.holders(hearing.db, request.building, FIRST_HEARERS)
    text = words.acknowledged(request, captains[0].name if captains else "", hearing.promise(request))
    await hearing.answer(text, kind="ack")


async def _alarm(hearing: Hearing, request: Request) -> None:
    settings = hearing.means.config.urgent
    call = getattr(settings, request.danger, "") or "110"
    hearing.official.append(settings.property_desk)
    await hearing.answer(words.urgent(request, call, settings.property_desk), kind="urgent")
    await hearing.tell_all(ALARMED, request, words.urgent_privately(request), "urgent")


STEPS: tuple[Step, ...] = (
    attach.quoted,
    attach.support,
    attach.settled,
    attach.more,
    _ready_answer,
    _repeat,
    _new,
    attach.spoken_on,
    attach.answered_by_staff,
)
"""In order: what hangs on something said before, then what stands on its own."""
