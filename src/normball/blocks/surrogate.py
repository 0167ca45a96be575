"""Paths of classes and counts in a few passes: what a sample says, corrected by what passes find.

A sample's path is the start. A pass gives the loss, the gradient and the certificate of every point
(`points.py`), and Hessians at a few anchors along the path. Between passes each point is moved, from the
gradient g of all rows and their Hessian H, interpolated between the anchors, to the minimum of

    <g, d> + d'Hd / 2 + alpha R(w + d),

and from there again with g replaced by g + grad f_s(w + d) - grad f_s(w) + (H - H_s) d: the loss f_s of the
sample says how the gradient bends, the difference of the Hessians corrects what the sample misses. So an
error shrinks as the square of itself times the error of the sample, and four to six passes suffice.

Certificate. theta = -v l'(eta), e = sum theta / sum v h, z = X'theta - e X'h. For classes and counts the
chi-square bound on the divergence gives f*(-theta + e v h) <= -<theta - e v h, eta> - f + e^2 sum v h for
|e| <= 1, and with s = min(1, alpha / R°(z)), by convexity in s,

    gap <= f + alpha R - s (w'z + f - e^2 sum v h) - (1 - s) floor,

with floor = 0 here. With a ridge r, s = 1 and sum_j (|z_j| - alpha price_j)_+^2 / (2 alpha r_j) is added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..designs import as_design
from ..designs.parallel import for_each
from ..losses.base import SampleLoss
from ..norms import Norm
from ..solvers.dispatch import BATCHES, solver_of
from ..solvers.ends.fits import null_point
from ..solvers.instance import Instance
from ..solvers.paths.engine import PathEngine
from ..solvers.paths.gram_newton import GramNewton
from ..solvers.threads import one_blas_thread
from ..typing import Floats, Indices, Mask
from .base import Blocks
from .points import ENOUGH_ROWS, MOST_EVERY, Points, PointSums, Responses

LOSSES = ("logistic", "poisson")
"""Losses whose divergence the chi-square bound holds for."""
SAMPLE_ROWS, ROWS_A_FEATURE, MOST_SAMPLE_ROWS = 5_000, 100, 100_000
ANCHORS, MOST_MEMBERS = 8, 400
"""Hessians in a pass, and the features up to which all are in them."""
NEAR = 0.75
"""Share of its price that a feature must pull to be in a model."""
ON_SAMPLE = 1e-6
"""Relative gap of the sample's path."""
TURNS, MOST_PASSES = 3, 25
"""Moves between two passes, and passes at most."""
FAST = 1e-3
"""What must be left of a gap after a pass, else Hessians are made again."""


def is_streamed(norm: Norm, n_features: int) -> bool:
    """Whether a norm is a sum over features with a price on each."""
    separable = norm.separable(n_features)
    return separable is not None and bool((separable.price > 0).all())


@dataclass(eq=False)
class Streamed:
    """What the passes find.

    Attributes
    ----------
    alphas, intercepts, losses, norms, gaps : (K,) ; W, pulls : (p, K)
    alpha_max : float ; n_passes : int, besides the sample and the response.
    """

    alphas: Floats
    W: Floats
    intercepts: Floats
    losses: Floats
    norms: Floats
    gaps: Floats
    pulls: Floats
    alpha_max: float
    n_passes: int


class SurrogatePath:
    """One problem on rows in blocks.

    Parameters
    ----------
    blocks : Blocks
    loss : SampleLoss among `LOSSES`.
    norm : Norm, a sum over features with a price on each.
    fit_intercept : bool
    tolerance : float, relative gap.

    Raises
    ------
    ValueError
        If loss or norm are others, or the response is none for the loss.
    """

    def __init__(
        self, blocks: Blocks, loss: SampleLoss, norm: Norm, fit_intercept: bool, tolerance: float
    ) -> None:
        p = blocks.shape[1]
        separable = norm.separable(p)
        if separable is None or not is_streamed(norm, p):
            raise ValueError(
                f"classes and counts in blocks take L1 or the elastic net with a price on every feature, got "
                f"{norm!r}; load the rows for other norms."
            )
        self._blocks, self._loss, self._norm, self._separable = blocks, loss, norm, separable
        self._fit_intercept, self._tolerance = fit_intercept, tolerance
        self._allowed = np.isfinite(separable.price)
        self._price = np.where(self._allowed, separable.price, 1.0)
        self._ridge = None if separable.ridge is None else np.where(self._allowed, separable.ridge, 1.0)
        self._read_response()
        self._take_sample()

    def _read_response(self) -> None:
        """The null model, from the response alone."""
        source = self._blocks.responses() if self._blocks.missing == "refuse" else self._blocks
        total, of_y, of_logs = source.sums(Responses(self._loss))[0]
        mean, logs = of_y / total, of_logs / total
        if self._loss.name == "logistic":
            y, weight = np.array([0.0, 1.0]), np.array([1 - mean, mean])
        else:
            y, weight = np.array([mean]), np.ones(1)
        self._b = self._loss.constant_fit(y, weight) if self._fit_intercept else 0.0
        self.null_loss = self._loss.value(np.full(len(y), self._b), y, weight)
        if self._loss.name == "poisson":  # what the spread of the counts adds
            self.null_loss += logs - mean * np.log(mean) if mean > 0 else 0.0

    def _take_sample(self) -> None:
        n, p = self._blocks.shape
        rows = min(max(SAMPLE_ROWS, ROWS_A_FEATURE * p), MOST_SAMPLE_ROWS, n)
        values = self._blocks.sample(rows)
        if not values.shape[1]:
            raise ValueError(f"{self._blocks.title} has no rows to fit; every one was left out.")
        v = values[-1] / values[-1].sum()
        self._shift = values[:-2] @ v if self._fit_intercept else np.zeros(p)
        X = (values[:-2] - self._shift[:, None]).T
        self.sample = Instance(
            as_design(X), values[-2].copy(), self._loss, self._norm, v, self._fit_intercept
        )
        self._X = X
        self._newton = GramNewton(self.sample, self._separable)

    # ---- the path --------------------------------------------------------------------
    def follow(self, alphas: Floats | None, shares: Floats, report: Callable[[int, float], None]) -> Streamed:
        """Points at decreasing alphas, or at shares of alpha_max; `report` is told passes and worst gap."""
        W, b = self._start(alphas, shares)
        K = W.shape[1]
        unknown = [np.full(K, np.inf) for _ in range(3)]
        found = Streamed(
            alphas=np.zeros(K),
            W=W,
            intercepts=b,
            losses=unknown[0],
            norms=unknown[1],
            gaps=unknown[2],
            pulls=np.zeros_like(W),
            alpha_max=0.0,
            n_passes=0,
        )
        best, todo, worst = np.full(K, np.inf), np.arange(K), [np.inf]
        kept_W, kept_b = W.copy(), b.copy()
        for turn in range(MOST_PASSES):
            is_slow = turn < 2 or worst[-1] > FAST * worst[-2]
            anchors = self._anchors(len(todo), turn) if is_slow else np.zeros(0, dtype=np.intp)
            members = self._members(found, todo) if is_slow else self._last_members
            sums = self._pass(found, todo, anchors, members)
            if turn == 0:
                found.alpha_max = self._alpha_max(sums)
                found.alphas = found.alpha_max * shares if alphas is None else alphas
                sums, todo = self._without_null(found, sums, todo)
            gaps, objectives, Z = self._judge(found, sums, todo)
            if len(anchors):
                self._note_hessians(found, sums, todo, anchors, members)
            worst.append(float(gaps.max(initial=0.0)))
            found.n_passes += 1
            report(found.n_passes, worst[-1])
            rises = objectives > best[todo] + 1e-13 * np.abs(best[todo])
            best[todo] = np.minimum(best[todo], objectives)
            left = gaps > self._tolerance
            if not left.any() or turn == MOST_PASSES - 1:
                break
            falls = todo[~rises]
            kept_W[:, falls], kept_b[falls] = found.W[:, falls], found.intercepts[falls]
            self._step(found, sums, Z, todo, left & ~rises)
            back = todo[left & rises]  # half way to the best point so far
            found.W[:, back] = 0.5 * (found.W[:, back] + kept_W[:, back])
            found.intercepts[back] = 0.5 * (found.intercepts[back] + kept_b[back])
            todo = todo[left]
        found.intercepts = found.intercepts - self._shift @ found.W
        return found

    def _start(self, alphas: Floats | None, shares: Floats) -> tuple[Floats, Floats]:
        """The sample's path (p, K + 1), and the null point last."""
        p = self._blocks.shape[1]
        count = len(shares) if alphas is None else len(alphas)
        W, b = np.zeros((p, count)), np.full(count, self._b)
        try:
            first = null_point(self.sample).alpha
        except ValueError:  # a class so rare that the sample has none of it
            first = 0.0
        if first > 0 and solver_of(self.sample) in BATCHES:
            trail = PathEngine(self.sample, ON_SAMPLE).follow(first * shares if alphas is None else alphas)
            W, b = trail.coefs.toarray().T, trail.intercepts.copy()
        empty = ~(W != 0).any(axis=0)
        b[empty] = self._b
        return np.column_stack([W, np.zeros(p)]), np.append(b, self._b)

    def _anchors(self, count: int, turn: int) -> Indices:
        last = count - 1 - (turn == 0)  # the null point is the last one of the first pass
        return np.unique(np.linspace(0, max(last, 0), min(ANCHORS, max(last + 1, 1))).round().astype(np.intp))

    def _members(self, found: Streamed, todo: Indices) -> Indices:
        """Features in the Hessians."""
        if self._blocks.shape[1] <= MOST_MEMBERS:
            self._last_members = np.flatnonzero(self._allowed)
            return self._last_members
        is_in = (found.W[:, todo] != 0).any(axis=1)
        if found.n_passes:
            is_in |= (self._sizes(found.pulls[:, todo]) > NEAR * found.alphas[todo]).any(axis=1)
        else:
            scores = [self._sizes(self._sample_pull(found.W[:, k], found.intercepts[k])) for k in todo[:-1:4]]
            scale = [max(float(score.max(initial=0.0)), 1e-300) for score in scores]
            is_in |= np.any([score > NEAR * size for score, size in zip(scores, scale, strict=True)], axis=0)
        self._last_members = np.flatnonzero(is_in & self._allowed)
        return self._last_members

    def _sizes(self, pulls: Floats) -> Floats:
        """Pulls (p, ...) over prices; of one-sided features the positive part, of excluded ones 0."""
        price = self._price.reshape(-1, *[1] * (pulls.ndim - 1))
        sizes = (np.maximum(pulls, 0.0) if self._separable.is_one_sided else np.abs(pulls)) / price
        sizes[~self._allowed] = 0.0
        return np.asarray(sizes)

    def _pass(self, found: Streamed, todo: Indices, anchors: Indices, members: Indices) -> PointSums:
        most = MOST_EVERY if found.n_passes == 0 else 1
        every = min(max(self._blocks.shape[0] // ENOUGH_ROWS, 1), most)
        W, b = found.W[:, todo], found.intercepts[todo]
        points = Points(self._loss, self._shift, W, b, anchors, members, every)
        return PointSums.of(self._blocks.sums(points))

    def _centred(self, sums: PointSums) -> tuple[Floats, Floats]:
        """e (K,) and z (p, K)."""
        if not self._fit_intercept:
            return np.zeros(len(sums.losses)), sums.pulls
        e = np.divide(
            sums.balances, sums.totals, out=np.full(len(sums.totals), np.inf), where=sums.totals > 0
        )
        with np.errstate(invalid="ignore"):
            return e, sums.pulls - e * sums.sides

    def _alpha_max(self, sums: PointSums) -> float:
        return float(self._sizes(self._centred(sums)[1][:, -1]).max(initial=0.0))

    def _without_null(self, found: Streamed, sums: PointSums, todo: Indices) -> tuple[PointSums, Indices]:
        """The rest of the first pass: points at and above alpha_max are the null point."""
        K = len(found.alphas)
        is_null = np.flatnonzero(found.alphas >= found.alpha_max)
        columns = {
            name: getattr(sums, name).copy() for name in ("losses", "pulls", "balances", "sides", "totals")
        }
        for values in columns.values():
            values[..., is_null] = values[..., [-1]]
        found.W[:, is_null], found.intercepts[is_null] = 0.0, self._b
        for name in ("W", "intercepts", "losses", "norms", "gaps", "pulls"):
            setattr(found, name, getattr(found, name)[..., :K].copy())
        kept = {name: values[..., :K] for name, values in columns.items()}
        return PointSums(**kept, hessians=sums.hessians), todo[:K]

    def _judge(self, found: Streamed, sums: PointSums, todo: Indices) -> tuple[Floats, Floats, Floats]:
        """Gaps and objectives (k,), and z (p, k); noted in `found`."""
        alphas, W = found.alphas[todo], found.W[:, todo]
        e, Z = self._centred(sums)
        norms = self._price @ np.abs(W)
        products = (W * Z).sum(axis=0) + sums.losses - e**2 * sums.totals
        if self._ridge is None:
            s = alphas / np.maximum(self._sizes(Z).max(axis=0, initial=0.0), alphas)
            duals = s * products
        else:
            norms = norms + 0.5 * self._ridge @ W**2
            excess = np.maximum(self._sizes(Z) - alphas, 0.0) * self._price[:, None]
            duals = products - (excess**2 / self._ridge[:, None]).sum(axis=0) / (2 * alphas)
        objectives = sums.losses + alphas * norms
        with np.errstate(invalid="ignore"):
            gaps = np.where(np.abs(e) <= 1, (objectives - duals) / self.null_loss, np.inf)
        gaps = np.where(np.isnan(gaps), np.inf, np.maximum(gaps, 0.0))
        found.losses[todo], found.norms[todo], found.gaps[todo] = sums.losses, norms, gaps
        found.pulls[:, todo] = Z
        return gaps, objectives, Z

    # ---- steps -----------------------------------------------------------------------
    def _note_hessians(
        self, found: Streamed, sums: PointSums, todo: Indices, anchors: Indices, members: Indices
    ) -> None:
        """Hessians of all rows at the anchors, and what the sample's lack of them."""
        self._places = -np.log(found.alphas[todo[anchors]])
        self._hessians = sums.hessians
        lacks = []
        for hessian, k in zip(sums.hessians, todo[anchors], strict=True):
            _, h = self._sample_parts(found.W[:, k], found.intercepts[k])
            Z = np.column_stack([self._X[:, members], np.ones(len(self._X))]) * np.sqrt(h)[:, None]
            lacks.append(hessian - Z.T @ Z)
        self._lacks, self._known = np.array(lacks), members

    def _between(self, matrices: Floats, alpha: float) -> Floats:
        """A matrix between two anchors, linear in log(alpha)."""
        place = float(np.interp(-np.log(alpha), self._places, np.arange(len(self._places))))
        low = min(int(place), len(matrices) - 1)
        high, share = min(low + 1, len(matrices) - 1), place - low
        return np.asarray((1 - share) * matrices[low] + share * matrices[high])

    def _sample_parts(self, w: Floats, b: float) -> tuple[Floats, Floats]:
        """theta and h (s,) of the sample, weights included."""
        used = np.flatnonzero(w)
        eta = self._X[:, used] @ w[used] + b
        sample = self.sample
        return -sample.gradient(eta), sample.curvature(eta)

    def _sample_pull(self, w: Floats, b: float) -> Floats:
        theta, h = self._sample_parts(w, b)
        if self._fit_intercept:
            theta = theta - h * (theta.sum() / h.sum())
        return np.asarray(self._X.T @ theta)

    def _step(self, found: Streamed, sums: PointSums, Z: Floats, todo: Indices, chosen: Mask) -> None:
        """Move some of the points by their models."""
        is_known = np.zeros(self._blocks.shape[1], dtype=bool)
        is_known[self._known] = True
        places = np.flatnonzero(chosen)

        def move(task: int) -> None:
            i = int(places[task])
            k = int(todo[i])
            w, alpha = found.W[:, k], float(found.alphas[k])
            near = (self._sizes(Z[:, i]) > NEAR * alpha) | (w != 0)
            features = np.flatnonzero(near & is_known)
            if (w[~is_known] != 0).any() or not len(features):
                return
            gradient = np.append(sums.pulls[features, i], sums.balances[i])
            found.W[features, k], found.intercepts[k] = self._moved(
                features, w, float(found.intercepts[k]), alpha, gradient
            )

        with one_blas_thread():
            for_each(len(places), move)

    def _moved(
        self, features: Indices, w: Floats, b: float, alpha: float, theta_of: Floats
    ) -> tuple[Floats, float]:
        """Weights of some features and the intercept at the minimum of a model."""
        where = np.append(np.searchsorted(self._known, features), len(self._known))
        H = self._between(self._hessians[:, where[:, None], where], alpha)
        lack = self._between(self._lacks[:, where[:, None], where], alpha)
        start, first, wide = np.append(w[features], b), self._sample_parts(w, b)[0], w.copy()
        X, now = self._X[:, features], start.copy()
        if self._fit_intercept:
            side, total = H[:-1, -1], float(H[-1, -1])
            inner = H[:-1, :-1] - np.outer(side, side) / total
        else:
            side, total, inner = np.zeros(len(features)), 1.0, H[:-1, :-1]
        pull = theta_of
        for turn in range(TURNS):
            if turn:
                wide[features] = now[:-1]
                bend = self._sample_parts(wide, float(now[-1]))[0] - first
                pull = theta_of + np.append(X.T @ bend, bend.sum()) - lack @ (now - start)
            balance = float(pull[-1]) if self._fit_intercept else 0.0
            z = pull[:-1] - side * (balance / total)
            found = self._newton.minimise(inner, z, now[:-1], alpha, features)
            if found is None:
                break
            move = found - now[:-1]
            if self._fit_intercept:
                now[-1] += (balance - float(side @ move)) / total
            now[:-1] = found
        return now[:-1], float(now[-1])
