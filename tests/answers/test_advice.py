"""What a missed tolerance is put down to."""

from __future__ import annotations

import numpy as np
import pytest

from normball import ConvergenceWarning, Problem
from normball.answers.verdict import likely_cause
from normball.losses import Huber, Logistic, Loss, SquaredError


@pytest.mark.parametrize("loss", [SquaredError(), Huber(), Logistic()], ids=repr)
def test_rounding_is_not_taken_for_too_few_iterations(loss: Loss) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 5))
    y = (X[:, 0] + rng.standard_normal(40) > 0).astype(np.float64)
    problem = Problem(X, y, loss)
    with pytest.warns(ConvergenceWarning, match="Rounding is what is left"):
        problem.solve(alpha=0.3 * problem.alpha_max, tol=1e-18)


@pytest.mark.parametrize("offset", [1e5, -1e7, 1e8])
def test_a_column_far_from_zero_is_named_where_nothing_takes_its_mean_out(offset: float) -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, 5))
    X[:, 3] += offset
    y = rng.standard_normal(40)
    assert "'x3' lies" in likely_cause(Problem(X, y, fit_intercept=False))
    assert "'x3'" not in likely_cause(Problem(X, y))
