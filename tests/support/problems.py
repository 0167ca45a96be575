"""Random small problems over every loss, norm, form, kind of data, storage, weighting and intercept.

`random_problem(seed)` draws all axes of plain data; `grid_problem(k)` walks through their product, so
that `range(len(CELLS))` holds each loss x norm x form once and `range(len(CELLS) * 16)` each of
those with both storages, both shapes, with and without weights and intercept. `hard_problem(k)`
walks through loss x norm x form with paths among the forms and every kind of `problem_data.py`.

Levels (alpha, budget, target) need a scale that does not come from the package. A smooth fit
with a small ridge penalty on standardised columns, by L-BFGS on `reference.Objective`, gives one
end of the frontier and w = 0 the other: budgets are shares of its norm, targets lie between its
loss and that at zero, and alphas are multiples of the mean price between the two ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog, minimize

from normball import Path, Problem, Solution
from normball.losses import Loss
from normball.norms import Norm
from normball.typing import Floats
from oracles import bounds
from problem_cases import LOSS_CASES, NORM_CASES, Draw
from problem_data import DATA_KINDS
from reference import Objective, Reference, Units, solve_reference


@dataclass(frozen=True)
class Axes:
    """What kind of problem; `loss`, `norm` and `data` are keys of the dictionaries of cases."""

    loss: str
    norm: str
    form: str
    is_sparse: bool
    is_wide: bool
    has_weights: bool
    fit_intercept: bool
    data: str = "plain"

    @property
    def cell(self) -> tuple[str, str, str]:
        """Loss, norm and form."""
        return self.loss, self.norm, self.form


FORMS = ("alpha", "budget", "target")
PATH_FORMS = {"alphas": "alpha", "budgets": "budget", "targets": "target"}
"""Several levels at once -> the form of each."""
CELLS = tuple(product(LOSS_CASES, NORM_CASES, FORMS))
"""Every loss x norm x form."""
HARD_CELLS = tuple(product(LOSS_CASES, NORM_CASES, (*FORMS, *PATH_FORMS)))
"""The same and paths."""
N_LEVELS = 4
_SWITCHES = tuple(product((False, True), repeat=4))


@dataclass(frozen=True, eq=False)
class RandomProblem:
    """A problem as `Problem` takes it, and the level or the levels (N_LEVELS,) of its form."""

    seed: int
    axes: Axes
    X: Any
    y: Floats
    loss: Loss
    norm: Norm
    sample_weight: Floats | None
    level: Any

    @cached_property
    def objective(self) -> Objective:
        """The same in plain NumPy."""
        return Objective.of(**self.arguments)

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of `Problem`."""
        return {
            "X": self.X,
            "y": self.y,
            "loss": self.loss,
            "norm": self.norm,
            "fit_intercept": self.axes.fit_intercept,
            "sample_weight": self.sample_weight,
        }

    @property
    def is_path(self) -> bool:
        """Whether several levels are asked for at once."""
        return self.axes.form in PATH_FORMS

    @property
    def points(self) -> list[RandomProblem]:
        """One problem a level, in the order of falling alpha."""
        if not self.is_path:
            return [self]
        axes = replace(self.axes, form=PATH_FORMS[self.axes.form])
        return [replace(self, axes=axes, level=float(level)) for level in self.level]

    def solve(self, tol: float = 1e-8) -> Solution:
        """By the package."""
        return Problem(**self.arguments).solve(**{self.axes.form: self.level}, tol=tol)

    def path(self, tol: float = 1e-8) -> Path:
        """All levels by the package."""
        return Problem(**self.arguments).path(**{self.axes.form: self.level}, tol=tol)

    @cached_property
    def reference(self) -> Reference:
        """By CVXPY and Clarabel."""
        return solve_reference(**self.arguments, **{self.axes.form: self.level})

    def __str__(self) -> str:
        shape = "x".join(map(str, self.X.shape))
        switches = (
            self.axes.data * (self.axes.data != "plain"),
            "sparse" * self.axes.is_sparse,
            "weights" * self.axes.has_weights,
        )
        words = (*filter(None, switches), "intercept" if self.axes.fit_intercept else "no intercept")
        level = ", ".join(f"{x:.4g}" for x in np.atleast_1d(self.level))
        return (
            f"seed {self.seed}: {self.loss!r}, {self.axes.norm}, {self.axes.form}={level}, "
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


def hard_problem(position: int) -> RandomProblem:
    """The problem at a position >= 0 of the walk through losses, norms, forms, paths and kinds of data."""
    return build(hard_axes(position), position)


def hard_axes(position: int) -> Axes:
    """What that walk meets at a position.

    Each run of `len(HARD_CELLS)` positions holds every cell, each of `len(DATA_KINDS)` runs with
    another kind of data.
    """
    turn, cell = divmod(position, len(HARD_CELLS))
    rng = np.random.default_rng([cell, turn // len(DATA_KINDS), 1])
    data = list(rng.permutation(list(DATA_KINDS)))[turn % len(DATA_KINDS)]
    switches = _SWITCHES[int(np.random.default_rng([position, 2]).integers(len(_SWITCHES)))]
    return Axes(*HARD_CELLS[cell], *switches, data=str(data))


def build(axes: Axes, seed: int) -> RandomProblem:
    """A problem of that kind."""
    rng = np.random.default_rng([seed, 1])
    if axes.is_wide:
        n = int(rng.integers(8, 21))
        p = int(rng.integers(n + 2, 41))
    else:
        p = int(rng.integers(5, 16))
        n = int(rng.integers(p + 5, 41))
    X, causes = DATA_KINDS[axes.data](rng, n, p, axes.is_sparse)
    n, p = X.shape
    truth = np.where(rng.random(p) < 0.4, rng.standard_normal(p), 0.0)
    eta = causes @ truth
    eta *= 1.5 / max(float(np.std(eta)), 0.1)
    loss, y = LOSS_CASES[axes.loss](rng, eta + float(rng.normal()))
    if axes.data == "scaled" and axes.loss in ("squared_error", "quantile"):
        y = y * 10.0 ** rng.uniform(-8, 8)
    if axes.data == "tied" and axes.loss in ("squared_error", "huber", "quantile", "gamma"):
        y = np.round(y) + (axes.loss == "gamma")
    sample_weight = _sample_weight(rng, n) if axes.has_weights else None
    draft = RandomProblem(seed, axes, X, y, loss, NORM_CASES[axes.norm](rng, p), sample_weight, 0.0)
    if _fits_without_limit(draft.objective):
        priced = np.where(draft.norm.weights == 0, 1.0, draft.norm.weights)
        draft = replace(draft, norm=replace(draft.norm, weights=priced))
    draft = replace(draft, level=_level(rng, draft))
    stored = rng.choice([sparse.csc_array, sparse.csr_array])(X) if axes.is_sparse else X
    return replace(draft, X=stored)


def _sample_weight(rng: Draw, n: int) -> Floats:
    """Unequal weights; now and then one is zero, never that of the responses that the losses rely on."""
    weight = rng.exponential(size=n) + 0.05
    if rng.random() < 0.5 and n > 2:
        weight[-1] = 0.0
    return weight


def _level(rng: Draw, draft: RandomProblem) -> Any:
    objective, form = draft.objective, draft.axes.form
    w, intercept = _ridge_fit(objective)
    loss, norm, null = objective.loss_value(w, intercept), objective.norm_value(w), objective.null_loss
    price = (null - loss) / norm if 0 < norm < np.inf and null > loss else 1.0
    if draft.is_path:
        shares = np.sort(rng.uniform(0.02, 1.0, N_LEVELS))
        return {
            # the largest of these lie above alpha_max, where w = 0
            "alphas": price * 10 ** (2.5 * shares[::-1] - 2.0),
            "budgets": shares * (norm if norm > 0 else 1.0),
            "targets": loss + 0.9 * shares[::-1] * (null - loss),
        }[form]
    interpolates = draft.axes.is_wide and draft.axes.loss in ("squared_error", "huber", "quantile")
    if form == "target" and interpolates and rng.random() < 0.25 and _can_interpolate(objective):
        return 0.0
    if form == "target":
        return loss + rng.uniform(0.02, 0.9) * (null - loss)
    if form == "budget":
        return float(rng.uniform(0.05, 1.0) * norm) if norm > 0 else 1.0
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
    units = Units.of(objective)
    y, columns = objective.y[seen], units.X[seen][:, np.flatnonzero(weights == 0)]
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
    units = Units.of(objective)
    plain = replace(objective, X=units.X, y=objective.y / units.y, loss=units.loss)
    n_features = objective.X.shape[1]
    lower, upper = bounds(objective.norm, n_features)
    room = np.inf if objective.fit_intercept else 0.0

    def value(point: Floats) -> tuple[float, Floats]:
        w, intercept = point[:-1], float(point[-1])
        slope, intercept_slope = plain.loss_slope(w, intercept)
        f = plain.loss_value(w, intercept) + 0.005 * float(w @ w)
        return f, np.append(slope + 0.01 * w, intercept_slope)

    limits = list(zip(np.append(lower, -room), np.append(upper, room), strict=True))
    found = minimize(value, np.zeros(n_features + 1), jac=True, method="L-BFGS-B", bounds=limits)
    return units.restored(found.x[:-1], float(found.x[-1]))


def _can_interpolate(objective: Objective) -> bool:
    """Whether any weights at all give a perfect fit: unbounded ones, of full row rank beyond doubt."""
    lower, upper = bounds(objective.norm, objective.X.shape[1])
    columns = Units.of(objective).X[:, upper > 0]
    is_free = not (lower[upper > 0] == 0).any()
    return is_free and int(np.linalg.matrix_rank(columns, rtol=1e-6)) == len(objective.y)
