"""What a path is worth between its points: a bound on the gap at every alpha, and alphas that keep it small.

Between alphas[i] and alphas[i + 1], at the share s of the way, a path offers the weights
w_s = (1 - s) w_i + s w_{i+1} (that is what `Path.at` starts from). With theta_i = -grad f at
solution i (free directions removed), z_i = X'theta_i and d_i = R°(z_i),

    f(X w_s) + alpha ((1 - s) R_i + s R_{i+1})  -  [ -f*(-c theta_s) - (alpha R)*(c z_s) ],
    theta_s = (1 - s) theta_i + s theta_{i+1},

bounds the gap of w_s: R is convex, and theta_s is feasible for c = min(1, alpha / d_s), because
d_s <= (1 - s) d_i + s d_{i+1} and both ends have d_i <= alpha_i up to rounding. Where the face
does not change between the ends, w_s and theta_s are optimal for squared error, and the bound
is rounding. As a function of s it is a convex function (of f and f*) plus the parabola
alpha(s) ((1 - s) R_i + s R_{i+1}); between two shares the convex part lies below its chord,
which bounds whole intervals. Sources: Mairal, Yu, "Complexity analysis of the lasso
regularization path", ICML 2012; Ndiaye, Le, Fercoq, Salmon, Takeuchi, "Safe grid search with
optimal complexity", ICML 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..cached import cached_property
from ..solvers.certificate import free_part_removed
from ..solvers.piecewise.kinks import kink_dual
from ..typing import ArrayLike, Floats
from .path import Path

if TYPE_CHECKING:
    from ..problem import Problem

DIRECTIONS_AT_ONCE = 24
PIECES = 8
"""Parts of an interval between which the convex part of the bound is replaced by its chord."""

FIRST_ALPHAS, MAX_ROUNDS, MAX_ALPHAS = 16, 12, 100_000


class PathBound:
    """Bounds on the relative gap of what a path offers at any alpha within its range.

    Parameters
    ----------
    path : Path
        At least two alphas; of a convex regulariser.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._instance = path.problem.instance

    @cached_property
    def _etas(self) -> Floats:
        """(k, n) predictors."""
        path, design = self._path, self._instance.design
        weights = (path.sparse_coefs[[k]].toarray()[0] for k in range(len(path)))
        return np.array([design.matvec(w) for w in weights]) + path.intercepts[:, None]

    @cached_property
    def _thetas(self) -> Floats:
        """(k, n) dual points."""
        instance, path = self._instance, self._path
        if instance.loss.is_smooth:
            free = instance.free_columns
            return np.array([free_part_removed(instance, eta, free) for eta in self._etas])
        weights = (path.sparse_coefs[[k]].toarray()[0] for k in range(len(path)))
        points = zip(weights, self._etas, path.alphas, strict=True)
        return np.array([kink_dual(instance, w, eta, float(alpha)) for w, eta, alpha in points])

    @cached_property
    def _pulls(self) -> tuple[Floats, Floats | None]:
        """Dual norms (k,) of X'theta, and X'theta (k, p) itself where the conjugate needs it."""
        instance = self._instance
        dual_norms: list[float] = []
        kept: list[Floats] = []
        for start in range(0, len(self._path), DIRECTIONS_AT_ONCE):
            Z = instance.design.products(self._thetas[start : start + DIRECTIONS_AT_ONCE]).T
            Z[:, instance.unpenalised] = 0.0
            if instance.norm.is_homogeneous:
                dual_norms.extend(instance.norm.dual_norm(z) for z in Z)
            else:
                kept.append(Z)
        return np.array(dual_norms), np.concatenate(kept) if kept else None

    def at(self, alphas: ArrayLike) -> Floats:
        """Bound (m,) at each of m alphas between the smallest and the largest of the path.

        Above the largest it is that of the largest if that is alpha_max, where all penalised
        weights are zero.

        Raises
        ------
        ValueError
            If an alpha lies outside the path.
        """
        wanted = np.atleast_1d(np.asarray(alphas, dtype=np.float64))
        ends = self._path.alphas
        top = np.inf if ends[0] >= self._path.problem.alpha_max * (1 - 1e-12) else ends[0] * (1 + 1e-12)
        outside = ~((wanted >= ends[-1] * (1 - 1e-12)) & (wanted <= top))
        if outside.any():
            raise ValueError(
                f"alpha must lie within the path, {ends[-1]:.6g} to {ends[0]:.6g}, got "
                f"{wanted[outside][0]:.6g}; make a longer path."
            )
        after = np.clip(np.searchsorted(-ends, -wanted, side="left"), 1, len(ends) - 1)
        before = after - 1
        shares = np.clip((ends[before] - wanted) / (ends[before] - ends[after]), 0.0, 1.0)
        return np.array([self._bound(int(i), float(s)) for i, s in zip(before, shares, strict=True)])

    def over_intervals(self) -> Floats:
        """Upper bound (k - 1,) of the bound over each interval between neighbouring alphas."""
        return np.array([self._over_interval(i) for i in range(len(self._path) - 1)])

    def _over_interval(self, i: int) -> float:
        shares = np.linspace(0.0, 1.0, PIECES + 1)
        parabola = self._price(i, shares)
        convex = np.array([self._bound(i, s) for s in shares]) - parabola / self._instance.scale
        # on each piece: chord of the convex part plus a concave parabola, whose top is found exactly
        low, high = convex[:-1], convex[1:]
        middle = self._price(i, 0.5 * (shares[:-1] + shares[1:])) / self._instance.scale
        left, right = low + parabola[:-1] / self._instance.scale, high + parabola[1:] / self._instance.scale
        centre = 0.5 * (low + high) + middle
        bend = 2 * (left + right) - 4 * centre  # second coefficient of the piece's parabola in its own share
        tilt = right - left - bend
        top = np.divide(-tilt, 2 * bend, out=np.zeros_like(bend), where=bend < 0)
        top = np.clip(top, 0.0, 1.0)
        peaks = left + tilt * top + bend * top**2
        return float(np.maximum(np.maximum(left, right), peaks).max())

    def _price(self, i: int, shares: Floats) -> Floats:
        """alpha times the interpolated norm."""
        alphas, norms = self._path.alphas, self._path.norms
        alpha = (1 - shares) * alphas[i] + shares * alphas[i + 1]
        return np.asarray(alpha * ((1 - shares) * norms[i] + shares * norms[i + 1]))

    def _bound(self, i: int, share: float) -> float:
        path, instance = self._path, self._instance

        def between(values: Floats) -> Floats:
            return np.asarray((1 - share) * values[i] + share * values[i + 1])

        alpha = float(between(path.alphas))
        theta = between(self._thetas)
        primal = instance.value(between(self._etas)) + float(self._price(i, np.array([share]))[0])
        dual_norms, Z = self._pulls
        if Z is None:
            # one scaling for the whole interval keeps the bound convex in the share
            scaling = min(1.0, *(path.alphas[k] / dual_norms[k] for k in (i, i + 1) if dual_norms[k] > 0))
            dual = -instance.conjugate(-scaling * theta)
        else:
            dual = -instance.conjugate(-theta) - instance.norm.conjugate(between(Z), alpha)
        gap = (primal - dual) / instance.scale
        return max(gap, 0.0) if np.isfinite(gap) else np.inf


def guaranteed_alphas(problem: Problem, guarantee: float, alphas: Floats, tolerance: float) -> Path:
    """A path between alphas[0] and alphas[-1] whose bound is within the guarantee everywhere.

    The bound grows with the square of an interval's length, so an interval that exceeds the
    guarantee q times is cut into about sqrt(q) parts; a few rounds, each one path.

    Raises
    ------
    ValueError
        If the guarantee is not above the tolerance of the solutions themselves, or is not
        reached with `MAX_ALPHAS` alphas.
    """
    if not guarantee > 2 * tolerance:
        raise ValueError(
            f"guarantee must be above twice tol={tolerance:g}, the gap of the path's own points, "
            f"got {guarantee:g}; give a larger guarantee or a smaller tol."
        )
    grid = np.geomspace(alphas[0], alphas[-1], FIRST_ALPHAS)
    for _ in range(MAX_ROUNDS):
        path = problem.path(alphas=grid, tol=tolerance, verbose=False)
        excess = PathBound(path).over_intervals() / guarantee
        if (excess <= 1).all():
            return path
        parts = np.where(excess > 1, np.minimum(np.ceil(1.1 * np.sqrt(excess)), 64), 1).astype(int)
        if parts.sum() > MAX_ALPHAS:
            break
        pieces = [
            np.geomspace(high, low, count + 1)[:-1]
            for high, low, count in zip(grid[:-1], grid[1:], parts, strict=True)
        ]
        grid = np.concatenate([*pieces, grid[-1:]])
    raise ValueError(
        f"guarantee={guarantee:g} is not reached with {len(grid)} alphas; "
        "give a larger guarantee or a larger eps."
    )
