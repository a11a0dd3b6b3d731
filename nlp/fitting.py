"""Fits weights to examples, each drawn towards where it starts (numpy and scipy: louzu[eval])."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize

HOLDS, HOLDS_TURNS, HOLDS_TROUBLES, HOLDS_CHOICES = 1.0, 0.15, 0.4, 2.0
"""How firmly weights are held near where they start (the ridge); those for turns, troubles, what is said in a room."""
WEAK, ROUNDS = 0.35, (60, 40, 25)
"""A weight for a trouble so small is taken out, and the rest are learned again, twice: a tenth of the table, as good."""


def two(rows: Any, right: Any, start: Any, counts: Any, holds: float = HOLDS) -> Any:
    """One logistic model: a weight for each sign."""
    side = np.where(right, 1.0, -1.0)

    def loss(weights: Any) -> tuple[float, Any]:
        margin = side * (rows @ weights)
        apart = weights - start
        slope = rows.T @ (-counts * side / (1 + np.exp(margin)))
        missed = (counts * np.logaddexp(0, -margin)).sum()
        return float(missed + holds * (apart @ apart) / 2), slope + holds * apart

    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def many(shown: tuple[Any, Any, Any], start: Any, telling: Any) -> Any:
    """One weight for each sign and trouble; the weak ones are taken out and the others learned once more.

    `shown`: the rows, what each may mean, and how much it counts.
    """
    weights, kept = start, np.repeat(telling[:, None], start.shape[1], axis=1)
    for steps in ROUNDS:
        weights = _softmax(shown, (weights, start, kept), steps)
        kept = kept & (np.abs(weights) >= WEAK)
    return weights * kept


def one_of(rows: Any, starts: Any, right: Any, holds: float = HOLDS_CHOICES) -> Any:
    """A weight for each sign, where of each group of rows, beginning at `starts`, one of the `right` was chosen."""
    group = np.repeat(np.arange(len(starts)), np.diff([*starts, len(right)]))
    known = np.add.reduceat(right, starts) > 0

    def shares(scores: Any) -> Any:
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        return odds / np.add.reduceat(odds, starts)[group]

    def loss(weights: Any) -> tuple[float, Any]:
        likely = shares(rows @ weights)
        met = np.where(known, np.add.reduceat(likely * right, starts), 1.0) + 1e-12
        slope = np.where(known[group], likely - likely * right / met[group], 0.0)
        return float(holds * (weights @ weights) / 2 - np.log(met).sum()), rows.T @ slope + holds * weights

    return minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x


def _softmax(shown: tuple[Any, Any, Any], at: tuple[Any, Any, Any], steps: int) -> Any:
    (rows, meant, counts), (begin, start, kept) = shown, at

    def loss(flat: Any) -> tuple[float, Any]:
        weights = flat.reshape(start.shape) * kept
        scores = rows @ weights
        scores -= scores.max(1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(1, keepdims=True)
        right = shares * meant
        whole = right.sum(1, keepdims=True) + 1e-12
        apart = (weights - start) * kept
        slope = (rows.T @ (counts[:, None] * (shares - right / whole)) + HOLDS_TROUBLES * apart) * kept
        return float(HOLDS_TROUBLES * (apart**2).sum() / 2 - counts @ np.log(whole)[:, 0]), slope.ravel()

    found = minimize(loss, (begin * kept).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    return found.reshape(start.shape)
