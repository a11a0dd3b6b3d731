"""The reader on messages of our own: what is a request, what kind, how urgent, what turn it takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp import CATEGORIES, Reader, load, weigh

REQUESTS = [
    ("quick", "power", "五楼声控灯不亮了，麻烦师傅来换个灯泡"),
    ("quick", "power", "三层楼道那灯又罢工了，摸黑上的楼"),
    ("quick", "enquiry", "请问居委会几点开门"),
    # Read as care: that the matter is one for the sick weighs more than that only papers are asked for.
    pytest.param("quick", "enquiry", "办残疾证要带什么材料，去哪里办", marks=pytest.mark.xfail(strict=True)),
    ("quick", "noise", "楼上几点了还在敲敲打打，麻烦停一停"),
    ("quick", "parking", "谁的白色轿车挡住单元门了，麻烦挪一下车"),
    ("quick", "fraud", "刚接到诈骗电话，冒充公安局说我涉案，大家当心"),
    ("quick", "security", "门禁卡刷不开，我进不去，谁下来开一下门"),
    ("quick", "sanitation", "三楼垃圾桶满出来了，好臭，请保洁来收一下"),
    ("listed", "elevator", "我们这部电梯三天两头坏，修了又坏，到底什么时候能彻底换掉"),
    ("listed", "repair", "顶楼一下雨就漏，屋顶防水做了三次还是漏"),
    ("listed", "improvement", "建议在车棚装几个充电桩，现在大家都没地方充"),
    ("listed", "property", "物业费涨了服务却越来越差，要求公示三年的收支账目"),
    ("listed", "encroachment", "一楼又在搭违建，把公共绿地都圈起来了"),
    ("listed", "fire_safety", "好几家把电动车推上楼充电，说了多少次都没用"),
    ("listed", "gas_heat", "整栋楼暖气都不热，打了半个月电话没人管"),
    ("quick", "power", "师傅您好！我家的灯不亮了，麻烦来看看，谢谢！"),
    ("quick", "enquiry", "居委会几点上班，时间有变吗？"),
]
TALK = [
    "早上好，大家周末愉快",
    "谢谢师傅，电梯修好了",
    "收到，谢谢",
    "出闲置婴儿车，150元自提",
    "【转发】明天9:00至17:00因检修停电，请居民提前做好准备",
    "哈哈哈我昨天做梦被关在电梯里了",
    "有没有明早去火车站的拼车",
    "我家也是",
    "今天的排骨又涨价了，三十块一斤",
    "路灯亮了，给物业点赞👍",
    "专业疏通下水道，马桶地漏，24小时上门，电话138****1234",
    "#接龙\n草莓 一盒25元\n1. 小王 2盒\n2. 301 1盒",
    "@402 我上次也这样，你把总闸推一下就好了",
    "不好意思不好意思，是我家的车，马上下来挪",
    "捡到一只小狗，谁家的来认领",
    "Thanks, the lift is working again!",
]
URGENT = [
    ("trapped", "电梯停在六楼不动，里面困了两个人，快来人"),
    ("fire", "三楼过道电瓶车着火了，浓烟往上冒，快打119"),
    ("gas", "楼道里好大一股煤气味，谁快来看看"),
    ("electric", "电线断了掉在地上，还在冒火花，大家别过去"),
    ("flood", "水管爆了，水哗哗往楼下冲，快关总阀"),
    ("falling", "六楼空调外机快掉下来了，下面都是人，赶紧拦起来"),
    ("person", "楼下有位老人晕倒了，叫不醒，快来人"),
    ("violence", "门口两个人打起来了，头上都是血，保安快来"),
    ("intruder", "有小偷正在撬501的门，保安快上来"),
    ("fraud", "我妈正在给骗子转账，拦都拦不住，谁快去敲门"),
    ("trapped", "We are stuck in the lift between 3 and 4, please send someone now!"),
]
FIGURATIVE = [
    "心态崩了，今天又加班到十二点",
    "股票大盘楼塌了，亏惨了",
    "急死我了，谁有视频会员的验证码",
    "我被困在高速上了，堵了两个小时",
    "虚惊一场，是我家红烧肉烧糊了，没着火",
    "看新闻说有个小区着火了，大家注意用电",
    "笑死，我还以为有小偷，原来是我家猫",
]
TURNS = [
    ("support", "+1"),
    ("support", "我家也是"),
    ("support", "同求"),
    ("more", "还没来人"),
    ("more", "还是漏"),
    ("more", "又开始滴了"),
    ("done", "来修好了，谢谢"),
    ("done", "来电了"),
    ("withdraw", "算了，是我家闸没开"),
    ("say", "修好了吗"),
    ("say", "大家早上好"),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.mark.parametrize(("route", "category", "text"), REQUESTS)
def test_a_request_is_heard(reader: Reader, route: str, category: str, text: str) -> None:
    reading = reader.read(text)
    assert (reading.route, reading.category) == (route, category), reading.why


@pytest.mark.parametrize("text", TALK)
def test_talk_is_left_alone(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert reading.route == "chat" and reading.outcome == "silent", (reading.certainty, reading.why)
    assert (reading.category, reading.danger, reading.gist) == ("", "", "")


@pytest.mark.parametrize(("danger", "text"), URGENT)
def test_an_emergency_is_told_at_once(reader: Reader, danger: str, text: str) -> None:
    reading = reader.read(text)
    assert reading.danger == danger and reading.outcome == "speak", (reading.certainty, reading.why)


@pytest.mark.parametrize("text", FIGURATIVE)
def test_a_figure_of_speech_is_no_emergency(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert not reading.urgent and reading.outcome == "silent", (reading.certainty, reading.why)


@pytest.mark.parametrize(("turn", "text"), TURNS)
def test_the_turn_a_message_takes(reader: Reader, turn: str, text: str) -> None:
    assert reader.read(text).turn == turn


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("物夜能不能来修下路等", "物业能不能来修下路灯"),
        ("三樓的燈壞了，麻煩物業來換一下", "三楼的灯坏了，麻烦物业来换一下"),
        ("三楼的灯唔着咗，唔该物业嚟换一下", "三楼的灯不亮了，麻烦物业来换一下"),
        ("楼道灯\u200b坏了，麻烦\u202e物业来修", "楼道灯坏了，麻烦物业来修"),
    ],
)
def test_misheard_dialect_traditional_and_hidden_letters_read_alike(
    reader: Reader, text: str, meant: str
) -> None:
    one, other = reader.read(text), reader.read(meant)
    assert (one.route, one.category, one.place) == (other.route, other.category, other.place)
    assert one.route == "quick" and one.category == "power"


@pytest.mark.parametrize(
    ("text", "gist"),
    [
        ("2单元的灯不亮了，麻烦换一下", "2单元楼道灯"),
        ("3号楼电梯坏了半个月，没人修", "3号楼电梯"),
        ("地下室电梯厅的灯灭了", "地下室电梯厅灯"),
        ("我家502卫生间天花板漏水，请物业来看看", "502天花板"),
        ("3号楼地下车库又积水了，车都开不进去", "3号楼地库积水"),
        ("消防通道又堵上了", "消防通道"),
        ("对门天天骂人，老张家的孩子也骂，居委来调解一下", "邻里的事"),
    ],
)
def test_the_gist_names_place_and_thing_and_nobody(reader: Reader, text: str, gist: str) -> None:
    assert reader.read(text).gist == gist


def test_quarrels_and_personal_matters_are_private(reader: Reader) -> None:
    assert reader.read("对门天天骂人，还动手推我，请居委来调解一下").private
    assert reader.read("三楼那家孩子自闭症，家里没钱看病，社区能不能帮忙申请补助").private
    assert not reader.read("五楼声控灯不亮了，麻烦师傅来换个灯泡").private


def test_english_is_marked(reader: Reader) -> None:
    assert reader.read("The hallway light on 5F is broken, could someone please fix it?").english
    assert not reader.read("WiFi 密码是多少").english


@pytest.mark.parametrize(
    ("route", "text"),
    [
        ("listed", "关于滨江花园小区地下车库长期积水的投诉，望有关部门督促物业尽快处理"),
        ("quick", "【津融银行】您的账户将于今日18时冻结，请立即登录 jr-bk.vip/cx 核实，逾期作废"),
        ("chat", "青阳街道完成老旧小区雨污分流改造，涉及19个小区、211栋楼，新铺管网14.6公里"),
        ("chat", "专业防水补漏，免砸砖，卫生间渗水、外墙飘窗，测漏找不到不收钱，电话18662310957"),
        ("chat", "南通一业主以没住过为由拒交物业费，法院判其补交并承担违约金"),
    ],
)
def test_what_was_written_elsewhere_is_weighed_as_such(reader: Reader, route: str, text: str) -> None:
    reading = reader.read(text)
    assert reading.route == route
    assert any(line.startswith("像群外的文字：") for line in reading.why)


def test_of_what_is_between_both_say_their_part() -> None:
    said, pasted = weigh.certainty(3.0, -30.0, -3.0), weigh.certainty(3.0, 30.0, -3.0)
    assert said == pytest.approx(weigh.probability(3.0)) and pasted == pytest.approx(weigh.probability(-3.0))
    assert weigh.certainty(3.0, 0.0, -3.0) == pytest.approx((said + pasted) / 2)


def test_why_names_the_words_in_chinese(reader: Reader) -> None:
    why = " ".join(reader.read("五楼声控灯不亮了，麻烦师傅来换个灯泡").why)
    assert "声控灯" in why and "归供电照明" in why


@settings(max_examples=300, deadline=None)
@given(text=st.text())
@example(text="")
@example(text="[图片]")
@example(text="😀" * 5000)
@example(text="\u200b\u202e\u2066" * 3000)
@example(text="\ud800")
@example(text="楼道灯坏了，" * 4000)
@example(text="1-" * 10000)
@example(text="我?" * 10000)
@example(text="「" * 50 + "灯坏了" + "」" * 50)
def test_nothing_makes_it_raise(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert 0 <= reading.certainty <= 1
    assert len(reading.gist) <= 10
    assert (reading.route == "chat") == (reading.category == "")
    assert reading.category in {"", *CATEGORIES}
    assert reading == reader.read(text)


def test_loading_is_no_import_time_work_and_survives_strict_warnings(tmp_path: Path) -> None:
    # A fresh cache of compiled files makes Python compile jieba anew, under -W error.
    code = "import sys, nlp; assert 'jieba' not in sys.modules; print(nlp.load().read('灯坏了').route)"
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.stdout.strip() in ("quick", "listed"), run.stderr
