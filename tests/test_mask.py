"""The masking layer: no number that identifies somebody gets through, no other is touched."""

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.mask import courtesy, mask

HIDDEN = [
    ("打我13812345678", "打我138******78"),
    ("138 1234 5678", "138******78"),
    ("138-1234-5678 和 13987654321", "138******78 和 139******21"),
    ("１３８１２３４５６７８", "138******78"),
    ("+86 138 1234 5678", "138******78"),
    ("(+86)13812345678", "138******78"),
    ("\u202d138 1234\u200b5678\u202c", "\u202d138******78\u202c"),
    ("幺三八一二三四五六七八", "***********"),
    ("021-62345678", "021-******78"),
    ("（0735）2234567", "0735-*****67"),
    ("+86 21 6234 5678", "021-******78"),
    ("居委会62345678", "居委会******78"),
    ("居委会 6234-5678", "居委会 ******78"),
    ("座机 2301-1502", "座机 ******02"),
    ("1301 138 1234 5678", "1301 138******78"),
    ("301 6234 5678", "301 ******78"),
    ("1501 1502 138 1234 5678", "1501 1502 138******78"),
    ("400 138 1234 5678", "400 138******78"),
    ("身份证31010119500101123x", "身份证31**************3X"),
    ("310101 19500101 1234", "31**************34"),
    ("310101500101123", "31***********23"),
    ("6222 0212 3456 7890 123", "6222*************23"),
    ("卡号6222021234567890", "卡号6222**********90"),
    ("1381234567813912345678", "1381****************78"),
    ("沪A12345挡路", "沪A***45挡路"),
    ("沪a·d12345", "沪A****45"),
    ("京ＡF 这车 粤Z1234港", "京ＡF 这车 粤Z***4港"),
]

UNTOUCHED = [
    "110 119 120 122 12345 12320 96110 96333 962777 114 95598",
    "400-812-3123 4008123123 800 820 8820",
    "021-962777 021-12345",
    "#12 #123 /办结 12 #1024",
    "11月16日 2026-11-16 20261116 2026.11.16 19:30-20:30 1900-2030 2026-2027年",
    "工单 20261116093000",
    "电费130 2026-11-16",
    "3-2-501 2301 2302 2303 2304 2301-2304室 3号楼2单元2101",
    "1234567元 ¥2345678 3000-5000元 2345678.50 30万 23456789元",
    "新iPhone16到了 云A12栋 京B座1203",
    "楼道灯坏了😀\n第二行\t\u200b",
    "",
]


@pytest.mark.parametrize(("said", "shown"), HIDDEN)
def test_hides_what_identifies(said: str, shown: str) -> None:
    assert mask(said) == shown


@pytest.mark.parametrize("said", UNTOUCHED)
def test_leaves_the_rest_alone(said: str) -> None:
    assert mask(said) == said


def digits(text: str) -> str:
    return "".join(
        str(unicodedata.decimal(char)) for char in text if unicodedata.decimal(char, None) is not None
    )


around = st.sampled_from(
    ["", "电话", "找王阿姨 ", "，", " ", "\n", "号码：", "(", "*", "a", "微信同号", "谢谢"]
)
gap = st.sampled_from(["", " ", "-", "—", "·", " - ", "\u200b", "\u3000"])
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
width = st.sampled_from([str, lambda text: text.translate({48 + n: 0xFF10 + n for n in range(10)})])


@given(mobiles, gap, gap, width, around, around)
def test_hides_every_mobile_however_it_is_split(
    number: str, first: str, second: str, wide: Callable[[str], str], before: str, after: str
) -> None:
    said = before + wide(number[:3] + first + number[3:7] + second + number[7:]) + after
    assert digits(mask(said)) == number[:3] + number[-2:]


@given(st.lists(mobiles, min_size=1, max_size=6), st.sampled_from([" ", "、", "，或", "\n", "/"]))
@example(["13000000000", "19000110000"], " ")  # looks like a day of 1900
def test_hides_all_mobiles_not_only_the_first(numbers: list[str], between: str) -> None:
    assert digits(mask(between.join(numbers))) == "".join(number[:3] + number[-2:] for number in numbers)


@given(st.from_regex(r"0(10|2[0-57-9]|[3-9][0-9]{2})[ -]?[2-8][0-9]{6,7}", fullmatch=True), around, around)
def test_hides_every_landline(number: str, before: str, after: str) -> None:
    assert len(digits(mask(before + number + after))) <= 6


@given(
    st.from_regex(
        r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9])[0-9]{3}[0-9Xx]", fullmatch=True
    )
)
def test_hides_every_identity_number(number: str) -> None:
    shown = mask(f"身份证号{number}。")
    assert re.fullmatch(r"身份证号\d\d\*{14}\d[\dX]。", shown)


@given(st.from_regex(r"[3-69][0-9]{12,18}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_hides_every_bank_card(number: str, between: str) -> None:
    size = len(number) if len(number) not in (16, 19) else 4
    said = between.join(number[at : at + size] for at in range(0, len(number), size))
    assert len(digits(mask(f"卡号：{said}"))) <= 6


@given(
    st.sampled_from("京沪粤湘鲁"),
    st.sampled_from("ABCDEFGH"),
    st.sampled_from(["", " ", "·"]),
    st.from_regex(r"[0-9]{5}|[DF][0-9]{5}|[0-9]{5}[DF]|[A-H][0-9]{4}|[A-H]{2}[0-9]{3}", fullmatch=True),
    st.booleans(),
)
def test_hides_every_plate(province: str, letter: str, between: str, tail: str, lower: bool) -> None:
    plate = letter + between + tail
    shown = mask(f"{province}{plate.lower() if lower else plate}挪一下")
    assert shown == f"{province}{letter}{'*' * (len(tail) - 2)}{tail[-2:]}挪一下"


pieces = st.one_of(
    mobiles,
    st.text("0123456789 -*·沪Ad（）\n", max_size=24),
    st.sampled_from(
        ["400-812-3123", "62345678", "6222 0212 3456 7890", "沪A12345", "2301 2302", "3101011950"]
    ),
    st.text(max_size=6),
)


@given(st.lists(pieces, max_size=8))
@example(["400-812-3123", " 138 1234 5678", " 139 1234 5678"])
def test_masking_twice_changes_nothing(parts: list[str]) -> None:
    once = mask("".join(parts))
    assert mask(once) == once


@given(st.lists(pieces, max_size=8))
def test_masking_adds_no_digit(parts: list[str]) -> None:
    said = "".join(parts)
    assert len(digits(mask(said))) <= len(digits(said))


NAMES = [
    ("王建国", "王**"),
    ("王芳", "王**"),
    ("欧阳娜娜", "欧阳**"),
    ("王阿姨", "王阿姨"),
    ("李师傅", "李师傅"),
    ("周楼长", "周楼长"),
    ("老王", "老王"),
    ("王阿姨101", "王阿姨101"),
    ("3-2-501王建国", "3-2-501王**"),
    ("王建国3-101", "王**3-101"),
    ("101", "101"),
    ("王建国师傅", "王师傅"),
    ("秀英阿姨", "秀英阿姨"),
    ("物业", "物业"),
    ("物业王建国", "物业王**"),
    ("物业马师傅", "物业马师傅"),
    ("居委会李主任", "居委会李主任"),
    ("王建国13812345678", "王**"),
    ("🌸王\u202e建国🌸", "王**"),
    ("王\n建国", "王**"),
    ("方圆", "方**"),
    ("方阿姨", "方阿姨"),
    ("王", "王**"),
    ("王 建国", "王**"),
    ("单雄信", "单**"),
    ("欧阳锋", "欧阳**"),
    ("欧阳", "欧阳**"),
    ("欧阳阿姨", "欧阳阿姨"),
    *(
        (f"{family}{given}", f"{family}**")
        for family in ["司马", "上官", "诸葛", "尉迟", "令狐", "夏侯", "皇甫"]
        for given in ("光", "婉儿")
    ),
    ("小李", "小李"),
    ("3-501小李", "3-501小李"),
    ("3号楼501 王建国", "3号楼501王**"),
    ("李师母 1单元602", "李师母1单元602"),
    ("王女士（3-501）", "王女士（3-501）"),
    ("A水电王师傅 138 1234 5678", "王师傅"),
    ("A01房产中介小刘", "小刘"),
    ("安安妈妈", "安安妈妈"),
    ("王小明妈妈", "王妈妈"),
    ("诸建国师傅", "一位邻居"),
    ("快乐每一天", "一位邻居"),
    ("幸福一家人", "一位邻居"),
    ("501快乐每一天", "501邻居"),
    ("云淡风轻", "一位邻居"),
    ("阳光", "一位邻居"),
    ("张三李四", "一位邻居"),
    ("阿凡提·买买提", "一位邻居"),
    ("David", "一位邻居"),
    ("tom_501", "邻居501"),
    ("🌸🌸", "一位邻居"),
    ("", "一位邻居"),
]


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_calls_people_by_their_courtesy_name(name: str, shown: str) -> None:
    assert courtesy(name) == shown


@given(st.one_of(st.text(max_size=20), st.sampled_from([name for name, _ in NAMES])))
def test_a_courtesy_name_stays(name: str) -> None:
    once = courtesy(name)
    assert once
    assert courtesy(once) == once


@given(
    st.sampled_from("王李张刘陈杨黄赵吴周"), st.text("建国军伟芳娜敏静丽强磊洋勇艳", min_size=1, max_size=2)
)
def test_a_full_name_never_shows(family: str, given_name: str) -> None:
    assert courtesy(family + given_name) == f"{family}**"
