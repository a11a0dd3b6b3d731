"""Where settings come from, and every mistake in them as one Chinese line that names its place."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

PREFIX = "LOUZU_"
KUBERNETES = re.compile(r"LOUZU_(SERVICE_|PORT(_|$))")
"""What Kubernetes and old Docker links put into the environment of everything beside a service named louzu."""

SAYS = {
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "int_parsing_size": "数字太大",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字，用英文引号括起来",
    "path_type": "应为文字，用英文引号括起来",
    "string_too_short": "不能为空",
    "literal_error": "只能是 {expected}",
    "greater_than": "应大于 {gt:g}",
    "greater_than_equal": "不能小于 {ge:g}",
    "less_than_equal": "不能大于 {le:g}",
    "model_type": "应为一节设置",
    "dict_type": "应为一节设置",
    "wrong": "{what}",
}

Where = tuple[str, ...]
CheckJob = Callable[[str, str], str]
Values = dict[str, Any]


class ConfigMistakes(Exception):
    """All that is wrong with the settings, one line each; never a secret among them."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


class Source:
    """What was set, and where: the values of the file with those of the environment laid over them."""

    def __init__(self, path: Path | None, environ: Mapping[str, str]) -> None:
        self.path = path
        self.mistakes: list[str] = []
        self.values: Values = self._file(path) if path else {}
        # An empty variable is an unset one: `LOUZU_X: ${LOUZU_X:-}` in a compose file means that.
        self.environ = {
            tuple(name.removeprefix(PREFIX).lower().split("__")): value
            for name, value in sorted(environ.items())
            if name.startswith(PREFIX) and value and not KUBERNETES.match(name)
        }
        for where, value in self.environ.items():
            _put(self.values, where, value)

    def name(self, where: Where) -> str:
        """How the one who set it knows it: by its variable, or by its file and path."""
        if where in self.environ:
            return variable(where)
        return f"{self.path}: {'.'.join(where)}" if self.path else ".".join(where)

    def _file(self, path: Path) -> Values:
        try:
            return tomllib.loads(path.read_text("utf-8-sig"))
        except tomllib.TOMLDecodeError as error:
            self.mistakes.append(
                f"{path}: {_toml_place(error)}写法不对：看看引号是不是英文的，等号和括号齐不齐，有没有写重"
            )
        except UnicodeDecodeError:
            self.mistakes.append(f"{path}: 不是 UTF-8 文字，请另存为 UTF-8")
        except OSError as error:
            self.mistakes.append(
                f"{path}: {'没有这个文件' if isinstance(error, FileNotFoundError) else '读不出来'}"
            )
        return {}


def variable(where: Where) -> str:
    """The environment variable of a setting."""
    return PREFIX + "__".join(where).upper()


def _put(values: Values, where: Where, value: str) -> None:
    """Lay one value over the others; where the table itself is no table, that mistake is told instead."""
    for key in where[:-1]:
        values = values.setdefault(key, {})
        if not isinstance(values, dict):
            return
    values[where[-1]] = value


def _toml_place(error: tomllib.TOMLDecodeError) -> str:
    place = re.search(r"line (\d+), column (\d+)", str(error))
    return "第 {} 行第 {} 列".format(*place.groups()) if place else "文件末尾"


def sentences(error: ValidationError, source: Source, model: type[BaseModel]) -> list[str]:
    """At least one line for every mistake pydantic found in `source`."""
    lines = []
    for one in error.errors(include_url=False):
        where = tuple(map(str, one["loc"]))
        if one["type"] == "extra_forbidden":
            lines += _unknown(where, source, model)
        else:
            lines.append(_wrong(where, one, source, _kind(model, where)))
    return lines


def job_mistakes(source: Source, check_job: CheckJob) -> list[str]:
    """One line for every job that `check_job` finds fault with; what is no job at all was told before."""
    jobs = source.values.get("jobs")
    found = {
        ("jobs", name, "cron"): check_job(name, job.get("cron", ""))
        for name, job in (jobs.items() if isinstance(jobs, dict) else ())
        if isinstance(job, dict) and isinstance(job.get("cron", ""), str)
    }
    return [f"{source.name(where)}：{what}" for where, what in found.items() if what]


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`, "" when none is; the cutoff finds words of three letters too."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)), "")


def _wrong(where: Where, error: ErrorDetails, source: Source, kind: object) -> str:
    context = error.get("ctx", {})
    if context.get("key"):  # a check over a whole table, which says the values itself
        return f"{source.name((*where, context['key']))}：{context['what']}"
    if error["type"] == "literal_error":
        context["expected"] = (
            context["expected"].replace("'", '"').replace(", ", "、").replace(" or ", " 或 ")
        )
    says = SAYS[error["type"]].format(**context) if error["type"] in SAYS else error["msg"]
    return f"{source.name(where)}：{says}{_shown(error['input'], kind)}"


def _shown(value: object, kind: object) -> str:
    """What it is now, unless it is a secret, or stands where a table with one should stand."""
    if kind is SecretStr or _keys(kind) or isinstance(value, dict | list):
        return ""
    return f"，现在是 {json.dumps(value, ensure_ascii=False, default=str)[:60]}"


def _unknown(where: Where, source: Source, model: type[BaseModel]) -> list[str]:
    meant = _meant(where[:-1], where[-1], model)
    lines = []
    for full in [one for one in source.environ if one[: len(where)] == where] or [where]:
        spelt = variable if full in source.environ else ".".join
        perhaps = f"，是不是 {spelt((*meant, *full[len(where) :]))}？" if meant else ""
        lines.append(f"{source.name(full)}：没有这个设置{perhaps}")
    return lines


def _meant(table: Where, key: str, model: type[BaseModel]) -> Where:
    """The likely setting: a sibling, the same key of another table, or one with `_` written for `.` or `__`."""
    leaves = [(one, leaf) for one, kind in _keys(model).items() for leaf in _keys(kind)]
    elsewhere = next((leaf for leaf in leaves if leaf[1] == key), ())
    names: dict[str, Where] = {one: (*table, one) for one in _keys(_kind(model, table))}
    if not table:
        names |= {"_".join(leaf): leaf for leaf in leaves} | ({key: elsewhere} if elsewhere else {})
    return names.get(nearest(key, names), elsewhere)


def _kind(kind: Any, where: Where) -> Any:
    """The declared type of the setting at `where`, None when there is no such setting."""
    for key in where:
        kind = get_args(kind)[1] if get_origin(kind) is dict else _keys(kind).get(key)
    return kind


def _keys(kind: object) -> dict[str, Any]:
    """The keys of a table with their types, as a user writes them; empty when it is no table."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
