"""Proximal Newton for many alphas at once on tall data: all that a turn reads of X are three products.

At points (w_k, b_k) of alphas k = 1 .. K, with g and h the loss's gradients and curvatures at
eta = X w + b, a turn needs

    X W (n, K),     X'Theta (p, K),     X' diag(h) X (m, m) among features that are near.

The intercept is eliminated: Theta has what the intercept sees of -g taken out, weighted by h, and
the Hessian is about the means that h gives. Hessians vary slowly along the path: they are made at
every few alphas and interpolated in between. The quadratic models, whose size does not depend on
n, are solved by pivoting on their Gram matrices.
Source: Lee, Sun, Saunders, SIAM J. Optim. 24 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..._kernels import ActiveSet
from ...norms.separable import Separable
from ...typing import Floats, Indices, Mask
from ..compiled_loss import compiled
from ..instance import Instance
from .active_set import walk

NEAR = 0.8
"""Share of alpha that a feature must pull to be in the Hessian."""

BETWEEN = 4
"""Alphas from one Hessian to the next."""

STEPS = (0.9, 0.98)
"""Ratios of the alphas over which a model is followed from its null point: long ones may stall."""

ARMIJO, MOST_HALVINGS = 1e-4, 30


@dataclass(eq=False)
class Points:
    """K points and what the loss says there.

    Attributes
    ----------
    alphas, intercepts, losses, penalties, totals, balances : (K,); `penalties` is R, `totals` the sum of
        the curvatures and `balances` that of -gradients.
    W : (p, K)
    etas, slopes, curvatures : (K, n), the last two with the samples' weights.
    """

    alphas: Floats
    W: Floats
    intercepts: Floats
    etas: Floats
    slopes: Floats
    curvatures: Floats
    losses: Floats
    penalties: Floats
    totals: Floats
    balances: Floats

    @property
    def misplaced(self) -> Floats:
        """(K,) what a better intercept alone would gain, to second order."""
        return 0.5 * self.balances**2 / self.totals

    def part(self, which: Indices) -> Points:
        """Some of the points."""
        values = {
            name: value[:, which] if name == "W" else value[which] for name, value in vars(self).items()
        }
        return Points(**values)

    @property
    def objectives(self) -> Floats:
        """(K,) f + alpha R."""
        return self.losses + self.alphas * self.penalties


@dataclass(frozen=True, eq=False)
class Hessian:
    """X'DX (m, m) among `features` (m,), about the means (m,) with an intercept."""

    features: Indices
    matrix: Floats
    means: Floats

    def among(self, features: Indices) -> tuple[Floats, Floats]:
        """The matrix and the means of some of its features."""
        if len(features) == len(self.features):
            return self.matrix, self.means
        places = np.searchsorted(self.features, features)
        return self.matrix[np.ix_(places, places)], self.means[places]


class GramNewton:
    """Newton's method on one set of rows.

    Parameters
    ----------
    instance : Instance whose loss is smooth, diagonal and curved.
    separable : Separable, the regulariser.
    """

    def __init__(self, instance: Instance, separable: Separable) -> None:
        self._instance, self._separable = instance, separable
        self._loss = compiled(instance)
        self._inverse = separable.inverse_price
        self._is_priced = separable.price > 0
        self._allowed = np.isfinite(separable.price)
        self._price = np.where(self._allowed, separable.price, 0.0)  # such a feature has weight 0
        self._hessians: list[Hessian] = []
        self._places: Floats = np.zeros(0)

    # ---- points --------------------------------------------------------------------
    def at(self, alphas: Floats, W: Floats, intercepts: Floats) -> Points:
        """Points with weights W (p, K)."""
        linear = self._linear(W)
        return self._points(alphas, W, intercepts, linear + intercepts[:, None])

    def _linear(self, W: Floats) -> Floats:
        design = self._instance.design
        if W.shape[1] == 1:
            return design.matvec(W[:, 0])[None, :]
        return np.ascontiguousarray(design.predictors(W).T)

    def _points(self, alphas: Floats, W: Floats, intercepts: Floats, etas: Floats) -> Points:
        K, n = etas.shape
        losses, slopes, curvatures = np.empty(K), np.empty((K, n)), np.empty((K, n))
        for k in range(K):
            losses[k], slopes[k], curvatures[k], _ = self._loss.at(etas[k])
        penalties = self._penalties(W)
        totals = curvatures.sum(axis=1)
        balances = -slopes.sum(axis=1) if self._instance.fit_intercept else np.zeros(K)
        return Points(alphas, W, intercepts, etas, slopes, curvatures, losses, penalties, totals, balances)

    def _penalties(self, W: Floats) -> Floats:
        squares = 0.0 if self._separable.ridge is None else 0.5 * self._separable.ridge @ W**2
        return np.asarray(self._price @ np.abs(W) + squares)

    # ---- conditions ----------------------------------------------------------------
    def pulls(self, points: Points) -> Floats:
        """Z (p, K), X'theta with the intercept's part taken out of theta."""
        thetas = -points.slopes
        if self._instance.fit_intercept:
            thetas -= points.curvatures * (points.balances / points.totals)[:, None]
        return self._instance.design.products(thetas)

    def ratios(self, points: Points, Z: Floats) -> Floats:
        """(p, K) what each feature pulls over its price, relative to alpha; 1 at most where optimal."""
        Z = Z if self._separable.ridge is None else Z - points.alphas * self._ridge[:, None] * points.W
        q = Z if self._inverse is None else Z * self._inverse[:, None]
        return (q if self._separable.is_one_sided else np.abs(q)) / points.alphas

    @property
    def _ridge(self) -> Floats:
        assert self._separable.ridge is not None
        return np.where(self._allowed, self._separable.ridge, 0.0)

    def unmet(self, points: Points, Z: Floats, ratios: Floats) -> Floats:
        """(K,) the largest violation of a condition, relative to alpha."""
        is_in = points.W != 0
        wrong = np.where(is_in, np.abs(ratios - 1), ratios - 1)
        wrong[~self._is_priced] = 0.0
        worst = np.maximum(wrong.max(axis=0, initial=0.0), 0.0)
        free = ~self._is_priced
        if free.any():
            slope = (
                Z[free]
                if self._separable.ridge is None
                else Z[free] - points.alphas * (self._ridge[free, None] * points.W[free])
            )
            worst = np.maximum(worst, np.abs(slope).max(axis=0) / points.alphas)
        return np.where(np.isfinite(worst), worst, np.inf)

    def near(self, points: Points, ratios: Floats) -> Mask:
        """(p, K) features that a model is to know."""
        is_near: Mask = (ratios > NEAR) | (points.W != 0)
        is_near[~self._is_priced] = True
        is_near[~self._allowed] = False
        return is_near

    # ---- Hessians ------------------------------------------------------------------
    def renew(self, points: Points, near: Mask) -> None:
        """Hessians at every few points, each of what is near until the next."""
        K = len(points.alphas)
        anchors = np.unique(np.append(np.arange(0, K, BETWEEN if K > 2 else 1), K - 1))
        self._hessians, self._places = [], -np.log(points.alphas[anchors])
        for i, k in enumerate(anchors):
            first = anchors[i - 1] if i else 0
            last = anchors[min(i + 1, len(anchors) - 1)]
            features = np.flatnonzero(near[:, first : last + 1].any(axis=1))
            self._hessians.append(self._hessian(features, points.curvatures[k], float(points.totals[k])))

    def _hessian(self, features: Indices, curvature: Floats, total: float) -> Hessian:
        design, centre = self._instance.design, self._instance.fit_intercept
        if len(features) == 0 or not total > 0:
            return Hessian(features, np.zeros((len(features),) * 2), np.zeros(len(features)))
        everything = None if len(features) == design.shape[1] else features
        matrix, means = design.gram(curvature / total, centre, None, everything)
        return Hessian(features, total * matrix, means if centre else np.zeros(len(features)))

    def _model(self, alpha: float, near: Indices) -> tuple[Indices, Floats, Floats]:
        """Known features, Hessian and means between two Hessians, linear in log(alpha)."""
        if len(self._hessians) == 1:
            only = self._hessians[0]
            features = near if np.array_equal(near, only.features) else _common(near, only.features)
            return (features, *only.among(features))
        place = np.interp(-np.log(alpha), self._places, np.arange(len(self._places)))
        low = min(int(place), len(self._hessians) - 1)
        high, share = min(low + 1, len(self._hessians) - 1), float(place) - low
        first, second = self._hessians[low], self._hessians[high]
        features = _common(near, first.features)
        if share == 0 or high == low:
            return (features, *first.among(features))
        features = _common(features, second.features)
        (G, a), (H, b) = first.among(features), second.among(features)
        return features, (1 - share) * G + share * H, (1 - share) * a + share * b

    def knows(self, near: Mask, alphas: Floats) -> bool:
        """Whether the Hessians there are have all the features (p, K) that are near."""
        return bool(self._hessians) and all(
            len(self._model(float(alpha), wanted)[0]) == len(wanted)
            for alpha, wanted in zip(alphas, map(np.flatnonzero, near.T), strict=True)
        )

    # ---- steps ---------------------------------------------------------------------
    def step(self, points: Points, Z: Floats, near: Mask) -> Points | None:
        """Each point to the minimum of its model, or on the way there; None if a model is not solved."""
        W, b = points.W.copy(), points.intercepts.copy()
        gains = np.zeros(len(b))
        for k, alpha in enumerate(points.alphas):
            features, H, means = self._model(float(alpha), np.flatnonzero(near[:, k]))
            start = points.W[features, k]
            outside = points.W[:, k] != 0
            outside[features] = False
            if outside.any():  # no Hessian knows them yet
                return None
            found = self.minimise(H, Z[features, k], start, float(alpha), features)
            if found is None:
                return None
            move = found - start
            W[features, k] = found
            gains[k] = float(0.5 * move @ H @ move - Z[features, k] @ move)
            if self._instance.fit_intercept:
                b[k] += points.balances[k] / points.totals[k] - float(means @ move)
                gains[k] -= 0.5 * points.balances[k] ** 2 / points.totals[k]
        gains += points.alphas * (self._penalties(W) - points.penalties)
        return self._searched(points, self.at(points.alphas, W, b), np.minimum(gains, 0.0))

    def minimise(self, H: Floats, z: Floats, start: Floats, alpha: float, features: Indices) -> Floats | None:
        """argmin over v (m,) of (v - w)'H(v - w)/2 - z'(v - w) + alpha R(v)."""
        m = len(features)
        if m == 0:
            return start
        separable, price = self._separable, self._price[features]
        ridge = None if separable.ridge is None else np.ascontiguousarray(self._ridge[features])
        c = z + H @ start
        slots, free = np.arange(m), price == 0
        members = np.flatnonzero((start != 0) | free)
        signs = np.where(free[members], 0.0, np.sign(start[members]))
        largest = float((np.abs(z[~free]) / price[~free]).max(initial=0.0))
        is_cold = not (start[~free] != 0).any() and largest > alpha
        for ratio in STEPS if is_cold else STEPS[:1]:
            active = ActiveSet(m + 1)
            active.hold_gram(np.ascontiguousarray(H))
            active.set_quadratic(None, None, None, c, price, ridge, separable.is_one_sided)
            active.retarget(members, signs, alpha)
            alphas, before = np.array([alpha]), -1.0
            if is_cold:  # along the model's own path
                count = int(np.ceil(np.log(largest / alpha) / -np.log(ratio)))
                alphas, before = largest * (alpha / largest) ** (np.arange(1, count + 1) / count), largest
            found = walk(active, slots, alphas, before)
            if len(found) == len(alphas):
                weights, size = np.zeros(m), int(found.sizes[-1])
                weights[found.members[-1, :size]] = found.weights[-1, :size]
                return weights
        return None

    def _searched(self, now: Points, goal: Points, gains: Floats) -> Points:
        """Points between, where a whole step does not lower the objective; etas are linear on the way."""
        rounding = 1e-14 * (np.abs(now.objectives) + self._instance.scale)
        share = 1.0
        for _ in range(MOST_HALVINGS):
            fails = np.flatnonzero(~(goal.objectives <= now.objectives + ARMIJO * share * gains + rounding))
            if len(fails) == 0:
                return goal
            share *= 0.5
            between = self._points(
                now.alphas[fails],
                now.W[:, fails] + 0.5 * (goal.W[:, fails] - now.W[:, fails]),
                now.intercepts[fails] + 0.5 * (goal.intercepts[fails] - now.intercepts[fails]),
                now.etas[fails] + 0.5 * (goal.etas[fails] - now.etas[fails]),
            )
            put(goal, fails, between)
        return goal


def put(points: Points, places: Indices, others: Points) -> None:
    """Replace some of the points."""
    for name, value in vars(others).items():
        if name == "W":
            points.W[:, places] = value
        else:
            getattr(points, name)[places] = value


def _common(features: Indices, others: Indices) -> Indices:
    """Features that are in both of two ascending lists."""
    return np.intersect1d(features, others, assume_unique=True)
