"""Tells which request plain talk is about, if any: the steps before something counts as new."""

from __future__ import annotations

from datetime import timedelta

from bot import apart, attach, phrases
from bot.acknowledge import outcome, staff
from bot.attach import room_of
from bot.bearing import (
    JUST_NOW,
    LATELY,
    TALKED_OF,
    Bearing,
    bearings,
    bearings_on,
    filed_at,
    first,
    speaks_to_somebody,
)
from bot.hearing import Hearing
from bot.quoting import quoted_in_talk
from nlp import Reading
from store.moves import ACTIVE, HOLDERS, TEAM
from store.tables import Request

SPOKEN_ON_WITHIN = timedelta(seconds=100)
"""The next lines of the same person are still about the same thing."""
ANSWERED_WITHIN = timedelta(minutes=15)
"""So long after a request the team's "好了" needs no name for what it means."""
SAME_FROM = 0.6
LIKELY = 0.4
"""With an "也", or just after it."""
SAME_WITHIN = timedelta(days=14)
ANSWERS = TEAM | HOLDERS
"""Whose word in a group is an answer by a human."""
OF_MANY_KINDS = frozenset({"enquiry", "other", "property", "care", "fraud", "facilities", "improvement"})
"""Categories in which two requests have little in common."""


async def quoted(hearing: Hearing) -> bool:
    """A message that quotes a request, or the bot's word about it, is about that request."""
    if hearing.message.quoted is None or hearing.reading is None:
        return False
    request = await quoted_in_talk(hearing)
    if request is None:
        return False
    turn = hearing.reading.turn
    if turn == "support":
        await attach.back(hearing, request)
    elif turn in ("done", "withdraw"):
        await attach.settle(hearing, request, turn)
    elif request.state == "resolved" and not _not_fixed(hearing):
        attach.note(hearing, request)
    else:
        await add(hearing, request)
    return True


def _not_fixed(hearing: Hearing) -> bool:
    """Who quotes a thing that is done most often says thanks; only who says otherwise opens it again."""
    reading, text = hearing.reading, hearing.message.text
    if phrases.NOT_FIXED.search(text):
        return True
    request = reading is not None and (reading.route != "chat" or reading.turn == "more")
    return request and not phrases.THANKS.search(text)


async def settled(hearing: Hearing) -> bool:
    """ "修好了 谢谢", "算了": the end of a request, said by somebody who may know."""
    turn = hearing.reading.turn if hearing.reading else "say"
    # "门禁刷不开了" must never close anything: what reads as a request is none.
    if turn not in ("done", "withdraw") or (outcome(hearing) != "silent" and not hearing.roles & ANSWERS):
        return False
    known = await known_here(hearing)
    ended = next((one for one in known if _ends(hearing, one, turn)), None)
    if ended is not None:
        await attach.settle(hearing, ended.request, turn)
        if not ended.akin:
            # "今天天气好了" names nothing: the captain has to see an end that was perhaps not meant.
            await attach.tell_of_end(hearing, ended.request)
        return True
    request = first(known, lambda one: one.takes_part and (one.akin or one.ago <= ANSWERED_WITHIN))
    if request is not None and request.state == "resolved":
        attach.note(hearing, request)
    elif request is not None:
        await attach.follow(hearing, request)
    return request is not None


def _ends(hearing: Hearing, one: Bearing, turn: str) -> bool:
    if turn == "withdraw":
        return one.own and one.active and (one.ago <= ANSWERED_WITHIN or one.akin)
    if one.own:
        return one.active and (one.akin or min(one.age, one.ago) <= timedelta(days=1))
    if hearing.roles & ANSWERS and one.active:
        plain = phrases.FOR_CERTAIN.search(hearing.message.text) is not None
        if not plain and phrases.HALF.search(hearing.message.text):
            return False
        return one.akin or (one.latest and one.ago <= ANSWERED_WITHIN and not one.elsewhere)
    return one.stands_behind and (one.akin or one.ago <= ANSWERED_WITHIN)


async def spoken_on(hearing: Hearing) -> bool:
    """The reporter goes on speaking: it belongs to what he just said, unless he turns to something else."""
    text, sender = hearing.message.text, hearing.message.sender
    if hearing.reading is None or staff(hearing) or text.startswith("@") or phrases.COURTESY.fullmatch(text):
        return False
    lines = room_of(hearing).since(hearing.now - SPOKEN_ON_WITHIN)
    last = room_of(hearing).last_of(sender, hearing.now - SPOKEN_ON_WITHIN)
    if last is None or last.request_id is None or last.command:
        return False
    if lines[-1].sender != sender and speaks_to_somebody(hearing):
        return False
    request = await hearing.db.get_one(Request, last.request_id)
    if request.state not in ACTIVE and request.state != "unsure":
        return False
    if apart.turned(hearing, (await bearings_on(hearing, [request]))[0]):
        if hearing.reading.route == "chat":
            apart.doubt(hearing)
        return False
    await add(hearing, request)
    return True


async def more(hearing: Hearing) -> bool:
    """ "还没来人", "还是漏": somebody behind a request adds to it, or says that it is not fixed."""
    if hearing.reading is None or hearing.reading.turn != "more" or staff(hearing):
        return False
    known = await known_here(hearing)
    request = first(known, lambda one: _goes_on(one) and not apart.turned(hearing, one))
    if request is None:
        return False
    await add(hearing, request)
    return True


def _goes_on(one: Bearing) -> bool:
    if one.own:
        return one.akin or min(one.age, one.ago) <= TALKED_OF
    return one.takes_part and (one.akin or one.ago <= ANSWERED_WITHIN)


async def repeated(hearing: Hearing) -> bool:
    """The same trouble, said again: by one who takes part a follow-up, by a neighbour one more household."""
    if hearing.reading is None or outcome(hearing) == "silent":
        return False
    building = await filed_at(hearing, hearing.reading)
    if building is None:
        return False
    known = await bearings(hearing, building)
    again = first(known, lambda one: one.takes_part and _again(hearing, one))
    same = first(known, lambda one: not one.takes_part and one.active and _same(hearing, one))
    if again is not None:
        await add(hearing, again)
    elif same is not None:
        if same.state == "unsure" and outcome(hearing) == "speak":
            # Two households that say the same are no longer in doubt.
            await attach.make_sure(hearing, same, hearing.reading)
        await attach.join(hearing, same)
    return (again or same) is not None


def _again(hearing: Hearing, one: Bearing) -> bool:
    """What somebody asked for before, or stood behind."""
    if (one.elsewhere and not one.names_flat) or apart.turned(hearing, one):
        return False
    if not one.active:
        return one.alike >= SAME_FROM or (_one_kind(hearing, one) and one.ago <= ANSWERED_WITHIN)
    if hearing.reading and hearing.reading.urgent and not one.request.danger and one.ago > LATELY:
        return False
    if one.age > TALKED_OF:
        return one.alike >= SAME_FROM
    if _one_kind(hearing, one):
        return one.akin or one.ago <= LATELY or (one.own and one.age <= timedelta(days=1))
    certain = outcome(hearing) == "speak"
    return one.names_flat or one.alike >= 0.3 or one.shares >= (1 if not certain else 2 if one.own else 3)


def _same(hearing: Hearing, one: Bearing) -> bool:
    """What a neighbour asked for before: rather missed than wrongly joined."""
    if one.age > SAME_WITHIN:
        return False
    if (tale := apart.same_scheme(hearing, one)) is not None:
        return tale
    if one.alike >= SAME_FROM:
        return True
    also = "也" in hearing.message.text or one.ago <= JUST_NOW
    return also and one.alike >= LIKELY and _one_kind(hearing, one) and not one.elsewhere


def _one_kind(hearing: Hearing, one: Bearing) -> bool:
    category = hearing.reading.category if hearing.reading else ""
    return category == one.request.category and category not in OF_MANY_KINDS


async def add(hearing: Hearing, request: Request) -> None:
    """More words for a request; the reporter's own make it sure, or take up again what was called fixed."""
    reporter = hearing.person is not None and request.reporter_id == hearing.person.id
    if request.state == "resolved" and reporter:
        await attach.take_up_again(hearing, request)
    elif request.state == "unsure" and reporter and (reading := _taken_together(hearing, request)):
        hearing.did = "open" if outcome(hearing) == "speak" else "follow"
        await attach.make_sure(hearing, request, reading)
    else:
        await attach.follow(hearing, request)


def _taken_together(hearing: Hearing, request: Request) -> Reading | None:
    """What somebody's unsure words and his next ones say together, once that is beyond doubt."""
    together = hearing.means.reader.read(f"{request.text}\n{hearing.message.text}")
    if together.route == "chat":
        return hearing.reading if outcome(hearing) == "speak" else None
    sure = together.urgent or together.certainty >= hearing.means.config.reading.speak_from
    return together if sure or outcome(hearing) == "speak" else None


async def known_here(hearing: Hearing) -> list[Bearing]:
    if hearing.bearings is None:
        place = hearing.place
        here = place if place is not None and place.kind == "building" else None
        hearing.bearings = await bearings(hearing, here) if here is not None else []
    return hearing.bearings
