"""Classifier and ClassifierCV, two classes and more, against scikit-learn's logistic regression."""

from __future__ import annotations

import pickle
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

import normball as nb

DIABETES = nb.datasets.load_diabetes()


def classes(n: int = 120, p: int = 8, n_classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    eta = X[:, :n_classes] * 2
    return X, np.array(["a", "b", "c", "d"])[(eta + rng.gumbel(size=eta.shape)).argmax(axis=1)]


def test_two_classes_are_the_logistic_regression_of_scikit_learn() -> None:
    X, y = classes(n_classes=2)
    model = nb.Classifier("squared_l2", alpha=0.1, tol=1e-12).fit(X, y)
    theirs = LogisticRegression(C=1 / (len(y) * 0.1), tol=1e-10).fit(X, y)
    np.testing.assert_allclose(model.coef_, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    assert set(model.predict(X)) == {"a", "b"}


@pytest.mark.parametrize(("norm", "l1_ratio"), [("l1", 1.0), ("elastic_net", 0.5), ("squared_l2", 0.0)])
@pytest.mark.parametrize("intercept", [True, False])
def test_several_classes_are_the_multinomial_regression_of_scikit_learn(
    norm: str, l1_ratio: float, intercept: bool
) -> None:
    # with an odd number of classes the L1 solution is unique: each feature's median weight is 0
    X, y = classes(n_classes=3)
    model = nb.Classifier(norm, alpha=0.02, fit_intercept=intercept, tol=1e-12).fit(X, y)
    theirs = LogisticRegression(
        C=1 / (len(y) * 0.02), l1_ratio=l1_ratio, solver="saga", tol=1e-12, max_iter=50_000,
        fit_intercept=intercept,
    ).fit(X, y)  # fmt: skip
    np.testing.assert_allclose(model.coef_, theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(model.predict_proba(X), theirs.predict_proba(X), atol=1e-5)
    assert model.gap_ <= 1e-12


def test_several_classes_on_a_sparse_matrix_with_weights() -> None:
    X, y = classes()
    X[np.abs(X) < 0.5] = 0
    weights = np.arange(len(y)) % 3
    dense = nb.Classifier(alpha=0.02, tol=1e-12).fit(X, y, sample_weight=weights)
    stored = nb.Classifier(alpha=0.02, tol=1e-12).fit(sparse.csr_array(X), y, sample_weight=weights)
    repeated = nb.Classifier(alpha=0.02, tol=1e-12).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    np.testing.assert_allclose(dense.coef_, stored.coef_, atol=1e-9)
    np.testing.assert_allclose(dense.coef_, repeated.coef_, atol=1e-7)


def test_classes_by_cross_validation() -> None:
    X, y = classes(n_classes=2)
    model = nb.ClassifierCV(cv=5, n_alphas=40).fit(X, y)
    assert set(model.predict(X)) == {"a", "b"}
    assert model.score(X, y) > 0.8
    assert model.coef_[0, 0] != 0
    assert "x0" in str(model.why(0))


@pytest.mark.parametrize("norm", ["l1", "squared_l2"])
def test_several_classes_by_cross_validation(norm: str) -> None:
    X, y = classes(n_classes=3)
    model = nb.ClassifierCV(norm, cv=4, n_alphas=15, eps=1e-2).fit(X, y)
    losses: list[list[float]] = []
    for alpha in model.alphas_:
        folds = StratifiedKFold(4).split(X, y)
        losses.append([])
        for train, test in folds:
            fitted = nb.Classifier(norm, alpha=alpha).fit(X[train], y[train])
            losses[-1].append(log_loss(y[test], fitted.predict_proba(X[test])))
    np.testing.assert_allclose(model.fold_losses_.T, losses, rtol=1e-5)
    alone = nb.Classifier(norm, alpha=model.alpha_).fit(X, y)
    np.testing.assert_allclose(model.coef_, alone.coef_, atol=1e-6)
    assert model.alpha_ == model.alphas_[np.mean(losses, axis=1).argmin()]


@pytest.mark.parametrize("norm", ["l1", "elastic_net", "squared_l2"])
@pytest.mark.parametrize("alpha", [0.1, 0.01])
def test_several_classes_in_three_forms(norm: str, alpha: float) -> None:
    X, y = classes()
    by_alpha = nb.Classifier(norm, alpha=alpha).fit(X, y)
    for level in ({"budget": by_alpha.norm_}, {"target": by_alpha.loss_}):
        model = nb.Classifier(norm, **level).fit(X, y)
        # the square root of the gap at which the fit at alpha may end
        np.testing.assert_allclose(model.coef_, by_alpha.coef_, atol=1e-6)
        assert model.alpha_ == pytest.approx(alpha, rel=1e-5)
        assert model.gap_ < 1e-8


@pytest.mark.parametrize(
    ("level", "message"),
    [
        ({"budget": 1e6}, r"budget=1e\+06 is not met down to alpha=.*; ask for a smaller budget\."),
        ({"target": 1e-9}, r"target=1e-09 is not met down to alpha=.*; ask for a larger target\."),
        ({"target": 2.0}, r"target=2 is met with every penalised coefficient at zero, .* smaller target\."),
        ({"budget": -1.0}, r"budget must be a number > 0, got -1\.0"),
        ({"budget": 1.0, "alpha": 0.1}, r"got alpha=0\.1 and budget=1\.0"),
    ],
    ids=str,
)
def test_levels_that_several_classes_cannot_meet(level: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nb.Classifier(**level).fit(*classes())


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"n_alphas": 0}, "n_alphas must be a whole number, at least 1, got 0"),
        ({"eps": 2.0}, r"eps must lie strictly between 0 and 1, got 2\.0"),
        ({"alphas": [0.1, -1.0]}, "alphas must be one or more numbers > 0"),
    ],
    ids=str,
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_alphas_that_cannot_be(option: dict[str, Any], message: str, n_classes: int) -> None:
    with pytest.raises(ValueError, match=message):
        nb.ClassifierCV(**option).fit(*classes(n_classes=n_classes))


def test_several_classes_are_explained() -> None:
    X, y = classes(n_classes=3)
    model = nb.Classifier(alpha=0.03).fit(pd.DataFrame(X, columns=list("stuvwxyz")), y)
    P = model.predict_proba(pd.DataFrame(X, columns=list("stuvwxyz")))
    pull = X.T @ ((y[:, None] == model.classes_) - P) / len(y)
    for position, name in enumerate("stuvwxyz"):
        found = model.why(name)
        np.testing.assert_allclose(found.coef, model.coef_[:, position])
        np.testing.assert_allclose(found.benefit, np.abs(pull[position]), atol=1e-8)
        np.testing.assert_allclose(found.price, 0.03)
        assert (found.slack[found.coef != 0] == 0).all()
        zero = found.coef == 0
        np.testing.assert_allclose(found.slack[zero], 0.03 - np.abs(pull[position][zero]), atol=1e-8)
        assert str(found).count(f"{name!r} for class") == 3
    assert model.contact_.dimension == (model.coef_ != 0).sum() - 1
    assert f"{(model.coef_ != 0).sum()} of 24 coefficients are non-zero" in model.report()
    with pytest.raises(AttributeError, match=r"are for 2 classes and y had 3; why, contact_ and report"):
        model.path()
    assert pickle.loads(pickle.dumps(model)).why("s").coef[0] == model.coef_[0, 0]
    weighted = nb.Classifier(alpha=0.03, feature_weights=np.arange(8.0)).fit(X, y)
    assert weighted.why(0).price[0] == 0
    np.testing.assert_allclose(weighted.why(2).price, 0.06)
    # a fit to two classes afterwards is explained as one of two
    model.fit(X, y == "a")
    assert "for class" not in str(model.why(0))


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("backend", ["threading", "loky", "multiprocessing"])
def test_folds_of_several_classes_by_workers_of_joblib(backend: str) -> None:
    X, y = classes(n_classes=3)
    alone = nb.ClassifierCV(cv=3, n_alphas=8, eps=0.05).fit(X, y)
    with joblib.parallel_config(backend):
        shared = nb.ClassifierCV(cv=3, n_alphas=8, eps=0.05, n_jobs=2).fit(X, y)
        stable = nb.Regressor(alpha=5.0).fit(DIABETES.X, DIABETES.y).stability(n_pairs=3, n_jobs=2)
    np.testing.assert_array_equal(alone.fold_losses_, shared.fold_losses_)
    assert len(stable.shares) == 10


@pytest.mark.parametrize("weights", [[0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 0, 1]], ids=str)
@pytest.mark.parametrize("norm", ["l1", "elastic_net"])
def test_features_without_a_price_fit_as_they_like(weights: list[int], norm: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 4))
    y = (X[:, [0, 1, 2]] + rng.gumbel(size=(90, 3))).argmax(axis=1)
    free = np.flatnonzero(np.array(weights) == 0)
    reference = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(X[:, free], y)
    model = nb.Classifier(norm, alpha=100.0, feature_weights=weights).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), reference.predict_proba(X[:, free]), atol=1e-5)
    assert not model.coef_[:, np.array(weights) > 0].any()
    assert model.gap_ < 1e-8
    if len(free) < 4:  # the first alpha at which nothing with a price enters, beside their best fit
        above = nb.Classifier(norm, alpha=nb.fraction(1.001), feature_weights=weights).fit(X, y)
        below = nb.Classifier(norm, alpha=nb.fraction(0.98), feature_weights=weights).fit(X, y)
        assert np.count_nonzero(np.delete(above.coef_, free, axis=1)) == 0
        assert np.count_nonzero(np.delete(below.coef_, free, axis=1)) > 0
