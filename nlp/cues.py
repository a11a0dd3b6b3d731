"""Reads the signs in a message: what it names, what it asks, how it is shaped."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import add

from nlp.cut import Cut
from nlp.knowledge import Concept
from nlp.words import Words

_CLAUSE = re.compile(r"[,.!?;:。、\n…~ ]+")
_UNBROKEN = re.compile(r"[^,.!?;:。、\n…~ ]+")
"""What jieba, too, cuts by itself."""
_LETTER = re.compile(r"[\da-z]")
_MARK = re.compile(r"[\[【?!@#/.。…《“「—;]")
_LETTERED = (
    ("形:价钱", re.compile(r"[¥$]\d|\d(?:元|块|刀|米/|w\b)|\d\s?(?:/斤|一斤|一箱|包邮|一份)")),
    ("形:编号名单", re.compile(r"(?:^|\n)\s?\d{1,2}[.、)]", re.M)),
    ("形:网址", re.compile(r"https?:|www\.|\burl\b|[a-z\d]\.[a-z]{2,6}(?![a-z])")),
    ("形:电话", re.compile(r"(?<!\d)1\d{10}(?!\d)|\d{3,4}-\d{6,8}|\d{2,4}\*{2,}\d|cellphone|\bphone\b")),
    ("形:占位词", re.compile(r"\b(?:digit|name|place|wechat)\b")),
    ("形:大数", re.compile(r"\d%|\d{2,}(?:户|家|栋|台|处|起|个|万|亿|名|平)")),
    ("形:@门牌", re.compile(r"@\S{0,6}\d{3,4}")),
    ("形:门牌", re.compile(r"(?<!\d)\d{1,2}0\d(?![\d人元块米万个斤克])")),
)
"""Shapes that hold a digit or a Latin letter; most messages have neither."""
_MARKED = (
    ("形:方括号标题", re.compile(r"^\s?[\[【]")),
    ("形:问号", re.compile(r"\?")),
    ("形:连问", re.compile(r"\?.{0,40}\?", re.S)),
    ("形:感叹", re.compile(r"!")),
    ("形:连叹", re.compile(r"!!|!.{0,30}!", re.S)),
    ("形:@开头", re.compile(r"^@")),
    ("形:话题", re.compile(r"#[^#]{2,}#|//@")),
    ("形:省略", re.compile(r"\.\.\.|。。|…")),
    ("形:书名号", re.compile(r"《")),
    ("形:引号", re.compile(r"[“「]")),
    ("形:破折号", re.compile(r"—")),
    ("形:分号", re.compile(r";")),
)
"""Shapes that hold a mark which most messages have none of."""
_SHAPES = (
    ("形:吗呢结尾", re.compile(r"(?:吗|呢|不|没|么)[?。!\s]*$")),
    ("形:吧呀结尾", re.compile(r"(?:吧|呀|啊|呗|啦)[?。!\s]*$")),
    ("形:几点钟", re.compile(r"(?:[一二三四五六七八九十两\d]点|\d:\d\d)")),
    ("形:几号楼", re.compile(r"\d\s?(?:号楼|栋|幢|号|弄|单元|#)|[一二三四五六七八九十]+(?:号楼|栋|幢|单元)")),
    ("形:几楼", re.compile(r"(?:\d|[一二三四五六七八九十])(?:楼|层|f\b)")),
    ("形:表情", re.compile(r"[\U0001f300-\U0001faff\u2600-\u27bf]|\[[\u4e00-\u9fff]{1,4}\]")),
    ("形:转发开头", re.compile(r"^[\[【#(]{0,2}\S{0,4}(?:转|通知|公告|提示|提醒|通告|倡议|各位|尊敬的)")),
    ("形:有没有一起", re.compile(r"(?:有没有|有人|谁).{0,10}(?:一起|拼|团|要|卖|会|推荐|送)")),
    ("形:来一下", re.compile(r"(?:来|去)[\u4e00-\u9fff]{1,4}(?:一下|下|看|掉|走|开|好)")),
    ("形:谁的", re.compile(r"(?:谁|哪家|哪户|哪位|哪个)[\u4e00-\u9fff]{0,4}的")),
    ("形:是我", re.compile(r"^.{0,8}(?:是|在)我|我(?:这就|马上|来|去|刚)")),
    ("形:还有吗", re.compile(r"还[\u4e00-\u9fff]{0,6}(?:吗|没|不)")),
    ("形:现在", re.compile(r"现在|到现在|刚刚|刚才|正在|已经.{1,4}(?:天|个月|年)")),
    ("形:过去", re.compile(r"那年|当年|以前|小时候|昨晚梦|上次|去年")),
    ("形:关于开头", re.compile(r"^(?:关于|投诉|反映|请求|举报|咨询|求助|建议|请问)")),
    ("形:他说", re.compile(r"[他她它][\u4e00-\u9fff]{0,2}(?:说|问|道|写|想|讲)")),
    ("形:第几条", re.compile(r"第[一二三四五六七八九十百\d]+条")),
    ("形:落款", re.compile(r"(?:物业|委会|委员会|社区|管理处|办事处|派出所|中心|公司|编辑部)[。!)】]?\s*$")),
    ("形:我你", re.compile(r"我.{0,12}你|你.{0,12}我")),
)
_GROUPS = ((_LETTER, _LETTERED), (_MARK, _MARKED), (re.compile(""), _SHAPES))
"""What a text must hold for the shapes that follow to be worth looking for."""
_RUNS = re.compile(r"[\u4e00-\u9fff0]+|[a-z']+")
_NUMBER = re.compile(r"\d+")
Kinds = frozenset[str]
NO_KINDS: Kinds = frozenset()
WEIGHED = 400
BARE = 24
FILLING = frozenset(
    "0123456789-# ,.!。号楼层栋幢弄单元室门口里外上下边头们我咱家这那的了又还也都在是有被把给啊呀吧哦"
)
"""What stands around a trouble that is told without another word."""
_LENGTHS = ("形:很短", "形:短", "形:略短", "形:中", "形:长", "形:很长")
_UP_TO = (4, 9, 18, 36, 80)

_MISSING = (("thing", "缺:无物"), ("trouble", "缺:无况"), ("ask", "缺:无求"), ("talk", "缺:无闲"))
_MEETINGS = (
    ("thing", "trouble", "同句:物遇况"),
    ("thing", "ask", "同句:物有求"),
    ("trouble", "ask", "同句:况有求"),
    ("thing", "talk", "同句:物在闲话"),
    ("trouble", "talk", "同句:况在闲话"),
)
WEIGHTY = ("整栋", "反复", "很久", "没人管")
"""Troubles that make a matter one for the list."""


@dataclass(slots=True)
class Cues:
    """The signs found in one message, with the words that showed them."""

    text: str
    signs: dict[str, str] = field(default_factory=dict)
    """sign -> the word in the text that showed it."""
    found: list[tuple[int, int, Concept]] = field(default_factory=list)

    def has(self, *signs: str) -> bool:
        return any(sign in self.signs for sign in signs)

    def names(self, kind: str) -> list[str]:
        """The names of the concepts of one kind, in the order in which they were said."""
        return list(dict.fromkeys(c.name for _, _, c in self.found if c.kind == kind))

    def quoted(self, names: Iterable[str]) -> str:
        """Signs by their names, each with the word that showed it, as a person reads them."""
        # A word that is never meant was exchanged for a character that shows nothing.
        shown = [
            f"{name}「{word}」" if (word := self.signs.get(name)) and word.isprintable() else name
            for name in names
        ]
        return "、".join(shown) or "没有明显的迹象"


def letters(text: str) -> set[str]:
    """The characters, pairs of characters and Latin words of a text, numbers all alike."""
    found: set[str] = set()
    for run in _RUNS.findall(_NUMBER.sub("0", text[:WEIGHED])):
        if run[0].isascii() and run[0] != "0":
            found.add(run)
        else:
            found.update(run, map(add, run, run[1:]))
    return found


def alone_in(words: list[str]) -> set[int]:
    """Where a character stands for itself: a word of its own, or an end of a phrase (灯不亮, 谁的车)."""
    found: set[int] = set()
    at = 0
    for word in words:
        if len(word) != 2:
            found.update((at, at + len(word) - 1))
        at += len(word)
    return found


def _alone(text: str, wanted: set[int], cut: Cut) -> set[int]:
    """The places where a character stands for itself, in those parts of a text that hold any of the `wanted`."""
    found: set[int] = set()
    for part in _UNBROKEN.finditer(text):
        if not wanted.isdisjoint(range(*part.span())):
            found.update(part.start() + at for at in alone_in(cut(part[0])))
    return found


def read(text: str, vocabulary: Words[tuple[Concept, ...]], cut: Cut) -> Cues:
    """The cues of a standard text."""
    hits = vocabulary.outermost(text)
    cues = Cues(text, found=[(start, end, one) for start, end, concepts in hits for one in concepts])
    if single := {s for s, end, _ in cues.found if end - s == 1 and not cut.free(text, s)}:
        # A single character counts only where jieba cuts it free: 车 is not in 风车.
        hidden = single - _alone(text, single, cut)
        cues.found = [hit for hit in cues.found if hit[0] not in hidden]
    for start, end, concept in cues.found:
        cues.signs.setdefault(concept.sign, text[start:end])
    kinds = NO_KINDS.union(*[concept.stands_for for _, _, concept in cues.found])
    _together(cues, kinds)
    looked_for = [shape for needed, shapes in _GROUPS if needed.search(text) for shape in shapes]
    for name, shape in looked_for:
        if hit := shape.search(text):
            cues.signs[name] = hit[0].strip()[:12]
    cues.signs[_LENGTHS[bisect_left(_UP_TO, len(text))]] = ""
    if {"thing", "trouble"} <= kinds and _bare(cues):
        cues.signs["形:只说此事"] = ""
    return cues


def _together(cues: Cues, kinds: Kinds) -> None:
    """Signs for kinds that are missing, for talk with or without a trouble, and for weight."""
    cues.signs |= _missing(kinds)
    beside = _beside(kinds)
    for sign in [sign for sign in cues.signs if sign[0] == "闲"]:
        cues.signs[f"{sign}/{beside}"] = ""
    if len(cues.found) > 1 and ("thing" in kinds or "trouble" in kinds):
        # One lamp is a quick fix; all lamps, every night or for a year are not.
        for weighty in WEIGHTY:
            if f"况:{weighty}" in cues.signs:
                cues.signs[f"合:{weighty}"] = ""
    for met in _clauses(cues) if _CLAUSE.search(cues.text) else (kinds,):
        cues.signs |= _met(met)


@cache
def _missing(kinds: Kinds) -> Mapping[str, str]:
    return {name: "" for kind, name in _MISSING if kind not in kinds}


@cache
def _beside(kinds: Kinds) -> str:
    """What stands beside talk: a trouble, an ask, both, or nothing but talk."""
    return "".join(sign for kind, sign in (("trouble", "况"), ("ask", "求")) if kind in kinds) or "闲"


@cache
def _met(kinds: Kinds) -> Mapping[str, str]:
    return {name: "" for first, second, name in _MEETINGS if first in kinds and second in kinds}


def _clauses(cues: Cues) -> Iterable[Kinds]:
    """The kinds of concepts that meet in each clause."""
    ends = [hit.start() for hit in _CLAUSE.finditer(cues.text)] + [len(cues.text)]
    clauses: dict[int, Kinds] = {}
    at = 0
    for start, _, concept in cues.found:
        while start >= ends[at]:
            at += 1
        clauses[at] = clauses.get(at, NO_KINDS) | concept.stands_for
    return clauses.values()


def _bare(cues: Cues) -> bool:
    """Whether nothing is said beside the trouble and where it is: 停电了, 我家漏水了."""
    if len(cues.text) > BARE:
        return False
    rest, at = [], 0
    for start, end, concept in cues.found:
        if concept.kind != "talk":
            rest.append(cues.text[at:start])
            at = max(at, end)
    return FILLING.issuperset("".join([*rest, cues.text[at:]]))
