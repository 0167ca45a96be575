"""Figures of predictive quality against scikit-learn's on the same rows, and against their definitions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics

from normball.losses import Cox, Gamma, Huber, Logistic, Loss, Poisson, Quantile, SquaredError, Tweedie
from normball.measures import Quality, ScoredRows, auc, concordance, quality_of

SETTINGS = [(seed, weighted) for seed in range(3) for weighted in (False, True)]


def rows(
    seed: int, weighted: bool, make_y: Callable[[np.random.Generator, np.ndarray], np.ndarray]
) -> ScoredRows:
    """Sixty rows, some of equal predictions."""
    rng = np.random.default_rng(seed)
    eta = rng.normal(size=60).round(1)
    weight = rng.integers(1, 4, 60).astype(float) if weighted else np.ones(60)
    return ScoredRows.of_one_model(eta, make_y(rng, eta), weight)


def figures(loss: Loss | None, found: ScoredRows) -> Quality:
    return quality_of(loss, found)


@pytest.mark.parametrize(("seed", "weighted"), SETTINGS)
def test_quantities(seed: int, weighted: bool) -> None:
    found = rows(seed, weighted, lambda rng, eta: eta + rng.normal(size=len(eta)))
    quality = figures(SquaredError(), found)
    options = {"sample_weight": found.weight}
    rmse = metrics.root_mean_squared_error(found.y, found.eta, **options)
    assert quality["RMSE"].value == pytest.approx(rmse, rel=1e-12)
    assert quality["R2"].value == pytest.approx(metrics.r2_score(found.y, found.eta, **options), rel=1e-12)
    absolute = metrics.mean_absolute_error(found.y, found.eta, **options)
    assert quality["mean absolute error"].value == pytest.approx(absolute, rel=1e-12)
    assert figures(Huber(0.7), found)["RMSE"].value == pytest.approx(rmse, rel=1e-12)


@pytest.mark.parametrize(("seed", "weighted"), SETTINGS)
def test_classes(seed: int, weighted: bool) -> None:
    found = rows(seed, weighted, lambda rng, eta: (eta + rng.logistic(size=len(eta)) > 0).astype(float))
    quality, options = figures(Logistic(), found), {"sample_weight": found.weight}
    chosen, probability = found.eta > 0, 1 / (1 + np.exp(-found.eta))
    right = metrics.accuracy_score(found.y, chosen, **options)
    assert quality["accuracy"].value == pytest.approx(right, rel=1e-12)
    assert quality["AUC"].value == pytest.approx(
        metrics.roc_auc_score(found.y, found.eta, **options), rel=1e-12
    )
    log_loss = metrics.log_loss(found.y, probability, **options)
    assert quality["log-loss"].value == pytest.approx(log_loss, rel=1e-12)
    np.testing.assert_allclose(quality.confusion, metrics.confusion_matrix(found.y, chosen, **options))
    share = np.average(found.y, weights=found.weight)
    assert quality["accuracy"].baseline == pytest.approx(max(share, 1 - share))
    base = np.full(len(found.y), share)
    assert quality["log-loss"].baseline == pytest.approx(metrics.log_loss(found.y, base, **options))


@pytest.mark.parametrize("seed", range(3))
def test_several_classes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eta, y = rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    quality = figures(None, ScoredRows.of_one_model(eta, y.astype(float), np.ones(50)))
    probabilities = np.exp(eta) / np.exp(eta).sum(axis=1, keepdims=True)
    assert quality["log-loss"].value == pytest.approx(metrics.log_loss(y, probabilities), rel=1e-12)
    assert quality["accuracy"].value == pytest.approx(metrics.accuracy_score(y, eta.argmax(axis=1)))
    np.testing.assert_array_equal(quality.confusion, metrics.confusion_matrix(y, eta.argmax(axis=1)))


@pytest.mark.parametrize(("seed", "weighted"), SETTINGS)
@pytest.mark.parametrize(("loss", "power"), [(Poisson(), 1), (Tweedie(1.4), 1.4), (Gamma(), 2)])
def test_share_of_deviance(seed: int, weighted: bool, loss: Loss, power: float) -> None:
    def amounts(rng: np.random.Generator, eta: np.ndarray) -> np.ndarray:
        return rng.poisson(np.exp(eta)) + (1.0 if power == 2 else 0.0)

    found = rows(seed, weighted, amounts)
    expected = metrics.d2_tweedie_score(found.y, np.exp(found.eta), sample_weight=found.weight, power=power)
    assert figures(loss, found)["share explained"].value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("q", [0.2, 0.5, 0.9])
def test_quantiles(q: float) -> None:
    found = rows(1, False, lambda rng, eta: eta + rng.normal(size=len(eta)))
    quality = figures(Quantile(q), found)
    assert quality["rows below"].value == pytest.approx(np.mean(found.y < found.eta))
    pinball = metrics.mean_pinball_loss(found.y, found.eta, alpha=q)
    constant = min(metrics.mean_pinball_loss(found.y, np.full(60, value), alpha=q) for value in found.y)
    assert quality["share explained"].value == pytest.approx(1 - pinball / constant, rel=1e-9)


def counted_pairs(eta: np.ndarray, y: np.ndarray, weight: np.ndarray, fold: np.ndarray) -> float:
    """Concordance by going through all pairs."""
    right = pairs = 0.0
    for i in np.flatnonzero(y > 0):
        for j in range(len(y)):
            later = abs(y[j]) > y[i] or (y[j] < 0 and -y[j] == y[i])
            if later and fold[i] == fold[j]:
                pairs += weight[i] * weight[j]
                right += weight[i] * weight[j] * (float(eta[i] > eta[j]) + 0.5 * float(eta[i] == eta[j]))
    return right / pairs


@pytest.mark.parametrize("seed", range(8))
def test_concordance_counts_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 5 + 11 * seed
    eta, time = rng.normal(size=n).round(seed % 3), rng.integers(1, 4 + 3 * seed, n).astype(float)
    y, weight, fold = (
        np.where(rng.random(n) < 0.6, time, -time),
        rng.random(n),
        rng.integers(0, 1 + seed % 3, n),
    )
    y[0] = 1.0
    value, error = concordance(eta, y, weight, fold)
    assert value == pytest.approx(counted_pairs(eta, y, weight, fold), rel=1e-12)
    assert error >= 0
    only = quality_of(Cox(), ScoredRows(eta, y, weight, fold))["concordance"]
    assert only.value == value


@pytest.mark.parametrize("seed", range(4))
def test_folds_are_not_compared_with_each_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eta, y, fold = rng.normal(size=90), (rng.random(90) < 0.4).astype(float), rng.integers(0, 3, 90)
    areas, pairs = [], []
    for k in range(3):
        mine = fold == k
        areas.append(metrics.roc_auc_score(y[mine], eta[mine]))
        pairs.append(y[mine].sum() * (1 - y[mine]).sum())
    assert auc(eta, y, np.ones(90), fold)[0] == pytest.approx(np.average(areas, weights=pairs), rel=1e-12)
    shifted = eta + np.array([0.0, 100.0, -100.0])[fold]
    assert auc(shifted, y, np.ones(90), fold)[0] == pytest.approx(auc(eta, y, np.ones(90), fold)[0])


@pytest.mark.parametrize(
    ("loss", "name", "response"),
    [
        (SquaredError(), "RMSE", lambda rng, eta: eta + rng.normal(size=len(eta))),
        (SquaredError(), "R2", lambda rng, eta: eta + rng.normal(size=len(eta))),
        (Logistic(), "AUC", lambda rng, eta: (eta + rng.logistic(size=len(eta)) > 0) * 1.0),
        (Logistic(), "accuracy", lambda rng, eta: (eta + rng.logistic(size=len(eta)) > 0) * 1.0),
        (Poisson(), "share explained", lambda rng, eta: rng.poisson(np.exp(eta)) * 1.0),
        (
            Cox(),
            "concordance",
            lambda rng, eta: rng.exponential(np.exp(-eta)) * rng.choice([1, 1, -1], len(eta)),
        ),
    ],
    ids=["rmse", "r2", "auc", "accuracy", "deviance", "concordance"],
)
def test_standard_errors_are_those_of_samples(loss: Loss, name: str, response: Callable) -> None:
    """The mean of the reported errors over samples is the deviation of the figure between samples."""
    rng = np.random.default_rng(7)
    values, errors = [], []
    for _ in range(400):
        eta = 0.7 * rng.normal(size=150)
        found = quality_of(loss, ScoredRows.of_one_model(eta, response(rng, eta), np.ones(150)))[name]
        values.append(found.value)
        errors.append(found.standard_error)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.12)


def test_what_cannot_be_said_is_nan() -> None:
    ones = np.ones(4)
    same = figures(SquaredError(), ScoredRows.of_one_model(ones, ones, ones))
    assert np.isnan(same["R2"].value)
    assert same["RMSE"].value == 0
    assert np.isnan(auc(np.arange(4.0), ones, ones, np.zeros(4, dtype=int))[0])
    assert np.isnan(concordance(np.arange(4.0), -ones, ones, np.zeros(4, dtype=int))[0])
    assert np.isnan(concordance(np.arange(4.0), ones, ones, np.zeros(4, dtype=int))[0])
    with pytest.raises(ValueError, match="no rows"):
        quality_of(SquaredError(), ScoredRows.of_one_model(*[np.zeros(0)] * 3))
    with pytest.raises(KeyError, match="there are RMSE, R2"):
        _ = same["AUC"]


def test_shares_are_shown_in_per_cent() -> None:
    found = rows(0, False, lambda rng, eta: (eta > 0).astype(float))
    accuracy = figures(Logistic(), found)["accuracy"]
    assert accuracy.shown == "100.0 %"
    assert accuracy.shown_baseline.endswith(" %")
