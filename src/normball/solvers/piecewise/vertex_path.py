"""Exact paths of piecewise linear losses with L1 prices: a linear program parametric in alpha.

At a vertex of `vertex_basis.py` the coefficients do not depend on alpha and the dual point
is linear in it, so the vertex is optimal on an interval of alphas. At its ends, the
breakpoints, theta_i of a sample on its kink meets a bound or |x_j' theta| meets
alpha price_j, and the solution moves along an edge to the next vertex: the parametric
simplex method (Gass, Saaty, "The computational algorithm for the parametric objective
function", Naval Res. Logist. Quart. 2, 1955), which for quantile regression with L1 is the
path of Li, Zhu, "L1-norm quantile regression", J. Comput. Graph. Statist. 17, 2008. Along
that edge R and f are linear, R grows, f falls, and

    -df / dR = alpha at the breakpoint,

so a budget or a target is met exactly by a share of the edge, at that price, and the last
vertex, optimal down to alpha = 0, is the best fit of least norm.

A given alpha needs no walk: from any vertex, edges that descend at this alpha are followed
through all kinks that do not yet turn them upwards. That takes few pivots from vertices of
neighbouring alphas, and passes by most of the breakpoints. The first vertex may be one that a smooth
fit shows (`near_vertex.py`).

Pivots see the moved numbers of `vertex_data.py`; the answer is read off E and A with the true
ones. Whether it is optimal for these is for the duality gap to say, and where it objects a
few more pivots on the true numbers follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...norms.separable import Separable
from ...typing import Floats
from ..instance import Instance
from .near_vertex import near_vertex
from .scaled_columns import ScaledColumns
from .vertex_basis import Edge, LostVertexError, VertexBasis
from .vertex_data import read_numbers

TOLERANCE = 1e-11
"""Excess of a dual point over its bounds, relative to their natural size, that is rounding."""

END = 1e-11
"""Size of alpha times the largest price, relative to what columns pull, below which alpha counts as 0."""

ROUNDING = 1e-13
"""Change of a dual point per unit of alpha that is rounding, relative to the sum of what it is made of."""

LATE = 1e-7
"""Share of the largest alpha that can matter from which on moved numbers show breakpoints that are at 0."""

FAR_SHARE, MANY = 0.5, 20_000
"""Share of the first breakpoint, and numbers in X, from which the fit of an envelope is the shorter way."""

FAR = 1e300
"""An alpha beyond every breakpoint."""


@dataclass(frozen=True, eq=False)
class Vertex:
    """A point of the path: w (p,), intercept, the alpha that it belongs to, and its dual point theta (n,)."""

    w: Floats
    intercept: float
    alpha: float
    theta: Floats


class VertexPath:
    """The path of one problem, at one vertex at a time.

    Parameters
    ----------
    instance : Instance with a `PiecewiseLinear` loss.
    separable : Separable without ridge.

    Attributes
    ----------
    first_alpha : float, where the path of the moved numbers leaves the null point.
    least_alpha : float <= first_alpha, at which the dearest column may still enter.
    """

    def __init__(self, instance: Instance, separable: Separable) -> None:
        columns = ScaledColumns(instance)
        n, q = columns.shape
        self._columns, self._instance, self._separable = columns, instance, separable
        self._numbers = numbers = read_numbers(instance, separable, columns)
        price = numbers.moved.price
        self._is_open = np.isfinite(price)
        self._is_free = (price == 0) & ~numbers.one_sided
        self._slack = TOLERANCE * numbers.span
        self.most_pivots = 2000 + 20 * (n + q)
        self._basis = VertexBasis(columns, numbers.moved, numbers.one_sided)
        self.alpha = FAR
        self._descend(FAR)
        self._n_first = self.n_pivots
        pull = np.abs(self._pulls(self._basis.dual(FAR)))
        over = np.divide(pull, price, out=np.zeros(q), where=price > 0)
        self.first_alpha = float(over.max(initial=0.0))
        most = numbers.span / price[self._is_open & (price > 0)].min(initial=np.inf)
        self._late = max(LATE * most, 10 * LATE * self.first_alpha)
        # where units differ by 1e16, so do the alphas at which columns enter
        largest = float(price[self._is_open].max(initial=0.0))
        self.least_alpha = min(numbers.span / largest, self.first_alpha) if largest > 0 else self.first_alpha
        # the null point needs no price, so that its dual point is the same at all of these
        self.alpha = 2 * self.first_alpha if self.first_alpha > 0 else 1.0

    @property
    def n_pivots(self) -> int:
        """Pivots so far."""
        return self._basis.n_pivots

    # ---- answers -----------------------------------------------------------------------
    def at(self, alpha: float) -> Vertex:
        """The solution of the penalty form at alpha > 0."""
        if self.n_pivots == self._n_first and self._is_far(alpha):
            self._begin_near(alpha)
        self.go(alpha)
        return self._vertex(self.alpha)

    def _is_far(self, alpha: float) -> bool:
        """Whether many pivots lie between the null point and the solution at alpha."""
        n, q = self._columns.shape
        return alpha <= FAR_SHARE * self.first_alpha and n >= q and n * q >= MANY

    def _begin_near(self, alpha: float) -> None:
        """Go to a vertex near the solution at alpha, where one is found and leads there."""
        near = near_vertex(self._instance, self._separable, self._columns, alpha)
        if near is None:
            return
        first, other = self._basis, VertexBasis(self._columns, self._basis.data, self._basis.one_sided)
        try:
            other.adopt(near.rows, near.used, near.signs, near.is_above)
            self._basis = other
            self._descend(alpha)
        except LostVertexError:
            self._basis = first

    def corrected(self) -> Vertex:
        """The same after pivots on the true numbers."""
        self._basis.set_data(self._numbers.truth)
        try:
            self._descend(self.alpha, 50)
            return self._vertex(self.alpha)
        finally:
            self._basis.set_data(self._numbers.moved)

    def end(self) -> Vertex:
        """The best fit of least norm; its alpha is half of the largest that it is optimal at."""
        self.go(min(self.alpha, 1e-3 * self.first_alpha) or self.alpha)
        stop = self.n_pivots + self.most_pivots
        while (found := self.next_breakpoint(-1)) is not None:
            self.cross(*found)
            if self.n_pivots > stop:
                raise LostVertexError("too many breakpoints")
        # well within its interval, whose end the true numbers see elsewhere
        return self._vertex(0.5 * self.alpha)

    def _is_best(self) -> bool:
        """Whether the vertex is optimal at price 0 with the true numbers."""
        basis, data = self._basis, self._numbers.truth
        theta = basis.dual(0.0, data)
        within = TOLERANCE * (data.high - data.low)
        pull = self._pulls(theta)[self._is_open]
        pull = np.where(basis.one_sided[self._is_open], pull, np.abs(pull))
        is_within = (theta <= data.high + within).all() and (theta >= data.low - within).all()
        return bool(is_within and (pull <= self._slack).all())

    def free(self) -> Vertex:
        """The present vertex at price 0, where its dual point bounds f for any weights if it is the `end`."""
        return self._vertex(0.0)

    # ---- moving ------------------------------------------------------------------------
    def go(self, alpha: float) -> None:
        """Descend to the vertex of another alpha."""
        self._descend(alpha)
        self.alpha = alpha

    def _pulls(self, theta: Floats) -> Floats:
        return self._columns.pulls(theta)

    def _loss(self, residuals: Floats) -> float:
        data = self._numbers.truth
        return float(np.maximum(data.low * residuals, data.high * residuals).sum())

    def _descend(self, alpha: float, most: int | None = None) -> None:
        """Follow the edges that descend most until none does."""
        basis, stop = self._basis, self._basis.n_pivots + (most or self.most_pivots)
        while basis.n_pivots < stop:
            edge, slope = self._steepest(alpha)
            if edge is None:
                return
            basis.pivot(edge, slope, alpha)
        if most is None:
            raise LostVertexError("too many pivots")

    def _steepest(self, alpha: float) -> tuple[Edge | None, float]:
        """The edge of steepest descent at alpha and its slope, None where the vertex is optimal."""
        basis, data = self._basis, self._basis.data
        theta = basis.dual(alpha)
        pull = self._pulls(theta)
        with np.errstate(over="ignore"):  # beyond floats no pull reaches the price either
            bound = alpha * np.where(self._is_open, data.price, 0.0)
        excess = np.where(basis.one_sided, pull, np.abs(pull)) - bound
        excess[basis.is_used | ~self._is_open] = -np.inf
        column = int(excess.argmax()) if len(excess) else -1
        found, slope = None, 0.0
        if column >= 0 and excess[column] > self._slack:
            found, slope = Edge(True, column, float(np.sign(pull[column]))), -float(excess[column])
        rows = basis.rows
        if len(rows):
            held, high, low = theta[rows], data.high[rows], data.low[rows]
            beyond = np.maximum(held - high, low - held)
            beyond[beyond <= TOLERANCE * (high - low)] = 0.0
            # per unit of movement: columns have unit size, edges of samples as long as they lift X_A
            scores = beyond / basis.reach
            place = int(scores.argmax())
            if scores[place] > -slope:
                side = -1.0 if held[place] > high[place] else 1.0
                found, slope = Edge(False, place, side), -float(beyond[place])
        return found, slope

    def next_breakpoint(self, direction: int) -> tuple[float, Edge] | None:
        """The nearest breakpoint below (-1) or above (1) alpha and the edge that opens there, if any."""
        basis, data, alpha = self._basis, self._basis.data, self.alpha
        theta = basis.dual(alpha)
        rate = basis.dual_rate()
        closing_met = direction * rate[basis.rows]
        pull, pull_rate = self._pulls(theta), self._pulls(rate)
        held = theta[basis.rows]
        room = np.where(closing_met > 0, data.high[basis.rows] - held, held - data.low[basis.rows])
        is_open = self._is_open & ~basis.is_used
        price = np.where(is_open, data.price, 0.0)
        closing = direction * np.stack([pull_rate - price, -pull_rate - price])
        slack = np.stack([alpha * price - pull, alpha * price + pull])
        closing[:, ~is_open] = 0.0
        closing[1, basis.one_sided] = 0.0
        # each sum of its own size: prices of columns in units 1e16 apart are, too
        rounding = ROUNDING * basis.rate_size
        rounding_of_pulls = rounding.sum() + ROUNDING * price
        distances = np.concatenate(
            [
                _distances(room, np.abs(closing_met), rounding),
                _distances(slack[0], closing[0], rounding_of_pulls),
                _distances(slack[1], closing[1], rounding_of_pulls),
            ]
        )
        nearest = int(distances.argmin()) if len(distances) else -1
        distance = float(distances[nearest]) if len(distances) else np.inf
        reached = alpha + direction * distance
        if not np.isfinite(distance) or reached <= END * self.least_alpha:
            return None
        # it may be one of the moved numbers alone
        if direction < 0 and reached <= self._late and self._is_best():
            return None
        k, q = len(held), len(price)
        if nearest < k:
            edge = Edge(False, nearest, -1.0 if closing_met[nearest] > 0 else 1.0)
        else:
            edge = Edge(True, (nearest - k) % q, 1.0 if nearest - k < q else -1.0)
        return reached, edge

    def cross(self, alpha: float, edge: Edge) -> None:
        """Move along the edge that opens at alpha."""
        self.alpha = alpha
        self._basis.pivot(edge, 0.0, alpha)

    def true_breakpoint(self, alpha: float, edge: Edge) -> float:
        """The alpha at which an edge opens with the true numbers; the moved ones miss it by a billionth."""
        basis, data = self._basis, self._numbers.truth
        theta, rate = basis.dual(alpha, data), basis.dual_rate(data)
        if edge.is_column:
            column, price = self._columns.take(edge.place), edge.side * data.price[edge.place]
            excess, closing = float(column @ theta) - alpha * price, price - float(column @ rate)
        else:
            row = basis.rows[edge.place]
            bound = data.high[row] if edge.side < 0 else data.low[row]
            excess, closing = float(theta[row] - bound), -float(rate[row])
        step = excess / closing if closing != 0 else 0.0
        return float(alpha + step) if abs(step) < 1e-5 * alpha else alpha

    # ---- reading -----------------------------------------------------------------------
    def position(self) -> tuple[float, float]:
        """Norm and loss of the vertex with the moved numbers, in passing."""
        basis = self._basis
        norm = float(self._numbers.moved.price[basis.used] @ np.abs(basis.weights))
        return norm, self._loss(basis.residuals)

    def measured(self) -> tuple[Floats, float, float]:
        """Coefficients (q,) of the vertex with the true numbers, their norm and loss."""
        basis, coefficients = self._basis, np.zeros(self._columns.shape[1])
        found = basis.solved(self._numbers.truth.y)
        found[basis.one_sided[basis.used]] = np.maximum(found[basis.one_sided[basis.used]], 0.0)
        coefficients[basis.used] = found
        residuals = self._numbers.truth.y - basis.held @ found
        residuals[basis.rows] = 0.0
        return (
            coefficients,
            float(self._numbers.truth.price[basis.used] @ np.abs(found)),
            self._loss(residuals),
        )

    def _vertex(self, alpha: float) -> Vertex:
        """The present vertex with its dual point at an alpha."""
        return self.point(self.measured()[0], alpha, self.dual(alpha))

    def point(self, coefficients: Floats, alpha: float, theta: Floats) -> Vertex:
        w, intercept = self._columns.unscaled(coefficients)
        return Vertex(w, intercept + self._numbers.middle, alpha, theta)

    def dual(self, alpha: float) -> Floats:
        """theta (n,) of the true numbers; shrunk until rounding does not leave its bounds.

        Raises
        ------
        LostVertexError
            If a column without price pulls, which a certificate takes on trust.
        """
        theta, data = self._basis.dual(alpha, self._numbers.truth), self._numbers.truth
        if (np.abs(self._pulls(theta)[self._is_free]) > 1e-12 * self._numbers.span).any():
            raise LostVertexError("the equations of the dual point are not met")
        with np.errstate(divide="ignore", invalid="ignore"):
            over = np.where(theta > 0, theta / data.high, theta / data.low)
        return theta / max(float(np.nanmax(over, initial=1.0)), 1.0)


def _distances(room: Floats, closing: Floats, rounding: Floats) -> Floats:
    """How far a bound is away, inf where it is not approached by more than rounding."""
    far = np.full(len(room), np.inf)
    return np.asarray(np.divide(np.maximum(room, 0.0), closing, out=far, where=closing > rounding))
