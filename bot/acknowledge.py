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
ALARM_FROM = 0.3
"""A false alarm costs a glance, a missed one may cost a life: below even odds."""
FIRST_HEARERS = frozenset({"captain", "deputy"})
ALARMED = frozenset({"captain", "deputy", "clerk", "property"})

Outcome = Literal["speak", "ask", "silent"]


def outcome(hearing: Hearing) -> Outcome:
    """speak, ask or silent, by the thresholds of the config."""
    reading, settings = hearing.reading, hearing.means.config.reading
    if reading is None or phrases.CALLS.fullmatch(hearing.message.text):
        return "silent"
    if reading.turn == "support" and reading.route == "chat":
        return "silent"
    asks = reading.certainty if hearing.room is None or hearing.asks is None else hearing.asks
    if asks >= (ALARM_FROM if reading.urgent else settings.speak_from):
        return "speak"
    # What is a request by its words alone is never lost, however much the talk around it says otherwise.
    lost = reading.route != "chat" and not staff(hearing) and reading.turn not in OF_TALK
    return "ask" if asks >= settings.ask_from or lost else "silent"


def staff(hearing: Hearing) -> bool:
    """Whether the speaker answers here for the committee, the property company or the building."""
    return bool(hearing.roles & STAFF)


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
