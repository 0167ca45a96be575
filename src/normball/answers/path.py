"""The path: solutions for all prices, budgets or targets, which trace one frontier.

Between two neighbouring alphas the path is interpolated in the weights. With squared
error and a polyhedral ball (L1, LInf, SortedL1) it is exactly linear as long as the face
stays; `Path.at` interpolates, asks the certificate, and solves from there only if the
interpolated point is not proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from ..cached import cached_property
from ..inputs.reading import read_form
from ..solvers.certificate import certify_target, certify_term
from ..solvers.generic.face_newton import Point
from ..solvers.in_turn import solve_one
from ..solvers.root import bisected
from ..solvers.terms import Ball, Penalty
from ..solvers.workspace import Answer, Options
from ..typing import ArrayLike, Floats, Indices
from .solution import Solution, solution_of

if TYPE_CHECKING:
    from ..problem import Problem
    from .path_bound import PathBound


@dataclass(frozen=True, eq=False)
class Path:
    """Solutions along decreasing alphas; made by `Problem.path`.

    `path[k]` is the `Solution` at alphas[k], with its certificate; iterating gives them all.

    Attributes
    ----------
    problem : Problem
    alphas : (k,) decreasing.
    sparse_coefs : (k, p) CSR; row i solves the penalty form at alphas[i].
    intercepts : (k,)
    norms : (k,) R of each row, increasing: the budget form's axis.
    losses : (k,) f of each row, decreasing: the target form's axis.
    gaps : (k,) relative duality gaps, or what a budget or target is missed by where that is more.
    tolerance : float, what was asked for.
    n_passes : float, how often the whole of X was read.
    profile : dict, seconds by phase: "choosing" candidates, "solving" among them, "passes"
        over X, "rescue" by the generic solver, "total".
    solver : str, which solver gave it: a solver of the table in docs/engine.md.
    """

    problem: Problem = field(repr=False)
    alphas: Floats
    sparse_coefs: sparse.csr_array = field(repr=False)
    intercepts: Floats
    norms: Floats
    losses: Floats
    gaps: Floats
    tolerance: float
    n_passes: float
    profile: dict[str, float]
    solver: str = ""

    def __len__(self) -> int:
        return len(self.alphas)

    def __iter__(self) -> Iterator[Solution]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, k: int) -> Solution:
        """The solution at alphas[k], with its certificate."""
        problem, alpha = self.problem, float(self.alphas[k])
        k = range(len(self))[k]  # from the end where negative
        point = Point(self.sparse_coefs[[k]].toarray()[0], float(self.intercepts[k]), alpha)
        found = self._certify("penalty", alpha, point)
        if not problem.loss.is_smooth and alpha > 0 and not found.certificate.is_met:
            # weights on kinks have many dual points; the path kept none, a solve at its alpha finds one
            answer = solve_one(problem.instance, "penalty", alpha, Options(self.tolerance))
            found = self._certify("penalty", alpha, point, answer.certificate.theta)
        return solution_of(problem, "penalty", alpha, replace(found, n_iterations=1, solver=self.solver))

    @cached_property
    def coefs(self) -> Floats:
        """(k, p) coefficients as a dense array, made when first asked for."""
        return np.asarray(self.sparse_coefs.toarray())

    @property
    def converged(self) -> bool:
        """Whether every solution meets the tolerance."""
        return bool((self.gaps <= self.tolerance).all())

    @property
    def n_nonzeros(self) -> Indices:
        """(k,) number of non-zero coefficients at each alpha."""
        return np.diff(self.sparse_coefs.indptr)

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
        form, level = read_form(self.problem, alpha, budget, target)
        point = self._interpolate(form, level)
        if point is not None:
            solution = solution_of(self.problem, form, level, self._certify(form, level, point))
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

    def _certify(self, form: str, level: float, point: Point, theta: Floats | None = None) -> Answer:
        problem = self.problem
        instance = problem.instance
        eta = instance.predictor(point.w, point.intercept)
        if form == "target":
            certificate = certify_target(
                instance, level, point.w, point.intercept, eta, point.alpha, self.tolerance, theta
            )
        else:
            term = Penalty(problem.norm, level) if form == "penalty" else Ball(problem.norm, level)
            certificate = certify_term(instance, term, point.w, point.intercept, eta, self.tolerance, theta)
        return Answer(point, certificate, 0, f"{self.solver}, interpolated")

    @cached_property
    def _bounds(self) -> PathBound:
        from .path_bound import PathBound

        return PathBound(self)

    def bound(self, alpha: ArrayLike) -> float | Floats:
        """Upper bound on the relative gap of what the path offers at any alpha within its range.

        What it offers between two of its alphas is their linear interpolation.

        Parameters
        ----------
        alpha : float or (m,) array

        Returns
        -------
        float or (m,) array

        Raises
        ------
        ValueError
            If alpha lies outside the path.
        """
        if len(self) < 2:
            raise ValueError("a bound needs a path of two alphas or more.")
        found = self._bounds.at(alpha)
        return float(found[0]) if np.ndim(alpha) == 0 else found

    def summary(self) -> str:
        """What the path cost and what it proved, in one line."""
        phases = ", ".join(
            f"{name} {seconds:.3f} s" for name, seconds in self.profile.items() if seconds > 5e-4
        )
        return f"{self!r}; {self.solver}; {self.n_passes:.1f} passes over X; {phases}"

    def __repr__(self) -> str:
        return (
            f"Path({len(self)} alphas from {self.alphas[0]:.4g} to {self.alphas[-1]:.4g}, "
            f"{int(self.n_nonzeros[-1])} of {self.sparse_coefs.shape[1]} features at the end, "
            f"largest gap {self.gaps.max():.1e})"
        )


def _root(increasing: Callable[[float], float]) -> float:
    """Share in [0, 1] where an increasing function crosses zero, by bisection to the last bit."""
    low, high = bisected(lambda share: increasing(share) < 0, 0.0, 1.0)
    return high if abs(increasing(high)) <= abs(increasing(low)) else low
