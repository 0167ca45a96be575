"""A second certificate of an answer, in extended precision and by code of its own.

For a dual point theta = -g and z = X' theta the gap of an answer (w, b) is a sum of two
Fenchel-Young terms, which are never negative and here never a difference of large numbers:

    penalty   f(eta) + f*(g) - <g, eta>   +   alpha R(w) + (alpha R)*(z) - <z, w>
    budget    f(eta) + f*(g) - <g, eta>   +   sup {<z, v> : R(v) <= t} - <z, w>
    target    lambda (f(eta) + f*(g) - <g, eta> + s - f(eta))   +   R(w) + R*(lambda z) - <lambda z, w>
    fit       R(w) + R*(z) - <z, w>,  and f(eta) + f*(g) - <g, eta> with X'g = 0 where w may move

given sum(g) = 0 (intercept) and z_j = 0 (unpenalised), which `_Dual` sees to in extended
precision. What is broken of a constraint is priced: lambda (f - s) in units of R.

An answer is stored in float64, and its data are. `Finding.allowance` is what that leaves open:
X, y, w, b and theta each off by `PLACES` units in the last place, to first order where the gap
moves to first order and to second order where, at an optimum, it does not.

    in f         sum_i l''_i m_i^2,              m = eps (|X| |w| + |b| + |y|)
    in z         d = |X|' (l'' m + eps (|g| + the parts of l')),   which costs R(w) R°(d)

A claimed gap is contradicted where an independent one is above `FACTOR` times it plus that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from extended_claims import FACTOR, Claim, Finding
from extended_cox import PartialLikelihood
from extended_losses import Array, Real, extended
from extended_norms import ExtendedNorm, minimise
from extended_samples import Samples
from normball.losses import Cox, Loss
from normball.norms import Norm

PLACES = 16
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class _Dual:
    """g (n,) in the domain of f* that meets its equations, z = -X'g, and f + f* - <g, eta>."""

    g: Array
    z: Array
    divergence: Real


class ExtendedProblem:
    """Data, loss and regulariser in extended precision; the arguments are those of `Problem`."""

    def __init__(
        self,
        X: Any,
        y: Any,
        loss: Loss,
        norm: Norm,
        fit_intercept: bool = True,
        sample_weight: Any = None,
    ) -> None:
        dense = np.asarray(X.todense() if hasattr(X, "todense") else X, dtype=np.float64)
        weight = np.ones(len(dense)) if sample_weight is None else np.asarray(sample_weight)
        seen = weight > 0
        share = extended(weight[seen])
        share /= share.sum()
        self.X, response = extended(dense[seen]), extended(y)[seen]
        self.f: Any = (
            PartialLikelihood(loss.ties, response, share)
            if isinstance(loss, Cox)
            else Samples(loss, response, share)
        )
        self.R = ExtendedNorm(norm, dense.shape[1])
        self.fit_intercept = fit_intercept and not self.f.is_shift_invariant
        self.scale = self.f.null_deviance(self.fit_intercept)
        whole = self.f.deviance(np.zeros_like(response))
        if self.scale <= 1e-28 * whole:  # a perfect fit without features is measured by eta = 0
            self.scale = whole if whole > 0 else Real(1)

    # ---- dual points ----------------------------------------------------------------
    def _dual(self, eta: Array, g: Array, orthogonal: Any = None) -> _Dual:
        """g made feasible; orthogonal to the unpenalised columns, or to those of a mask (p,)."""
        g = self.f.clip(g)
        columns = self.X[:, self.R.free if orthogonal is None else orthogonal | self.R.free]
        if self.fit_intercept or self.f.is_shift_invariant:
            columns = np.column_stack([np.ones(len(eta), dtype=Real), columns])
        for _ in range(2):
            g = _made_orthogonal(g, columns, self.f.room(eta, g))
        g = g * self.f.share(g)
        z = -(self.X.T @ g)
        if orthogonal is not None:
            z[orthogonal] = 0
        return _Dual(g, z, self.f.divergence(eta, g))

    def _within(self, eta: Array, dual: _Dual, most: Real) -> _Dual:
        """The dual point shrunk until the gauge of z is at most `most`."""
        if not self.R.is_norm or (gauge := self.R.gauge(dual.z)) <= most:
            return dual
        shrunk = dual.g * (most / gauge)
        return _Dual(shrunk, dual.z * (most / gauge), self.f.divergence(eta, shrunk))

    def _nearby(self, eta: Array, g: Array, w: Array, alpha: Real) -> list[_Dual]:
        """Within the domain at a price: g, and with prices feature by feature what g is a rounding of.

        Columns in use pull by alpha times their price. What float64 leaves of that, where their units differ
        by 1e10, would shrink the dual point by more than it is off.
        """
        found = [self._within(eta, self._dual(eta, g), alpha)]
        if self.R.is_separable:
            used = (w != 0) & ~self.R.free
            goals = alpha * self.R.prices[used] * np.sign(w[used])
            columns, ends = self.X[:, used], goals
            if self.fit_intercept or self.f.is_shift_invariant:
                columns = np.column_stack([np.ones(len(eta), dtype=Real), columns])
                ends = np.append(Real(0), goals)
            # one more entry, which stays 1, carries what the products are to be
            extended_g, room = np.append(self.f.clip(g), Real(1)), np.append(self.f.room(eta, g), Real(0))
            for _ in range(2):
                extended_g = _made_orthogonal(extended_g, np.vstack([columns, ends]), room)
            found.append(self._within(eta, self._dual(eta, extended_g[:-1]), alpha))
        return found

    @staticmethod
    def _own(claim: Claim, gradient: Array) -> list[Array]:
        """Dual points other than the one that was returned, as slopes g (n,)."""
        return [gradient, *(-extended(theta) for theta in claim.hints)]

    def _movable(self, w: Array) -> Any:
        """(p,) coefficients that may move either way."""
        return w > 0 if self.R.is_positive else ~self.R.out

    def objective(self, form: str, level: float, w: Any, b: float) -> Real:
        """What an "alpha", "budget" or "target" minimises at w (p,) and b, the loss as half the deviance."""
        w = extended(w)
        if form == "target":
            return self.R.value(w)
        loss = self.f.deviance(self.X @ w + Real(b))
        return loss + Real(level) * self.R.value(w) if form == "alpha" and level > 0 else loss

    # ---- the forms ------------------------------------------------------------------
    def examine(self, claim: Claim) -> Finding:
        """The truth about a claim."""
        w, b = extended(claim.w), Real(claim.b)
        eta = self.X @ w + b
        return getattr(self, f"_{claim.form}")(claim, w, b, eta)

    def _uncertain(self, w: Array, b: Real, eta: Array, g: Array) -> tuple[Real, Array, Array]:
        """What float64 leaves open in f, in z (p,), and in eta (n,)."""
        move = PLACES * EPS * (np.abs(self.X) @ np.abs(w) + abs(b))
        in_f, in_g = self.f.rounding(eta, move)
        in_z = np.abs(self.X).T @ (in_g + PLACES * EPS * np.abs(g))
        return in_f, in_z, move

    def _price_of(self, in_z: Array, value: Real, mu: Real) -> Real:
        """What an error of z costs in the bracket of R, R(w) = value."""
        if self.R.is_norm:
            return value * (self.R.gauge(in_z) + PLACES * EPS * mu)
        seen = ~(self.R.free | self.R.out)
        curved = Real(1 - getattr(self.R.norm, "l1_ratio", 0.0)) * self.R.prices[seen] * mu
        bent = (in_z[seen] ** 2 / curved).sum() if mu > 0 else Real(0)
        return bent + PLACES * EPS * mu * value

    def _penalty(self, claim: Claim, w: Array, b: Real, eta: Array) -> Finding:
        if claim.level == 0:
            return self._fit(claim, w, b, eta)
        alpha = Real(claim.level)

        def at(dual: _Dual, s: Real) -> Real:
            divergence = dual.divergence if s == 1 else self.f.divergence(eta, s * dual.g)
            return divergence + self.R.bracket(w, s * dual.z, alpha) + abs(b * dual.g.sum())

        def gap(g: Array) -> Real:
            whole, dual = min(
                ((at(dual, Real(1)), dual) for dual in self._nearby(eta, g, w, alpha)),
                key=lambda pair: pair[0],
            )
            if self.R.is_norm or whole <= FACTOR * claim.gap * self.scale:
                return whole
            # the conjugate is finite everywhere: any multiple may prove more
            shrunk = minimise(lambda x: at(dual, np.exp(min(x, Real(0)))), Real(0))
            return min(whole, at(dual, np.exp(min(shrunk, Real(0)))))

        return self._loss_finding(claim, w, b, eta, gap)

    def _budget(self, claim: Claim, w: Array, b: Real, eta: Array) -> Finding:
        budget = Real(claim.level)

        def gap(g: Array) -> Real:
            pulled, free = self._dual(eta, g), self._dual(eta, g, self._movable(w))
            return min(
                dual.divergence
                + self.R.support(w, dual.z, budget, Real(claim.alpha))[0]
                + abs(b * dual.g.sum())
                for dual in (pulled, free)
            )

        finding = self._loss_finding(claim, w, b, eta, gap)
        excess = max(self.R.value(w) - budget, Real(0)) / (budget if budget > 0 else Real(1))
        return replace(finding, infeasibility=float(excess), slack=PLACES * EPS)

    def _loss_finding(self, claim: Claim, w: Array, b: Real, eta: Array, gap: Any) -> Finding:
        """Of the two forms whose gap is a loss."""
        own = self.f.gradient(eta)
        found = min(gap(g) for g in self._own(claim, own))
        returned = gap(-extended(claim.theta)) if claim.theta is not None else found
        in_f, in_z, _ = self._uncertain(w, b, eta, own)
        allowance = in_f + self._price_of(in_z, self.R.value(w), Real(claim.alpha))
        return Finding(
            claim,
            float(min(returned, found) / self.scale),
            float(returned / self.scale),
            0.0,
            float(allowance / self.scale) + EPS,
            0.0,
        )

    def _target(self, claim: Claim, w: Array, b: Real, eta: Array) -> Finding:
        value, excess = self.R.value(w), self.f.deviance(eta) - Real(claim.level)
        unit = value if value > 0 else Real(1)
        hint = np.log(1 / Real(claim.alpha)) if 0 < claim.alpha < np.inf else Real(0)

        def at(dual: _Dual, multiplier: Real) -> Real:
            lost = multiplier * (dual.divergence - excess + abs(b * dual.g.sum()))
            return lost + self.R.bracket(w, multiplier * dual.z, Real(1))

        def best(dual: _Dual) -> tuple[Real, Real]:
            """Gap and multiplier of a dual point in units of the loss."""
            if self.R.is_norm:
                gauge = self.R.gauge(dual.z)
                return (at(dual, 1 / gauge), 1 / gauge) if gauge > 0 else (value, Real(0))
            multiplier = np.exp(minimise(lambda x: at(dual, np.exp(x)), hint))
            return at(dual, multiplier), multiplier

        own = self.f.gradient(eta)
        found = min(*(best(self._dual(eta, g)) for g in self._own(claim, own)), (value, Real(0)))
        returned = found
        if claim.theta is not None:
            scaled = -extended(claim.theta)
            # theta is given times its multiplier, which is not given
            returned = min((value, Real(0)), best(self._dual(eta, scaled * Real(claim.alpha))))
            if returned[0] > FACTOR * max(claim.gap, EPS) * unit and scaled.any():
                at_best = minimise(lambda x: best(self._dual(eta, scaled * np.exp(-x)))[0], hint)
                returned = min(returned, best(self._dual(eta, scaled * np.exp(-at_best))))
            found = min(found, returned)
        multiplier = max(found[1], returned[1])
        in_f, in_z, move = self._uncertain(w, b, eta, own)
        allowance = multiplier * (in_f + self._price_of(in_z, value, 1 / multiplier)) if multiplier else 0
        level = PLACES * EPS * abs(Real(claim.level))
        slack = multiplier * (np.abs(own) @ move + in_f + level)
        return Finding(
            claim,
            float(max(found[0], Real(0)) / unit),
            float(max(returned[0], Real(0)) / unit),
            _share_missed(multiplier * max(excess, Real(0)), value),
            float((allowance + multiplier * level) / unit) + EPS,
            float(slack / unit),
        )

    def _fit(self, claim: Claim, w: Array, b: Real, eta: Array) -> Finding:
        """Least R among the best fits: theta proves the first, a g of its own the second."""
        value = self.R.value(w)
        unit = value if value > 0 else Real(1)
        theta = extended(claim.theta)
        columns = self.X[:, self.R.free]
        if self.fit_intercept or self.f.is_shift_invariant:
            columns = np.column_stack([np.ones(len(eta), dtype=Real), columns])
        theta = _made_orthogonal(theta, columns, np.ones_like(theta))
        z = self.X.T @ theta
        gauge = self.R.gauge(z) if self.R.is_norm else Real(0)
        if gauge > 1:
            theta, z = theta / gauge, z / gauge
        gap = self.R.bracket(w, z, Real(1)) + abs(b * theta.sum())
        g = self._dual(eta, self.f.gradient(eta), self._movable(w)).g
        unmet = min(self.f.divergence(eta, g), self.f.deviance(eta))
        if self.R.is_positive:
            left = -(self.X.T @ g)
            unmet = unmet if (left <= 1e-15 * (np.abs(self.X).T @ np.abs(g))).all() else Real(np.inf)
            unmet = min(unmet, self.f.deviance(eta))
        in_f, _, move = self._uncertain(w, b, eta, theta)
        allowance = self._price_of(np.abs(self.X).T @ (PLACES * EPS * np.abs(theta)), value, Real(1))
        return Finding(
            claim,
            float(gap / unit),
            float(gap / unit),
            float(unmet / self.scale),
            float(allowance / unit),
            float((in_f + np.abs(self.f.gradient(eta)) @ move) / self.scale) + EPS,
        )


def _share_missed(price: Real, value: Real) -> float:
    """What meeting a target still costs, as a share of the R that it leads to."""
    return float(price / (value + price)) if price > 0 else 0.0


def _made_orthogonal(g: Array, columns: Array, room: Array) -> Array:
    """g less room * columns @ s, so that columns' g = 0; entries without room stay as they are."""
    root = np.sqrt(room)
    basis: list[tuple[Array, Array]] = []  # combinations c of the columns, with root * c orthonormal
    for column in columns.T:
        c, length = column, np.sqrt(((root * column) ** 2).sum())
        for _ in range(2):
            for other, q in basis:
                c = c - other * (q @ (root * c))
        rest = np.sqrt(((root * c) ** 2).sum())
        if rest > 1e-15 * length:
            basis.append((c / rest, root * c / rest))
    for c, q in basis:
        g = g - root * q * (c @ g)
    return g
