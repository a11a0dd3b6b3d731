"""Whether a reading is answered aloud, and how the one acknowledgement of a request goes out."""

from __future__ import annotations

from typing import Literal

from bot import phrases, words
from bot.hearing import Hearing
from nlp.turn import OF_TALK
from store import people
from store.tables import Request

STAFF = frozenset({"captain", "deputy", "grid_leader", "clerk", "property", "owners", "street"})
"""Their talk in a group is an answer far more often than a request."""
STAFF_SPEAK_FROM = 0.95
ALL_THE_SAME_FROM = 0.9
"""So certain a request is one, though it sounds like one of these."""
FIRST_HEARERS = frozenset({"captain", "deputy"})
ALARMED = frozenset({"captain", "deputy", "clerk", "property"})

Outcome = Literal["speak", "ask", "silent"]


def outcome(hearing: Hearing) -> Outcome:
    """speak, ask or silent, by the thresholds of the config; of staff only what is certain."""
    reading, settings = hearing.reading, hearing.means.config.reading
    if reading is None or phrases.CALLS.fullmatch(hearing.message.text):
        return "silent"
    if reading.turn in OF_TALK and (tells_how_far(hearing) or reading.certainty < ALL_THE_SAME_FROM):
        return "silent"
    asked: Outcome = "ask" if reading.certainty >= settings.ask_from else "silent"
    if reading.route == "chat":
        return "silent" if staff(hearing) else asked
    # "骗子 千万别点" from the committee is the warning itself.
    if reading.urgent and not (staff(hearing) and reading.danger == "fraud"):
        return "speak"
    if staff(hearing):
        return "speak" if reading.certainty >= STAFF_SPEAK_FROM and hearing.room is None else "silent"
    return "speak" if reading.certainty >= settings.speak_from else asked


def staff(hearing: Hearing) -> bool:
    """Whether the speaker answers here for the committee, the property company or the building."""
    return bool(hearing.roles & STAFF)


def tells_how_far(hearing: Hearing) -> bool:
    """Whether the speaker looks after things here: then "灭了" and "总阀关了" are no news of a fire or a flood."""
    return bool(hearing.roles & (STAFF | {"volunteer"}))


async def acknowledge(hearing: Hearing, request: Request) -> None:
    """The number, what was understood, who has it, by when: once, and never more than two lines."""
    if request.danger:
        await alarm(hearing, request)
        return
    if request.private:
        await hearing.tell_all(FIRST_HEARERS, request, words.private_matter(request))
    elif hearing.place is None or hearing.place.id != request.building_id:
        await _tell_who_did_not_hear(hearing, request)
    if request.category == "fraud":
        await hearing.answer(words.fraud_warning(request), kind="ack")
        return
    captain = await people.first_name(hearing.db, request.building, FIRST_HEARERS)
    text = words.acknowledged(request, captain, hearing.promise(request))
    await hearing.answer(text, kind="ack")


async def alarm(hearing: Hearing, request: Request) -> None:
    """At once and in the group: what to do and whom to call; privately: everybody who has to move."""
    settings = hearing.means.config.urgent
    call = getattr(settings, request.danger, "") or "110"
    hearing.official.append(settings.property_desk)
    await hearing.answer(words.urgent(request, call, settings.property_desk), kind="urgent")
    await hearing.tell_all(ALARMED, request, words.urgent_privately(request), "urgent")


async def _tell_who_did_not_hear(hearing: Hearing, request: Request) -> None:
    """The captain of another building, or of who spoke to us alone, can't see what the group sees."""
    where = hearing.room.topic or (hearing.place.name if hearing.place else "") if hearing.room else ""
    team = await people.holders(hearing.db, request.building, FIRST_HEARERS)
    for person in team or await people.holders(hearing.db, request.building, {"clerk"}):
        if person is not hearing.person:
            await hearing.tell(person, words.reported_elsewhere(request, where), request=request)
