"""The list of households and people: the template to fill in, and what came back, read line by line."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, time

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from bot.mask import mask

COLUMNS = ("楼组", "别名", "单元", "房号", "称呼", "角色")
ROLES = ("居民", "楼组长", "副楼组长", "志愿者", "居委会", "物业", "业委会", "街道")
PASSED_OVER = ("电话", "手机", "手机号", "联系电话", "联系方式")
"""Columns that lists often have: never read, never kept, no mistake."""
OFFICES = ("居委会", "物业", "业委会", "街道")
EXAMPLES = (
    ("3号楼", "东单元", "1", "101", "王阿姨", "居民"),
    ("3号楼", "东单元", "1", "202", "李阿姨", "楼组长"),
    ("", "", "", "", "周主任", "居委会"),
    ("", "", "", "", "马师傅", "物业"),
)
HINTS = (
    "一户或一人一行，填在“住户名单”表里，这张说明不会被读取。",
    "楼组：和微信群对应的那栋楼，如 3号楼。别名：大家平时怎么叫它，可以不填。",
    "房号：居民必填。称呼：王阿姨、李师傅就好，不必写全名；居民可以不填。",
    "角色：" + "、".join(ROLES) + "；不填就是居民。居委会、物业、业委会、街道管全小区时，楼组可以不填。",
    "不要写电话和身份证号：系统不需要，也不保存。",
    "例：",
)
_DATE = "〔日期〕"
BYTES, UNPACKED, LINES, WIDTH = 10 * 1024 * 1024, 100 * 1024 * 1024, 20_000, 30


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One line of the list: a flat, a person, or both; "" where nothing was written."""

    building: str
    alias: str
    unit: str
    flat: str
    name: str
    role: str
    """One of ROLES."""


class _Unreadable(Exception):
    pass


def template() -> bytes:
    """The XLSX to be filled in: the list with a choice of roles, and a sheet that explains it."""
    book = Workbook()
    del book["Sheet"]
    sheet = book.create_sheet("住户名单")
    for column, heading in enumerate(COLUMNS, 1):
        cell = sheet.cell(1, column, heading)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FBE8CE")
        # As text: a spreadsheet makes a date of the flat 3-101 otherwise.
        dimension = sheet.column_dimensions[cell.column_letter]
        dimension.number_format, dimension.width = "@", 14
        for row in range(2, 502):
            sheet.cell(row, column).number_format = "@"
    choice = DataValidation(type="list", formula1=f'"{",".join(ROLES)}"', allow_blank=True)
    choice.error, choice.errorTitle = "请从列表里选", "角色"
    choice.add(f"F2:F{LINES}")
    sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"
    guide = book.create_sheet("说明")
    for hint in HINTS:
        guide.append([hint])
    for example in (COLUMNS, *EXAMPLES):
        guide.append(example)
    guide.column_dimensions["A"].width = 16
    guide.sheet_view.showGridLines = False
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_households(data: bytes, name: str) -> tuple[list[HouseholdRow], list[str]]:
    """The rows of a filled-in list (.xlsx, or .csv in UTF-8 or GB18030) and all its mistakes, in Chinese.

    A line with a mistake yields no row; a column 电话 is passed over unread.
    """
    try:
        return _rows(_lines(data, name))
    except _Unreadable as error:
        return [], [str(error)]


def _lines(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers as people see them, and the cells as text."""
    if len(data) > BYTES:
        raise _Unreadable("文件太大，最多 10 MB")
    if name.lower().endswith(".csv"):
        return _csv(data)
    if name.lower().endswith(".xlsx"):
        return _xlsx(data)
    raise _Unreadable("只能读 .xlsx 和 .csv 文件；旧的 .xls 请先另存为 .xlsx")


def _csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _Unreadable("文字编码认不出，请另存为 UTF-8 的 CSV 或 .xlsx")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
    try:
        for cells in reader:
            yield reader.line_num, [_text(cell) for cell in cells[:WIDTH]]
    except csv.Error as error:
        raise _Unreadable(f"第 {reader.line_num + 1} 行：不是 CSV 的格式") from error


def _xlsx(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise _Unreadable("文件展开后太大")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book["住户名单"] if "住户名单" in book.sheetnames else book.worksheets[0]
        rows = enumerate(sheet.iter_rows(max_col=WIDTH, max_row=LINES + 2, values_only=True), 1)
        lines = [(number, [_text(cell) for cell in row]) for number, row in rows]
    except _Unreadable:
        raise
    except Exception as error:  # a broken archive fails in as many ways as it has parts
        raise _Unreadable("文件打不开，请用 Excel 或 WPS 另存为 .xlsx 再试") from error
    yield from lines


def _text(value: object) -> str:
    """A cell as it was meant: 101.0 is a flat, a date is what became of 3-101."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, date | time):
        return _DATE
    seen = " ".join(str(value).split()) if value is not None else ""
    return "".join(char for char in seen if unicodedata.category(char)[0] != "C")


def _rows(lines: Iterator[tuple[int, list[str]]]) -> tuple[list[HouseholdRow], list[str]]:
    filled = ((number, cells) for number, cells in lines if any(cells))
    first, headings = next(filled, (1, []))
    mistakes = _heading_mistakes(first, headings)
    seen: dict[HouseholdRow, int] = {}
    for number, cells in filled:
        if number > LINES + 1:
            mistakes.append(f"第 {number} 行：一次最多 {LINES} 行，后面的没有读")
            break
        row = _row(dict(zip(headings, cells, strict=False)))
        wrong = _wrong(row)
        if row in seen:
            wrong.append(f"和第 {seen[row]} 行重复")
        mistakes += [f"第 {number} 行：{each}" for each in wrong]
        if not wrong:
            seen[row] = number
    return list(seen), mistakes


def _heading_mistakes(line: int, headings: list[str]) -> list[str]:
    if "楼组" not in headings:
        raise _Unreadable(f"第 {line} 行：没有“楼组”这一列；第一行要写 {'、'.join(COLUMNS)}")
    known = {*COLUMNS, *PASSED_OVER, ""}
    strange = [
        f"第 {line} 行：不认识“{heading[:20]}”这一列，没有读" for heading in headings if heading not in known
    ]
    twice = {heading for heading in COLUMNS if headings.count(heading) > 1}
    return strange + [f"第 {line} 行：“{heading}”这一列写了两次，读的是后一次" for heading in sorted(twice)]


def _row(cells: dict[str, str]) -> HouseholdRow:
    building, alias, unit, flat, name, role = (cells.get(column, "") for column in COLUMNS)
    return HouseholdRow(building, alias, unit, flat, name, role or "居民")


def _wrong(row: HouseholdRow) -> list[str]:
    wrong = []
    for column, value in zip(COLUMNS, astuple(row), strict=True):
        if value == _DATE:
            wrong.append(f"“{column}”被表格软件变成了日期，请把这一列设成文本再填")
        elif len(value) > 40:
            wrong.append(f"“{column}”太长，最多 40 个字")
        elif mask(value) != value:
            wrong.append(f"“{column}”里有电话或证件号码，请去掉")
    if row.role not in ROLES:
        wrong.append(f"角色“{row.role[:20]}”不认识，可以填：{'、'.join(ROLES)}")
    elif not row.building and row.role not in OFFICES:
        wrong.append("没有写楼组（合并的单元格请拆开，每行都写）")
    if row.role == "居民" and not row.flat:
        wrong.append("没有写房号")
    if row.role in ROLES[1:] and not row.name:
        wrong.append(f"{row.role}没有写称呼")
    return wrong
