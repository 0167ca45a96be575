"""Data at the ends of floats and behind masks: right, or one sentence, in every class that takes data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball import Problem, dropin
from normball.losses import Cox
from normball.norms import L1, GroupL2, Lp, SortedL1

RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 3))
Y = X[:, 0] + RNG.standard_normal(30)
CLASSES = (Y > 0).astype(int)
SEVERAL = np.digitize(Y, [-0.5, 0.5])
BOTH = np.column_stack([Y, Y[::-1]])
HUGE = 10**400

ESTIMATORS: dict[str, tuple[Callable[[], Any], Any]] = {
    "Regressor": (lambda: nb.Regressor(alpha=0.1), Y),
    "RegressorCV": (lambda: nb.RegressorCV(), Y),
    "Classifier": (lambda: nb.Classifier(alpha=0.01), CLASSES),
    "several classes": (lambda: nb.Classifier(alpha=0.01), SEVERAL),
    "Lasso": (lambda: dropin.Lasso(alpha=0.1), Y),
    "LassoCV": (lambda: dropin.LassoCV(), Y),
    "Ridge": (lambda: dropin.Ridge(), Y),
    "RidgeCV": (lambda: dropin.RidgeCV(), Y),
    "LogisticRegression": (lambda: dropin.LogisticRegression(), CLASSES),
    "MultiTaskLasso": (lambda: dropin.MultiTaskLasso(alpha=0.1), BOTH),
}


def masked(values: Any) -> Any:
    """With -9999 beneath the mask of the first entry."""
    result = np.ma.masked_array(np.array(values, dtype=float))
    result[(0,) * result.ndim] = -9999.0
    result[(0,) * result.ndim] = np.ma.masked
    return result


def refuses(call: Callable[[], Any], text: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    message = str(caught.value)
    assert text in message
    assert "\n" not in message
    assert len(message) < 250


MASK = "must not be a masked array with masked entries; fill or drop them first."


@pytest.mark.parametrize("name", ESTIMATORS)
def test_no_estimator_reads_beneath_a_mask(name: str) -> None:
    make, y = ESTIMATORS[name]
    refuses(lambda: make().fit(masked(X), y), f"X {MASK}")
    refuses(lambda: make().fit(X, masked(y)), f"y {MASK}")
    refuses(lambda: make().fit(X, y).predict(masked(X)), f"X {MASK}")
    if name != "MultiTaskLasso":
        refuses(lambda: make().fit(X, y, sample_weight=masked(np.ones(30))), f"sample_weight {MASK}")
    nothing_masked = np.ma.masked_array(X)
    np.testing.assert_array_equal(make().fit(nothing_masked, y).coef_, make().fit(X, y).coef_)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: Problem(masked(X), Y), "X"),
        (lambda: Problem(X, masked(Y)), "y"),
        (lambda: Problem(X, list(masked(Y))), "y"),
        (lambda: Problem(X, Y, sample_weight=masked(np.ones(30))), "sample_weight"),
        (lambda: Problem(X, masked(np.column_stack([np.abs(Y), CLASSES])), loss=Cox()), "y"),
        (lambda: Problem(X, masked(BOTH), norm=nb.norms.Nuclear()), "Y"),
        (lambda: Problem(X, Y).loss_at(masked(np.ones(3))), "w"),
        (lambda: Problem(X, Y).path(alphas=masked([0.1, 0.2])), "alphas"),
        (lambda: L1(weights=masked(np.ones(3))), "weights"),
        (lambda: nb.RobustPCA().fit(masked(X)), "X"),
        (lambda: nb.MatrixCompletion().fit(masked(X)), "X"),
    ],
)
def test_nothing_else_reads_beneath_a_mask(call: Callable[[], Any], what: str) -> None:
    refuses(call, f"{what} {MASK}")


@pytest.mark.parametrize("size", [1e308, 1e-300, 5e-324])
@pytest.mark.parametrize("form", ["alpha", "budget"])
def test_only_ratios_of_weights_matter(size: float, form: str) -> None:
    shares = np.where(np.arange(30) % 3, 1.0, 0.0) if size < 1e-320 else np.linspace(0.01, 1, 30)
    right = Problem(X, Y, sample_weight=shares).solve(**{form: 0.1})
    found = Problem(X, Y, sample_weight=size * shares).solve(**{form: 0.1})
    np.testing.assert_allclose(found.coef, right.coef, rtol=1e-12, atol=1e-12)
    model = nb.Regressor(**{form: 0.1}).fit(X, Y, sample_weight=size * shares)
    np.testing.assert_allclose(model.coef_, right.coef, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["Lasso", "Ridge", "LogisticRegression", "RidgeCV"])
def test_drop_ins_refuse_weights_without_a_sum(name: str) -> None:
    make, y = ESTIMATORS[name]
    refuses(
        lambda: make().fit(X, y, sample_weight=np.full(30, 1e308)), "sample_weight has a sum beyond floats"
    )


@pytest.mark.parametrize("storage", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(("of_X", "of_y"), [(1e-200, 1e-140), (1e-160, 1e-149), (1e-200, 1.0), (1e-320, 1.0)])
@pytest.mark.parametrize("loss", ["squared_error", "huber", "quantile", "logistic"])
def test_a_gradient_that_vanishes_proves_nothing(loss: str, of_X: float, of_y: float, storage: Any) -> None:
    y = CLASSES if loss == "logistic" else of_y * Y
    problem = Problem(storage(of_X * X), y, loss=loss)
    for call in (
        lambda: problem.alpha_max,
        lambda: problem.solve(alpha=0.1),
        lambda: problem.solve(budget=1.0),
        lambda: problem.path(alphas=[0.1]),
    ):
        refuses(call, "whose squares vanish; multiply X by a constant.")


@pytest.mark.parametrize("size", [1e-200, 1e-160])
def test_several_responses_and_classes_refuse_it_too(size: float) -> None:
    refuses(lambda: Problem(size * X, BOTH, norm=nb.norms.Nuclear()), "X has entries of size")
    refuses(lambda: nb.Classifier().fit(size * X, SEVERAL), "whose squares vanish")


@pytest.mark.parametrize("loss", ["squared_error", "quantile", "logistic"])
def test_columns_of_zeros_are_no_such_case(loss: str) -> None:
    solution = Problem(0 * X, CLASSES if loss == "logistic" else Y, loss=loss).solve(alpha=0.1)
    assert not solution.coef.any()
    assert solution.converged


@pytest.mark.parametrize("size", [1e-100, 1e-12, 1e-3, 1e8, 1e100])
def test_several_classes_do_not_see_the_units(size: float) -> None:
    """All columns in other units, one of them, or one far from 0."""
    one = X * np.array([size, 1.0, 1.0])
    for columns in (size * X, one):
        assert nb.Classifier().fit(columns, SEVERAL).gap_ <= 1e-8
    if 1 < size < 1e10:
        right, far = (nb.Classifier(alpha=1e-3).fit(X + shift, SEVERAL) for shift in (0.0, size))
        assert far.gap_ <= 1e-8
        np.testing.assert_allclose(far.coef_, right.coef_, atol=1e-5)
        np.testing.assert_allclose(far.predict_proba(X + size), right.predict_proba(X), atol=1e-5)


# ---- responses that no feature explains ------------------------------------------------
@pytest.mark.parametrize("n", [1, 7, 30])
@pytest.mark.parametrize(
    ("loss", "value"),
    [
        ("squared_error", 0.1), ("squared_error", 1e8), ("huber", 3.0), ("quantile", 3.0), ("poisson", 1.0),
        ("poisson", 3.0), ("poisson", 1e14), ("gamma", 2.0), ("gamma", 1e100), ("tweedie", 2.0),
        ("tweedie", 1e50),
    ],
)  # fmt: skip
def test_a_constant_response_is_fitted_without_features(loss: str, value: float, n: int) -> None:
    problem = Problem(X[:n], np.full(n, value), loss=loss)
    for form in ({"alpha": 0.1}, {"alpha": 0.0}, {"budget": 1.0}):
        solution = problem.solve(**form)
        assert solution.converged
        assert not solution.coef.any()
    path = problem.path(alphas=[0.1, 0.01])
    assert path.converged
    assert not path.coefs.any()
    model = nb.Regressor(loss=loss).fit(X[:n], np.full(n, value))
    assert not model.coef_.any()


@pytest.mark.parametrize(
    ("loss", "size", "spread"),
    [("poisson", 1e14, 1e-7), ("poisson", 1e12, 1e-6), ("gamma", 1e100, 0.3), ("gamma", 1e-80, 0.3),
     ("tweedie", 1e50, 0.3), ("tweedie", 1e-40, 0.3)],
)  # fmt: skip
def test_a_large_response_is_not_taken_for_a_constant(loss: str, size: float, spread: float) -> None:
    y = size * np.exp(spread * (2 * X[:, 0] + RNG.standard_normal(30)))
    problem = Problem(X, np.round(y) if loss == "poisson" else y, loss=loss)
    solution = problem.solve(alpha=nb.fraction(0.1), tol=1e-6)
    assert solution.coef[0] > spread
    assert 0 < solution.loss < 0.5 * problem.instance.null_loss
    assert solution.converged


# ---- integers that no float holds --------------------------------------------------------
def whole(*numbers: int) -> list[int]:
    return list(numbers)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Problem(X, [HUGE] * 30),
        lambda: Problem([[HUGE, 1, 2]] * 30, Y),
        lambda: Problem(X, Y, sample_weight=[HUGE] * 30),
        lambda: Problem(X, [[HUGE, 1]] * 30, loss="cox"),
        lambda: Problem(X, Y).solve(alpha=HUGE),
        lambda: Problem(X, Y).solve(budget=HUGE),
        lambda: Problem(X, Y).solve(target=HUGE),
        lambda: Problem(X, Y).solve(alpha=0.1, tol=HUGE),
        lambda: Problem(X, Y).path(alphas=[HUGE, 1]),
        lambda: Problem(X, Y).cheaper([HUGE, 1, 1]),
        lambda: L1(weights=whole(HUGE)),
        lambda: SortedL1(whole(HUGE, 1)),
        lambda: GroupL2([0, 0, 1], weights=whole(HUGE, 1)),
        lambda: Lp(HUGE),
        lambda: nb.Regressor(alpha=HUGE).fit(X, Y),
        lambda: nb.Regressor().fit(X, [HUGE] * 30),
        lambda: nb.Regressor().fit([[HUGE, 1, 2]] * 30, Y),
        lambda: dropin.Lasso(alpha=HUGE).fit(X, Y),
        lambda: dropin.Ridge(alpha=HUGE).fit(X, Y),
        lambda: dropin.LogisticRegression(C=HUGE).fit(X, CLASSES),
        lambda: dropin.Lasso().fit(X, [HUGE] * 30),
    ],
)
def test_integers_beyond_floats_are_refused(call: Callable[[], Any]) -> None:
    refuses(call, "")


# ---- powers at the ends of what floats can raise ------------------------------------------
@pytest.mark.parametrize("p", [1e300, 1e17, 9e-3, 1e-300, 5e-324])
def test_powers_beyond_floats_are_refused(p: float) -> None:
    refuses(lambda: Lp(p), "p must lie between 0.01 and 1e+16, got ")


@pytest.mark.parametrize("p", [1e5, 1e12, 1e16])
def test_a_large_power_is_the_largest_coordinate(p: float) -> None:
    for form in ("alpha", "budget"):
        powers, largest = (Problem(X, Y, norm=norm).solve(**{form: 0.2}) for norm in (Lp(p), "linf"))
        np.testing.assert_allclose(powers.coef, largest.coef, atol=1e-4)
        assert powers.converged
