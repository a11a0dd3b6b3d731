"""Tells which request plain talk is about, if any, and does with it what it says."""

from __future__ import annotations

from datetime import timedelta
from operator import itemgetter

from bot import attach, phrases
from bot.acknowledge import outcome
from bot.bearing import Bearing, bearings
from bot.choice import options, speaker
from bot.hearing import Hearing
from bot.quoting import quoted_in_talk
from bot.ruled_out import tells_the_same_tale
from nlp import Reading
from nlp.choice import Kind, Option
from nlp.reading import SPEAK_FROM
from store.moves import HOLDERS, TEAM
from store.tables import Request

ANSWERED_WITHIN = timedelta(minutes=15)
"""So long after a request a word of the team is an answer to it."""
COSTS: dict[Kind, float] = {"silent": 1.0, "new": 2.75, "add": 2.2, "done": 1.0, "withdraw": 1.0}
"""What it costs to miss each: a lost request more than a word too much; of an end that is missed somebody asks."""
JOIN_FROM = 0.59
"""A neighbour's words are rather counted twice than joined to the wrong request."""
SAME_FROM = 0.935
"""So alike to the reader two requests are one, whatever else speaks for two."""
FURTHER_FROM = 0.3
"""So much of a request somebody's next words have to be, to say together with the first what neither says alone."""
END_FROM = 0.8
"""A less certain end, or one that names nothing of the request, is shown to the captain."""
ANSWERS = TEAM | HOLDERS
"""Whose word in a group is an answer by a human."""


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
    else:
        await add(hearing, request)
    return True


async def chosen(hearing: Hearing) -> bool:
    """Weigh all that the message may be; what is most likely about something reported goes there."""
    known = await bearings(hearing)
    best, probability = _likeliest(hearing, known)
    one = next((one for one in known if one.request.id == best.about), None)
    if one is not None and probability < JOIN_FROM and speaker(hearing, one) == "旁人":
        one = None
    if best.kind in ("new", "add"):
        one = next((one for one in known if _known_already(hearing, one)), one)
    if one is None:
        return False
    await _said_of(hearing, one, best.kind, probability)
    return True


def _known_already(hearing: Hearing, one: Bearing) -> bool:
    """What is told in the same words, and what he took part in and calls not mended, needs no number of its own."""
    if attach.ended(hearing, one.request) or not (one.active or one.takes_part):
        return one.takes_part and one.akin and phrases.NOT_FIXED.search(hearing.message.text) is not None
    tale = tells_the_same_tale(hearing, one)
    alike = one.alike >= SAME_FROM or _has_it_too(hearing, one)
    return alike if tale is None else tale


def _has_it_too(hearing: Hearing, one: Bearing) -> bool:
    """我家也是 老人不敢坐, said when this was just told, is of nothing else, though it names nothing of it."""
    reading = hearing.reading or Reading()
    another = reading.certainty >= SPEAK_FROM and reading.category != one.request.category
    told = one.talk is not None and one.talk.since == 0 and not one.own
    return told and not another and phrases.LIKEWISE.match(hearing.message.text) is not None


def _likeliest(hearing: Hearing, known: list[Bearing]) -> tuple[Option, float]:
    """Of all that it may be the likeliest, by what it costs to miss each, and how likely that is."""
    choices = options(hearing, known)
    likely = hearing.means.reader.likely(choices)
    odds = [share * COSTS[option.kind] for share, option in zip(likely, choices, strict=True)]
    hearing.asks = odds[1] / (odds[0] + odds[1])
    most, best = max(zip(odds, choices, strict=True), key=itemgetter(0))
    return best, most / sum(odds)


async def _said_of(hearing: Hearing, one: Bearing, kind: Kind, probability: float) -> None:
    request = await hearing.db.get_one(Request, one.request.id)
    # "没修好" must never close anything, however much it sounds like "修好".
    denied = kind == "done" and phrases.NOT_FIXED.search(hearing.message.text)
    if kind in ("done", "withdraw") and not denied:
        await _ended(hearing, one, request, kind, probability)
    else:
        await _added(hearing, one, request)


async def _ended(hearing: Hearing, one: Bearing, request: Request, kind: Kind, probability: float) -> None:
    if request.state == "resolved":
        attach.note(hearing, request)
        return
    await attach.settle(hearing, request, kind)
    if probability < END_FROM or not one.akin:
        # "今天天气好了" names nothing: the captain has to see an end that was perhaps not meant.
        await attach.tell_of_end(hearing, request)


async def _added(hearing: Hearing, one: Bearing, request: Request) -> None:
    reading, who = hearing.reading or Reading(), speaker(hearing, one)
    # A volunteer lives there, too: what he reports himself is one household more.
    neighbour = who == "旁人" or (who == "志愿者" and reading.route != "chat")
    concerns_him = one.concerned or one.names_flat or phrases.OWNS_UP.search(hearing.message.text)
    # Who says that it is done, or that somebody is at it, has no such trouble himself.
    tells_of_it = reading.route == "chat" and reading.turn in ("done", "withdraw", "progress")
    if not neighbour or concerns_him or tells_of_it:
        await add(hearing, request)
    elif reading.turn == "support":
        await attach.back(hearing, request)
    else:
        if request.state == "unsure" and outcome(hearing) == "speak":
            # Two households that say the same are no longer in doubt.
            await attach.make_sure(hearing, request, reading)
        await attach.join(hearing, request)


async def add(hearing: Hearing, request: Request) -> None:
    """More words for a request; the reporter's own make it sure, or take up again what was called fixed."""
    reporter = hearing.person is not None and request.reporter_id == hearing.person.id
    ended = attach.ended(hearing, request)
    if ended and not _not_fixed(hearing):
        attach.note(hearing, request)
    elif ended and reporter:
        await attach.take_up_again(hearing, request)
    elif request.state == "unsure" and reporter and (reading := _taken_together(hearing, request)):
        hearing.did = "open" if outcome(hearing) == "speak" else "follow"
        await attach.make_sure(hearing, request, reading)
    else:
        await attach.follow(hearing, request)


def _not_fixed(hearing: Hearing) -> bool:
    """Who speaks of a thing that is done most often says thanks; only who says otherwise opens it again."""
    reading, text = hearing.reading, hearing.message.text
    if phrases.NOT_FIXED.search(text):
        return True
    request = reading is not None and (reading.route != "chat" or reading.turn == "more")
    return request and not phrases.THANKS.search(text)


def _taken_together(hearing: Hearing, request: Request) -> Reading | None:
    """What somebody's unsure words and his next ones say together, once that is beyond doubt."""
    together = hearing.means.reader.read(f"{request.text}\n{hearing.message.text}")
    if together.route == "chat":
        return hearing.reading if outcome(hearing) == "speak" else None
    # What has nothing of a request itself makes no other words surer.
    further = hearing.reading is not None and hearing.reading.certainty >= FURTHER_FROM
    sure = together.urgent or (further and together.certainty >= hearing.means.config.reading.speak_from)
    return together if sure or outcome(hearing) == "speak" else None


async def answered_by_team(hearing: Hearing) -> bool:
    """A word from the captain or the property desk after a request is its first answer by a human."""
    if not hearing.roles & ANSWERS:
        return False
    request_id = hearing.lately.last_request(hearing.now - ANSWERED_WITHIN)
    request = await hearing.db.get(Request, request_id) if request_id is not None else None
    if request is not None and request.reporter_id != (hearing.person and hearing.person.id):
        hearing.about = request.id
        request.answered_at = request.answered_at or hearing.now
    return False
