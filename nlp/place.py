"""Finds where: building, unit, floor, flat and shared part, out of the many ways to write them."""

from __future__ import annotations

import re
from itertools import pairwise

from nlp.reading import Place
from nlp.words import Words

_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_ANY = re.compile("[0-9a-z零〇一二两三四五六七八九十百廿]")
_NUMERAL = re.compile(
    r"[零〇一二两三四五六七八九十百廿]{1,5}(?=\s?(?:号楼|号|栋|幢|座|单元|楼|层|门(?![口卫禁锁铃厅洞])|室|#))|"
    # 三〇二, as flats are spoken; 二零二五 is a year.
    r"(?<![零〇一二两三四五六七八九十百廿])[一二三四五六七八九]{1,2}[零〇][一二三四五六七八九](?![零〇一二两三四五六七八九十百千万年])"
)
_N = r"(?<![\d.])(\d{1,3})"
_HOUSE = r"(?<![a-z\d-])(\d{1,3}|[a-z]\d?)(?:号楼?|栋|幢|座|#)?"
_TRIPLE = re.compile(_HOUSE + r"[-—–](\d{1,2}|[a-z])(?:单元|门)?[-—–](\d{3,4})(?![\d-])")
# B2-317 is a parking bay below ground, B2-1501 a flat.
_PAIR = re.compile(r"(?!b[1-4][-—–]\d{3}(?!\d))" + _HOUSE + r"[-—–](\d{3,4})(?![\d-])")
_BUILDING = re.compile(
    rf"{_N}\s?(?:号楼|栋|幢|座|#楼?)|(?<![a-z])([a-z]\d?)\s?(?:号楼|栋|幢|座)|"
    r"(?:building|bldg|no\.|block)\s?#?(\d{1,3})\b"
)
_NUMBER = re.compile(rf"(?<!月){_N}号(?!码|线|群|电话|字|称|召|外|地铁|公馆|工|文|车厢|门[岗卫]|岗)")
_DATE_AFTER = re.compile(
    r"^\s?(?:前|之前|以前|开始|截止|上午|下午|晚|早|凌晨|中午|到账|到\d|到[一二三四五六七八九十]|缴|停|那天|当天|才|就|[、至,和]\s?\d{1,2}号)"
)
_DATE_BEFORE = re.compile(r"(?:月|本月|下个月|这个月|每月|是|在|到|至|周.|星期.)\s?$")
_UNIT = re.compile(
    rf"{_N}(?=[、,和/]\d{{1,2}}\s?单元)|{_N}\s?单元|([甲乙丙丁abcd东西中])单元|(?<=[楼栋幢号])\s?(\d{{1,2}})\s?门(?![口卫禁锁铃厅洞])|\bunit\s?(\d{{1,2}})\b"
)
_FLOOR = re.compile(
    r"(?<![\d.-])(\d{1,2})(?=[-~、,到至和]\d{1,2}\s?[楼层])|(?<![\d.-])(\d{1,2})\s?(?:楼|层|f\b|/f\b)(?!\s?长)|\b(\d{1,2})(?:st|nd|rd|th)\sfloor|\bfloor\s(\d{1,2})\b"
)
_BELOW = re.compile(r"(?:\bb|负|地下|(?<![\d号栋幢楼元#])-)\s?([1-4一二三四])(?:层|楼|\b|(?=[^\d室]))")
_FLAT = re.compile(
    r"(?<![\d.¥$:/-])([1-9]\d{0,1}(?:0[1-9]|1[0-9]|2[0-4]))(?:室|房|户|号房)?(?![\d.]|元|块|多|米|年|分|瓦|度|斤|克|点|个|平|人|次|万|w|kg|ml|号(?!房)|路(?!由|灯)|部|天(?!花|然|窗|井|线)|秒|胶|%|°)"
)
_CALLED = re.compile(r"(?:电话|座机|热线|tel)\D{0,4}$")
"""What comes after is a number to call."""
_FLAT_SURE = re.compile(r"(?<!\d)(\d{3,4})\s?(?:室|房间|户)")
_DASH = re.compile("[-—–]")
_NAMED = re.compile(r"[\da-z]|单元|负|地下")
"""Without any of these there is no place but a shared part: 一下 and 一直 name none."""
_BUILDING_NAME = re.compile(r"\d+号楼")
_NOT_FLATS = {"110", "114", "119", "120", "122", "315", "911"}


def find(text: str, parts: Words[str]) -> Place:
    """The place a standard text names; of several the first."""
    if not _ANY.search(text):
        return Place(part=_part(text, parts))
    text = digits(text)
    if not _NAMED.search(text):
        return Place(part=_part(text, parts))
    building, unit, flat, rest = _dashed(text) if _DASH.search(text) else ("", "", "", text)
    building = building or _building(rest)
    unit = unit or _first(_UNIT, rest)
    flat = flat or _flat(rest)
    floor = _below(rest) or _first(_FLOOR, _BUILDING_NAME.sub(" ", rest))
    return Place(building.upper(), unit.upper(), floor, flat, _part(text, parts))


def _dashed(text: str) -> tuple[str, str, str, str]:
    """Building, unit and flat as 3-2-501 or 3-501 name them, and the text without."""
    building = unit = flat = ""
    if hit := _TRIPLE.search(text):
        building, unit, flat = hit.groups()
    elif (hit := _PAIR.search(text)) and not hit[2].startswith(("20", "19")):
        building, flat = hit.groups()
    return building, unit, flat, text[: hit.start()] + " " + text[hit.end() :] if hit else text


def digits(text: str) -> str:
    """`text` with the numerals of buildings, units, floors and flats as digits: 十二号楼 -> 12号楼."""
    if "廿" in text:
        text = text.replace("廿", "二十")
    return _NUMERAL.sub(lambda hit: str(_number(hit[0])), text)


def _number(numeral: str) -> int:
    """A small Chinese numeral: 十二 -> 12, 一百零三 -> 103."""
    total = digit = 0
    for letter in numeral:
        if letter in _DIGITS:
            digit = digit * 10 + _DIGITS[letter] if digit else _DIGITS[letter]
        else:
            total += (digit or 1) * (10 if letter == "十" else 100)
            digit = 0
    return total + digit


def _first(pattern: re.Pattern[str], text: str) -> str:
    """What the first hit names, of a pattern that has one group in each of its branches."""
    hit = pattern.search(text)
    return hit[hit.lastindex or 0] if hit else ""


def _building(text: str) -> str:
    if found := _first(_BUILDING, text):
        return found
    for hit in _NUMBER.finditer(text):
        date = int(hit[1]) <= 31 and (
            _DATE_AFTER.match(text[hit.end() :]) or _DATE_BEFORE.search(text[: hit.start()])
        )
        if not date and hit[1] != "0":
            return hit[1]
    return ""


def _flat(text: str) -> str:
    if found := _first(_FLAT_SURE, text):
        return found
    for hit in _FLAT.finditer(text):
        year = hit[1].startswith("20") and len(hit[1]) == 4 and hit[1] > "2015"
        if hit[1] not in _NOT_FLATS and not year and not _CALLED.search(text[: hit.start()]):
            return hit[1]
    return ""


def _below(text: str) -> str:
    hit = _BELOW.search(text)
    return f"B{_DIGITS.get(hit[1], hit[1])}" if hit else ""


def _part(text: str, parts: Words[str]) -> str:
    """The first shared part named; 电梯 only when no other is; parts that touch are one (地下室电梯厅)."""
    hits: list[tuple[int, int, str]] = []
    for start, end, name in parts.all(text):
        if not hits or end > hits[-1][1]:
            hits.append((start, end, name))
    if len(hits) < 2:
        return hits[0][2] if hits else ""
    for (_, end, name), (start, _, following) in pairwise(hits):
        if end == start and following not in (name, "电梯"):
            return name + following
    names = [name for _, _, name in hits]
    return next((name for name in names if name != "电梯"), names[0])
