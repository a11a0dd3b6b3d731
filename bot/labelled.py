"""Reads labelled messages: tab-separated, UTF-8, with a header; a mistake is told with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import click

Row = dict[str, str]


def rows(path: Path, needed: Collection[str]) -> list[Row]:
    """The lines of a file by the names of its header; raises ClickException when one of `needed` is missing."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path.name}：不是 UTF-8 编码，请另存为 UTF-8 再试。") from error
    header, *lines = [line.rstrip("\r").split("\t") for line in text.split("\n")]
    missing = [name for name in needed if name not in header]
    if missing:
        raise click.ClickException(f"{path.name}：第 1 行缺少列 {'、'.join(missing)}，各列之间用制表符隔开。")
    return list(_rows(path, header, lines))


def _rows(path: Path, header: list[str], lines: Sequence[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        if cells == [""]:
            continue
        if len(cells) != len(header):
            raise click.ClickException(
                f"{path.name}：第 {number} 行有 {len(cells)} 列，表头只有 {len(header)} 列。"
            )
        row = dict(zip(header, cells, strict=False))
        row["line"] = str(number)
        if "text" in row:
            row["text"] = row["text"].replace("\\n", "\n")
        yield row
