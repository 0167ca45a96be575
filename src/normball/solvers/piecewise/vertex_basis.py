"""A vertex of a piecewise linear fit: samples that are met, columns that are in, and pivots between them.

The problem min_w sum_i v_i max(lower r_i, upper r_i) + alpha sum_j price_j |w_j|, with
r = X w - y, is linear between its kinks r_i = 0 and w_j = 0. A vertex is a point with
as many samples E on their kink as there are columns A in use, and X_EA regular:

    w_A = X_EA^-1 y_E,     w_j = 0 otherwise.

Its dual point has theta_i = -v_i upper above the response and -v_i lower below it, and
between the two on E, where the columns in use settle it,

    X_A' theta = alpha price_A sign(w_A),     -v_i upper <= theta_i <= -v_i lower.

The vertex is optimal where theta_E is within its bounds and |x_j' theta| <= alpha price_j for
the columns outside A (0 for those without price). Otherwise a sample that is out of bounds
leaves its kink to that side, or a column with too much pull comes in, and the point moves
along the edge that this opens: each kink on the way makes the edge steeper by
v_i (upper - lower) |x_i dw| or 2 alpha price_j |dw_j|, and the one that turns it upwards is
the next vertex (Barrodale, Roberts, "An improved algorithm for discrete l1 linear
approximation", SIAM J. Numer. Anal. 10, 1973; bounded duals for quantiles in Koenker,
d'Orey, Appl. Statist. 36, 1987). E and A change by one element each, X_EA^-1 by a rank-one
or bordering update: O(n k + k^2) for k columns in use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Floats, Indices, Mask
from .scaled_columns import ScaledColumns
from .vertex_data import Data

FLAT = 1e-11
"""Movement of a sample, relative to the largest, below which it stays where it is."""

REFRESHED_AFTER = 60
"""Pivots until the inverse is computed afresh."""


class LostVertexError(ArithmeticError):
    """Pivoting ended without a vertex that can be trusted; other solvers take over."""


@dataclass(frozen=True)
class Edge:
    """The way out of a vertex: member `place` of E leaves, or column `place` comes in, towards `side`."""

    is_column: bool
    place: int
    side: float


class VertexBasis:
    """The vertex itself, w = 0 with E and A empty at first.

    Parameters
    ----------
    columns : ScaledColumns of shape (n, q).
    data : Data
    one_sided : (q,) flags of columns whose coefficients are >= 0.

    Attributes
    ----------
    rows, used : (k,) E and A.
    is_met, is_used : (n,), (q,) the same as flags.
    weights, signs : (k,) coefficients of A, and the signs of their prices.
    residuals : (n,) y - X w, 0 on E.
    is_above : (n,) X w > y; the side that a sample left to, where it is on its kink by chance.
    n_pivots : int
    """

    def __init__(self, columns: ScaledColumns, data: Data, one_sided: Mask) -> None:
        n, q = columns.shape
        self.columns, self.one_sided = columns, one_sided
        self.rows: Indices = np.zeros(0, dtype=np.intp)
        self.used: Indices = np.zeros(0, dtype=np.intp)
        self.is_met, self.is_used = np.zeros(n, dtype=bool), np.zeros(q, dtype=bool)
        self.weights, self.signs = np.zeros(0), np.zeros(0)
        self.is_above = data.y < 0
        self.n_pivots = 0
        self._held = np.empty((n, 8), order="F")
        self._inverse: Floats = np.zeros((0, 0))
        self.set_data(data)

    @property
    def held(self) -> Floats:
        """X_A (n, k)."""
        return self._held[:, : len(self.used)]

    @property
    def reach(self) -> Floats:
        """(k,) lengths of the coefficients' move per unit that a sample of E leaves its kink."""
        return np.asarray(np.sqrt(np.square(self._inverse).sum(axis=0)))

    def adopt(self, rows: Indices, used: Indices, signs: Floats, is_above: Mask) -> None:
        """Go to the vertex of other E and A; sides and signs are read where rounding leaves them open.

        Raises
        ------
        LostVertexError
            If E does not settle the coefficients of A.
        """
        self.rows, self.used, self.signs, self.is_above = rows, used, signs, is_above
        self.is_met[:], self.is_used[:] = False, False
        self.is_met[rows], self.is_used[used] = True, True
        self._held = np.asfortranarray(np.column_stack([self.columns.take(j) for j in used.tolist()]))
        self.refresh()

    def set_data(self, data: Data) -> None:
        """The same E and A for other numbers."""
        self.data = data
        self._width = data.high - data.low
        self.refresh()

    def refresh(self) -> None:
        """Inverse, coefficients and sides from E and A alone. O(k^3 + n k)."""
        if len(self.rows):
            try:
                self._inverse = np.asarray(np.linalg.inv(self.held[self.rows]), dtype=np.float64)
            except np.linalg.LinAlgError as error:
                raise LostVertexError("the samples that are met do not settle the coefficients") from error
        self.weights = self.solved(self.data.y)
        self.residuals = self.data.y - self.held @ self.weights
        self.residuals[self.rows] = 0.0
        # a sign within rounding is that of the pivots before
        size = np.abs(self.data.y) + np.abs(self.held) @ np.abs(self.weights)
        is_clear = np.abs(self.residuals) > 1e-13 * size
        self.is_above = np.where(is_clear, self.residuals < 0, self.is_above)
        size = np.abs(self._inverse) @ np.abs(self.data.y[self.rows])
        is_clear = (np.abs(self.weights) > 1e-13 * size) & ~self.one_sided[self.used]
        self.signs = np.where(is_clear, np.sign(self.weights), self.signs)

    def solved(self, y: Floats) -> Floats:
        """w_A (k,) for responses y (n,), refined once; a remainder of rounding is 0."""
        goal = y[self.rows]
        w = self._inverse @ goal
        w += self._inverse @ (goal - self.held[self.rows] @ w)
        w[np.abs(w) <= 1e-14 * (np.abs(self._inverse) @ np.abs(goal))] = 0.0
        return w

    def dual(self, alpha: float, data: Data | None = None) -> Floats:
        """theta (n,) at a price, by default for the present numbers; E may be out of bounds. O(n k)."""
        data = self.data if data is None else data
        theta = np.where(self.is_above, data.low, data.high)
        theta[self.rows] = 0.0
        goal = alpha * data.price[self.used] * self.signs - theta @ self.held
        found = goal @ self._inverse
        found += (goal - found @ self.held[self.rows]) @ self._inverse
        theta[self.rows] = found
        return theta

    def dual_rate(self, data: Data | None = None) -> Floats:
        """dtheta/dalpha (n,), 0 outside E."""
        data = self.data if data is None else data
        rate = np.zeros(len(data.y))
        rate[self.rows] = (data.price[self.used] * self.signs) @ self._inverse
        return rate

    @property
    def rate_size(self) -> Floats:
        """(k,) sums of the absolute values that `dual_rate` adds up on E."""
        return np.asarray(np.abs(self.data.price[self.used] * self.signs) @ np.abs(self._inverse))

    def pivot(self, edge: Edge, slope: float, alpha: float) -> None:
        """Move along an edge whose objective has the given slope <= 0 at first, to its least value.

        Raises
        ------
        LostVertexError
            If the objective has no least value along the edge, which rounding alone can cause.
        """
        k, entering = len(self.used), None
        if edge.is_column:
            entering = self.columns.take(edge.place)
            lift = self._inverse @ entering[self.rows]
            turn = -edge.side * lift
            movement = self.held @ turn + edge.side * entering
        else:
            turn = edge.side * self._inverse[:, edge.place]
            movement = self.held @ turn
        movement[self.rows] = 0.0
        step, passed, stop = self._search(movement, turn, slope, alpha)
        self.residuals -= step * movement
        self.weights = self.weights + step * turn
        rows, places = passed[passed < len(movement)], passed[passed >= len(movement)] - len(movement)
        self.is_above[rows] = ~self.is_above[rows]
        self.signs[places] = -self.signs[places]
        if not edge.is_column:
            left = self.rows[edge.place]
            self.residuals[left], self.is_above[left] = -edge.side * step, edge.side > 0
            self.is_met[left] = False
        if stop < len(movement):
            self.residuals[stop], self.is_met[stop] = 0.0, True
        else:
            self.is_used[self.used[stop - len(movement)]] = False
        if entering is None and stop < len(movement):
            self._swap_rows(edge.place, stop)
        elif entering is None:
            self._shrink(edge.place, stop - len(movement))
        else:
            self.is_used[edge.place] = True
            if stop < len(movement):
                self._grow(edge.place, entering, lift, stop)
                place = k
            else:
                place = stop - len(movement)
                self._swap_columns(place, edge.place, entering, lift)
            self.weights[place], self.signs[place] = edge.side * step, edge.side
        self.n_pivots += 1
        if self.n_pivots % REFRESHED_AFTER == 0:
            self.refresh()

    def _search(
        self, movement: Floats, turn: Floats, slope: float, alpha: float
    ) -> tuple[float, Indices, int]:
        """Length of the step, what it passes, and where it ends: samples, then n + places in A."""
        n, price = len(movement), self.data.price[self.used]
        size = np.abs(movement)
        is_ahead = (movement < 0) == self.is_above
        # a column that depends on the others moves nothing but rounding
        rounding = 1e-13 * (1 + float(np.abs(turn).sum()))
        is_ahead &= size > max(FLAT * float(size.max(initial=0.0)), rounding)
        is_ahead[self.rows] = False
        rows = np.flatnonzero(is_ahead)
        is_bound = (price > 0) | self.one_sided[self.used]
        places = np.flatnonzero(is_bound & (self.signs * turn < 0))
        distance = np.concatenate(
            [self.residuals[rows] / movement[rows], -self.weights[places] / turn[places]]
        )
        distance = np.maximum(distance, 0.0)
        # a coefficient that must not be negative stops every edge
        gains = np.where(self.one_sided[self.used[places]], np.inf, 2 * alpha * price[places])
        gain = np.concatenate([self._width[rows] * size[rows], gains * np.abs(turn[places])])
        kinks = np.concatenate([rows, n + places])
        if slope == 0 and len(kinks):
            first = int(distance.argmin())
            return float(distance[first]), kinks[:0], int(kinks[first])
        order = np.argsort(distance, kind="stable")
        is_up = slope + np.cumsum(gain[order]) >= 0
        if not len(kinks) or not is_up[-1]:
            raise LostVertexError("an edge of the fit has no end")
        last = int(is_up.argmax())
        return float(distance[order[last]]), kinks[order[:last]], int(kinks[order[last]])

    # ---- the four changes of E and A --------------------------------------------------
    def _swap_rows(self, place: int, row: int) -> None:
        shares = self.held[row] @ self._inverse
        column = self._inverse[:, place] / _pivot(shares[place], shares)
        shares[place] = 0.0
        self._inverse -= np.outer(column, shares)
        self._inverse[:, place] = column
        self.rows[place] = row

    def _swap_columns(self, place: int, column: int, values: Floats, lift: Floats) -> None:
        row = self._inverse[place] / _pivot(lift[place], lift)
        rest = lift.copy()
        rest[place] = 0.0
        self._inverse -= np.outer(rest, row)
        self._inverse[place] = row
        self._held[:, place] = values
        self.used[place] = column

    def _grow(self, column: int, values: Floats, lift: Floats, row: int) -> None:
        k = len(self.used)
        shares = self.held[row] @ self._inverse
        pivot = _pivot(float(values[row] - self.held[row] @ lift), values)
        inverse = np.empty((k + 1, k + 1))
        inverse[:k, :k] = self._inverse + np.outer(lift / pivot, shares)
        inverse[:k, k], inverse[k, :k], inverse[k, k] = -lift / pivot, -shares / pivot, 1 / pivot
        self._inverse = inverse
        if k == self._held.shape[1]:
            wider = np.empty((len(values), 2 * k), order="F")
            wider[:, :k] = self._held
            self._held = wider
        self._held[:, k] = values
        self.rows, self.used = np.append(self.rows, row), np.append(self.used, column)
        self.weights, self.signs = np.append(self.weights, 0.0), np.append(self.signs, 0.0)

    def _shrink(self, row_place: int, place: int) -> None:
        last = len(self.used) - 1
        inverse = self._inverse
        pivot = _pivot(inverse[place, row_place], inverse[:, row_place])
        inverse = inverse - np.outer(inverse[:, row_place] / pivot, inverse[place])
        inverse[place], inverse[:, row_place] = inverse[last], inverse[:, last]
        self._inverse = inverse[:last, :last].copy()
        self._held[:, place] = self._held[:, last]
        for values in (self.used, self.weights, self.signs):
            values[place] = values[last]
        self.rows[row_place] = self.rows[last]
        self.rows, self.used = self.rows[:last], self.used[:last]
        self.weights, self.signs = self.weights[:last], self.signs[:last]


def _pivot(value: float, row: Floats) -> float:
    """The number to divide by, where it is not rounding."""
    if not abs(value) > 1e-12 * float(np.abs(row).max()):
        raise LostVertexError("a pivot has lost its digits")
    return float(value)
