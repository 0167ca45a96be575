"""The three forms for norms of the length of w alone, with a smooth loss: points of one ridge path.

    squared L2    R = sum_j q_j w_j^2 / 2:  a penalty alpha is the path's alpha;
    L2            R = |w|:                  X'(-grad f) = alpha w / |w| is the path's point with
                                            alpha_path |w| = alpha.

A budget, a target and the price of an L2 norm are looked for along the path, each solve from the last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...norms.base import Norm
from ...typing import Floats
from ..generic.alpha_search import SMALLEST_SHARE, solve_level
from ..generic.face_newton import Point
from ..instance import Instance
from ..terms import Condition
from .narrow import narrow
from .ridge_newton import RidgeNewton

SHARE = 1e-8
"""Share of the tolerance that the solver leaves: weights are uncertain by the root of a gap, and a last step
is cheap."""

PRECISE = 1e-24
"""Gap of the solves that a level is looked for with: R is uncertain by the root of the gap."""


@dataclass(eq=False)
class Found:
    """Where the path was met: weights (p,), intercept, f, and the relative gap that was asked for."""

    W: Floats
    intercept: float
    loss: float
    gap: float


class RidgePath:
    """One problem's points at penalties, budgets and targets, each from the last.

    Parameters
    ----------
    instance : Instance with a smooth loss and the L2 or squared L2 norm, which may be weighted.

    Attributes
    ----------
    n_steps : int, Newton steps so far.
    """

    alpha_max = np.inf

    def __init__(self, instance: Instance) -> None:
        separable = instance.norm.separable(instance.n_features)
        # of the ridge path whose points are this problem's
        ridge = None if separable is None else separable.ridge
        ridge = np.ones(instance.n_features) if ridge is None else ridge
        self._instance = instance
        self._narrow = narrow(instance) if (ridge == 1).all() else None
        works = instance if self._narrow is None else self._narrow.instance
        self._newton = RidgeNewton(works, np.ones(works.n_features) if self._narrow else ridge)
        self.scale, self.n_steps = instance.scale, 0

    def start(self, point: Point) -> None:
        """Go to a point that may be near."""
        near = point if self._narrow is None else self._narrow.into(point)
        self._newton.start(near.w, near.intercept)

    def meet(self, condition: Condition, tolerance: float, max_steps: int = 100) -> Point | None:
        """The point that meets a condition; None where the search along the path does not find it."""
        self._max_steps, is_root = max_steps, self._instance.norm.is_homogeneous
        if condition.form == "penalty" and not is_root:
            self.solve(condition.level, SHARE * tolerance)
            return self._back(Point(self._newton.w, self._newton.intercept, condition.level))
        form = "price" if condition.form == "penalty" else condition.form
        try:
            found, alpha, _ = solve_level(
                self, form, condition.level, PRECISE, self._newton.first_alpha, self._last_alpha
            )
        except ValueError:  # beyond either end of the path
            return None
        price = alpha * self.penalty(found.W) if is_root else alpha
        return self._back(Point(found.W, found.intercept, price))

    @property
    def _last_alpha(self) -> float:
        """Where even the smallest column has next to no price."""
        instance = self._instance
        squares = instance.mean_squares
        curvature = instance.majorant(np.full(instance.n_samples, instance.null_intercept)).sum()
        return SMALLEST_SHARE * float(curvature * squares[squares > 0].min(initial=np.inf))

    def _back(self, point: Point) -> Point:
        return point if self._narrow is None else self._narrow.back(point)

    # ---- what the search along the path asks -----------------------------------------
    def solve(self, alpha: float, tolerance: float, least: int = 0) -> Found:
        newton = self._newton
        self.n_steps += newton.solve(alpha, tolerance, self._max_steps)
        return Found(newton.w, newton.intercept, newton.loss, tolerance)

    def penalty(self, W: Floats) -> float:
        return self._norm.value(W)

    @property
    def _norm(self) -> Norm:
        return self._instance.norm
