"""The house rules that a machine can see, over every file that is or will be committed."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "nlp", "store", "schedules")

AT_THE_ROOT = {
    *PACKAGES,
    *("tests", ".ci", ".gitignore", ".dockerignore", "Dockerfile", "compose.yaml"),
    *("pyproject.toml", "requirements.lock", "config.example.toml"),
    *("README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE"),
}
SAY_NOTHING = {"util", "helper", "manager", "base", "core", "common", "service"}
CLOCK = "bot/clock.py"
READS_THE_TIME = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.localtime",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def committed() -> list[str]:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({name for name in names if name and (ROOT / name).exists()})


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    return {name: ast.parse((ROOT / name).read_text("utf-8")) for name in committed() if name.endswith(".py")}


def ours(modules: dict[str, ast.Module]) -> dict[str, ast.Module]:
    return {name: tree for name, tree in modules.items() if name.split("/")[0] in PACKAGES}


def lines_of(function: Function) -> int:
    """How long the body is; what the docstring says costs nothing where a body follows."""
    first, *rest = function.body
    said = ast.get_docstring(function) is not None and rest
    return function.body[-1].end_lineno - (rest[0] if said else first).lineno + 1


def test_the_root_holds_only_what_people_look_for_there() -> None:
    assert {name.split("/")[0] for name in committed()} <= AT_THE_ROOT


def test_names_say_something() -> None:
    parts = {name: {part.split(".")[0] for part in name.lower().split("/")} for name in committed()}
    assert not {name for name, said in parts.items() if {one.removesuffix("s") for one in said} & SAY_NOTHING}


def test_a_module_opens_with_one_line_that_says_what_it_is_for(modules: dict[str, ast.Module]) -> None:
    for name, tree in modules.items():
        first, *rest = (ast.get_docstring(tree) or "").split("\n")
        assert first.endswith((".", ":", "?", "。")) and not (rest and rest[0]), name


def test_a_module_stays_under_250_lines(modules: dict[str, ast.Module]) -> None:
    long = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in ours(modules)}
    assert not {name: lines for name, lines in long.items() if lines >= 250}


def test_a_function_has_at_most_40_lines(modules: dict[str, ast.Module]) -> None:
    functions = {
        f"{name}:{node.lineno} {node.name}": lines_of(node)
        for name, tree in ours(modules).items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }
    assert not {name: lines for name, lines in functions.items() if lines > 40}


def test_only_the_clock_reads_the_time(modules: dict[str, ast.Module]) -> None:
    calls = [
        f"{name}:{node.lineno} {ast.unparse(node.func)}"
        for name, tree in ours(modules).items()
        if name != CLOCK
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ".".join(ast.unparse(node.func).split(".")[-2:]) in READS_THE_TIME
    ]
    assert not calls
