"""What every regulariser offers: value, dual, prox, projection, faces and cones.

Conventions. A regulariser is a convex function R: R^p -> [0, inf] with R(0) = 0 (only
`Lp` with p < 1 is not convex, and says so). Its *ball* of radius t is {w : R(w) <= t}.
For a true norm R(s w) = |s| R(w); a gauge such as positive L1 is homogeneous for s > 0
only; the elastic net and the squared L2 are neither (`is_homogeneous` is False).
Vectors named z live in the dual space: z = -grad f(w) at a solution, and the optimality
condition of every form reads z in alpha * dR(w), where dR is the subdifferential.

A new regulariser is one file with one subclass of `Norm`, one line in `NORMS`
(`norms/__init__.py`), and its example instances in `tests/support/registry.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from ..typing import Floats, Indices, Mask
from ..values import ArrayValue
from .blocks import Blocks
from .face import Face
from .separable import Separable


class Norm(ArrayValue, ABC):
    """A regulariser and its ball. Instances are immutable and know no data.

    Subclasses are frozen dataclasses. The number of features p is the length of the
    vector passed in; `check` refuses a p that the parameters do not fit.
    """

    name: ClassVar[str]
    """Key in the registry, also what users type."""
    title: ClassVar[str]
    """How people call it, for pictures and tables."""
    is_homogeneous: ClassVar[bool] = True
    """R(s w) = s R(w) for s > 0, so that budgets scale and the dual is a gauge."""
    is_rotation_invariant: ClassVar[bool] = False
    """R depends on the length of w alone."""
    is_polyhedral: ClassVar[bool] = False
    """The ball is a polytope: paths are piecewise linear for squared error."""
    makes_zeros: ClassVar[bool] = False
    """Contact generically happens at exact zeros."""

    @property
    def is_one_sided(self) -> bool:
        """Whether a coefficient may move one way and not the other (`positive=True`)."""
        return False

    @property
    def is_convex(self) -> bool:
        """False only for `Lp` with p < 1."""
        return True

    def check(self, n_features: int) -> None:
        """Raise ValueError if the parameters do not fit `n_features` features."""

    def unpenalised(self, n_features: int) -> Mask:
        """(p,) flags of features that R does not see (weight 0): the ball is unbounded along them."""
        return np.zeros(n_features, dtype=bool)

    def excluded(self, n_features: int) -> Mask:
        """(p,) flags of features that may never enter (infinite weight)."""
        return np.zeros(n_features, dtype=bool)

    def separable(self, n_features: int) -> Separable | None:
        """Prices and ridges if R is a sum over the features of |w_j| and w_j^2, else None."""
        return None

    def blocks(self, n_features: int) -> Blocks | None:
        """Groups and prices if R is a sum of lengths of groups, else None."""
        return None

    def restricted(self, index: Indices) -> Norm:
        """R on the features `index` (m,), ascending, the others being zero."""
        return self

    # ---- the function ---------------------------------------------------------------
    @abstractmethod
    def value(self, w: Floats) -> float:
        """R(w); inf outside the domain (a negative weight under `positive=True`)."""

    @abstractmethod
    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        """The element (p,) of dR(w) that reaches furthest along `direction` (p,).

        It attains the directional derivative: R'(w; d) = <subgradient(w, d), d>.
        An entry is -inf or inf where the subdifferential is unbounded that way
        (`positive=True` at a zero).
        """

    def directional_derivative(self, w: Floats, direction: Floats) -> float:
        """R'(w; d), the cost of the first step along d; inf if the step leaves the domain."""
        moved = direction != 0
        return float(self.subgradient(w, direction)[moved] @ direction[moved])

    # ---- the dual -------------------------------------------------------------------
    @abstractmethod
    def dual_norm(self, z: Floats) -> float:
        """sup {<z, w> : R(w) <= 1}; inf if z is non-zero on an unpenalised feature."""

    def support(self, z: Floats, radius: float) -> float:
        """sup {<z, w> : R(w) <= radius}, the support function of the ball."""
        dual = self.dual_norm(z)
        return 0.0 if dual == 0.0 else radius * dual

    def conjugate(self, z: Floats, alpha: float) -> float:
        """(alpha R)*(z) = sup_w <z, w> - alpha R(w); for a norm the indicator of R°(z) <= alpha.

        A relative excess of 1e-15 is rounding and counts as inside.
        """
        return 0.0 if self.dual_norm(z) <= alpha * (1 + 1e-15) else np.inf

    def critical_alpha(self, z: Floats) -> float:
        """Smallest alpha with z in alpha * dR(0): at and above it w = 0 is the answer."""
        return self.dual_norm(z)

    # ---- prox and projection --------------------------------------------------------
    @abstractmethod
    def prox(self, v: Floats, step: float) -> Floats:
        """argmin_w |w - v|^2 / 2 + step * R(w); zeros and ties come out exact."""

    def prox_in(self, v: Floats, step: float, metric: Floats) -> Floats:
        """argmin_w sum_j metric_j (w_j - v_j)^2 / 2 + step * R(w), for metric (p,) > 0.

        The prox where each feature has a unit of its own. This default serves sums over features.
        """
        separable = self.separable(len(v))
        if separable is None:
            raise ValueError(f"{self.title} has no prox in a metric.")
        return separable.prox(v, step, metric)

    def project(self, v: Floats, radius: float) -> Floats:
        """Nearest point (Euclidean) to v in the ball {R <= radius}; v itself (a copy) if inside."""
        return self.project_with_multiplier(v, radius)[0]

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        """Projection w and the multiplier mu >= 0 with w = prox(v, mu); mu = 0 inside the ball.

        This default finds mu by Newton's method on mu -> R(prox(v, mu)), safeguarded by
        bisection; the slope is exact because the face gives the Jacobian of the prox.
        Regularisers with a closed form override it. Radius 0 gives the nearest point
        with R = 0.
        """
        from .projection import project_by_newton  # which needs faces of norms in turn

        return project_by_newton(self, v, radius)

    def reach(self, direction: Floats, radius: float) -> float:
        """The s > 0 with R(s * direction) = radius; inf if the ball is unbounded that way."""
        value = self.value(direction)
        return radius / value if value > 0 else np.inf

    # ---- geometry -------------------------------------------------------------------
    @abstractmethod
    def face(self, w: Floats) -> Face:
        """The face on which w lies; exact zeros and exact ties count, nothing is rounded."""

    @abstractmethod
    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        """(p,) how much harder the data could pull on each zero before it moved.

        For w_j = 0: the largest s >= 0 such that z + s * sign(z_j) e_j is still in
        alpha * dR(w) (0 if z is outside already). For w_j != 0: 0.
        """

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        """Features (p,) that are zero in every solution, by the safe sphere rule.

        True where *every* dual point z* with |z* - z| <= margin (elementwise, margin >= 0)
        forces w_j = 0 at price alpha or above. The default proves nothing.
        """
        return np.zeros(len(z), dtype=bool)

    def normal_cone_contains(self, w: Floats, z: Floats, tolerance: float = 1e-9) -> bool:
        """Whether z is in the normal cone of the ball through w at w.

        By definition: no point of the ball {R <= R(w)} goes further along z than w does,
        to `tolerance` relative to |z| |w|.
        """
        z = np.where(self.excluded(len(z)), 0.0, z)
        priced = np.where(self.unpenalised(len(w)), 0.0, w)
        scale = float(np.linalg.norm(z)) * max(float(np.linalg.norm(priced)), 1e-300)
        reached = self.support(z, self.value(w))
        return bool(reached - z @ w <= tolerance * scale)

    def normal_rays(self, w: Floats) -> tuple[Floats, Floats]:
        """Edges (unit vectors) of the normal cone at a point w != 0 of a ball in the plane.

        The two rays are equal where the boundary is smooth.

        Raises
        ------
        ValueError
            If w has not exactly two entries, or is the centre.
        """
        if len(w) != 2 or not np.any(w):
            raise ValueError(f"w must be a non-zero point of the plane, got {w!r}.")
        turn = np.array([-w[1], w[0]])
        rays = []
        for direction in (turn, -turn):
            ray = self.subgradient(w, direction)
            if np.isinf(ray).any():
                ray = np.where(np.isinf(ray), np.sign(ray), 0.0)
            rays.append(ray / np.linalg.norm(ray))
        return rays[0], rays[1]
