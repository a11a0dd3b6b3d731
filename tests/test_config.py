"""The settings: the example file is the reference, every mistake is told at once, no secret is shown."""

from __future__ import annotations

import json
import re
import tomllib
import traceback
from datetime import time
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config import Config, load
from bot.config_mistakes import ConfigMistakes
from nlp.reading import ASK_FROM, SPEAK_FROM, Danger

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"

HEAD = """\
# 楼组的全部设置，都是默认值：抄成 config.toml，只留要改的那几行。
# 也可以用环境变量，环境变量优先：[wechat] 的 token 就是 LOUZU_WECHAT__TOKEN。
# 写错了会在启动时一次说全。
"""


def example() -> str:
    """config.example.toml as it has to be; `python tests/test_config.py > config.example.toml` writes it."""
    config = Config()
    plain = {name: field for name, field in Config.model_fields.items() if not _is_table(config, name)}
    tables = {name: field for name, field in Config.model_fields.items() if _is_table(config, name)}
    parts = [HEAD, "".join(_setting(config, name, field) for name, field in plain.items())]
    for name, field in tables.items():
        table = getattr(config, name)
        inside = type(table).model_fields if isinstance(table, BaseModel) else {}
        settings = "".join(_setting(table, *one) for one in inside.items())
        parts.append(f"# {field.description}\n[{name}]\n{settings}")
    return "\n".join(parts)


def _is_table(config: Config, name: str) -> bool:
    return isinstance(getattr(config, name), BaseModel | dict)


def _setting(table: BaseModel, name: str, field: FieldInfo) -> str:
    return f"{field.alias or name} = {toml(getattr(table, name))}  # {field.description}\n"


def toml(value: object) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, time):
        value = f"{value:%H:%M}"
    return json.dumps(str(value) if isinstance(value, Path | ZoneInfo) else value, ensure_ascii=False)


def wrong(path: Path | None, environ: dict[str, str] | None = None) -> list[str]:
    """The lines that loading gives; the folder of a test is cut off."""
    with pytest.raises(ConfigMistakes) as caught:
        load(path, environ or {})
    assert str(caught.value) == "\n".join(caught.value.lines)
    return [line.replace(f"{path.parent}/", "") if path else line for line in caught.value.lines]


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_the_example_shows_every_setting_with_its_default_and_its_meaning() -> None:
    assert EXAMPLE.read_text("utf-8") == example()


def test_the_example_is_the_defaults() -> None:
    assert load(EXAMPLE, {}) == Config() == load(None, {})


def test_every_setting_says_in_chinese_what_it_is() -> None:
    tables = [kind.annotation for kind in Config.model_fields.values()]
    for table in [Config, *(one for one in tables if isinstance(one, type) and issubclass(one, BaseModel))]:
        for name, field in table.model_fields.items():
            assert re.search("[一-鿿]", field.description or ""), f"{table.__name__}.{name}"


def test_every_danger_has_a_number_to_call() -> None:
    urgent = Config().urgent.model_dump()
    assert set(urgent) - {"property_desk"} == set(get_args(Danger)) - {""}
    assert all(number for danger, number in urgent.items() if danger != "property_desk")


def test_the_reader_and_the_settings_start_from_the_same_certainty() -> None:
    assert (Config().reading.speak_from, Config().reading.ask_from) == (SPEAK_FROM, ASK_FROM)


def test_three_mistakes_are_three_lines(file) -> None:
    path = file('[pace]\nper_minute = "六"\n[store]\nulr = "sqlite:///x.db"\n[quiet]\nfrom = "25:00"\n')
    assert wrong(path) == [
        "config.toml: store.ulr：没有这个设置，是不是 store.url？",
        'config.toml: pace.per_minute：应为整数，现在是 "六"',
        'config.toml: quiet.from：应为 24 小时制的 "时:分"，例如 "07:00"，现在是 "25:00"',
    ]


def test_a_broken_file_says_where_and_the_environment_is_still_checked(file) -> None:
    path = file("timezone = “Asia/Shanghai”\n")
    lines = wrong(path, {"LOUZU_WEB__PORT": "http"})
    assert lines[0].startswith("config.toml: 第 1 行第 12 列写法不对")
    assert lines[1:] == ['LOUZU_WEB__PORT：应为整数，现在是 "http"']


def test_a_missing_unreadable_or_foreign_file(tmp_path: Path) -> None:
    assert wrong(tmp_path / "config.toml") == ["config.toml: 没有这个文件"]
    (tmp_path / "config.toml").mkdir()
    assert wrong(tmp_path / "config.toml") == ["config.toml: 读不出来"]
    (tmp_path / "gbk.toml").write_bytes('neighbourhood = "河滨花园"'.encode("gbk"))
    assert wrong(tmp_path / "gbk.toml") == ["gbk.toml: 不是 UTF-8 文字，请另存为 UTF-8"]


def test_a_file_saved_by_notepad_is_read(file) -> None:
    assert load(file('\ufeffneighbourhood = "河滨花园"\r\n'), {}).neighbourhood == "河滨花园"


def test_the_environment_goes_over_the_file_setting_by_setting(file) -> None:
    path = file('[wechat]\naccount = "file"\nprobe = 5\n[jobs.weekly]\ncron = "mon 10:00"\n')
    config = load(path, {"LOUZU_WECHAT__ACCOUNT": "env", "LOUZU_JOBS__WEEKLY__ON": "false"})
    assert (config.wechat.account, config.wechat.probe) == ("env", 5)
    assert (config.jobs["weekly"].cron, config.jobs["weekly"].on) == ("mon 10:00", False)


def test_four_variables_are_enough() -> None:
    config = load(
        None,
        {
            "LOUZU_WECHAT__ENDPOINT": "127.0.0.1:18788",
            "LOUZU_WECHAT__TOKEN": "puppet_secret",
            "LOUZU_STORE__URL": "sqlite:///here.db",
            "LOUZU_DATA_DIR": "there",
        },
    )
    assert config.wechat.endpoint == "127.0.0.1:18788"
    assert config.wechat.token.get_secret_value() == "puppet_secret"
    assert config.database_url == "sqlite+aiosqlite:///here.db"
    assert config.data_dir == Path("there")


@pytest.mark.parametrize(
    ("url", "corrected"),
    [
        ("", "sqlite+aiosqlite:///data/louzu.db"),
        ("sqlite:////srv/x.db", "sqlite+aiosqlite:////srv/x.db"),
        ("sqlite://", "sqlite+aiosqlite://"),
        ("postgres://a:b@host/louzu", "postgresql+asyncpg://a:b@host/louzu"),
        ("postgresql+asyncpg://a:b@host/louzu", "postgresql+asyncpg://a:b@host/louzu"),
    ],
)
def test_a_database_is_named_as_people_name_it(url: str, corrected: str) -> None:
    assert load(None, {"LOUZU_STORE__URL": url}).database_url == corrected


@pytest.mark.parametrize("url", ["mysql://a:hidden@host/x", "sqlite://hidden.db", "hidden.db"])
def test_a_database_that_cannot_be_is_refused_without_repeating_its_password(url: str) -> None:
    (line,) = wrong(None, {"LOUZU_STORE__URL": url})
    assert line.startswith("LOUZU_STORE__URL：") and "hidden" not in line


def test_secrets_are_never_shown(file) -> None:
    secret = "hush" * 2  # so that a traceback, which quotes this file, does not hold it
    config = load(
        None, {"LOUZU_WECHAT__TOKEN": secret, "LOUZU_STORE__URL": f"postgresql://a:{secret}@host/louzu"}
    )
    assert secret not in f"{config!r} {config} {config.model_dump()} {config.model_dump_json()}"
    path = file(f'[wechat]\ntoken = ["{secret}"]\ntokem = "{secret}"\n[wechat.ca]\ntoken = "{secret}"\n')
    with pytest.raises(ConfigMistakes) as caught:
        load(path, {"LOUZU_WECHAT_TOKEN": secret, "LOUZU_LOG": secret})
    assert len(caught.value.lines) == 5
    assert secret not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("variable", "line"),
    [
        ("LOUZU_STORE__ULR", "没有这个设置，是不是 LOUZU_STORE__URL？"),
        ("LOUZU_WECHT__TOKEN", "没有这个设置，是不是 LOUZU_WECHAT__TOKEN？"),
        ("LOUZU_WECHAT_TOKEN", "没有这个设置，是不是 LOUZU_WECHAT__TOKEN？"),
        ("LOUZU_TOKEN", "没有这个设置，是不是 LOUZU_WECHAT__TOKEN？"),
        ("LOUZU_JOBS__WEEKLY__CRN", "没有这个设置，是不是 LOUZU_JOBS__WEEKLY__CRON？"),
        ("LOUZU_XXXXXXXXX", "没有这个设置"),
        ("LOUZU_PACE", "应为一节设置"),
    ],
)
def test_a_wrong_variable_is_named_with_the_right_one(variable: str, line: str) -> None:
    assert wrong(None, {variable: "1"}) == [f"{variable}：{line}"]


def test_a_key_in_the_wrong_table_is_sent_to_its_own(file) -> None:
    path = file('endpoint = "127.0.0.1:1"\n[log]\ntoken = "x"\n')
    assert wrong(path) == [
        "config.toml: log.token：没有这个设置，是不是 wechat.token？",
        "config.toml: endpoint：没有这个设置，是不是 wechat.endpoint？",
    ]


def test_empty_foreign_and_kubernetes_variables_are_no_settings() -> None:
    environ = {
        "LOUZU_WEB__PORT": "",
        "HOME": "/",
        "LOUZU_PORT": "tcp://10.0.0.1:1",
        "LOUZU_SERVICE_HOST": "x",
    }
    assert load(None, environ) == Config()


@pytest.mark.parametrize("endpoint", ["127.0.0.1:18788", "localhost:1", "[::1]:65535"])
def test_the_own_machine_needs_no_tls(endpoint: str) -> None:
    assert load(None, {"LOUZU_WECHAT__ENDPOINT": endpoint}).wechat.endpoint == endpoint


def test_plain_text_to_another_machine_must_be_allowed() -> None:
    far = {"LOUZU_WECHAT__ENDPOINT": "gateway:18788"}
    (line,) = wrong(None, far)
    assert line.startswith("LOUZU_WECHAT__ENDPOINT：gateway:18788 不在本机") and "plain_text_allowed" in line
    assert load(None, far | {"LOUZU_WECHAT__TLS": "true"}).wechat.tls
    assert load(None, far | {"LOUZU_WECHAT__PLAIN_TEXT_ALLOWED": "true"}).wechat.plain_text_allowed


@pytest.mark.parametrize(
    "endpoint",
    ["18788", "host", "host:", ":1", "host:0", "host:65536", "http://host:1", "::1:80", "[]:1", "h:１"],
)
def test_an_endpoint_is_host_and_port(endpoint: str) -> None:
    (line,) = wrong(None, {"LOUZU_GATEWAY__ENDPOINT": endpoint})
    assert line == f'LOUZU_GATEWAY__ENDPOINT：应为 主机:端口，例如 127.0.0.1:18788，现在是 "{endpoint}"'


def test_our_own_gateway_serves_other_machines_with_a_certificate_or_a_permission(file) -> None:
    open_to_all = {"LOUZU_GATEWAY__ENDPOINT": "0.0.0.0:18788"}
    (line,) = wrong(None, open_to_all)
    assert line.startswith("LOUZU_GATEWAY__ENDPOINT：0.0.0.0:18788 给别的机器用却不加密")
    assert load(None, open_to_all | {"LOUZU_GATEWAY__PLAIN_TEXT_ALLOWED": "true"}).gateway.plain_text_allowed
    pem = str(file(""))
    both = {"LOUZU_GATEWAY__CERTIFICATE": pem, "LOUZU_GATEWAY__KEY": pem}
    assert load(None, open_to_all | both).gateway.key == pem
    assert wrong(None, {"LOUZU_GATEWAY__KEY": pem}) == ["gateway.certificate：certificate 和 key 要一起填"]


def test_what_compose_sets_is_understood() -> None:
    text = (EXAMPLE.parent / "compose.yaml").read_text("utf-8")
    environ = dict(re.findall(r'^ +(LOUZU_\w+): "?([^"\n]+)', text, re.MULTILINE))
    config = load(None, environ)
    assert config.wechat.endpoint == f"gateway:{config.gateway.endpoint.rpartition(':')[2]}"
    assert f"127.0.0.1:{config.web.port}:{config.web.port}" in text


def test_settings_that_contradict_each_other(file) -> None:
    path = file('[reading]\nspeak_from = 0.3\n[clocks]\nworkday_from = "21:00"\n')
    assert wrong(path) == [
        "config.toml: reading.ask_from：0.4 不能大于 speak_from（0.3）",
        "config.toml: clocks.workday_from：21:00 应早于 workday_until（20:00）",
    ]


def test_a_named_file_must_be_there(file) -> None:
    assert wrong(file('[gateway]\ncertificate = "missing.txt"\n')) == [
        'config.toml: gateway.certificate：没有这个文件，现在是 "missing.txt"'
    ]


def test_hours_may_be_written_as_people_write_them(file) -> None:
    quiet = load(file('[quiet]\nfrom = "9：05"\nuntil = 07:30:00\n'), {}).quiet
    assert (quiet.since, quiet.until) == (time(9, 5), time(7, 30))


def test_the_unsure_are_never_kept_longer_than_promised(file) -> None:
    assert wrong(file("[keep]\nunsure_days = 8\n")) == ["config.toml: keep.unsure_days：不能大于 7，现在是 8"]


def test_jobs_are_judged_by_those_who_know_them(file) -> None:
    path = file('[jobs.weekly]\ncron = "never"\n[jobs.daily]\non = false\n[pace]\nper_day = 0\n')
    with pytest.raises(ConfigMistakes) as caught:
        load(path, {}, lambda name, cron: f"{name} 看不懂 {cron}" if cron else "")
    assert [line.partition(": ")[2] for line in caught.value.lines] == [
        "pace.per_day：不能小于 1，现在是 0",
        "jobs.weekly.cron：weekly 看不懂 never",
    ]


@pytest.mark.parametrize(
    "junk", ['"六"', '""', "-1", "1.5", "1e30", "nan", "true", "[1]", "{ x = 1 }", "1979-05-27"]
)
def test_junk_anywhere_is_told_in_chinese(file, junk: str) -> None:
    for table, inside in tomllib.loads(example()).items():
        for path in [table, *(f"{table}.{key}" for key in (inside if isinstance(inside, dict) else ()))]:
            try:
                load(file(f"{path} = {junk}\n"), {})
            except ConfigMistakes as mistakes:
                for line in mistakes.lines:
                    assert re.search(r"config.toml: [a-z_.]+：([一-鿿]|.* 不能)", line), line
                    assert not re.search("[Ii]nput|should|valid", line), line


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().web.port = 1  # type: ignore[misc]


if __name__ == "__main__":
    print(example(), end="")
