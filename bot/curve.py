"""Draws how far the reader's certainty can be trusted, as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from bot.breakdown import Bin
from bot.cards import BLUE, LINE
from bot.paper import CLAY, EDGE, INK, INNER, PAPER, SMALL, SOFT, WHITE, WIDTH, Paper, clean, cut

HEIGHT = 1400
LEFT, TOP, SIDE = 180, 330, 820
"""The square of the curve: its left and upper edge, and how long a side is."""
LARGEST, LEAST = 34, 8


def draw(bins: Sequence[Bin], name: str) -> bytes:
    """A PNG: for each bin of certainty the share that were requests, over the diagonal of perfect certainty."""
    paper = Paper(HEIGHT)
    paper.pen.rectangle((0, 0, WIDTH, 199), fill=CLAY)
    paper.write((EDGE, 78), "几成把握，几成是诉求", 64, WHITE, bold=True)
    counted = f"{sum(one.n for one in bins)} 条消息　{clean(name)}"
    paper.write((EDGE, 152), cut(counted, 36, INNER), 36, "#FFE9CC")
    paper.write((EDGE, 264), "真是诉求的有几成", SMALL, INK)
    _grid(paper)
    _points(paper, [one for one in bins if one.n])
    paper.centre((LEFT + SIDE / 2, TOP + SIDE + 110), "机器人的把握", SMALL, INK)
    note = "点落在斜线上就是说多少算多少；点越大，消息越多"
    paper.centre((WIDTH / 2, HEIGHT - 70), note, 38, SOFT)
    return paper.png()


def _grid(paper: Paper) -> None:
    paper.pen.rectangle((LEFT, TOP, LEFT + SIDE, TOP + SIDE), fill=WHITE, outline=LINE, width=3)
    for step in range(0, 11, 2):
        x, y = _at(step / 10, step / 10)
        paper.pen.line((x, TOP, x, TOP + SIDE), fill=LINE, width=2)
        paper.pen.line((LEFT, y, LEFT + SIDE, y), fill=LINE, width=2)
        paper.centre((x, TOP + SIDE + 44), f"{step * 10}%", 36, SOFT)
        paper.centre((LEFT - 64, y), f"{step * 10}%", 36, SOFT)
    paper.pen.line((*_at(0, 0), *_at(1, 1)), fill=SOFT, width=4)


def _points(paper: Paper, bins: Sequence[Bin]) -> None:
    most = max((one.n for one in bins), default=1)
    spots = [_at(one.certainty or 0, one.requests or 0) for one in bins]
    if len(spots) > 1:
        paper.pen.line(spots, fill=BLUE, width=7, joint="curve")
    for one, (x, y) in zip(bins, spots, strict=True):
        # By its area: twice the messages are twice the ink.
        radius = max(LEAST, LARGEST * (one.n / most) ** 0.5)
        paper.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=BLUE, outline=PAPER, width=4)


def _at(certainty: float, share: float) -> tuple[float, float]:
    return LEFT + SIDE * certainty, TOP + SIDE * (1 - share)
