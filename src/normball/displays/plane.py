"""The plane of two coefficients through a solution, all others held where they are.

What a picture of contact shows is computed here by the problem's own loss and norm: the
loss on a grid, the slice of the ball, the normal cone of the slice, and the best fit that
the two coefficients alone can reach.

Every ball here shrinks when a coefficient goes to zero, so that the origin of the plane
is in the slice and the slice is found along rays from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import RectBivariateSpline
from scipy.optimize import minimize

from ..answers.solution import Solution
from ..cached import cached_property
from ..norms.boundary import boundary
from ..typing import Floats

MAX_EVALUATIONS = 2e7
"""Samples times grid points: about a second of work."""
N_ANGLES = 360


def outward_normal(solution: Solution) -> Floats | None:
    """(p,) outward normal of the touching level set; None inside the ball, where the gradient is nil."""
    contact = solution.contact
    return contact.normal if contact.kind != "interior" and contact.normal.any() else None


def has_width(cone: tuple[Floats, Floats]) -> bool:
    """Whether the two edges (2,) of a cone bound a wedge, rather than a ray or a line."""
    (a, b), (c, d) = cone
    return bool(abs(a * d - b * c) > 1e-9)


@dataclass(frozen=True, eq=False)
class Plane:
    """Two coefficients of a solution; points of the plane are (a, b).

    Attributes
    ----------
    solution : Solution
    positions : (int, int), which coefficients a and b are.
    """

    solution: Solution
    positions: tuple[int, int]
    _index: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", list(self.positions))

    @property
    def names(self) -> tuple[str, str]:
        """Names of the two features."""
        first, second = self.positions
        return self.solution.feature_names[first], self.solution.feature_names[second]

    @property
    def contact(self) -> Floats:
        """(2,) the solution itself."""
        return np.asarray(self.solution.coef[self._index])

    @property
    def is_whole(self) -> bool:
        """Whether the plane is all there is: two features."""
        return len(self.solution.coef) == 2

    def embed(self, point: Floats) -> Floats:
        """Weights (p,) of a point of the plane."""
        w = self.solution.coef.astype(np.float64)
        w[self._index] = point
        return w

    @cached_property
    def radius(self) -> float:
        """Size of the ball: the budget where it was given, R(w) otherwise."""
        return self.solution.level if self.solution.form == "budget" else self.solution.norm

    # ---- loss -----------------------------------------------------------------------
    @cached_property
    def _columns(self) -> Floats:
        """(n, 2) columns of the two features."""
        return self.solution.problem.design.columns(np.array(self.positions))

    @cached_property
    def _spread_columns(self) -> Floats:
        """(n, 2) the columns as the loss sees them when the intercept follows, times root weights."""
        instance = self.solution.problem.instance
        means = instance.sample_weight @ self._columns if instance.fit_intercept else 0.0
        return np.asarray(np.sqrt(instance.sample_weight)[:, None] * (self._columns - means))

    @cached_property
    def direction_of_lines(self) -> Floats | None:
        """(2,) unit vector along which the loss never changes, or None: the level sets are straight lines."""
        _, values, rows = np.linalg.svd(self._spread_columns.T @ self._spread_columns)
        if values[0] == 0 or values[1] > 1e-12 * values[0]:
            return None
        return np.asarray(rows[1])

    def loss_at(self, point: Floats) -> float:
        """f with the best intercept at a point (2,)."""
        return self.solution.problem.loss_at(self.embed(point))

    def losses(self, a: Floats, b: Floats) -> Floats:
        """f with the best intercept on the grid a (k,) x b (m,): (m, k), rows are b."""
        problem = self.solution.problem
        if problem.loss.is_quadratic:
            return self._quadratic(a, b)
        instance = problem.instance
        linear = problem.design.matvec(self.embed(np.zeros(2)))
        intercepts = self._intercepts(linear, a, b)
        result = np.empty((len(b), len(a)))
        for row, second in enumerate(b):
            eta = linear + second * self._columns[:, 1] + np.outer(a, self._columns[:, 0])
            etas = eta + intercepts[row][:, None]
            result[row] = instance.loss.values(etas, instance.y, instance.sample_weight)
        return result

    def _quadratic(self, a: Floats, b: Floats) -> Floats:
        """Squared error is its own second-order expansion around the contact."""
        hessian = self._spread_columns.T @ self._spread_columns
        slope = self.gradient(self.contact)
        da, db = np.meshgrid(a - self.contact[0], b - self.contact[1])
        curved = hessian[0, 0] * da**2 + 2 * hessian[0, 1] * da * db + hessian[1, 1] * db**2
        return np.asarray(self.solution.loss + slope[0] * da + slope[1] * db + 0.5 * curved)

    def _intercepts(self, linear: Floats, a: Floats, b: Floats) -> Floats:
        """(m, k) best intercepts, by a spline through few of them.

        f does not react to small errors of its best intercept: they enter squared.
        """
        instance = self.solution.problem.instance
        if not instance.fit_intercept:
            return np.zeros((len(b), len(a)))
        # at a kink the error would count in full, so every point of the grid gets its own
        count_a, count_b = (13, 13) if instance.loss.is_smooth else (len(a), len(b))
        few_a, few_b = np.linspace(a[0], a[-1], count_a), np.linspace(b[0], b[-1], count_b)
        few = np.empty((count_b, count_a))
        for row, second in enumerate(few_b):
            start = self.solution.intercept
            for column, first in enumerate(few_a):
                eta = linear + first * self._columns[:, 0] + second * self._columns[:, 1]
                start = few[row, column] = instance.best_intercept(eta, start)
        return np.asarray(RectBivariateSpline(few_b, few_a, few)(b, a)) if instance.loss.is_smooth else few

    def n_grid(self) -> int:
        """Grid lines each way that a picture can afford."""
        if self.solution.problem.loss.is_quadratic:
            return 241
        return int(np.clip(np.sqrt(MAX_EVALUATIONS / self.solution.problem.n_samples), 41, 161))

    def gradient(self, point: Floats) -> Floats:
        """(2,) gradient of f in the plane."""
        return np.asarray(self.solution.problem.gradient(self.embed(point))[self._index])

    @cached_property
    def normal(self) -> Floats | None:
        """(2,) outward normal of the touching level set in the plane; None where it has none."""
        if self.solution.certificate.form == "fit" and self.direction_of_lines is None:
            return None  # the level set is a point here, which has no one normal
        normal = outward_normal(self.solution)
        return None if normal is None or not normal[self._index].any() else normal[self._index]

    @cached_property
    def best_fit(self) -> Floats | None:
        """(2,) the loss's minimiser over the two coefficients; None if there is none, or a whole line."""
        if self.direction_of_lines is not None or not self._spread_columns.any():
            return None
        if self.solution.problem.loss.is_quadratic:
            hessian = self._spread_columns.T @ self._spread_columns
            return np.asarray(self.contact - np.linalg.solve(hessian, self.gradient(self.contact)))
        units = 1 / np.sqrt((self._spread_columns**2).sum(axis=0))

        def trade(scaled: Floats) -> tuple[float, Floats]:
            point = self.contact + units * scaled
            return self.loss_at(point), units * self.gradient(point)

        scale = self.solution.problem.instance.scale
        found = minimize(trade, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-9 * scale})
        best = self.contact + units * found.x
        # where classes are separable the search runs away, and leaves the curvature behind
        is_bounded = self._curvature(best) > 1e-6 * self._curvature(self.contact)
        is_settled = np.abs(found.jac).max() <= 1e-5 * scale
        return np.asarray(best) if is_bounded and is_settled else None

    def _curvature(self, point: Floats) -> float:
        """Mean curvature of the loss over the samples at a point (2,)."""
        instance = self.solution.problem.instance
        linear = instance.design.matvec(self.embed(point))
        eta = linear + instance.best_intercept(linear, self.solution.intercept)
        return float(instance.majorant(eta).sum())

    # ---- ball -----------------------------------------------------------------------
    def ball(self, radius: float | None = None) -> Floats:
        """(m, 2) closed outline of the slice {R <= radius}, counter-clockwise; default the solution's ball.

        With two features from `norms.boundary`, exact on axes and diagonals.
        """
        radius = self.radius if radius is None else radius
        norm = self.solution.problem.norm
        if radius <= 0:
            return np.zeros((1, 2))
        limit = self._limit(radius)
        if self.is_whole:
            return np.asarray(boundary(norm, radius, 240, limit=limit)[:, self._index][:: self._turn])
        angles = np.linspace(0, 2 * np.pi, N_ANGLES, endpoint=False)
        is_solution = radius == self.radius and self.solution.contact.kind != "interior"
        if is_solution and self.contact.any():
            angles = np.unique(np.append(angles, np.arctan2(*self.contact[::-1]) % (2 * np.pi)))
        directions = np.column_stack([np.cos(angles), np.sin(angles)])
        directions[np.abs(directions) < 1e-15] = 0.0
        outline = np.array([self._reach(direction, radius, limit) * direction for direction in directions])
        return np.vstack([outline, outline[:1]])

    @property
    def _turn(self) -> int:
        return 1 if self.positions[0] < self.positions[1] else -1

    def _limit(self, radius: float) -> float | None:
        """How far to draw along features that the norm does not see."""
        norm = self.solution.problem.norm
        if not norm.unpenalised(len(self.solution.coef))[self._index].any():
            return None
        known = [self.contact] if self.best_fit is None else [self.contact, self.best_fit]
        return 1.5 * max(float(np.abs(known).max()), radius)

    def _reach(self, direction: Floats, radius: float, limit: float | None) -> float:
        """Largest s with R <= radius at s * direction, by bisection."""
        norm, allowed = self.solution.problem.norm, radius * (1 + 1e-12)

        def is_inside(length: float) -> bool:
            return norm.value(self.embed(length * direction)) <= allowed

        high = float(np.abs(self.contact).max()) or 1e-6
        ceiling = np.inf if limit is None else limit / float(np.abs(direction).max())
        while is_inside(high):
            if high >= min(ceiling, 1e12):
                return ceiling
            high *= 2
        low = 0.0
        for _ in range(45):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if is_inside(middle) else (low, middle)
            if high - low <= 1e-12 * high:
                break
        return min(low, ceiling)

    @cached_property
    def cone(self) -> tuple[Floats, Floats] | None:
        """Edges (2,), (2,) of the slice's normal cone at the contact, unit vectors; None where there is none.

        The subdifferential of the slice is that of R seen in the plane.
        """
        norm = self.solution.problem.norm
        if not norm.is_convex or not self.contact.any():
            return None
        turn = np.array([-self.contact[1], self.contact[0]])
        rays = []
        for direction in (-turn, turn):
            step = np.zeros(len(self.solution.coef))
            step[self._index] = direction
            ray = norm.subgradient(self.solution.coef, step)[self._index]
            if np.isinf(ray).any():
                ray = np.where(np.isinf(ray), np.sign(ray), 0.0)
            length = float(np.linalg.norm(ray))
            if length == 0:
                return None
            rays.append(ray / length)
        return rays[0], rays[1]
