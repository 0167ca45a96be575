"""Solve H x = rhs for H = diag(diagonal) + E' E + F diag(factor_weights) F'.

Every Newton step of the package has this shape: E (m, d) holds the weighted columns of
the face, the diagonal and the few factors come from the curvature of the regulariser.
With d <= m + r the matrix H is formed, scaled to unit diagonal and factored by
Cholesky; with more coordinates than rows the Woodbury identity needs only an
(m + r)-dimensional system. Both square the condition of E. Where that is beyond about 1e5 (columns
far from zero or nearly dependent) singular values of E and the roots of the diagonal, one below the
other, take over: they lose as many digits as E itself has to lose. Dependent columns are solved in
the least-squares sense.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack

from ...typing import Floats

ILL = 1e-5
"""Smallest pivot of H, scaled to unit diagonal, that is worth its digits."""

DEPENDENT = 1e-14
"""Share of the largest singular value below which columns depend on each other."""


class NewtonSystem:
    """Factorised H; `solve` may be called with vectors (d,) or matrices (d, k)."""

    def __init__(self, diagonal: Floats, E: Floats, factors: Floats, factor_weights: Floats) -> None:
        self._diagonal, self._E = diagonal, E
        self._factors, self._factor_weights = factors, factor_weights
        self._is_ill = False
        rows = E.shape[0] + factors.shape[1]
        self._is_wide = len(diagonal) > rows and bool((diagonal > 0).all())
        if self._is_wide:
            self._factor_wide()
        else:
            self._factor_square()

    def _factor_square(self) -> None:
        H = self._E.T @ self._E
        H[np.diag_indices_from(H)] += self._diagonal
        if len(self._factor_weights):
            H += (self._factors * self._factor_weights) @ self._factors.T
        size = np.diag(H).copy()
        self._scaling = 1 / np.sqrt(np.where(size > 0, size, 1.0))
        H *= self._scaling[:, None]
        H *= self._scaling
        try:
            factor = cho_factor(H, lower=True, check_finite=False)
            if len(H) and np.min(np.diag(factor[0])) < ILL:
                raise np.linalg.LinAlgError
            self._cholesky = factor
        except np.linalg.LinAlgError:
            self._is_ill = True
            self._factor_ill()

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def _factor_ill(self) -> None:
        """H - F S F' = R'R by the singular values of its rows, in columns of unit length; F by Woodbury."""
        rows = np.vstack([self._E, np.diag(np.sqrt(np.maximum(self._diagonal, 0.0)))])
        size = np.sqrt(np.einsum("ij,ij->j", rows, rows))
        if not np.isfinite(size).all():
            raise np.linalg.LinAlgError("rows beyond floats")
        self._scaling = 1 / np.where(size > 0, size, 1.0)
        _, values, turned = np.linalg.svd(rows * self._scaling, full_matrices=False)
        kept = values > DEPENDENT * values.max(initial=0.0)
        self._basis = self._scaling[:, None] * (turned[kept].T / values[kept])
        self._inner: Floats | None = None
        if len(self._factor_weights):
            spread = self._basis.T @ self._factors
            inner = np.eye(len(self._factor_weights)) + (spread.T @ spread) * self._factor_weights
            self._inner = (spread * self._factor_weights) @ np.linalg.lstsq(inner, spread.T, rcond=None)[0]

    @np.errstate(over="ignore", invalid="ignore")
    def _solve_ill(self, rhs: Floats) -> Floats:
        turned = self._basis.T @ rhs
        if self._inner is not None:
            turned = turned - self._inner @ turned
        return np.asarray(self._basis @ turned)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # callers look whether a step is finite
    def _factor_wide(self) -> None:
        # H^-1 = D^-1 - D^-1 W' (S^-1 + W D^-1 W')^-1 W D^-1 with W = [E; F'], S = diag(1, weights)
        E, factors, rows = self._E, self._factors, self._E.shape[0]
        is_constant = bool((self._diagonal == self._diagonal[0]).all())
        spread = factors / self._diagonal[:, None]
        core = np.empty((rows + factors.shape[1],) * 2)
        core[:rows, :rows] = E @ E.T / self._diagonal[0] if is_constant else (E / self._diagonal) @ E.T
        core[:rows, rows:] = E @ spread
        core[rows:, :rows] = core[:rows, rows:].T
        core[rows:, rows:] = factors.T @ spread
        core[np.diag_indices_from(core)] += np.concatenate([np.ones(rows), 1 / self._factor_weights])
        found = _inverse(core, is_definite=factors.shape[1] == 0)
        if found is None:
            self._is_ill = True
            self._factor_ill()
        else:
            self._apply_core = found

    @np.errstate(over="ignore", invalid="ignore")
    def solve(self, rhs: Floats) -> Floats:
        if self._is_ill:
            return self._solve_ill(rhs)
        if self._is_wide:
            result = self._solve_wide(rhs)
            # one refinement step: the identity loses digits when the diagonal is small
            return result + self._solve_wide(rhs - self.multiply(result))
        scaling = self._scaling if rhs.ndim == 1 else self._scaling[:, None]
        return np.asarray(scaling * cho_solve(self._cholesky, rhs * scaling, check_finite=False))

    def _solve_wide(self, rhs: Floats) -> Floats:
        diagonal = self._diagonal if rhs.ndim == 1 else self._diagonal[:, None]
        first, rows = rhs / diagonal, self._E.shape[0]
        inner = self._apply_core(np.concatenate([self._E @ first, self._factors.T @ first]))
        return np.asarray(first - (self._E.T @ inner[:rows] + self._factors @ inner[rows:]) / diagonal)

    def multiply(self, x: Floats) -> Floats:
        """H x, for refinement."""
        diagonal = self._diagonal if x.ndim == 1 else self._diagonal[:, None]
        weights = self._factor_weights if x.ndim == 1 else self._factor_weights[:, None]
        low_rank = self._factors @ (weights * (self._factors.T @ x))
        return np.asarray(diagonal * x + self._E.T @ (self._E @ x) + low_rank)

    def solve_bordered(self, border: Floats, rhs: Floats, corner: float) -> tuple[Floats, float]:
        """(x, nu) with H x + border nu = rhs and border' x = corner."""
        plain, along = self.solve(rhs), self.solve(border)
        length = float(border @ along)
        nu = (float(border @ plain) - corner) / length if length > 0 else 0.0
        return plain - nu * along, nu


def _inverse(core: Floats, is_definite: bool) -> Callable[[Floats], Floats] | None:
    """Products with the inverse of a symmetric matrix, None if it is ill-conditioned.

    A definite one needs no more than a Cholesky factor, which estimates the condition too.
    """
    size = float(np.abs(core).sum(axis=1).max())
    if is_definite and np.isfinite(size):
        factor, failed = lapack.dpotrf(core, lower=1)
        if failed or not lapack.dpocon(factor, size, uplo="L")[0] > ILL**2:
            return None
        return lambda rhs: np.asarray(cho_solve((factor, True), rhs, check_finite=False))
    try:
        inverse = np.linalg.inv(core)
    except np.linalg.LinAlgError:
        return None
    if not size * float(np.abs(inverse).sum(axis=1).max()) < 1 / ILL**2:
        return None
    return lambda rhs: np.asarray(inverse @ rhs)
