"""The same trouble and another one: other words for one thing, the same words for two."""

import pytest

from nlp import Place, Reader, Said, load

SAME_FROM = 0.65
"""By itself this joins nothing: for that two are as alike as 0.935."""

SAME = [
    ("电梯又坏了，停在一楼不动", "按了半天电梯没反应，又要爬楼了"),
    ("三楼楼道灯不亮", "三楼黑漆漆的，灯泡坏了吧"),
    ("怎么停水了", "洗到一半没水了，一头泡沫"),
    ("地下车库进水了", "车库被水淹了，快来人开泵"),
    ("门口垃圾房满出来了没人收", "垃圾桶爆桶两天了，苍蝇乱飞"),
    ("跳广场舞的音响太吵了", "楼下跳舞的能不能小点声"),
    ("304室窗外空调架晃得厉害，怕要掉", "3楼窗外那个空调架摇摇晃晃的，要掉下来了"),
]
OTHER = [
    ("301卫生间天花板漏水", "602厨房天花板漏水"),
    ("电梯坏了", "电梯里按钮不亮"),
    ("2单元门刷卡刷不开", "3单元门刷卡刷不开"),
    ("三楼的灯不亮了", "五楼的灯不亮了"),
    ("1号楼停电了", "9号楼停电了"),
    ("谁的白色轿车挡在门口", "谁的黑色面包车挡在门口"),
    ("谁的奥迪挡在单元门口，挪一下", "门口那辆五菱谁的，挪一挪"),
    ("麻烦浙A·7那台移一下，我要出车", "苏E那台移一下，堵着我了"),
    ("尾号66K的车谁的，挡在单元门口，挪一下", "门口尾号20M的车谁的，挪一挪"),
    ("西梯停了，按了没反应", "东边那部电梯停了，按了没反应"),
    ("能不能加装一根扶手", "二楼的扶手松了一抓就晃"),
    ("左边电梯困人了", "右边电梯门关不拢"),
    ("304室窗外空调架晃得厉害，怕要掉", "2504室窗外空调架晃得厉害，怕要掉"),
    ("302热水器漏水", "1702热水器漏水"),
    ("302天花板在滴水，楼上漏下来的", "1702天花板在滴水，楼上漏下来的"),
    ("楼道灯不亮", "物业费为什么涨价"),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def said(reader: Reader, text: str) -> Said:
    reading = reader.read(text)
    return Said(text, reading.category, reading.place)


def alike(reader: Reader, first: Said, second: Said) -> float:
    return reader.same(first, second).probability


@pytest.mark.parametrize(("first", "second"), SAME)
def test_other_words_for_the_same_trouble_are_joined(reader: Reader, first: str, second: str) -> None:
    assert alike(reader, said(reader, first), said(reader, second)) >= 0.5


@pytest.mark.parametrize(("first", "second"), OTHER)
def test_two_troubles_in_the_same_words_stay_apart(reader: Reader, first: str, second: str) -> None:
    assert alike(reader, said(reader, first), said(reader, second)) < SAME_FROM


def test_a_leak_belongs_to_its_flat(reader: Reader) -> None:
    leak = "卫生间天花板漏水"
    at_301, at_602 = Place(flat="301"), Place(flat="602")
    assert alike(reader, Said(leak, "water", at_301), Said("天花板又在滴水", "water", at_301)) >= 0.5
    assert alike(reader, Said(leak, "water", at_301), Said(leak, "water", at_602)) < 0.5


def test_speakers_of_two_flats_may_miss_the_same_lift(reader: Reader) -> None:
    first = Said("电梯坏了", "elevator", Place("3", "", "", "702"))
    assert alike(reader, first, Said("电梯又不动了", "elevator", Place("3", "", "", "1802"))) >= 0.5
    assert alike(reader, first, Said("电梯又不动了", "elevator", Place("5", "", "", "1802"))) < 0.5
