"""What a new machine is given: one test command everywhere, a complete hashed lock, images made from it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def locked() -> dict[str, tuple[str, str]]:
    """Name -> (version, the rest of its entry) for every entry of the lock."""
    entries = re.split(r"\n(?=\S)", text("requirements.lock").strip())
    found = {}
    for entry in entries:
        name, version, rest = re.fullmatch(r"([^=\s]+)==(\S+)(.*)", entry, re.DOTALL).groups()
        found[canonicalize_name(name)] = (version, rest)
    return found


def test_ci_ends_with_the_test_command_of_the_readme() -> None:
    last = text(".ci/run").strip().splitlines()[-1]
    assert last == "uv run pytest"
    assert f"pip install uv && {last}" in text("README.md").splitlines()


def test_ci_runs_every_check_of_the_house() -> None:
    lines = text(".ci/run").splitlines()
    checks = ("uv run ruff check .", "uv run ruff format --check .", "uv run mypy", "uv run lint-imports")
    assert all(check in lines for check in (*checks, "uv run pytest --postgres"))
    assert "set -euo pipefail" in lines
    assert tomllib.loads(text("pyproject.toml"))["tool"]["mypy"]["strict"] is True


def test_the_lock_holds_every_dependency_within_its_bounds() -> None:
    have = locked()
    for line in tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]:
        wanted = Requirement(line)
        version, _ = have[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(version), f"{line}: the lock has {version}"


def test_the_image_does_without_what_only_measuring_needs() -> None:
    extras = tomllib.loads(text("pyproject.toml"))["project"]["optional-dependencies"]
    assert not {canonicalize_name(Requirement(line).name) for line in extras["eval"]} & set(locked())
    assert "louzu[eval]" in tomllib.loads(text("pyproject.toml"))["dependency-groups"]["dev"]


def test_every_entry_of_the_lock_has_its_hashes_and_names_no_place() -> None:
    for name, (_, rest) in locked().items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), name
    assert not re.search(r"://|--(index|extra|find)|@ |/", text("requirements.lock"))


def test_the_image_installs_from_the_lock_and_not_as_root() -> None:
    lines = text("Dockerfile").splitlines()
    assert any("pip install --require-hashes -r" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")][-1] == "USER louzu"
