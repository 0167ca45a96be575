"""Rows in blocks give the answers of the same rows in memory, bit for bit on any number of threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import normball as nb
from blocked_rows import STORAGES, numbers, stored
from normball.blocks import base, moments
from normball.blocks.folds import fold_of
from normball.blocks.moments import Moments, MomentSums
from normball.blocks.stored import read_stored
from normball.losses import SquaredError

MEMORY = 25_000
"""Bytes that hold the moments of the table, and not its rows."""
NORMS = [
    nb.norms.L1(),
    nb.norms.L1(weights=np.arange(12) / 4, positive=False),
    nb.norms.L1(positive=True),
    nb.norms.ElasticNet(0.4),
    nb.norms.get_norm("squared_l2"),
    nb.norms.GroupL2([[0, 1, 2], [3, 4, 5, 6], [7, 8, 9, 10, 11]]),
    nb.norms.get_norm("l2"),
]


def same_paths(found: nb.Path, wanted: nb.Path) -> None:
    scale = np.abs(wanted.coefs).max()
    assert np.allclose(found.alphas, wanted.alphas, rtol=1e-10, atol=0)
    assert np.abs(found.coefs - wanted.coefs).max() <= 1e-9 * scale
    level = np.abs(wanted.intercepts).max() + scale * 1e4
    assert np.abs(found.intercepts - wanted.intercepts).max() <= 1e-9 * level
    assert found.converged


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("kind", STORAGES)
def test_every_storage_and_block_size(kind: str, rows: int, tmp_path: Path) -> None:
    table = numbers()
    scan, y, weight = stored(kind, tmp_path, table, memory=MEMORY, block_rows=rows)
    problem = nb.Problem(scan, y, sample_weight=weight)
    assert problem.summary is not None
    assert problem.n_samples == int((table[2] > 0).sum())
    wanted = nb.Problem(table[0], table[1], sample_weight=table[2])
    same_paths(problem.path(20), wanted.path(20))


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("norm", NORMS, ids=repr)
def test_every_norm(norm: nb.norms.Norm, fit_intercept: bool, tmp_path: Path) -> None:
    X, y, weight = numbers()
    X[:, 2] -= 1e4
    scan, *_ = stored("parquet", tmp_path, (X, y, weight), memory=MEMORY, drop=["mass"])
    found = nb.Problem(scan, "price", norm=norm, fit_intercept=fit_intercept)
    wanted = nb.Problem(X, y, norm=norm, fit_intercept=fit_intercept)
    alphas = wanted.path(8, 1e-2).alphas
    same = found.path(alphas=alphas, tol=1e-11), wanted.path(alphas=alphas, tol=1e-11)
    scale = np.abs(same[1].coefs).max()
    assert (
        np.abs(same[0].coefs - same[1].coefs).max()
        <= (1e-9 if norm.name in ("l1", "elastic_net") else 1e-6) * scale
    )
    assert found.alpha_max == pytest.approx(wanted.alpha_max, rel=1e-10)


def test_budgets_targets_and_answers(tmp_path: Path) -> None:
    X, y, weight = numbers()
    scan, *_ = stored("parquet", tmp_path, (X, y, weight), memory=MEMORY)
    found, wanted = nb.Problem(scan, "price", sample_weight="mass"), nb.Problem(X, y, sample_weight=weight)
    for level in ({"budget": 2.0}, {"target": 1.5}, {"alpha": nb.fraction(0.1)}):
        one, two = found.solve(**level), wanted.solve(**level)
        assert one.converged
        assert np.allclose(one.coef, two.coef, atol=1e-8)
        assert one.loss == pytest.approx(two.loss, rel=1e-8)
        assert one.why("x1").benefit == pytest.approx(two.why("x1").benefit, abs=1e-8)
        assert one.quality["R2"].value == pytest.approx(two.quality["R2"].value, rel=1e-8)
        assert one.quality.n_rows == two.quality.n_rows
        assert np.array_equal(one.proved_zero, two.proved_zero)
        assert np.allclose(one.contact.normal, two.contact.normal, atol=1e-7)
    criteria = [nb.inference.criteria(problem.path(20)) for problem in (found, wanted)]
    assert np.allclose(criteria[0].ebic, criteria[1].ebic, rtol=1e-9)


@pytest.mark.parametrize("standardize", [False, True])
def test_cross_validation_in_the_same_pass(standardize: bool, tmp_path: Path) -> None:
    X, y, weight = numbers(n=900)
    scan, *_ = stored("folder", tmp_path, (X, y, weight), memory=60_000, block_rows=7, drop=["mass"])
    fold = fold_of(np.arange(900), 4, 0)
    pairs = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(4)]
    found = nb.RegressorCV(cv=4, standardize=standardize).fit(scan, "price")
    wanted = nb.RegressorCV(cv=pairs, standardize=standardize).fit(X, y)
    assert found.solution_.problem.summary.n_passes == 1
    assert np.allclose(found.fold_losses_, wanted.fold_losses_, rtol=1e-7)
    assert np.allclose(found.standard_error_, wanted.standard_error_, rtol=1e-5)
    assert found.best_index_ == wanted.best_index_
    assert found.one_se_index_ == wanted.one_se_index_
    assert np.allclose(found.coef_, wanted.coef_, atol=1e-7)
    assert found.quality().held_out["RMSE"].value == pytest.approx(wanted.quality().held_out["RMSE"].value)
    assert "4-fold cross-validation" in found.report()
    assert list(found.feature_names_in_) == [f"x{j}" for j in range(12)]


def test_estimator_at_a_level(tmp_path: Path) -> None:
    X, y, weight = numbers()
    scan, *_ = stored("parquet", tmp_path, (X, y, weight), memory=MEMORY)
    found = nb.Regressor(alpha=0.3, standardize=True).fit(scan, "price", "mass")
    wanted = nb.Regressor(alpha=0.3, standardize=True).fit(X, y, weight)
    assert np.allclose(found.coef_, wanted.coef_, atol=1e-8)
    assert np.allclose(found.predict(scan), wanted.predict(X), rtol=1e-9)


@pytest.mark.parametrize("loss", ["squared_error", "logistic", "huber"])
def test_what_fits_is_read_as_it_is(loss: str, tmp_path: Path) -> None:
    X, y, weight = numbers()
    y = (y > np.median(y)).astype(float) if loss == "logistic" else y
    X[:, 2] -= 1e4
    scan, *_ = stored("parquet", tmp_path, (X, y, weight), memory="100MB")
    found = nb.Problem(scan, "price", loss=loss, sample_weight="mass")
    wanted = nb.Problem(X, y, loss=loss, sample_weight=weight)
    assert found.summary is None
    assert found.feature_names[1] == "x1"
    assert np.allclose(found.path(5).coefs, wanted.path(5).coefs, atol=1e-4)
    assert len(found.solve(nb.fraction(0.5)).predictor) == wanted.n_samples


@pytest.mark.parametrize("large", [5, 1000])
def test_same_bits_on_any_number_of_threads(large: int, tmp_path: Path, monkeypatch: Any) -> None:
    scan, y, weight = stored("parquet", tmp_path, numbers(n=1500), memory=MEMORY, block_rows=64)
    monkeypatch.setattr(moments, "LARGE", large)
    monkeypatch.setattr(moments, "PANEL", 4)
    found = []
    for count in (1, 2, 8):
        monkeypatch.setattr(base, "max_threads", lambda count=count: count)
        monkeypatch.setattr("normball.designs.parallel.max_threads", lambda count=count: count)
        found.append(MomentSums.of(scan.blocks(y, weight), 3))
    for other in found[1:]:
        assert np.array_equal(found[0].sums, other.sums)
        assert np.array_equal(found[0].counts, other.counts)


def test_one_matrix_of_sums_is_as_good_as_one_a_block(tmp_path: Path, monkeypatch: Any) -> None:
    scan, y, weight = stored("memmap", tmp_path, numbers(), memory=MEMORY, block_rows=50)
    one = MomentSums.of(scan.blocks(y, weight), 2)
    monkeypatch.setattr(moments, "LARGE", 5)
    monkeypatch.setattr(moments, "PANEL", 4)
    assert Moments(one.shift).is_large
    other = MomentSums.of(scan.blocks(y, weight), 2)
    assert np.allclose(one.sums, other.sums, rtol=1e-12, atol=1e-12 * np.abs(one.sums).max())


def test_folds_are_pinned() -> None:
    """Another hash would give other folds than those of fits that were kept."""
    assert fold_of(np.arange(12), 5, 0).tolist() == [4, 0, 1, 2, 2, 2, 4, 0, 3, 2, 2, 0]
    assert np.array_equal(fold_of(np.arange(5, 12), 5, 0), fold_of(np.arange(12), 5, 0)[5:])
    counts = np.bincount(fold_of(np.arange(100_000), 5, 3))
    assert np.abs(counts - 20_000).max() < 600


@pytest.mark.parametrize("far", [0.0, 1e6])
def test_equal_rows_have_the_moments(far: float, tmp_path: Path) -> None:
    X, y, weight = numbers()
    X[:, 4] = X[:, 0]  # a copy: singular
    X[:, 2] += far
    scan, *_ = stored("parquet", tmp_path, (X, y, weight), memory=MEMORY)
    found = read_stored(scan, "price", SquaredError(), "mass")
    v, share = weight / weight.sum(), found.sample_weight / found.sample_weight.sum()
    for mine, theirs in ((found.X, X), (found.y[:, None], y[:, None])):
        assert np.allclose(share @ mine, v @ theirs, rtol=1e-12)
    centred = np.column_stack([X, y]) - v @ np.column_stack([X, y])
    again = np.column_stack([found.X, found.y]) - share @ np.column_stack([found.X, found.y])
    wanted = (centred.T * v) @ centred
    sizes = np.maximum(np.sqrt(np.diagonal(wanted)), 1e-3)  # one is constant
    error = np.abs((again.T * share) @ again - wanted) / np.outer(sizes, sizes)
    assert error.max() < (1e-9 if far else 1e-11)


def test_rows_sorted_by_a_column(tmp_path: Path) -> None:
    """The first rows are then no sample of the others."""
    X, y, weight = numbers(n=6000)
    order = np.argsort(X[:, 0])
    rows = X[order], y[order], weight[order]
    scan, *_ = stored("parquet", tmp_path, rows, memory=MEMORY)
    same_paths(
        nb.Problem(scan, "price", sample_weight="mass").path(20),
        nb.Problem(*rows[:2], sample_weight=rows[2]).path(20),
    )


@pytest.mark.parametrize("missing", ["drop", "mean"])
def test_missing_values(missing: str, tmp_path: Path) -> None:
    X, y, weight = numbers()
    holes = np.random.default_rng(1).random(X.shape) < 0.02
    given = np.where(holes, np.nan, X)
    scan, *_ = stored("parquet", tmp_path, (given, y, weight), memory=MEMORY, missing=missing)
    found = nb.Problem(scan, "price", sample_weight="mass")
    if missing == "drop":
        kept = ~holes.any(axis=1)
        filled, y, weight = X[kept], y[kept], weight[kept]
    else:
        means = np.nansum(given * weight[:, None], axis=0) / (weight @ ~holes)
        filled = np.where(holes, means, X)
    same_paths(found.path(10), nb.Problem(filled, y, sample_weight=weight).path(10))
    assert found.summary.n_passes == (1 if missing == "drop" else 2)
