"""The bar that shows how far a long command has come; only where somebody looks."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import Any

import click


def progress(length: int, label: str) -> AbstractContextManager[Any]:
    """A bar on stderr whose `update(n)` is told how many more of `length` are done."""
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())
