"""Plain talk -> a request, a follow-up, an answer, or silence."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace

from bot import about, attach, words
from bot.acknowledge import acknowledge, outcome, staff
from bot.attach import LONGEST_KEPT
from bot.bearing import filed_at
from bot.hearing import Hearing
from nlp import Reading
from schedules.calendar import due
from store import answers, people, requests
from store.moves import Act, move
from store.tables import Place, Request

LONGEST_QUESTION = 40
ASKS = re.compile("[?？]|[吗么]|几[点号]|多少|哪|怎|什么|请问|谁[知有]|有没有|when|where|what", re.IGNORECASE)
"""A ready answer is for who asks: "物业电话打不通" holds the same words as "物业电话多少"."""

Step = Callable[[Hearing], Awaitable[bool]]


async def take_in(hearing: Hearing, steps: Sequence[Step]) -> None:
    """Hear one plain message to its end: the first step that knows what it is takes it."""
    if hearing.person is not None and hearing.person.deaf:
        return
    if hearing.message.image and not hearing.message.text:
        await attach.photo(hearing)
        return
    hearing.reading = hearing.means.reader.read(hearing.message.text)
    for step in steps:
        if await step(hearing):
            break
    if hearing.message.image and hearing.request is not None:
        await attach.picture(hearing, hearing.request, hearing.message.id, hearing.now)


async def _ready_answer(hearing: Hearing) -> bool:
    """A question with a ready answer: answered on the spot, a quick fix done."""
    reading, text = hearing.reading, hearing.message.text
    if (
        reading is None
        or reading.danger
        or staff(hearing)
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
            request = await open_new(hearing, asked, building, "open")
            act = Act(people.CLOCK, hearing.now, hearing.message.id)
            move(hearing.db, request, "done", act, outcome=answer.answer, answered_at=hearing.now)
            hearing.did = "answer"
            hearing.official.append(answer.answer)
            await hearing.answer(words.answered(request, answer.answer))
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
    request = await open_new(hearing, reading, building, "open" if heard == "speak" else "unsure")
    if heard == "speak":
        await acknowledge(hearing, request)
    elif hearing.room is None:
        # Who speaks to us alone is not left without a word.
        await hearing.answer(words.asking_the_captain(), kind="ack")
    return True


async def _ask_where(hearing: Hearing, heard: str) -> bool:
    if heard == "speak" and hearing.room is None:
        await hearing.answer(words.which_building())
        return True
    return False


async def open_new(hearing: Hearing, reading: Reading, building: Place, state: str) -> Request:
    """A request out of what was just said, in state `open` or `unsure`; nothing is said yet."""
    speaker = await hearing.speaker()
    request = draft(hearing, reading, hearing.message.text)
    request.state, request.reporter, request.reporter_id = state, speaker, speaker.id
    act = Act(requests.acting(speaker, request, frozenset()), hearing.now, hearing.message.id)
    hearing.request = await requests.open_request(hearing.db, request, building, act)
    hearing.did = "open" if state == "open" else "ask"
    await attach.earlier_photos(hearing, request)
    return request


def draft(hearing: Hearing, reading: Reading, said: str) -> Request:
    """A request out of a reading, without number, building or reporter yet."""
    if reading.route == "chat":
        # Somebody says, or will be asked, that it is one after all: of what kind, its words may still tell.
        reading = replace(hearing.means.reader.read(said, assume=True), danger="")
    return Request(
        route=reading.route,
        category=reading.category,
        danger=reading.danger,
        private=reading.private,
        english=reading.english,
        gist=reading.gist,
        text=said[:LONGEST_KEPT],
        where=asdict(reading.place),
        why=list(reading.why),
        channel="group" if hearing.room else "private",
        room_id=hearing.room.id if hearing.room else None,
        message_id=hearing.message.id,
        created=hearing.message.at,
        due=due(hearing.message.at, reading.route, "captain", hearing.means.rules),
    )


STEPS: tuple[Step, ...] = (
    about.quoted,
    _ready_answer,
    about.chosen,
    _new,
    about.answered_by_team,
)
"""In order: what hangs on something said before, then what stands on its own."""
