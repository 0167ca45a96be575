"""The path: solutions for all prices, budgets or targets, which trace one frontier.

Between two neighbouring alphas the path is interpolated in the weights. With squared
error and a polyhedral ball (L1, LInf, SortedL1) it is exactly linear as long as the face
stays; `Path.at` interpolates, asks the certificate, and solves from there only if the
interpolated point is not proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .solvers.certificate import certify_target, certify_term
from .solvers.face_newton import Point
from .solvers.forms import solve_penalty
from .solvers.proximal_newton import Answer, Options, Workspace
from .solvers.smooth_fit import null_point
from .solvers.terms import Ball, Penalty
from .solvers.threads import suitable_threads
from .tables import read_vector
from .typing import ArrayLike, Floats, Indices

if TYPE_CHECKING:
    from .problem import Problem
    from .solution import Solution


@dataclass(frozen=True, eq=False)
class Path:
    """Solutions along decreasing alphas; made by `Problem.path`.

    Attributes
    ----------
    problem : Problem
    alphas : (k,) decreasing.
    coefs : (k, p); row i solves the penalty form at alphas[i].
    intercepts : (k,)
    norms : (k,) R of each row, increasing: the budget form's axis.
    losses : (k,) f of each row, decreasing: the target form's axis.
    gaps : (k,) relative duality gaps.
    tolerance : float, what was asked for.
    """

    problem: Problem = field(repr=False)
    alphas: Floats
    coefs: Floats
    intercepts: Floats
    norms: Floats
    losses: Floats
    gaps: Floats
    tolerance: float

    def __len__(self) -> int:
        return len(self.alphas)

    @property
    def converged(self) -> bool:
        """Whether every solution meets the tolerance."""
        return bool((self.gaps <= self.tolerance).all())

    @property
    def n_nonzeros(self) -> Indices:
        """(k,) number of non-zero coefficients at each alpha."""
        return (self.coefs != 0).sum(axis=1)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features."""
        return self.problem.feature_names

    def entries(self) -> list[tuple[int, int]]:
        """(feature, step) for every feature that ever enters, by its first step, then by size."""
        entered = self.coefs != 0
        first = np.where(entered.any(axis=0), entered.argmax(axis=0), len(self))
        features = np.flatnonzero(first < len(self))
        size = np.abs(self.coefs[first[features], features])
        order = np.lexsort((-size, first[features]))
        return [(int(features[i]), int(first[features[i]])) for i in order]

    def at(
        self, alpha: float | None = None, budget: float | None = None, target: float | None = None
    ) -> Solution:
        """The solution at any alpha, budget or target; exact to the path's tolerance.

        Interpolated between neighbours where that is proved to be right (always where the
        path is linear), else solved from the interpolated point.

        Raises
        ------
        TypeError, ValueError
            As `Problem.solve`.
        """
        form, level = self.problem._form(alpha, budget, target)
        point = self._interpolate(form, level)
        if point is not None:
            solution = self.problem._wrap(form, level, self._certify(form, level, point))
            if solution.converged:
                return solution
            start = solution
        else:
            start = None
        names = {"penalty": "alpha", "budget": "budget", "target": "target"}
        return self.problem.solve(**{names[form]: level}, tol=self.tolerance, start=start)  # type: ignore[arg-type]

    def _interpolate(self, form: str, level: float) -> Point | None:
        """Point between the two neighbours, or None beyond the ends."""
        axis = {"penalty": -self.alphas, "budget": self.norms, "target": -self.losses}[form]
        wanted = level if form == "budget" else -level
        after = int(np.searchsorted(axis, wanted))
        if after == 0 or after == len(axis):
            return None
        k = after - 1

        def at_share(share: float) -> Point:
            w = (1 - share) * self.coefs[k] + share * self.coefs[after]
            intercept = (1 - share) * self.intercepts[k] + share * self.intercepts[after]
            return Point(
                w, float(intercept), float((1 - share) * self.alphas[k] + share * self.alphas[after])
            )

        if form == "penalty":
            return at_share(float((self.alphas[k] - level) / (self.alphas[k] - self.alphas[after])))
        if form == "budget":
            return at_share(_root(lambda share: self.problem.norm.value(at_share(share).w) - level))
        instance = self.problem.instance

        def missing(share: float) -> float:
            point = at_share(share)
            return level - instance.value(instance.predictor(point.w, point.intercept))

        return at_share(_root(missing))

    def _certify(self, form: str, level: float, point: Point) -> Answer:
        problem = self.problem
        instance = problem.instance
        eta = instance.predictor(point.w, point.intercept)
        if form == "target":
            certificate = certify_target(instance, level, point.w, eta, point.alpha, self.tolerance)
        else:
            term = Penalty(problem.norm, level) if form == "penalty" else Ball(problem.norm, level)
            certificate = certify_term(instance, term, point.w, point.intercept, eta, self.tolerance)
        return Answer(point, certificate, 0)

    def __repr__(self) -> str:
        return (
            f"Path({len(self)} alphas from {self.alphas[0]:.4g} to {self.alphas[-1]:.4g}, "
            f"{int(self.n_nonzeros[-1])} of {self.coefs.shape[1]} features at the end, "
            f"largest gap {self.gaps.max():.1e})"
        )


def _root(increasing: Callable[[float], float]) -> float:
    """Share in [0, 1] where an increasing function crosses zero, by bisection to the last bit."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if increasing(middle) < 0:
            low = middle
        else:
            high = middle
    return high if abs(increasing(high)) <= abs(increasing(low)) else low


def alpha_grid(problem: Problem, n_alphas: int, eps: float) -> Floats:
    """(n_alphas,) decreasing from alpha_max to eps * alpha_max, evenly spaced in the logarithm.

    Where alpha_max is infinite (ridge) the grid starts at the sum of the features'
    variances, where every direction is shrunk at least by half.
    """
    if int(n_alphas) < 1:
        raise ValueError(f"n_alphas must be at least 1, got {n_alphas!r}.")
    if not 0 < eps < 1:
        raise ValueError(f"eps must lie between 0 and 1, got {eps!r}.")
    first = problem.alpha_max
    if not np.isfinite(first):
        curvature = problem.instance.curvature(
            np.full(problem.n_samples, problem.instance.null_intercept)
        ).sum()
        first = float((problem.instance.moments[1] ** 2).sum() * curvature)
    if first == 0:
        raise ValueError("the path has no alphas: y is unrelated to X (alpha_max is 0); give alphas=[...].")
    return first * np.geomspace(1.0, eps, int(n_alphas))


def follow_path(
    problem: Problem, n_alphas: int, eps: float, alphas: ArrayLike | None, tolerance: float
) -> Path:
    """See `Problem.path`."""
    if alphas is None:
        grid = alpha_grid(problem, n_alphas, eps)
    else:
        grid = read_vector(alphas, "alphas", len(np.atleast_1d(np.asarray(alphas))))
        if len(grid) == 0 or (grid <= 0).any():
            raise ValueError(f"alphas must be one or more numbers > 0, got {alphas!r}.")
        grid = np.sort(grid)[::-1]
    workspace = Workspace(problem.instance)
    point, options = null_point(problem.instance), Options(tolerance)
    answers = []
    with suitable_threads(problem.design.shape):
        for alpha in grid:
            answer = solve_penalty(workspace, float(alpha), point, options)
            point = answer.point
            answers.append(answer)
    solutions = [
        problem._wrap("penalty", float(alpha), answer) for alpha, answer in zip(grid, answers, strict=True)
    ]
    path = Path(
        problem=problem,
        alphas=grid,
        coefs=np.array([solution.coef for solution in solutions]),
        intercepts=np.array([solution.intercept for solution in solutions]),
        norms=np.array([solution.norm for solution in solutions]),
        losses=np.array([solution.loss for solution in solutions]),
        gaps=np.array([solution.certificate.gap for solution in solutions]),
        tolerance=tolerance,
    )
    problem.warn_if_loose(next((s for s in solutions if not s.converged), None))
    return path
