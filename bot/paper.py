"""Paper for pictures: the project's own Chinese font, text cleaned and cut to its room, boxes."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.mask import mask

WIDTH, EDGE = 1080, 64
INNER = WIDTH - 2 * EDGE
PAPER, WHITE, INK, SOFT, CLAY = "#FFF8EC", "#FFFFFF", "#2A1F16", "#66574A", "#9E3B22"
BODY, SMALL = 52, 46


class Paper:
    """A strip of paper that is filled from the top; `y` is where the next thing goes.

    On paper too short all is lost but `y`: so it is measured how much a card takes.
    """

    def __init__(self, height: int) -> None:
        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.y = 0

    def write(
        self, place: tuple[float, float], text: str, size: int, colour: str, bold: bool = False
    ) -> None:
        """One line, already cut to its room, from `place`: its left end and its middle height."""
        font, stroke = face(text, size, bold)
        self.pen.text(place, text, fill=colour, font=font, anchor="lm", stroke_width=stroke)

    def centre(
        self, place: tuple[float, float], text: str, size: int, colour: str, bold: bool = False
    ) -> None:
        x, y = place
        self.write((x - width(text, size, bold) / 2, y), text, size, colour, bold)

    def lines(self, lines: Sequence[str], size: int, colour: str, left: int = EDGE) -> None:
        for line in lines:
            self.write((left, self.y + size * 0.7), line, size, colour)
            self.y += round(size * 1.4)

    def box(self, left: float, size: tuple[float, float], colour: str, radius: int = 28) -> None:
        """A box with round corners at the present height, drawn four times as large for smooth edges."""
        wide, high = round(size[0]), round(size[1])
        large = Image.new("L", (wide * 4, high * 4))
        ImageDraw.Draw(large).rounded_rectangle((0, 0, wide * 4 - 1, high * 4 - 1), radius * 4, fill=255)
        self.image.paste(colour, (round(left), self.y), large.resize((wide, high), Image.Resampling.BOX))

    def title(self, title: str, colour: str, beside: str = "") -> None:
        """A heading, and what belongs to it beside it or, where that is too long, below."""
        wide = width(title, BODY, bold=True) + 68
        self.box(EDGE, (wide, 82), colour, radius=41)
        self.write((EDGE + 34, self.y + 41), title, BODY, WHITE, bold=True)
        left = EDGE + wide + 24
        fits = left + width(beside, SMALL) <= WIDTH - EDGE
        if fits:
            self.write((left, self.y + 43), beside, SMALL, INK)
        self.y += 82 + 20
        if not fits:
            self.lines(wrap(beside, SMALL, INNER, 1), SMALL, INK)

    def rest(self, count: int, shown: int, unit: str) -> None:
        if count > shown:
            self.lines([f"…… 等 {count} {unit}"], SMALL, SOFT)

    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.save(out, "PNG")
        return out.getvalue()


def wrap(text: str, size: int, room: float, lines: int) -> list[str]:
    """At most `lines` lines; numbers and words stay whole, a closing mark hangs into the edge."""
    filled = [""]
    for token in re.findall(r"(?:\d+[年月日号点楼件户])+|[!-~]+|.", text):
        for piece in [token] if width(token, size) <= room else token:
            hang = size if piece in "，。、；：！？）》】”" else 0
            if filled[-1] and width(filled[-1] + piece, size) > room + hang:
                filled.append("")
            filled[-1] += piece if filled[-1] else piece.lstrip()
        if len(filled) > lines:
            return [*filled[: lines - 1], cut("".join(filled[lines - 1 :]) + "……", size, room)]
    return [line for line in filled if line]


def cut(text: str, size: int, room: float, bold: bool = False) -> str:
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip("，、 …") + "…"


def clean(text: str) -> str:
    """`text` as the font can draw it, on one line: no emoji, no marks of direction; □ for a letter it lacks."""
    chars = (_drawn(char) for char in unicodedata.normalize("NFC", mask(text)[:400]))
    return " ".join("".join(chars).split())


@lru_cache(maxsize=4096)
def _drawn(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if kind[0] in "CM":
        return ""
    return char if _has(char, False) else "□" if kind[0] in "LN" else ""


@lru_cache(maxsize=8192)
def _has(char: str, bold: bool) -> bool:
    font = _font(32, bold)
    return bytes(font.getmask(char)) != bytes(font.getmask("\U0010ffff"))


@lru_cache(maxsize=32)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = f"NotoSansCJKsc-{'Bold' if bold else 'Regular'}.otf"
    return ImageFont.truetype(
        Path(__file__).parent / "fonts" / name, size, layout_engine=ImageFont.Layout.BASIC
    )


def face(text: str, size: int, bold: bool) -> tuple[ImageFont.FreeTypeFont, int]:
    """The font and the stroke for `text`; a rare character in a headline is thickened by its outline."""
    if bold and all(_has(char, True) for char in text):
        return _font(size, True), 0
    return _font(size, False), size // 40 if bold else 0


def width(text: str, size: int, bold: bool = False) -> float:
    font, stroke = face(text, size, bold)
    return font.getlength(text) + 2 * stroke
