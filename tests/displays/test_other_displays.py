"""Paths, frontiers, balls, and contacts in space: what is drawn is what was computed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path as FilePath

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from normball import Path, Problem, norms
from normball.datasets import load_diabetes, make_regression
from normball.displays import BallDisplay, Contact3DDisplay, FrontierDisplay, PathDisplay, plot_balls
from normball.displays.balls import GALLERY
from normball.displays.labels import spread
from normball.displays.style import number
from normball.typing import Floats


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def diabetes() -> Path:
    data = load_diabetes()
    return Problem(data.X, data.y, feature_names=data.feature_names).path(n_alphas=40)


@pytest.fixture(scope="module")
def space() -> Problem:
    rng = np.random.default_rng(3)
    X = rng.standard_normal((40, 3))
    return Problem(X, X @ [0.5, 1.6, 1.2] + 0.3 * rng.standard_normal(40), feature_names=["a", "b", "c"])


def _lines(ax: Axes, gid: str) -> list[Floats]:
    return [np.column_stack(line.get_data()) for line in ax.get_lines() if line.get_gid() == gid]


# ---- path -------------------------------------------------------------------------------
@pytest.mark.parametrize("x", ["budget", "alpha"])
def test_path_curves(diabetes: Path, x: str) -> None:
    display = PathDisplay.from_path(diabetes, x).plot()
    expected = diabetes.norms if x == "budget" else diabetes.alphas
    curves = {line.get_label(): line for line in display.ax_.get_lines()}
    for feature, name in enumerate(diabetes.feature_names):
        assert curves[name].get_xdata() == pytest.approx(expected)
        assert curves[name].get_ydata() == pytest.approx(diabetes.coefs[:, feature])
    # entering goes from left to right, whichever the axis
    assert display.ax_.get_xlim() == pytest.approx((expected[0], expected[-1]))
    assert display.ax_.get_xscale() == ("linear" if x == "budget" else "log")


def test_path_labels_stand_apart_in_the_order_of_the_curves() -> None:
    data, _ = make_regression(60, 120, 12, seed=2)
    path = Problem(data.X, data.y).path(n_alphas=30)
    display = PathDisplay.from_path(path, n_labels=10).plot()
    display.figure_.draw_without_rendering()
    names = [path.feature_names[feature] for feature in display.labelled]
    texts = {text.get_text(): text for text in display.ax_.texts}
    assert list(texts) == names
    assert len(names) == 10
    boxes = [texts[name].get_window_extent() for name in names]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    ends = path.coefs[-1, display.labelled]
    assert np.argsort([box.y0 for box in boxes]).tolist() == np.argsort(ends).tolist()
    left_out = np.setdiff1d(np.arange(120), display.labelled)
    assert np.abs(path.coefs[-1, left_out]).max() <= np.abs(ends).min()


def test_path_counts_features_above(diabetes: Path) -> None:
    display = PathDisplay.from_path(diabetes).plot()
    ticks = display.count_ax_.get_xticks()
    counts = [int(label.get_text()) for label in display.count_ax_.get_xticklabels()]
    for tick, count in zip(ticks, counts, strict=True):
        assert count == diabetes.n_nonzeros[int(np.abs(diabetes.norms - tick).argmin())]


def test_path_in_deviations(diabetes: Path) -> None:
    display = PathDisplay.from_path(diabetes, in_deviations=True)
    deviations = np.std(load_diabetes().X, axis=0)
    assert display.coefs == pytest.approx(diabetes.coefs * deviations)
    assert "deviation" in display.value_label


def test_path_of_zeros_has_no_labels() -> None:
    data, _ = make_regression(20, 3, 1)
    problem = Problem(data.X, data.y)
    path = problem.path(alphas=[2 * problem.alpha_max, 3 * problem.alpha_max])
    with pytest.raises(ValueError, match="nothing enters"):
        PathDisplay.from_path(path)
    assert PathDisplay.from_path(path, "alpha").plot().labelled.tolist() == []


def test_bad_paths(diabetes: Path) -> None:
    with pytest.raises(ValueError, match="x must be 'budget' or 'alpha', got 'lambda'"):
        PathDisplay.from_path(diabetes, "lambda")
    with pytest.raises(ValueError, match="n_labels must be a whole number, at least 0, got -1"):
        PathDisplay.from_path(diabetes, n_labels=-1)
    single = diabetes.problem.path(alphas=[1.0])
    with pytest.raises(ValueError, match="path must have at least two steps"):
        PathDisplay.from_path(single)
    with pytest.raises(ValueError, match="path must have at least two steps"):
        FrontierDisplay.from_path(single)


# ---- frontier ---------------------------------------------------------------------------
@pytest.mark.parametrize("norm", ["l1", "l2", "squared_l2"])
def test_frontier(diabetes: Path, norm: str) -> None:
    problem = diabetes.problem.with_norm(norm)
    path = problem.path(n_alphas=30)
    at = path.at(target=2200.0)
    display = FrontierDisplay.from_path(path, at).plot()
    (frontier,), (tangent,), (point,) = (_lines(display.ax_, gid) for gid in ("frontier", "tangent", "point"))
    norms_drawn, losses = frontier.T
    assert (np.diff(norms_drawn) >= 0).all()
    assert (np.diff(losses) <= 1e-9 * losses[0]).all()
    assert (norms_drawn[0], losses[0]) == pytest.approx((0.0, problem.instance.null_loss))
    assert point[0] == pytest.approx([at.norm, at.loss])
    slope = (tangent[1, 1] - tangent[0, 1]) / (tangent[1, 0] - tangent[0, 0])
    assert slope == pytest.approx(-at.alpha)
    # the frontier is convex, so that its tangent stays below it
    beyond = np.interp(norms_drawn, *tangent.T, left=-np.inf, right=-np.inf)
    assert (losses >= beyond - 1e-3 * losses[0]).all()
    (budget,), (target,) = _lines(display.ax_, "budget"), _lines(display.ax_, "target")
    assert set(budget[:, 0]) == {at.norm}
    assert set(target[:, 1]) == {at.loss}
    assert any("slope \N{MINUS SIGN}alpha" in text.get_text() for text in display.ax_.texts)


def test_frontier_without_a_point(diabetes: Path) -> None:
    display = FrontierDisplay.from_path(diabetes).plot()
    assert display.tangent is None
    assert not _lines(display.ax_, "tangent")


# ---- balls ------------------------------------------------------------------------------
def test_gallery() -> None:
    displays = plot_balls()
    assert [display.ax_.get_title() for display in displays] == list(GALLERY)
    assert len({display.figure_ for display in displays}) == 1
    for display in displays:
        assert display.dimension == (3 if isinstance(display.norm, norms.GroupL2) else 2)
        if display.outline is not None:
            (drawn,) = _lines(display.ax_, "ball")
            values = [display.norm.value(point) for point in drawn]
            assert values == pytest.approx(np.ones(len(values)), rel=1e-9)
            assert display.ax_.get_xlim()[1] > drawn[:, 0].max()


@pytest.mark.parametrize("norm", ["l1", "linf", "sorted_l1", "elastic_net", norms.Lp(0.5)], ids=repr)
def test_ball_in_space(norm: object) -> None:
    display = BallDisplay.from_norm(norm, radius=2.0, dimension=3).plot(names=("x", "y", "z"))  # type: ignore[arg-type]
    assert display.vertices is not None
    values = [display.norm.value(point) for point in display.vertices]
    assert values == pytest.approx(np.full(len(values), 2.0), rel=1e-9)
    assert {"x", "y", "z"} <= {text.get_text() for text in display.ax_.texts}
    display.figure_.draw_without_rendering()


def test_bad_balls() -> None:
    with pytest.raises(ValueError, match="dimension must be 2 or 3, got 4"):
        BallDisplay.from_norm("l1", dimension=4)
    with pytest.raises(ValueError, match="radius must be a number > 0"):
        BallDisplay.from_norm("l1", radius=-1.0)
    with pytest.raises(ValueError, match="norms must name at least one norm"):
        plot_balls({})
    with pytest.raises(ValueError, match="n_columns must be a whole number, at least 1, got 0"):
        plot_balls(n_columns=0)
    with pytest.raises(ValueError, match="ax must be three-dimensional"):
        BallDisplay.from_norm("l1", dimension=3).plot(plt.figure().add_subplot())


# ---- contact in space -------------------------------------------------------------------
@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_ellipsoid_touches_the_ball(space: Problem, norm: str) -> None:
    solution = space.with_norm(norm).solve(budget=1.0)
    display = Contact3DDisplay.from_solution(solution).plot(tangent=True)
    assert display.contact_point.tolist() == solution.coef.tolist()
    assert display.level_surface is not None
    assert display.level_surface[0] == pytest.approx(
        np.tile(solution.coef, (len(display.level_surface[0]), 1))
    )
    points = display.level_surface[1:, ::5].reshape(-1, 3)
    losses = [space.loss_at(w) for w in points]
    assert losses == pytest.approx(np.full(len(losses), solution.loss), rel=1e-6)
    # ball and level set lie on two sides of the plane through the contact
    assert display.normal is not None
    height = float(display.normal @ solution.coef)
    slack = 1e-9 * abs(height)
    assert (points @ display.normal >= height - slack).all()
    assert (display.vertices @ display.normal <= height + slack).all()
    assert set(solution.feature_names) <= {text.get_text() for text in display.ax_.texts}
    display.figure_.draw_without_rendering()


def test_curved_level_surface() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 3))
    y = (X @ [0.5, 1.0, -0.8] + 2 * rng.logistic(size=80) > 0).astype(float)
    solution = Problem(X, y, loss="logistic").solve(budget=0.4)
    display = Contact3DDisplay.from_solution(solution)
    assert display.level_surface is not None
    losses = [solution.problem.loss_at(w) for w in display.level_surface[:, ::6].reshape(-1, 3)]
    assert losses == pytest.approx(np.full(len(losses), solution.loss), rel=1e-3)


@pytest.mark.parametrize("n_equations", [1, 2])
def test_equations_in_space_are_planes_and_lines(n_equations: int) -> None:
    X = np.array([[1.0, 2.0, 1.5], [0.3, -1.0, 1.0]])[:n_equations]
    y = np.array([2.0, 0.7])[:n_equations]
    solution = Problem(X, y, fit_intercept=False).solve(target=0.0)
    display = Contact3DDisplay.from_solution(solution).plot()
    assert display.flat is not None
    assert len(display.flat) == (4 if n_equations == 1 else 2)
    assert display.flat @ X.T == pytest.approx(np.tile(y, (len(display.flat), 1)))
    assert len(solution.support) == n_equations


def test_contact_in_space_needs_three_features(space: Problem) -> None:
    data, _ = make_regression(20, 4, 2)
    with pytest.raises(ValueError, match="needs a problem of three features, but X has 4"):
        Contact3DDisplay.from_solution(Problem(data.X, data.y).solve(budget=1.0))
    with pytest.raises(ValueError, match="the ball is a point"):
        Contact3DDisplay.from_solution(space.solve(budget=0.0))


# ---- style ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (-0.0, "0"),
        (-1.25, "\N{MINUS SIGN}1.25"),
        (1880.3, "1880"),
        (1e-7, "1e\N{MINUS SIGN}07"),
    ],
)
def test_numbers_for_people(value: float, text: str) -> None:
    assert number(value) == text


def test_spread_keeps_order_and_distance() -> None:
    positions = np.array([0.0, 0.1, 5.0, 0.05, 9.99, 10.0])
    placed = spread(positions, 1.0, 0.0, 10.0)
    assert np.argsort(placed, kind="stable").tolist() == np.argsort(positions, kind="stable").tolist()
    assert np.diff(np.sort(placed)).min() >= 1.0 - 1e-12
    assert placed.min() >= 0
    assert placed.max() <= 10.0 + 1e-12
    assert placed[2] == 5.0


@pytest.mark.parametrize("name", ["normball.displays", "normball.displays.contact"])
def test_without_matplotlib_the_remedy_is_named(name: str) -> None:
    code = f"import sys; sys.modules['matplotlib'] = None; import {name}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'pip install "normball[plot]"' in done.stderr.splitlines()[-1]


def test_backend_is_left_alone() -> None:
    code = (
        "import os; os.environ['MPLBACKEND'] = 'svg'; import normball.displays, matplotlib; "
        "from normball.displays import classic_line; classic_line(); print(matplotlib.get_backend())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().lower() == "svg"


@pytest.mark.slow
def test_readme_picture_can_be_drawn_again(tmp_path: FilePath) -> None:
    script = FilePath(__file__).parents[2] / "examples" / "readme_picture.py"
    drawn = []
    for name in ("one.svg", "two.svg"):
        subprocess.run([sys.executable, str(script), str(tmp_path / name)], check=True, capture_output=True)
        drawn.append((tmp_path / name).read_bytes())
    assert drawn[0] == drawn[1]
    assert b"<svg" in drawn[0]
