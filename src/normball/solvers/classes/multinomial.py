"""Several classes: multinomial logistic regression with a separable regulariser on every entry of W.

    f(W, b) = sum_i v_i (log sum_k exp(eta_ik) - eta_{i, y_i}),   eta = X W + b,   W (p, K),

plus alpha sum_jk (price_j |W_jk| + ridge_j W_jk^2 / 2). Proximal Newton: around the present
point f is replaced by its quadratic model (`classes/model.py`) over the entries that are in or pull
almost hard enough, a search takes the step, and a pass over X finds what else is to enter
(Friedman, Hastie, Tibshirani, J. Stat. Softw. 33, 2010, for the model; theirs is solved class by
class). The mean of the intercepts is made 0 at the end.

The certificate: the conjugate of f at G = V (Q - Y), Q with rows in the simplex, is
sum_i v_i sum_k Q_ik log Q_ik, so that s in [0, 1] and Q = s P + (1 - s) Y give a dual point. Its
slack f(eta) + f*(G) - <G, eta> is the divergence of Q from P, and -<G, eta> = s <Z, W>.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...designs.base import Design
from ...losses.log_link import divergence
from ...norms.separable import Separable
from ...typing import Floats, Indices, Mask
from ..dispatch import solver_of_classes
from ..ends.smooth_fit import VANISHING
from ..far_means import classes_about_means
from ..instance import sound_moments
from ..line_search import armijo
from ..smooth.class_newton import ClassNewton
from .likelihood import ClassLikelihood, ClassPoint
from .model import LEAST_DAMPING, ClassModel

MOST_MODELS = 100
RIDGE_SHARE = 1e-8
"""Share of the tolerance that a ridge solve leaves: weights are uncertain by the root of a gap."""
RIDGE_PRECISION = 1e-20
"""Gap of the ridge solves that a level is looked for with: R is uncertain by its root."""
NEAR = 0.8
"""Share of its price from which an entry takes part in a model."""
FREE_SHARE = 1e-14
"""Share of the loss to which entries without a price are fitted before alpha_max is read."""
FEWEST_ENTRIES = 100
"""Entries that may enter a model at once; more where more are in."""
DESCENT = 1e-4
"""Progress where the gap shows none yet: a descent by this share of the tolerance."""
MOST_STALLED, NEARLY = 5, 1e3
"""Models without progress that end a solve; two, where the gap is within this multiple of the tolerance."""


@dataclass(eq=False)
class ClassWeights:
    """A solution: W (p, K), b (K,), relative duality gap, loss, models solved, and pulls -grad f (p, K)."""

    W: Floats
    b: Floats
    gap: float
    loss: float
    n_models: int
    pulls: Floats


class Multinomial:
    """One problem, solved at one alpha after another.

    Parameters
    ----------
    design : Design (n, p)
    codes : (n,) class of each sample, 0 to K - 1; every class has samples
    n_classes : int, K >= 2
    sample_weight : (n,) > 0, sums to 1
    fit_intercept : bool
    separable : Separable, of each column of W.
    """

    def __init__(
        self,
        design: Design,
        codes: Indices,
        n_classes: int,
        sample_weight: Floats,
        fit_intercept: bool,
        separable: Separable,
    ) -> None:
        self._design, self._fits = design, fit_intercept
        self._separable, self._K = separable, n_classes
        self._ridge = np.zeros(design.shape[1]) if separable.ridge is None else separable.ridge
        self._is_ridge = not separable.price.any()
        # an intercept alone can make a class ever less likely, which ends nowhere
        if fit_intercept and len(np.unique(codes)) < n_classes:
            raise ValueError(f"every one of the {n_classes} classes needs a sample of positive weight.")
        self._likelihood = ClassLikelihood(codes, n_classes, sample_weight)
        self._W = np.zeros((design.shape[1], n_classes))
        self._b = np.zeros(n_classes)
        if fit_intercept:
            self._b = np.log(sample_weight @ self._likelihood.Y)
            self._b -= self._b.mean()
        self._linear, self._damping = np.zeros_like(self._likelihood.Y), LEAST_DAMPING
        self._here = self._likelihood.at(self._linear + self._b)
        self.scale = self._here.loss
        Z = self._pulls()
        if np.abs(Z).max(initial=0.0) <= VANISHING:
            sound_moments(design, sample_weight)  # refuses columns that are too small to be seen
        self._means: Floats | None = None
        if fit_intercept:
            design, self._means = classes_about_means(design, sample_weight, self._here.residual, Z)
            self._design = design
        self._newton: ClassNewton | None = None
        if solver_of_classes(separable) == "class Newton":
            self._newton = ClassNewton(design, self._likelihood, self._ridge, fit_intercept, self._b)
        self._free = np.flatnonzero((separable.price == 0) & (self._ridge == 0))
        self.alpha_max, is_free = np.inf, np.zeros(self._W.shape, dtype=bool)
        is_free[self._free] = True
        for _ in range(MOST_MODELS if len(self._free) else 0):  # alpha_max is that of their best fit
            Z = self._pulls()
            if self._unmet(Z) <= FREE_SHARE * self.scale or not self._step(is_free, Z, 1.0):
                break
        at_zero = self._ratios(self._pulls(), 0.0)
        self.alpha_max = (
            np.inf
            if self._is_ridge and len(self._free) < len(self._ridge)
            else float(at_zero.max(initial=0.0))
        )

    def _found(self, W: Floats, gap: float, n_models: int, Z: Floats) -> ClassWeights:
        """The weights W (p, K), with the intercepts of X as it was given."""
        b = self._b if self._means is None else self._b - self._means @ W
        return ClassWeights(W, b - b.mean(), gap, self._here.loss, n_models, Z)

    def solve(self, alpha: float, tolerance: float, least: int = 0) -> ClassWeights:
        """The solution at alpha > 0, from the last one on, by `least` models or more."""
        if self._newton is not None:
            precision = RIDGE_PRECISION if least else max(RIDGE_SHARE * tolerance, RIDGE_PRECISION)
            return self._solve_ridge(self._newton, alpha, precision)
        best, lowest, n_stalled, n_models = np.inf, np.inf, 0, 0
        while True:
            Z = self._pulls()
            ratios = self._ratios(Z, alpha)
            gap, value = self._gap(alpha, Z, ratios), self._here.loss + alpha * self.penalty(self._W)
            # the gap may stay where it is, or rise, while the objective still falls
            descends = value < lowest - max(DESCENT * tolerance, 1e-14) * self.scale
            n_stalled = 0 if gap < 0.5 * best or descends else n_stalled + 1
            best, lowest = min(gap, best), min(value, lowest)
            is_close = gap <= tolerance or (n_stalled > 1 and gap <= NEARLY * tolerance)
            is_done = is_close and n_models >= least
            if is_done or n_stalled > MOST_STALLED or n_models == MOST_MODELS:
                break
            n_models += 1
            if not self._step(self._taking_part(ratios, alpha), Z, alpha):
                n_stalled += 1
        return self._found(self._W.copy(), gap, n_models, Z)

    def _solve_ridge(self, newton: ClassNewton, alpha: float, precision: float) -> ClassWeights:
        """The same where no coefficient has a price of its own."""
        n_steps = newton.solve(alpha, precision * self.scale, MOST_MODELS)
        W = newton.W - newton.W.mean(axis=1, keepdims=True)  # at the optimum, where a shift would only cost
        self._W, self._linear = W, newton.linear
        self._b, self._here = newton.b, newton.here
        if self._fits:
            self._b, self._here = self._likelihood.balanced(newton.linear, newton.b)
        Z = self._pulls()
        gap = self._gap(alpha, Z, np.zeros_like(Z))
        return self._found(W, gap, n_steps, Z)

    # ---- evaluation -----------------------------------------------------------------
    def penalty(self, W: Floats) -> float:
        """R(W), the sum over the classes."""
        return sum(self._penalty(W))

    def _pulls(self) -> Floats:
        """X'(-grad f), (p, K)."""
        return np.asarray(self._design.products(np.ascontiguousarray(self._here.residual.T)))

    def _ratios(self, Z: Floats, alpha: float) -> Floats:
        """Pull of every entry over its price, without the ridge's part; 0 where it costs nothing."""
        rest = Z - alpha * self._ridge[:, None] * self._W
        price = self._separable.price[:, None]
        ratios = np.divide(rest, price, out=np.zeros_like(rest), where=price > 0)
        return np.maximum(ratios, 0.0) if self._separable.is_one_sided else np.abs(ratios)

    def _penalty(self, W: Floats) -> tuple[float, float]:
        """Linear and quadratic part of R."""
        moved = np.flatnonzero(W.any(axis=1))
        linear = float(self._separable.price[moved] @ np.abs(W[moved]).sum(axis=1))
        return linear, 0.5 * float(self._ridge[moved] @ (W[moved] ** 2).sum(axis=1))

    def _gap(self, alpha: float, Z: Floats, ratios: Floats) -> float:
        """Relative; a difference below 0 is rounding, and of that size at least."""
        linear, squares = self._penalty(self._W)
        P, Y, log_P = self._here.P, self._likelihood.Y, self._here.log_probabilities
        largest = float(ratios.max(initial=0.0))
        s = 1.0 if self._is_ridge else min(1.0, alpha / max(largest, 1e-300))
        slack = float(self._likelihood.weights @ divergence(s * P + (1 - s) * Y, log_P).sum(axis=1))
        if self._is_ridge:
            conjugates = (Z**2).sum(axis=1)
            conjugates = np.divide(conjugates, self._ridge, out=np.zeros(len(Z)), where=self._ridge > 0)
            conjugate = float(conjugates.sum()) / (2 * alpha)
        else:
            conjugate = s**2 * alpha * squares
        products = (Z * self._W).sum(axis=1)
        products[self._free] = 0.0
        unmet = self._unmet(Z)
        if self._fits:
            unmet += float(np.abs(self._here.balance) @ np.abs(self._b))
        gap = slack + alpha * (linear + squares) + conjugate - s * float(products.sum())
        return (abs(gap) + unmet) / self.scale

    def _unmet(self, Z: Floats) -> float:
        """What unpenalised entries may still save: their gradients are zero at the best.

        The larger of what they save over the size of W, and of what a Newton step of each entry by
        itself saves twice; the second is not 0 at W = 0.
        """
        if not len(self._free):
            return 0.0
        P, pulls = self._here.P, Z[self._free]
        squares = self._design.columns(self._free) ** 2
        curvature = squares.T @ (self._likelihood.weights[:, None] * P * (1 - P))
        steps = np.divide(pulls**2, curvature, out=np.zeros_like(pulls), where=curvature > 0)
        return max(float(np.abs(pulls).max()) * float(np.abs(self._W).sum()), float(steps.sum()))

    # ---- one model ------------------------------------------------------------------
    def _taking_part(self, ratios: Floats, alpha: float) -> Mask:
        """Entries (p, K) of the model: in already, free, and the strongest of those that pull."""
        price = self._separable.price[:, None]
        chosen: Mask = (self._W != 0) | (price == 0)
        others = np.flatnonzero((ratios > NEAR * alpha) & ~chosen & np.isfinite(price))
        most = max(FEWEST_ENTRIES, int(chosen.sum()))
        if len(others) > most:
            others = others[np.argpartition(-ratios.ravel()[others], most)[:most]]
        chosen.ravel()[others] = True
        return chosen

    def _step(self, chosen: Mask, Z: Floats, alpha: float) -> bool:
        """One proximal Newton step over these entries (p, K); whether it descends."""
        features, K, fits = np.flatnonzero(chosen.any(axis=1)), self._K, self._fits
        columns = self._design.columns(features)
        # the intercepts' column is as large as the others, or pivoting mistakes one kind for rounding
        unit = self.alpha_max if 0 < self.alpha_max < np.inf else 1.0
        model = ClassModel(
            columns, chosen[features], self._here.P, self._likelihood.weights, unit if fits else 0.0
        )

        def table(entries: Floats, intercepts: Floats) -> Floats:
            return np.vstack([entries, intercepts]) if fits else entries

        held = table(self._W[features], (self._b - self._b[-1]) / unit)
        price, ridge = (
            table(np.tile(x[features, None], K), np.zeros(K)) for x in (self._separable.price, self._ridge)
        )
        pulls, one_sided = table(Z[features], unit * self._here.balance), self._separable.is_one_sided
        goal, self._damping = model.minimum(
            pulls, held, price, ridge, one_sided, alpha, self.alpha_max, self._damping
        )
        if goal is None:
            return False
        step = goal - held
        step_W, step_b = step[: len(features)], unit * step[-1] if fits else np.zeros(K)
        return self._search(features, columns @ step_W, step_W, step_b, Z, alpha)

    def _search(
        self,
        features: Indices,
        move: Floats,
        step_W: Floats,
        step_b: Floats,
        Z: Floats,
        alpha: float,
    ) -> bool:
        """Armijo search along the step, the full step first."""
        before_R = self.penalty(self._W)
        before = self._here.loss + alpha * before_R
        W = self._W.copy()
        W[features] += step_W
        after_R = self.penalty(W)
        slope = -float((Z[features] * step_W).sum() + self._here.balance @ step_b)
        slope += alpha * (after_R - before_R)
        rounding = 1e-15 * (abs(before) + self.scale)

        def at(share: float) -> tuple[float, tuple[Floats, ClassPoint]]:
            b = self._b + share * step_b
            here = self._likelihood.at(self._linear + share * move + b)
            return here.loss + alpha * ((1 - share) * before_R + share * after_R), (b, here)

        found = armijo(at, before, slope, rounding)
        if found is None:
            return False
        share, _, (b, here) = found
        self._W[features] += share * step_W
        self._b, self._here = b, here
        used = np.flatnonzero(self._W.any(axis=1))  # afresh, since the gap is that of the weights
        self._linear = self._design.combinations(used, self._W[used])
        self._here = self._likelihood.at(self._linear + b)
        if self._fits:  # a dual point needs gradients that sum to 0 in each class
            self._b, self._here = self._likelihood.balanced(self._linear, b)
        return True
