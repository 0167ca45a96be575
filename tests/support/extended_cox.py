"""Cox's partial likelihood in extended precision, with its conjugate, for Breslow's and Efron's ties.

docs/mathematics.md derives both; with s = g + (weight at events), a_m and b_m the sums over
risk sets times the hazard cumulated until then, rho_m the events' share in the m-th sum,
and the terms (c_mk, h_mk) of each event time, weight and share of the events left out,

    rho_m (b_{m-1} + sum_k c_mk (1 - h_mk) / (1 - rho_m h_mk)) = s(D_m),
    a_m = b_{m-1} + sum_k c_mk / (1 - rho_m h_mk),    b_m = b_{m-1} + c_m - s_m,

    f*(g) = sum_j s_j log(s_j / v_j) - sum_m (s(D_m) log(s(D_m) / rho_m) + s(N_m) log a_m)
            + sum_m b_m log(b_m / a_m) - sum_mk c_mk (log(1 - rho_m h_mk) - log(c_m (1 - h_mk))),

N_m the samples that leave the risk set after time m without an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from extended_losses import Array, Real


def _xlogx(x: Array) -> Array:
    return np.where(x > 0, x * np.log(np.where(x > 0, x, 1)), 0)


@dataclass(eq=False)
class _Group:
    """One event time: its events, those censored before the next, everyone at risk."""

    events: Any
    leaving: Any
    at_risk: Any
    mass: Real
    terms: list[tuple[Real, Real]]


class PartialLikelihood:
    """f(eta) of signed times y (n,), negative where censored, with weights (n,)."""

    is_kinked, is_shift_invariant = False, True

    def __init__(self, ties: str, y: Array, weight: Array) -> None:
        self.y, self.weight = y, weight
        self.at_event = np.where(y > 0, weight, 0)
        time = np.abs(y)
        moments = np.unique(time[y > 0])
        self.groups = []
        for moment, following in zip(moments, np.append(moments[1:], np.inf), strict=True):
            events = np.flatnonzero((time == moment) & (y > 0))
            leaving = np.flatnonzero((time >= moment) & (time < following) & (y < 0))
            mass, d = weight[events].sum(), len(events)
            is_split = ties == "efron"
            terms = [(mass / d, Real(k) / d) for k in range(d)] if is_split else [(mass, Real(0))]
            self.groups.append(_Group(events, leaving, np.flatnonzero(time >= moment), mass, terms))
        self.seen = time >= moments[0]

    def deviance(self, eta: Array) -> Real:
        total = -self.at_event @ eta
        for group in self.groups:
            whole, dying, top = self._sums(eta, group)
            for mass, share in group.terms:
                total += mass * (np.log(whole - share * dying) + top - np.log(group.mass * (1 - share)))
        return total

    def _sums(self, eta: Array, group: _Group) -> tuple[Real, Real, Real]:
        top = eta[group.at_risk].max()
        sizes = self.weight * np.exp(eta - top)
        return sizes[group.at_risk].sum(), sizes[group.events].sum(), top

    def curvature(self, eta: Array) -> Array:
        """p (n,), the diagonal above the Hessian: each sample's size times the hazard it has met."""
        p = np.zeros_like(eta)
        for group in self.groups:
            whole, dying, top = self._sums(eta, group)
            sizes = self.weight * np.exp(np.minimum(eta - top, 0))
            hazard = sum(mass / (whole - share * dying) for mass, share in group.terms)
            own = sum(mass * (1 - share) / (whole - share * dying) for mass, share in group.terms)
            survivors = np.setdiff1d(group.at_risk, group.events)
            p[survivors] += sizes[survivors] * hazard
            p[group.events] += sizes[group.events] * own
        return p

    def gradient(self, eta: Array) -> Array:
        return self.curvature(eta) - self.at_event

    def divergence(self, eta: Array, g: Array) -> Real:
        """f(eta) + f*(g) - <g, eta>; infinite outside the domain of f*."""
        s = g + self.at_event
        if (s < 0).any() or (s[~self.seen] != 0).any():
            return Real(np.inf)
        conjugate = (_xlogx(s) - s * np.log(self.weight)).sum()
        b = Real(0)
        # a sum over samples is 0 up to the rounding of extended numbers
        least = -np.finfo(Real).eps * 64 * self.at_event.sum()
        for group in self.groups:
            dying, rest = s[group.events].sum(), s[group.leaving].sum()
            rho = self._share(dying, b, group.terms)
            hazard = sum(mass * (1 - share) / (1 - rho * share) for mass, share in group.terms) + b
            a = sum(mass / (1 - rho * share) for mass, share in group.terms) + b
            b = b + group.mass - dying - rest
            if b < least:
                return Real(np.inf)
            b = max(b, Real(0))
            conjugate += -dying * np.log(hazard) - rest * np.log(a) + _xlogx(b) - b * np.log(a)
            for mass, share in group.terms:
                conjugate -= mass * (np.log(1 - rho * share) - np.log(group.mass * (1 - share)))
        return self.deviance(eta) + conjugate - g @ eta

    @staticmethod
    def _share(dying: Real, before: Real, terms: list[tuple[Real, Real]]) -> Real:
        """rho in [0, 1] by bisection; its equation increases."""
        if len(terms) == 1:
            return min(dying / (before + terms[0][0]), Real(1))
        low, high = Real(0), Real(1)
        for _ in range(80):
            rho = (low + high) / 2
            reached = rho * (before + sum(m * (1 - h) / (1 - rho * h) for m, h in terms))
            low, high = (rho, high) if reached < dying else (low, rho)
        return (low + high) / 2

    def clip(self, g: Array) -> Array:
        return np.where(self.seen, np.maximum(g, -self.at_event), 0)

    def room(self, eta: Array, g: Array) -> Array:
        return np.where(g + self.at_event > 0, self.curvature(eta), 0)

    def share(self, g: Array) -> Real:
        low = g < -self.at_event
        return (self.at_event[low] / -g[low]).min() if low.any() else Real(1)

    def rounding(self, eta: Array, move: Array) -> tuple[Real, Array]:
        eps = np.finfo(np.float64).eps
        bend = self.curvature(eta)
        return bend @ move**2, bend * move + eps * (bend + self.at_event)

    def null_deviance(self, fit_intercept: bool) -> Real:
        return self.deviance(np.zeros_like(self.y))
