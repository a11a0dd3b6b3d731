"""A longer message is read sentence by sentence, too."""

import pytest

from nlp import Reader, load, sentences

THANKS = "谢谢物业把信报箱修好，动作真当快！"
ASKS = "再麻烦一桩，信报箱下头那滩油漆没擦，我鞋子粘了一脚底"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("电梯又停了。物业来看看好不好?谢谢你们", ["电梯又停了,物业来看看好不好,谢谢你们"]),
        ("今天搬家来了很多人!谢谢!楼道里的灯还是不亮", ["今天搬家来了很多人", "谢谢,楼道里的灯还是不亮"]),
        ("大家早上好啊 楼道里的灯还是不亮", ["大家早上好啊", "楼道里的灯还是不亮"]),
        ("一句话没有停顿", ["一句话没有停顿"]),
        ("嗯。", ["嗯"]),
        ("!!", []),
    ],
)
def test_sentences_end_at_marks_else_at_pauses(text: str, parts: list[str]) -> None:
    assert sentences.of(text) == parts


def test_what_follows_thanks_is_heard_and_named(reader: Reader) -> None:
    assert reader.read(THANKS + ASKS).route == "quick"
    assert any("末句" in line and "再麻烦一桩" in line for line in reader.read(THANKS + ASKS).why)
    assert reader.read(THANKS).route == "chat"


def test_what_sounds_like_a_request_first_counts_less_than_how_it_ends(reader: Reader) -> None:
    first = reader.read("本来想问下物业楼道灯怎么还不来修，在群里喊一声。").certainty
    cleared = (
        "本来想问下物业楼道灯怎么还不来修，在群里喊一声。一出门发现亮了，师傅正在收梯子，算我没说，辛苦辛苦"
    )
    assert reader.read(cleared).certainty < first


def test_a_short_message_is_read_as_one(reader: Reader) -> None:
    short = "电梯又停了。物业来看看好不好"
    assert not [sign for sign in reader.signs(short) if sign.startswith(sentences.SIGN)]
    assert [sign for sign in reader.signs(THANKS + ASKS) if sign.startswith(sentences.SIGN)]
