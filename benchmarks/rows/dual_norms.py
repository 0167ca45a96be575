"""What no peer has in this form: paths of the largest-entry norm and of SLOPE, knockoffs, smooth bumps."""

from __future__ import annotations

from typing import Any

import numpy as np
from contest import Row

from .common import Fit, columns, normball, rng, signal


def _regression(n: int, p: int) -> Fit:
    X = columns(n, p, 0.5)
    return Fit(X, signal(X, 20) + 0.5 * rng(3).standard_normal(n), "squared_error", np.zeros(1))


def _path(norm: str, eps: float):
    def solve(data: Fit, tolerance: float) -> Any:
        import normball as nb

        return nb.Problem(data.X, data.y, norm=norm).path(n_alphas=20, eps=eps, tol=tolerance, verbose=False)

    return solve


def _gaps(data: Fit, path: Any) -> tuple[np.ndarray, float]:
    """Nothing to compare with: the proved gap is the accuracy."""
    return np.zeros(1), float(np.max(path.gaps))


def _bumps() -> Fit:
    """300 rows, 2,000 smooth bumps whose neighbours are nearly the same."""
    t, centre = np.linspace(0, 1, 300)[:, None], np.linspace(0, 1, 2_000)
    X = np.asfortranarray(np.exp(-(((t - centre) / 0.03) ** 2) / 2))
    return Fit(X, signal(X, 10) + 0.01 * rng(3).standard_normal(300), "squared_error", np.zeros(1))


def _single_bumps(data: Fit, tolerance: float) -> Any:
    import normball as nb

    return nb.Problem(data.X, data.y).path(n_alphas=20, eps=1e-5, tol=tolerance, verbose=False)


def _knockoffs(data: Fit, tolerance: float) -> Any:
    from normball.inference import knockoffs

    return knockoffs(data.X, data.y, model="gaussian")


def _nothing(data: Fit, found: Any) -> tuple[np.ndarray, float]:
    return np.zeros(1), 0.0


def _seconds(name: str, model: str, shape: str, make: Any, solve: Any, bar: float, judge: Any = _gaps) -> Row:
    return Row(name, model, shape, make, judge, lambda data: 1.0, (normball(solve, (1e-8,)),), bar=bar)


ROWS = [
    _seconds(
        "linf-path",
        "LInf, path of 20",
        "500 x 2,000",
        lambda: _regression(500, 2_000),
        _path("linf", 1e-2),
        5.0,
    ),
    _seconds(
        "slope-path",
        "SLOPE, path of 20",
        "200 x 10,000",
        lambda: _regression(200, 10_000),
        _path("sorted_l1", 1e-2),
        5.0,
    ),
    _seconds("smooth-bumps", "lasso on smooth bumps, path of 20", "300 x 2,000", _bumps, _single_bumps, 5.0),
    _seconds(
        "knockoffs",
        "Gaussian knockoffs",
        "200 x 2,000",
        lambda: _regression(200, 2_000),
        _knockoffs,
        15.0,
        _nothing,
    ),
]
