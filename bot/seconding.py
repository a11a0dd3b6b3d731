"""Tells what a bare "+1" stands behind."""

from __future__ import annotations

from collections.abc import Iterable

from bot import attach, phrases
from bot.attach import room_of
from bot.bearing import LATELY, telling
from bot.hearing import Hearing
from bot.memory import Heard
from store.moves import ACTIVE
from store.tables import Request

SECONDED_WITHIN, SECONDED_OVER = LATELY, 5
"""A bare "+1" means what was asked so lately, over so few other lines."""


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
        elif phrases.OFFER.search(line.text):
            return
        elif not line.image:
            others += 1


def _of_something_else(hearing: Hearing, request: Request) -> bool:
    """ "螃蟹+1" names what it wants, and that is not what was asked."""
    named = telling(hearing.message.text.split("+")[0]) if "+" in hearing.message.text else set()
    return bool(named) and not named & telling(request.text)
