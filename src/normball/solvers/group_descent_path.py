"""Squared error with groups: block coordinate descent on the Gram matrix of the groups met so far.

With weights v (sum 1) and X, y centred by them (an eliminated intercept),

    f = |V^1/2 (y - X w)|^2 / 2,   G = X'VX,   c = X'V y,   r = c - G w = X'(-grad f).

G is kept among the groups that ever entered, and grows as they enter. A group is held in the
coordinates in which its block of G is diagonal (X_g Q for X_g'VX_g = Q D Q'), without those in
which it vanishes: the length of w_g is the same there, and collinear columns do no harm.

One alpha starts from the secant of the last two points, extrapolated in log(alpha); the compiled
descent (src/kernels/block_descent.hpp) settles the groups that are in, a look at the candidates
finds those that are to enter. Where descent is slow, one step of Newton's method on the groups that
are not zero (Hessian G + alpha price_g / |w_g| (I - w_g w_g' / |w_g|^2)) carries it further.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.linalg import solve

from .._kernels import descend_groups
from ..norms.blocks import Blocks
from ..norms.separable import Separable
from ..typing import Floats, Indices
from .candidates import Candidates
from .groups import GroupPoint, group_batch, lengths, sums
from .instance import Instance
from .restricted import Batch, Restricted, certify_batch, separable_gap

MOST_SWEEPS = 60
"""Sweeps after which Newton's method takes a step."""
MOST_ROUNDS = 60
COARSE = 1e-3
"""Change of the pulls, relative to alpha, at which a first look is taken at what is to enter."""
VANISHING = 1e-13
"""Share of a group's largest eigenvalue up to which another is taken for zero."""
NEAR = 0.7
"""Share of its price from which a group is looked at before the others have settled."""
FINEST = 1e-14
"""Change of the pulls, relative to alpha, that is rounding."""
SHARE_OF_GAP = 0.5
"""A gap is at most R alpha times the unmet condition; it is asked to be this share of the tolerance."""


class _Entered:
    """The groups that ever entered, in the order in which they did, in their own coordinates.

    Attributes
    ----------
    groups : (k,) ; starts : (k + 1,), first coordinate of each group.
    features : (m,) of the groups, group after group.
    weights, pulls, c, means : (s,) w, r = c - G w, c, and means of the rotated columns.
    """

    def __init__(self, instance: Instance, blocks: Blocks) -> None:
        self._instance, self._blocks = instance, blocks
        v = instance.sample_weight
        self._root = np.sqrt(v)
        self.y = instance.y - float(v @ instance.y) if instance.fit_intercept else instance.y
        self._target = self._root * self.y
        self._columns = np.zeros((instance.n_samples, 0), order="F")
        self._gram = np.zeros((0, 0))
        self.groups: Indices = np.zeros(0, dtype=np.intp)
        self.features: Indices = np.zeros(0, dtype=np.intp)
        self.starts: Indices = np.zeros(1, dtype=np.int64)
        self._is_in = np.zeros(len(blocks.price), dtype=bool)
        self.means, self.weights, self.pulls, self.c, self._values = (np.zeros(0) for _ in range(5))
        self._rotation = sparse.csr_array((0, 0))

    @property
    def sizes(self) -> Indices:
        return np.diff(self.starts)

    def gram(self) -> Floats:
        """G among the coordinates that entered, (s, s)."""
        size = len(self.weights)
        return self._gram[:size, :size]

    def enter(self, groups: Indices) -> None:
        """Let groups in, with weight 0."""
        groups = groups[~self._is_in[groups]]
        if len(groups) == 0:
            return
        features = self._blocks.members(groups)
        columns = self._instance.design.columns(features)
        means = np.zeros(len(features))
        if self._instance.fit_intercept:
            means = self._instance.sample_weight @ columns
            columns = columns - means
        columns = self._root[:, None] * columns
        ends = np.cumsum(self._blocks.sizes(groups))
        bases, values = [], []
        for part in map(slice, np.concatenate([[0], ends[:-1]]), ends):
            of_group, basis = np.linalg.eigh(columns[:, part].T @ columns[:, part])
            counts = of_group > VANISHING * of_group[-1]
            bases.append(basis[:, counts])
            values.append(of_group[counts])
        rotation = sparse.csr_array(sparse.block_diag(bases, format="csr"))
        self._append(columns @ rotation, rotation.T @ means, np.concatenate(values))
        self._rotation = sparse.csr_array(sparse.block_diag([self._rotation, rotation], format="csr"))
        self._is_in[groups] = True
        self.groups = np.concatenate([self.groups, groups])
        self.features = np.concatenate([self.features, features])
        sizes = [len(of_group) for of_group in values]
        self.starts = np.concatenate([self.starts, self.starts[-1] + np.cumsum(sizes)])
        self.refresh()

    def _append(self, columns: Floats, means: Floats, values: Floats) -> None:
        old, size = len(self.weights), len(self.weights) + len(means)
        if size > len(self._gram):
            room = max(2 * len(self._gram), size, 128)
            gram, held = np.zeros((room, room)), np.empty((self._instance.n_samples, room), order="F")
            gram[:old, :old] = self._gram[:old, :old]
            held[:, :old] = self._columns[:, :old]
            self._gram, self._columns = gram, held
        self._columns[:, old:size] = columns
        rows = columns.T @ self._columns[:, :size]
        self._gram[old:size, :size] = rows
        self._gram[:size, old:size] = rows.T
        self.means = np.concatenate([self.means, means])
        self.c = np.concatenate([self.c, columns.T @ self._target])
        self.weights = np.concatenate([self.weights, np.zeros(len(means))])
        self._values = np.concatenate([self._values, values])

    def feature_weights(self) -> Floats:
        """Weights (m,) of the features themselves."""
        return np.asarray(self._rotation @ self.weights)

    def set_feature_weights(self, weights: Floats) -> None:
        """Take weights (m,) of the features."""
        self.weights = np.asarray(self._rotation.T @ weights)
        self.refresh()

    def refresh(self) -> None:
        """The pulls, without the rounding of many updates."""
        self.pulls = self.c - self.gram() @ self.weights

    def price(self) -> Floats:
        return np.asarray(self._blocks.price[self.groups])

    def norm(self) -> float:
        return float(self.price() @ lengths(self.weights, self.sizes))

    def excess(self, alpha: float) -> float:
        """Objective at alpha, up to the constant |y|^2 / 2."""
        return alpha * self.norm() - 0.5 * float(self.weights @ (self.c + self.pulls))

    def residual(self) -> Floats:
        """V^1/2 (y - X w), (n,)."""
        held = np.flatnonzero(self.weights)
        if len(held) < len(self.weights) // 2:
            return np.asarray(self._target - self._columns[:, held] @ self.weights[held])
        return np.asarray(self._target - self._columns[:, : len(self.weights)] @ self.weights)

    def direction(self, residual: Floats) -> Floats:
        """-grad f, (n,)."""
        return self._root * residual

    def predictor(self, residual: Floats, intercept: float) -> Floats:
        """X w + b, (n,), for rows of any weight."""
        seen = self._root > 0
        centre = np.where(seen, residual / np.where(seen, self._root, 1.0), 0.0)
        linear = self.y - centre
        return np.asarray(linear + (self._instance.y - self.y)) if seen.all() else linear + intercept

    def descend(self, alpha: float, precision: float) -> bool:
        """Sweeps until the pulls change by less than precision * alpha; whether they got there."""
        count = descend_groups(
            self._gram,
            self.starts,
            self._values,
            self.price(),
            alpha,
            precision,
            MOST_SWEEPS,
            self.weights,
            self.pulls,
        )
        return count <= MOST_SWEEPS

    def newton(self, alpha: float) -> None:
        """A step of Newton's method on the groups that are not zero, halved until it descends."""
        size = lengths(self.weights, self.sizes)
        of_support = np.repeat(size > 0, self.sizes)
        held = np.flatnonzero(of_support)
        if len(held) == 0:
            return
        sizes = self.sizes[size > 0]
        stiffness = np.repeat(alpha * self.price()[size > 0] / size[size > 0], sizes)
        unit = self.weights[held] / np.repeat(size[size > 0], sizes)
        H = self._gram[np.ix_(held, held)]
        ends = np.cumsum(sizes)
        for start, end in zip(ends - sizes, ends, strict=True):
            part = slice(start, end)
            H[part, part] += stiffness[start] * (np.eye(end - start) - np.outer(unit[part], unit[part]))
        H[np.diag_indices_from(H)] += 1e-13 * float(np.trace(H)) / len(H)
        try:
            step = solve(H, self.pulls[held] - stiffness * self.weights[held], assume_a="pos")
        except np.linalg.LinAlgError:
            return
        # a group that would be carried through zero leaves
        leaves = sums((self.weights[held] + step) * self.weights[held], sizes) <= 0
        step = np.where(np.repeat(leaves, sizes), -self.weights[held], step)
        weights, pulls, before = self.weights, self.pulls, self.excess(alpha)
        for halvings in range(12):
            self.weights = weights.copy()
            self.weights[held] += 0.5**halvings * step
            self.refresh()
            if self.excess(alpha) < before:
                return
        self.weights, self.pulls = weights, pulls


class GroupDescentPath(Restricted):
    """The path of squared error with groups, restricted to candidates.

    Parameters
    ----------
    instance : Instance with squared error.
    blocks : Blocks
    tolerance : float, relative gap among the candidates to stop at.
    """

    def __init__(self, instance: Instance, blocks: Blocks, tolerance: float) -> None:
        self._instance, self._blocks, self._tolerance = instance, blocks, tolerance
        self._store = Candidates(instance.design, Separable(np.ones(instance.n_features)))
        self._entered = _Entered(instance, blocks)
        self._earlier: tuple[Floats, float] | None = None
        self._near: Indices = np.zeros(0, dtype=np.intp)

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        entered = self._entered
        entered.enter(np.unique(self._blocks.label[features]))
        held = np.zeros(self._instance.n_features)
        held[features] = weights
        entered.set_feature_weights(held[entered.features])
        self._earlier = None

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        groups = np.unique(self._blocks.label[candidates])
        self._store.admit(self._blocks.members(groups))
        self._near = groups
        points, directions, largest = [], [], []
        for alpha in alphas.tolist():
            weights = self._entered.weights.copy()
            if self._earlier is not None:
                self._extrapolate(*self._earlier, alpha_before, alpha)
            found = self._solve_one(groups, alpha)
            self._earlier = (weights, alpha_before) if found is not None and alpha_before > alpha else None
            if found is None:
                break
            alpha_before = alpha
            points.append(found[0])
            directions.append(found[1])
            largest.append(found[2])
        return group_batch(
            self._instance, self._blocks, alphas, points, np.array(directions), np.array(largest)
        )

    def certify(self, batch: Batch, largest: Floats) -> Floats:
        return certify_batch(self._instance, None, batch, largest)

    def _extrapolate(self, earlier: Floats, alpha_earlier: float, alpha_now: float, alpha: float) -> None:
        """Move along the secant from earlier weights, if that lowers the objective at alpha."""
        entered = self._entered
        weights, pulls, before = entered.weights, entered.pulls, entered.excess(alpha)
        steps = min(np.log(alpha_now / alpha) / np.log(alpha_earlier / alpha_now), 2.0)
        known = np.zeros(len(weights))
        known[: len(earlier)] = earlier
        proposal = weights + steps * (weights - known)
        # a group that would turn round is about to leave
        stays = sums(weights * proposal, entered.sizes) > 0
        entered.weights = proposal * np.repeat(stays, entered.sizes)
        entered.refresh()
        if not entered.excess(alpha) < before:
            entered.weights, entered.pulls = weights, pulls

    def _solve_one(self, groups: Indices, alpha: float) -> tuple[GroupPoint, Floats, float] | None:
        """The point at alpha, -grad f there, and the largest pull over price among the candidates."""
        instance, entered = self._instance, self._entered
        looked_at, precision = self._near, COARSE
        for _ in range(MOST_ROUNDS):
            if not entered.descend(alpha, precision):
                entered.newton(alpha)
                continue
            residual = entered.residual()
            direction = entered.direction(residual)
            ratio = self._ratios(looked_at, direction)
            norm, is_whole = entered.norm(), looked_at is groups
            if is_whole:
                self._near = groups[ratio > NEAR * alpha]
                largest = float(ratio.max(initial=0.0))
                loss = 0.5 * float(residual @ residual)
                gap = separable_gap(instance, alpha, loss, norm, 0.0, direction, largest)
                if gap <= self._tolerance or (precision <= FINEST and gap <= 1e3 * self._tolerance):
                    return self._point(residual), direction, largest
                if precision <= FINEST:
                    return None
            entered.enter(looked_at[ratio > alpha])
            wanted = SHARE_OF_GAP * self._tolerance * instance.scale / max(alpha * norm, 1e-300)
            precision = max(min(wanted, 0.1 * precision), FINEST)
            looked_at = groups
        return None

    def _ratios(self, groups: Indices, direction: Floats) -> Floats:
        """Pull over price of candidate groups."""
        blocks = self._blocks
        slots = self._store.slots(blocks.members(groups))
        z = self._store.active.inner_products(slots, direction[None, :])[:, 0]
        return lengths(z, blocks.sizes(groups)) / blocks.price[groups]

    def _point(self, residual: Floats) -> GroupPoint:
        instance, entered = self._instance, self._entered
        is_in = lengths(entered.weights, entered.sizes) > 0
        order = np.argsort(entered.groups[is_in])
        groups = entered.groups[is_in][order]
        held = np.zeros(instance.n_features)
        held[entered.features] = entered.feature_weights()
        intercept = 0.0
        if instance.fit_intercept:
            centre = float(instance.sample_weight @ instance.y)
            intercept = centre - float(entered.means @ entered.weights)
        eta = entered.predictor(residual, intercept)
        return GroupPoint(groups, held[self._blocks.members(groups)], intercept, eta)
