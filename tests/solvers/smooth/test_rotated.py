"""Norms that see only the length of w, on wide data: the narrow problem gives the same path."""

from __future__ import annotations

import numpy as np
import pytest

import normball as nb


@pytest.mark.parametrize("norm", ["l2", "squared_l2"])
@pytest.mark.parametrize("loss", ["logistic", "huber", "poisson"])
@pytest.mark.parametrize("rank", ["full", "deficient"])
def test_wide_paths_agree_with_solving_each_alpha(norm: str, loss: str, rank: str) -> None:
    rng = np.random.default_rng(0)
    n, p = 20, 60
    X = rng.standard_normal((n, p))
    if rank == "deficient":
        X[5:] = rng.standard_normal((n - 5, 5)) @ X[:5]
    eta = X[:, 0] - X[:, 1]
    y = {
        "logistic": (eta + rng.standard_normal(n) > 0).astype(float),
        "huber": eta + rng.standard_t(2, n),
        "poisson": rng.poisson(np.exp(np.clip(eta, -2, 2))).astype(float),
    }[loss]
    weights = rng.random(n)
    problem = nb.Problem(X, y, loss=loss, norm=norm, sample_weight=weights)
    path = problem.path(8, eps=1e-2)
    assert path.gaps.max() <= 1e-8
    for k in (0, 4, 7):
        alone = problem.solve(alpha=float(path.alphas[k]), tol=1e-12)
        scale = np.abs(alone.coef).max() + 1e-12
        np.testing.assert_allclose(path.coefs[k], alone.coef, atol=1e-6 * scale)
