"""Cross-validation: its folds, its scores against scikit-learn, and the two choices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LassoCV

from normball import Problem
from normball.datasets import make_classification, make_regression
from normball.designs import SparseDesign
from normball.estimators import RegressorCV, cross_validate, folds_of
from normball.progress import Progress

DATA, COEF = make_regression(60, 8, 3, noise=2.0, seed=1)
CLASSES, _ = make_classification(61, 5, 2, seed=2)


def test_folds_partition_the_rows() -> None:
    folds = [fold.test for fold in folds_of(Problem(DATA.X, DATA.y), 7, seed=0)]
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(60))
    assert {len(fold) for fold in folds} == {8, 9}
    for first, second in zip(folds, folds_of(Problem(DATA.X, DATA.y), 7, seed=0), strict=True):
        np.testing.assert_array_equal(first, second.test)
        np.testing.assert_array_equal(np.setdiff1d(np.arange(60), first), second.train)
    assert any(
        not np.array_equal(first, second.test)
        for first, second in zip(folds, folds_of(Problem(DATA.X, DATA.y), 7, seed=1), strict=True)
    )


def test_folds_keep_the_share_of_the_classes() -> None:
    problem = Problem(CLASSES.X, CLASSES.y, loss="logistic")
    folds = folds_of(problem, 6, seed=0)
    ones = [int(CLASSES.y[fold.test].sum()) for fold in folds]
    assert max(ones) - min(ones) <= 1
    sizes = [len(fold.test) for fold in folds]
    assert max(sizes) - min(sizes) <= 1


def test_losses_are_those_of_scikit_learn() -> None:
    problem = Problem(DATA.X, DATA.y)
    alphas = problem.alpha_max * np.geomspace(1, 0.01, 12)
    found = cross_validate(problem, n_folds=4, alphas=alphas, seed=3, tol=1e-12)
    splits = [(fold.train, fold.test) for fold in folds_of(problem, 4, seed=3)]
    reference = LassoCV(alphas=alphas, cv=splits, tol=1e-12, max_iter=100_000).fit(DATA.X, DATA.y)
    np.testing.assert_allclose(found.alphas, reference.alphas_)
    # theirs is the mean of the squares, ours of half of them
    np.testing.assert_allclose(2 * found.fold_losses.T, reference.mse_path_, rtol=1e-8)
    assert found.best_alpha == pytest.approx(reference.alpha_)
    assert found.mean_error is None
    expected = found.fold_losses.std(axis=0, ddof=1) / 2  # of 4 folds of 15 rows
    np.testing.assert_allclose(found.standard_error, expected)


def test_the_rule_of_one_standard_error_takes_a_larger_alpha() -> None:
    found = cross_validate(Problem(DATA.X, DATA.y), n_alphas=20)
    best, simple = found.best_index, found.one_se_index
    assert simple <= best
    bound = found.mean_loss[best] + found.standard_error[best]
    assert found.mean_loss[simple] <= bound
    assert (found.mean_loss[:simple] > bound).all()
    assert found.one_se_alpha == found.alphas[simple] >= found.best_alpha
    assert f"alpha={found.best_alpha:.6g}" in repr(found)


def test_wrong_classes_are_counted() -> None:
    problem = Problem(CLASSES.X, CLASSES.y, loss="logistic")
    found = cross_validate(problem, n_folds=3, alphas=[0.05, 0.01])
    wrong = np.zeros(2)
    for fold in folds_of(problem, 3, seed=0):
        kept, held = fold.train, fold.test
        for k, alpha in enumerate((0.05, 0.01)):
            fit = Problem(CLASSES.X[kept], CLASSES.y[kept], loss="logistic").solve(alpha=alpha)
            wrong[k] += ((fit.predict(CLASSES.X[held]) > 0.5) != CLASSES.y[held]).sum()
    np.testing.assert_allclose(found.mean_error, wrong / 61)
    assert 0 < wrong.min() < 30


def test_a_weight_of_two_counts_as_two_rows_in_training_and_scores() -> None:
    weights = np.where(np.arange(60) % 3 == 0, 2.0, 1.0)
    problem = Problem(DATA.X, DATA.y, sample_weight=weights)
    alphas = [0.5, 0.1]
    found = cross_validate(problem, n_folds=3, alphas=alphas, tol=1e-12)
    for fold, losses in zip(folds_of(problem, 3, seed=0), found.fold_losses, strict=True):
        kept, held = fold.train, fold.test
        repeated = np.repeat(kept, weights[kept].astype(int))
        for alpha, loss in zip(alphas, losses, strict=True):
            fit = Problem(DATA.X[repeated], DATA.y[repeated]).solve(alpha=alpha, tol=1e-12)
            squares = 0.5 * (DATA.y[held] - fit.predict(DATA.X[held])) ** 2
            assert loss == pytest.approx(np.average(squares, weights=weights[held]))


def test_sparse_stays_sparse_and_gives_the_same() -> None:
    X = np.where(np.abs(DATA.X) > 0.8, DATA.X, 0.0)
    problem = Problem(sparse.csr_array(X), DATA.y)
    assert isinstance(problem.rows(np.arange(10)).design, SparseDesign)
    dense, held = cross_validate(Problem(X, DATA.y), n_alphas=6), cross_validate(problem, n_alphas=6)
    np.testing.assert_allclose(held.fold_losses, dense.fold_losses, rtol=1e-6)


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(Progress, "__call__", lambda bar, count=1: told.append(count))
    with Progress(3, "folds") as bar:
        cross_validate(Problem(DATA.X, DATA.y, norm="l2"), n_folds=3, n_alphas=4, progress=bar)
    assert sum(told) >= 3
    told.clear()
    RegressorCV("elastic_net", l1_ratio=[0.5, 0.9], cv=4, n_alphas=4).fit(DATA.X, DATA.y)
    assert sum(told) >= 8
