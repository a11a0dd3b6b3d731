"""What a message can't be about, however much else speaks for it; and when two tales of swindlers are one."""

from __future__ import annotations

from datetime import timedelta

from bot import phrases
from bot.bearing import Bearing
from bot.hearing import Hearing
from bot.telling import telling
from nlp import Reading
from nlp.reading import ASK_FROM, SPEAK_FROM

UNLIKE = 0.001
RECENT = timedelta(days=7)
"""What a neighbour reports after longer than that has come anew."""
LATELY = timedelta(minutes=5)
"""So long what the room talked of is still at hand."""


def means_another(hearing: Hearing, one: Bearing) -> bool:
    """What no number of signs may outweigh."""
    reading = hearing.reading or Reading()
    if reading.turn == "support":
        return _seconds_another(hearing, one)
    if reading.urgent and not one.request.danger and (one.talk is None or one.talk.ago > LATELY):
        # An emergency is not lost among the words on something old.
        return True
    if tells_the_same_tale(hearing, one) is False:
        return True
    unlike = one.other_trouble or _has_nothing_of(reading, one)
    if not one.takes_part and reading.certainty >= SPEAK_FROM and (unlike or one.age > RECENT):
        return True
    unit = one.request.where.get("unit", "")
    if reading.certainty >= SPEAK_FROM and unit and reading.place.unit and unit != reading.place.unit:
        return True
    # What may well ask for something and shares nothing with what he said once is not more of that.
    return (
        reading.certainty >= ASK_FROM
        and one.own
        and one.talk is None
        and not one.akin
        and reading.turn != "more"
    )


def _has_nothing_of(reading: Reading, one: Bearing) -> bool:
    """A report of another kind, as unlike as can be: that the room just talked of this joins them no more."""
    at_it = one.same_place or one.same_trouble or one.names_flat or one.concerned
    other = reading.category not in ("", "other", one.request.category)
    return reading.turn == "say" and other and one.alike < UNLIKE and not at_it


def _seconds_another(hearing: Hearing, one: Bearing) -> bool:
    """A "+1" after a group-buy wants what is offered there, "螃蟹+1" names what it wants, and nobody seconds himself."""
    named, _, counted = hearing.message.text.partition("+")
    other = bool(counted) and bool(telling(named)) and not telling(named) & telling(one.text)
    return other or (one.own and not one.akin) or (one.talk is not None and one.talk.offered)


def ends_nothing(hearing: Hearing) -> bool:
    """Who asks once more, in words that tell of no end, has not been helped, however long nobody spoke of it."""
    reading = hearing.reading or Reading()
    return reading.certainty >= SPEAK_FROM and reading.turn not in ("done", "withdraw")


def tells_the_same_tale(hearing: Hearing, one: Bearing) -> bool | None:
    """Of two scams whether they are one, None where the words don't tell, or where it is about something else."""
    told, known = phrases.schemes(hearing.message.text), phrases.schemes(one.text)
    return bool(told & known) if told and known and one.request.category == "fraud" else None
