"""The diagnosis says the right thing where the right thing is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from sklearn.linear_model import lasso_path

import normball as nb
from normball.datasets import load_leukemia
from normball.diagnosis import Diagnosis, Finding
from normball.diagnosis.chance import kept_by_chance, without_chance
from normball.diagnosis.choice import choose_alpha
from normball.estimators import cross_validate, folds_of
from normball.geometry import largest_sparsity
from normball.typing import Floats


def _finding(diagnosis: Diagnosis, title: str) -> Finding:
    return next(finding for finding in diagnosis.findings if finding.title == title)


def _orthogonal(n: int, p: int, rng: np.random.Generator) -> Floats:
    """Columns of mean 0 and mean square 1, orthogonal."""
    basis = np.linalg.qr(np.column_stack([np.ones(n), rng.standard_normal((n, p))]))[0]
    return np.asarray(basis[:, 1:] * np.sqrt(n))


def _with_correlations(n: int, correlations: Floats, rng: np.random.Generator) -> Floats:
    """Columns whose sample correlations are exactly as given."""
    return np.asarray(_orthogonal(n, len(correlations), rng) @ np.linalg.cholesky(correlations).T)


def test_orthogonal_columns_are_fine() -> None:
    rng = np.random.default_rng(0)
    X = _orthogonal(300, 20, rng)
    found = nb.diagnose(X, X[:, :3] @ [2.0, -2.0, 2.0] + 0.3 * rng.standard_normal(300))
    assert {finding.state for finding in found.findings} == {"good"}
    assert found.solution.support.tolist() == [0, 1, 2]
    assert found.verdict.startswith("L1 finds the right columns")
    assert found.correlations.coherence == pytest.approx(0, abs=1e-12)
    assert found.conditions.eigenvalue_bounds == pytest.approx((1, 1))
    assert found.conditions.irrepresentable.max() == pytest.approx(0, abs=1e-9)
    assert found.conditions.noise == pytest.approx(0.3, rel=0.2)


@pytest.mark.parametrize(("rho", "is_met"), [(0.28, True), (0.38, False)])
def test_equicorrelated_column_at_the_irrepresentable_threshold(rho: float, is_met: bool) -> None:
    # a column without effect, correlated rho with each of three with effect: the limit is rho = 1/3
    rng = np.random.default_rng(1)
    correlations = np.eye(6)
    correlations[:3, 5] = correlations[5, :3] = rho
    X = _with_correlations(500, correlations, rng)
    y = X[:, :3].sum(axis=1) + 0.05 * rng.standard_normal(500)
    found = nb.diagnose(X, y, alpha=0.3)
    finding = _finding(found, "Irrepresentable condition")
    assert finding.state == ("good" if is_met else "bad")
    # by the definition of the condition, at the true support
    assert found.conditions.irrepresentable[5] == pytest.approx(3 * rho, abs=1e-9)
    # and Lasso on the same data by another package agrees about what enters
    coefs = lasso_path(X, y - y.mean(), alphas=[0.3])[1][:, 0]
    assert (coefs[5] == 0) == is_met
    if not is_met:
        assert "'x5' would have been kept even without an effect" in finding.text
        assert "causes" in finding.fix


def test_condition_for_columns_outside_is_that_of_the_literature() -> None:
    rng = np.random.default_rng(2)
    X = rng.standard_normal((80, 12)) @ (np.eye(12) + 0.3)
    found = nb.diagnose(X, X[:, 0] - X[:, 4] + 0.2 * rng.standard_normal(80), alpha=0.3)
    sigma, support = np.corrcoef(X.T), found.solution.support
    outside = np.setdiff1d(np.arange(12), support)
    sign = np.sign(found.solution.coef[support])
    expected = np.abs(
        sigma[np.ix_(outside, support)] @ np.linalg.solve(sigma[np.ix_(support, support)], sign)
    )
    np.testing.assert_allclose(found.conditions.irrepresentable[outside], expected, rtol=1e-9)
    for j in support:  # inside: the same without the column itself
        rest = support[support != j]
        value = sigma[j, rest] @ np.linalg.solve(
            sigma[np.ix_(rest, rest)], np.sign(found.solution.coef[rest])
        )
        assert found.conditions.irrepresentable[j] == pytest.approx(abs(value))
    least = np.linalg.eigvalsh(sigma[np.ix_(support, support)])[0]
    off = np.abs(sigma - np.eye(12)).max()
    assert found.conditions.eigenvalue_bounds[1] == pytest.approx(min(least, 1 - off))
    assert found.correlations.coherence == pytest.approx(off)


def test_duplicated_columns_are_named() -> None:
    rng = np.random.default_rng(3)
    X = rng.standard_normal((300, 10))
    X[:, 5] = 3 - 2 * X[:, 0]
    X[:, 7] = X[:, 8] + 0.01 * rng.standard_normal(300)
    found = nb.diagnose(X, 2 * X[:, 0] + X[:, 1] + 0.3 * rng.standard_normal(300))
    groups = sorted(group.tolist() for group in found.correlations.groups)
    assert groups == [[0, 5], [7, 8]]
    finding = _finding(found, "Similar columns")
    assert finding.state == "bad"
    assert "'x0' could be 'x5' (correlated 1)" in finding.text
    assert _finding(found, "Irrepresentable condition").state == "good"  # but for the double
    assert found.grouping[0] == found.grouping[5] != found.grouping[1]
    assert len(np.unique(found.grouping)) == 8
    grouped = nb.Problem(X, X[:, 0], norm=nb.norms.GroupL2(found.grouping)).solve(alpha=nb.fraction(0.1))
    assert set(grouped.support) == {0, 5}
    assert "elastic_net" in finding.fix
    assert "SLOPE" in finding.fix
    # the columns kept are apart, but the worst two columns of all are one
    assert found.conditions.kept_eigenvalue > 0.5
    assert found.conditions.eigenvalue_bounds[1] == pytest.approx(0, abs=1e-9)
    assert found.conditions.guaranteed == 0
    assert sorted(found.pair or ()) == [0, 5]
    # doubles that are not kept do no harm
    harmless = nb.diagnose(X, 2 * X[:, 1] + 0.3 * rng.standard_normal(300), alpha=0.3)
    assert _finding(harmless, "Similar columns").state == "good"


def test_false_selections_are_those_of_pure_noise() -> None:
    rng = np.random.default_rng(4)
    counts = []
    for _ in range(40):
        X = rng.standard_normal((100, 60))
        found = nb.diagnose(X, X[:, 0] * 5 + rng.standard_normal(100), alpha=0.15)
        counts.append(len(found.solution.support) - 1)
    expected = 59 * 2 * ndtr(-0.15 * 10)
    assert found.conditions.false_selections == pytest.approx(expected, rel=0.4)
    assert np.mean(counts) == pytest.approx(expected, rel=0.25)
    finding = _finding(found, "False selections")
    assert finding.state == "bad"
    careful = without_chance(found.solution)
    assert f"alpha={careful.alpha:.3g}" in finding.fix
    assert kept_by_chance(careful) <= np.log(2) * 1.05
    assert careful.support.tolist() == [0]


@pytest.mark.slow
def test_chance_is_counted_where_the_fit_takes_a_large_part_of_the_noise() -> None:
    # many more columns than rows: residuals are far smaller than the noise, and so is the pull of chance
    rng = np.random.default_rng(8)
    expected, counts = [], []
    for _ in range(6):
        X = rng.standard_normal((200, 2000))
        found = nb.diagnose(X, X[:, :3].sum(axis=1) + rng.standard_normal(200), alpha=0.15, max_columns=200)
        expected.append(found.conditions.false_selections)
        counts.append(len(found.solution.support) - 3)
    assert np.mean(counts) > 15
    assert np.mean(counts) == pytest.approx(np.mean(expected), rel=0.15)


def test_dense_fits_are_not_called_free_of_chance() -> None:
    rng = np.random.default_rng(9)
    X = rng.standard_normal((60, 8))
    found = nb.diagnose(X, X[:, 0] + 0.3 * rng.standard_normal(60), alpha=1e-9)
    assert len(found.solution.support) == 8
    assert _finding(found, "False selections").state == "bad"
    noise = nb.diagnose(X, rng.standard_normal(60), alpha=1e-3)
    assert "no column is left" in _finding(noise, "False selections").fix


def test_units_of_columns_do_not_matter_and_constants_stay_out() -> None:
    rng = np.random.default_rng(5)
    X = rng.standard_normal((120, 6))
    y = X[:, 0] + X[:, 1] + 0.2 * rng.standard_normal(120)
    plain = nb.diagnose(X, y)
    scaled = nb.diagnose(np.column_stack([X * np.geomspace(1e-3, 1e3, 6) + 7, np.full(120, 4.0)]), y)
    assert scaled.solution.support.tolist() == plain.solution.support.tolist()
    np.testing.assert_allclose(scaled.conditions.irrepresentable, plain.conditions.irrepresentable, atol=1e-6)
    assert 6 not in scaled.correlations.looked_at


def test_nothing_to_find() -> None:
    rng = np.random.default_rng(6)
    found = nb.diagnose(rng.standard_normal((50, 4)), rng.standard_normal(50), alpha=1.0)
    assert found.verdict.startswith("L1 keeps nothing")
    assert [finding.title for finding in found.findings] == ["Rows"]
    assert "No column predicts" in str(found)
    assert found.findings[0].state == "careful"
    assert "more rows" in found.advice[0]


def test_too_few_rows_are_said() -> None:
    rng = np.random.default_rng(7)
    X = rng.standard_normal((30, 200))
    y = X[:, :15].sum(axis=1) + 0.1 * rng.standard_normal(30)
    finding = _finding(nb.diagnose(X, y, alpha=0.05), "Rows")
    assert finding.state == "bad"
    assert "there are 30" in finding.text
    most = largest_sparsity(200, 30, 0.95)
    assert f"30 rows are enough for {most} columns" in finding.fix


def test_leukaemia_reads_as_advice() -> None:
    data = load_leukemia()
    found = nb.diagnose(data.X, data.y, feature_names=data.feature_names)
    assert found.solution.problem.loss.name == "logistic"
    text = str(found)
    assert max(len(line) for line in text.splitlines()) <= 96
    similar = _finding(found, "Similar columns")
    assert similar.state == "bad"
    kept = [data.feature_names[j] for j in found.solution.support]
    assert any(name in similar.text for name in kept)
    assert all(finding.fix for finding in found.findings if finding.state == "bad")
    assert found.advice == [finding.fix for finding in found.findings if finding.fix]
    assert text.index(found.advice[0][:40]) < text.index("What was found")
    assert text.count("elastic") <= 2
    # what it says to call can be called
    stable = nb.inference.stability_selection(found.solution.problem, n_pairs=2)
    assert len(stable.shares) == 4000
    assert found.validation is not None
    assert f"{found.validation.mean_loss[0]:.3g}" in found.subject
    html = found._repr_html_()
    assert html.count("<li>") == len(found.advice)
    assert html.count("<tr") == len(found.findings)
    assert "Irrepresentable" in html
    # the groups of near-duplicates, by NumPy
    sizes = np.abs(np.corrcoef(data.X.T))
    np.fill_diagonal(sizes, 0)
    assert sum(len(group) for group in found.correlations.groups) == int((sizes >= 0.95).any(axis=0).sum())
    assert found.correlations.coherence == pytest.approx(sizes.max())


def test_few_columns_are_looked_at_where_there_are_many() -> None:
    data = load_leukemia()
    found = nb.diagnose(data.X, data.y, max_columns=300)
    assert len(found.correlations.looked_at) == 300
    assert np.isin(found.solution.support, found.correlations.looked_at).all()
    assert "among 300 columns" in found.subject


def test_alpha_is_that_of_the_whole_path() -> None:
    rng = np.random.default_rng(10)
    X = rng.standard_normal((90, 300))
    wide = nb.Problem(X, X[:, :4].sum(axis=1) + rng.standard_normal(90))
    data = load_leukemia("molecular")
    for problem in (wide, nb.Problem(data.X[:, :400], data.y, "logistic")):
        found, whole = choose_alpha(problem, 3), cross_validate(problem, seed=3)
        assert found.one_se_alpha == pytest.approx(whole.one_se_alpha, rel=1e-12)
        assert len(found.alphas) < len(whole.alphas)
        np.testing.assert_allclose(found.mean_loss, whole.mean_loss[: len(found.alphas)], rtol=1e-4)


def test_classes_may_have_any_labels() -> None:
    rng = np.random.default_rng(11)
    X = rng.standard_normal((80, 5))
    is_high = X[:, 0] + 0.5 * rng.standard_normal(80) > 0
    plain = str(nb.diagnose(X, is_high.astype(float)))
    for labels in (np.where(is_high, "yes", "no"), np.where(is_high, 2, 1), is_high, is_high.astype(object)):
        assert str(nb.diagnose(X, labels)) == plain
    assert nb.diagnose(X, np.where(is_high, "yes", "no"), loss="logistic").solution.problem.loss.is_classifier
    # numbers kept as objects are numbers
    y = X[:, 0] + 0.1 * rng.standard_normal(80)
    assert str(nb.diagnose(X, y.astype(object))) == str(nb.diagnose(X, y))
    with pytest.raises(ValueError, match="got 3 classes; diagnose one class"):
        nb.diagnose(X, np.array(["a", "b", "c", "a"] * 20))


def test_alpha_is_chosen_on_fewer_alphas_where_paths_are_slow() -> None:
    rng = np.random.default_rng(13)
    X = rng.standard_normal((60, 8))
    y = X[:, 0] - X[:, 1] + 0.5 * rng.standard_normal(60)
    found = nb.diagnose(X, y, "quantile")
    assert found.validation is not None
    assert len(found.validation.alphas) <= 12
    assert {0, 1} <= set(found.solution.support)
    # fit and certificate are those of the problem, not of the coarse path
    assert found.solution.certificate.gap <= 1e-8


def test_the_number_at_risk_is_no_noise() -> None:
    rng = np.random.default_rng(3)
    X = rng.standard_normal((60, 8))
    time = np.exp(X[:, 1] - X[:, 0]) * rng.exponential(size=60)
    y = np.where(rng.random(60) < 0.3, -time, time)  # censored at random: folds differ in events
    problem = nb.Problem(X, y, "cox")
    found, whole = choose_alpha(problem, 0), cross_validate(problem, n_alphas=50, tol=1e-6, seed=0)
    k = len(found.alphas)
    np.testing.assert_allclose(found.mean_loss, whole.mean_loss[:k], rtol=1e-3)
    gains = whole.fold_losses[:, :k] - whole.fold_losses[:, :1]
    events = [int((y[fold.test] > 0).sum()) for fold in folds_of(problem, 5, seed=0)]
    variance = np.average((gains - np.average(gains, axis=0, weights=events)) ** 2, axis=0, weights=events)
    np.testing.assert_allclose(found.standard_error, np.sqrt(variance / 4), atol=1e-3)
    assert 0 < found.standard_error[found.best_index] < 0.8 * whole.standard_error[found.best_index]
    assert found.one_se_index > whole.one_se_index
    assert {0, 1} <= set(problem.solve(alpha=found.one_se_alpha).support)


@pytest.mark.parametrize("loss", ["quantile", "huber", "poisson"])
def test_losses_of_every_kind_are_diagnosed(loss: str) -> None:
    rng = np.random.default_rng(12)
    X = rng.standard_normal((60, 5))
    y = np.abs(X[:, 0] + 0.3 * rng.standard_normal(60))
    found = nb.diagnose(X, y, loss, alpha=nb.fraction(0.2))
    assert np.isfinite(found.conditions.irrepresentable).all()
    assert str(found)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"similar": 0.0}, "similar must be"),
        ({"max_columns": 1}, "max_columns must be"),
        ({"alpha": -1.0}, "alpha must be"),
        ({"X": np.ones((4, 2))}, "column that varies"),
        ({"y": [0, 0, 0, 1]}, "too few rows"),
        ({"y": np.ones(4)}, "y must vary"),
        ({"X": np.ones((1, 2)), "y": [1.0]}, "two or more rows"),
        ({"X": np.ones((4, 0))}, "column that varies"),
    ],
)
def test_errors_say_what_is_accepted(arguments: dict[str, object], text: str) -> None:
    given: dict[str, object] = {
        "X": np.arange(8.0).reshape(4, 2) ** 2,
        "y": [1.0, 2.0, 4.0, 3.0],
        **arguments,
    }
    with pytest.raises(ValueError, match=text):
        nb.diagnose(**given)  # type: ignore[arg-type]
