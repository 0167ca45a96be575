"""Survival at times: Breslow's hazard by its definition, its display, its file, and Uno's concordance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import normball as nb
from normball.losses import Cox, kaplan_meier

mpl.use("agg")
TABLE = pd.read_csv(Path(__file__).parents[1] / "other_packages" / "table.csv")
X = TABLE[[f"x{k}" for k in range(1, 7)]].to_numpy()
TIME, EVENT = TABLE["time"].to_numpy(dtype=float), TABLE["event"].to_numpy() == 1
Y = np.column_stack([TIME, EVENT])


def cumulative_hazard(
    eta: np.ndarray, time: np.ndarray, event: np.ndarray, w: np.ndarray, at: float
) -> float:
    """Breslow's estimate by its definition."""
    total = 0.0
    for t in np.unique(time[event]):
        if t <= at:
            total += w[event & (time == t)].sum() / (w * np.exp(eta))[time >= t].sum()
    return total


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shift", [0.0, -10.0])
def test_breslows_hazard(ties: str, weighted: bool, shift: float) -> None:
    """Also where times are not positive, and the likelihood takes their ranks."""
    w = TABLE["weight"].to_numpy() if weighted else np.ones(len(X))
    y = np.column_stack([TIME + shift, EVENT])
    model = nb.Regressor(loss=Cox(ties), alpha=0.05).fit(X, y, w if weighted else None)
    eta, at = X @ model.coef_, [2.0 + shift, 8.5 + shift, 30.0 + shift]
    expected = [cumulative_hazard(eta, TIME + shift, EVENT, w, t) for t in at]
    found = model.predict_cumulative_hazard(X[:4], at)
    np.testing.assert_allclose(found, np.exp(eta[:4])[:, None] * expected, rtol=1e-10)
    np.testing.assert_allclose(model.predict_survival(X[:4], at), np.exp(-found), rtol=1e-12)
    assert (model.predict_survival(X, TIME.min() + shift - 1) == 1).all()
    assert np.isnan(model.predict_survival(X, TIME.max() + shift + 1)).all()
    assert model.predict_survival(X).shape == (len(X), len(model.baseline_hazard_.times))


def test_survival_of_all_is_that_of_kaplan_and_meier() -> None:
    """Without features exp(-H) is Breslow's form of it, and both fall at the events alone."""
    signed = np.where(EVENT, TIME, -TIME)
    times, shares = kaplan_meier(signed, np.full(len(X), 1 / len(X)))
    np.testing.assert_array_equal(times, np.unique(TIME[EVENT]))
    left = 1.0
    for k, t in enumerate(times):
        left *= 1 - np.sum(EVENT & (t == TIME)) / np.sum(t <= TIME)
        assert shares[k] == pytest.approx(left, rel=1e-12)


@pytest.mark.parametrize("kind", [nb.Regressor, nb.RegressorCV])
def test_kept_in_its_file_and_after_less_shrinkage(kind: Any, tmp_path: Path) -> None:
    model = kind(loss="cox").fit(X, Y)
    model.save(tmp_path / "m.json")
    loaded = nb.load(tmp_path / "m.json")
    np.testing.assert_array_equal(loaded.predict_survival(X, [3, 9]), model.predict_survival(X, [3, 9]))
    free = model.relaxed()
    expected = cumulative_hazard(X @ free.coef_, TIME, EVENT, np.ones(len(X)), 9.0)
    np.testing.assert_allclose(free.predict_cumulative_hazard(np.zeros((1, 6)), [9.0]), expected)
    text = (tmp_path / "m.json").read_text(encoding="utf-8")
    (tmp_path / "bad.json").write_text(text.replace('"last":', '"last": -1, "was":'), encoding="utf-8")
    with pytest.raises(ValueError, match=r"is damaged .*a baseline hazard that is not increasing"):
        nb.load(tmp_path / "bad.json")


def test_mistakes_are_said() -> None:
    plain = nb.Regressor().fit(X, TIME)
    with pytest.raises(
        AttributeError, match="survival is for loss='cox', fitted; this Regressor has loss='squa"
    ):
        plain.predict_survival(X)
    model = nb.Regressor(loss="cox").fit(X, Y)
    for times in ("now", [np.nan], [[1.0]]):
        with pytest.raises(ValueError, match="times must be finite numbers"):
            model.predict_survival(X, times)
    with pytest.raises(
        TypeError, match="SurvivalDisplay needs a fitted Regressor or RegressorCV with loss='cox'"
    ):
        nb.SurvivalDisplay.from_estimator(plain)
    with pytest.raises(ValueError, match=r"names must be one a row \(2\), got 1"):
        nb.SurvivalDisplay.from_estimator(model, X[:2], names=["a"])
    assert not hasattr(model.set_params(loss="squared_error").fit(X, TIME), "baseline_hazard_")


def test_display_of_groups_and_of_rows() -> None:
    model = nb.RegressorCV(loss="cox", standardize=True).fit(X, np.column_stack([TIME - 5, EVENT]))
    groups = nb.SurvivalDisplay.from_estimator(model)
    assert groups.names == ("low hazard", "middle hazard", "high hazard")
    assert len(groups.observed) == len(groups.predicted) == 3
    low, high = groups.predicted[0][1], groups.predicted[2][1]
    assert (low >= high).all()
    assert groups.observed[0][0].min() >= (TIME - 5).min()
    labels = [text.get_text() for text in groups.ax_.get_legend().get_texts()]
    assert labels.count("observed") == 3
    _, ax = plt.subplots()
    rows = nb.SurvivalDisplay.from_estimator(model, X[:2], names=["Ada", "a$b$"], ax=ax)
    assert rows.ax_ is ax
    np.testing.assert_array_equal(rows.predicted[1][1], model.predict_survival(X[1:2])[0])
    rows.figure_.canvas.draw()
    plt.close("all")


@pytest.mark.parametrize("n_groups", [1, 3, 5])
def test_names_of_groups_do_not_lie_on_the_curves(n_groups: int) -> None:
    model = nb.Regressor(loss="cox", alpha=0.05).fit(X, Y)
    display = nb.SurvivalDisplay.from_estimator(model, n_groups=n_groups)
    display.figure_.draw_without_rendering()
    legend = display.ax_.get_legend().get_window_extent()
    assert not legend.overlaps(display.ax_.get_window_extent())
    assert display.figure_.bbox.y0 <= legend.y0
    plt.close("all")


ETA = np.round(X[:, 0] - 0.5 * X[:, 1], 1)
UNO = {2.5: 0.6106021197298376, 3.5: 0.5991527576415154, np.inf: 0.5637438414316915}
"""concordance_index_ipcw(y, y, eta, tau=tau)[0] of scikit-survival 0.28.0, y the table's times and events and
eta = (x1 - 0.5 * x2).round(1)."""


@pytest.mark.parametrize("tau", UNO)
def test_unos_concordance_is_that_of_scikit_survival(tau: float) -> None:
    signed = np.where(EVENT, TIME, -TIME)
    found = nb.measures.uno_concordance(ETA, signed, np.ones(len(X)), tau=tau)
    assert found == pytest.approx(UNO[tau], rel=1e-12)
    # concordance_index_censored of scikit-survival 0.28.0 on the same
    harrell, _ = nb.measures.concordance(ETA, signed, np.ones(len(X)), np.zeros(len(X), dtype=int))
    assert harrell == pytest.approx(0.5727128503437334, rel=1e-12)


def test_unos_concordance_does_not_depend_on_who_is_censored() -> None:
    """Its mean over samples is that without censoring, where Harrell's moves."""
    rng = np.random.default_rng(0)
    uno, harrell, free = [], [], []
    for _ in range(40):
        eta = rng.normal(size=400)
        time, censored = rng.exponential(np.exp(-eta)), rng.exponential(0.7, 400)
        signed = np.where(time <= censored, time, -censored)
        one = np.ones(400)
        uno.append(nb.measures.uno_concordance(eta, signed, one, tau=0.8))
        same = np.where(time < 0.8, time, -0.8)
        free.append(nb.measures.concordance(eta, same, one, np.zeros(400, dtype=int))[0])
        harrell.append(nb.measures.concordance(eta, signed, one, np.zeros(400, dtype=int))[0])
    spread = np.std(uno, ddof=1) / np.sqrt(len(uno))
    assert abs(np.mean(uno) - np.mean(free)) < 3 * spread
    assert abs(np.mean(harrell) - np.mean(free)) > abs(np.mean(uno) - np.mean(free))


def test_uno_says_what_it_cannot_compare() -> None:
    one = np.ones(3)
    training = np.array([-1.0, -2.0, -3.0])
    with pytest.raises(
        ValueError, match="everybody is censored by the time 4 of an event; give a smaller tau"
    ):
        nb.measures.uno_concordance(one, np.array([1.0, 4.0, 5.0]), one, training)
    assert np.isnan(nb.measures.uno_concordance(one, -one, one))
