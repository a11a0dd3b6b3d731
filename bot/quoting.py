"""Which request a quoted message means: the one it names, the one among several, or the one it opened."""

from __future__ import annotations

import re

from bot.arguments import Reference
from bot.bearing import bearings_on
from bot.hearing import Hearing
from store import requests, talk
from store.refusal import Refusal
from store.tables import Request

_NUMBER = re.compile(
    r"(?:(?P<building>[\dA-Za-z一二三四五六七八九十]{1,4}(?:号楼?|栋|幢|座))\s?)?#(?P<number>\d{1,6})(?!\d)"
)


def commands(hearing: Hearing) -> frozenset[str] | None:
    """The roles of who may leave out the slash: he quotes a request, or as one of the team anybody's words."""
    quoted, roles = hearing.message.quoted, hearing.roles_anywhere
    return roles if quoted is not None and (roles or _NUMBER.search(quoted.text)) else None


async def quoted_request(hearing: Hearing) -> Request | None:
    """The request that the quoted text names by its number, or that a quoted message opened.

    Raises Refusal when it names several, and nothing tells which of them is meant.
    """
    if hearing.message.quoted is None:
        return None
    named = _named(hearing.message.quoted.text)
    if len(named) > 1:
        return await _one_of(hearing, await _those_known(hearing, named))
    if named:
        return await hearing.request_numbered(named[0])
    said = hearing.message.quoted.text.strip()
    known = await requests.active(hearing.db, await hearing.buildings()) if said else []
    return next((one for one in known if one.text == said), None)


async def quoted_in_talk(hearing: Hearing) -> Request | None:
    """The same in plain talk, where "2#301" is no number of ours and nobody is told so."""
    try:
        return await quoted_request(hearing)
    except Refusal:
        return None


async def _one_of(hearing: Hearing, known: list[Request]) -> Request | None:
    """Of several that one post tells of the one that is named again, by number or words, or is his own."""
    again = {one.number for one in _named(hearing.message.text)}
    person = hearing.person.id if hearing.person else None
    akin = {
        one.request.id
        for one in await bearings_on(hearing, [talk.reported(one) for one in known])
        if one.akin
    }
    for found in (
        [one for one in known if one.number in again],
        [one for one in known if one.id in akin],
        [one for one in known if person is not None and one.reporter_id == person],
    ):
        if len(found) == 1:
            return found[0]
    numbers = [one.number for one in known]
    raise Refusal("which_quoted", numbers=numbers) if numbers else Refusal("no_such_request", number=0)


async def _those_known(hearing: Hearing, named: list[Reference]) -> list[Request]:
    known = {}
    for reference in named:
        try:
            found = await hearing.request_numbered(reference)
        except Refusal:
            continue
        known[found.id] = found
    return list(known.values())


def _named(text: str) -> list[Reference]:
    """Every number in a text, once."""
    found = (Reference(int(hit["number"]), hit["building"] or "") for hit in _NUMBER.finditer(text))
    return list(dict.fromkeys(found))
