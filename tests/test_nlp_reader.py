"""The reader on messages of our own: what is a request, what kind, how urgent, what turn it takes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import CATEGORIES, Reader, load

REQUESTS = [
    ("quick", "power", "五楼声控灯不亮了，麻烦师傅来换个灯泡"),
    ("quick", "enquiry", "请问居委会几点开门"),
    ("quick", "noise", "楼上几点了还在敲敲打打，麻烦停一停"),
    ("quick", "parking", "谁的白色轿车挡住单元门了，麻烦挪一下车"),
    ("quick", "fraud", "刚接到诈骗电话，冒充公安局说我涉案，大家当心"),
    ("listed", "elevator", "我们这部电梯三天两头坏，修了又坏，到底什么时候能彻底换掉"),
    ("listed", "repair", "顶楼一下雨就漏，屋顶防水做了三次还是漏"),
    ("listed", "improvement", "建议在车棚装几个充电桩，现在大家都没地方充"),
    ("listed", "property", "物业费涨了服务却越来越差，要求公示三年的收支账目"),
    ("listed", "encroachment", "一楼又在搭违建，把公共绿地都圈起来了"),
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
]


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load()


@pytest.mark.parametrize(("route", "category", "text"), REQUESTS)
def test_a_request_is_heard(reader: Reader, route: str, category: str, text: str) -> None:
    reading = reader.read(text)
    assert (reading.route, reading.category) == (route, category), reading.why


@pytest.mark.parametrize("text", TALK)
def test_talk_is_left_alone(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert reading.route == "chat" and reading.outcome == "silent", reading.why
    assert reading.category == "" and reading.danger == ""


@settings(max_examples=300, deadline=None)
@given(text=st.text())
def test_nothing_makes_it_raise(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert 0 <= reading.certainty <= 1
    assert len(reading.gist) <= 10
    assert reading.category in CATEGORIES or reading.route == "chat"
