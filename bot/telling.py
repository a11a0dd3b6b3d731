"""The few characters of a text that tell what it is about."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TEXTS = 4_000
"""Texts of which it is kept what tells: open requests are compared with each new message."""

# Characters that tell nothing of what a sentence is about.
HOLLOW = frozenset(
    "的了是我你您侬他她它们伊阿拉咱俺在有没不冇无就都也还又再才刚要去来到上下里面外前后左右边头一二三四五六七八九十两几多少"
    "这那哪谁什么怎吗呢吧啊呀哦嗯额嘛呗咯哒得着过给把被让叫和跟与同说讲看想会能可以很太真好大小点些个只次家户位今天昨明早晚夜现"
    "时候请谢麻烦帮忙人先老已经因为所但而且如果之于从往向对错算号楼层单元室栋幢"
)
# Things of a building that one character names.
_THINGS = frozenset("水灯门锁梯管线树窗墙井池桶杆棚味狗猫")


@lru_cache(TEXTS)
def telling(text: str) -> frozenset[str]:
    """The things, and the pairs of neighbouring characters, that say what a text is about."""
    flat = unicodedata.normalize("NFKC", text).lower()
    pairs = (flat[at : at + 2] for at in range(len(flat) - 1))
    return _THINGS.intersection(flat).union(
        pair for pair in pairs if pair.isalpha() and not HOLLOW.intersection(pair)
    )
