"""Regressor and Classifier as a data scientist uses them."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import ClassifierMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import Lasso, LassoCV, LinearRegression
from sklearn.metrics import d2_tweedie_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import normball as nb
from normball import dropin
from normball.estimators import Fold
from normball.estimators.cross_validation import training_problem

DIABETES = nb.datasets.load_diabetes()


def frame() -> pd.DataFrame:
    return pd.DataFrame(DIABETES.X, columns=list(DIABETES.feature_names))


def classes(n: int = 120, p: int = 8, n_classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    eta = X[:, :n_classes] * 2
    return X, np.array(["a", "b", "c", "d"])[(eta + rng.gumbel(size=eta.shape)).argmax(axis=1)]


def test_the_lasso_of_scikit_learn() -> None:
    ours = nb.Regressor(alpha=2.0, tol=1e-12).fit(DIABETES.X, DIABETES.y)
    theirs = Lasso(alpha=2.0, tol=1e-12, max_iter=100_000).fit(DIABETES.X, DIABETES.y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-7)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, abs=1e-7)
    assert 0 <= ours.gap_ <= 1e-12
    assert ours.dual_gap_ == pytest.approx(ours.gap_ * ours.solution_.problem.instance.scale)


def test_names_come_from_the_frame_and_explain() -> None:
    model = nb.Regressor(alpha=2.0).fit(frame(), DIABETES.y)
    assert list(model.feature_names_in_) == list(DIABETES.feature_names)
    assert "bmi" in str(model.why("bmi"))
    assert model.contact_.kind in ("vertex", "face")
    assert model.path(n_alphas=5).coefs.shape == (5, 10)


def test_a_polars_frame_gives_the_same_model() -> None:
    model = nb.Regressor(alpha=2.0).fit(frame(), DIABETES.y)
    other = nb.Regressor(alpha=2.0).fit(pl.from_pandas(frame()), pl.Series(DIABETES.y))
    np.testing.assert_array_equal(model.coef_, other.coef_)
    assert list(other.feature_names_in_) == list(DIABETES.feature_names)
    np.testing.assert_array_equal(other.predict(pl.from_pandas(frame())), model.predict(frame()))


def test_pipeline_grid_search_and_scores() -> None:
    table = frame().assign(ward=np.where(np.arange(len(DIABETES.y)) % 3 == 0, "east", "west"))
    scale = ColumnTransformer(
        [
            ("numbers", StandardScaler(), list(DIABETES.feature_names)),
            ("words", OneHotEncoder(sparse_output=False), ["ward"]),
        ]
    ).set_output(transform="pandas")
    pipeline = make_pipeline(scale, nb.Regressor())
    search = GridSearchCV(
        pipeline, {"regressor__alpha": [0.1, 1.0, 10.0], "regressor__norm": ["l1", "elastic_net"]}, cv=3
    ).fit(table, DIABETES.y)
    assert search.best_score_ > 0.4
    assert "numbers__bmi" in search.best_estimator_[-1].feature_names_in_
    scores = cross_val_score(search.best_estimator_, table, DIABETES.y, cv=3)
    assert scores.mean() == pytest.approx(search.best_score_)


@pytest.mark.parametrize("size", [1.0, 1e-8, -1e9])
@pytest.mark.parametrize("norm", ["l1", "squared_l2"])
def test_standardize_leaves_columns_constant_up_to_rounding_alone(norm: str, size: float) -> None:
    rng = np.random.default_rng(0)
    a, hot = rng.normal(size=40), rng.random(40) < 0.5
    X = np.column_stack([a, size * np.where(hot, 0.1 + 0.2, 0.3)])
    assert np.ptp(X[:, 1]) > 0
    y = a + 2 * hot + 0.1 * rng.normal(size=40)
    model = nb.Regressor(norm=norm, alpha=1e-3, standardize=True, tol=1e-10).fit(X, y)
    alone = nb.Regressor(norm=norm, alpha=1e-3, standardize=True, tol=1e-10).fit(X[:, :1], y)
    np.testing.assert_allclose(model.coef_, [alone.coef_[0], 0.0], atol=1e-7 / abs(size))
    new = np.array([[0.0, 0.3 * size], [0.0, 0.3000001 * size]])
    np.testing.assert_allclose(model.predict(new), alone.predict(new[:, :1]), atol=1e-6)
    classes = nb.Classifier(norm=norm, alpha=1e-3, standardize=True).fit(X, y > 1)
    assert abs(classes.coef_.ravel()[1] * size) < 1e-4


@pytest.mark.parametrize(
    "level", [{"alpha": nb.fraction(0.2)}, {"budget": 100.0}, {"target": 1500.0}], ids=str
)
def test_three_forms(level: dict[str, float]) -> None:
    model = nb.Regressor(**level).fit(DIABETES.X, DIABETES.y)
    alone = nb.Problem(DIABETES.X, DIABETES.y).solve(**level)
    np.testing.assert_allclose(model.coef_, alone.coef)
    assert model.alpha_ == alone.alpha


def test_standardize_gives_coefficients_in_the_units_of_the_table() -> None:
    X = DIABETES.X * np.logspace(-3, 3, 10)
    model = nb.Regressor(alpha=1.0, standardize=True, tol=1e-12).fit(X, DIABETES.y)
    scaled = StandardScaler().fit_transform(X)
    alone = nb.Problem(scaled, DIABETES.y).solve(alpha=1.0, tol=1e-12)
    np.testing.assert_allclose(model.coef_ * X.std(axis=0), alone.coef, atol=1e-8)
    np.testing.assert_allclose(model.predict(X), alone.predict(scaled))


@pytest.mark.parametrize("norm", ["l1", "elastic_net", "squared_l2", "sorted_l1"])
@pytest.mark.parametrize("loss", ["squared_error", "huber", "poisson"])
def test_weights_count_like_repeated_rows(norm: str, loss: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 6))
    y = rng.poisson(np.exp(X[:, 0])).astype(float)
    weights = rng.integers(0, 4, 40)
    weighted = nb.Regressor(norm, loss, alpha=0.05, tol=1e-12).fit(X, y, sample_weight=weights)
    repeated = nb.Regressor(norm, loss, alpha=0.05, tol=1e-12).fit(
        np.repeat(X, weights, 0), np.repeat(y, weights)
    )
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-7)


def test_feature_weights_and_positive() -> None:
    prices = np.array([0.0, np.inf, *np.ones(8)])
    model = nb.Regressor(alpha=5.0, feature_weights=prices).fit(DIABETES.X, DIABETES.y)
    assert model.coef_[0] != 0
    assert model.coef_[1] == 0
    assert (nb.Regressor(alpha=1.0, positive=True).fit(DIABETES.X, DIABETES.y).coef_ >= 0).all()
    with pytest.raises(ValueError, match="feature_weights cannot be combined with L2; use norm='l1'"):
        nb.Regressor("l2", feature_weights=np.ones(10)).fit(DIABETES.X, DIABETES.y)


def test_warm_start_and_clone() -> None:
    model = nb.Regressor(alpha=2.0, warm_start=True).fit(DIABETES.X, DIABETES.y)
    model.set_params(alpha=1.9).fit(DIABETES.X, DIABETES.y)
    cold = clone(model).fit(DIABETES.X, DIABETES.y)
    np.testing.assert_allclose(model.coef_, cold.coef_, atol=1e-6)


def test_pickled_models_predict_and_say_what_they_lost() -> None:
    model = nb.Regressor(alpha=2.0).fit(DIABETES.X, DIABETES.y)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(loaded.predict(DIABETES.X), model.predict(DIABETES.X))
    with pytest.raises(AttributeError, match="loaded without its training data"):
        loaded.why(0)


def test_what_does_not_go_together_is_said() -> None:
    X, y = classes()
    with pytest.raises(ValueError, match=r"Only binary classification is supported\. L2 takes 2 classes"):
        nb.Classifier("l2").fit(X, y)
    with pytest.raises(ValueError, match="loss='logistic' is for classes; use Classifier"):
        nb.Regressor(loss="logistic").fit(X, np.arange(len(y)) % 2)
    with pytest.raises(ValueError, match="l1_ratio goes with norm='elastic_net', got norm='l1'"):
        nb.Regressor(l1_ratio=0.5).fit(X, np.ones(len(y)))
    with pytest.raises(ValueError, match="give exactly one of alpha, budget and target"):
        nb.Regressor(alpha=1.0, budget=1.0).fit(DIABETES.X, DIABETES.y)


def test_alpha_by_cross_validation_is_that_of_scikit_learn() -> None:
    ours = nb.RegressorCV(cv=KFold(5), tol=1e-10).fit(DIABETES.X, DIABETES.y)
    theirs = LassoCV(alphas=ours.alphas_, cv=KFold(5), tol=1e-10, max_iter=100_000).fit(
        DIABETES.X, DIABETES.y
    )
    assert ours.alpha_ == pytest.approx(theirs.alpha_)
    np.testing.assert_allclose(2 * ours.fold_losses_, theirs.mse_path_.T, rtol=1e-7)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    report = ours.report()
    assert "5-fold cross-validation of L1, 100 alphas" in report
    assert f"Taken: alpha={ours.alpha_:.4g} (min)" in report


def test_folds_share_the_gram_matrix_of_all_rows() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 12)) * np.logspace(-2, 2, 12) + 5
    y = X[:, :3].sum(axis=1) + rng.standard_normal(90)
    problem = nb.Problem(X, y, sample_weight=rng.random(90))
    held_out, rows = np.arange(0, 90, 4), np.arange(90)
    # the rest, and without a gap beside the rows held out
    for left_out in (held_out, np.union1d(held_out, held_out[:9] + 1)):
        train = np.setdiff1d(rows, left_out)
        shared = training_problem(problem, Fold(train, held_out, "fold"))
        assert "gram" in shared.instance.kept
        alone = problem.rows(train)
        scales = np.exp(rng.standard_normal(12))
        for one, other in ((shared, alone), (shared.divided(scales), alone.divided(scales))):
            for ours, expected in zip(one.instance.gram, other.instance.gram, strict=True):
                np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-12 * np.abs(expected).max())
    twice = training_problem(problem, Fold(np.append(rows[5:], rows[5:20]), held_out, "fold"))
    expected = problem.rows(np.append(rows[5:], rows[5:20])).instance.gram
    np.testing.assert_allclose(twice.instance.gram[0], expected[0], rtol=1e-10)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_l1_ratio_and_rule_are_chosen(n_jobs: int | None) -> None:
    model = nb.RegressorCV("elastic_net", l1_ratio=[0.2, 0.9, 1.0], cv=4, n_jobs=n_jobs, n_alphas=30)
    model.fit(frame(), DIABETES.y)
    assert model.l1_ratio_ in (0.2, 0.9, 1.0)
    thrifty = clone(model).set_params(rule="one_se").fit(frame(), DIABETES.y)
    assert thrifty.alpha_ >= model.alpha_
    assert (thrifty.coef_ != 0).sum() <= (model.coef_ != 0).sum()


def test_one_fold_has_no_standard_error() -> None:
    one = [(np.arange(300), np.arange(300, 442))]
    model = nb.RegressorCV(cv=one, n_alphas=10).fit(DIABETES.X, DIABETES.y)
    assert np.isnan(model.standard_error_).all()
    assert model.one_se_index_ == model.best_index_
    assert "A single fold tells no standard error." in model.report()
    assert "nan" not in model.report()
    with pytest.raises(ValueError, match="rule='one_se' needs two folds or more"):
        model.set_params(rule="one_se").fit(DIABETES.X, DIABETES.y)


def test_less_shrinkage_on_the_chosen_features() -> None:
    model = nb.Regressor(alpha=10.0, standardize=True).fit(frame(), DIABETES.y)
    before = model.coef_.copy()
    free, half = model.relaxed(), model.relaxed(0.5)
    np.testing.assert_array_equal(model.coef_, before)
    kept = np.flatnonzero(before)
    assert 0 < len(kept) < len(before)
    expected = LinearRegression().fit(DIABETES.X[:, kept], DIABETES.y)
    np.testing.assert_allclose(free.coef_[kept], expected.coef_, rtol=1e-6)
    assert not np.delete(free.coef_, kept).any()
    np.testing.assert_allclose(free.predict(frame()), expected.predict(DIABETES.X[:, kept]))
    assert (
        model.score(frame(), DIABETES.y) < half.score(frame(), DIABETES.y) < free.score(frame(), DIABETES.y)
    )


def test_report_names_the_other_choices() -> None:
    model = nb.RegressorCV(n_alphas=30).fit(frame(), DIABETES.y)
    said = model.report()
    found = model.criteria()
    assert f"BIC would take alpha={found.best('bic').alpha:.4g} with" in said
    assert "One standard error: alpha=" in said
    assert "duality gap" in said
    assert "Degrees of freedom: " in said
    assert "2 of " in nb.Regressor(alpha=50.0).fit(frame(), DIABETES.y).stability(n_pairs=10).note


def test_adaptive_prices() -> None:
    model = nb.Regressor(alpha=1.0, feature_weights="adaptive").fit(frame(), DIABETES.y)
    problem = nb.inference.adaptive(nb.Problem(DIABETES.X, DIABETES.y))
    np.testing.assert_allclose(model.coef_, problem.solve(alpha=1.0).coef, rtol=1e-7)
    assert nb.RegressorCV(feature_weights="adaptive", cv=3).fit(frame(), DIABETES.y).alpha_ > 0
    with pytest.raises(ValueError, match="feature_weights='adaptive' goes with norm='l1'"):
        nb.Regressor("l2", feature_weights="adaptive").fit(frame(), DIABETES.y)
    with pytest.raises(ValueError, match=r"must be \(p,\) numbers or 'adaptive', got 'adaptiv'"):
        nb.Regressor(feature_weights="adaptiv").fit(frame(), DIABETES.y)


@pytest.mark.parametrize(
    ("loss", "power"), [("poisson", 1.0), ("gamma", 2.0), (nb.losses.Tweedie(1.5), 1.5)], ids=str
)
def test_score_is_the_deviance_explained(loss: str | nb.losses.Loss, power: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = np.maximum(rng.poisson(np.exp(X[:, 0] + 1)), 1.0)
    weight = rng.uniform(0.5, 2, 60)
    model = nb.Regressor(loss=loss, alpha=0.05).fit(X, y, weight)
    expected = d2_tweedie_score(y, model.predict(X), power=power, sample_weight=weight)
    assert model.score(X, y, weight) == pytest.approx(expected)
    assert model.score(X, np.full(60, 2.0)) == 0.0


def test_times_and_events() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 5))
    time, event = rng.exponential(np.exp(-X[:, 0])), rng.random(150) < 0.7
    pairs = np.column_stack([time, event])
    records = np.array(list(zip(event, time, strict=True)), dtype=[("died", bool), ("months", float)])
    signed = np.where(event, time, -time)
    models = [nb.RegressorCV(loss="cox", cv=4, n_alphas=20).fit(X, y) for y in (pairs, records, signed)]
    for model in models:
        np.testing.assert_array_equal(model.coef_, models[0].coef_)
        assert model.coef_[0] > 0.5
    assert 0.05 < models[0].score(X, pairs) < 1
    # what the rows of a fold add to the loss of those that train it, by the definition and per event
    held, rows = np.arange(0, 150, 4), np.arange(150)
    rest = np.setdiff1d(rows, held)
    for kept in (rest, rest[20:]):
        problem = nb.Problem(X, signed, loss="cox")
        curve = nb.estimators.cross_validate(problem, alphas=[0.1], folds=[(kept, held)], tol=1e-10)
        train = nb.Problem(X[kept], signed[kept], loss="cox").solve(alpha=0.1)
        both = np.append(kept, held)
        whole = nb.Problem(X[both], signed[both], loss="cox").instance.value(X[both] @ train.coef)
        added = (len(both) * whole - len(kept) * train.loss) / event[held].sum()
        assert curve.mean_loss[0] == pytest.approx(added, rel=1e-6)


def test_weights_are_routed() -> None:
    weight = np.random.default_rng(0).uniform(0.1, 3, len(DIABETES.y))
    with sklearn.config_context(enable_metadata_routing=True):
        model = nb.Regressor(alpha=2.0).set_fit_request(sample_weight=True)
        search = GridSearchCV(model.set_score_request(sample_weight=True), {"alpha": [2.0]}, cv=3)
        search.fit(frame(), DIABETES.y, sample_weight=weight)
    alone = nb.Regressor(alpha=2.0).fit(frame(), DIABETES.y, weight)
    np.testing.assert_array_equal(search.best_estimator_.coef_, alone.coef_)


@pytest.mark.parametrize("table", [frame(), pl.from_pandas(frame())], ids=["pandas", "polars"])
def test_mistakes_are_said_by_name(table: Any) -> None:
    frame_of = type(table)
    named = {name: table[name].to_numpy() for name in table.columns}
    with pytest.raises(TypeError, match=r"X has non-numeric columns 'ward'; encode them as numbers"):
        nb.Regressor().fit(frame_of({**named, "ward": ["east"] * 442}), DIABETES.y)
    missing = np.where(np.arange(442) == 3, np.nan, DIABETES.y)
    with pytest.raises(ValueError, match=r"X has missing values in column 'bp' \(first in row 3\)"):
        nb.RegressorCV().fit(frame_of({**named, "bp": missing}), DIABETES.y)
    with pytest.raises(ValueError, match=r"y must hold numbers, got 'low'; for classes use Classifier"):
        nb.Regressor().fit(table, ["low"] * 442)
    with pytest.raises(ValueError, match=r"max_iter must be a whole number, at least 1, got 0"):
        nb.Regressor(max_iter=0).fit(table, DIABETES.y)


def test_a_choice_at_the_end_of_the_alphas_is_said() -> None:
    report = nb.RegressorCV(eps=0.3, n_alphas=5).fit(frame(), DIABETES.y).report()
    assert "The best is at the smallest alpha tried; a smaller eps, or alphas= of your own" in report
    noise = nb.RegressorCV(eps=0.3, n_alphas=5).fit(frame(), np.random.default_rng(0).normal(size=442))
    assert "smallest alpha tried" not in noise.report()


@pytest.mark.parametrize(
    "model",
    [
        nb.Regressor(alpha=0.01),
        nb.Regressor("elastic_net", l1_ratio=0.5, alpha=0.01),
        nb.Regressor(nb.norms.GroupL2([[0, 1], [2, 3], [4, 5], [6, 7]]), alpha=0.01),
        nb.Regressor("sorted_l1", alpha=0.01),
        nb.RegressorCV("elastic_net", l1_ratio=[0.5, 1.0], alphas=[0.1, 0.01], cv=3),
        nb.Classifier(alpha=0.01),
        nb.ClassifierCV(alphas=[0.1, 0.01], cv=3),
        dropin.Lasso(alpha=0.01),
        dropin.LassoCV(alphas=[0.1, 0.01], cv=3),
        dropin.LogisticRegression(l1_ratio=1.0, solver="saga"),
    ],
    ids=str,
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_features_are_selected_by_their_zeros(model: Any, n_classes: int) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 8))
    y = X @ [5, -3, 0.1, 0.1, 0, 0, 0, 0] + 0.01 * rng.normal(size=120)
    if isinstance(model, ClassifierMixin):
        y = np.digitize(y, np.quantile(y, np.arange(1, n_classes) / n_classes))
    chosen = SelectFromModel(model).fit(X, y)
    nonzero = np.abs(np.atleast_2d(chosen.estimator_.coef_)).sum(axis=0) > 1e-5
    np.testing.assert_array_equal(chosen.get_support(), nonzero)
    assert nonzero.sum() > 2  # the mean size keeps two


def test_ridge_selects_by_the_mean_size_as_in_scikit_learn() -> None:
    ours = SelectFromModel(nb.Regressor("squared_l2", alpha=0.5)).fit(DIABETES.X, DIABETES.y)
    assert ours.threshold_ == pytest.approx(np.abs(ours.estimator_.coef_).mean())
    assert nb.Regressor("squared_l2").penalty == "squared_l2"
