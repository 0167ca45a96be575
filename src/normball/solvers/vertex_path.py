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
neighbouring alphas, and passes by most of the breakpoints. `meet` comes close to a budget or
target in this way and walks the rest.

**Ties** (equal responses, repeated rows and columns, integers) make several vertices one
point, among which pivots may circle. The pivots therefore see y, the ends of theta and
the prices moved by a billionth, at random but always the same; then no two kinks or
breakpoints coincide, every pivot gains, and none can return. The answer is read off E and A
with the true numbers, for which they are optimal as well unless two events lie closer than
that. Whether they are is for the duality gap to say, and where it objects a few more pivots
on the true numbers follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..losses.piecewise_linear import PiecewiseLinear
from ..norms.separable import Separable
from ..typing import Floats
from .instance import Instance
from .scaled_columns import ScaledColumns
from .vertex_basis import Data, Edge, LostVertexError, VertexBasis

NUDGE = 1e-9
"""Relative size of the movements that part ties."""

TOLERANCE = 1e-11
"""Excess of a dual point over its bounds, relative to their natural size, that is rounding."""

END = 1e-11
"""Share of the first breakpoint below which alpha counts as 0."""

LATE = 1e-7
"""Share of the largest alpha that can matter from which on moved numbers show breakpoints that are at 0."""

NEAR = 0.9
"""Ratio of two alphas between which a budget or target is walked to."""

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
    """

    def __init__(self, instance: Instance, separable: Separable) -> None:
        assert isinstance(instance.loss, PiecewiseLinear)
        assert separable.ridge is None
        columns = ScaledColumns(instance)
        n, q = columns.shape
        p = instance.n_features
        self._columns, self._instance = columns, instance
        lower, upper = instance.loss.slopes
        weight = instance.sample_weight
        # y about its middle, so that its movement is one of the residuals' size
        self._middle = float(np.median(instance.y)) if instance.fit_intercept else 0.0
        y = instance.y - self._middle
        price = np.zeros(q)
        price[:p] = np.where(columns.is_empty, np.inf, separable.price / columns.sizes)
        self._truth = Data(y, -weight * upper, -weight * lower, price)
        one_sided = np.zeros(q, dtype=bool)
        one_sided[:p] = separable.is_one_sided
        self._is_free = (price == 0) & ~one_sided
        self._is_open = np.isfinite(price)
        generator = np.random.default_rng(0)

        def moved(size: int) -> Floats:
            return NUDGE * generator.choice([-1.0, 1.0], size) * generator.uniform(0.5, 1.0, size)

        size = float(weight @ np.abs(y)) or 1.0
        self._moved = Data(
            y + size * moved(n),
            self._truth.low * (1 + moved(n)),
            self._truth.high * (1 + moved(n)),
            price * (1 + moved(q)),
        )
        self._slack = TOLERANCE * (upper - lower)
        self._most = 2000 + 20 * (n + q)
        self._basis = VertexBasis(columns, self._moved, one_sided)
        self.alpha = FAR
        self._descend(FAR)
        pull = np.abs(self._pulls(self._basis.dual(FAR)))
        over = np.divide(pull, self._moved.price, out=np.zeros(q), where=self._moved.price > 0)
        self.first_alpha = float(over.max(initial=0.0))
        most = (upper - lower) / price[self._is_open & (price > 0)].min(initial=np.inf)
        self._late = max(LATE * most, 10 * LATE * self.first_alpha)
        # the null point needs no price, so that its dual point is the same at all of these
        self.alpha = 2 * self.first_alpha if self.first_alpha > 0 else 1.0

    @property
    def n_pivots(self) -> int:
        """Pivots so far."""
        return self._basis.n_pivots

    # ---- answers -----------------------------------------------------------------------
    def at(self, alpha: float) -> Vertex:
        """The solution of the penalty form at alpha > 0."""
        self._go(alpha)
        return self._vertex(self.alpha)

    def corrected(self) -> Vertex:
        """The same after pivots on the true numbers."""
        self._basis.set_data(self._truth)
        try:
            self._descend(self.alpha, 50)
            return self._vertex(self.alpha)
        finally:
            self._basis.set_data(self._moved)

    def end(self) -> Vertex:
        """The best fit of least norm; its alpha is half of the largest that it is optimal at."""
        self._go(min(self.alpha, 1e-3 * self.first_alpha) or self.alpha)
        while (found := self.next_breakpoint(-1)) is not None:
            self.cross(*found)
        # well within its interval, whose end the true numbers see elsewhere
        return self._vertex(0.5 * self.alpha)

    def _is_best(self) -> bool:
        """Whether the vertex is optimal at price 0 with the true numbers."""
        basis, data = self._basis, self._truth
        theta = basis.dual(0.0, data)
        within = TOLERANCE * (data.high - data.low)
        pull = self._pulls(theta)[self._is_open]
        pull = np.where(basis.one_sided[self._is_open], pull, np.abs(pull))
        is_within = (theta <= data.high + within).all() and (theta >= data.low - within).all()
        return bool(is_within and (pull <= self._slack).all())

    def free(self) -> Vertex:
        """The present vertex at price 0, where its dual point bounds f for any weights if it is the `end`."""
        return self._vertex(0.0)

    def first(self) -> Vertex:
        """The null point at the least alpha that it is optimal at."""
        edge = self._edge_to(True, np.nextafter(0.0, 1.0))
        return self.free() if edge is None else edge

    def meet(self, form: str, level: float) -> Vertex | None:
        """The solution of the budget or target form; None for a level that the path does not reach.

        Between the null point and the end of the path; O(log) descents and a walk.
        """
        is_budget = form == "budget"
        goal = level if is_budget else -level

        def reached() -> float:
            basis = self._basis
            if is_budget:
                return float(self._moved.price[basis.used] @ np.abs(basis.weights))
            return -float(self._loss(basis.residuals))

        self._approach(reached, goal)
        return self._edge_to(is_budget, goal)

    # ---- moving ------------------------------------------------------------------------
    def _go(self, alpha: float) -> None:
        self._descend(alpha)
        self.alpha = alpha

    def _pulls(self, theta: Floats) -> Floats:
        return self._columns.pulls(theta)

    def _loss(self, residuals: Floats) -> float:
        data = self._truth
        return float(np.maximum(data.low * residuals, data.high * residuals).sum())

    def _descend(self, alpha: float, most: int | None = None) -> None:
        """Follow the edges that descend most until none does."""
        basis, stop = self._basis, self._basis.n_pivots + (most or self._most)
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
        distances = np.concatenate(
            [
                _distances(room, np.abs(closing_met)),
                _distances(slack[0], closing[0]),
                _distances(slack[1], closing[1]),
            ]
        )
        nearest = int(distances.argmin()) if len(distances) else -1
        distance = float(distances[nearest]) if len(distances) else np.inf
        reached = alpha + direction * distance
        if not np.isfinite(distance) or reached <= END * self.first_alpha:
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

    def _breakpoint(self, alpha: float, edge: Edge) -> float:
        """The alpha at which an edge opens with the true numbers; the moved ones miss it by a billionth."""
        basis, data = self._basis, self._truth
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

    # ---- levels ------------------------------------------------------------------------
    def _approach(self, reached: Callable[[], float], goal: float) -> None:
        """Come within a few breakpoints of a level by descents at guessed alphas."""
        high, low = FAR, 0.0
        if reached() < goal:
            high = self.alpha
        else:
            low = self.alpha
        self._descend(self.alpha)
        while high == FAR or low < NEAR * high:
            if high == FAR:
                alpha = 2 * self.alpha
                if self.alpha > 2 * self.first_alpha:
                    return
            elif low == 0:
                alpha = 0.5 * min(self.alpha, self.first_alpha)
                if alpha < 1e-4 * self.first_alpha:
                    return
            else:
                alpha = float(np.sqrt(low * high))
            self._go(alpha)
            if reached() < goal:
                high = alpha
            else:
                low = alpha

    def _edge_to(self, is_budget: bool, goal: float) -> Vertex | None:
        """Walk to the edge on which the level lies, and to the point of it."""

        def reached(norm: float, loss: float) -> float:
            return norm if is_budget else -loss

        at = self._measured()
        direction = -1 if reached(*at[1:]) < goal else 1
        while True:
            before = at
            found = self.next_breakpoint(direction)
            if found is None:
                return None
            alpha = self._breakpoint(*found)
            self.cross(*found)
            at = self._measured()
            is_beyond = reached(*at[1:]) >= goal
            if is_beyond == (direction < 0):
                break
        inner, outer = (before, at) if direction < 0 else (at, before)
        start, stop = reached(*inner[1:]), reached(*outer[1:])
        share = float(np.clip((goal - start) / (stop - start), 0.0, 1.0)) if stop > start else 0.0
        theta = self._dual(alpha)
        return self._point((1 - share) * inner[0] + share * outer[0], alpha, theta)

    def _measured(self) -> tuple[Floats, float, float]:
        """Coefficients (q,) of the vertex with the true numbers, their norm and loss."""
        basis, coefficients = self._basis, np.zeros(self._columns.shape[1])
        found = basis.solved(self._truth.y)
        found[basis.one_sided[basis.used]] = np.maximum(found[basis.one_sided[basis.used]], 0.0)
        coefficients[basis.used] = found
        residuals = self._truth.y - basis.held @ found
        residuals[basis.rows] = 0.0
        return coefficients, float(self._truth.price[basis.used] @ np.abs(found)), self._loss(residuals)

    # ---- reading -----------------------------------------------------------------------
    def _vertex(self, alpha: float) -> Vertex:
        """The present vertex with its dual point at an alpha."""
        return self._point(self._measured()[0], alpha, self._dual(alpha))

    def _point(self, coefficients: Floats, alpha: float, theta: Floats) -> Vertex:
        w, intercept = self._columns.unscaled(coefficients)
        return Vertex(w, intercept + self._middle, alpha, theta)

    def _dual(self, alpha: float) -> Floats:
        """theta (n,) of the true numbers; shrunk until rounding does not leave its bounds."""
        theta, data = self._basis.dual(alpha, self._truth), self._truth
        with np.errstate(divide="ignore", invalid="ignore"):
            over = np.where(theta > 0, theta / data.high, theta / data.low)
        return theta / max(float(np.nanmax(over, initial=1.0)), 1.0)


def _distances(room: Floats, closing: Floats) -> Floats:
    """How far a bound is away, inf where it is not approached."""
    is_near = closing > 1e-13 * float(np.abs(closing).max(initial=0.0))
    far = np.full(len(room), np.inf)
    return np.asarray(np.divide(np.maximum(room, 0.0), closing, out=far, where=is_near))
