"""Tells whether somebody who speaks on has turned to another trouble: then it is a request of its own."""

from __future__ import annotations

from dataclasses import replace

from bot import phrases
from bot.acknowledge import outcome
from bot.bearing import Bearing
from bot.hearing import Hearing
from nlp import CATEGORIES, Reading

KIN = frozenset(
    {
        frozenset({"water", "repair"}),
        frozenset({"fire_safety", "parking"}),
        frozenset({"fire_safety", "encroachment"}),
        frozenset({"parking", "encroachment"}),
        frozenset({"noise", "dispute"}),
        frozenset({"noise", "pets"}),
        frozenset({"sanitation", "pets"}),
    }
)
"""Categories of which one is often what the other leads to, or another name for it."""
COMPLAINTS = frozenset({"property", "care", "other"})
""" "物业也不管", "老人下不来": said of any trouble, seldom for itself."""
UNLIKE = 0.1
"""After a "对了" so little likeness is another trouble's."""
NAMELESS = frozenset({"enquiry", "dispute"})
"""Their gist names no thing."""


def turned(hearing: Hearing, one: Bearing) -> bool:
    """Whether the message reports another trouble than this thread's, and not a new side of the same."""
    reading = hearing.reading
    if reading is None:
        return False
    if reading.route == "chat" and reading.certainty >= hearing.means.config.reading.ask_from:
        reading = hearing.means.reader.read(hearing.message.text, assume=True)
    if (tale := same_scheme(hearing, one)) is not None:
        return not tale
    loud = outcome(hearing) == "speak"
    return (one.elsewhere and loud) or _names_another(hearing, reading, one, loud=loud)


def _names_another(hearing: Hearing, reading: Reading, one: Bearing, *, loud: bool) -> bool:
    if reading.turn == "more" and not phrases.ELSE.match(hearing.message.text):
        return False
    named, known = _troubles(hearing, one)
    if named.keys() & known.keys() or (reading.danger and one.shares > 1):
        return False
    apart = bool(named and known)
    near = all(_near(kind, one.request.category) for kind in {reading.category or "", *named.values()} - {""})
    if not loud:
        begins = phrases.ELSE.match(hearing.message.text) is not None
        return (apart and not near) or (begins and reading.route != "chat" and one.alike < UNLIKE)
    if near:
        return apart and phrases.ELSE.search(hearing.message.text) is not None
    return phrases.ELSE.match(hearing.message.text) is not None or _names_a_thing(reading, bool(named))


def same_scheme(hearing: Hearing, one: Bearing) -> bool | None:
    """Of two scams whether they are one, None where the words don't tell, or where it is about something else."""
    if hearing.reading is None or {hearing.reading.category, one.request.category} != {"fraud"}:
        return None
    told, known = phrases.schemes(hearing.message.text), phrases.schemes(one.text)
    return bool(told & known) if told and known else None


def _troubles(hearing: Hearing, one: Bearing) -> tuple[dict[str, str], dict[str, str]]:
    """What the message names, and what the request did; the category of each."""
    troubles = hearing.means.reader.troubles
    return troubles(hearing.message.text), troubles(one.text)


def _near(kind: str, other: str) -> bool:
    return kind == other or frozenset((kind, other)) in KIN


def _names_a_thing(reading: Reading, trouble: bool) -> bool:
    if reading.category in COMPLAINTS:
        return False
    if reading.category in NAMELESS:
        return trouble
    return trouble or not reading.gist.endswith(CATEGORIES[reading.category])


def doubt(hearing: Hearing) -> None:
    """Read what was taken for talk as a request that only the captain sees: rather asked once than lost."""
    reading = hearing.means.reader.read(hearing.message.text, assume=True)
    certainty = max(reading.certainty, hearing.means.config.reading.ask_from)
    hearing.reading = replace(reading, certainty=certainty, danger="")
