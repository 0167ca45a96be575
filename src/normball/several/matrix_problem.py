"""Several responses at once with a low-rank ball: what `Problem(X, Y, norm=Nuclear())` makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from ..designs import SparseDesign
from ..inputs.alpha_scale import Fraction
from ..inputs.reading import check_size, read_form, read_names, read_weights
from ..inputs.tables import numbered_names, read_table
from ..losses import Loss, SquaredError, get_loss
from ..norms.matrices import MatrixNorm, Nuclear
from ..parameters import read_between, read_count, read_flag, read_positive
from ..solvers.certificate import Certificate
from ..solvers.generic.alpha_search import solve_level
from ..solvers.low_rank.trace_norm import TraceNorm, dual_share, spectral_norm
from ..typing import ArrayLike, Floats
from .matrix_solution import MatrixSolution

ROUNDING = 1e-15


class MatrixProblem:
    """Fit Y (n, q) by X W + b with squared error and the nuclear norm of W (p, q).

    f is the weighted mean over samples of the squares of a row of Y - X W - b, halved, summed
    over the q responses; with one response it is that of `Problem`. Intercepts are not penalised.

    Parameters
    ----------
    X : (n, p) array or data frame, dense
    Y : (n, q) array or data frame
    loss : "squared_error"
    norm : Nuclear
    fit_intercept : bool, default True
    sample_weight : (n,) array >= 0, optional
    feature_names : sequence of str, optional

    Attributes
    ----------
    alpha_max : float, least alpha at which W = 0: the spectral norm of X'V(Y - mean).

    Raises
    ------
    TypeError, ValueError
        One sentence naming the argument, what was given and what is accepted.

    Notes
    -----
    One singular value decomposition of X, O(n p min(n, p)); a solve then costs a few decompositions
    of (min(n, p), q) matrices (`solvers/low_rank/trace_norm.py`).
    """

    def __init__(
        self,
        X: ArrayLike,
        Y: ArrayLike,
        loss: str | Loss = "squared_error",
        norm: MatrixNorm | None = None,
        fit_intercept: bool = True,
        sample_weight: ArrayLike | None = None,
        feature_names: Any = None,
    ) -> None:
        norm = Nuclear() if norm is None else norm
        if not isinstance(get_loss(loss), SquaredError):
            raise ValueError(f"a regression of several responses takes loss='squared_error', got {loss!r}.")
        if not isinstance(norm, Nuclear):
            raise ValueError(
                f"a regression of several responses takes the norm Nuclear(), got {norm.title}; a norm of "
                "the entries is a Problem for each column of Y."
            )
        table, responses = read_table(X), _responses(Y)
        design = table.design
        if isinstance(design, SparseDesign):
            raise TypeError("norm=Nuclear() takes a dense X, got a sparse one; pass X.toarray() if it fits.")
        n, p = design.shape
        if p == 0:
            raise ValueError("X must have at least one column.")
        if len(responses.values) != n:
            raise ValueError(f"Y has {len(responses.values)} rows but X has {n}; give one a row.")
        check_size(responses.values, "Y")
        self.norm, self.fit_intercept = norm, read_flag(fit_intercept, "fit_intercept")
        self.feature_names = read_names(table.names, feature_names, p) or numbered_names(p)
        self.response_names = responses.names
        self.X: Floats = np.asarray(design.columns(np.arange(p)), dtype=np.float64)
        check_size(self.X, "X")
        self.Y = responses.values
        self.sample_weight = read_weights(sample_weight, n)
        self._turn, self._engine = self._reduce()
        self.scale, self.alpha_max = self._engine.scale, self._engine.alpha_max

    def _reduce(self) -> tuple[Floats, TraceNorm]:
        """Q (p, r) and the regression in its coordinates."""
        self._x_mean = self.sample_weight @ self.X if self.fit_intercept else np.zeros(self.X.shape[1])
        self._y_mean = self.sample_weight @ self.Y if self.fit_intercept else np.zeros(self.Y.shape[1])
        roots = np.sqrt(self.sample_weight)[:, None]
        centred = roots * (self.Y - self._y_mean)
        U, d, Qt = linalg.svd(roots * (self.X - self._x_mean), full_matrices=False, check_finite=False)
        kept = d > ROUNDING * max(self.X.shape) * max(float(d[0]), float(np.abs(roots * self.X).max()))
        T = U[:, kept].T @ centred
        out_of_reach = centred - U[:, kept] @ T
        return Qt[kept].T, TraceNorm(d[kept], T, 0.5 * float(np.vdot(out_of_reach, out_of_reach)))

    @property
    def deviations(self) -> Floats:
        """(n, p) X less the weighted means of its columns, where there is an intercept."""
        return self.X - self._x_mean

    @property
    def n_samples(self) -> int:
        """n, rows of X."""
        return len(self.X)

    @property
    def n_features(self) -> int:
        """p, columns of X."""
        return self.X.shape[1]

    @property
    def n_responses(self) -> int:
        """q, columns of Y."""
        return self.Y.shape[1]

    def solve(
        self,
        alpha: float | Fraction | None = None,
        budget: float | None = None,
        target: float | None = None,
        *,
        tol: float = 1e-8,
    ) -> MatrixSolution:
        """Solve in one of the three forms; give exactly one of alpha, budget and target.

        Parameters
        ----------
        alpha : float >= 0 or Fraction
            0 gives the best fit of least nuclear norm.
        budget : float > 0, sum of the singular values of W.
        target : float, loss to be reached.
        tol : float, default 1e-8
            Relative duality gap to reach.

        Raises
        ------
        TypeError, ValueError
            None or two of the forms; a level out of range, with the value that can be had.
        """
        form, level = read_form(self, alpha, budget, target)
        tolerance = read_positive(tol, "tol")
        engine = self._engine
        if form == "penalty":
            if level == 0:
                return self._wrap(engine.least_squares(), form, level, 0.0, tolerance)
            found = engine.solve(
                level, 0.1 * tolerance, least=1
            )  # the proof in units of the data is rounded once more
            return self._wrap(found.W, form, level, level, tolerance)
        if level <= 0:
            raise ValueError(f"{form} must be a number > 0, got {level:g}.")
        fit = engine.least_squares()
        if form == "budget" and engine.penalty(fit) <= level:
            return self._wrap(fit, form, level, 0.0, tolerance)
        if form == "target" and abs(level - engine.rest) <= ROUNDING * len(self.X) * engine.scale:
            return self._wrap(fit, form, level, 0.0, tolerance)
        if form == "target" and level >= engine.scale:
            return self._wrap(np.zeros_like(fit), form, level, engine.alpha_max, tolerance)
        reached, at, _ = solve_level(engine, form, level, min(1e-4 * tolerance, 1e-13))
        return self._wrap(engine.met(reached.W, form, level), form, level, at, tolerance)

    def path(
        self, n_alphas: int = 20, eps: float = 1e-3, alphas: ArrayLike | None = None, *, tol: float = 1e-8
    ) -> list[MatrixSolution]:
        """Solutions for falling alphas, each from the one before.

        Parameters
        ----------
        n_alphas, eps : length and last alpha as a share of `alpha_max`, of a geometric grid.
        alphas : (k,) > 0, optional, instead of the grid.
        tol : float, default 1e-8
        """
        if alphas is None:
            count, share = read_count(n_alphas, "n_alphas"), read_between(eps, "eps", 0, 1)
            levels = self.alpha_max * np.geomspace(1.0, share, count)
        else:
            levels = np.sort(np.asarray(alphas, dtype=np.float64).ravel())[::-1]
        return [self.solve(alpha=float(alpha), tol=tol) for alpha in levels]

    def reduced_rank(self, rank: int) -> MatrixSolution:
        """Least squares with a W of at most this rank (Izenman, J. Multivariate Analysis 5, 1975).

        The ball of this form is not convex, yet the answer is proved: its fit is the nearest
        matrix of that rank (Eckart and Young, 1936), which gives the dual value.

        Raises
        ------
        TypeError, ValueError
            If rank is not a whole number >= 0.
        """
        count = read_count(rank, "rank", least=0)
        return self._wrap(self._engine.of_rank(count), "rank", float(count), 0.0, 1e-8)

    def _wrap(self, H: Floats, form: str, level: float, alpha: float, tolerance: float) -> MatrixSolution:
        W: Floats = self._turn @ H
        intercept: Floats = self._y_mean - self._x_mean @ W
        residual = self.Y - self.X @ W - intercept
        theta = self.sample_weight[:, None] * residual
        loss = 0.5 * float(np.vdot(theta, residual))
        singular_values = linalg.svdvals(H)[: self._rank_of(H)] if H.size else np.zeros(0)
        norm = float(singular_values.sum())
        certificate = self._certify(form, level, alpha, theta, residual, loss, norm, tolerance)
        return MatrixSolution(self, W, intercept, alpha, singular_values, loss, form, level, certificate)

    def _rank_of(self, H: Floats) -> int:
        values = linalg.svdvals(H)
        return int((values > 1e-12 * values.max(initial=0.0)).sum())

    def _certify(
        self,
        form: str,
        level: float,
        alpha: float,
        theta: Floats,
        residual: Floats,
        loss: float,
        norm: float,
        tolerance: float,
    ) -> Certificate:
        """Both values from the coefficients in the units of the data, whatever led to them."""
        fitted = self.Y - self._y_mean
        inner, square = float(np.vdot(theta, fitted)), float(np.vdot(theta, residual))
        pull = spectral_norm(self.deviations.T @ theta)
        scale, infeasible = self.scale, 0.0
        if form == "rank":
            primal, dual = loss, self._engine.least_loss_of_rank(int(level))
        elif form == "target":
            infeasible = max(loss - level, 0.0) / max(self.scale, 1e-300)
            primal, scale = norm, norm
            dual = (inner - 0.5 * square - level) / pull if norm > 0 else 0.0
        elif alpha == 0:  # the best fit of all: the residual itself is dual, up to its rounding
            infeasible = pull / max(self.alpha_max, 1e-300)
            primal, dual = loss, inner - 0.5 * square
        elif form == "penalty":
            share = dual_share(square, inner, level, pull)
            primal, dual = loss + level * norm, share * inner - 0.5 * share**2 * square
        else:
            infeasible = max(norm / level - 1.0, 0.0)
            primal, dual = loss, inner - 0.5 * square - level * pull
        gap = max(primal - dual, 0.0) / scale if scale > 0 else 0.0
        return Certificate(form, primal, dual, gap, scale, infeasible, theta, tolerance)

    def __repr__(self) -> str:
        n, p = self.X.shape
        return f"MatrixProblem({n} samples, {p} features, {self.n_responses} responses, norm={self.norm!r})"


@dataclass(frozen=True, eq=False)
class _Responses:
    values: Floats
    names: tuple[str, ...]


def _responses(Y: ArrayLike) -> _Responses:
    try:
        table = read_table(Y)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("X ", "Y ", 1)) from None
    q = table.design.shape[1]
    if q == 0:
        raise ValueError("Y must have at least one column.")
    values: Floats = np.asarray(table.design.columns(np.arange(q)), dtype=np.float64)
    return _Responses(values, table.names or numbered_names(q, "y"))
