"""A piecewise linear loss made smooth around a guess of its slopes.

With c (n,) a guess and tau > 0 a width,

    l_tau(eta) = max {u (eta - y) - tau (u - c)^2 / 2 : lower <= u <= upper}

is the loss less a penalty on slopes far from the guess: two lines joined by a parabola
of curvature 1 / tau over an interval of length tau (upper - lower). Its gradient is
clip(c + (eta - y) / tau, lower, upper). It lies below the loss and touches it where the
gradient is the guess, so a guess that is a dual solution leaves the minimisers in place
whatever tau is. Source: Moreau, Bull. Soc. Math. France 93 (1965); Rockafellar, "Augmented
Lagrangians and applications of the proximal point algorithm", Math. Oper. Res. 1 (1976).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...losses.base import SampleLoss
from ...typing import Floats


@dataclass(frozen=True, eq=False, repr=False)
class Envelope(SampleLoss):
    """The smooth loss above; it belongs to the samples of one problem.

    Parameters
    ----------
    lower, upper : float, slopes of the two lines.
    centre : (n,) guess of the slopes.
    width : float > 0, tau.
    """

    lower: float
    upper: float
    centre: Floats
    width: float

    name: ClassVar[str] = "envelope"
    title: ClassVar[str] = "envelope"
    curvature_bound: ClassVar[float] = np.inf

    def check_response(self, y: Floats) -> None:
        """Any finite response will do."""

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        u = self.sample_gradients(eta, y)
        return np.asarray(u * (eta - y) - 0.5 * self.width * (u - self.centre) ** 2)

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        return np.clip(self.centre + (eta - y) / self.width, self.lower, self.upper)

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        slope = self.centre + (eta - y) / self.width
        return ((slope >= self.lower) & (slope <= self.upper)) / self.width

    def sample_majorants(self, eta: Floats, y: Floats) -> Floats:
        """The least curvature of a parabola that touches at eta and lies above both lines.

        On a line, at distance d from where the lines would meet, the parabola touches the
        other line too if its curvature is (upper - lower) / (2 d); the generalisation of
        Huber's weights.
        """
        meeting = y + self.width * (0.5 * (self.lower + self.upper) - self.centre)
        half = 0.5 * self.width * (self.upper - self.lower)
        return half / np.maximum(np.abs(eta - meeting), half) / self.width

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        inside = (u >= self.lower * (1 + 1e-15)) & (u <= self.upper * (1 + 1e-15))
        return np.where(inside, u * y + 0.5 * self.width * (u - self.centre) ** 2, np.inf)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        """Root of the mean gradient, which is increasing and linear between 2 n breakpoints; O(n log n)."""
        ends = [y + self.width * (slope - self.centre) for slope in (self.lower, self.upper)]
        places = np.concatenate(ends)
        order = np.argsort(places, kind="stable")
        places = places[order]
        change = np.concatenate([sample_weight, -sample_weight])[order] / self.width
        rise = np.cumsum(change)[:-1] * np.diff(places)
        height = self.lower * sample_weight.sum() + np.concatenate([[0.0], np.cumsum(rise)])
        after = int(np.searchsorted(np.maximum.accumulate(height), 0.0))
        if after == 0 or after == len(places):
            return float(places[min(after, len(places) - 1)])
        low, high = height[after - 1], height[after]
        share = -low / (high - low) if high > low else 0.0
        return float(places[after - 1] + share * (places[after] - places[after - 1]))
