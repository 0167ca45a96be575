"""Steps 5 and 6: two features of a table, the rows that are learned from, and the others.

With two standardised columns squared error is a quadratic of two weights, and the lasso's path
has one knee: along the axis of the larger correlation b_i up to the smaller of
(|b_i| - sigma b_j) / (1 - sigma s rho), sigma = 1 and -1, s = sign b_i, then straight to the best fit.
The error on other rows is a quadratic, too, so the best budget of a draw is found exactly, piece by
piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...problem import Problem
from ...typing import Floats, Indices
from .table import StoryTable, standardised

MOST_ROWS = 2000
"""Rows that travel with the page."""
MOST_FEATURES = 8
"""Features to choose the two from: the first to enter the path."""

# Twelve patients on whom the budget's effect is large; the page says that they were picked. Random
# dozens show less of it: see `typical`.
PICKED = (36, 45, 176, 227, 244, 257, 274, 347, 357, 378, 391, 401)
DRAWS = 1500


@dataclass(frozen=True, eq=False)
class Moments:
    """Two standardised columns and a centred response, by their moments; errors elsewhere.

    Attributes
    ----------
    gram, cross : Z'Z/n and Z'y/n of the rows learned from.
    best : (2,) the best fit.
    knee : (2,) where the path turns.
    other_gram, other_cross, other_square : the same of the unseen rows, and y'y/n.
    """

    gram: Floats
    cross: Floats
    best: Floats
    knee: Floats
    other_gram: Floats
    other_cross: Floats
    other_square: float

    @classmethod
    def of(cls, X: Floats, y: Floats, learned: Indices) -> Moments:
        """From two columns (n, 2), a response (n,) and the positions that are learned from."""
        Z, v = standardised(X, learned), y - y[learned].mean()
        unseen = np.ones(len(y), dtype=bool)
        unseen[learned] = False
        A, B = Z[learned], Z[unseen]
        gram, cross = A.T @ A / len(A), A.T @ v[learned] / len(A)
        best = np.linalg.solve(gram, cross)
        return cls(
            gram,
            cross,
            best,
            _knee(gram, cross, best),
            B.T @ B / len(B),
            B.T @ v[unseen] / len(B),
            float(v[unseen] @ v[unseen]) / len(B),
        )

    def squared_error(self, w: Floats) -> float:
        """Mean squared error on the unseen rows."""
        return float(self.other_square - 2 * w @ self.other_cross + w @ self.other_gram @ w)

    def error(self, w: Floats) -> float:
        """Its root."""
        return float(np.sqrt(self.squared_error(w)))

    def at(self, budget: float) -> Floats:
        """(2,) weights of the diamond with this budget."""
        top, turn = np.abs(self.best).sum(), np.abs(self.knee).sum()
        if budget >= top:
            return self.best
        if budget <= turn:
            return self.knee * (budget / turn if turn else 0.0)
        share = (budget - turn) / (top - turn)
        return (1 - share) * self.knee + share * self.best

    def best_budget(self) -> tuple[Floats, float]:
        """The weights of the path that the unseen rows like best, and their error there."""
        found = [_least(self, a, b) for a, b in ((np.zeros(2), self.knee), (self.knee, self.best))]
        w = min(found, key=self.squared_error)
        return w, self.error(w)


def _knee(gram: Floats, cross: Floats, best: Floats) -> Floats:
    i = int(np.argmax(np.abs(cross)))
    sign = np.sign(cross[i]) or 1.0
    turns = [
        (abs(cross[i]) - sigma * cross[1 - i]) / (1 - sigma * sign * gram[0, 1]) for sigma in (1.0, -1.0)
    ]
    knee = np.zeros(2)
    knee[i] = sign * min(np.abs(best).sum(), *(t for t in turns if t >= 0))
    return knee


def _least(moments: Moments, a: Floats, b: Floats) -> Floats:
    """Between a and b, where the quadratic of the unseen rows is least."""
    d = b - a
    curvature = d @ moments.other_gram @ d
    slope = d @ (moments.other_gram @ a - moments.other_cross)
    return a + float(np.clip(-slope / curvature, 0, 1)) * d if curvature > 0 else a


@dataclass(frozen=True, eq=False)
class Sample:
    """The payload of steps 5 and 6, and what the terminal tells of them.

    Attributes
    ----------
    payload : dict, as the page reads it.
    learned : positions, among the payload's rows, that are learned from.
    moments : of the two features shown; None for classes.
    """

    payload: dict[str, Any]
    learned: Indices
    moments: Moments | None


def make_sample(table: StoryTable, quick: bool, seed: int) -> Sample:
    """The rows, the features and the first sample of a table."""
    dataset = table.dataset
    rng = np.random.default_rng([seed, 5])
    n = len(dataset.y)
    rows = np.sort(rng.permutation(n)[:MOST_ROWS]) if n > MOST_ROWS else np.arange(n)
    X, y = dataset.X[rows], dataset.y[rows]
    if table.is_own:
        learned = np.sort(rng.permutation(len(rows))[: (2 * len(rows)) // 3])
        features, names = _first_to_enter(table, X, y, learned), None
    else:
        learned = np.array(PICKED)
        features = np.array([dataset.feature_names.index(name) for name in ("bmi", "age")])
        names = ["BMI", "age"]
    columns = np.array([[float(f"{x:.6g}") for x in X[:, j]] for j in features])
    moments = None if table.is_classes else Moments.of(columns[:2].T, y, learned)
    payload = {
        "id": "own" if table.is_own else "diabetes",
        "loss": table.loss,
        "names": names or [dataset.feature_names[j] for j in features],
        "target": dataset.target_name,
        "classes": list(dataset.class_names) if dataset.class_names else None,
        "row": "row" if table.is_own else "patient",
        "rows": "rows" if table.is_own else "patients",
        "columns": columns.tolist(),
        "y": y.tolist(),
        "first": learned.tolist(),
        "typical": None if moments is None else _typical(columns[:2].T, y, len(learned), rng, quick),
    }
    return Sample(payload, learned, moments)


def _first_to_enter(table: StoryTable, X: Floats, y: Floats, learned: Indices) -> Indices:
    """Positions of the features in the order in which they enter the L1 path of the learned rows."""
    Z = standardised(X[learned])
    usable = np.flatnonzero(np.ptp(Z, axis=0) > 0)
    path = Problem(Z[:, usable], y[learned], loss=table.loss).path(n_alphas=60, eps=1e-3, tol=1e-6)
    order = [usable[feature] for feature, _ in path.entries()]
    order += [j for j in usable if j not in order]
    return np.array(list(dict.fromkeys(order))[:MOST_FEATURES])


def _typical(X: Floats, y: Floats, n_learned: int, rng: np.random.Generator, quick: bool) -> dict[str, Any]:
    """What a budget gains in random samples of this size, and how often the best one has a zero."""
    draws = 300 if quick or len(y) > 600 else DRAWS
    gains, zeros = [], 0
    for _ in range(draws):
        learned = rng.permutation(len(y))[:n_learned]
        if (np.ptp(X[learned], axis=0) == 0).any():
            continue
        moments = Moments.of(X, y, learned)
        w, error = moments.best_budget()
        gains.append(moments.error(moments.best) - error)
        zeros += int((w == 0).any())
    return {"draws": len(gains), "gain": float(np.median(gains)), "zeros": zeros / len(gains)}
