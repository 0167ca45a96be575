"""Paths of several responses on scikit-learn's scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..designs import as_design
from ..norms import SquaredL2
from ..problem import Problem
from ..solvers.groups.responses import Multitask
from ..solvers.threads import suitable_threads
from ..typing import Floats

TOLERANCE = 1e-13
"""Relative gap of every solution."""


def multitask(
    X: Any,
    Y: Floats,
    l1_ratio: float,
    grid: Callable[[float], Floats],
    start: Any,
    tolerance: float,
    sample_weight: Floats | None,
    fit_intercept: bool,
) -> tuple[Floats, Floats, Floats, list[int]]:
    """Alphas (m,), coefs (k, p, m), gaps (m,) and rounds of the multi-task elastic net; see `enet_path`."""
    n, k = Y.shape
    Y = Y.astype(np.float64)
    weight = np.full(n, 1 / n) if sample_weight is None else sample_weight / sample_weight.sum()
    alphas = grid(np.inf) if l1_ratio == 0 else None
    if alphas is None:
        design = as_design(X)
        kept = np.flatnonzero(weight)
        if len(kept) < n:
            design, Y, weight = design.rows(kept), Y[kept], weight[kept]
        with suitable_threads(design.shape):
            problem = Multitask(design, Y, weight, fit_intercept, l1_ratio)
            alphas = grid(problem.alpha_max)
            if (alphas > 0).all():
                # scikit-learn's criterion is relative to |Y|^2
                loose = tolerance * float((problem.target**2).sum()) / max(problem.scale, 1e-300)
                first = None if start is None else np.asarray(start)
                found = problem.follow(alphas, TOLERANCE, first, loose if first is not None else None)
                return alphas, np.moveaxis(found.coefs, 0, 2), found.gaps * problem.scale, found.rounds
    # without a price on the rows the responses are problems of their own
    coefs, gaps = np.zeros((k, X.shape[1], len(alphas))), np.zeros(len(alphas))
    for response in range(k):
        norm = SquaredL2() if l1_ratio == 0 else "l1"
        one = Problem(X, Y[:, response], norm=norm, fit_intercept=fit_intercept, sample_weight=weight)
        for column, alpha in enumerate(alphas.tolist()):
            solution = one.solve(alpha=alpha)
            coefs[response, :, column] = solution.coef
            gaps[column] += solution.certificate.gap * one.instance.scale
    return alphas, coefs, gaps, [2] * len(alphas)
