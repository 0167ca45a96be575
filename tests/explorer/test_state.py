"""State and picture in Python: what is refused, and that the picture's optimum is where it is said."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import normball as nb
from normball.explorer.picture import picture_problem
from normball.explorer.state import checked_state, defaults, read_state, table

FIELDS = table()["fields"]
LOSSES = [name for name in FIELDS["loss"]["choices"] if name != "equation"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("norm", "l3", "norm must be one of l1, l2,"),
        ("norm", True, "norm must be one of"),
        ("dims", 4, "dims must be one of 2, 3, got 4."),
        ("budget", -1, "budget must lie between 0 and"),
        ("budget", "wide", "budget must be a number, got 'wide'."),
        ("budget", 10**400, f"budget must lie between 0 and 100, got {10**59}."),
        ("budget", float("nan"), "budget must be a number"),
        ("budget", None, "budget must be a number"),
        ("free", 1, "free must be true or false, got 1."),
        ("colour", "red", "colour is not a field of the page"),
    ],
)
def test_bad_values_are_refused_in_one_sentence(name: str, value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence[:20]) as caught:
        checked_state({name: value})
    assert str(caught.value).startswith(sentence)
    state, notes = read_state({name: value})
    assert len(notes) == 1
    assert set(state) == set(defaults())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("budget", "budget must lie between 0 and 100, got int too large to show."),
        ("step", "step must lie between 0 and 999, got int too large to show."),
        ("dims", "dims must be one of 2, 3, got int too large to show."),
        ("trail", "trail must be true or false, got int too large to show."),
        ("v", f"the state has version int too large to show; this package reads {table()['version']}."),
    ],
)
def test_an_integer_without_end_is_refused_too(name: str, sentence: str) -> None:
    """Python writes no integer of more than 4,300 digits."""
    assert read_state({name: 10**5000})[1] == [sentence]


@given(
    st.dictionaries(st.sampled_from([*FIELDS, "v", "x"]), st.none() | st.booleans() | st.floats() | st.text())
)
def test_whatever_comes_a_whole_state_results(given_state: dict[str, object]) -> None:
    state, _ = read_state(given_state)
    assert read_state(state) == (state, [])


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_optimum_is_where_the_state_says(loss: str, dims: int) -> None:
    state = defaults() | {"loss": loss, "dims": dims, "cx": 0.8, "cy": -1.3, "cz": 0.4, "quantile": 0.35}
    problem = picture_problem(state)
    c = np.array([0.8, -1.3, 0.4])[:dims]
    best = problem.loss_at(c)
    rng = np.random.default_rng(0)
    assert all(problem.loss_at(c + 0.01 * rng.standard_normal(dims)) > best for _ in range(30))
    if loss != "quantile":
        assert np.abs(problem.gradient(c)).max() < 1e-12


@pytest.mark.parametrize("loss", [name for name in LOSSES if name != "quantile"])
def test_package_finds_that_optimum(loss: str) -> None:
    rng = np.random.default_rng(5)
    # with the first of these, Newton's full steps once jumped between two points across the valley
    crossing = {"cx": -2.1772827297970982, "cy": 1.6570091634191026, "delta": 0.9683978695733441}
    crossing |= {"ellipse_ratio": 2.1898212847371017, "ellipse_angle": -134.16698515842216}
    drawn = [
        {"cx": rng.uniform(-3, 3), "cy": rng.uniform(-3, 3), "delta": rng.uniform(0.05, 3)}
        | {"ellipse_ratio": rng.uniform(1, 5), "ellipse_angle": rng.uniform(-180, 180)}
        for _ in range(20)
    ]
    for changes in [crossing, *drawn]:
        solution = picture_problem(defaults() | {"loss": loss} | changes).solve(alpha=0)
        assert solution.coef == pytest.approx([changes["cx"], changes["cy"]], abs=2e-4)


def test_every_loss_and_norm_is_in_the_page_or_left_out_with_a_reason() -> None:
    reason = "compares samples with each other: no level set of a few single samples shows it"
    left_out = {"cox": reason, "stratified_cox": reason}
    assert set(nb.losses.LOSSES) - set(FIELDS["loss"]["choices"]) == set(left_out)
    assert set(nb.norms.NORMS) == set(FIELDS["norm"]["choices"])


def test_explore_refuses_what_it_cannot_show() -> None:
    with pytest.raises(TypeError, match="explore takes a Problem, Solution, Path or fitted estimator"):
        nb.explore([1, 2])
    with pytest.raises(ValueError, match="give the model, too"):
        nb.explore(features=("a", "b"))
    X = np.random.default_rng(0).standard_normal((20, 3))
    problem = nb.Problem(X, X[:, 0])
    with pytest.raises(ValueError, match="two different ones"):
        nb.explore(problem, features=("x0", 0))
    with pytest.raises(ValueError, match="needs two features"):
        nb.explore(nb.Problem(X[:, :1], X[:, 0]))


def test_explorer_says_what_it_is() -> None:
    explorer = nb.explore(norm="l2", form="budget", budget=0.5)
    assert repr(explorer).startswith("Explorer(norm='l2', budget=0.5): .show()")
    assert explorer.solution.norm == pytest.approx(0.5)
    assert "iframe" in explorer._repr_html_()


def test_state_is_changed_by_set_alone() -> None:
    explorer = nb.explore()
    with pytest.raises(TypeError, match=r"change it with explorer\.set\(norm='l2'\)"):
        explorer.state["norm"] = "l2"
    explorer.set(norm="l2", budget=0.5)
    assert (explorer.state["norm"], explorer.solution.n_zeros) == ("l2", 0)
    with pytest.raises(ValueError, match="norm must be one of"):
        explorer.set(norm="l3")


def test_widget_tells_what_is_shown_and_refuses_what_is_not_known() -> None:
    traitlets = pytest.importorskip("traitlets")
    pytest.importorskip("anywidget")
    widget = nb.explore(budget=1.0).widget()
    assert widget.contact == "vertex"
    assert widget.coef == pytest.approx([0.0, 1.0])
    seen: list[float] = []
    widget.observe(lambda change: seen.append(change["new"]), "price")
    widget.state = {**widget.state, "budget": 2.0}
    assert len(seen) == 1
    assert 0 < seen[0] < 2
    with pytest.raises(traitlets.TraitError, match="norm must be one of"):
        widget.state = {**widget.state, "norm": "l3"}
    with pytest.raises(traitlets.TraitError):
        widget.price = 3.0


def test_models_of_several_classes_are_told_from_unfitted_ones() -> None:
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 3)), rng.integers(0, 3, 60)
    with pytest.raises(TypeError, match="tells 3 classes apart, with a coefficient a feature for each"):
        nb.explore(nb.Classifier(alpha=0.1).fit(X, y))
