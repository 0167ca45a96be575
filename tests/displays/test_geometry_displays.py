"""Pictures of geometry and diagnosis: what is drawn is what was computed."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

import normball as nb
from normball.displays import (
    ConeDisplay,
    DiagnosisDisplay,
    FaceSharesDisplay,
    NoiseDisplay,
    NormalConesDisplay,
    PhaseTransitionDisplay,
    ScalingDisplay,
    WorthDisplay,
    ZeroOddsDisplay,
)
from normball.geometry import (
    Equations,
    OrthonormalDesign,
    minimax_risk,
    normal_cones,
    phase_transition,
    phase_transitions,
    statistical_dimension,
    threshold_risk,
    worth_of_zeros,
    zero_odds,
)


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def test_theory_lies_over_experiment() -> None:
    found = phase_transition(20, [4, 8, 12, 16, 20], [1, 4, 8], trials=20)
    display = PhaseTransitionDisplay.from_transition(found).plot()
    lines = {line.get_gid(): line for line in display.ax_.get_lines()}
    assert lines["theory"].get_ydata() == pytest.approx(found.theory_half)
    assert lines["experiment"].get_ydata() == pytest.approx(found.half)
    mesh = next(item for item in display.ax_.collections if item.get_gid() == "shares")
    assert np.asarray(mesh.get_array()).reshape(5, 3) == pytest.approx(found.shares)
    assert f"{100 * found.deviation:.1f} %" in display.ax_.get_title()
    with pytest.raises(ValueError, match="two sparsities"):
        PhaseTransitionDisplay.from_transition(phase_transition(5, [2, 4], [1], trials=2))


def test_odds_of_zeros() -> None:
    law = OrthonormalDesign(50, 0.2)
    counted = zero_odds("l1", 6, law, "sampling", trials=200)
    display = ZeroOddsDisplay.from_odds({"a": zero_odds("l1", 6, law), "b": counted}).plot(title="zeros")
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert sorted(labels) == ["a (exact)", "b (counted)"]
    assert ZeroOddsDisplay.from_odds(counted).plot().ax_.get_xlabel().endswith("p = 6 coefficients")
    with pytest.raises(ValueError, match="one number of features"):
        ZeroOddsDisplay.from_odds({"a": counted, "b": zero_odds("l1", 7, Equations(2))})


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("p", [1, 2, 3, 4, 5, 8, 60])
def test_face_shares_fill_the_picture(p: int) -> None:
    display = FaceSharesDisplay.from_norm("l1", p).plot()
    top = display.ax_.collections[-1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(1.0)
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels[0] == "vertices"
    assert labels[-1] == "inside"
    assert len(labels) == len(set(labels))


def test_face_shares_of_slope_are_sampled() -> None:
    display = FaceSharesDisplay.from_norm("sorted_l1", 4, [0.5, 2, 20], trials=100)
    assert not display.shares[0].is_exact
    assert display.plot().ax_.get_title() == "sorted L1 (SLOPE) ball, p = 4"


def test_cones() -> None:
    display = ConeDisplay.from_norms({"L1": "l1", "cube": "linf"}, 20, [1, 5, 10]).plot()
    line = display.ax_.get_lines()[0]
    expected = [float(statistical_dimension("l1", 20, s)) for s in (1, 5, 10)]
    assert line.get_ydata() == pytest.approx(expected)
    assert list(ConeDisplay.from_norms(["l2"], 5).sizes) == ["L2"]


def test_normal_cones() -> None:
    display = NormalConesDisplay.from_norms(6).plot()
    for line, norm in zip(display.axes_[0].get_lines(), ("l1", "linf"), strict=True):
        assert line.get_ydata() == pytest.approx(np.log10(normal_cones(norm, 6).angles))
    assert display.axes_[1].get_lines()[0].get_ydata()[0] == pytest.approx(np.log10(12))  # vertices
    # few are written out: the octahedron
    small = NormalConesDisplay.from_norms(3, ["l1"]).plot()
    assert small.axes_[0].get_lines()[0].get_ydata() == pytest.approx(normal_cones("l1", 3).angles)
    assert small.axes_[1].get_lines()[0].get_ydata() == pytest.approx([6, 12, 8])


def test_risk_is_least_where_it_is_marked() -> None:
    display = NoiseDisplay.from_sparsities(100, [1, 10]).plot()
    for s in (1, 10):
        best = minimax_risk(100, s)
        assert display.best[s] == best
        assert display.risks[s].min() >= best.risk
        assert threshold_risk(100, s, best.threshold) == pytest.approx(best.risk)
    assert display.risks[1][0] == pytest.approx(100)  # without a threshold all noise stays
    assert display.universal == pytest.approx(np.sqrt(2 * np.log(100)))
    assert display.even < display.universal
    with pytest.raises(ValueError, match="threshold must be"):
        threshold_risk(100, 1, -1.0)


def test_sizes_share_one_picture() -> None:
    found = phase_transitions([6, 12], trials=5)
    display = ScalingDisplay.from_transitions(found[::-1]).plot()
    assert [each.n_features for each in display.transitions] == [6, 12]
    assert display.ax_.get_lines()[0].get_ydata() == pytest.approx(found[0].theory_half / 6)
    with pytest.raises(ValueError, match="at least one result"):
        ScalingDisplay.from_transitions([])


def test_worth() -> None:
    worths = [worth_of_zeros(np.r_[1.0, np.zeros(p - 1)], n_rows=3, repeats=2) for p in (1000, 10)]
    display = WorthDisplay.from_worths(worths).plot()
    assert display.ax_.get_lines()[0].get_ydata() == pytest.approx([80 / 12, 8000 / 12])
    assert display.ax_.get_title() == "What zeros save: 1 coefficient kept"
    with pytest.raises(ValueError, match="two or more"):
        WorthDisplay.from_worths(worths[:1])


def test_diagnosis() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 6))
    X[:, 3] = X[:, 0] + 0.1 * rng.standard_normal(100)
    diagnosis = nb.diagnose(X, X[:, 0] + X[:, 1] + 0.2 * rng.standard_normal(100), alpha=0.1)
    display = DiagnosisDisplay.from_diagnosis(diagnosis).plot()
    assert display.pair is not None
    assert sorted(display.pair.feature_names) == ["x0", "x3"]
    assert display.correlation == pytest.approx(np.corrcoef(X[:, 0], X[:, 3])[0, 1])
    names = [label.get_text() for label in display.axes_[1].get_yticklabels()]
    assert names == [diagnosis.solution.feature_names[j] for j in display.shown]
    assert (np.diff(display.values) <= 0).all()
    # a single column has no pair
    alone = nb.diagnose(X[:, :1], X[:, 0] + 0.1 * rng.standard_normal(100), alpha=0.1)
    assert DiagnosisDisplay.from_diagnosis(alone).plot().pair is None
