"""Texts made to hang a regular expression, and a program that tries them: `python -m tests.adversary MODULE …`.

From each pattern's own parts: whatever may repeat is repeated, after what leads up to it, before what cannot follow.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

LENGTHS = (30, 3_000)
"""Doubling with each character shows at thirty, growing with its third power at three thousand."""
FEW = 10
"""What repeats fewer times than this cannot run away."""
ENDS = ("\x00", "好", "")


APART = ("__main__", "training")
"""Modules that begin to work when imported, or need what only the extra brings."""


def patterns(packages: list[str]) -> dict[str, re.Pattern[str]]:
    """Every pattern that the modules of these packages hold or write out in a call, once, by where it stands."""
    found: dict[re.Pattern[str], str] = {}
    for module in map(importlib.import_module, sorted(modules(packages))):
        for name, pattern in held(module):
            found.setdefault(pattern, f"{module.__name__}.{name}")
        for line, text in written(module):
            found.setdefault(re.compile(text), f"{module.__name__}:{line}")
    return {f"{where} {number}": pattern for number, (pattern, where) in enumerate(found.items())}


def modules(packages: list[str]) -> Iterator[str]:
    for name in packages:
        yield name
        path = importlib.import_module(name).__path__
        yield from (
            one.name
            for one in pkgutil.walk_packages(path, f"{name}.")
            if one.name.rpartition(".")[2] not in APART
        )


def held(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in vars(module).items():
        yield from ((name, one) for one in inside(value))
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield from ((f"{name}.{key}", one) for key, kept in vars(value).items() for one in inside(kept))


def inside(value: Any) -> Iterator[re.Pattern[str]]:
    """The patterns in a value or in what it contains."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from inside([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from inside(one)


def written(module: ModuleType) -> Iterator[tuple[int, str]]:
    """The patterns that stand in calls of `re` inside functions."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


def attacks(pattern: re.Pattern[str]) -> Iterator[str]:
    """For each part that may repeat without end, texts in which it does and the whole does not match."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    for lead, bodies in repeats(list(tree), ""):
        for body in bodies:
            for length in LENGTHS:
                yield from (lead + body * (length // len(body)) + end for end in ENDS)


def repeats(items: list[Any], lead: str) -> Iterator[tuple[str, set[str]]]:
    for kind, value in items:
        for inner in parts(kind, value):
            yield from repeats(list(inner), lead)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[1] > FEW:
            bodies = {sample([one]) for one in flattened(value[2])} | {sample(value[2])}
            yield lead, {body for body in bodies if body}
        lead += sample([(kind, value)])


def flattened(items: Any) -> Iterator[Any]:
    """All single things that may stand inside a part, alternatives included."""
    for kind, value in items:
        inner = list(parts(kind, value))
        for one in inner:
            yield from flattened(one)
        if not inner:
            yield kind, value


def parts(kind: Any, value: Any) -> Iterator[Any]:
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        yield value[2]
    elif kind is op.BRANCH:
        yield from value[1]
    elif kind is op.SUBPATTERN:
        yield value[3]
    elif kind in (op.ASSERT, op.ASSERT_NOT):
        yield value[1]


def sample(items: Any) -> str:
    """One text that these parts match, or nearly."""
    return "".join(one_of(kind, value) for kind, value in items)


def one_of(kind: Any, value: Any) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.IN:
        return next((char for char in map(member, value) if char), "天")
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return sample(value[2]) * max(1, value[0])
    if kind is op.BRANCH:
        return sample(value[1][0])
    if kind is op.SUBPATTERN:
        return sample(value[3])
    return "天" if kind in (op.ANY, op.NOT_LITERAL) else ""


def member(item: tuple[Any, Any]) -> str:
    kind, value = item
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.RANGE:
        return chr(value[0])
    if kind is op.CATEGORY:
        return {op.CATEGORY_DIGIT: "3", op.CATEGORY_SPACE: " "}.get(value, "a")
    return ""


def attack(where: str, pattern: re.Pattern[str]) -> None:
    print(where, flush=True)
    for text in attacks(pattern):
        pattern.search(text)
        pattern.fullmatch(text)
        pattern.sub("", text)


if __name__ == "__main__":
    for where, pattern in patterns(sys.argv[1:]).items():
        attack(where, pattern)
