"""Places as people write them, brought into one form."""

import pytest

from nlp import Place, Reader, load
from store import places
from tests.neighbourhood import open_house

PLACES = [
    ("3号楼2单元501漏水", Place("3", "2", "", "501")),
    ("76号402没电了", Place("76", "", "", "402")),
    ("52#楼下的路灯坏了", Place("52")),
    ("8-2-1501的水表坏了", Place("8", "2", "", "1501")),
    ("十二号楼三单元没电", Place("12", "3")),
    ("B2车库的灯不亮", Place("", "", "B2", "", "地库")),
    ("负二层进水了", Place("", "", "B2")),
    ("B2-317前头横了个白哈弗，电话也不留", Place("", "", "B2")),
    ("B2-1501漏水了", Place("B2", "", "", "1501")),
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
    ("3幢乙单元的门禁坏了", Place("3", "乙")),
    ("2501室漏水", Place("", "", "", "2501")),
    ("六楼半的灯坏了", Place("", "", "6")),
    ("二期5栋的路灯", Place("5")),
    ("负一层积水", Place("", "", "B1")),
    ("-1层积水", Place("", "", "B1")),
    ("地下二层车库漏水", Place("", "", "B2", "", "地库")),
    ("架空层堆满了电瓶车", Place("", "", "", "", "架空层")),
    ("垃圾房臭死了", Place("", "", "", "", "垃圾房")),
    ("三号门岗没人", Place("", "", "", "", "门卫室")),
    ("501、502都漏水", Place("", "", "", "501")),
    ("三〇二没水", Place("", "", "", "302")),
    ("302天花板在滴水", Place("", "", "", "302")),
    ("502路由器那根线被剪了", Place("", "", "", "502")),
    ("一零一室漏水", Place("", "", "", "101")),
    ("3#2单元601", Place("3", "2", "", "601")),
    ("3#-2-601没水", Place("3", "2", "", "601")),
    ("15幢B单元1102", Place("15", "B", "", "1102")),
    ("88弄12号602室", Place("12", "", "", "602")),
    ("廿三号楼没水", Place("23")),
    ("3、4单元停水", Place("", "3")),
    ("3号楼1-2层没水", Place("3", "", "1")),
    ("十七楼楼道灯不亮", Place("", "", "17", "", "楼道")),
    ("2号楼西单元电梯", Place("2", "西", "", "", "电梯")),
    ("西北门坏了", Place("", "", "", "", "西北门")),
    ("一层大堂地滑", Place("", "", "1", "", "大堂")),
    ("第3栋2单元", Place("3", "2")),
    ("16层以上没水", Place("", "", "16")),
    ("我家1203，隔壁1204装修", Place("", "", "", "1203")),
    ("Block 5, unit 2, flat 301", Place("5", "2", "", "301")),
    ("17/F corridor light is out", Place("", "", "17", "", "楼道")),
]
NO_PLACES = [
    "打了120还没来",
    "补贴几号到账，是12号吗",
    "5月20号之前交材料",
    "电话13812345678",
    "2025年的账还没公布",
    "一斤1200元",
    "上午10点到12点停水吗",
    "下午3点半来修",
    "10:15-11:30停水",
    "2026-11-22停水",
    "11月12日停水吗",
    "每月15号收费",
    "3号下午来修",
    "物业电话 6501 2233",
    "房价20101元",
    "80平的房子物业费2万3",
    "电表走了1520度",
    "住了302天",
    "二零二五年的账还没公布",
    "502胶水谁家有",
    "三号线地铁挤死了",
    "第二天就坏了",
    "30多户没水",
]
BUILDINGS = [
    ("3号楼2单元501", "3号楼"),
    ("三幢没电", "3号楼"),
    ("3#楼下", "3号楼"),
    ("A座1203跳闸", "A座"),
    ("A栋没水", "A座"),
    ("12栋没水", "12栋"),
    ("十二号楼没水", "12栋"),
    ("88号没水", "5号楼"),
    ("9号楼没水", None),
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


@pytest.mark.parametrize(("text", "name"), BUILDINGS)
async def test_a_place_is_a_building_of_the_store(reader: Reader, text: str, name: str | None) -> None:
    async with open_house() as house, house.store.begin() as db:
        for made in ("A座", "12栋"):
            await places.building(db, made, house.community)
        five = await places.find_building(db, "5栋")
        assert five is not None
        five.aliases = ["88号"]
        await db.flush()
        found = await places.find_building(db, reader.read(text).place.building)
        assert (found.name if found else None) == name
