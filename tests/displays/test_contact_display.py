"""The geometry of the drawn contact, read off the artists; not the pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

from normball import Problem, Solution
from normball.displays import ContactDisplay, classic_ellipse, classic_line, contact_row, line_contact
from normball.norms import L1, ElasticNet, GroupL2, Lp, SortedL1
from normball.typing import Floats

NORMS = [
    "l1",
    "l2",
    "linf",
    Lp(1.5),
    Lp(4.0),
    "squared_l2",
    ElasticNet(0.5),
    GroupL2([0, 1, 2, 0]),
    SortedL1(),
    L1(positive=True),
    L1(weights=np.array([1.0, 2.0, 0.5, np.inf])),
]
LOSSES = ["squared_error", "huber", "logistic", "poisson", "gamma", "tweedie", "cox"]


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def _problem(loss: str, n_features: int = 4, seed: int = 1) -> Problem:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((40, n_features)) * [1.0, 2.0, 0.7, 1.0][:n_features]
    eta = X @ np.array([1.0, -0.6, 0.3, 0.0])[:n_features]
    y = {
        "squared_error": eta + 2 + 0.3 * rng.standard_normal(40),
        "huber": eta + rng.standard_t(2, 40),
        "logistic": (eta + rng.logistic(size=40) > 0).astype(float),
        "poisson": rng.poisson(np.exp(np.clip(eta, -3, 2))).astype(float),
        "gamma": np.exp(eta) * rng.gamma(2.0, 0.5, 40),
        "tweedie": np.exp(eta) * rng.gamma(2.0, 0.5, 40) * (rng.random(40) < 0.7),
        "quantile": eta + rng.standard_t(2, 40),
        "cox": rng.exponential(np.exp(-eta)) * np.where(rng.random(40) < 0.7, 1, -1),
    }[loss]
    return Problem(X, y, loss=loss, feature_names=["north", "east", "south", "west"][:n_features])


def _distance(line: Floats, point: Floats) -> float:
    """From a point to a line of segments (m, 2)."""
    start, way = line[:-1], np.diff(line, axis=0)
    squares = (way**2).sum(axis=1)
    share = np.divide(
        ((point - start) * way).sum(axis=1), squares, out=np.zeros(len(start)), where=squares > 0
    )
    nearest = start + np.clip(share, 0, 1)[:, None] * way
    return float(np.linalg.norm(nearest - point, axis=1).min())


def _drawn(display: ContactDisplay, gid: str) -> list[Floats]:
    """Data of the lines with a name, from the axes."""
    return [np.column_stack(line.get_data()) for line in display.ax_.get_lines() if line.get_gid() == gid]


def _check_contact(display: ContactDisplay) -> None:
    left, right, bottom, top = display.window
    size = right - left
    assert display.ax_.get_xlim() == pytest.approx((left, right))
    assert display.ax_.get_ylim() == pytest.approx((bottom, top))
    assert size == pytest.approx(top - bottom)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == display.feature_names
    assert display.ax_.get_aspect() == 1.0
    (ball,), (contact,) = _drawn(display, "ball"), _drawn(display, "contact")
    assert contact.ravel() == pytest.approx(display.contact_point)
    for points in (ball, contact):
        assert points.min(axis=0).tolist() >= [left, bottom]
        assert (points.min(axis=0) >= [left, bottom]).all()
        assert (points.max(axis=0) <= [right, top]).all()
    assert _distance(ball, contact[0]) <= 1e-4 * size
    touching = _drawn(display, "touching")
    assert min(_distance(line, contact[0]) for line in touching) <= 2e-3 * size


@pytest.mark.quick_cases(5)
@pytest.mark.parametrize("norm", NORMS, ids=repr)
def test_contact_lies_on_ball_and_level_set(norm: object) -> None:
    problem = _problem("squared_error").with_norm(norm)  # type: ignore[arg-type]
    solution = problem.solve(budget=0.5)
    display = ContactDisplay.from_solution(solution).plot()
    _check_contact(display)
    _check_normal(display, solution)


@pytest.mark.parametrize("n_features", [2, 4])
def test_quantile_has_the_normal_that_its_certificate_proves(n_features: int) -> None:
    solution = _problem("quantile", n_features).solve(budget=0.5)
    display = ContactDisplay.from_solution(solution).plot()
    _check_contact(display)
    assert display.normal is not None
    proved = solution.problem.design.rmatvec(solution.certificate.theta)
    features = [solution.feature_names.index(name) for name in display.feature_names]
    assert display.normal == pytest.approx(proved[features], abs=1e-9)
    assert solution.problem.norm.normal_cone_contains(solution.coef, proved, 1e-6)


@pytest.mark.quick_cases(3)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n_features", [2, 4])
def test_every_loss(loss: str, n_features: int) -> None:
    solution = _problem(loss, n_features).solve(budget=0.6)
    display = ContactDisplay.from_solution(solution).plot()
    _check_contact(display)
    _check_normal(display, solution)
    for line in display.touching.lines:
        for point in line[:: max(len(line) // 10, 1)]:
            w = solution.coef.copy()
            w[[solution.feature_names.index(name) for name in display.feature_names]] = point
            assert solution.problem.loss_at(w) == pytest.approx(solution.loss, rel=2e-3)


def _check_normal(display: ContactDisplay, solution: Solution) -> None:
    """-grad f is a positive combination of the edges of the cone."""
    assert display.normal is not None
    assert display.cone is not None
    index = [solution.feature_names.index(name) for name in display.feature_names]
    slope = -solution.problem.gradient(solution.coef)[index]
    assert display.normal == pytest.approx(slope, rel=1e-6, abs=1e-6)
    first, second = display.cone
    unit = slope / np.linalg.norm(slope)
    cross = first[0] * second[1] - first[1] * second[0]
    if abs(cross) < 1e-9:
        assert unit == pytest.approx(first, abs=1e-4)
        return
    shares = np.linalg.solve(np.column_stack([first, second]), unit)
    assert (shares >= -1e-4).all()


def test_slice_of_the_ball_has_the_norm_of_the_solution() -> None:
    solution = _problem("squared_error").with_norm(SortedL1()).solve(budget=1.0)
    display = ContactDisplay.from_solution(solution, ("south", "north"))
    assert display.feature_names == ("south", "north")
    for point in display.ball[::40]:
        w = solution.coef.copy()
        w[[2, 0]] = point
        assert solution.problem.norm.value(w) == pytest.approx(1.0, rel=1e-9)


def test_features_in_either_order_mirror_the_ball() -> None:
    solution = _problem("squared_error", 2).with_norm(L1(weights=np.array([1.0, 2.0]))).solve(budget=0.5)
    one = ContactDisplay.from_solution(solution, (0, 1))
    other = ContactDisplay.from_solution(solution, (1, 0))
    assert np.abs(one.ball).max(axis=0) == pytest.approx([0.5, 0.25])
    assert np.abs(other.ball).max(axis=0) == pytest.approx([0.25, 0.5])
    assert one.contact_point == pytest.approx(other.contact_point[::-1])


def test_default_features_show_a_zero_where_there_is_one() -> None:
    solution = _problem("squared_error").solve(budget=0.5)
    display = ContactDisplay.from_solution(solution)
    index = [solution.feature_names.index(name) for name in display.feature_names]
    assert solution.coef[index[0]] != 0
    assert solution.coef[index[1]] == 0
    zeros = solution.contact.zeros
    assert solution.contact.slack[index[1]] == solution.contact.slack[zeros].min()


def test_best_fit_is_marked_or_pointed_at() -> None:
    problem = _problem("squared_error", 2)
    near = ContactDisplay.from_solution(problem.solve(budget=1.0)).plot()
    assert near.shows_best_fit
    (mark,) = _drawn(near, "best fit")
    assert mark[0] == pytest.approx(problem.solve(alpha=0.0).coef)
    far = ContactDisplay.from_solution(problem.solve(budget=0.05)).plot()
    assert not far.shows_best_fit
    assert not _drawn(far, "best fit")
    tail, tip = far.edge_arrow
    assert far.best_fit is not None
    way = far.best_fit - far.contact_point
    assert float((tip - tail) @ way) == pytest.approx(np.linalg.norm(tip - tail) * np.linalg.norm(way))
    assert any("best fit at" in text.get_text() for text in far.ax_.texts)


@pytest.mark.parametrize("loss", ["logistic", "poisson"])
def test_best_fit_of_two_among_others_is_stationary(loss: str) -> None:
    solution = _problem(loss).with_norm("l2").solve(budget=0.4)
    display = ContactDisplay.from_solution(solution, (0, 1))
    assert display.best_fit is not None
    w = solution.coef.copy()
    w[:2] = display.best_fit
    assert solution.problem.gradient(w)[:2] == pytest.approx(np.zeros(2), abs=1e-5)


def test_ball_larger_than_needed() -> None:
    solution = _problem("logistic", 2).solve(budget=50.0)
    display = ContactDisplay.from_solution(solution).plot()
    assert display.normal is None
    assert display.touching.lines == []
    assert np.abs(display.ball).max() == pytest.approx(50.0)
    assert display.best_fit == pytest.approx(display.contact_point, abs=1e-4)


@pytest.mark.parametrize("level", [{"budget": 0.0}, {"alpha": 1e6}])
def test_nothing_but_zeros(level: dict[str, float]) -> None:
    display = ContactDisplay.from_solution(_problem("huber").solve(**level)).plot()
    assert display.contact_point.tolist() == [0.0, 0.0]
    assert np.abs(display.ball).max() == 0


def test_unpenalised_feature_leaves_a_line() -> None:
    solution = (
        _problem("squared_error").with_norm(L1(weights=np.array([0.0, 1.0, 1.0, 1.0]))).solve(budget=0.3)
    )
    display = ContactDisplay.from_solution(solution, ("north", "west")).plot()
    assert display.wedge is None
    assert np.abs(display.ball[:, 1]).max() <= 1e-11
    assert np.abs(display.ball[:, 0]).max() > abs(display.contact_point[0])


def test_least_norm_among_many_best_fits_has_no_gradient() -> None:
    rng = np.random.default_rng(0)
    wide = Problem(rng.standard_normal((3, 5)), rng.standard_normal(3), fit_intercept=False)
    display = ContactDisplay.from_solution(wide.solve(target=0.0)).plot()
    assert display.normal is None
    (line,) = line_contact((1.0, 2.0), 2.0, "l1")
    assert "normal" in [text.get_text() for text in line.ax_.texts]


def test_separable_classes_have_no_best_fit() -> None:
    X = np.array([[1.0, 0.5], [2.0, -1.0], [-1.0, 0.3], [-2.0, 1.0]])
    solution = Problem(X, [1.0, 1.0, 0.0, 0.0], loss="logistic").solve(budget=1.0)
    display = ContactDisplay.from_solution(solution).plot()
    assert display.best_fit is None
    _check_contact(display)


def test_ghost_shows_another_level_set() -> None:
    problem = _problem("squared_error", 2)
    solution = problem.solve(budget=0.5)
    display = ContactDisplay.from_solution(solution, ghosts={"a cut": (-0.2, 0.3)}).plot()
    (ghost,) = display.ghosts
    assert ghost.level_set.level == pytest.approx(problem.loss_at([-0.2, 0.3]))
    assert ghost.level_set.level > display.touching.level
    assert min(_distance(line, np.array([-0.2, 0.3])) for line in _drawn(display, "ghost")) < 1e-3
    assert "a cut" in [text.get_text() for text in display.ax_.texts]


def test_labels_do_not_cover_each_other() -> None:
    display = ContactDisplay.from_solution(_problem("squared_error", 2).solve(budget=0.5)).plot()
    display.figure_.draw_without_rendering()
    boxes = [text.get_window_extent() for text in display.ax_.texts if text.get_text()]
    assert len(boxes) >= 4
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("y", [[0.8, 1.1, 0.2, 1.3], [0.9, 1.5, 0.6, 1.7], [0.8, 1.5, 0.7, 1.9]])
def test_labels_do_not_cover_the_names_of_the_axes(y: list[float]) -> None:
    X = [[1.0, 0.2], [0.3, 1.0], [1.0, -0.4], [0.5, 0.8]]
    problem = Problem(X, y, fit_intercept=False, feature_names=("a", "b"))
    figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.7), layout="constrained")
    contact_row(problem, ["l1", "l2", "linf"], budget=0.7, axes=axes, ticks=False)
    figure.draw_without_rendering()
    for ax in axes:
        names = [axis.label.get_window_extent() for axis in (ax.xaxis, ax.yaxis)]
        for text in ax.texts:
            if text.get_text():
                assert not any(name.overlaps(text.get_window_extent()) for name in names), text


@pytest.mark.parametrize("width", [1.5, 2.0, 2.5])
def test_names_of_axes_stand_beside_the_arrows(width: float) -> None:
    figure, ax = plt.subplots(figsize=(width, width), layout="constrained")
    line_contact((1.0, 2.0), 2.0, "l1", ax)
    figure.draw_without_rendering()
    x, y = ax.transData.transform((0.0, 0.0))
    point = figure.dpi / 72
    assert y - ax.xaxis.label.get_window_extent().y1 >= 4 * point
    assert x - ax.yaxis.label.get_window_extent().x1 >= 4 * point


def test_own_axes_and_texts() -> None:
    figure, ax = plt.subplots()
    solution = _problem("squared_error", 2).solve(budget=0.5)
    display = ContactDisplay.from_solution(solution).plot(
        ax, title="mine", labels={"ball": "where I must be"}
    )
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert ax.get_title() == "mine"
    assert "where I must be" in [text.get_text() for text in ax.texts]


# ---- the classic figures ----------------------------------------------------------------
def test_classic_line_is_the_closed_form() -> None:
    diamond, circle = classic_line()
    assert diamond.contact_point.tolist() == [0.0, 1.0]
    assert circle.contact_point == pytest.approx([0.4, 0.8])
    for display in (diamond, circle):
        _check_contact(display)
        (line,) = display.touching.lines
        assert line @ [1.0, 2.0] == pytest.approx(np.full(len(line), 2.0))
        assert display.normal is not None
        assert display.normal / display.normal[0] == pytest.approx([1.0, 2.0])
        assert len(_drawn(display, "grown")) == 2
        assert display.ax_.get_xlim() == diamond.ax_.get_xlim()
    assert diamond.figure_ is circle.figure_


def test_parallel_lines_are_level_sets() -> None:
    (display,) = line_contact((1.0, -3.0), 1.5, "linf")
    assert display.contact_point == pytest.approx([0.375, -0.375])
    assert len(display.level_sets) > 4
    for level_set in display.level_sets:
        offsets = level_set.points @ [1.0, -3.0]
        assert offsets == pytest.approx(np.full(len(offsets), offsets[0]))
        assert 0.5 * (offsets[0] - 1.5) ** 2 == pytest.approx(level_set.level)
    assert "w₁ \N{MINUS SIGN} 3 w₂ = 1.5" in [text.get_text() for text in display.ax_.texts]


def test_classic_ellipse() -> None:
    diamond, circle = classic_ellipse()
    assert diamond.contact_point.tolist() == [0.0, 1.0]
    assert (circle.contact_point != 0).all()
    assert np.linalg.norm(circle.contact_point) == pytest.approx(1.0)
    for display in (diamond, circle):
        _check_contact(display)
        assert display.best_fit == pytest.approx([1.0, 2.2])
        assert display.shows_best_fit


def test_row_shares_axes() -> None:
    displays = contact_row(_problem("squared_error"), ("l1", "l2", "linf"), budget=0.5)
    assert len({display.window for display in displays}) == 1
    assert len({display.feature_names for display in displays}) == 1
    assert [display.ax_.get_title() for display in displays] == ["L1", "L2", "LInf"]
    for display in displays:
        _check_contact(display)


# ---- bad input --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("features", "message"),
    [
        ((0, 1, 2), r"features must be two names or positions, .* got 3: \(0, 1, 2\)"),
        ("north", "features must be two names or positions, .* got 1: 'north'"),
        ((1, "east"), r"features must be two different ones, got 'east' twice"),
        (("north", "weast"), "feature 'weast' is unknown; .* Did you mean 'west'?"),
        ((0, 4), "feature 4 is out of range; there are 4 features"),
    ],
)
def test_bad_features(features: object, message: str) -> None:
    solution = _problem("squared_error").solve(budget=0.5)
    with pytest.raises(ValueError, match=message):
        ContactDisplay.from_solution(solution, features)  # type: ignore[arg-type]


def test_one_feature_has_no_plane() -> None:
    solution = Problem([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0]).solve(budget=0.1)
    with pytest.raises(ValueError, match="needs two features, but X has 1"):
        ContactDisplay.from_solution(solution)


def test_bad_rows_and_lines() -> None:
    problem = _problem("squared_error")
    with pytest.raises(ValueError, match="norms must name at least one norm"):
        contact_row(problem, [], budget=1.0)
    with pytest.raises(ValueError, match="axes must hold one Axes for each of the 2 norms, got 1"):
        contact_row(problem, ["l1", "l2"], budget=1.0, axes=[plt.figure().add_subplot()])
    with pytest.raises(ValueError, match="a must be two numbers of which one is not 0"):
        line_contact((0.0, 0.0), 1.0)
    with pytest.raises(ValueError, match="ghost 'here' has 3 entries"):
        ContactDisplay.from_solution(problem.solve(budget=1.0), ghosts={"here": (1, 2, 3)})
