"""What the captains corrected, as labelled examples: the text, what was read, and what it really was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.config import Reading as Thresholds
from bot.mask import mask
from nlp import Reader
from store.corrections import Corrected
from store.tables import Request

COLUMNS = ("id", "route", "category", "urgent", "text")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what a captain, or the request it became, says of it; "" where nothing is said."""

    name: str
    """As people know it: 3号楼#12."""
    text: str
    """Of what is no request, only the few words that were kept of it."""
    was: tuple[str, ...]
    """What was read and corrected since: ("noise",), ("unsure", "quick")."""
    why: tuple[str, ...] = ()
    asked: bool = True
    sure: bool = False
    """The captain was asked, though it was one."""
    route: str = ""
    category: str = ""
    row: tuple[str, str, str] = ("chat", "-", "0")
    """Route, category and urgent, all that is known of it."""

    def holds(self, word: str) -> bool:
        return word in self.text


def examples(corrected: Iterable[Corrected]) -> list[Example]:
    """One for each request that was corrected; what was taken back since (`/撤销`) does not count."""
    found: dict[int, tuple[Request, dict[str, tuple[str, str]], str]] = {}
    for one, request in corrected:
        _, fields, words = found.get(request.id, (request, {}, ""))
        first = fields.get(one.field, (one.was, ""))[0]
        found[request.id] = (request, fields | {one.field: (first, one.now)}, one.words or words)
    made = (_example(*one) for one in found.values())
    return [one for one in made if one is not None]


def _example(request: Request, fields: dict[str, tuple[str, str]], words: str) -> Example | None:
    name = f"{request.building.name}#{request.number}"
    if fields.get("request", ("", ""))[1] == "no":
        return Example(name, words, ("unsure",), asked=False) if words else None
    now = {"category": request.category, "route": request.route}
    if request.state != "unsure":
        now["request"] = "yes"
    stands = {field: pair for field, pair in fields.items() if now.get(field) == pair[1] != pair[0]}
    if not stands or request.blanked:
        return None
    return Example(
        name,
        request.text,
        tuple(was for was, _ in stands.values()),
        tuple(request.why),
        sure="request" in stands,
        route=request.route if "route" in stands else "",
        category=request.category if "category" in stands else "",
        row=_row(request),
    )


def known(told: Sequence[Request], corrected: Iterable[Example]) -> list[Example]:
    """What nobody corrected is taken to be as it was read."""
    names = {one.name for one in corrected}
    found = (
        Example(
            f"{one.building.name}#{one.number}",
            one.text,
            (),
            category=one.category,
            row=_row(one),
        )
        for one in told
    )
    return [one for one in found if one.name not in names]


def _row(request: Request) -> tuple[str, str, str]:
    return request.route, request.category, "1" if request.danger else "0"


def right(one: Example, reader: Reader, settings: Thresholds) -> bool:
    """Whether a text is read as the captain says.

    Of what is no request only single words are left: it is read better once one of them tells of none.
    """
    if not one.asked:
        return any(not reader.traces(word) for word in one.text.split())
    reading = reader.read(one.text)
    aloud = reading.urgent or reading.certainty >= settings.speak_from
    if reading.route == "chat" or (one.sure and not aloud):
        return False
    return one.category in ("", reading.category) and one.route in ("", reading.route)


def table(found: Iterable[Example]) -> str:
    """The examples as a file of labelled messages, with nobody's number in it."""
    rows = ["\t".join(COLUMNS)]
    for one in found:
        text = mask(one.text).replace("\t", " ").replace("\r", "").replace("\n", "\\n")
        rows.append("\t".join((one.name, *one.row, text)))
    return "\n".join(rows) + "\n"
