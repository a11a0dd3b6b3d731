"""Talk that is no request and still belongs to one: a fact added, an owning up, an answer by the team."""

from __future__ import annotations

from bot import apart, attach, phrases
from bot.about import ANSWERED_WITHIN, ANSWERS, add, known_here
from bot.acknowledge import outcome, staff
from bot.attach import room_of
from bot.bearing import JUST_NOW, LATELY, NEVER, TALKED_OF, Bearing, first, speaks_to_somebody
from bot.hearing import Hearing
from store.moves import ACTIVE
from store.tables import Request


async def remarked(hearing: Hearing) -> bool:
    """Talk that adds a fact: by one who takes part, or by the one whom a request concerns."""
    text = hearing.message.text
    if (
        hearing.reading is None
        or outcome(hearing) == "speak"
        or staff(hearing)
        or phrases.COURTESY.fullmatch(text)
    ):
        return False
    if speaks_to_somebody(hearing) or text.startswith("@"):
        return False
    known = await known_here(hearing)
    fresh = [
        one for one in known if one.ago <= JUST_NOW and not one.takes_part and one.request.state in ACTIVE
    ]
    if fresh and phrases.ALSO.search(text):
        await attach.join(hearing, min(fresh, key=lambda one: one.age).request)
        return True
    concerned = [one for one in known if _concerns(hearing, one)]
    same = first(concerned, lambda one: not (one.takes_part and apart.turned(hearing, one)))
    if same is not None:
        await add(hearing, same)
    elif concerned and hearing.reading.route == "chat":
        apart.doubt(hearing)
    return same is not None


def _concerns(hearing: Hearing, one: Bearing) -> bool:
    text, place = hearing.message.text, hearing.reading.place if hearing.reading else None
    owns_up = phrases.OWNS_UP.search(text) is not None
    if not one.active:
        return one.takes_part and one.akin and phrases.STILL.search(text) is not None
    if one.takes_part:
        talking = one.ago <= LATELY and (bool(place) or (owns_up and one.latest))
        still = one.ago < NEVER and phrases.STILL.search(text) is not None
        return talking or still or (one.age <= TALKED_OF and one.akin and not phrases.THANKS.search(text))
    return (one.concerned and one.ago < NEVER) or (owns_up and one.latest and one.ago <= LATELY)


async def answered_by_team(hearing: Hearing) -> bool:
    """A word from the captain or the property desk after a request is its first answer by a human."""
    if not hearing.roles & ANSWERS:
        return False
    request_id = room_of(hearing).last_request(hearing.now - ANSWERED_WITHIN)
    request = await hearing.db.get(Request, request_id) if request_id is not None else None
    if request is not None and request.reporter_id != (hearing.person and hearing.person.id):
        hearing.about = request.id
        request.answered_at = request.answered_at or hearing.now
    return False
