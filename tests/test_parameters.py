"""Parameters that are no numbers, or neither True nor False: one sentence that names them, everywhere."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import normball as nb
from normball import parameters
from normball.datasets import make_classification, make_regression
from normball.norms import L1, ElasticNet, Nuclear

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 3))
Y = X[:, 0] + 0.1 * RNG.standard_normal(20)
CLASSES = Y > 0
THREE = np.arange(20) % 3

FLAGS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "L1": (lambda flag: L1(positive=flag), "positive"),
    "elastic net": (lambda flag: ElasticNet(positive=flag), "positive"),
    "problem": (lambda flag: nb.Problem(X, Y, fit_intercept=flag), "fit_intercept"),
    "several responses": (
        lambda flag: nb.Problem(X, X, norm=Nuclear(), fit_intercept=flag),
        "fit_intercept",
    ),
    "path": (lambda flag: nb.Problem(X, Y).path(n_alphas=3, verbose=flag), "verbose"),
    "robust PCA": (lambda flag: nb.RobustPCA(verbose=flag).fit(X), "verbose"),
    "completion": (lambda flag: nb.MatrixCompletion(n_alphas=2, verbose=flag).fit(X), "verbose"),
    **{
        f"{kind.__name__} {name}": (
            lambda flag, kind=kind, name=name: kind(**{name: flag}).fit(X, THREE),
            name,
        )
        for kind in (nb.Regressor, nb.Classifier, nb.RegressorCV, nb.ClassifierCV)
        for name in ("fit_intercept", "standardize", "positive")
    },
    "warm start": (lambda flag: nb.Regressor(warm_start=flag).fit(X, Y), "warm_start"),
}


@pytest.mark.parametrize("place", FLAGS)
def test_a_flag_is_true_or_false(place: str) -> None:
    call, name = FLAGS[place]
    for flag in ("no", "False", 0, 2.0, [True]):
        with pytest.raises(TypeError) as caught:
            call(flag)
        assert str(caught.value) == f"{name} must be True or False, got {flag!r}."


def test_flags_of_numpy_count() -> None:
    assert L1(positive=np.bool_(True)) == L1(positive=True)
    np.testing.assert_array_equal(
        nb.Regressor(fit_intercept=np.bool_(False), standardize=np.bool_(True)).fit(X, Y).coef_,
        nb.Regressor(fit_intercept=False, standardize=True).fit(X, Y).coef_,
    )


NUMBERS: dict[str, Callable[[Any], Any]] = {
    "lam": lambda value: nb.RobustPCA(lam=value).fit(X),
    "noise": lambda value: nb.RobustPCA(noise=value).fit(X),
    "tol": lambda value: nb.RobustPCA(tol=value).fit(X),
    "max_iter": lambda value: nb.RobustPCA(max_iter=value).fit(X),
    "alpha": lambda value: nb.MatrixCompletion(alpha=value).fit(X),
    "eps": lambda value: nb.MatrixCompletion(eps=value).fit(X),
    "n_alphas": lambda value: nb.MatrixCompletion(n_alphas=value).fit(X),
    "n_alphas ": lambda value: nb.RegressorCV(n_alphas=value).fit(X, Y),
    "eps ": lambda value: nb.RegressorCV(eps=value).fit(X, Y),
    "n_alphas  ": lambda value: nb.ClassifierCV(n_alphas=value).fit(X, THREE),
    "eps  ": lambda value: nb.ClassifierCV(eps=value).fit(X, CLASSES),
    "n_samples": lambda value: make_regression(n_samples=value),
    "n_features": lambda value: make_regression(n_features=value),
    "n_informative": lambda value: make_classification(n_informative=value),
    "correlation": lambda value: make_classification(correlation=value),
    "noise ": lambda value: make_classification(noise=value),
    "seed": lambda value: make_regression(seed=value),
    "n_jobs": lambda value: nb.RegressorCV(n_alphas=3, n_jobs=value).fit(X, Y),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["3", 1j, np.nan, -(10**400)], ids=repr)
def test_a_number_is_one(name: str, value: Any) -> None:
    wanted = ValueError if isinstance(value, int | float) else TypeError
    with pytest.raises(wanted) as caught:
        NUMBERS[name](value)
    message = str(caught.value)
    assert message.startswith(f"{name.strip()} must ")
    assert message.endswith(".")
    assert len(message) < 200


def test_numbers_beyond_floats_are_out_of_range() -> None:
    for value in (10**400, Fraction(10**400), -(10**400)):
        for read in (parameters.read_positive, parameters.read_not_negative, parameters.read_probability):
            with pytest.raises(ValueError, match=r"characters|Fraction"):
                read(value, "alpha")
    assert parameters.read_count(np.int64(3), "k") == 3
    with pytest.raises(ValueError, match=r"k must be a whole number, from 0 to 5, got 6\."):
        parameters.read_count(6, "k", 0, 5)


PRICES = {
    "length": ([1.0, 2.0], "feature_weights has 2 entries but X has 3 features; give one a feature."),
    "negative": ([1.0, 2.0, -1.0], "feature_weights must be >= 0, got -1 at position 2."),
    "NaN": ([1.0, np.nan, 2.0], "feature_weights must not hold NaN; the first is at position 1."),
    "texts": (["a", "b", "c"], "feature_weights must be numbers, got ['a', 'b', 'c']."),
    "two dimensions": (np.ones((3, 1)), "feature_weights must have one dimension, got shape (3, 1)."),
    "a word": ("adaptiv", "feature_weights must be (p,) numbers or 'adaptive', got 'adaptiv'."),
}


@pytest.mark.parametrize("name", PRICES)
def test_feature_weights_are_called_what_they_are(name: str) -> None:
    weights, message = PRICES[name]
    for model in (nb.Regressor, nb.Classifier, nb.RegressorCV, nb.ClassifierCV):
        for y in (CLASSES, THREE):
            with pytest.raises(ValueError, match="feature_weights") as caught:
                model(feature_weights=weights).fit(X, y)
            assert str(caught.value) == message


@pytest.mark.parametrize("y", [RNG.random(20) > 0.5, THREE], ids=["two", "three"])
def test_nothing_to_choose_is_said(y: np.ndarray) -> None:
    closed, free = np.full(3, np.inf), np.zeros(3)
    with pytest.raises(ValueError, match=r"^the path has no alphas: every weight is infinite"):
        nb.ClassifierCV(feature_weights=closed).fit(X, y)
    with pytest.raises(ValueError, match=r"^the path has no alphas: no feature is penalised"):
        nb.ClassifierCV(feature_weights=free).fit(X, y)
    with pytest.raises(ValueError, match=r"^the path has no alphas: no feature is penalised"):
        nb.RegressorCV(feature_weights=free).fit(X, Y)
    assert not nb.Classifier(feature_weights=closed).fit(X, y).coef_.any()
    assert nb.Regressor(feature_weights=free).fit(X, Y).coef_.all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"l1_ratio": "x"}, "l1_ratio must be"),
        ({"l1_ratio": [0.5, 2.0]}, "l1_ratio must lie between 0 and 1, got 2.0"),
        ({"l1_ratio": [0.5, "x"]}, "l1_ratio must be real numbers"),
        ({"tol": -1}, "tol must be a number > 0, got -1."),
        ({"max_iter": 2.5}, "max_iter must be a whole number, at least 1, got 2.5."),
    ],
)
def test_parameters_of_cross_validation(parameters: dict[str, Any], message: str) -> None:
    for model in (nb.RegressorCV, nb.ClassifierCV):
        with pytest.raises((TypeError, ValueError)) as caught:
            model("elastic_net", **parameters).fit(X, THREE)
        assert str(caught.value).startswith(message)


def test_features_that_are_no_positions() -> None:
    solution = nb.Problem(X, Y).solve(alpha=0.1)
    for feature in (np.nan, np.inf, 1.5, True, 1j):
        with pytest.raises(TypeError, match="feature must be a name or a position"):
            solution.why(feature)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"characters\) is out of range; there are 3 features"):
        solution.why(10**400)
