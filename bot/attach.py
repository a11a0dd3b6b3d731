"""What hangs on a request that is already there: photos, +1, follow-ups, "fixed", "never mind"."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from bot import phrases, words
from bot.acknowledge import FIRST_HEARERS, acknowledge, alarm
from bot.hearing import Hearing
from bot.memory import Heard
from bot.quoting import quoted_in_talk
from nlp import Reading
from schedules.calendar import due
from store import people, requests, runs
from store.moves import ACTIVE, MOVES, Act, move, record
from store.tables import Request, Supporter
from store.talk import Reported

SAID_LATELY = timedelta(minutes=15)
"""So long the bot's last word about a request is still in view."""
LONGEST_KEPT = 2_000


async def photo(hearing: Hearing) -> None:
    """A picture alone: the sender's request of the last minutes gets it; else it waits for the words."""
    since = hearing.now - timedelta(minutes=hearing.means.config.keep.photo_minutes)
    request_id = hearing.lately.last_request(since, hearing.message.sender)
    if request_id is None and hearing.message.quoted is not None:
        quoted_request = await quoted_in_talk(hearing)
        request_id = quoted_request.id if quoted_request else None
    if request_id is not None:
        request = await hearing.db.get_one(Request, request_id)
        await picture(hearing, request, hearing.message.id, hearing.now)
        hearing.did, hearing.request = "follow", request


async def picture(hearing: Hearing, request: Request, message_id: str, at: datetime) -> None:
    """Let a picture that the speaker showed be kept with a request."""
    await requests.want_photo(hearing.db, request, message_id, await hearing.speaker(), at)


async def earlier_photos(hearing: Hearing, request: Request) -> None:
    """Pictures that the sender showed shortly before he found the words."""
    since = hearing.now - timedelta(minutes=hearing.means.config.keep.photo_minutes)
    for shown in hearing.lately.photos(hearing.message.sender, since):
        await picture(hearing, request, shown.message_id, shown.at)
        shown.request_id = request.id


def note(hearing: Hearing, request: Request) -> None:
    """Talk about a request that asks for nothing: thanks, praise."""
    hearing.did, hearing.request = "follow", request


def ended(hearing: Hearing, request: Request | Reported) -> bool:
    """It is called fixed, and this may be a word on that: what was said before the report itself, and came late, is none."""
    return request.state == "resolved" and hearing.message.at >= request.created


async def follow(hearing: Hearing, request: Request) -> None:
    """Add words to a request, without a word, unless they tell of a danger that nobody knew of."""
    act = await hearing.act(request)
    record(hearing.db, request, "more", act, hearing.message.text[:LONGEST_KEPT])
    hearing.did, hearing.request = "follow", request
    await earlier_photos(hearing, request)
    await _escalate(hearing, request, act)
    if ended(hearing, request):
        text = words.not_fixed_privately(request, hearing.message.text)
        await hearing.tell_all(FIRST_HEARERS, request, text)


async def _escalate(hearing: Hearing, request: Request, act: Act) -> None:
    reading = hearing.reading
    if reading is not None and reading.urgent and not request.danger and request.state in ACTIVE:
        record(hearing.db, request, "danger", act, danger=reading.danger)
        await alarm(hearing, request)


async def make_sure(hearing: Hearing, request: Request, reading: Reading) -> None:
    """What was said to an unsure request makes it one beyond doubt: the number and the clock stay."""
    record(
        hearing.db,
        request,
        "more",
        await hearing.act(request),
        hearing.message.text[:LONGEST_KEPT],
        state="open",
        route=reading.route,
        category=reading.category,
        danger=reading.danger,
        private=reading.private,
        gist=reading.gist,
        where=asdict(reading.place),
        due=due(request.created, reading.route, "captain", hearing.means.rules),
    )
    hearing.request = request
    await earlier_photos(hearing, request)
    await acknowledge(hearing, request)


async def back(hearing: Hearing, request: Request) -> None:
    """ "+1": one more household behind a request."""
    await _stand_behind(hearing, request, "")
    hearing.did, hearing.request = "support", request


async def join(hearing: Hearing, request: Request) -> None:
    """A neighbour reports the same in his own words: one more household, with what it said."""
    new = await _stand_behind(hearing, request, hearing.message.text[:LONGEST_KEPT])
    hearing.did, hearing.request = "same", request
    await earlier_photos(hearing, request)
    await _escalate(hearing, request, await hearing.act(request))
    heard_of_it = hearing.lately.spoke_of(request.id, hearing.now - SAID_LATELY)
    if request.category == "fraud" and not phrases.schemes(request.text) & phrases.schemes(
        hearing.message.text
    ):
        # Perhaps it is another scam after all: that one was warned of does not warn of the other.
        heard_of_it = False
    if new and not request.private and not heard_of_it and not hearing.said:
        count = (await requests.supporters(hearing.db, [request]))[request.id] + 1
        await hearing.say(words.joined(request, count), "ack", request)


async def _stand_behind(hearing: Hearing, request: Request, text: str) -> bool:
    speaker = await hearing.speaker()
    supporter = Supporter(
        household=requests.household(speaker),
        person_id=speaker.id,
        message_id=hearing.message.id,
        text=text,
        at=hearing.now,
    )
    return await requests.support(hearing.db, request, supporter)


async def settle(hearing: Hearing, request: Request, verb: str) -> None:
    """The end of a request ("done" or "withdraw"), without a word: the group read those that ended it.

    Of somebody who may not end it, it is only noted.
    """
    act = await hearing.act(request)
    if act.actor.roles & MOVES[verb].roles and request.state in MOVES[verb].sources:
        team = verb == "done" and "reporter" not in act.actor.roles
        move(hearing.db, request, verb, act, ended_by=act.actor.name if team else "")
    else:
        record(hearing.db, request, "more", act, hearing.message.text[:LONGEST_KEPT])
    hearing.did, hearing.request = "done" if verb == "done" else "withdraw", request
    await earlier_photos(hearing, request)


async def tell_of_end(hearing: Hearing, request: Request) -> None:
    """Show the captain what was taken for the end of a request, so that nobody's is lost by a mistake.

    Where no captain hears of it the group does; else no group wants a bot that repeats each 好了 and 算了.
    """
    if request.state not in ("resolved", "withdrawn"):
        return
    text = words.ended_by_a_word(request, hearing.message.text)
    if not await hearing.tell_all(FIRST_HEARERS, request, text) and not request.private:
        said = words.withdrawn if request.state == "withdrawn" else words.done_by_reporter
        await hearing.say(said(request), "ack", request)


async def take_up_again(hearing: Hearing, request: Request) -> None:
    """The reporter says within days that it is not fixed: the same number goes on."""
    said = hearing.message.text[:LONGEST_KEPT]
    text = await reopen(hearing, request, "notfixed", await hearing.act(request), said)
    hearing.did = "follow"
    await earlier_photos(hearing, request)
    await hearing.answer(text, kind="ack")


async def reopen(hearing: Hearing, request: Request, verb: str, act: Act, said: str = "") -> str:
    """Take up again what was ended, with all clocks anew; who has it hears of it. What to answer."""
    ended = await requests.ended_by(hearing.db, request)
    fresh = due(hearing.now, request.route, request.holder, hearing.means.rules)
    cleared = dict.fromkeys(("warned_at", "raised_at", "asked_at", "answered_at"))
    move(hearing.db, request, verb, act, said, due=fresh, ended_by="", **cleared)
    await runs.forget(hearing.db, "unanswered", f"request:{request.id}")
    hearing.request = request
    held = await people.holders(hearing.db, request.building, FIRST_HEARERS | {request.holder})
    told = words.reopened_privately(request, verb, hearing.promise(request), said)
    for person in {one.id: one for one in [*held, *ended] if one is not hearing.person}.values():
        await hearing.tell(person, told, request=request)
    captain = await people.first_name(hearing.db, request.building, FIRST_HEARERS)
    return await hearing.announce(request, words.reopened(request, captain, hearing.promise(request)))


def remember(hearing: Hearing, at: datetime) -> None:
    """Keep in memory for the next minutes what was said and what became of it; of who is deaf, no words."""
    message = hearing.message
    deaf = hearing.person is not None and hearing.person.deaf
    line = Heard(
        message.id,
        message.sender,
        at,
        text="" if deaf else message.text,
        image=message.image and not message.text,
        request_id=hearing.request.id if hearing.request else hearing.about,
        command=hearing.did == "command",
        spoke=bool(hearing.said),
    )
    hearing.lately.add(line, hearing.means.memory.keeps)
