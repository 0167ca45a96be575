"""Cox with strata: the sum over strata of the Cox loss, its parts by definition and its fits with proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import normball as nb
from normball.losses import Cox, StratifiedCox
from normball.typing import Floats

both_counts = pytest.mark.parametrize("ties", ["breslow", "efron"])
SEEDS = range(6)


def draw(seed: int, n: int = 14) -> tuple[Floats, Floats, Floats, Floats]:
    """Predictor, times with events and strata (n, 3), the same encoded, and weights (sum 1)."""
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 6, n).astype(float), rng.random(n) < 0.7
    strata = rng.choice([-2.5, 0.0, 7.0, 9.0], n)
    event[:2], strata[:2] = True, [0.0, 7.0]
    y = np.column_stack([time, event, strata])
    weight = rng.random(n) + 0.1
    return rng.normal(size=n), y, StratifiedCox().encode_response(y), weight / weight.sum()


def parts(y: Floats) -> list[tuple[Floats, Floats]]:
    """Positions and signed times of each stratum."""
    signed = np.where(y[:, 1] == 1, y[:, 0], -y[:, 0])
    return [(np.flatnonzero(y[:, 2] == s), signed[y[:, 2] == s]) for s in np.unique(y[:, 2])]


@both_counts
@pytest.mark.parametrize("seed", SEEDS)
def test_the_sum_over_strata(ties: str, seed: int) -> None:
    eta, y, encoded, weight = draw(seed)
    loss, plain = StratifiedCox(ties), Cox(ties)
    total = sum(plain.value(eta[rows], signed, weight[rows]) for rows, signed in parts(y))
    assert loss.value(eta, encoded, weight) == pytest.approx(total, rel=1e-13)
    unit, step = np.eye(len(eta)), 1e-6
    slopes = [
        (loss.value(eta + step * e, encoded, weight) - loss.value(eta - step * e, encoded, weight))
        / (2 * step)
        for e in unit
    ]
    gradient = loss.gradient(eta, encoded, weight)
    np.testing.assert_allclose(gradient, slopes, atol=1e-9)
    root = loss.hessian_root(eta, encoded, weight)
    rows = root.apply(unit)
    changes = [
        (loss.gradient(eta + step * e, encoded, weight) - loss.gradient(eta - step * e, encoded, weight))
        / (2 * step)
        for e in unit
    ]
    np.testing.assert_allclose(rows.T @ rows, changes, atol=1e-9)
    u = np.random.default_rng(seed).standard_normal(len(rows))
    np.testing.assert_allclose(root.adjoint(u), rows.T @ u, atol=1e-14)
    np.testing.assert_array_equal(root.apply(unit[0]), rows[:, 0])
    np.testing.assert_allclose(root.adjoint(root.solve(gradient)), gradient, atol=1e-13)
    curvature = loss.curvature(eta, encoded, weight)
    assert root.total == pytest.approx(curvature.sum(), rel=1e-12)
    assert np.linalg.eigvalsh(np.diag(curvature) - rows.T @ rows).min() >= -1e-12


@both_counts
@pytest.mark.parametrize("seed", SEEDS)
def test_conjugate_and_slack(ties: str, seed: int) -> None:
    eta, _, encoded, weight = draw(seed)
    loss = StratifiedCox(ties)
    gradient = loss.gradient(eta, encoded, weight)
    for share in (0.3, 0.9):
        u = share * gradient

        def excess(point: Floats, u: Floats = u) -> tuple[float, Floats]:
            return (
                loss.value(point, encoded, weight) - u @ point,
                loss.gradient(point, encoded, weight) - u,
            )

        found = minimize(excess, eta, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 2000})
        assert -found.fun == pytest.approx(loss.conjugate(u, encoded, weight), abs=1e-7)
        expected = loss.value(eta, encoded, weight) + loss.conjugate(u, encoded, weight) - u @ eta
        assert loss.slack(eta, u, encoded, weight) == pytest.approx(expected, abs=1e-12)
    assert loss.slack(eta, gradient, encoded, weight) == pytest.approx(0.0, abs=1e-13)
    # a sum that only balances across strata is outside the domain
    assert loss.conjugate(gradient + np.linspace(-1, 1, len(eta)), encoded, weight) == np.inf


def table(n: int = 120) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(0)
    X, strata = rng.normal(size=(n, 8)), rng.integers(0, 4, n).astype(float)
    time = rng.exponential(np.exp(strata - X[:, 0] + 0.5 * X[:, 1])).round(2) + 0.01
    return X, np.column_stack([time, rng.random(n) < 0.7, strata])


@pytest.mark.quick_cases(2)
@both_counts
@pytest.mark.parametrize(
    "norm", ["l1", "elastic_net", "squared_l2", "l2", nb.norms.GroupL2(np.arange(8) // 2)]
)
def test_fits_are_proved(ties: str, norm: Any) -> None:
    X, y = table()
    problem = nb.Problem(X, y, loss=StratifiedCox(ties), norm=norm)
    # scipy knows nothing of duals
    for level in ({"alpha": 0.02}, {"budget": 0.5}):
        solution = problem.solve(**level)
        assert solution.certificate.gap < 1e-8
        best = solution.loss + solution.alpha * solution.norm
        rng = np.random.default_rng(0)
        for _ in range(50):
            other = solution.coef + 0.1 * rng.normal(size=8)
            value = problem.loss_at(other) + solution.alpha * problem.norm.value(other)
            assert value > best - 1e-12
    path = problem.path(n_alphas=8)
    assert (path.gaps < 1e-8).all()


def test_one_stratum_is_cox_and_a_constant_of_a_stratum_says_nothing() -> None:
    X, y = table()
    one = np.column_stack([y[:, :2], np.zeros(len(y))])
    plain = nb.Problem(X, y[:, :2], loss="cox").solve(alpha=0.03)
    same = nb.Problem(X, one, loss="stratified_cox").solve(alpha=0.03)
    np.testing.assert_allclose(same.coef, plain.coef, atol=1e-7)
    with_constant = np.column_stack([X, y[:, 2]])
    found = nb.Problem(with_constant, y, loss="stratified_cox").solve(alpha=1e-4)
    assert found.coef[-1] == 0


def test_estimators_cross_validate_survive_and_are_kept(tmp_path: Path) -> None:
    X, y = table()
    model = nb.RegressorCV(loss="stratified_cox", cv=4, n_alphas=10).fit(X, y)
    quality = model.quality()
    assert 0.6 < quality.held_out["concordance"].value < 1
    scored = nb.RegressorCV(loss="stratified_cox", cv=4, n_alphas=10, scoring="concordance").fit(X, y)
    assert scored.cross_validation_.mean_score.max() > 0.6
    survival = model.predict_survival(X[:6], [0.5, 2.0], y[:6, 2])
    eta = X @ model.coef_
    for k in range(6):
        mine, time, event = y[:, 2] == y[k, 2], y[:, 0], y[:, 1] == 1
        hazard = sum(
            np.sum(mine & event & (time == t)) / np.exp(eta)[mine & (time >= t)].sum()
            for t in np.unique(time[mine & event])
            if t <= 2.0
        )
        assert survival[k, 1] == pytest.approx(np.exp(-hazard * np.exp(eta[k])), rel=1e-10, nan_ok=True)
    model.save(tmp_path / "m.json")
    again = nb.load(tmp_path / "m.json").predict_survival(X[:6], [0.5, 2.0], y[:6, 2])
    np.testing.assert_array_equal(again, survival)
    with pytest.raises(ValueError, match="a fit with strata needs times and the strata of the rows"):
        model.predict_survival(X)
    with pytest.raises(ValueError, match="stratum 8 has no event in the fit; known are"):
        model.predict_survival(X[:1], [1.0], [8])
    with pytest.raises(ValueError, match=r"strata must be one a row \(120\), got 1"):
        model.predict_survival(X, [1.0], [0])
    with pytest.raises(ValueError, match="strata go with loss='stratified_cox'; leave them out"):
        nb.Regressor(loss="cox").fit(X, y[:, :2]).predict_survival(X, [1.0], y[:, 2])


def test_mistakes_are_said() -> None:
    X, y = table()
    with pytest.raises(ValueError, match=r"y must hold times, events and strata \(n, 3\)"):
        nb.Problem(X, y[:, :2], loss="stratified_cox")
    with pytest.raises(ValueError, match="finite numbers for strata"):
        nb.Problem(X, np.column_stack([y[:, :2], np.full(len(y), np.nan)]), loss="stratified_cox")
