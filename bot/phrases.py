"""Small turns of speech that show what a remark is to what was said before it."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.telling import TEXTS

ELSE = re.compile(
    r"\s*(还有|另外|再有|对了|顺便|再就是|再一个|另|再(说|讲|报|问|提|补)(一|个|件|桩|声|下)|又一(个|件|桩))"
)
"""Who turns to something else; at the beginning, or within a sentence."""
# Possessive: the same letters can be taken apart in many ways, and none is to be tried twice.
COURTESY = re.compile(
    r"(?:好|好的|好嘞|行|中|嗯|哦|噢|ok|收到|明白|了解|知道|晓得|没事|不客气|客气|辛苦|谢谢|多谢|感谢|谢|麻烦|哈|呵|嘿|对|是"
    r"|了|啦|啊|呀|哒|额|的|侬|您|你|大家|各位|\[[^\]]{1,4}\]|[\W_])++",
    re.IGNORECASE,
)
CALLS = re.compile(r"@?\w{0,8}(在不在|在不|在吗|在么|在伐|在哇|在家吗|在家伐|有人吗)\W*")
"""Who only looks for somebody has not said yet what for."""
THANKS = re.compile(r"谢谢|多谢|感谢|辛苦|thank", re.IGNORECASE)
TO_SOMEBODY = re.compile(r"[你侬您](?!们)")
OWNS_UP = re.compile(
    r"(是|系)(我|阿拉|俺|咱)(们)?(家|屋|的|在)|我的我的|(我|俺|阿拉)(们)?(家)?(的|在)(装|弄|搞|放|停|拖|搬|施工)"
    r"|对不起|对不住|不好意思|抱歉|sorry|我(马上|现在|这就|等下|晚上|回来)\w{0,6}(收|挪|搬|移|拿|弄|关|停|清)|挪走|收掉",
    re.IGNORECASE,
)
FOR_CERTAIN = re.compile(
    r"好了|好啦|好咧|没事|解决|搞定|恢复|完了|完啦|通了|亮了|修复|没味|拉开|找到|水开了|换了"
)
"""What ends a thing without naming it."""
HALF = re.compile(r"[开关停]了")
"""What may be half of a repair, unless more is said."""
ALSO = re.compile(r"(家|楼|层|单元|室|边|里|栋|号|\d)也")
LIKEWISE = re.compile(
    r"\W*(?:我|我们|俺|阿拉|咱|咱们)(?:家|屋里|屋头|这边|这里|楼|层|单元)?(?:里|的)?也(?:是|一样|这样)"
)
"""Who has the same, and often says only what it does to him."""
STILL = re.compile(r"又|还在|还是|越来越|更")
NOT_FIXED = re.compile(
    r"没(有)?(修|弄|搞|装|换|清|通|处理)?(好|掉|解决|用)|不(行|亮|灵|通)|还(是|在|没)|又(不|没|坏|漏|堵|黑|停|来|开始)|仍|照样|依旧|not fixed|still|again",
    re.IGNORECASE,
)
"""Said of what was called done: it is not."""
OFFER = re.compile(
    r"接龙|团购|拼单|拼车|拼团|代购|帮[你您大]?[家]?带|有要|谁要|要的[报扣吱接]|转让|包邮|份|\d\s*[元块]"
)
_MEANS = "扫码"
_SCHEMES = {
    "社保": "社保|医保|养老金|养老卡",
    "公检法": "公安|警察|民警|派出所|检察|法院|洗钱|通缉|安全账户",
    "退款": "退款|理赔|客服|快递丢|包裹丢|假一赔",
    "ETC": "etc|高速卡",
    "贷款": "贷款|借贷|征信|注销|白条|金条",
    "亲人": "孙子|儿子出|女儿出|家人出|出车祸|急用钱|我是你领导|冒充领导",
    "中奖": "中奖|抽奖|积分",
    "刷单": "刷单|返利|兼职|点赞",
    "投资": "投资|炒股|理财|荐股|虚拟币",
    "保健品": "保健品|假药|免费体检|免费领|送鸡蛋|包治",
    "上门": "燃气检修|检修燃气|换燃气|(?:自称|冒充|假)(?:是)?(?:燃气|自来水|供电|电力)|查水表|查电表|净水|收旧家电",
    "补贴": "补贴|退税|个税",
    "航班": "航班|机票|改签",
    _MEANS: "二维码|扫码",
}


@lru_cache(TEXTS)
def schemes(text: str) -> frozenset[str]:
    """What tales of swindlers a text tells: two different ones are two warnings."""
    said = text.lower()
    found = frozenset(name for name, words in _SCHEMES.items() if re.search(words, said))
    # A code to scan is the means of many tales, and a tale of its own only where no other is told.
    return found - {_MEANS} or found
