"""What can stand behind a command: how each kind of word is read, and what to call it in a usage line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from nlp import CATEGORIES
from store.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Choice:
    """One word out of a few; `words` maps what is typed to what is meant."""

    words: Mapping[str, str]
    label: str = ""

    def show(self) -> str:
        return self.label or "|".join(self.words)

    def parse(self, word: str) -> str:
        wanted = word.strip("《》<>[]")
        if wanted in self.words:
            return self.words[wanted]
        near = [meant for name, meant in self.words.items() if wanted and (wanted in name or name in wanted)]
        if len(set(near)) != 1:
            names = {self.words[name]: name for name in reversed(list(self.words)) if not name.isascii()}
            raise Refusal("bad_choice", word=word, choices=list(names.values())[::-1])
        return near[0]


@dataclass(frozen=True, slots=True)
class Word:
    """One word, as it is."""

    label: str

    def show(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Rest:
    """All that is left of the line, as it is."""

    label: str

    def show(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Reference:
    """A request's number as typed: "#12", "12", "3号楼#12"."""

    number: int
    building: str = ""


HOLDERS = {
    "物业": "property",
    "业委会": "owners",
    "居委会": "clerk",
    "居委": "clerk",
    "街道": "street",
}
RATINGS = {"满意": "good", "一般": "fair", "不满意": "bad"}
CHANNELS = {"上门": "door", "电话": "phone", "12345": "12345"}
PERIODS = {"周": "weekly", "月": "monthly", "week": "weekly", "month": "monthly"}
CATEGORY_WORDS = {**{name: key for key, name in CATEGORIES.items()}, **{key: key for key in CATEGORIES}}

Category = Annotated[str, Choice(CATEGORY_WORDS, "类别")]
Holder = Annotated[str, Choice(HOLDERS, "物业|业委会|居委会|街道")]
Rating = Annotated[str, Choice(RATINGS, "满意|一般|不满意")]
Period = Annotated[Literal["weekly", "monthly"], Choice(PERIODS, "周|月")]
Note = Annotated[str, Rest("说明")]
Reason = Annotated[str, Rest("原因")]
Content = Annotated[str, Rest("内容")]
Filter = Annotated[str, Rest("类别|超期|本月")]
Question = Annotated[str, Rest("问题> = <回答")]
Channel = Annotated[str, Choice(CHANNELS, "渠道")]
Secret = Annotated[str, Word("口令")]
Month = Annotated[str, Word("月")]
HOURS = Word("小时")
Hours = Annotated[int, HOURS]

# Letters, digits and the signs that commands use; the punctuation of a sentence stays Chinese.
HALF_WIDTH = {0x3000: " "} | {0xFEE0 + ord(c): c for c in "0123456789/#=-<>|" + "abcdefghijklmnopqrstuvwxyz"}
HALF_WIDTH |= {0xFEE0 + ord(c): c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


# What WeChat's old clients put for their own smileys, and no command of ours.
SMILEYS = frozenset(["微笑", "撇嘴", "色", "发呆", "得意", "流泪", "害羞", "闭嘴", "睡", "大哭", "尴尬", "发怒", "调皮", "呲牙", "惊讶", "难过", "抓狂", "吐", "偷笑", "愉快", "白眼", "傲慢", "困", "惊恐", "憨笑", "悠闲", "咒骂", "疑问", "嘘", "晕", "衰", "骷髅", "敲打", "再见", "擦汗", "抠鼻", "鼓掌", "坏笑", "鄙视", "委屈", "快哭了", "阴险", "亲亲", "可怜", "笑脸", "生病", "脸红", "破涕为笑", "恐惧", "失望", "无语", "嘿哈", "捂脸", "奸笑", "机智", "皱眉", "耶", "吃瓜", "加油", "汗", "天啊", "社会社会", "旺柴", "好的", "打脸", "哇", "翻白眼", "让我看看", "叹气", "苦涩", "裂开", "嘴唇", "爱心", "心碎", "拥抱", "强", "弱", "握手", "胜利", "抱拳", "勾引", "拳头", "合十", "啤酒", "咖啡", "蛋糕", "玫瑰", "凋谢", "菜刀", "炸弹", "便便", "月亮", "太阳", "庆祝", "礼物", "红包", "发", "福", "烟花", "爆竹", "猪头", "跳跳", "发抖", "转圈"])  # fmt: skip
_REFERENCE = re.compile(
    r"(?:(?P<building>[\w号栋幢座楼]{1,12}?[号栋幢座楼]{1,4}|\d+(?=[#-]))[#\-\s]*)?#?(?P<number>\d{1,6})(?!\d)\s*"
)
_DAY = re.compile(r"(?:(?:(?P<y>\d{4})[-年./])?(?P<m>\d{1,2})[-月./])?(?P<d>\d{1,2})[日号]?$")
_RELATIVE = {"今天": 0, "明天": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = {
    name: day
    for day, names in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7"))
    for name in names
}


def take_reference(text: str) -> tuple[Reference, str] | None:
    """The request number that `text` begins with, and what follows it."""
    found = _REFERENCE.match(text)
    if found is None:
        return None
    return Reference(int(found["number"]), found["building"] or ""), text[found.end() :]


def take_word(text: str) -> tuple[str, str]:
    """The first word of `text` and what follows it."""
    word, *rest = text.split(maxsplit=1) or [""]
    return word, "".join(rest).strip()


def parse_date(word: str, today: date) -> date:
    """A day as people write it: 11-25, 11月25日, 25日, 明天, 下周三. Never in the past. Raises Refusal."""
    if word in _RELATIVE:
        return today + timedelta(days=_RELATIVE[word])
    if week := re.fullmatch(r"(下?)(?:周|星期|礼拜)([一二三四五六日天1-7])", word):
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=1 if week[1] else 0)
        day = monday + timedelta(days=_WEEKDAYS[week[2]])
        return day if day >= today else day + timedelta(weeks=1)
    found = _DAY.match(word)
    if found is None:
        raise Refusal("bad_date", word=word)
    try:
        return _next_such_day(found, today)
    except ValueError:
        raise Refusal("bad_date", word=word) from None


def _next_such_day(found: re.Match[str], today: date) -> date:
    year, month, day = int(found["y"] or today.year), int(found["m"] or today.month), int(found["d"])
    wanted = date(year, month, day)
    if wanted >= today:
        return wanted
    if found["y"]:
        raise Refusal("past_date", day=wanted)
    if found["m"]:
        return date(year + 1, month, day)
    return date(year + month // 12, month % 12 + 1, day)


def parse_hours(word: str) -> int:
    """A number of hours, 1 to 72: "2", "2小时". Raises Refusal."""
    found = re.match(r"\d{1,3}", word)
    if found is None or not 1 <= int(found[0]) <= 72:
        raise Refusal("bad_hours", word=word)
    return int(found[0])


def parse_month(word: str, today: date) -> str:
    """A month as periods are called: "2026-11" for "2026-11", "11月", "11", and this one for "". Raises Refusal."""
    if not word:
        return f"{today:%Y-%m}"
    found = re.match(r"(?:(\d{4})[-年./])?(\d{1,2})月?$", word)
    if found is None or not 1 <= int(found[2]) <= 12:
        raise Refusal("bad_month", word=word)
    # A month without a year is the last such month.
    year = int(found[1] or today.year - (int(found[2]) > today.month))
    return f"{year}-{int(found[2]):02d}"


def value_of(kind: Any, word: str, today: date) -> Any:
    """A word as what an argument of this kind is given. Raises Refusal."""
    if kind is date:
        return parse_date(word, today)
    if isinstance(kind, Choice):
        return kind.parse(word)
    return parse_hours(word) if kind == HOURS else word
