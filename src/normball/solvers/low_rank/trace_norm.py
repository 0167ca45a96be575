"""Low-rank regression: min |Y - X W|^2 / 2 + alpha ||W||_* by its factors, in the coordinates of X.

With X = U diag(d) Q' (weighted by the roots of the sample weights, centred for an intercept) the
optimal W lies in the span of Q, and the nuclear norm does not see Q:

    minimise  |T - diag(d) H|^2 / 2 + alpha ||H||_* + rest,    T = U' Y,  W = Q H.

Each round takes a proximal gradient step, which changes the rank, and then a few ridge
regressions for the two factors of H = A B' in turn, which settle H at that rank, since

    ||H||_* = min (|A|^2 + |B|^2) / 2  over  H = A B'

(Srebro, Rennie, Jaakkola, Maximum-margin matrix factorization, NIPS 2004; the alternation
with soft thresholds as in Hastie, Mazumder, Lee, Zadeh, JMLR 16, 2015). The regressions are exact,
so that a badly conditioned X costs few rounds. Both kinds of step lower the objective.

Dual: max <S, T> - |S|^2 / 2 subject to ||diag(d) S||_2 <= alpha; S is a multiple of the residual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ...typing import Floats

SWEEPS = 3
MOST_ROUNDS = 5000
PATIENCE = 50
"""Rounds without half the gap, after which the digits are used up."""


@dataclass(eq=False)
class Factored:
    """H as `W`, loss with `rest`, gap relative to the loss at zero, rounds taken."""

    W: Floats
    loss: float
    gap: float
    n_rounds: int


class TraceNorm:
    """One regression, solved at one alpha after another, each from the last.

    Parameters
    ----------
    d : (r,) > 0, descending, singular values of X.
    T : (r, q)
    rest : float >= 0, squares that no H reaches, halved.

    Attributes
    ----------
    rest : float
    scale : float, loss at zero.
    alpha_max : float, least alpha at which H = 0.
    """

    def __init__(self, d: Floats, T: Floats, rest: float) -> None:
        self._d, self._T, self.rest = d[:, None], T, rest
        self.scale = rest + 0.5 * float(np.vdot(T, T))
        self.alpha_max = spectral_norm(self._d * T)
        self._H, self._values = np.zeros_like(T), np.zeros(0)

    def penalty(self, H: Floats) -> float:
        """||H||_*."""
        return float(linalg.svdvals(H).sum()) if H.size else 0.0

    def solve(self, alpha: float, tolerance: float, least: int = 0) -> Factored:
        """The solution at alpha > 0, from the last one on, by `least` rounds or more."""
        if alpha >= self.alpha_max:
            self._H, self._values = np.zeros_like(self._T), np.zeros(0)
            return Factored(self._H, self.scale, 0.0, 0)
        best, stalled, n_rounds = np.inf, 0, 0
        while True:
            gap = self._gap(alpha)
            stalled, best = (0, gap) if gap < 0.5 * best else (stalled + 1, best)
            if (gap <= tolerance and n_rounds >= least) or stalled > PATIENCE or n_rounds == MOST_ROUNDS:
                break
            self._round(alpha)
            n_rounds += 1
        residual = self._T - self._d * self._H
        return Factored(self._H, self.rest + 0.5 * float(np.vdot(residual, residual)), gap, n_rounds)

    def least_squares(self) -> Floats:
        """H of the least nuclear norm among the best fits, alpha -> 0."""
        return self._T / self._d

    def of_rank(self, rank: int) -> Floats:
        """The best H of at most this rank: its fit is the nearest to T (Eckart and Young, 1936)."""
        U, s, Vt = linalg.svd(self._T, full_matrices=False)
        return ((U[:, :rank] * s[:rank]) @ Vt[:rank]) / self._d

    def met(self, H: Floats, form: str, level: float) -> Floats:
        """c H, c near 1, that meets a budget or target which H meets up to the square root of its gap.

        Near the solution this costs the square of c - 1 only.
        """
        if form == "budget":
            return H * (level / self.penalty(H))
        fit = self._d * H
        square, inner = float(np.vdot(fit, fit)), float(np.vdot(fit, self._T))
        # the smaller root of rest + |T - c fit|^2 / 2 = level
        excess = self.scale - level
        root = float(np.sqrt(max(inner**2 - 2 * square * excess, 0.0)))
        return H * (2 * excess / (inner + root))

    def least_loss_of_rank(self, rank: int) -> float:
        """Of all H of at most this rank."""
        values = linalg.svdvals(self._T)[rank:]
        return self.rest + 0.5 * float(values @ values)

    def _round(self, alpha: float) -> None:
        step = 1.0 / float(self._d[0, 0]) ** 2
        moved = self._H + step * self._d * (self._T - self._d * self._H)
        _, s, Vt = linalg.svd(moved, full_matrices=False, check_finite=False)
        kept = s > step * alpha
        B = Vt[kept].T * np.sqrt(s[kept] - step * alpha)
        if not kept.any():
            self._H, self._values = np.zeros_like(moved), np.zeros(0)
            return
        for _ in range(SWEEPS):
            A = self._left(B, alpha)
            fit = self._d * A
            square = fit.T @ fit
            square.flat[:: len(square) + 1] += alpha
            B = linalg.solve(square, fit.T @ self._T, assume_a="pos", check_finite=False).T
        left, R = linalg.qr(A, mode="economic", check_finite=False)
        right, S = linalg.qr(B, mode="economic", check_finite=False)
        inner, self._values, turn = linalg.svd(R @ S.T, check_finite=False)
        self._H = (left @ inner * self._values) @ (right @ turn.T).T

    def _left(self, B: Floats, alpha: float) -> Floats:
        """Rows a_i: (d_i^2 B'B + alpha I) a = d_i B't_i, all by one eigenproblem of B'B."""
        values, directions = linalg.eigh(B.T @ B, check_finite=False)
        rotated = ((self._d * self._T) @ (B @ directions)) / (self._d**2 * np.maximum(values, 0.0) + alpha)
        rows: Floats = rotated @ directions.T
        return rows

    def _gap(self, alpha: float) -> float:
        residual = self._T - self._d * self._H
        square, inner = float(np.vdot(residual, residual)), float(np.vdot(residual, self._T))
        share = dual_share(square, inner, alpha, spectral_norm(self._d * residual))
        primal = 0.5 * square + alpha * float(self._values.sum())
        return max(primal - share * inner + 0.5 * share**2 * square, 0.0) / self.scale


def dual_share(square: float, inner: float, bound: float, norm: float) -> float:
    """The feasible multiple of a residual that proves most: share * norm <= bound."""
    best = inner / square if square > 0 else 0.0
    return float(np.clip(best, 0.0, bound / norm if norm > 0 else np.inf))


def spectral_norm(matrix: Floats) -> float:
    """Largest singular value, by the smaller Gram matrix; 0 without entries."""
    if not matrix.size:
        return 0.0
    gram = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    last = len(gram) - 1
    largest = linalg.eigvalsh(gram, subset_by_index=(last, last), check_finite=False)
    return float(np.sqrt(max(float(largest[0]), 0.0)))
