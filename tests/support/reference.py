"""A second opinion: any problem in any form by CVXPY and Clarabel, an interior-point solver.

`Objective` values points in plain NumPy, `solve_reference` finds one; both read the formulas
of `oracles.py`, and neither asks the package for a number.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
from scipy.optimize import minimize_scalar

from normball.losses import Huber, Loss, Quantile, SquaredError
from normball.norms import Norm
from normball.typing import Floats
from oracles import LOSS_ORACLES, NORM_ORACLES, LossOracle, bounds

TOLERANCES = (1e-10, 1e-9)
"""Clarabel's gap and feasibility, tried in turn; an answer that meets neither is not accurate."""

LEAST_SHARE = 1e-2
"""Differences of losses are relative to the loss, at least this share of it at w = 0."""


@dataclass(frozen=True)
class Objective:
    """f and R of a problem in plain NumPy. X (n, p) dense float64; sample weights sum to 1."""

    X: Floats
    y: Floats
    loss: Loss
    norm: Norm
    fit_intercept: bool
    sample_weight: Floats

    @classmethod
    def of(
        cls, X: Any, y: Any, loss: Loss, norm: Norm, fit_intercept: bool = True, sample_weight: Any = None
    ) -> Objective:
        """From the arguments of `Problem`."""
        dense = np.asarray(X.todense() if hasattr(X, "todense") else X, dtype=np.float64)
        response = np.asarray(y, dtype=np.float64)
        weight = (
            np.ones(len(response)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        )
        return cls(dense, response, loss, norm, fit_intercept, weight / weight.sum())

    @property
    def oracle(self) -> LossOracle:
        return LOSS_ORACLES[type(self.loss)]

    def loss_value(self, w: Floats, intercept: float) -> float:
        """f, the weighted mean loss."""
        with np.errstate(over="ignore", invalid="ignore"):  # far from any answer the loss is inf
            values = self.oracle.values(self.loss, self.X @ w + intercept, self.y)
        seen = self.sample_weight > 0
        return float(self.sample_weight[seen] @ values[seen])

    def loss_slope(self, w: Floats, intercept: float) -> tuple[Floats, float]:
        """Gradient of f in the weights (p,) and in the intercept."""
        with np.errstate(over="ignore", invalid="ignore"):
            pull = self.sample_weight * self.oracle.slopes(self.loss, self.X @ w + intercept, self.y)
            return self.X.T @ pull, float(pull.sum())

    def norm_value(self, w: Floats) -> float:
        """R; inf outside its domain."""
        lower, upper = bounds(self.norm, len(w))
        if (w < lower).any() or (w > upper).any():
            return float("inf")
        return NORM_ORACLES[type(self.norm)].value(self.norm, w)

    @property
    def null_loss(self) -> float:
        """f at w = 0 with the best intercept."""
        zero = np.zeros(self.X.shape[1])
        if not self.fit_intercept:
            return self.loss_value(zero, 0.0)
        return float(minimize_scalar(lambda b: self.loss_value(zero, b), bracket=(-1.0, 1.0)).fun)

    def value(self, form: str, w: Floats, intercept: float, level: float) -> float:
        """What the form minimises: f + alpha R, f, or R."""
        if form == "target":
            return self.norm_value(w)
        price = level if form == "alpha" else 0.0
        paid = price * self.norm_value(w) if price else 0.0
        return self.loss_value(w, intercept) + paid

    def excess(self, form: str, w: Floats, intercept: float, level: float) -> float:
        """How far the constraint is broken: R over the budget, f over the target (relative to f at 0)."""
        if form == "alpha":
            return 0.0 if np.isfinite(self.norm_value(w)) else np.inf
        if form == "budget":
            return max(self.norm_value(w) - level, 0.0) / (level if level > 0 else 1.0)
        if not np.isfinite(self.norm_value(w)):
            return np.inf
        return max(self.loss_value(w, intercept) - level, 0.0) / (self.null_loss or 1.0)

    def scale(self, form: str, value: float) -> float:
        """What a difference of two values of the form is measured by."""
        if form == "target":
            return value if value > 0 else 1.0
        return max(value, LEAST_SHARE * self.null_loss)


@dataclass(frozen=True, eq=False)
class Units:
    """A problem in units of its own: standardised columns, and the response over its size.

    For w = y u / size and b = y (c - mean' u / size) the predictor is X w + b = y (X_s u + c); the
    three losses that are homogeneous in eta and y are then `loss_unit` times one of y / y_unit.

    Attributes
    ----------
    X : (n, p) columns less their means (with an intercept) over their sizes.
    mean, size : (p,)
    y : unit of the response, 1 where the loss is not homogeneous.
    loss : the loss in these units.
    loss_unit : what a unit of it is.
    """

    X: Floats
    mean: Floats
    size: Floats
    y: float
    loss: Loss
    loss_unit: float

    @classmethod
    def of(cls, objective: Objective) -> Units:
        """The units of a problem."""
        X, weight = objective.X, objective.sample_weight
        mean = weight @ X if objective.fit_intercept else np.zeros(X.shape[1])
        centred = X - mean
        size = np.sqrt(weight @ centred**2)
        size[size <= 1e-14 * np.abs(X).max(axis=0)] = 0.0
        centred[:, size == 0] = 0.0
        size[size == 0] = 1.0
        loss, unit, loss_unit = objective.loss, 1.0, 1.0
        if isinstance(loss, SquaredError | Huber | Quantile) and objective.y.any():
            unit = float(np.sqrt(weight @ objective.y**2))
            loss_unit = unit if isinstance(loss, Quantile) else unit**2
            loss = Huber(loss.delta / unit) if isinstance(loss, Huber) else loss
        return cls(centred / size, mean, size, unit, loss, loss_unit)

    def restored(self, u: Floats, c: float) -> tuple[Floats, float]:
        """Weights and intercept in the units of the data."""
        w = self.y * u / self.size
        return w, self.y * c - float(self.mean @ w)


@dataclass(frozen=True)
class Reference:
    """Clarabel's answer, valued by NumPy; `is_accurate` is False where it met none of `TOLERANCES`."""

    coef: Floats
    intercept: float
    loss: float
    norm: float
    objective: float
    is_accurate: bool
    status: str


def solve_reference(
    X: Any,
    y: Any,
    loss: Loss,
    norm: Norm,
    fit_intercept: bool = True,
    sample_weight: Any = None,
    *,
    alpha: float | None = None,
    budget: float | None = None,
    target: float | None = None,
) -> Reference:
    """Solve one of the forms; give exactly one of alpha, budget and target.

    A target of 0 is posed as the equations X w + b = y: as an
    inequality its feasible set has no interior, which interior-point methods need.
    """
    objective = Objective.of(X, y, loss, norm, fit_intercept, sample_weight)
    levels = {"alpha": alpha, "budget": budget, "target": target}
    ((form, level),) = ((name, float(value)) for name, value in levels.items() if value is not None)
    units = Units.of(objective)
    u, c = cp.Variable(objective.X.shape[1]), cp.Variable()
    status, is_accurate = _solve(_cone_program(objective, units, form, level, u, c))
    if u.value is None:
        nothing = np.full(u.size, np.nan)
        return Reference(nothing, np.nan, np.nan, np.nan, np.nan, False, status)
    lower, upper = bounds(norm, u.size)
    # the solver meets c = 0 up to its tolerance only, and a constant of 1e-5 is a better answer that is none
    constant = float(c.value) if fit_intercept else 0.0
    coef, intercept = units.restored(np.clip(u.value, lower, upper), constant)
    return Reference(
        coef,
        intercept,
        objective.loss_value(coef, intercept),
        objective.norm_value(coef),
        objective.value(form, coef, intercept, level),
        is_accurate,
        status,
    )


def _cone_program(
    objective: Objective, units: Units, form: str, level: float, u: cp.Variable, c: cp.Variable
) -> cp.Problem:
    eta, y = units.X @ u + c, objective.y / units.y
    mean_loss = objective.sample_weight @ objective.oracle.expression(units.loss, eta, y)
    w = cp.multiply(units.y / units.size, u)
    norm = NORM_ORACLES[type(objective.norm)].expression(objective.norm, w)
    lower, upper = bounds(objective.norm, u.size)
    fixed, floored = np.flatnonzero(upper == 0), np.flatnonzero((lower == 0) & (upper > 0))
    constraints = [u[fixed] == 0] if len(fixed) else []
    constraints += [u[floored] >= 0] if len(floored) else []
    constraints += [] if objective.fit_intercept else [c == 0]
    if form == "alpha":
        return cp.Problem(cp.Minimize(mean_loss + level / units.loss_unit * norm), constraints)
    if form == "budget":
        scale = level if level > 0 else 1.0
        return cp.Problem(cp.Minimize(mean_loss), [*constraints, norm / scale <= level / scale])
    if level <= 0:
        seen = objective.sample_weight > 0
        return cp.Problem(cp.Minimize(norm), [*constraints, eta[seen] == y[seen]])
    return cp.Problem(cp.Minimize(norm), [*constraints, mean_loss <= level / units.loss_unit])


def _solve(problem: cp.Problem) -> tuple[str, bool]:
    """Status, and whether one of the tolerances was met; the last answer stays in the variables."""
    for tolerance in TOLERANCES:
        settings = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), tolerance)
        with warnings.catch_warnings():
            # CVXPY warns of an inaccurate answer; the status says the same
            warnings.simplefilter("ignore")
            try:
                problem.solve(solver=cp.CLARABEL, **settings)
            except cp.error.SolverError:
                continue
        if problem.status == cp.OPTIMAL:
            return cp.OPTIMAL, True
    return str(problem.status or "failed"), False
