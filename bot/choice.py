"""What a message may be in its room, and what shows it: the signs that nlp/data/choices.tsv weighs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, get_args

from bot import phrases
from bot.acknowledge import staff
from bot.bearing import Bearing, Talk, speaks_to_somebody
from bot.hearing import Hearing
from bot.ruled_out import LATELY, ends_nothing, means_another
from nlp import Reading
from nlp.choice import Option, Part, Signs
from nlp.reading import SPEAK_FROM
from nlp.turn import TURNED

Speaker = Literal["自己", "说过的人", "旁人", "管事的", "志愿者"]
"""Who speaks to a request: its reporter, one who said something of it, a neighbour, the team, a volunteer."""
JUST_NOW, SPOKEN_OF = timedelta(seconds=100), timedelta(minutes=15)
DAYS = timedelta(days=3)
"""How long ago something longer ago was reported tells nothing more."""
NEAR = 4
"""So few lines after something was talked of, a bare "+1" may mean it."""
LEAST = 0.002
"""No likeness says more against than this."""
BOTH_FROM = 0.1
"""What is less likely told by both tells nothing."""
LINES = 5
MOST = 4.0
"""No leaning says more, for or against."""
USUAL = math.log1p(11)
"""The length of most of what is said."""

_SHAPES = {
    "问": re.compile("[?？吗么]"),
    "也": re.compile("也"),
    "我家也": phrases.ALSO,
    "谢": phrases.THANKS,
    "还是": phrases.STILL,
    "没好": phrases.NOT_FIXED,
    "认账": phrases.OWNS_UP,
    "好了": phrases.FOR_CERTAIN,
    "一半": phrases.HALF,
}
_ENDING = frozenset(
    [
        "总",
        "像诉求",
        "不像诉求",
        "像说事",
        "字数",
        "很短",
        "问",
        "谢",
        "还是",
        "没好",
        "好了",
        "一半",
        "同一件",
        "同样的字",
        "同一处",
        "没人说",
        "多久没说",
        "刚在说",
        "正说着",
        "末句是他",
        "报了多久",
        "办结过",
    ]
) | {f"像{turn}" for turn in TURNED.values()}
"""What may tell an end from further words."""


def options(hearing: Hearing, known: list[Bearing]) -> list[Option]:
    """Talk first, then something new, then all that it may say to each known request."""
    shown = of_message(hearing)
    choices = [Option("silent"), Option("new", parts=(Part("新", "", shown | _beside(hearing, known)),))]
    of_speaker = {who: Part("续", who, shown) for who in get_args(Speaker)}
    for one in known:
        who = speaker(hearing, one)
        # What is done and comes again to another is his own request.
        if (one.active or who != "旁人") and not means_another(hearing, one):
            choices += _of_request(hearing, one, of_speaker[who])
    return choices


def _of_request(hearing: Hearing, one: Bearing, common: Part) -> Iterator[Option]:
    who, about = common.who, one.request.id
    bears = of_bearing(hearing, one)
    going_on = (common, Part("续", who, bears))
    yield Option("add", about, going_on)
    if ends_nothing(hearing):
        return
    ending = {name: strength for name, strength in {**common.signs, **bears}.items() if name in _ENDING}
    if who != "旁人":
        yield Option("done", about, (*going_on, Part("结", who, ending)))
    if who == "自己":
        yield Option("withdraw", about, (*going_on, Part("撤", "", ending)))


def speaker(hearing: Hearing, one: Bearing) -> Speaker:
    """Who speaks, as this request sees it."""
    if one.own:
        return "自己"
    if one.takes_part:
        return "说过的人"
    if staff(hearing):
        return "管事的"
    return "志愿者" if "volunteer" in hearing.roles else "旁人"


def of_message(hearing: Hearing) -> dict[str, float]:
    """What the message shows by itself, and who says it."""
    text, reading = hearing.message.text, hearing.reading or Reading()
    asks = _log_odds(reading.certainty, 1e-4)
    signs: dict[str, float] = {
        "总": 1.0,
        "像诉求": max(0.0, asks),
        "不像诉求": min(0.0, asks),
        "字数": math.log1p(len(text)) - USUAL,
        "很短": len(text) < 6,
        "短": len(text) < 12,
        "危急": reading.urgent,
        "说了哪里": bool(reading.place),
        "对人说": speaks_to_somebody(hearing),
        "点名": text.startswith("@"),
        "客气": phrases.COURTESY.fullmatch(text) is not None,
        "另外": phrases.ELSE.match(text) is not None,
        "带图": hearing.message.image,
        "管事的": staff(hearing),
        "志愿者": "volunteer" in hearing.roles,
        "有人开团": any(phrases.OFFER.search(line.text) for line in list(hearing.lately.lines)[-LINES:]),
    }
    signs["像说事"] = _leaning(reading.concern)
    signs |= {f"像{TURNED[turn]}": _leaning(score) for turn, score in reading.leanings.items()}
    signs |= {name: shape.search(text) is not None for name, shape in _SHAPES.items()}
    return _shown(signs)


def _beside(hearing: Hearing, known: list[Bearing]) -> dict[str, float]:
    """What speaks for or against something new beside the message itself."""
    resumed = [one.resumed for one in known if one.resumed is not None]
    return _shown(
        {
            "像报过的": max((one.alike for one in known), default=0.0),
            "正说着一件": bool(resumed) and min(resumed) <= JUST_NOW,
        }
    )


def of_bearing(hearing: Hearing, one: Bearing) -> dict[str, float]:
    """How the message bears on one request: in its words, its place, and in the room's talk."""
    reading, talk, resumed = hearing.reading or Reading(), one.talk, one.resumed
    text, asks = hearing.message.text, reading.certainty >= SPEAK_FROM
    signs: dict[str, float] = {
        "同一件": max(-5.0, min(MOST, _log_odds(one.alike, LEAST))),
        "同样的字": min(one.shares, 3),
        "有同样的字": one.shares > 0,
        "提到他家": one.concerned,
        "说到这家": one.names_flat,
        "别处": one.elsewhere,
        "同一处": one.same_place,
        "另外又像诉求": asks and phrases.ELSE.match(text) is not None,
        "报了多久": math.log1p(min(one.age, DAYS) / timedelta(hours=1)),
        "办结过": not one.active,
        "办结了还没好": not one.active and phrases.NOT_FIXED.search(text) is not None,
        "同一类": reading.category == one.request.category,
        "另一类": reading.category not in ("", one.request.category),
        "危急的": bool(one.request.danger),
        "都危急": reading.urgent and bool(one.request.danger),
        "同一毛病": one.same_trouble,
        "别的毛病": one.other_trouble,
        "别的毛病又像诉求": one.other_trouble and asks,
        "没人说": talk is None,
    }
    # Two who find the lift dead found the same; two whose cars were scratched, each his own.
    signs |= {f"同是{name}": share for name, share in one.shared.items() if share >= BOTH_FROM}
    if talk is not None:
        signs |= _of_talk(talk, text, reading)
    if resumed is not None:
        signs |= {
            "上句是这件": 1.0,
            "上句多久": math.log1p(resumed / timedelta(minutes=1)),
            "上句刚说": resumed <= JUST_NOW,
            "接着上句": talk is not None and talk.his and talk.since == 0,
        }
    elif _spoke_of_another(hearing):
        signs["上句是别件"] = 1.0
    return _shown(signs)


def _of_talk(talk: Talk, text: str, reading: Reading) -> dict[str, float]:
    """How the room talked of it last."""
    signs: dict[str, float] = {
        "多久没说": math.log1p(talk.ago / timedelta(minutes=1)),
        "隔了几句": math.log1p(talk.since),
        "刚在说": talk.latest,
        "正说着": talk.since == 0,
        "末句是他": talk.his,
        "最近几句": math.log1p(talk.often),
        "正说着又认账": talk.latest and talk.ago <= SPOKEN_OF and phrases.OWNS_UP.search(text) is not None,
    }
    if talk.since <= NEAR:
        support = reading.leanings.get("support", -MOST)
        signs |= {"近处像附议": _leaning(support), "近处也": "也" in text}
    return signs


def _spoke_of_another(hearing: Hearing) -> bool:
    last = hearing.lately.last_of(hearing.message.sender)
    return last is not None and last.request_id is not None and hearing.now - last.at < LATELY


def _leaning(score: float) -> float:
    """0 for what it does not sound like at all."""
    return MOST + max(-MOST, min(MOST, score))


def _log_odds(probability: float, least: float) -> float:
    inside = min(max(probability, least), 1 - least)
    return math.log(inside / (1 - inside))


def _shown(signs: Signs) -> dict[str, float]:
    return {name: float(strength) for name, strength in signs.items() if strength}
