"""What hangs on a request that is already there: photos, +1, follow-ups, "fixed", "never mind", answers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot import words
from bot.hearing import Hearing
from bot.memory import Heard, RoomMemory
from nlp import Place as Where
from nlp import Said
from schedules.calendar import due
from store import requests
from store.moves import ACTIVE, HOLDERS, MOVES, TEAM, Act, move, record
from store.tables import Person, Request, Supporter

SPOKEN_ON_WITHIN = timedelta(seconds=100)
"""Next lines of the same person, nobody between: still about the same thing."""
DONE_FROM = 0.3
ANSWERS = TEAM | HOLDERS
"""Whose word in a group is an answer by a human."""
_FLAT_IN_NAME = re.compile(r"(?<!\d)(\d{3,4})(?!\d)")


async def photo(hearing: Hearing) -> None:
    """A picture alone: the sender's request of the last minutes gets it; else it waits for the words."""
    since = hearing.now - timedelta(minutes=hearing.means.config.keep.photo_minutes)
    request_id = _room(hearing).last_request(since, hearing.message.sender)
    if request_id is None and hearing.message.quoted is not None:
        quoted_request = await hearing.quoted_in_talk()
        request_id = quoted_request.id if quoted_request else None
    if request_id is not None:
        request = await hearing.db.get_one(Request, request_id)
        await requests.want_photo(hearing.db, request, hearing.message.id, hearing.now)
        hearing.did, hearing.request = "follow", request


async def earlier_photos(hearing: Hearing, request: Request) -> None:
    """Pictures that the sender showed shortly before he found the words."""
    since = hearing.now - timedelta(minutes=hearing.means.config.keep.photo_minutes)
    for shown in _room(hearing).photos(hearing.message.sender, since):
        await requests.want_photo(hearing.db, request, shown.message_id, shown.at)
        shown.request_id = request.id


async def quoted(hearing: Hearing) -> bool:
    """A message that quotes a request, or the bot's word about it, is about that request."""
    if hearing.message.quoted is None or hearing.reading is None:
        return False
    request = await hearing.quoted_in_talk()
    return request is not None and await _apply(hearing, request)


async def _apply(hearing: Hearing, request: Request) -> bool:
    turn = hearing.reading.turn if hearing.reading else "say"
    if turn == "support":
        await _support(hearing, request)
    elif turn in ("done", "withdraw"):
        return await _settle(hearing, request, turn)
    else:
        await follow(hearing, request)
    return True


async def support(hearing: Hearing) -> bool:
    """ "+1", "我家也是": one more household behind what was asked last."""
    if hearing.reading is None or hearing.reading.turn != "support":
        return False
    request = await _last(hearing, hearing.means.memory.keeps)
    if request is None or request.state not in ACTIVE or request.private:
        return False
    await _support(hearing, request)
    return True


async def _support(hearing: Hearing, request: Request) -> None:
    speaker = await hearing.speaker()
    where = hearing.reading.place if hearing.reading else Where()
    learn_household(speaker, where, hearing.message.name)
    supporter = Supporter(
        household=requests.household(speaker),
        person_id=speaker.id,
        message_id=hearing.message.id,
        at=hearing.now,
    )
    await requests.support(hearing.db, request, supporter)
    hearing.did, hearing.request = "support", request


async def settled(hearing: Hearing) -> bool:
    """ "修好了 谢谢", "算了": the end of a request, said by somebody who may say so."""
    turn = hearing.reading.turn if hearing.reading else "say"
    # "门禁刷不开了" must never close anything: what reads as a request is none.
    if turn not in ("done", "withdraw") or (hearing.reading and hearing.reading.route != "chat"):
        return False
    request = await _meant(hearing)
    return request is not None and await _settle(hearing, request, turn)


async def _settle(hearing: Hearing, request: Request, turn: str) -> bool:
    act = await hearing.act(request)
    verb = "done" if turn == "done" else "withdraw"
    if request.state not in MOVES[verb].sources:
        return False
    if not act.actor.roles & MOVES[verb].roles:
        await follow(hearing, request)
        return True
    hearing.did, hearing.request = "done" if verb == "done" else "withdraw", request
    if verb == "withdraw":
        move(hearing.db, request, verb, act)
        await hearing.say(words.withdrawn(request), "ack", request)
    elif "reporter" in act.actor.roles:
        move(hearing.db, request, verb, act, ended_by="")
        await hearing.say(words.done_by_reporter(request), "ack", request)
    else:
        move(hearing.db, request, verb, act, ended_by=act.actor.name)
        await hearing.say(words.done(request, act.actor.name), "ack", request)
    return True


async def more(hearing: Hearing) -> bool:
    """ "还没来人", "还是漏": the reporter adds to his request, or takes up again what was called fixed."""
    if hearing.reading is None or hearing.reading.turn != "more":
        return False
    request = await _meant(hearing, reopen=True)
    if request is None:
        return False
    act = await hearing.act(request)
    if request.state == "resolved" and "reporter" in act.actor.roles:
        reopen(hearing, request, "notfixed", act, hearing.message.text)
        hearing.did = "follow"
        await hearing.say(words.reopened(request), "ack", request)
        return True
    await follow(hearing, request)
    return True


def reopen(hearing: Hearing, request: Request, verb: str, act: Act, note: str = "") -> None:
    """Take up again what was ended: the same number, and a clock that starts at these words."""
    fresh = due(hearing.now, request.route, request.holder, hearing.means.rules)
    cleared = dict.fromkeys(("warned_at", "raised_at", "asked_at", "answered_at"))
    move(hearing.db, request, verb, act, note, due=fresh, ended_by="", **cleared)
    hearing.request = request


async def spoken_on(hearing: Hearing) -> bool:
    """The reporter goes on speaking, nobody in between: it belongs to what he just reported."""
    lines = _room(hearing).lines
    if (
        not lines
        or hearing.reading is None
        or hearing.message.text.startswith("@")
        or hearing.roles & ANSWERS
    ):
        return False
    last = lines[-1]
    if (
        last.sender != hearing.message.sender
        or last.request_id is None
        or hearing.now - last.at > SPOKEN_ON_WITHIN
    ):
        return False
    request = await hearing.db.get_one(Request, last.request_id)
    if request.state in ACTIVE or request.state == "unsure":
        await follow(hearing, request)
        return True
    return False


async def answered_by_staff(hearing: Hearing) -> bool:
    """A word from the captain or the property desk after a request is its first answer by a human."""
    if not hearing.roles & ANSWERS:
        return False
    request = await _last(hearing, hearing.means.memory.keeps)
    if (
        request is not None
        and request.answered_at is None
        and request.reporter_id != (hearing.person and hearing.person.id)
    ):
        request.answered_at = hearing.now
    return False


async def follow(hearing: Hearing, request: Request) -> None:
    """Add words to a request, without a word."""
    act = await hearing.act(request)
    record(hearing.db, request, "more", act, hearing.message.text[:2_000])
    hearing.did, hearing.request = "follow", request
    await earlier_photos(hearing, request)


async def _meant(hearing: Hearing, *, reopen: bool = False) -> Request | None:
    """The request a loose remark is about: the speaker's own, or the one that it names most clearly."""
    if hearing.place is None:
        return None
    states = ACTIVE | ({"resolved"} if reopen else frozenset()) | {"unsure"}
    since = hearing.now - timedelta(days=hearing.means.rules.reopen_days)
    known = [
        one
        for one in await requests.active(hearing.db, [hearing.place], states)
        if one.state != "resolved" or (one.ended_at or one.created) >= since
    ]
    person_id = hearing.person.id if hearing.person else None
    own = [one for one in known if one.reporter_id == person_id and person_id is not None]
    return _likeliest(hearing, own, 0.0) or _likeliest(hearing, known, DONE_FROM) if known else None


def _likeliest(hearing: Hearing, known: list[Request], at_least: float) -> Request | None:
    """The one most alike; of equals, the youngest."""
    reading = hearing.reading
    if reading is None or not known:
        return None
    new = Said(hearing.message.text, reading.category, reading.place)
    scored = [(_likeness(hearing, one, new), one.created, one.id, one) for one in known]
    best = max(scored, key=lambda row: row[:3])
    return best[3] if best[0] >= at_least else None


def _likeness(hearing: Hearing, request: Request, new: Said) -> float:
    return hearing.means.reader.same(Said(request.text, request.category, Where(**request.where)), new)


async def _last(hearing: Hearing, within: timedelta) -> Request | None:
    request_id = _room(hearing).last_request(hearing.now - within)
    return await hearing.db.get(Request, request_id) if request_id is not None else None


def _room(hearing: Hearing) -> RoomMemory:
    return hearing.means.memory.room(hearing.message.room or hearing.message.sender)


def learn_household(person: Person, where: Where, name: str) -> None:
    """Which flat somebody speaks for, once he said it or shows it in his name: "王阿姨101"."""
    if person.household:
        return
    in_name = _FLAT_IN_NAME.search(name)
    flat = in_name[1] if in_name else ""
    if flat:
        person.household = f"{where.unit}-{flat}" if where.unit else flat


def remember(hearing: Hearing, at: datetime) -> None:
    """Keep for the next minutes that this was said and what became of it; not what it was."""
    message = hearing.message
    request_id = hearing.request.id if hearing.request else None
    _room(hearing).lines.append(
        Heard(message.id, message.sender, at, message.image and not message.text, request_id)
    )
