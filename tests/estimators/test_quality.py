"""`quality()`: what estimators say of their predictions, on held-out rows and on those of the fit."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn import metrics
from sklearn.model_selection import KFold, StratifiedKFold

import normball as nb

DIABETES = nb.datasets.load_diabetes()
FOLDS = KFold(5, shuffle=True, random_state=3)


def classes(n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    data, _ = nb.datasets.make_classification(n, 8, seed=1)
    return data.X, np.array(["calm", "storm"])[data.y.astype(int)]


def foretold(model: object, X: np.ndarray, y: np.ndarray, method: str, cv: object) -> np.ndarray:
    """Predictions of every row by scikit-learn's own folds of the model at the alpha that was chosen."""
    found = None
    for train, test in cv.split(X, y):
        values = getattr(model.fit(X[train], y[train]), method)(X[test])
        found = np.zeros((len(y), *values.shape[1:])) if found is None else found
        found[test] = values
    return found


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("rule", ["min", "one_se"])
def test_held_out_rows_are_those_of_the_folds_that_chose_alpha(standardize: bool, rule: str) -> None:
    X, y = DIABETES.X, DIABETES.y
    model = nb.RegressorCV(cv=FOLDS, rule=rule, standardize=standardize, n_alphas=30).fit(X, y)
    alone = nb.Regressor(alpha=model.alpha_, standardize=standardize)
    expected = foretold(alone, X, y, "predict", FOLDS)
    quality = model.quality()
    assert quality.held_out is not None
    assert quality.held_out["RMSE"].value == pytest.approx(
        metrics.root_mean_squared_error(y, expected), rel=1e-4
    )
    assert quality.held_out["R2"].value == pytest.approx(metrics.r2_score(y, expected), rel=1e-4)
    at = model.best_index_ if rule == "min" else model.one_se_index_
    assert quality.held_out["RMSE"].value == pytest.approx(np.sqrt(2 * model.mean_loss_[at]), rel=1e-9)
    assert quality.training["R2"].value == pytest.approx(model.score(X, y), rel=1e-9)
    assert quality.training["RMSE"].baseline == pytest.approx(y.std())
    assert "5-fold cross-validation that chose alpha" in str(quality)
    said = model.report()
    assert said.index("RMSE") < said.index("norm ")
    assert said.index("RMSE") < said.index("duality gap")


@pytest.mark.parametrize("class_weight", [None, "balanced", {"calm": 3.0, "storm": 1.0}])
def test_two_classes(class_weight: object) -> None:
    X, y = classes()
    cv = StratifiedKFold(4, shuffle=True, random_state=0)
    model = nb.ClassifierCV(cv=cv, n_alphas=20, class_weight=class_weight).fit(X, y)
    alone = nb.Classifier(alpha=model.alpha_)
    if class_weight is None:
        expected = foretold(alone, X, y, "predict_proba", cv)
        quality = model.quality().held_out
        assert quality["log-loss"].value == pytest.approx(metrics.log_loss(y, expected), rel=1e-4)
    training = model.quality().training
    # of the samples as they are, whatever the weights of their classes
    assert training["accuracy"].value == pytest.approx(np.mean(model.predict(X) == y))
    np.testing.assert_allclose(training.confusion, metrics.confusion_matrix(y, model.predict(X)))
    assert training["accuracy"].baseline == pytest.approx(max(np.mean(y == "calm"), np.mean(y == "storm")))
    assert "predicted storm" in str(model.quality())


def test_class_weights_are_those_of_samples() -> None:
    X, y = classes()
    balanced = nb.Classifier(alpha=0.02, class_weight="balanced").fit(X, y)
    counts = {label: np.sum(y == label) for label in ("calm", "storm")}
    weight = np.array([len(y) / (2 * counts[label]) for label in y])
    by_hand = nb.Classifier(alpha=0.02).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(balanced.coef_, by_hand.coef_, rtol=1e-9)
    both = nb.Classifier(alpha=0.02, class_weight={"calm": 2.0, "storm": 1.0})
    given = np.linspace(0.5, 2, len(y))
    expected = nb.Classifier(alpha=0.02).fit(X, y, given * np.where(y == "calm", 2.0, 1.0))
    np.testing.assert_allclose(both.fit(X, y, given).coef_, expected.coef_, rtol=1e-9)
    three = np.digitize(X[:, 0], [-0.5, 0.5])
    assert nb.Classifier(alpha=0.02, class_weight="balanced").fit(X, three).quality().training.n_rows == 150
    with pytest.raises(ValueError, match="class_weight"):
        nb.Classifier(class_weight="equal").fit(X, y)


def test_several_classes() -> None:
    X, _ = classes()
    y = np.array(["a", "b", "c"])[np.digitize(X[:, 0] + X[:, 1], [-0.7, 0.7])]
    cv = StratifiedKFold(3, shuffle=True, random_state=0)
    model = nb.ClassifierCV(cv=cv, n_alphas=8, eps=0.05).fit(X, y)
    expected = foretold(nb.Classifier(alpha=model.alpha_), X, y, "predict_proba", cv)
    quality = model.quality()
    assert quality.held_out["log-loss"].value == pytest.approx(metrics.log_loss(y, expected), rel=1e-4)
    assert quality.held_out.confusion.shape == (3, 3)
    assert quality.training["accuracy"].value == pytest.approx(model.score(X, y))


def test_counts_and_times() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    counts = rng.poisson(np.exp(X[:, 0]))
    model = nb.RegressorCV(loss="poisson", cv=4, n_alphas=20).fit(X, counts)
    expected = metrics.d2_tweedie_score(counts, model.predict(X), power=1)
    assert model.quality().training["share explained"].value == pytest.approx(expected)
    time = rng.exponential(np.exp(-X[:, 0]))
    times = np.column_stack([time, rng.random(120) < 0.7])
    cox = nb.RegressorCV(loss="cox", cv=4, n_alphas=20).fit(X, times).quality()
    assert 0.6 < cox.held_out["concordance"].value <= cox.training["concordance"].value + 0.05


def test_weights_and_rows_without_weight() -> None:
    weight = np.random.default_rng(0).integers(0, 3, len(DIABETES.y)).astype(float)
    model = nb.RegressorCV(cv=4, n_alphas=10).fit(DIABETES.X, DIABETES.y, sample_weight=weight)
    quality = model.quality()
    expected = metrics.r2_score(DIABETES.y, model.predict(DIABETES.X), sample_weight=weight)
    assert quality.training["R2"].value == pytest.approx(expected)
    assert quality.held_out.n_rows == quality.training.n_rows == np.sum(weight > 0)


def test_without_cross_validation_or_data() -> None:
    model = nb.Regressor(alpha=5.0).fit(DIABETES.X, DIABETES.y)
    assert model.quality().held_out is None
    assert "RMSE" in model.quality()._repr_html_()
    assert model.report().splitlines()[1].startswith("RMSE")
    with pytest.raises(AttributeError, match="without its training data"):
        pickle.loads(pickle.dumps(model)).quality()
    chosen = pickle.loads(pickle.dumps(nb.RegressorCV(n_alphas=5).fit(DIABETES.X, DIABETES.y)))
    assert not hasattr(chosen, "held_out_")
    assert "RMSE" in chosen.report()
