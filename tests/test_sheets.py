"""The committee's XLSX and the list of households: what is written can be read, and nothing in it runs."""

# ruff: noqa: DTZ001 - a spreadsheet knows no zones

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.households import HouseholdRow, read_households, template
from bot.sheets import LIST, Row, agenda, issue_list

ROW = Row(
    number=5,
    building="3号楼",
    category="water",
    text="顶楼漏水",
    place="2单元顶楼",
    at=datetime(2026, 11, 16, 17, 30, tzinfo=UTC),
    supporters=4,
    holder="物业",
    due=date(2026, 11, 25),
    state="在办",
    reply="已报修",
)


def sheets(data: bytes) -> list[Worksheet]:
    book = load_workbook(io.BytesIO(data))
    return [sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)]


def table(sheet: Worksheet, first: int = 2) -> list[list[object]]:
    return [list(row) for row in sheet.iter_rows(min_row=first, values_only=True)]


def test_the_list_reads_back_as_it_was() -> None:
    sheet, _ = sheets(issue_list("河滨花园 问题清单", [ROW]))
    assert sheet["A1"].value == "河滨花园 问题清单"
    headings, line = table(sheet)
    assert headings == [heading for heading, _ in LIST]
    said, due = datetime(2026, 11, 17, 1, 30), datetime(2026, 11, 25)
    assert line == [5, "3号楼", "给排水", "顶楼漏水", "2单元顶楼", said, 4, "物业", due, "在办", "已报修"]
    assert sheet["F3"].is_date and sheet["I3"].is_date


def test_the_list_is_ready_for_paper_and_filters() -> None:
    for sheet in sheets(issue_list("清单", [ROW] * 3)):
        assert sheet.freeze_panes == "A3"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows == "$1:$2"
        assert sheet.page_setup.fitToHeight == 0 and sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in str(sheet.oddFooter.center.text)
    sheet = sheets(issue_list("清单", [ROW] * 3))[0]
    assert sheet.auto_filter.ref == "A2:K5"
    assert sheet["D3"].alignment.wrap_text


def test_counts_per_building_and_category() -> None:
    rows = [
        ROW,
        replace(ROW, number=6, building="10号楼"),
        replace(ROW, number=7, building="10号楼"),
        replace(ROW, number=8, category="elevator"),
    ]
    _, counts = sheets(issue_list("清单", rows))
    assert table(counts) == [
        ["楼组", "电梯", "给排水", "合计"],
        ["3号楼", 1, 1, 2],
        ["10号楼", 0, 2, 2],
        ["合计", 1, 3, 4],
    ]


def test_an_empty_list_is_a_list() -> None:
    sheet, counts = sheets(issue_list("清单", []))
    assert len(table(sheet)) == 1
    assert table(counts) == [["楼组", "合计"], ["合计", 0]]
    assert sheets(agenda("议程", []))


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(ROW, at=datetime(2026, 11, 16))
    sheet = sheets(
        issue_list("清单", [replace(ROW, at=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8))))])
    )[0]
    assert sheet["F3"].value == datetime(2026, 1, 1)


FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2楼",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "#REF!",
    "=",
    "12",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_is_never_run(text: str) -> None:
    for data in (
        issue_list(text, [replace(ROW, text=text, reply=text)]),
        agenda(text, [replace(ROW, holder=text)]),
    ):
        for sheet in sheets(data):
            for line in sheet.iter_rows():
                assert not [cell.coordinate for cell in line if cell.data_type in ("f", "e")]
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert not [name for name in packed.namelist() if b"<f>" in packed.read(name)]
    cell = sheets(issue_list("清单", [replace(ROW, text=text)]))[0]["D3"]
    assert cell.data_type == "s"
    assert cell.quotePrefix == (text[0] in "=+-@\t\r＝")


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_fits_a_cell(text: str) -> None:
    row = replace(ROW, text=text, building=text, category=text, state=text, reply=text)
    assert len(sheets(issue_list(text, [row]))) == 2
    assert len(sheets(agenda(text, [row, replace(row, building="3号楼")]))) == 1


def test_bad_characters_and_endless_texts_are_cut_out() -> None:
    text = "漏\x00水\x0b了\ud800\ufffe\u202e" + "啊" * 40_000
    value = sheets(issue_list("清单", [replace(ROW, text=text)]))[0]["D3"].value
    assert isinstance(value, str)
    assert value.startswith("漏水了啊") and value.endswith("啊…")
    assert len(value) < 32_767


def test_no_number_of_anybody_leaves_with_the_file() -> None:
    row = replace(ROW, text="打13812345678", place="沪A12345旁", reply="问62345678")
    for data in (issue_list("清单", [row]), agenda("议程", [row])):
        words = " ".join(str(value) for sheet in sheets(data) for line in table(sheet) for value in line)
        assert "12345" not in words and "2345678" not in words
        assert "138******78" in words


def test_the_agenda_puts_what_buildings_share_first() -> None:
    def row(number: int, building: str, category: str, supporters: int = 0) -> Row:
        return replace(ROW, number=number, building=building, category=category, supporters=supporters)

    rows = [
        row(1, "1号楼", "noise", 50),
        row(2, "1号楼", "parking"),
        row(3, "2号楼", "parking"),
        row(4, "1号楼", "water", 9),
        row(5, "10号楼", "water"),
        row(6, "2号楼", "elevator"),
        row(7, "1号楼", "elevator"),
        row(8, "3号楼", "elevator"),
        row(9, "1号楼", "other"),
        row(10, "2号楼", "other"),
        row(11, "1号楼", "noise"),
    ]
    (sheet,) = sheets(agenda("三方会议", rows))
    told = [line[:5] for line in table(sheet, 3)]
    assert told[0][0] == "一、共性问题（两个及以上楼组）"
    assert told[1:4] == [
        [1, "电梯", "1号楼、2号楼、3号楼", 3, 3],
        [2, "给排水", "1号楼、10号楼", 2, 11],
        [3, "停车秩序", "1号楼、2号楼", 2, 2],
    ]
    assert str(told[4][0]).startswith("二、")
    assert [line[1] for line in told[5:9]] == ["噪音扰民", "其他", "噪音扰民", "其他"]
    assert "1号楼 #7 顶楼漏水" in str(sheet["F4"].value)


def test_a_long_shared_problem_is_counted() -> None:
    rows = [replace(ROW, number=n, building=f"{n}号楼") for n in range(1, 21)]
    (sheet,) = sheets(agenda("三方会议", rows))
    assert str(sheet["F4"].value).endswith("等 20 件")


HEAD = ["楼组", "别名", "单元", "房号", "称呼", "角色", "电话"]
LINES = [
    ["3号楼", "东单元", "1", "101", "王阿姨", "", "13812345678"],
    ["3号楼", "", "2", "3-101", "", "居民", ""],
    ["3号楼", "", "", "", "李阿姨", "楼组长", ""],
    ["", "", "", "", "马师傅", "物业", ""],
]
READ = [
    HouseholdRow("3号楼", "东单元", "1", "101", "王阿姨", "居民"),
    HouseholdRow("3号楼", "", "2", "3-101", "", "居民"),
    HouseholdRow("3号楼", "", "", "", "李阿姨", "楼组长"),
    HouseholdRow("", "", "", "", "马师傅", "物业"),
]


def xlsx(*lines: Sequence[object], name: str = "名单") -> bytes:
    book = Workbook()
    sheet = book.create_sheet(name, 0)
    for line in lines:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def comma(*lines: list[str], mark: str = ",") -> str:
    return "".join(mark.join(line) + "\r\n" for line in lines)


def test_reads_a_workbook() -> None:
    assert read_households(xlsx(HEAD, *LINES), "名单.XLSX") == (READ, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_reads_a_csv_of_any_usual_make(encoding: str, mark: str) -> None:
    assert read_households(comma(HEAD, *LINES, mark=mark).encode(encoding), "a.csv") == (READ, [])


def test_reads_its_own_template_filled_in() -> None:
    book = load_workbook(io.BytesIO(template()))
    assert read_households(template(), "模板.xlsx") == ([], [])
    sheet = book["住户名单"]
    assert isinstance(sheet, Worksheet)
    assert [cell.value for cell in sheet[1]] == HEAD[:-1]
    assert sheet["D2"].number_format == "@"
    for row, line in enumerate(LINES, 2):
        for column, value in enumerate(line[:-1], 1):
            sheet.cell(row, column, value or None)
    out = io.BytesIO()
    book.save(out)
    assert read_households(out.getvalue(), "a.xlsx") == (READ, [])


def test_numbers_are_flats() -> None:
    (row,), mistakes = read_households(
        xlsx(HEAD, ["3号楼", None, 1, 101.0, None, None, 13812345678]), "a.xlsx"
    )
    assert (row.unit, row.flat, mistakes) == ("1", "101", [])


def test_columns_may_stand_in_any_order_under_empty_lines() -> None:
    data = comma([], ["角色", "房号", "楼组"], ["", "101", "3号楼"]).encode()
    assert read_households(data, "a.csv")[0] == [HouseholdRow("3号楼", "", "", "101", "", "居民")]


def test_tells_every_mistake_by_its_line() -> None:
    lines: list[list[object]] = [
        ["3号楼", "", "", "", "王阿姨", ""],
        ["", "", "", "101", "", ""],
        ["3号楼", "", "", "102", "", "楼长"],
        ["3号楼", "", "", "", "", "楼组长"],
        ["3号楼", "", "", "103", "王阿姨13812345678", ""],
        ["3号楼", "", "", datetime(2026, 3, 1), "", ""],
        ["3号楼", "", "", "104", "啊" * 41, ""],
        ["3号楼", "", "", "105", "", ""],
        ["3号楼", "", "", "105", "", "居民"],
        ["", "", "", "", "", "坏"],
    ]
    rows, mistakes = read_households(xlsx([*HEAD[:6], "备注"], *lines), "a.xlsx")
    assert [row.flat for row in rows] == ["105"]
    assert mistakes == [
        "第 1 行：不认识“备注”这一列，没有读",
        "第 2 行：没有写房号",
        "第 3 行：没有写楼组（合并的单元格请拆开，每行都写）",
        "第 4 行：角色“楼长”不认识，可以填：居民、楼组长、副楼组长、志愿者、居委会、物业、业委会、街道",
        "第 5 行：楼组长没有写称呼",
        "第 6 行：“称呼”里有电话或证件号码，请去掉",
        "第 7 行：“房号”被表格软件变成了日期，请把这一列设成文本再填",
        "第 8 行：“称呼”太长，最多 40 个字",
        "第 10 行：和第 9 行重复",
        "第 11 行：角色“坏”不认识，可以填：居民、楼组长、副楼组长、志愿者、居委会、物业、业委会、街道",
    ]


UNREADABLE = {
    "旧表": (b"\xd0\xcf\x11\xe0", "a.xls", "只能读 .xlsx 和 .csv"),
    "不是表": (b"PK\x03\x04rubbish", "a.xlsx", "文件打不开"),
    "半个": (xlsx(HEAD)[:300], "a.xlsx", "文件打不开"),
    "空表": (b"", "a.csv", "没有“楼组”这一列"),
    "没有表头": ("3号楼,101\n".encode(), "a.csv", "没有“楼组”这一列"),
    "乱码": (b"\xff\xff\xff", "a.csv", "文字编码认不出"),
    "太大": (bytes(10 * 1024 * 1024 + 1), "a.csv", "文件太大"),
    "一格太大": ("楼组\n".encode() + b'"' + b"a" * 200_000 + b'"', "a.csv", "不是 CSV 的格式"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_says_what_cannot_be_read(what: str) -> None:
    data, name, why = UNREADABLE[what]
    rows, (mistake,) = read_households(data, name)
    assert not rows
    assert why in mistake


def test_refuses_a_workbook_that_unpacks_without_end() -> None:
    out = io.BytesIO(xlsx(HEAD))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb", bytes(101 * 1024 * 1024))
    assert read_households(out.getvalue(), "a.xlsx") == ([], ["文件展开后太大"])


def test_stops_at_the_most_lines() -> None:
    data = comma(["楼组", "房号"], *(["3号楼", str(flat)] for flat in range(20_005)))
    rows, mistakes = read_households(data.encode(), "a.csv")
    assert len(rows) == 20_000
    assert mistakes == ["第 20002 行：一次最多 20000 行，后面的没有读"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=80).map(lambda text: f"楼组,房号,称呼\n{text}".encode("utf-8", "ignore")),
    )
)
def test_nothing_breaks_the_reading_of_a_csv(data: bytes) -> None:
    rows, mistakes = read_households(data, "a.csv")
    assert isinstance(rows, list) and all(mistakes)
