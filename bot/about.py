"""Tells which request plain talk is about, if any: the steps before something counts as new."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from bot import attach
from bot.acknowledge import outcome, staff
from bot.attach import room_of
from bot.bearing import JUST_NOW, LATELY, NEVER, TALKED_OF, Bearing, bearings, first, telling
from bot.hearing import Hearing
from bot.memory import Heard
from store.moves import ACTIVE
from store.people import ROLES
from store.tables import Request

SPOKEN_ON_WITHIN = timedelta(seconds=100)
"""The next lines of the same person are still about the same thing."""
ANSWERED_WITHIN = timedelta(minutes=15)
"""So long after a request the team's "好了" needs no name for what it means."""
SAME_FROM = 0.5
SAME_WITHIN = timedelta(days=14)
SECONDED_WITHIN, SECONDED_OVER = LATELY, 5
"""A bare "+1" means what was asked so lately, over so few other lines."""
ANSWERS = frozenset(ROLES)
OF_MANY_KINDS = frozenset({"enquiry", "other", "property", "care", "fraud", "facilities", "improvement"})
"""Categories in which two requests have little in common."""

_ELSE = re.compile(r"\s*(还有|另外|再有|对了|顺便|再就是|再一个|另)")
_COURTESY = re.compile(
    r"(好|好的|好嘞|行|中|嗯|哦|噢|ok|收到|明白|了解|知道|晓得|没事|不客气|客气|辛苦|谢谢|多谢|感谢|谢|麻烦|哈|呵|嘿|对|是"
    r"|了|啦|啊|呀|哒|额|的|侬|您|你|大家|各位|\[[^\]]{1,4}\]|[\W_])+",
    re.IGNORECASE,
)
_THANKS = re.compile(r"谢谢|多谢|感谢|辛苦|thank", re.IGNORECASE)
_TO_SOMEBODY = re.compile(r"[你侬您](?!们)")
_OWNS_UP = re.compile(
    r"(是|系)(我|阿拉|俺|咱)(们)?(家|屋|的|在)|我的我的|(我|俺|阿拉)(们)?(家)?(的|在)(装|弄|搞|放|停|拖|搬|施工)"
    r"|对不起|对不住|不好意思|抱歉|sorry|我(马上|现在|这就|等下|晚上|回来)\w{0,6}(收|挪|搬|移|拿|弄|关|停|清)|挪走|收掉",
    re.IGNORECASE,
)
_FOR_CERTAIN = re.compile(r"好了|好啦|好咧|没事|解决|搞定|恢复|完了|完啦|通了|亮了|修复|没味|拉开|找到")
"""What ends a thing without naming it."""
_HALF = re.compile(r"[开关停]了")
"""What may be half of a repair, unless more is said."""
_ALSO = re.compile(r"(家|楼|层|单元|室|边|里|栋|号|\d)也")
_STILL = re.compile(r"又|还在|还是|越来越|更")
_OFFER = re.compile(
    r"接龙|团购|拼单|拼车|拼团|代购|帮[你您大]?[家]?带|有要|谁要|要的[报扣吱接]|转让|包邮|份|\d\s*[元块]"
)


async def quoted(hearing: Hearing) -> bool:
    """A message that quotes a request, or the bot's word about it, is about that request."""
    if hearing.message.quoted is None or hearing.reading is None:
        return False
    request = await hearing.quoted_in_talk()
    if request is None:
        return False
    turn = hearing.reading.turn
    if turn == "support":
        await attach.back(hearing, request)
    elif turn in ("done", "withdraw"):
        await attach.settle(hearing, request, turn)
    else:
        await _add(hearing, request)
    return True


async def support(hearing: Hearing) -> bool:
    """ "+1", "我家也是": one more household behind what was asked last."""
    if hearing.reading is None or hearing.reading.turn != "support":
        return False
    for line in _seconded(hearing):
        request = await hearing.db.get_one(Request, line.request_id)
        if request.state in ACTIVE or request.state == "unsure":
            if request.private or _of_something_else(hearing, request):
                return False
            await attach.back(hearing, request)
            return True
    return False


def _seconded(hearing: Hearing) -> Iterable[Heard]:
    """The lines that a "+1" could mean, the last first; a group-buy in between takes it."""
    lines = room_of(hearing).since(hearing.now - hearing.means.memory.keeps)
    others = 0
    for line in reversed(lines):
        if line.request_id is not None and not line.command:
            if others <= SECONDED_OVER and hearing.now - line.at <= SECONDED_WITHIN:
                yield line
        elif _OFFER.search(line.text):
            return
        elif not line.image:
            others += 1


def _of_something_else(hearing: Hearing, request: Request) -> bool:
    """ "螃蟹+1" names what it wants, and that is not what was asked."""
    named = telling(hearing.message.text.split("+")[0]) if "+" in hearing.message.text else set()
    return bool(named) and not named & telling(request.text)


async def settled(hearing: Hearing) -> bool:
    """ "修好了 谢谢", "算了": the end of a request, said by somebody who may know."""
    turn = hearing.reading.turn if hearing.reading else "say"
    # "门禁刷不开了" must never close anything: what reads as a request is none.
    if turn not in ("done", "withdraw") or (hearing.reading and hearing.reading.route != "chat"):
        return False
    known = await _known(hearing)
    request = first(known, lambda one: _ends(hearing, one, turn))
    if request is not None:
        await attach.settle(hearing, request, turn)
        return True
    request = first(known, lambda one: one.takes_part and (one.akin or one.ago <= ANSWERED_WITHIN))
    if request is not None:
        await attach.follow(hearing, request)
    return request is not None


def _ends(hearing: Hearing, one: Bearing, turn: str) -> bool:
    if turn == "withdraw":
        return one.own and one.active and (one.ago <= ANSWERED_WITHIN or one.akin)
    if one.own:
        return one.active and (one.akin or min(one.age, one.ago) <= timedelta(days=1))
    if hearing.roles & ANSWERS and one.active:
        plain = _FOR_CERTAIN.search(hearing.message.text) is not None
        if not plain and _HALF.search(hearing.message.text):
            return False
        return one.akin or (plain and one.latest and one.ago <= ANSWERED_WITHIN and not one.elsewhere)
    return one.stands_behind and (one.akin or one.ago <= ANSWERED_WITHIN)


async def spoken_on(hearing: Hearing) -> bool:
    """The reporter goes on speaking: it belongs to what he just said, unless he turns to something else."""
    text, sender = hearing.message.text, hearing.message.sender
    if hearing.reading is None or staff(hearing) or text.startswith("@") or _COURTESY.fullmatch(text):
        return False
    lines = room_of(hearing).since(hearing.now - SPOKEN_ON_WITHIN)
    last = room_of(hearing).last_of(sender, hearing.now - SPOKEN_ON_WITHIN)
    if last is None or last.request_id is None or last.command:
        return False
    if lines[-1].sender != sender and _speaks_to_somebody(hearing):
        return False
    request = await hearing.db.get_one(Request, last.request_id)
    if request.state not in ACTIVE and request.state != "unsure":
        return False
    if outcome(hearing) == "speak" and await _another(hearing, request):
        return False
    await _add(hearing, request)
    return True


async def _another(hearing: Hearing, request: Request) -> bool:
    """Whether a second report within the minute is of another trouble."""
    known = [one for one in await _known(hearing) if one.request.id == request.id]
    other_kind = hearing.reading is not None and hearing.reading.category != request.category
    return any(one.elsewhere for one in known) or (
        other_kind and _ELSE.match(hearing.message.text) is not None
    )


def _speaks_to_somebody(hearing: Hearing) -> bool:
    """An answer to a neighbour, which adds nothing unless it names a place."""
    where = hearing.reading.place if hearing.reading else None
    return _TO_SOMEBODY.search(hearing.message.text) is not None and not where


async def more(hearing: Hearing) -> bool:
    """ "还没来人", "还是漏": somebody behind a request adds to it, or says that it is not fixed."""
    if hearing.reading is None or hearing.reading.turn != "more" or staff(hearing):
        return False
    request = first(await _known(hearing), _goes_on)
    if request is None:
        return False
    await _add(hearing, request)
    return True


def _goes_on(one: Bearing) -> bool:
    if one.own:
        return one.akin or min(one.age, one.ago) <= TALKED_OF
    return one.takes_part and (one.akin or one.ago <= ANSWERED_WITHIN)


async def repeated(hearing: Hearing) -> bool:
    """The same trouble, said again: by one who takes part a follow-up, by a neighbour one more household."""
    if hearing.reading is None or outcome(hearing) == "silent":
        return False
    building = await hearing.filed_at(hearing.reading)
    if building is None:
        return False
    known = await bearings(hearing, building)
    again = first(known, lambda one: one.takes_part and _again(hearing, one))
    same = first(
        known, lambda one: not one.takes_part and one.request.state in ACTIVE and _same(hearing, one)
    )
    if again is not None:
        await _add(hearing, again)
    elif same is not None:
        await attach.join(hearing, same)
    return (again or same) is not None


def _again(hearing: Hearing, one: Bearing) -> bool:
    """What somebody asked for before, or stood behind."""
    if one.elsewhere and not one.names_flat:
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
    if one.alike >= SAME_FROM:
        return True
    also = "也" in hearing.message.text or one.ago <= JUST_NOW
    return one.ago <= LATELY and not one.elsewhere and _one_kind(hearing, one) and (also or one.shares > 0)


def _one_kind(hearing: Hearing, one: Bearing) -> bool:
    category = hearing.reading.category if hearing.reading else ""
    return category == one.request.category and category not in OF_MANY_KINDS


async def remarked(hearing: Hearing) -> bool:
    """Talk that adds a fact: by one who takes part, or by the one whom a request concerns."""
    text = hearing.message.text
    if hearing.reading is None or staff(hearing) or _COURTESY.fullmatch(text):
        return False
    if _speaks_to_somebody(hearing) or text.startswith("@"):
        return False
    known = await _known(hearing)
    fresh = [
        one for one in known if one.ago <= JUST_NOW and not one.takes_part and one.request.state in ACTIVE
    ]
    if fresh and _ALSO.search(text):
        await attach.join(hearing, min(fresh, key=lambda one: one.age).request)
        return True
    request = first(known, lambda one: _concerns(hearing, one))
    if request is not None:
        await _add(hearing, request)
    return request is not None


def _concerns(hearing: Hearing, one: Bearing) -> bool:
    text, place = hearing.message.text, hearing.reading.place if hearing.reading else None
    owns_up = _OWNS_UP.search(text) is not None
    if not one.active:
        return one.takes_part and one.akin and _STILL.search(text) is not None
    if one.takes_part:
        talking = one.ago <= LATELY and (bool(place) or (owns_up and one.latest))
        still = one.ago < NEVER and _STILL.search(text) is not None
        return talking or still or (one.age <= TALKED_OF and one.akin and not _THANKS.search(text))
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


async def _add(hearing: Hearing, request: Request) -> None:
    """More words for a request; the reporter's own make it sure, or take up again what was called fixed."""
    reporter = hearing.person is not None and request.reporter_id == hearing.person.id
    if request.state == "resolved" and reporter:
        await attach.take_up_again(hearing, request)
    elif request.state == "unsure" and reporter and outcome(hearing) == "speak":
        await attach.make_sure(hearing, request)
    else:
        await attach.follow(hearing, request)


async def _known(hearing: Hearing) -> list[Bearing]:
    if hearing.bearings is None:
        place = hearing.place
        here = place if place is not None and place.kind == "building" else None
        hearing.bearings = await bearings(hearing, here) if here is not None else []
    return hearing.bearings
