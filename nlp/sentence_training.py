"""Learns what single sentences of a longer message say beside the whole of it (numpy and scipy: louzu[eval])."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from nlp.examples import Example
from nlp.fitting import two
from nlp.reader import Reader, load
from nlp.sentences import SHORT, SIGN
from nlp.table import Table
from nlp.weigh import written


def by_sentence(examples: Sequence[Example], table: Table, counts: Any) -> dict[str, dict[str, float]]:
    """The weights of the signs of sentences, for whether a message asks, as weights.tsv holds them.

    `counts`: how much each example counts. All other weights were fitted to these very messages and need no sentence
    to explain them; so each half is judged by what the other half taught.
    """
    half, level = np.arange(len(examples)) % 2, np.zeros(len(table.signs))
    longer = (counts > 0) & np.array([len(example.text) > SHORT for example in examples])
    judged = [np.flatnonzero(longer & (half == ours)) for ours in (0, 1)]
    wholes: list[float] = []
    shown: list[list[str]] = []
    for ours, places in enumerate(judged):
        weights = two(table.rows, table.asks, level, counts * (half != ours))
        reader = _reader(table.signs, weights)
        wholes += list(table.rows[places] @ weights)
        shown += [_of_sentences(reader, examples[int(at)].text) for at in places]
    signs = sorted(set().union(*shown))
    rows = np.array([[1.0, *(sign in one for sign in signs)] for one in shown])
    seen, order = np.column_stack([wholes, rows]), np.concatenate(judged)
    whole, _, *adds = two(seen, table.asks[order], np.eye(seen.shape[1])[0], counts[order])
    # In the table the whole counts once; what the sentences add is measured by that.
    return {sign: {"request": round(weight / whole, 2)} for sign, weight in zip(signs, adds, strict=True)}


def _of_sentences(reader: Reader, text: str) -> list[str]:
    return [sign for sign in reader.signs(text) if sign.startswith(SIGN)]


def _reader(signs: Sequence[str], weights: Any) -> Reader:
    """A reader that knows of each sign only how much it speaks for a request."""
    rows = {sign: {"request": float(weight)} for sign, weight in zip(signs, weights, strict=True)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "weights.tsv"
        path.write_text(written(rows), encoding="utf-8")
        return load(path)
