"""XLSX for the committee: the 问题清单 with its counts, and the agenda of the 三方会议, ready for A4."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.mask import mask
from nlp import CATEGORIES

_THIN = Side(style="thin", color="B8A890")
GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
# What XML can't hold, and marks that turn the direction of what is read.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
SHANGHAI = ZoneInfo("Asia/Shanghai")
Value = str | int | date | datetime | None
Columns = Sequence[tuple[str, float]]
"""Heading and width in characters."""

LIST: Columns = (
    ("编号", 7),
    ("楼组", 11),
    ("类别", 12),
    ("内容", 38),
    ("位置", 14),
    ("反映时间", 16),
    ("附议户数", 7),
    ("负责", 10),
    ("期限", 11),
    ("状态", 9),
    ("回复", 32),
)
AGENDA: Columns = (
    ("序号", 6),
    ("类别", 12),
    ("楼组", 18),
    ("件数", 6),
    ("户数", 6),
    ("主要问题", 44),
    ("牵头", 10),
    ("议定事项", 30),
    ("责任人", 12),
    ("完成期限", 12),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One request as the committee reads it; `category` is a key of CATEGORIES, all else is in Chinese."""

    number: int
    building: str
    category: str
    text: str
    place: str
    at: datetime
    """When the resident said it, aware."""
    supporters: int
    """Households that joined it, beside the first."""
    holder: str
    due: date | None
    state: str
    reply: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a time without its zone")


def issue_list(title: str, rows: Sequence[Row]) -> bytes:
    """The 问题清单 in the order of `rows`, and on a second sheet the counts per building and category."""
    book = Workbook()
    sheet = _sheet(book, "问题清单", title, LIST)
    for row in rows:
        said = row.at.astimezone(SHANGHAI).replace(tzinfo=None)
        facts = (row.number, row.building, _category(row), mask(row.text), mask(row.place), said)
        _add(sheet, (*facts, row.supporters, row.holder, row.due, row.state, mask(row.reply)))
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(LIST))}{sheet.max_row}"
    _counts(book, title, rows)
    return _bytes(book)


def agenda(title: str, rows: Sequence[Row]) -> bytes:
    """The agenda of a 三方会议: what two or more buildings share first, then each building's own.

    The widest problem (buildings, then households) stands ahead; "other" is a remainder, not a problem,
    and never counts as shared. What is decided, by whom and until when is left to be filled in by hand.
    """
    shared, own = _shared(rows)
    book = Workbook()
    sheet = _sheet(book, "三方会议议程", title, AGENDA)
    groups = sorted(shared.values(), key=lambda group: (-len(_names(group)), -_households(group)))
    _heading(sheet, "一、共性问题（两个及以上楼组）")
    for number, group in enumerate(groups, 1):
        _add(sheet, _point(number, group))
    _heading(sheet, "二、各楼问题")
    for number, row in enumerate(sorted(own, key=lambda row: _natural(row.building)), len(groups) + 1):
        _add(sheet, _point(number, [row]))
    _heading(sheet, "参加：居委会　　　　　　物业　　　　　　业委会　　　　　　楼组长　　　　　　记录：")
    return _bytes(book)


def _shared(rows: Sequence[Row]) -> tuple[dict[str, list[Row]], list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.category, []).append(row)
    shared = {key: group for key, group in groups.items() if key != "other" and len(_names(group)) > 1}
    return shared, [row for row in rows if row.category not in shared]


def _point(number: int, group: Sequence[Row]) -> Sequence[Value]:
    told = [f"{row.building} #{row.number} {mask(row.text)[:60]}" for row in group[:8]]
    if len(group) > 8:
        told.append(f"等 {len(group)} 件")
    holders = "、".join(dict.fromkeys(row.holder for row in group if row.holder))
    names = "、".join(_names(group))
    return (
        number,
        _category(group[0]),
        names,
        len(group),
        _households(group),
        "\n".join(told),
        holders,
        "",
        "",
        "",
    )


def _names(group: Sequence[Row]) -> list[str]:
    return sorted({row.building for row in group}, key=_natural)


def _households(group: Sequence[Row]) -> int:
    return sum(1 + row.supporters for row in group)


def _natural(name: str) -> list[tuple[int, str]]:
    """2号楼 before 10号楼."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]


def _category(row: Row) -> str:
    return CATEGORIES.get(row.category, row.category)


def _counts(book: Workbook, title: str, rows: Sequence[Row]) -> None:
    counts = Counter((row.building, _category(row)) for row in rows)
    used = {_category(row) for row in rows}
    kinds = [name for name in CATEGORIES.values() if name in used]
    kinds += sorted(used.difference(kinds))
    sheet = _sheet(book, "分类统计", title, [("楼组", 14), *((kind, 11) for kind in kinds), ("合计", 9)])
    for building in _names(rows):
        numbers = [counts[building, kind] for kind in kinds]
        _add(sheet, (building, *numbers, sum(numbers)))
    totals = [sum(count for (_, each), count in counts.items() if each == kind) for kind in kinds]
    _add(sheet, ("合计", *totals, sum(totals)), bold=True)


def _sheet(book: Workbook, name: str, title: str, columns: Columns) -> Worksheet:
    """A sheet with its title and headings, set up for A4 across with page numbers."""
    sheet: Worksheet = book.create_sheet(name)
    _put(sheet, 1, 1, title).font = Font(bold=True, size=16)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
    _add(sheet, [heading for heading, _ in columns], bold=True)
    for column, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(2, column).fill = PatternFill("solid", fgColor="FBE8CE")
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "1:2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = sheet.oddFooter
    assert footer is not None and footer.center is not None
    footer.center.text = "第 &P 页，共 &N 页"
    return sheet


def _heading(sheet: Worksheet, text: str) -> None:
    row = sheet.max_row + 1
    _put(sheet, row, 1, text).font = Font(bold=True, size=13)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(AGENDA))


def _add(sheet: Worksheet, values: Sequence[Value], bold: bool = False) -> None:
    row = sheet.max_row + 1
    for column, value in enumerate(values, 1):
        cell = _put(sheet, row, column, value)
        cell.border, cell.font = GRID, Font(bold=bold)


def _put(sheet: Worksheet, row: int, column: int, value: Value) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(value, str):
        set_text(cell, value)
    else:
        cell.value = value
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def set_text(cell: Cell, text: str) -> None:
    """`text` as text whatever it looks like: what residents write is never run as a formula."""
    clean = _FORBIDDEN.sub("", text)
    cell.value = clean if len(clean) <= 32_000 else clean[:32_000] + "…"
    cell.data_type = "s"
    cell.quotePrefix = clean.startswith(tuple("=+-@\t\r\n＝＋－＠"))


def _bytes(book: Workbook) -> bytes:
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
