"""LowRankImputer: what scikit-learn asks of imputers, new rows, alpha by entries held back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import normball as nb


def table(m: int, p: int, rank: int, noise: float = 0.0, share: float = 0.8, seed: int = 0) -> tuple:
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((m, rank)) @ rng.standard_normal((rank, p)) * np.resize([1.0, 100.0], p) + 7
    seen = rng.random((m, p)) < share
    return truth, np.where(seen, truth + noise * truth.std(axis=0) * rng.standard_normal((m, p)), np.nan)


def error(filled: np.ndarray, truth: np.ndarray, X: np.ndarray) -> float:
    return float(np.sqrt((((filled - truth) / truth.std(axis=0))[np.isnan(X)] ** 2).mean()))


def test_fills_in_a_table_of_low_rank_and_keeps_what_was_seen() -> None:
    truth, X = table(150, 12, 2)
    before = X.copy()
    model = nb.LowRankImputer().fit(X)
    filled = model.transform(X)
    assert error(filled, truth, X) < 0.05
    seen = ~np.isnan(X)
    np.testing.assert_array_equal(filled[seen], X[seen])
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("standardize", [True, False])
def test_rows_of_the_fit_are_filled_in_by_the_completed_matrix(standardize: bool) -> None:
    _, X = table(60, 9, 3, noise=0.3)
    alpha = 0.003 * (1 if standardize else 100)
    model = nb.LowRankImputer(alpha, standardize=standardize, tol=1e-10).fit(X)
    Z = (X - model.means_) / model.scales_
    completed = nb.MatrixCompletion(alpha, tol=1e-10).fit(Z).completed()
    assert_allclose(
        model.transform(X)[np.isnan(X)], (model.means_ + model.scales_ * completed)[np.isnan(X)], rtol=1e-3
    )
    assert_allclose(model.means_, np.nanmean(X, axis=0))
    if standardize:
        assert_allclose(model.scales_, np.nanstd(X, axis=0))


def test_new_rows_need_no_refit_and_do_not_depend_on_each_other() -> None:
    truth, X = table(260, 12, 2, noise=0.05)
    model = nb.LowRankImputer().fit(X[:200])
    new = model.transform(X[200:])
    assert error(new, truth[200:], X[200:]) < 0.15
    assert_allclose(np.vstack([model.transform(row[None]) for row in X[200:]]), new, rtol=1e-9)
    nothing_seen = np.full((1, 12), np.nan)
    assert_allclose(model.transform(nothing_seen)[0], model.means_)


@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_alpha_chosen_on_entries_held_back_is_near_the_best(noise: float) -> None:
    truth, X = table(200, 15, 3, noise=noise, seed=3)
    model = nb.LowRankImputer().fit(X)
    errors = [error(nb.LowRankImputer(alpha).fit_transform(X), truth, X) for alpha in model.alphas_]
    assert error(model.transform(X), truth, X) < 1.1 * min(errors)
    assert model.alpha_ == model.alphas_[(model.held_out_errors_**2).mean(axis=0).argmin()]
    assert error(model.transform(X), truth, X) < 0.7 * error(SimpleImputer().fit_transform(X), truth, X)
    # a column's deviation is the unit: filling in with means has about 1
    assert 0.85 < model.held_out_errors_[:, 0].mean() < 1.1


def test_units_and_origins_of_columns_do_not_matter() -> None:
    _, X = table(60, 8, 2, noise=0.2)
    units = np.resize([1e-6, 1.0, 1e5], 8)
    one, two = nb.LowRankImputer().fit(X), nb.LowRankImputer().fit(X * units - 3)
    assert two.alpha_ == pytest.approx(one.alpha_)
    assert_allclose(two.transform(X * units - 3), one.transform(X) * units - 3, rtol=1e-4)


def test_names_frames_and_empty_columns() -> None:
    _, X = table(40, 5, 1)
    frame = pd.DataFrame(X, columns=list("abcde"), index=np.arange(40) + 5).assign(c=np.nan)
    model = nb.LowRankImputer().set_output(transform="pandas").fit(frame)
    filled = model.transform(frame)
    assert list(filled.columns) == list(model.get_feature_names_out()) == ["a", "b", "d", "e"]
    assert list(filled.index) == list(frame.index)
    assert not filled.isna().any().any()
    kept = nb.LowRankImputer(keep_empty_features=True).fit_transform(frame)
    assert (kept[:, 2] == 0).all()
    np.testing.assert_array_equal(np.delete(kept, 2, axis=1), filled.to_numpy())
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame[["b", "a", "c", "d", "e"]])


def test_works_in_pipelines_and_searches() -> None:
    truth, X = table(120, 8, 2, noise=0.1)
    y = truth[:, 0] / truth[:, 0].std() + truth[:, 1] / truth[:, 1].std()
    pipeline = make_pipeline(nb.LowRankImputer(n_alphas=5), LinearRegression())
    search = GridSearchCV(pipeline, {"lowrankimputer__standardize": [True, False]}, cv=3).fit(X, y)
    assert search.best_score_ > make_pipeline(SimpleImputer(), LinearRegression()).fit(X, y).score(X, y)


def test_constant_columns_and_whole_tables() -> None:
    _, X = table(30, 4, 1)
    X[:, 2] = np.where(np.isnan(X[:, 2]), np.nan, 5.0)
    filled = nb.LowRankImputer().fit_transform(X)
    assert_allclose(filled[:, 2], 5.0)
    np.testing.assert_array_equal(nb.LowRankImputer().fit(X).transform(filled), filled)
    assert nb.LowRankImputer(alpha=1.0).fit(np.full((5, 2), 3.0)).rank_ == 0


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"alpha": 0.0}, "alpha must be a number > 0"),
        ({"held_out": 1.0}, "held_out must lie strictly between 0 and 1"),
        ({"n_repeats": 0}, "n_repeats"),
        ({"standardize": "yes"}, "standardize"),
        ({"held_out": 0.01}, "leaves none to learn from or to test on; pass alpha"),
    ],
)
def test_bad_parameters_are_refused(parameters: dict, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        nb.LowRankImputer(**parameters).fit(np.eye(4))


def test_bad_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one observed value"):
        nb.LowRankImputer().fit(np.full((3, 3), np.nan))
    with pytest.raises(ValueError, match="infinity"):
        nb.LowRankImputer().fit(np.array([[1.0, np.inf], [0.0, 1.0]]))
    with pytest.warns(nb.ConvergenceWarning, match="LowRankImputer missed"):
        nb.LowRankImputer(alpha=1e-5, n_alphas=1, tol=1e-12, max_iter=1).fit(table(20, 6, 2)[1])
