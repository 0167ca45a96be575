"""Where X'theta is what is left of terms many times its size, no gap is claimed that rounding may hide."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import sparse

from comparison import compare
from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import ConvergenceWarning, Problem
from normball.designs import DenseDesign, SparseDesign
from normball.losses import Huber, Loss, Quantile, SquaredError
from normball.norms import L1, ElasticNet, GroupL2, LInf, Norm, SortedL1
from normball.typing import Floats
from problems import hard_problem


def scaled(rng: np.random.Generator) -> Floats:
    return rng.standard_normal((30, 8)) * 10.0 ** rng.permutation(np.linspace(-8, 8, 8))


def far(rng: np.random.Generator) -> Floats:
    return rng.standard_normal((30, 8)) + 10.0 ** rng.uniform(5, 8, 8)


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("kind", [scaled, far])
@pytest.mark.parametrize("norm", [LInf(), SortedL1(), GroupL2(np.arange(8) // 2), L1()], ids=repr)
@pytest.mark.parametrize("loss", [Huber(0.3), SquaredError(), Quantile(0.3)], ids=repr)
@pytest.mark.parametrize("share", [1e-7, 1e-9])
def test_claims_are_true(loss: Loss, norm: Norm, kind: object, share: float) -> None:
    rng = np.random.default_rng(2)
    X = kind(rng)  # type: ignore[operator]
    y = X @ (rng.standard_normal(8) / np.abs(X).max(axis=0)) + rng.standard_normal(30)
    problem = Problem(X, y, loss, norm, fit_intercept=False)
    exact = ExtendedProblem(X, y, loss, norm, fit_intercept=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        solution = problem.solve(alpha=share * problem.alpha_max)
    found = exact.examine(Claim.of(solution))
    # slopes that end their range a rounding beyond it move X'theta by 1e8 times as much
    assert found.theta_gap <= 10 * solution.certificate.gap + 2e-9


@pytest.mark.quick_cases(4)
@pytest.mark.parametrize("kind", [scaled, far])
@pytest.mark.parametrize(
    "norm", [ElasticNet(0.5), SortedL1(), L1(), L1(weights=[0, 1, 1, 1, 1, 1, 1, 1])], ids=repr
)
@pytest.mark.parametrize("loss", [Huber(0.3), SquaredError(), Quantile(0.1)], ids=repr)
@pytest.mark.parametrize("share", [0.6, 0.2])
def test_claims_of_targets_are_true(loss: Loss, norm: Norm, kind: object, share: float) -> None:
    rng = np.random.default_rng(4)
    X = kind(rng)  # type: ignore[operator]
    y = X @ (rng.standard_normal(8) / np.abs(X).max(axis=0)) + 0.1 * rng.standard_normal(30)
    problem = Problem(X, y, loss, norm, fit_intercept=False)
    exact = ExtendedProblem(X, y, loss, norm, fit_intercept=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        solution = problem.solve(target=share * problem.instance.null_loss)
    assert exact.examine(Claim.of(solution)).contradictions() == []


@pytest.mark.parametrize("position", [1981, 1982, 2607])
def test_claims_on_far_columns_are_true(position: int) -> None:
    """Drawn problems, each of which was claimed too much of, or not solved at all."""
    assert [sentence for each in compare(hard_problem(position)) for sentence in each.failures()] == []


def test_a_small_sparse_column_keeps_its_size_after_a_large_one() -> None:
    rng = np.random.default_rng(0)
    for units in ([1e8, 1e-8, 1.0], [1.0, 1e-9], [1e100, 1e50, 1e-3]):
        X = rng.standard_normal((20, len(units))) * (rng.random((20, len(units))) < 0.5) * units
        weight = np.full(20, 0.05)
        right = DenseDesign(X).mean_squares(weight)
        np.testing.assert_allclose(SparseDesign(sparse.csc_array(X)).mean_squares(weight), right, rtol=1e-12)
