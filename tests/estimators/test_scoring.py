"""`scoring=`: alpha by any score, as scikit-learn's own search finds it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, cross_val_score

import normball as nb
from normball.measures import concordance

DIABETES = nb.datasets.load_diabetes()
CV = KFold(4, shuffle=True, random_state=0)
ALPHAS = np.geomspace(45, 0.5, 8)


def mean_scores(make: object, X: object, y: np.ndarray, scoring: object, cv: object) -> np.ndarray:
    return np.array([cross_val_score(make(alpha), X, y, scoring=scoring, cv=cv) for alpha in ALPHAS]).T


def worst(estimator: object, X: pd.DataFrame, y: np.ndarray) -> float:
    """A scorer that looks at the rows themselves."""
    assert list(X.columns) == list(DIABETES.feature_names)
    return -float(np.abs(estimator.predict(X) - y)[X["sex"].to_numpy() > 1].max())


@pytest.mark.parametrize(
    "scoring",
    [
        "neg_mean_absolute_error",
        "r2",
        "max_error",
        make_scorer(mean_absolute_error, greater_is_better=False),
        worst,
    ],
    ids=lambda score: getattr(score, "__name__", str(score)),
)
def test_any_scorer_of_scikit_learn(scoring: object) -> None:
    X = pd.DataFrame(DIABETES.X, columns=list(DIABETES.feature_names))
    scoring = "neg_max_error" if scoring == "max_error" else scoring
    model = nb.RegressorCV(alphas=ALPHAS, cv=CV, scoring=scoring).fit(X, DIABETES.y)
    expected = mean_scores(lambda alpha: nb.Regressor(alpha=alpha), X, DIABETES.y, scoring, CV)
    np.testing.assert_allclose(model.cross_validation_.fold_scores, expected, rtol=1e-4, atol=1e-4)
    sizes = [len(test) for _, test in CV.split(X)]
    means = np.average(expected, axis=0, weights=sizes)
    np.testing.assert_allclose(model.cross_validation_.mean_score, means, rtol=1e-4, atol=1e-4)
    assert model.alpha_ == ALPHAS[int(means.argmax())]


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize(
    ("scoring", "theirs", "sign"),
    [("class_error", "accuracy", -1), ("auc", "roc_auc", 1), ("roc_auc", "roc_auc", 1), ("f1", "f1", 1)],
)
def test_scores_of_classes(scoring: str, theirs: str, sign: int) -> None:
    data, _ = nb.datasets.make_classification(160, 8, seed=1)
    cv = StratifiedKFold(4, shuffle=True, random_state=0)
    alphas = np.geomspace(0.2, 0.005, 6)
    y = data.y.astype(int)
    for rule in ("min", "one_se"):
        model = nb.ClassifierCV(alphas=alphas, cv=cv, scoring=scoring, rule=rule).fit(data.X, y)
        expected = np.array(
            [cross_val_score(nb.Classifier(alpha=a), data.X, y, scoring=theirs, cv=cv) for a in alphas]
        ).T
        expected = expected - 1 if sign < 0 else expected
        found = model.cross_validation_
        np.testing.assert_allclose(found.fold_scores, expected, rtol=1e-5, atol=1e-5)
        mean = expected.mean(axis=0)
        error = expected.std(axis=0, ddof=1) / 2
        best = int(mean.argmax())
        wanted = best if rule == "min" else int(np.argmax(mean >= mean[best] - error[best]))
        assert model.alpha_ == alphas[wanted]
    words = {"class_error": "share of wrong classes", "auc": "AUC"}.get(scoring, scoring)
    assert f"compared by {words}" in model.report()


def test_several_classes() -> None:
    data, _ = nb.datasets.make_classification(150, 5, seed=2)
    y = np.digitize(data.X[:, 0], [-0.5, 0.5])
    alphas = np.array([0.1, 0.02])
    cv = StratifiedKFold(3, shuffle=True, random_state=0)
    for scoring in ("class_error", "roc_auc_ovr"):
        model = nb.ClassifierCV(alphas=alphas, cv=cv, scoring=scoring).fit(data.X, y)
        theirs = "accuracy" if scoring == "class_error" else scoring
        expected = [cross_val_score(nb.Classifier(alpha=a), data.X, y, scoring=theirs, cv=cv) for a in alphas]
        shift = 1.0 if scoring == "class_error" else 0.0
        np.testing.assert_allclose(
            model.cross_validation_.fold_scores, np.array(expected).T - shift, rtol=1e-5, atol=1e-6
        )
    with pytest.raises(
        ValueError, match="scoring='auc' is no score of these responses; give one of deviance"
    ):
        nb.ClassifierCV(scoring="auc").fit(data.X, y)


def test_concordance_weights_and_groups() -> None:
    rng = np.random.default_rng(0)
    X, group = rng.normal(size=(120, 4)), np.arange(120) % 10
    time = rng.exponential(np.exp(-X[:, 0]))
    signed = np.where(rng.random(120) < 0.7, time, -time)
    weight = rng.integers(0, 3, 120).astype(float)
    cv = GroupKFold(5)
    model = nb.RegressorCV(loss="cox", alphas=[0.1, 0.02], cv=cv, scoring="concordance")
    model.fit(X, signed, sample_weight=weight, groups=group)
    for k, (train, test) in enumerate(cv.split(X, groups=group)):
        train, test = train[weight[train] > 0], test[weight[test] > 0]
        alone = nb.Regressor(loss="cox", alpha=0.1).fit(X[train], signed[train], weight[train])
        eta = X[test] @ alone.coef_
        expected = concordance(eta, signed[test], weight[test], np.zeros(len(test), dtype=int))[0]
        assert model.cross_validation_.fold_scores[k, 0] == pytest.approx(expected, abs=1e-3)
    assert not set(model.held_out_.fold[:1]) - set(range(5))


@pytest.mark.filterwarnings("default:Only one class is present:sklearn.exceptions.UndefinedMetricWarning")
def test_a_fold_without_a_score_is_left_out() -> None:
    data, _ = nb.datasets.make_classification(60, 5, seed=0)
    ones, zeros = np.flatnonzero(data.y == 1), np.flatnonzero(data.y == 0)
    cv = [(np.r_[ones[5:], zeros], ones[:5]), (np.r_[ones[:9], zeros[9:]], np.r_[ones[9:], zeros[:9]])]
    for scoring in ("auc", "roc_auc"):
        found = (
            nb.ClassifierCV(alphas=[0.1, 0.01], cv=cv, scoring=scoring).fit(data.X, data.y).cross_validation_
        )
        assert np.isnan(found.fold_scores[0]).all()
        np.testing.assert_allclose(found.mean_score, found.fold_scores[1])
    with pytest.raises(ValueError, match="scoring='auc' is undefined on the rows held out by every fold"):
        nb.ClassifierCV(alphas=[0.1], cv=cv[:1], scoring="auc").fit(data.X, data.y)


@pytest.mark.parametrize(
    ("model", "scoring", "said"),
    [
        (nb.RegressorCV, "auc", "is no score of these responses; give one of deviance, mse, mae"),
        (nb.RegressorCV, "rmse", "a name of sklearn.metrics.get_scorer_names"),
        (nb.RegressorCV, 3, "scoring must be a name or a function"),
    ],
)
def test_mistakes_are_said(model: type, scoring: object, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        model(scoring=scoring).fit(DIABETES.X, DIABETES.y)


def test_the_grid_reaches_the_best_alpha() -> None:
    """Where the best alpha is the last of the usual grid, the alphas go on."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 6)) @ np.linalg.cholesky(0.97 * np.ones((6, 6)) + 0.03 * np.eye(6)).T
    y = 50 * (X[:, 0] - X[:, 1]) + X @ np.arange(6) + 0.01 * rng.normal(size=400)
    short = nb.RegressorCV(eps=1e-2).fit(X, y)
    assert short.best_index_ == len(short.alphas_) - 1
    assert "smallest alpha tried" in short.report()
    reaching = nb.RegressorCV().fit(X, y)
    assert reaching.alphas_[-1] < 1e-4 * reaching.alphas_[0]
    assert reaching.mean_loss_.min() < short.mean_loss_.min()
    assert reaching.best_index_ < len(reaching.alphas_) - 1 or "curve is flat" in reaching.report()
    assert np.allclose(np.diff(np.log(reaching.alphas_)), np.log(reaching.alphas_[1] / reaching.alphas_[0]))
