"""The groups that entered a path: their columns, Gram matrix and weights; descent and Newton on them.

A group is held in the coordinates in which its block of G = X'VX is diagonal (X_g Q for
X_g'VX_g = Q D Q'), without those in which it is zero: the length of w_g is the same there,
and collinear columns do no harm. Where D spans many digits it comes from the columns, since
their Gram matrix has lost what is small. With k responses W is (p, k), and |W_g| counts all of them.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from ..._kernels import descend_groups
from ...designs.base import Design
from ...norms.blocks import Blocks
from ...typing import Floats, Indices
from .coordinates import own_coordinates
from .points import sums

MOST_SWEEPS = 60
"""Sweeps before the first step of Newton's method."""
SWEEPS_BETWEEN = 25
"""Sweeps between steps: they let groups in and out, the steps do the rest."""
MOST_STEPS = 60
"""Steps of Newton's method between descents."""
MOST_HALVINGS = 12
LARGEST_SYSTEM = 4000
"""Unknowns up to which Newton's method takes a step."""


class EnteredGroups:
    """The groups that ever entered, in the order in which they did, in their own coordinates.

    Parameters
    ----------
    design : Design (n, p) ; Y : (n, k) responses
    sample_weight : (n,) > 0, sums to 1
    fit_intercept : bool, whether columns and responses are centred
    blocks : Blocks over the p features

    Attributes
    ----------
    groups, sizes, price : (g,) ; starts : (g + 1,), first coordinate of each group.
    features : (m,) of the groups, group after group.
    means : (s,) of the rotated columns.
    weights, pulls, c : (k, s) w, r = c - (G + ridge) w, c.
    ridge : float, of the term ridge |w|^2 / 2.
    """

    def __init__(
        self, design: Design, Y: Floats, sample_weight: Floats, fit_intercept: bool, blocks: Blocks
    ) -> None:
        self._design, self._blocks, self._v = design, blocks, sample_weight
        self._is_centred = fit_intercept
        self._root = np.sqrt(sample_weight)[:, None]
        self._take(Y)
        self._columns = np.zeros((len(Y), 0), order="F")
        self._gram = np.zeros((0, 0))
        self.ridge = 0.0
        self.groups: Indices = np.zeros(0, dtype=np.intp)
        self.features: Indices = np.zeros(0, dtype=np.intp)
        self.starts: Indices = np.zeros(1, dtype=np.int64)
        self.sizes: Indices = np.zeros(0, dtype=np.intp)
        self.price: Floats = np.zeros(0)
        self._is_in = np.zeros(len(blocks.price), dtype=bool)
        self.means, self._squares = np.zeros(0), np.zeros(0)
        self.weights, self.pulls, self.c = (np.zeros((Y.shape[1], 0)) for _ in range(3))
        self._entries: tuple[Floats, Indices] = (np.zeros(0), np.zeros(0, dtype=np.int64))
        self._row_ends: Indices = np.zeros(1, dtype=np.int64)
        self._rotation: sparse.csr_array | None = None

    def _take(self, Y: Floats) -> None:
        self._Y, k = Y, Y.shape[1]
        self.centre = self._v @ Y if self._is_centred else np.zeros(k)
        self.target = self._root * (Y - self.centre)
        self._square = float((self.target**2).sum())

    def set_target(self, Y: Floats) -> None:
        """Take other responses (n, k); `refresh` is left to who sets the weights."""
        self._take(Y)
        self.c = self.target.T @ self._columns[:, : len(self.means)]

    def gram(self) -> Floats:
        """G + ridge among the coordinates that entered, (s, s)."""
        size = len(self.means)
        return self._gram[:size, :size]

    def enter(self, groups: Indices) -> None:
        """Let groups in, with weight 0, but for those whose columns vanish.

        Those that pull most come first: descent costs least where the groups that stay 0 are last.
        """
        groups = groups[~self._is_in[groups]]
        if len(groups) == 0:
            return
        features = self._blocks.members(groups)
        columns = self._design.columns(features)
        means = self._v @ columns if self._is_centred else np.zeros(len(features))
        columns = self._root * (columns - means)
        sizes = self._blocks.sizes(groups)
        z = columns.T @ self.residual(self.weights)
        ratio = np.sqrt(sums((z**2).sum(axis=1), sizes)) / self._blocks.price[groups]
        ends, found = np.cumsum(sizes), own_coordinates(columns, sizes)
        self._is_in[groups] = True
        order = [place for place in np.argsort(-ratio) if found[place][0].shape[1]]
        if not order:
            return
        parts = [slice(ends[place] - sizes[place], ends[place]) for place in order]
        groups, bases = groups[order], [found[place][0] for place in order]
        features = self._blocks.members(groups)
        moved = [means[part] @ basis for part, basis in zip(parts, bases, strict=True)]
        self._append(np.hstack([found[place][1] for place in order]), np.concatenate(moved))
        self._turn_more(bases)
        self.groups = np.concatenate([self.groups, groups])
        self.features = np.concatenate([self.features, features])
        self.sizes = np.concatenate([self.sizes, [basis.shape[1] for basis in bases]])
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)])
        self.price = self._blocks.price[self.groups]
        self.refresh()

    def _turned(self) -> sparse.csr_array:
        """(m, s) from the groups' own coordinates to their features."""
        if self._rotation is None:
            shape = (len(self.features), len(self.means))
            self._rotation = sparse.csr_array((*self._entries, self._row_ends), shape=shape)
        return self._rotation

    def _turn_more(self, bases: list[Floats]) -> None:
        """Append the bases of groups that enter to the rotation."""
        starts = self.starts[-1] + np.cumsum([0, *(basis.shape[1] for basis in bases)])
        places = [
            np.tile(np.arange(start, start + basis.shape[1]), len(basis))
            for start, basis in zip(starts, bases, strict=False)
        ]
        counts = np.concatenate([np.full(len(basis), basis.shape[1]) for basis in bases])
        data, known = self._entries
        self._entries = (
            np.concatenate([data, *(basis.ravel() for basis in bases)]),
            np.concatenate([known, *places]),
        )
        self._row_ends = np.concatenate([self._row_ends, self._row_ends[-1] + np.cumsum(counts)])
        self._rotation = None

    def _append(self, columns: Floats, means: Floats) -> None:
        old, size = len(self.means), len(self.means) + len(means)
        if size > len(self._gram):
            room = max(2 * len(self._gram), size, 128)
            gram, held = np.zeros((room, room)), np.empty((len(columns), room), order="F")
            gram[:old, :old] = self._gram[:old, :old]
            held[:, :old] = self._columns[:, :old]
            self._gram, self._columns = gram, held
        self._columns[:, old:size] = columns
        rows = columns.T @ self._columns[:, :size]
        self._gram[old:size, :size] = rows
        self._gram[:size, old:size] = rows.T
        self._squares = np.concatenate([self._squares, rows[:, old:].diagonal()])
        self.means = np.concatenate([self.means, means])
        self.c = np.hstack([self.c, self.target.T @ columns])
        self.weights = np.hstack([self.weights, np.zeros((len(self.weights), len(means)))])
        self.set_ridge(self.ridge)

    def set_ridge(self, ridge: float) -> None:
        """Add ridge |w|^2 / 2 to the objective."""
        self.ridge = ridge
        diagonal = np.arange(len(self.means))
        self._gram[diagonal, diagonal] = self._squares + ridge
        self.refresh()

    def feature_weights(self, weights: Floats) -> Floats:
        """Weights (q, m) of the features themselves, of (q, s) in the groups' own coordinates."""
        return np.asarray((self._turned() @ weights.T).T)

    def set_feature_weights(self, weights: Floats) -> None:
        """Take weights (k, m) of the features."""
        self.weights = np.ascontiguousarray((self._turned().T @ weights.T).T)
        self.refresh()

    def refresh(self) -> None:
        """The pulls, without the rounding of many updates."""
        self.pulls = self.pulls_of(self.weights)

    def pulls_of(self, weights: Floats) -> Floats:
        """c - (G + ridge) w of other weights."""
        return np.asarray(self.c - weights @ self.gram())

    def lengths(self) -> Floats:
        """|w_g| (g,) over all responses."""
        return np.asarray(np.sqrt(sums((self.weights**2).sum(axis=0), self.sizes)))

    def largest(self) -> float:
        """Largest |r_g| / price_g."""
        pulled = np.sqrt(sums((self.pulls**2).sum(axis=0), self.sizes))
        return float((pulled / self.price).max(initial=0.0))

    def norm(self) -> float:
        """sum_g price_g |w_g|."""
        return float(self.price @ self.lengths())

    def excess(self, alpha: float) -> float:
        """Objective at alpha, up to the constant |y|^2 / 2."""
        return alpha * self.norm() - 0.5 * float((self.weights * (self.c + self.pulls)).sum())

    def gap(self, alpha: float, largest: float) -> float:
        """Duality gap, given the largest |r_g| / price_g of all groups.

        A ridge term is squared error on more rows. With it in the loss f, and u the residuals,
        s = min(1, alpha / largest), the dual value is s <y, u> - s^2 f.
        """
        product = float((self.weights * self.c).sum())
        loss = 0.5 * (self._square - product - float((self.weights * self.pulls).sum()))
        scaling = alpha / max(largest, alpha)
        dual = scaling * (self._square - product) - scaling**2 * loss
        return max(loss + alpha * self.norm() - dual, 0.0)

    def residual(self, weights: Floats) -> Floats:
        """V^1/2 (Y - X W), centred, (n, q), of weights (q, s): of k responses, or at q points of one."""
        size = len(self.means)
        held = np.flatnonzero(weights.any(axis=0))
        if 2 * len(held) < size:
            return np.asarray(self.target - self._columns[:, held] @ weights[:, held].T)
        return np.asarray(self.target - self._columns[:, :size] @ weights.T)

    def direction(self, residual: Floats) -> Floats:
        """-grad f (q, n), rows contiguous."""
        return np.ascontiguousarray((self._root * residual).T)

    def predictor(self, residual: Floats) -> Floats:
        """X W + b, (n, q)."""
        return np.asarray(self._Y - residual / self._root)

    def intercepts(self, weights: Floats) -> Floats:
        """b (q,)."""
        return np.asarray(self.centre - weights @ self.means)

    def descend(self, alpha: float, precision: float, most: int) -> bool:
        """Sweeps until the pulls change by less than precision * alpha; whether they got there."""
        count = descend_groups(
            self._gram,
            self.starts,
            self._squares + self.ridge,
            self.price,
            alpha,
            precision,
            most,
            self.weights,
            self.pulls,
        )
        return count <= most

    def newton(self, alpha: float) -> None:
        """A step of Newton's method on the groups that are not zero, halved until it descends."""
        size = self.lengths()
        held = np.flatnonzero(np.repeat(size > 0, self.sizes))
        k, m = len(self.weights), len(held)
        if not 0 < k * m <= LARGEST_SYSTEM:
            return
        sizes = self.sizes[size > 0]
        stiffness = np.repeat(alpha * self.price[size > 0] / size[size > 0], sizes)
        w = self.weights[:, held]
        unit = w / np.repeat(size[size > 0], sizes)
        H = np.zeros((k, m, k, m))
        among = self._gram[np.ix_(held, held)]
        among[np.diag_indices(m)] += stiffness
        for response in range(k):
            H[response, :, response] = among
        ends = np.cumsum(sizes)
        for start, end in zip(ends - sizes, ends, strict=True):
            part = slice(start, end)
            H[:, part, :, part] -= stiffness[start] * np.multiply.outer(unit[:, part], unit[:, part])
        system = H.reshape(k * m, k * m)
        diagonal = np.diagonal(system)
        if not (diagonal > 0).all():
            return
        size = 1 / np.sqrt(diagonal)  # the diagonal is made 1, since coordinates differ in size
        system *= size[:, None] * size
        system[np.diag_indices(k * m)] += 1e-13
        try:
            factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        except np.linalg.LinAlgError:
            return
        force = (self.pulls[:, held] - stiffness * w).ravel()
        step = (size * cho_solve(factor, size * force, check_finite=False)).reshape(k, m)
        # a group that would be carried through zero leaves
        leaves = sums(((w + step) * w).sum(axis=0), sizes) <= 0
        weights, pulls, before = self.weights, self.pulls, self.excess(alpha)
        move = np.zeros_like(weights)
        move[:, held] = np.where(np.repeat(leaves, sizes), -w, step)
        change = move @ self.gram()
        for share in 0.5 ** np.arange(MOST_HALVINGS):
            self.weights, self.pulls = weights + share * move, pulls - share * change
            if self.excess(alpha) < before:
                return
        self.weights, self.pulls = weights, pulls

    def settle(self, alpha: float, precision: float) -> bool:
        """Descent with Newton's method where it is slow, until settled; False if it does not get there."""
        most = MOST_SWEEPS
        for _ in range(MOST_STEPS):
            if self.descend(alpha, precision, most):
                return True
            self.newton(alpha)
            most = SWEEPS_BETWEEN
        return False
