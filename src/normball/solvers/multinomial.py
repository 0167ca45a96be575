"""Several classes: multinomial logistic regression with a separable regulariser on every entry of W.

    f(W, b) = sum_i v_i (log sum_k exp(eta_ik) - eta_{i, y_i}),   eta = X W + b,   W (p, K),

plus alpha sum_jk (price_j |W_jk| + ridge_j W_jk^2 / 2). Proximal Newton: around the present
point f is replaced by its quadratic model, whose Hessian between the entries (j, k) and
(l, m) is sum_i v_i x_ij x_il (delta_km P_ik - P_ik P_im); among the features that pull almost
hard enough the compiled pivoting solves the model exactly, a search takes the step, and a
pass over X finds what else is to enter (Friedman, Hastie, Tibshirani, J. Stat. Softw. 33,
2010, for the model; theirs is solved class by class). The last intercept is fixed, since a
common shift of all classes changes nothing; the mean of the intercepts is made 0 at the end.

The certificate: the conjugate of f at G = V (Q - Y), Q with rows in the simplex, is
sum_i v_i sum_k Q_ik log Q_ik, so that s in [0, 1] and Q = s P + (1 - s) Y give a dual point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from .._kernels import ActiveSet
from ..designs.base import Design
from ..norms.separable import Separable
from ..typing import Floats, Indices
from .active_set import walk
from .class_likelihood import ClassLikelihood
from .smooth.class_newton import ClassNewton

MOST_MODELS = 100
RIDGE_SHARE = 1e-8
"""Share of the tolerance that a ridge solve leaves: weights are uncertain by the root of a gap."""
RIDGE_PRECISION = 1e-20
"""Gap of the ridge solves that a level is looked for with: R is uncertain by its root."""
NEAR = 0.8
"""Share of its price from which a feature takes part in a model."""
LEAST_DAMPING, MOST_DAMPING = 1e-10, 1.0
"""Share of its diagonal that is added to the model's Hessian, around the present point: more where the
model is degenerate (a feature in all classes at once changes nothing) and pivoting finds no end."""
MODEL_RATIO = 0.8
"""Ratio of neighbouring alphas along a model's own path."""
FREE_SHARE = 1e-14
"""Share of the loss to which entries without a price are fitted before alpha_max is read."""
FEWEST_ENTRIES = 50
"""Features that may enter a model at once; more where more are in."""


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
        self._newton: ClassNewton | None = None
        if self._is_ridge and (self._ridge > 0).all():
            self._newton = ClassNewton(design, self._likelihood, self._ridge, fit_intercept, self._b)
        self._free = np.flatnonzero((separable.price == 0) & (self._ridge == 0))
        for _ in range(MOST_MODELS if len(self._free) else 0):  # alpha_max is that of their best fit
            Z = self._pulls()
            if self._unmet(Z) <= FREE_SHARE * self.scale or not self._step(self._free, Z, 1.0):
                break
        at_zero = self._ratios(self._pulls(), 0.0)
        self.alpha_max = (
            np.inf
            if self._is_ridge and len(self._free) < len(self._ridge)
            else float(at_zero.max(initial=0.0))
        )

    def solve(self, alpha: float, tolerance: float, least: int = 0) -> ClassWeights:
        """The solution at alpha > 0, from the last one on, by `least` models or more."""
        if self._newton is not None:
            precision = RIDGE_PRECISION if least else max(RIDGE_SHARE * tolerance, RIDGE_PRECISION)
            return self._solve_ridge(self._newton, alpha, precision)
        best, n_stalled, n_models = np.inf, 0, 0
        while True:
            Z = self._pulls()
            ratios = self._ratios(Z, alpha)
            gap = self._gap(alpha, Z, ratios)
            n_stalled = 0 if gap < 0.5 * best else n_stalled + 1
            best = min(gap, best)
            if (gap <= tolerance and n_models >= least) or n_stalled > 5 or n_models == MOST_MODELS:
                break
            n_models += 1
            if not self._step(self._taking_part(ratios.max(axis=1), alpha), Z, alpha):
                n_stalled += 1
        return ClassWeights(self._W.copy(), self._b - self._b.mean(), gap, self._here.loss, n_models, Z)

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
        return ClassWeights(W, self._b - self._b.mean(), gap, self._here.loss, n_steps, Z)

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
        linear, squares = self._penalty(self._W)
        primal = self._here.loss + alpha * (linear + squares)
        largest = float(ratios.max(initial=0.0))
        s = 1.0 if self._is_ridge else min(1.0, alpha / max(largest, 1e-300))
        Q = s * self._here.P + (1 - s) * self._likelihood.Y
        dual = -float(self._likelihood.weights @ xlogy(Q, Q).sum(axis=1))
        if self._is_ridge:
            squares = (Z**2).sum(axis=1)
            squares = np.divide(squares, self._ridge, out=np.zeros(len(squares)), where=self._ridge > 0)
            dual -= float(squares.sum()) / (2 * alpha)
        else:
            dual -= s**2 * alpha * squares
        unmet = self._unmet(Z)
        if self._fits:
            unmet += float(np.abs(self._here.balance) @ np.abs(self._b))
        gap = primal - dual + unmet
        return max(gap, 0.0) / self.scale

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
    def _taking_part(self, ratios: Floats, alpha: float) -> Indices:
        """Features of the model: in already, free, and the strongest of those that pull."""
        price = self._separable.price
        certain = self._W.any(axis=1) | (price == 0)
        others = np.flatnonzero((ratios > NEAR * alpha) & ~certain & np.isfinite(price))
        most = max(FEWEST_ENTRIES, int(certain.sum()))
        if len(others) > most:
            others = others[np.argpartition(-ratios[others], most)[:most]]
        certain[others] = True
        return np.flatnonzero(certain)

    def _step(self, features: Indices, Z: Floats, alpha: float) -> bool:
        """One proximal Newton step over the entries of these features; whether it descends."""
        K, m, n_free = self._K, len(features), (self._K - 1 if self._fits else 0)
        columns = self._design.columns(features)
        extended = np.column_stack([columns, np.ones(len(columns))]) if self._fits else columns
        width = extended.shape[1]
        P, H = self._here.P, np.zeros((K, width, K, width))
        for k in range(K):
            for other in range(k + 1):
                weight = self._likelihood.weights * P[:, k] * ((k == other) - P[:, other])
                H[k, :, other] = H[other, :, k] = extended.T @ (weight[:, None] * extended)
        keep = np.ones((K, width), dtype=bool)
        if self._fits:
            keep[-1, m] = False  # the intercept of the last class
        H = np.ascontiguousarray(H.reshape(K * width, K * width)[np.ix_(keep.ravel(), keep.ravel())])
        diagonal = np.diagonal(H).copy()
        pull = np.zeros((K, width))
        pull[:, :m] = Z[features].T
        held = np.zeros((K, width))
        held[:, :m] = self._W[features].T
        price, ridge = np.zeros((K, width)), np.zeros((K, width))
        price[:, :m], ridge[:, :m] = self._separable.price[features], self._ridge[features]
        if self._fits:
            pull[:, m] = self._here.balance
            held[:, m] = self._b - self._b[-1]
        start, goal = held[keep], None
        while goal is None and self._damping <= MOST_DAMPING:
            H[np.diag_indices_from(H)] = diagonal * (1 + self._damping)
            goal = self._minimise_model(H, pull[keep] + H @ start, price[keep], ridge[keep], start, alpha)
            self._damping = 30 * self._damping if goal is None else max(LEAST_DAMPING, 0.1 * self._damping)
        if goal is None:
            return False
        full = np.zeros((K, width))
        full[keep] = goal
        step_W = full[:, :m].T - self._W[features]
        step_b = full[:, m] - held[:, m] if n_free else np.zeros(K)
        return self._search(features, columns @ step_W, step_W, step_b, Z, alpha)

    def _minimise_model(
        self, H: Floats, c: Floats, price: Floats, ridge: Floats, start: Floats, alpha: float
    ) -> Floats | None:
        active = ActiveSet(max(64, int((start != 0).sum()) + 64))
        active.hold_gram(H)
        one_sided = self._separable.is_one_sided
        active.set_quadratic(None, None, None, c, price, ridge if ridge.any() else None, one_sided)
        members = np.flatnonzero((start != 0) | (price == 0))
        active.retarget(members, np.where(price[members] > 0, np.sign(start[members]), 0.0), alpha)
        slots = np.arange(len(c))
        found = walk(active, slots, np.array([alpha]), -1.0)
        if len(found) == 0:  # too long a way for pivoting: along the model's own path instead
            free = np.flatnonzero(price == 0)
            active.retarget(free, np.zeros(len(free)), alpha, rebuild=True)
            count = int(np.ceil(np.log(self.alpha_max / alpha) / -np.log(MODEL_RATIO))) if price.any() else 0
            alphas = alpha * MODEL_RATIO ** -np.arange(max(count, 0) + 3.0)[::-1]
            found = walk(active, slots, alphas, -1.0)
            if len(found) < len(alphas):
                return None
        goal = np.zeros(len(c))
        size = found.sizes[-1]
        goal[found.members[-1, :size]] = found.weights[-1, :size]
        return goal

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
        share = 1.0
        for _ in range(40):
            b = self._b + share * step_b
            here = self._likelihood.at(self._linear + share * move + b)
            value = here.loss + alpha * ((1 - share) * before_R + share * after_R)
            if value <= before + 1e-4 * share * min(slope, 0.0) + rounding:
                break
            share *= 0.5
        else:
            return False
        self._W[features] += share * step_W
        self._b, self._here = b, here
        used = np.flatnonzero(self._W.any(axis=1))  # afresh, since the gap is that of the weights
        self._linear = self._design.combinations(used, self._W[used])
        self._here = self._likelihood.at(self._linear + b)
        if self._fits:  # a dual point needs gradients that sum to 0 in each class
            self._b, self._here = self._likelihood.balanced(self._linear, b)
        return True
