"""Loads the data files a clerk may edit, and says by file and line what is wrong with them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp.reading import CATEGORIES
from nlp.words import Words

DATA = Path(__file__).parent / "data"
KINDS = {"case": "事", "thing": "物", "trouble": "况", "ask": "求", "talk": "闲"}


class Broken(ValueError):
    """A data file that cannot be used: `file:line: what is wrong; what would be right`."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of the vocabulary: a thing, a trouble, a way of asking, a way of talking."""

    kind: str
    name: str
    category: str
    sign: str
    """Its name among the signs that are weighed: "物:电梯"."""
    stands_for: frozenset[str] = field(init=False, compare=False)
    """The kinds that it tells of: 停电 is both the trouble and what has it."""

    def __post_init__(self) -> None:
        whole = self.kind == "case" or (self.kind == "trouble" and self.category)
        object.__setattr__(self, "stands_for", frozenset({"thing", "trouble"} if whole else {self.kind}))


def table(path: Path) -> dict[str, Any]:
    """The TOML file as a dict; raises Broken with its line."""
    content = text_of(path)
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        # A quotation mark that is never closed is only missed at the end of the file.
        line = int(found[1]) if found else content.count("\n") + 1
        raise Broken(
            f"{path.name}:{line}: 写法不对：看看引号是不是英文的，等号和括号齐不齐，有没有写重（{error}）"
        ) from None


def text_of(path: Path) -> str:
    """The text of a file; raises Broken with the line that is not UTF-8."""
    return "".join(line for _, line in _lines(path))


def rows_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table with their numbers, as cells apart by tabs, without its heading and empty lines.

    One after the other: a hundred thousand at once would take as much memory as all that is learned from them.
    """
    for number, line in _lines(path):
        if number > 1 and line.strip():
            yield number, line.rstrip("\r\n").split("\t")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                # Notepad puts a mark in front of the first letter.
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise Broken(f"{path.name}:{number}: 不是 UTF-8 文字，请另存为 UTF-8") from None


def line_of(path: Path, word: str) -> int:
    """The first line of `path` that holds `word`; 1 when none does."""
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if word in line), 1)


def forms(path: Path) -> Words[str]:
    """Mis-heard and dialect forms: as written -> the standard words."""
    merged: dict[str, str] = {}
    for name, entries in table(path).items():
        if not isinstance(entries, dict):
            raise Broken(f"{path.name}:{line_of(path, name)}: 「{name}」要写在 [misheard] 或 [dialect] 下面")
        for written, meant in entries.items():
            if not written or not isinstance(meant, str):
                raise Broken(f'{path.name}:{line_of(path, written)}: 「{written}」要写成 "原来的" = "换成的"')
            merged[written] = meant
    return Words(merged)


def concepts(path: Path) -> Words[tuple[Concept, ...]]:
    """The vocabulary: word -> the concepts it belongs to."""
    merged: dict[str, list[Concept]] = {}
    names: set[str] = set()
    for kind, entries in table(path).items():
        if kind not in KINDS or not isinstance(entries, list):
            raise Broken(
                f"{path.name}:{line_of(path, f'{kind}')}: 不认得 [[{kind}]]，只有 {'、'.join(KINDS)}"
            )
        for entry in entries:
            concept = _concept(path, kind, entry, names)
            for word in str(entry["words"]).split():
                merged.setdefault(word.replace("_", " ").lower(), []).append(concept)
    return Words({word: tuple(found) for word, found in merged.items()})


def _concept(path: Path, kind: str, entry: Any, names: set[str]) -> Concept:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise Broken(f"{path.name}:{line_of(path, f'[[{kind}]]')}: 每个 [[{kind}]] 要有 name")
    name = entry["name"]
    at = f"{path.name}:{line_of(path, repr(name)[1:-1])}"
    if name in names:
        raise Broken(f"{at}: 「{name}」写了两次，请并成一条")
    if not isinstance(entry.get("words"), str) or not entry["words"].strip():
        raise Broken(f'{at}: 「{name}」要有 words = "词 词 词"')
    if unknown := set(entry) - {"name", "category", "words"}:
        raise Broken(f"{at}: 「{name}」里不认得 {'、'.join(sorted(unknown))}，只有 name、category、words")
    category = entry.get("category", "")
    if category and category not in CATEGORIES:
        raise Broken(f"{at}: 「{name}」的 category 不认得「{category}」，可以是 {'、'.join(CATEGORIES)}")
    names.add(name)
    return Concept(kind, name, category, f"{KINDS[kind]}:{name}")


def parts(path: Path) -> Words[str]:
    """Shared parts of a compound: as said -> the usual name."""
    merged: dict[str, str] = {}
    entries = table(path).get("parts")
    if not isinstance(entries, dict):
        raise Broken(f"{path.name}:1: 要有 [parts]")
    for name, words in entries.items():
        if not isinstance(words, str) or not words.strip():
            raise Broken(f'{path.name}:{line_of(path, name)}: 「{name}」要写成 "名字" = "叫法 叫法"')
        merged |= {word.replace("_", " "): name for word in words.split()}
    return Words(merged)
