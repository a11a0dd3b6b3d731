"""The data files: a clerk may edit them, and is told by line what is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import danger, knowledge, trouble, turn, weigh
from nlp.words import Words

DATA = knowledge.DATA


def written(folder: Path, text: str) -> Path:
    path = folder / "file.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[thing]]\nname = "灯"\nwords = "灯', "file.toml:3"),
        ('[[thing]]\nname = "灯"\nwords = "灯"\n\n[[thing]]\nname = "灯"\nwords = "泡"', "「灯」写了两次"),
        ('[[thing]]\nwords = "灯"', "file.toml:1: 每个 [[thing]] 要有 name"),
        ('[[thing]]\nname = "灯"', "file.toml:2: 「灯」要有 words"),
        (
            '\n[[thing]]\nname = "灯"\ncategory = "lamp"\nwords = "灯"',
            "file.toml:3: 「灯」的 category 不认得「lamp」",
        ),
        ('[[object]]\nname = "灯"\nwords = "灯"', "不认得 [[object]]"),
        ('[[thing]]\nname = "灯"\nword = "灯"\nwords = "灯"', "不认得 word"),
    ],
)
def test_a_broken_vocabulary_says_where_and_what(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(knowledge.Broken, match=r"^file\.toml:") as broken:
        knowledge.concepts(written(tmp_path, text))
    assert told in str(broken.value)


def test_the_other_broken_files_say_so_too(tmp_path: Path) -> None:
    with pytest.raises(knowledge.Broken, match=r"file.toml:2: kind 要是"):
        danger.load(written(tmp_path, '[[danger]]\nkind = "flod"\nsure = "水"'))
    with pytest.raises(knowledge.Broken, match=r"file.toml:1: \[watr\] 要是 .*water"):
        trouble.load(written(tmp_path, '[watr]\n"停水" = "unit"'))
    with pytest.raises(knowledge.Broken, match=r"file.toml:2: 「停水」.*unit"):
        trouble.load(written(tmp_path, '[water]\n"停水" = "house"'))
    with pytest.raises(knowledge.Broken, match=r"file.toml:1: 「finished」不认得"):
        turn.load(written(tmp_path, 'finished = "好了"'))
    with pytest.raises(knowledge.Broken, match=r"file.toml:2: .*水鸭"):
        knowledge.forms(written(tmp_path, '[misheard]\n"水鸭" = 3'))
    with pytest.raises(knowledge.Broken, match=r"file.toml:2: 「东门」"):
        knowledge.parts(written(tmp_path, '[parts]\n"东门" = ""'))


def weights(tmp_path: Path, *lines: dict[str, str]) -> weigh.Weights:
    rows = ["\t".join(weigh.COLUMNS)]
    rows += ["\t".join(line.get(column, "") for column in weigh.COLUMNS) for line in lines]
    return weigh.load(written(tmp_path, "\n".join(rows)), trouble.load(DATA / "troubles.toml"))


def test_weights_add_up_exactly_and_letters_count_for_less(tmp_path: Path) -> None:
    weighed = weights(
        tmp_path,
        {"sign": "物:灯", "request": "-0.1"},
        {"sign": "况:坏", "request": "0.3"},
        {"sign": "字:灯", "urgent": "-1"},
    )
    sums = weighed.sums(weighed.found(["况:坏", "物:灯", "物:梯", "灯", "梯"]))
    told = {output: total for output, total in zip(weigh.OUTPUTS, sums, strict=True) if total}
    assert told == {"request": 0.2, "urgent": -0.8}


def test_no_weight_borrows_of_the_next(tmp_path: Path) -> None:
    heavy = "停水 -100 水压小 100 整片停电 -0.01"
    weighed = weights(tmp_path, {"sign": "物:水", "request": "-100", "urgent": "100", "troubles": heavy})
    told = {output: weighed.weight("物:水", output) for output in ("request", "listed", "urgent")}
    assert told == {"request": -100, "listed": 0, "urgent": 100}
    troubles = [weighed.weight("物:水", name) for name in ("停水", "水压小", "整片停电", "灯闪")]
    assert troubles == [-100, 100, -0.01, 0] and weighed.names("物:水") and not weighed.names("物:灯")


def test_no_trouble_borrows_of_the_next(tmp_path: Path) -> None:
    weighed = weights(tmp_path, {"sign": "物:水", "troubles": "停水 -100 水压小 1 整片停电 1"})
    told = weighed.told(weighed.found(["物:水"]))
    assert told["水压小"] == told["整片停电"] and "停水" not in told


def test_a_category_is_the_sum_of_its_troubles(tmp_path: Path) -> None:
    weighed = weights(tmp_path, {"sign": "物:水", "troubles": "停水 2.0 水压小 2.0 整片停电 2.5"})
    told = weighed.told(weighed.found(["物:水"]))
    assert next(iter(told)) == "整片停电"
    assert told["停水"] == told["水压小"]
    assert weighed.category(told) == "water"


def test_a_trouble_speaks_as_much_as_it_is_likely(tmp_path: Path) -> None:
    troubles = {"sign": "物:水", "troubles": "停水 20 整片停电 20"}
    weighed = weights(
        tmp_path, troubles, {"sign": "毛病:停水", "listed": "3"}, {"sign": "毛病:整片停电", "listed": "-1"}
    )
    told = weighed.told(weighed.found(["物:水"]))
    assert weighed.by_trouble(told, "listed") == pytest.approx(1.0) and not weighed.by_trouble(told, "urgent")
    assert weighed.by_trouble({}, "listed") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"sign": "毛病:停了水", "listed": "1"},
        {"sign": "物:灯", "request": "多"},
        {"sign": "物:灯", "request": "1000"},
        {"sign": "物:灯", "troubles": "停了水 1.0"},
        {"sign": "物:灯", "troubles": "停水"},
        {"sign": "物:灯", "troubles": "停水 1.0\t0.5"},
    ],
    ids=lambda line: line.get("request") or line.get("troubles") or line["sign"],
)
def test_a_broken_line_of_the_weights_is_named(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(knowledge.Broken, match=r"file.toml:3: "):
        weights(tmp_path, {"sign": "物:梯", "request": "1"}, wrong)


def test_every_weighed_concept_is_in_the_vocabulary() -> None:
    known = {
        one.sign for found in knowledge.concepts(DATA / "vocabulary.toml").table.values() for one in found
    }
    weighed = {line.split("\t")[0] for line in (DATA / "weights.tsv").read_text("utf-8").splitlines()[1:]}
    named = {sign.split("/")[0] for sign in weighed if sign.split(":")[0] in knowledge.KINDS.values()}
    assert named <= known


def test_the_dialect_table_leaves_its_exceptions_alone() -> None:
    forms = knowledge.forms(DATA / "forms.toml")
    assert forms.replaced("侬晓得伐") == "你知道吗"
    assert forms.replaced("砍伐树木") == "砍伐树木"
    assert forms.replaced("巧克力") == "巧克力"


@given(st.lists(st.text("灯红绿a", min_size=1, max_size=3), unique=True), st.text("灯红绿a", max_size=12))
def test_words_are_found_wherever_they_stand(known: list[str], text: str) -> None:
    """Overlapping, inside each other, none at all: by their beginnings, the longer first."""
    spans = [(at, at + size) for at in range(len(text)) for size in (3, 2, 1)]
    expected = [(at, end, text[at:end]) for at, end in spans if end <= len(text) and text[at:end] in known]
    assert Words({word: word for word in known}).all(text) == expected


@given(st.lists(st.text("灯红绿a", min_size=1, max_size=3), unique=True), st.text("灯红绿a", max_size=12))
def test_a_word_inside_a_longer_one_is_not_meant(known: list[str], text: str) -> None:
    words = Words({word: word for word in known})
    spans = [(start, end) for start, end, _ in words.all(text)]
    within = {
        one for one in spans for other in spans if one != other and other[0] <= one[0] and one[1] <= other[1]
    }
    assert [(start, end) for start, end, _ in words.outermost(text)] == [
        one for one in spans if one not in within
    ]


@given(st.lists(st.tuples(*[st.integers(-(10**6), 10**6)] * 5), max_size=6))
def test_the_leading_columns_are_those_less_than_so_far_behind(rows: list[tuple[int, ...]]) -> None:
    sums = [sum(column) for column in zip(*rows, strict=True)] or [0] * 5
    expected = [(total, at) for at, total in enumerate(sums) if max(sums) - total < 50_000]
    assert weigh.Columns(5).leading([weigh.packed(enumerate(row)) for row in rows], 50_000) == expected


def test_the_longest_word_wins() -> None:
    words = Words({"灯": "a", "红绿灯": "b"})
    assert words.replaced("红绿灯和灯") == "b和a"
    assert [value for _, _, value in words.all("红绿灯")] == ["b", "a"]
