"""Random small problems over every loss, norm, form, storage, shape, weighting and intercept.

`random_problem(seed)` draws all axes; `grid_problem(k)` walks through their product, so that
`range(len(CELLS))` holds each loss x norm x form once and `range(len(CELLS) * 16)` each of
those with both storages, both shapes, with and without weights and intercept.

Levels (alpha, budget, target) need a scale that does not come from the package. A smooth fit
with a small ridge penalty, by L-BFGS on `reference.Objective`, gives one end of the frontier
and w = 0 the other: budgets are shares of its norm, targets lie between its loss and that at
zero, and alphas are multiples of the mean price between the two ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog, minimize

from normball import Problem, Solution
from normball.losses import Gamma, Huber, Logistic, Loss, Poisson, Quantile, SquaredError, Tweedie
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2
from normball.typing import Floats
from oracles import bounds
from reference import Objective, Reference, solve_reference

Draw = np.random.Generator


def _weights(rng: Draw, p: int) -> Floats:
    return rng.uniform(0.5, 2.0, p)


def _weights_with_ends(rng: Draw, p: int) -> Floats:
    weights = _weights(rng, p)
    weights[:2] = 0.0, np.inf
    return rng.permutation(weights)


NORM_CASES: dict[str, Callable[[Draw, int], Norm]] = {
    "l1": lambda rng, p: L1(),
    "l1 weighted": lambda rng, p: L1(weights=_weights(rng, p)),
    "l1 with 0 and inf": lambda rng, p: L1(weights=_weights_with_ends(rng, p)),
    "l1 positive": lambda rng, p: L1(positive=True),
    "l2": lambda rng, p: L2(),
    "linf": lambda rng, p: LInf(),
    "lp below 2": lambda rng, p: Lp(float(rng.choice([4 / 3, 1.5, 1.75]))),
    "lp above 2": lambda rng, p: Lp(float(rng.choice([2.5, 3.0, 4.0]))),
    "squared l2": lambda rng, p: SquaredL2(),
    "elastic net": lambda rng, p: ElasticNet(l1_ratio=float(rng.choice([0.1, 0.5, 0.9]))),
    "elastic net weighted": lambda rng, p: ElasticNet(0.5, weights=_weights_with_ends(rng, p)),
    "elastic net positive": lambda rng, p: ElasticNet(0.5, weights=_weights(rng, p), positive=True),
    "group l2": lambda rng, p: GroupL2(rng.integers(0, max(p // 3, 2), p)),
    "group l2 weighted": lambda rng, p: GroupL2(np.arange(p) % 4, weights=_weights(rng, 4)),
    "sorted l1": lambda rng, p: SortedL1(),
    "sorted l1 with ties": lambda rng, p: SortedL1(
        weights=np.sort(rng.integers(1, 4, p))[::-1].astype(float)
    ),
}
"""Name -> norm for p features, p >= 4."""

LOSS_CASES: dict[str, Callable[[Draw, Floats], tuple[Loss, Floats]]] = {
    "squared_error": lambda rng, eta: (SquaredError(), eta + rng.standard_normal(len(eta))),
    "huber": lambda rng, eta: (Huber(float(rng.choice([0.3, 1.0, 3.0]))), eta + rng.standard_t(2, len(eta))),
    "logistic": lambda rng, eta: (Logistic(), _with_two_classes(eta + rng.logistic(size=len(eta)) > 0)),
    "poisson": lambda rng, eta: (Poisson(), _with_a_count(rng.poisson(np.exp(np.clip(eta, -3, 3))))),
    "gamma": lambda rng, eta: (Gamma(), np.exp(eta) * rng.gamma(2.0, 0.5, len(eta))),
    "tweedie": lambda rng, eta: (
        Tweedie(float(rng.choice([1.2, 1.5, 1.7]))),
        _with_a_count(np.exp(eta) * rng.gamma(2.0, 0.5, len(eta)) * (rng.random(len(eta)) < 0.6)),
    ),
    "quantile": lambda rng, eta: (
        Quantile(float(rng.choice([0.1, 0.5, 0.75]))),
        _rounded(rng, eta + rng.standard_t(2, len(eta))),
    ),
}
"""Name -> loss and response for the true predictor eta (n,)."""


def _rounded(rng: Draw, y: Floats) -> Floats:
    """y, or now and then whole numbers, of which several are equal."""
    return np.round(y) if rng.random() < 0.3 else y


def _with_two_classes(y: Any) -> Floats:
    return np.concatenate([[0.0, 1.0], y[2:]])


def _with_a_count(y: Any) -> Floats:
    return np.concatenate([[1.0], y[1:]])


@dataclass(frozen=True)
class Axes:
    """What kind of problem; `loss` and `norm` are keys of the dictionaries above."""

    loss: str
    norm: str
    form: str
    is_sparse: bool
    is_wide: bool
    has_weights: bool
    fit_intercept: bool

    @property
    def cell(self) -> tuple[str, str, str]:
        """Loss, norm and form."""
        return self.loss, self.norm, self.form


FORMS = ("alpha", "budget", "target")
CELLS = tuple(product(LOSS_CASES, NORM_CASES, FORMS))
"""Every loss x norm x form."""
_SWITCHES = tuple(product((False, True), repeat=4))


@dataclass(frozen=True, eq=False)
class RandomProblem:
    """A problem as `Problem` takes it, and the level of its form."""

    seed: int
    axes: Axes
    X: Any
    y: Floats
    loss: Loss
    norm: Norm
    sample_weight: Floats | None
    level: float

    @cached_property
    def objective(self) -> Objective:
        """The same in plain NumPy."""
        return Objective.of(**self._arguments)

    @property
    def _arguments(self) -> dict[str, Any]:
        return {
            "X": self.X,
            "y": self.y,
            "loss": self.loss,
            "norm": self.norm,
            "fit_intercept": self.axes.fit_intercept,
            "sample_weight": self.sample_weight,
        }

    def solve(self, tol: float = 1e-8) -> Solution:
        """By the package."""
        return Problem(**self._arguments).solve(**{self.axes.form: self.level}, tol=tol)

    @cached_property
    def reference(self) -> Reference:
        """By CVXPY and Clarabel."""
        return solve_reference(**self._arguments, **{self.axes.form: self.level})

    def __str__(self) -> str:
        shape = "x".join(map(str, self.X.shape))
        switches = ("sparse" * self.axes.is_sparse, "weights" * self.axes.has_weights)
        words = (*filter(None, switches), "intercept" if self.axes.fit_intercept else "no intercept")
        return (
            f"seed {self.seed}: {self.loss!r}, {self.axes.norm}, {self.axes.form}={self.level:.4g}, "
            f"{shape}, {', '.join(words)}"
        )


def random_problem(seed: int) -> RandomProblem:
    """A problem with all axes drawn; any seed >= 0 gives one, the same each time."""
    rng = np.random.default_rng([seed, 0])
    cell = CELLS[int(rng.integers(len(CELLS)))]
    return build(Axes(*cell, *_SWITCHES[int(rng.integers(len(_SWITCHES)))]), seed)


def grid_problem(position: int) -> RandomProblem:
    """The problem at a position >= 0 of the walk through all axes; the module docstring says how."""
    turn, cell = divmod(position, len(CELLS))
    # a cell meets the switches in an order of its own, so that one turn mixes them all
    switches = np.random.default_rng([cell, turn // len(_SWITCHES)]).permutation(len(_SWITCHES))
    return build(Axes(*CELLS[cell], *_SWITCHES[switches[turn % len(_SWITCHES)]]), position)


def build(axes: Axes, seed: int) -> RandomProblem:
    """A problem of that kind."""
    rng = np.random.default_rng([seed, 1])
    if axes.is_wide:
        n = int(rng.integers(8, 21))
        p = int(rng.integers(n + 2, 41))
    else:
        p = int(rng.integers(5, 16))
        n = int(rng.integers(p + 5, 41))
    X = _matrix(rng, n, p, axes.is_sparse)
    truth = np.where(rng.random(p) < 0.4, rng.standard_normal(p), 0.0)
    eta = X @ truth
    eta *= 1.5 / max(float(np.std(eta)), 0.1)
    loss, y = LOSS_CASES[axes.loss](rng, eta + float(rng.normal()))
    sample_weight = _sample_weight(rng, n) if axes.has_weights else None
    draft = RandomProblem(seed, axes, X, y, loss, NORM_CASES[axes.norm](rng, p), sample_weight, 0.0)
    if _fits_without_limit(draft.objective):
        priced = np.where(draft.norm.weights == 0, 1.0, draft.norm.weights)
        draft = replace(draft, norm=replace(draft.norm, weights=priced))
    draft = replace(draft, level=_level(rng, draft))
    stored = rng.choice([sparse.csc_array, sparse.csr_array])(X) if axes.is_sparse else X
    return replace(draft, X=stored)


def _matrix(rng: Draw, n: int, p: int, is_sparse: bool) -> Floats:
    """Correlated columns of unequal means and lengths; now and then one twice, or one empty."""
    factors = rng.standard_normal((n, 2)) @ rng.standard_normal((2, p))
    X = rng.standard_normal((n, p)) + float(rng.choice([0.0, 0.5])) * factors
    if is_sparse:
        X *= rng.random((n, p)) < 0.4
    else:
        X += rng.choice([0.0, 1.0]) * rng.standard_normal(p)
    X *= np.exp(0.5 * rng.standard_normal(p))
    if rng.random() < 0.15:
        X[:, 0] = X[:, 1]
    if rng.random() < 0.1:
        X[:, -1] = 0.0
    return X


def _sample_weight(rng: Draw, n: int) -> Floats:
    """Unequal weights; now and then one is zero, never that of the responses that the losses rely on."""
    weight = rng.exponential(size=n) + 0.05
    if rng.random() < 0.5:
        weight[-1] = 0.0
    return weight


def _level(rng: Draw, draft: RandomProblem) -> float:
    objective, form = draft.objective, draft.axes.form
    w, intercept = _ridge_fit(objective)
    loss, norm, null = objective.loss_value(w, intercept), objective.norm_value(w), objective.null_loss
    interpolates = draft.axes.is_wide and draft.axes.loss in ("squared_error", "huber", "quantile")
    if form == "target" and interpolates and rng.random() < 0.25 and _can_interpolate(objective):
        return 0.0
    if form == "target":
        return loss + rng.uniform(0.02, 0.9) * (null - loss)
    if form == "budget":
        return float(rng.uniform(0.05, 1.0) * norm) if norm > 0 else 1.0
    price = (null - loss) / norm if norm > 0 and null > loss else 1.0
    # the largest of these lie above alpha_max, where w = 0
    return float(price * 10 ** rng.uniform(-2.0, 0.8))


def _fits_without_limit(objective: Objective) -> bool:
    """Whether unpenalised features alone separate the classes or the counts, so that no optimum is attained.

    There is then a direction d with (2 y - 1) x'd >= 0 for classes, and for counts x'd <= 0
    where y = 0 and x'd = 0 elsewhere, that is not 0 for some sample.
    """
    weights = getattr(objective.norm, "weights", None)
    if weights is None or np.all(weights) or objective.loss.name not in ("logistic", "poisson", "tweedie"):
        return False
    seen = objective.sample_weight > 0
    y, columns = objective.y[seen], objective.X[seen][:, np.flatnonzero(weights == 0)]
    if objective.fit_intercept:
        columns = np.column_stack([columns, np.ones(len(y))])
    is_class = objective.loss.name == "logistic"
    signed = (2 * y - 1)[:, None] * columns if is_class else -columns[y == 0]
    held = columns[:0] if is_class else columns[y > 0]
    found = linprog(
        -signed.sum(axis=0), -signed, np.zeros(len(signed)), held, np.zeros(len(held)), bounds=(-1, 1)
    )
    return bool(-found.fun > 1e-9)


def _ridge_fit(objective: Objective) -> tuple[Floats, float]:
    """Weights and intercept of a smooth fit that holds the norm's bounds; at 1e-2 of the loss's own scale."""
    n_features = objective.X.shape[1]
    lower, upper = bounds(objective.norm, n_features)
    room = np.inf if objective.fit_intercept else 0.0

    def value(point: Floats) -> tuple[float, Floats]:
        w, intercept = point[:-1], float(point[-1])
        slope, intercept_slope = objective.loss_slope(w, intercept)
        f = objective.loss_value(w, intercept) + 0.005 * float(w @ w)
        return f, np.append(slope + 0.01 * w, intercept_slope)

    limits = list(zip(np.append(lower, -room), np.append(upper, room), strict=True))
    found = minimize(value, np.zeros(n_features + 1), jac=True, method="L-BFGS-B", bounds=limits)
    return found.x[:-1], float(found.x[-1])


def _can_interpolate(objective: Objective) -> bool:
    """Whether any weights at all give a perfect fit: unbounded ones, of full row rank."""
    lower, upper = bounds(objective.norm, objective.X.shape[1])
    columns = objective.X[:, upper > 0]
    is_free = not (lower[upper > 0] == 0).any()
    return is_free and int(np.linalg.matrix_rank(columns)) == len(objective.y)
