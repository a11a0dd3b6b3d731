"""Names the words and rules that decided what a message is, the weightiest first, in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nlp import weigh
from nlp.cues import Cues
from nlp.danger import DANGERS
from nlp.reading import CATEGORIES, ROUTES, Danger, Route, Turn
from nlp.turn import TURNED


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows, and what that weighs."""

    weights: weigh.Weights
    cues: Cues
    signs: list[str]
    letters: set[str]

    def spoken(self, output: str, towards: int = 1, besides: Iterable[str] = ()) -> str:
        """The weightiest signs for (or, with -1, against) `output`, with the words that showed them."""
        named = self.weights.strongest([*self.cues.signs, *besides], output, towards)
        if not named:
            named = self.weights.strongest([*self.signs, *self.letters], output, towards)
        return self.cues.quoted(weigh.LETTER + name if name in self.letters else name for name in named)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a message."""

    route: Route
    category: str
    danger: Danger
    turn: Turn
    elsewhere: bool
    """It was rather taken for a letter, a post or an advertisement than for talk of the group."""
    told: Mapping[str, float]


def why(shown: Shown, decided: Decided, alarm: str) -> tuple[str, ...]:
    """One line for each decision; `alarm` is the word of danger that was found, if any."""
    lines = []
    if decided.danger:
        danger = alarm or shown.spoken("urgent", 1, _itself(shown, decided))
        lines.append(f"危急（{DANGERS[decided.danger]}）：{danger}")
    if decided.elsewhere:
        lines.append("像群外的文字：" + shown.spoken("elsewhere"))
    asks = "complaint" if decided.elsewhere else "request"
    if decided.route == "chat":
        lines.append("像闲话：" + shown.spoken(asks, -1))
    else:
        lines += ["像诉求：" + shown.spoken(asks), *_kind(shown, decided)]
    if decided.turn != "say":
        lines.append(f"接前面的话（{TURNED[decided.turn]}）：" + shown.spoken(decided.turn))
    return tuple(lines)


def _kind(shown: Shown, decided: Decided) -> tuple[str, str]:
    """Why it is for the list or the spot, and of which category."""
    towards = 1 if decided.route == "listed" else -1
    likeliest = _likeliest(shown, decided)
    within = "" if likeliest in CATEGORIES else f"（{likeliest}）"
    return (
        f"像{ROUTES[decided.route]}：" + shown.spoken("listed", towards, _itself(shown, decided)),
        f"归{CATEGORIES[decided.category]}{within}：" + shown.spoken(likeliest),
    )


def _itself(shown: Shown, decided: Decided) -> list[str]:
    return [weigh.TROUBLE + _likeliest(shown, decided)]


def _likeliest(shown: Shown, decided: Decided) -> str:
    """The trouble told most likely, of the category that was decided."""
    kinds = shown.weights.kinds
    return next((name for name in decided.told if kinds[name] == decided.category), decided.category)
