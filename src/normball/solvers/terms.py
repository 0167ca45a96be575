"""The regularising term of a form, as the proximal solver sees it.

Penalty: h = alpha R, whose prox is the regulariser's. Budget: h = indicator of
{R <= t}, whose prox is the projection. Both map v to w = prox_R(v, mu) for some mu, so
one generalised Jacobian serves both: with K = B'B + mu H on the face (see
`norms/face.py`), the prox moves by B K^-1 B' dv, and the projection by the same less its
part along the gradient g, so that R stays at t.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..norms.base import Norm
from ..norms.face import Face, coordinate_face
from ..typing import Floats


@dataclass(frozen=True)
class Condition:
    """What is given: form is "penalty", "budget" or "target", level its alpha, radius or loss."""

    form: str
    level: float


class Term(ABC):
    """The convex function h(w) that a proximal solver adds to the loss."""

    norm: Norm

    @property
    @abstractmethod
    def condition(self) -> Condition:
        """The form and its level."""

    @abstractmethod
    def value(self, w: Floats) -> float:
        """h(w), for w in its domain."""

    @abstractmethod
    def conjugate(self, z: Floats) -> float:
        """h*(z) = sup_w <z, w> - h(w)."""

    has_metric: ClassVar[bool] = False
    """Whether the prox may count each feature in a unit of its own."""

    @abstractmethod
    def prox(self, v: Floats, step: float, metric: Floats | None = None) -> tuple[Floats, float]:
        """argmin |w - v|^2 / 2 + step h(w), and the mu with w = norm.prox(v, mu).

        With a metric (p,) > 0 distances are sum_j metric_j (w_j - v_j)^2, and the prox `norm.prox_in`.
        """

    @abstractmethod
    def face(self, w: Floats, mu: float) -> Face:
        """Face of R along which the prox moves."""

    @abstractmethod
    def border(self, face: Face, mu: float) -> Floats | None:
        """Gradient (d,) that a move along the face must be orthogonal to, if any."""

    @abstractmethod
    def dual_scaling(self, z: Floats) -> float:
        """Largest s <= 1 for which h*(s z) is finite."""

    @abstractmethod
    def excess(self, w: Floats) -> float:
        """By how much w lies outside the domain of h, relative to its size."""

    @abstractmethod
    def admit(self, w: Floats) -> Floats:
        """w, or a nearby point in the domain of h."""


@dataclass(frozen=True)
class Penalty(Term):
    """h = alpha R."""

    norm: Norm
    alpha: float

    has_metric: ClassVar[bool] = True

    @property
    def condition(self) -> Condition:
        return Condition("penalty", self.alpha)

    def excess(self, w: Floats) -> float:
        return 0.0

    def admit(self, w: Floats) -> Floats:
        return w

    def value(self, w: Floats) -> float:
        return self.alpha * self.norm.value(w)

    def conjugate(self, z: Floats) -> float:
        return self.norm.conjugate(z, self.alpha)

    def prox(self, v: Floats, step: float, metric: Floats | None = None) -> tuple[Floats, float]:
        mu = step * self.alpha
        return self.norm.prox(v, mu) if metric is None else self.norm.prox_in(v, mu, metric), mu

    def face(self, w: Floats, mu: float) -> Face:
        return self.norm.face(w)

    def border(self, face: Face, mu: float) -> Floats | None:
        return None

    def dual_scaling(self, z: Floats) -> float:
        if not self.norm.is_homogeneous:
            return 1.0
        dual = self.norm.dual_norm(z)
        return min(1.0, self.alpha / dual) if dual > 0 else 1.0


@dataclass(frozen=True)
class Ball(Term):
    """h = 0 in the ball {R <= radius}, infinite outside."""

    norm: Norm
    radius: float

    @property
    def condition(self) -> Condition:
        return Condition("budget", self.radius)

    def excess(self, w: Floats) -> float:
        return max(self.norm.value(w) - self.radius, 0.0) / max(self.radius, 1e-300)

    def admit(self, w: Floats) -> Floats:
        """A rounding excess is scaled away exactly, a larger one projected."""
        value = self.norm.value(w)
        if value <= self.radius:
            return w
        if value > self.radius * (1 + 1e-9) or self.norm.unpenalised(len(w)).any():
            return self.norm.project(w, self.radius)
        shrink = self.norm.reach(w, self.radius)
        scaled = w * shrink
        return scaled if self.norm.value(scaled) <= self.radius else w * (shrink * (1 - 4e-16))

    def value(self, w: Floats) -> float:
        return 0.0

    def conjugate(self, z: Floats) -> float:
        return self.norm.support(z, self.radius)

    def prox(self, v: Floats, step: float, metric: Floats | None = None) -> tuple[Floats, float]:
        return self.norm.project_with_multiplier(v, self.radius)

    def face(self, w: Floats, mu: float) -> Face:
        if mu == 0:  # inside the ball no direction is curved, and all are free that R allows at all
            is_free = ~self.norm.excluded(len(w))
            if self.norm.is_one_sided:
                is_free &= w != 0
            index = np.flatnonzero(is_free)
            return coordinate_face(w, index, np.zeros(len(index)))
        return self.norm.face(w)

    def border(self, face: Face, mu: float) -> Floats | None:
        return None if mu == 0 else face.gradient

    def dual_scaling(self, z: Floats) -> float:
        return 1.0
