"""A day of a group as a file tells it: who said what when, and what a perfect bot does with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

import click

from bot.labelled import Row, rows
from bot.simulator.neighbourhood import Role

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROLES: tuple[Role, ...] = get_args(Role)
EXPECTED = ("silent", "quick", "listed", "follow", "same", "support", "done", "withdraw", "command")
PHOTO, STICKER = "[图片]", "[表情]"
T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the file. `expect` is "" where the file has no label; `ref` an opener's n, or 0."""

    n: int
    at: datetime
    who: str
    role: Role
    text: str
    expect: str = ""
    ref: int = 0
    category: str = ""
    urgent: bool = False

    @property
    def opens(self) -> bool:
        return self.expect in ("quick", "listed")

    @property
    def photo(self) -> bool:
        return PHOTO in self.text

    @property
    def sticker(self) -> bool:
        """Nothing but stickers: the chat hands none of them on."""
        return STICKER in self.text and not self.text.replace(STICKER, "").strip()

    @property
    def words(self) -> str:
        return self.text.replace(PHOTO, "").strip()


def read(path: Path) -> list[Line]:
    """The day in a file, in its order. Raises ClickException with the line that is wrong."""
    lines = [_line(path, row) for row in rows(path, ("at", "who", "text"))]
    if not lines:
        raise click.ClickException(f"{path.name}：里面没有消息。")
    return lines


def _line(path: Path, row: Row) -> Line:
    try:
        at = datetime.strptime(row["at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI).astimezone(UTC)
        role = row.get("role") or "resident"
        expect = _given(row, "expect")
        return Line(
            n=int(row.get("n") or int(row["line"]) - 1),
            at=at,
            who=row["who"],
            role=_one_of(role, ROLES),
            text=row.get("text", ""),
            expect=_one_of(expect.rstrip("!"), ("", *EXPECTED)),
            ref=int(_given(row, "ref") or 0),
            category=_given(row, "category"),
            urgent=expect.endswith("!"),
        )
    except (KeyError, ValueError) as error:
        raise click.ClickException(f"{path.name}：第 {row['line']} 行看不懂：{error}") from error


def _given(row: Row, name: str) -> str:
    value = row.get(name, "").strip()
    return "" if value == "-" else value


def _one_of(word: str, known: tuple[T, ...]) -> T:
    for one in known:
        if one == word:
            return one
    raise ValueError(f"「{word}」不在 {'、'.join(filter(None, known))} 之内")
