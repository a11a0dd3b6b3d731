"""Reads a neighbourhood's vocabulary.toml; every mistake in it at once, with its line and what would be right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nlp.knowledge import KINDS, Broken, table
from nlp.own import NEVER, Entry, Own
from nlp.reading import CATEGORIES

LARGEST = 1 << 20
"""Bytes; a list of words that is longer is none."""
MOST = 5_000
"""Words; each that is never meant takes a character of its own, of 6,400 that there are."""
HEAVIEST = 10.0
KEYS = ("words", "kind", "category", "route", "weight")
SORTS = (*KINDS, NEVER)
WITH_CATEGORY = ("case", "thing", "trouble")
ROUTES = ("quick", "listed")
_BY_NAME = {name: key for key, name in CATEGORIES.items()}
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")


def read(path: Path) -> Own:
    """The own words of a file, none when there is no such file. Raises Broken with a line for each mistake."""
    if not path.exists():
        return Own()
    try:
        if path.stat().st_size > LARGEST:
            raise Broken(f"{path.name}:1: 太大了，最多 1 MB")
        content, lines = table(path), path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise Broken(f"{path.name}:1: 读不出来（{error.strerror}）；请看它是不是文件、有没有权限") from None
    file = _File(path, content, lines)
    own = file.own()
    if file.mistakes:
        raise Broken("\n".join(f"{path.name}:{line}: {told}" for line, told in sorted(file.mistakes)))
    return own


class _File:
    """One file on its way to its words, and the mistakes found so far."""

    def __init__(self, path: Path, content: dict[str, Any], lines: list[str]) -> None:
        self.content, self.lines = content, lines
        self.mistakes: list[tuple[int, str]] = []
        self.known: dict[str, int] = {}
        """Word -> the line that has it."""
        self.places: list[tuple[str, int]] = _places(lines)

    def own(self) -> Own:
        for name in self.content:
            if name not in ("word", "forms", "places"):
                line = (
                    self.line(name, 0)
                    if isinstance(self.content[name], dict | list)
                    else self.line("", 0, name)
                )
                self.wrong(line, f"不认得「{name}」，只有 [[word]]、[forms]、[places]")
        found = [self.entry(number, one) for number, one in enumerate(self.listed())]
        entries = tuple(one for one in found if one is not None)
        own = Own(entries, self.forms(), self.shared_places())
        if len(own) > MOST:
            self.wrong(1, f"有 {len(own)} 个词，最多 {MOST} 个")
        return own

    def wrong(self, line: int, told: str) -> None:
        self.mistakes.append((line, told))

    def listed(self) -> list[Any]:
        entries = self.content.get("word", [])
        if isinstance(entries, list):
            return entries
        self.wrong(self.line("word", 0), "要写成两层方括号：[[word]]")
        return []

    def entry(self, number: int, one: Any) -> Entry | None:
        """One [[word]]; None when it is wrong."""
        before = len(self.mistakes)
        if not isinstance(one, dict):
            self.wrong(self.line("word", number), '每个 [[word]] 下面写 words = "词 词"')
            return None
        for key in one:
            if key not in KEYS:
                self.wrong(
                    self.line("word", number, key),
                    f"不认得 {key}{_perhaps(key, KEYS)}，只有 {'、'.join(KEYS)}",
                )
        words = self.words(number, one.get("words"))
        kind = self.choice(number, one, "kind", SORTS) or "thing"
        category = self.category(number, one, kind)
        route = self.choice(number, one, "route", ROUTES)
        weight = one.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= HEAVIEST:
            self.wrong(
                self.line("word", number, "weight"),
                f"weight 是平常的几倍，写大于 0、不超过 {HEAVIEST:g} 的数，例如 weight = 2",
            )
        return Entry(words, kind, category, route, float(weight)) if len(self.mistakes) == before else None

    def words(self, number: int, said: Any) -> tuple[str, ...]:
        line = self.line("word", number, "words")
        if not isinstance(said, str) or not said.strip():
            self.wrong(line, '要有 words = "词 词"，几个说法用空格隔开')
            return ()
        words = tuple(word.replace("_", " ") for word in said.split())
        for word in words:
            self.once(word, line)
        return words

    def once(self, word: str, line: int) -> None:
        """A word stands in one place only."""
        if word in self.known:
            self.wrong(line, f"「{word}」第 {self.known[word]} 行已经写过，只留一处")
        self.known.setdefault(word, line)

    def choice(self, number: int, one: dict[str, Any], key: str, known: tuple[str, ...]) -> str:
        value = one.get(key, "")
        if not value and key not in one:
            return ""
        if value not in known:
            told = f"{key} 不认得「{value}」{_perhaps(value, known)}，可以是 {'、'.join(known)}"
            self.wrong(self.line("word", number, key), told)
            return ""
        return str(value)

    def category(self, number: int, one: dict[str, Any], kind: str) -> str:
        value = one.get("category", "")
        line = self.line("word", number, "category")
        if not value:
            if kind == "case":
                self.wrong(line, f"case 要写 category，可以是 {_categories()}")
            return ""
        key = _BY_NAME.get(str(value), value)
        if key not in CATEGORIES:
            near = _perhaps(value, (*CATEGORIES, *_BY_NAME))
            self.wrong(line, f"category 不认得「{value}」{near}，可以是 {_categories()}")
        elif kind not in WITH_CATEGORY:
            self.wrong(line, f'{kind} 不分类别，请删去 category；要分类别就写 kind = "thing"')
        return str(key)

    def forms(self) -> dict[str, str]:
        found = {}
        for written, meant in self.pairs("forms", '"听错的" = "本来的"'):
            if len(written) < 2:
                told = f'「{written}」只有一个字，会改坏别的话；写长一点，例如 "路等" = "路灯"'
                self.wrong(self.line("forms", 0, written), told)
            found[written] = meant
        return found

    def shared_places(self) -> dict[str, str]:
        """As said -> the usual name, the name itself among what is said."""
        found: dict[str, str] = {}
        for name, said in self.pairs("places", '"名字" = "叫法 叫法"'):
            for word in dict.fromkeys([name, *said.replace("_", " ").split()]):
                if word in found:
                    self.wrong(
                        self.line("places", 0, name), f"「{word}」已经是「{found[word]}」的叫法，只留一处"
                    )
                found.setdefault(word, name)
        return found

    def pairs(self, section: str, right: str) -> Iterable[tuple[str, str]]:
        entries = self.content.get(section, {})
        if not isinstance(entries, dict):
            self.wrong(self.line("", 0, section), f"要写成 [{section}]，下面每行 {right}")
            return
        for left, value in entries.items():
            if left.strip() and isinstance(value, str) and value.strip():
                yield left, value
            else:
                self.wrong(self.line(section, 0, left), f"「{left}」要写成 {right}")

    def line(self, section: str, number: int, key: str = "") -> int:
        """Where a key of a section stands, else where the section begins, else 1."""
        mine = [at for at, place in enumerate(self.places, 1) if place == (section, number)]
        named = (at for at in mine if key and self.lines[at - 1].strip().lstrip("\"'").startswith(key))
        return next(named, mine[0] if mine else 1)


def _places(lines: list[str]) -> list[tuple[str, int]]:
    """For each line its section, and how many of that name came before."""
    found, here, seen = [], ("", 0), dict[str, int]()
    for line in lines:
        if header := _HEADER.match(line):
            name = header[2].strip(" '\"")
            here = (name, seen.get(name, 0) if header[1] == "[[" else 0)
            seen[name] = here[1] + 1
        found.append(here)
    return found


def _perhaps(word: object, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.5)
    return f"，是不是 {near[0]}？" if near else ""


def _categories() -> str:
    return "、".join(f"{key}（{name}）" for key, name in CATEGORIES.items())
