"""The one masking layer before every group post: numbers that identify somebody, and people's names."""

from __future__ import annotations

import re
import unicodedata

# A copied number brings invisible marks along; people type spaces and dashes of every width.
_UNSEEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_THIN = rf"[ \t\u00a0\u3000{_UNSEEN}\-‐-―−－]{{1,3}}"
_GAP = rf"[ \t\u00a0\u3000{_UNSEEN}\-‐-―−－_.·•()（）]{{1,3}}"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?:19|20)\d\d{_DAY}"
# The end of a number; what is left of one masked before ("138******78") does not end another.
_END = r"(?!\d|\*{6}\d\d)"
_DIGIT = "零〇一二两三四五六七八九幺"

_KINDS = {
    "hotline": rf"[48]00(?:(?:{_GAP})?\d){{7}}(?!\d)",
    "date": rf"{_DATE}(?:\d{{4}}|\d{{6}})?(?!\d)",
    "identity": rf"\d{{6}}(?:{_GAP})?(?:{_DATE}(?:{_GAP})?\d{{3}}[\dX]|\d\d{_DAY}(?:{_GAP})?\d{{3}})(?!\d)",
    "mobile": rf"(?:[(（]?\+?(?:00)?86(?:{_GAP})?|0)?(?!\d{{3}}{_GAP}(?:19|20)\d\d[-.]\d\d[-.])"
    rf"1[3-9]\d(?:(?:{_GAP}(?=\d\d))?\d){{8}}{_END}",
    "card": rf"(?:(?:\d{{4}}{_GAP}){{3,}}\d{{3,4}}|\d{{6}}{_GAP}\d{{7,13}}|\d{{12,}}){_END}",
    "wired": rf"[(（]?(?:0|(?:\+|00)86(?:{_GAP})?0?(?=[1-9]))\d{{2,3}}(?:{_GAP})?[1-9]\d{{2,3}}(?:{_GAP})?\d{{4}}(?!\d)",
    "local": rf"[2-8]\d{{2,3}}(?:{_THIN})?\d{{4}}(?!\d)",
    "plate": rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼](?:{_GAP})?[A-Z](?:{_GAP})?"
    r"(?=(?:[A-Z]{0,3}\d){2})[A-Z\d]{4,5}[A-Z\d挂学警港澳](?![A-Z\d])",
    "spoken": rf"[一幺](?:(?:{_GAP})?[{_DIGIT}]){{10,}}",
}
_FLAT = r"(?:[1-3]\d|[1-9])(?:0[1-9]|1\d)"
# "1301 138 1234 5678": the number after the flat, not the flat and half of the number.
_SPLIT = rf"1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)"
_NOT_YET = (
    rf"(?!(?!{_SPLIT})(?:\d{{3,4}}{_GAP}){{1,4}}{_SPLIT}"
    rf"|{_FLAT}{_GAP}[2-8]\d{{3}}{_GAP}\d{{4}}(?!\d|{_GAP}\d{{4}}))"
)
_NUMBER = re.compile(
    rf"(?<!\d){_NOT_YET}(?:" + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()) + ")",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"(?:电话|座机|固话|手机|热线|联系|致电|打|卡号|账号|账户|tel|phone|☎|📞)[号码是为方式\W]{0,6}$",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"元|块|圆|度|吨|立方|平米|平方|公里|kg|km|\.\d", re.IGNORECASE)
_LISTED = re.compile(rf"{_FLAT}|(?:19|20)\d\d")
_HOUR = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")


def mask(text: str) -> str:
    """`text` with every phone, ID, bank card and plate made unreadable; all else stays as it is.

    What is left of a number (its network, area or bank and the last two digits) lets the owner recognise
    it and nobody else: 138******78. Short official numbers, 400 hotlines, dates, amounts and lists of
    flats stay. Masking twice changes nothing.
    """
    while (masked := _once(text)) != text:
        text = masked
    return masked


def _once(text: str) -> str:
    plain = "".join(map(_plain, text))
    parts, at = [], 0
    for found in _NUMBER.finditer(plain):
        parts += [text[at : found.start()], _hide(found) or text[found.start() : found.end()]]
        at = found.end()
    return "".join(parts) + text[at:]


def _plain(char: str) -> str:
    """The ASCII digit or letter that `char` stands for, so that full-width writing hides nothing."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    return chr(ord(char) - 0xFEE0) if "Ａ" <= char <= "ｚ" or char == "＋" else char


def _hide(found: re.Match[str]) -> str:
    """What stands in place of the number found, or nothing when it identifies nobody."""
    said, digits = found[0], re.sub(r"[^\dA-Z挂学警港澳]", "", found[0].upper())
    match found.lastgroup:
        case "identity":
            shown = _stars(digits, 2)
        case "mobile" if not _list(found):
            shown = _stars(digits[-11:], 3)
        case "card" if not _list(found):
            shown = _stars(digits, 4)
        case "wired":
            shown = _wired("0" + re.sub(r"^(?:00)?86|^0", "", digits).removeprefix("0"))
        case "local" if _is_local(found):
            shown = _stars(digits, 0)
        case "plate":
            shown = said[0] + _stars(digits, 1)
        case "spoken":
            shown = "*" * 11
        case _:
            shown = ""
    return shown


def _wired(number: str) -> str:
    # 10 and 20 to 29 are the area codes of two digits (China's numbering plan); all others have three.
    area = 3 if number[1] in "12" else 4
    return f"{number[:area]}-{_stars(number[area:], 0)}"


def _stars(number: str, head: int) -> str:
    return number[:head] + "*" * (len(number) - head - 2) + number[-2:]


def _is_local(found: re.Match[str]) -> bool:
    """A number without its area code looks like an amount, unless one is told to call it."""
    amount = found.string[found.start() - 1 : found.start()] in tuple("¥￥$.") or _AMOUNT.match(
        found.string, found.end()
    )
    return _told(found) or not (amount or _list(found))


def _list(found: re.Match[str]) -> bool:
    """2301 2302, 1900-2030, 2026-2027: flats, two hours or years one beside the other."""
    groups = re.findall(r"\d+", found[0])
    listed = all(map(_LISTED.fullmatch, groups)) or (len(groups) == 2 and all(map(_HOUR.fullmatch, groups)))
    return len(groups) > 1 and listed and not _told(found)


def _told(found: re.Match[str]) -> bool:
    return bool(_CUE.search(found.string, max(0, found.start() - 12), found.start()))


_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞"
    "颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁"
)
"""The two hundred or so most frequent: who has another is treated as a nickname."""
_DOUBLE = "欧阳|司马|上官|诸葛|司徒|东方|尉迟|皇甫|慕容|夏侯|令狐|长孙|宇文|轩辕|公孙|南宫|端木|西门|司空|呼延|申屠|钟离|濮阳|淳于|独孤|赫连|鲜于"
_TITLE = (
    "阿姨|阿婆|阿公|阿哥|阿妹|叔叔|伯伯|老伯|大伯|大爷|大妈|大叔|大姐|大哥|大嫂|奶奶|爷爷|外婆|外公|婆婆|公公|师母|师娘|妈妈|爸爸|妈咪|娘娘"
    "|姐姐|哥哥|妹妹|弟弟|师傅|师父|老师|医生|大夫|护士|律师|先生|女士|小姐|太太|同志|老板|经理|主任|书记|站长|队长|所长|警官|干事"
    "|副?楼组?长|副?楼栋长|单元长|片长|邻长|副?组长|网格员|管理员|志愿者|委员|会长|秘书|物业|管家|保安|保洁|电工|水工|老"
    "|姐|哥|嫂|婶|叔|姨|伯|婆|爷|奶|妈|爸|总|工"
)
_PLACE = "邻居|物业|居委会?|业委会?|街道|社区|客服|中心|办公室|服务|门卫|保安|保洁|前台|值班|副?楼组?长|副?楼栋长|单元长|片长|志愿者|管理员|网格员"
_FAMILY = rf"(?:{_DOUBLE}|[{_SURNAMES}])"
_PERSON = re.compile(rf"(?P<family>{_FAMILY})?(?P<given>[\u3400-\u9fff]{{0,3}}?)(?P<title>{_TITLE})")
_FULL = re.compile(rf"(?P<family>{_FAMILY})(?:[\u3400-\u9fff]{{0,2}}|\*\*)")
_AT_END = re.compile(rf"{_FAMILY}(?:{_TITLE})$|[老小]{_FAMILY}$")
_HOME = r"\d[\d\-—~号楼栋幢弄座单元层室#\s]*"
_ROLE = re.compile(
    rf"(?P<front>(?:{_PLACE}|{_HOME}|[\-—#\s·_|/]+)*)(?P<who>.*?)(?P<back>(?:[\s\-—_(（]*{_HOME}[)）]?)?)"
)
_SHORT = re.compile(r"[老小大阿][\u3400-\u9fff]")
SOMEBODY = "一位邻居"


def courtesy(name: str) -> str:
    """A display name as a 称呼 that may stand in a group: 王建国 -> 王**, while 王阿姨 and 老王 stay.

    A flat or an office beside the name stays (王阿姨101, 物业李师傅). What is neither surname and given name
    nor has a title, a nickname or a foreign name, is 一位邻居: its first letter tells nothing, and the whole
    of it may be somebody's name.
    """
    bare = re.sub(r"[\dA-Z-]*\*{3,}\d*", "", mask(name))
    seen = " ".join("".join(char for char in bare if unicodedata.category(char)[0] not in "CSM").split())
    found = _ROLE.fullmatch(seen)
    if not found or seen == SOMEBODY:
        return SOMEBODY
    front, who, back = (found[part].strip(" _") for part in ("front", "who", "back"))
    if who:
        called = _called(who) or ("邻居" if front or back else SOMEBODY)
        return f"{front}{called}{back}"
    return SOMEBODY if front in ("", "邻居") else front


def _called(who: str) -> str:
    """The 称呼 in a name without its flat, "" when there is none."""
    if _SHORT.fullmatch(who):
        return who
    person = _PERSON.fullmatch(who)
    if person and (person["family"] or len(person["given"]) < 3):
        if not person["family"] or person["family"] == person["given"]:  # 秀英阿姨, 安安妈妈
            return who
        return person["family"] + person["title"]
    if full := _FULL.fullmatch(who.replace(" ", "")):
        return f"{full['family']}**"
    at_end = _AT_END.search(who)
    return at_end[0] if at_end else ""
