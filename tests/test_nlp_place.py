"""Places as people write them, brought into one form."""

import pytest

from nlp import Place, Reader, load

PLACES = [
    ("3号楼2单元501漏水", Place("3", "2", "", "501")),
    ("76号402没电了", Place("76", "", "", "402")),
    ("52#楼下的路灯坏了", Place("52")),
    ("8-2-1501的水表坏了", Place("8", "2", "", "1501")),
    ("十二号楼三单元没电", Place("12", "3")),
    ("B2车库的灯不亮", Place("", "", "B2", "", "地库")),
    ("负二层进水了", Place("", "", "B2")),
    ("东门的道闸坏了", Place("", "", "", "", "东门")),
    ("顶楼漏雨", Place("", "", "", "", "屋顶")),
    ("地下室电梯厅的灯灭了", Place("", "", "", "", "地下室电梯厅")),
    ("五单元四楼的窗户碎了", Place("", "5", "4")),
    ("5号楼3门502打不开煤气", Place("5", "3", "", "502")),
    ("A座1201室跳闸", Place("A", "", "", "1201")),
    ("7栋电梯困人", Place("7", "", "", "", "电梯")),
    ("底楼的门关不上", Place("", "", "1")),
    ("Water leak at No. 84, 2nd floor", Place("84", "", "2")),
    ("90-602 has no power", Place("90", "", "", "602")),
]
NO_PLACES = [
    "打了120还没来",
    "补贴几号到账，是12号吗",
    "5月20号之前交材料",
    "电话13812345678",
    "2025年的账还没公布",
    "一斤1200元",
    "上午10点到12点停水吗",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.mark.parametrize(("text", "place"), PLACES)
def test_a_place_is_found(reader: Reader, text: str, place: Place) -> None:
    assert reader.read(text).place == place


@pytest.mark.parametrize("text", NO_PLACES)
def test_dates_phones_and_prices_are_no_places(reader: Reader, text: str) -> None:
    assert not reader.read(text).place
