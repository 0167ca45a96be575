"""Classes and counts in blocks: the answers and proofs of the same rows in memory, in a few passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import normball as nb
from blocked_rows import STORAGES, numbers, stored, table_of
from normball.blocks import base, surrogate
from normball.several.streamed_problem import StreamedPath, StreamedProblem

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]
LIMITED = np.array([1.0, 0.5, 2.0, np.inf, 1.0, 1.0, 3.0, 1.0, 1.0, 0.2, 1.0, 1.0])


def rows_of(loss: str, n: int = 3000) -> Rows:
    X, _, weight = numbers(n)
    rng = np.random.default_rng(1)
    Z = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9)
    eta = Z[:, [0, 2, 3]] @ [1.0, -0.8, 0.5] - 0.5
    y = (rng.random(n) < 1 / (1 + np.exp(-eta))) if loss == "logistic" else rng.poisson(np.exp(eta))
    X[:, 2] -= 9_990  # penalised and far from 0, a price says little of it
    return X, y.astype(float), weight


def streamed(scan: Any, y: Any, loss: str, weight: Any = None, **options: Any) -> StreamedProblem:
    problem = nb.Problem(scan, y, loss=loss, sample_weight=weight, **options)
    assert isinstance(problem, StreamedProblem)
    return problem


def check_same(found: StreamedPath, wanted: nb.Path) -> None:
    assert found.converged
    assert np.allclose(found.alphas, wanted.alphas, rtol=1e-10, atol=0)
    scale = np.abs(wanted.coefs).max()
    assert np.abs(found.coefs - wanted.coefs).max() <= 1e-6 * scale
    assert np.allclose(found.intercepts, wanted.intercepts, atol=1e-5 * max(scale, 1))
    assert np.allclose(found.losses, wanted.losses, rtol=1e-9)


@pytest.mark.parametrize("block_rows", [7, 500, 10_000])
@pytest.mark.parametrize("kind", STORAGES)
def test_every_storage_and_block_size(kind: str, block_rows: int, tmp_path: Path) -> None:
    rows = rows_of("logistic", 800)
    scan, y, weight = stored(kind, tmp_path, rows, memory=1000, block_rows=block_rows)
    found = streamed(scan, y, "logistic", weight).path(10, 1e-2, tol=1e-13)
    check_same(
        found, nb.Problem(rows[0], rows[1], "logistic", sample_weight=rows[2]).path(10, 1e-2, tol=1e-13)
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(
    "norm",
    [
        nb.norms.L1(),
        nb.norms.L1(weights=LIMITED),
        nb.norms.L1(positive=True),
        nb.norms.ElasticNet(0.6),
        nb.norms.ElasticNet(0.3, weights=LIMITED),
    ],
    ids=repr,
)
@pytest.mark.parametrize("loss", ["logistic", "poisson"])
def test_every_norm(loss: str, norm: nb.norms.Norm, fit_intercept: bool, tmp_path: Path) -> None:
    rows = rows_of(loss)
    scan, *_ = stored("parquet", tmp_path, rows, memory=1000)
    options: dict[str, Any] = {"norm": norm, "fit_intercept": fit_intercept}
    found = streamed(scan, "price", loss, "mass", **options).path(12, 1e-2, tol=1e-13)
    wanted = nb.Problem(rows[0], rows[1], loss, sample_weight=rows[2], **options)
    check_same(found, wanted.path(12, 1e-2, tol=1e-13))
    # pulls are those of the loss
    solution = found[5]
    assert np.allclose(solution.pull, -wanted.gradient(solution.coef, solution.intercept), atol=1e-9)


@pytest.mark.parametrize("loss", ["logistic", "poisson"])
def test_few_passes(loss: str, tmp_path: Path) -> None:
    rows = rows_of(loss, 20_000)
    scan, *_ = stored("parquet", tmp_path, rows, memory=1000)
    path = streamed(scan, "price", loss, "mass").path()
    assert path.converged
    assert path.n_passes <= 7


@pytest.mark.parametrize("loss", ["logistic", "poisson"])
def test_gaps_are_bounds(loss: str, tmp_path: Path, monkeypatch: Any) -> None:
    """At every pass the gap is at least how far the objective is from its least value."""
    rows = rows_of(loss, 2000)
    scan, *_ = stored("parquet", tmp_path, rows, memory=1000)
    seen: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    usual = surrogate.SurrogatePath._judge

    def judge(self: Any, found: Any, sums: Any, todo: Any) -> Any:
        answer = usual(self, found, sums, todo)
        seen.append((found.alphas[todo], answer[0] * self.null_loss, answer[1]))
        return answer

    monkeypatch.setattr(surrogate.SurrogatePath, "_judge", judge)
    streamed(scan, "price", loss, "mass").path(15)
    problem = nb.Problem(rows[0], rows[1], loss, sample_weight=rows[2])
    path = problem.path(15, tol=1e-13)
    least = dict(zip(np.round(np.log(path.alphas), 8), path.losses + path.alphas * path.norms, strict=True))
    assert len(seen) > 1
    for alphas, gaps, objectives in seen:
        best = np.array([least[key] for key in np.round(np.log(alphas), 8)])
        assert (objectives - best <= gaps + 1e-12).all()


def test_same_bits_on_any_number_of_threads(tmp_path: Path, monkeypatch: Any) -> None:
    scan, y, weight = stored("memmap", tmp_path, rows_of("logistic"), memory=1000, block_rows=97)
    found = []
    for count in (1, 2, 8):
        monkeypatch.setattr(base, "max_threads", lambda count=count: count)
        monkeypatch.setattr("normball.designs.parallel.max_threads", lambda count=count: count)
        found.append(streamed(scan, y, "logistic", weight).path(10))
    for other in found[1:]:
        assert np.array_equal(found[0].coefs, other.coefs)
        assert np.array_equal(found[0].gaps, other.gaps)


@pytest.mark.parametrize("how", ["sorted", "rare", "few members", "far"])
def test_hard_data(how: str, tmp_path: Path, monkeypatch: Any) -> None:
    X, y, weight = rows_of("logistic", 8000)
    if how == "sorted":
        order = np.argsort(y, kind="stable")
        X, y, weight = X[order], y[order], weight[order]
    if how == "rare":  # no sample has any
        y = np.zeros(8000)
        weight[[700, 2600, 7007]], y[[700, 2600, 7007]] = 1.0, 1.0
        monkeypatch.setattr(surrogate, "SAMPLE_ROWS", 40)
        monkeypatch.setattr(surrogate, "ROWS_A_FEATURE", 1)
    if how == "few members":
        monkeypatch.setattr(surrogate, "MOST_MEMBERS", 3)
    if how == "far":
        X[:, 0] += 1e6
    scan, *_ = stored("parquet", tmp_path, (X, y, weight), memory=1000)
    eps = 0.1 if how == "rare" else 1e-2
    found = streamed(scan, "price", "logistic", "mass").path(10, eps)
    wanted = nb.Problem(X, y, "logistic", sample_weight=weight).path(10, eps)
    assert found.converged
    objectives = [path.losses + path.alphas * path.norms for path in (found, wanted)]
    assert np.allclose(*objectives, rtol=3e-8)


def test_alphas_that_are_given(tmp_path: Path) -> None:
    X, y, weight = rows_of("logistic")
    scan, *_ = stored("parquet", tmp_path, (X, y, weight), memory=1000)
    problem, wanted = (
        streamed(scan, "price", "logistic", "mass"),
        nb.Problem(X, y, "logistic", sample_weight=weight),
    )
    first = wanted.alpha_max
    path = problem.path(alphas=[0.1 * first, 2 * first, 0.5 * first])
    assert path.alphas.tolist() == [2 * first, 0.5 * first, 0.1 * first]
    assert path.n_nonzeros[0] == 0
    assert path.intercepts[0] == pytest.approx(wanted.instance.null_intercept)
    one, two = problem.solve(nb.fraction(0.1)), wanted.solve(nb.fraction(0.1))
    assert np.allclose(one.coef, two.coef, atol=1e-3)
    assert one.loss == pytest.approx(two.loss, rel=1e-6)
    assert one.table()[0][0] == two.table()[0][0]
    assert "coefficients are non-zero" in str(one)
    predicted = one.predict(nb.scan(tmp_path / "rows.parquet"))
    assert np.allclose(predicted, 1 / (1 + np.exp(-(X @ one.coef + one.intercept))))
    one.predict(tmp_path / "rows.parquet", to=tmp_path / "out.parquet")
    assert np.allclose(pq.read_table(tmp_path / "out.parquet").column("prediction").to_numpy(), predicted)
    assert np.allclose(one.predict(X), predicted)


@pytest.mark.parametrize("missing", ["drop", "mean"])
def test_missing_values(missing: str, tmp_path: Path) -> None:
    X, y, weight = rows_of("logistic")
    holes = np.random.default_rng(1).random(X.shape) < 0.02
    given = np.where(holes, np.nan, X)
    scan, *_ = stored("parquet", tmp_path, (given, y, weight), memory=1000, missing=missing)
    found = streamed(scan, "price", "logistic", "mass").path(6, 1e-2, tol=1e-12)
    if missing == "drop":
        kept = ~holes.any(axis=1)
        X, y, weight = X[kept], y[kept], weight[kept]
    else:
        X = np.where(holes, np.nansum(given * weight[:, None], axis=0) / (weight @ ~holes), X)
    check_same(found, nb.Problem(X, y, "logistic", sample_weight=weight).path(6, 1e-2, tol=1e-12))


def test_what_is_read_whole(tmp_path: Path) -> None:
    """Rows that fill a third of the memory are streamed where they can be: paths hold more than the rows."""
    scan, *_ = stored("parquet", tmp_path, rows_of("logistic"), memory=3000 * 14 * 8 * 3)
    assert isinstance(nb.Problem(scan, "price", "logistic", sample_weight="mass"), StreamedProblem)
    assert isinstance(nb.Problem(scan, "price", "logistic", "l2", sample_weight="mass"), nb.Problem)
    assert isinstance(nb.Problem(nb.scan(scan.source), "price", "logistic"), nb.Problem)


def test_what_is_refused(tmp_path: Path) -> None:
    rows = rows_of("logistic")
    scan, *_ = stored("parquet", tmp_path, rows, memory=1000)
    for norm in ("l2", nb.norms.L1(weights=np.arange(13.0))):
        with pytest.raises(ValueError, match="take L1 or the elastic net with a price on every feature"):
            nb.Problem(nb.scan(scan.source, memory=1000), "price", "logistic", norm).path(3)
    for loss, value, message in (("logistic", 2.0, "only the classes 0 and 1"), ("poisson", -1.0, ">= 0")):
        y = rows[1].copy()
        y[1234] = value
        pq.write_table(table_of(rows[0], y, rows[2]), tmp_path / "rows.parquet")
        with pytest.raises(ValueError, match=message):
            streamed(nb.scan(scan.source, memory=1000), "price", loss).path(3)
    y = np.zeros(3000)
    pq.write_table(table_of(rows[0], y, rows[2]), tmp_path / "rows.parquet")
    with pytest.raises(ValueError, match="only the class 0"):
        streamed(nb.scan(scan.source, memory=1000), "price", "logistic").path(3)
    with pytest.raises(ValueError, match="alphas must be one or more numbers > 0"):
        streamed(nb.scan(scan.source, memory=1000), "price", "logistic").path(alphas=[-1.0])
