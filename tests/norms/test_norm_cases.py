"""Single regularisers: closed forms by hand, exactness, the registry, and bad arguments."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import normball.norms
from normball.norms import (
    L1,
    L2,
    NORMS,
    ElasticNet,
    GroupL2,
    LInf,
    Lp,
    Norm,
    SortedL1,
    SquaredL2,
    get_norm,
)
from normball.norms.projection import project_by_newton
from registry import NORM_EXAMPLES

BAD_ARGUMENTS = [
    (lambda: L1(weights=[1.0, -1.0]), ValueError, "weights must be >= 0, got -1 at position 1."),
    (lambda: L1(weights=[1.0, np.nan]), ValueError, "weights must not hold NaN; the first is at position 1."),
    (lambda: L1(weights=[[1.0]]), ValueError, "weights must have one dimension, got shape (1, 1)."),
    (lambda: L1(weights=["a"]), ValueError, "weights must be numbers, got ['a']."),
    (lambda: L1(weights=[0.0], positive=True), ValueError, "cannot be combined with positive=True"),
    (lambda: L1(weights=[1.0]).check(2), ValueError, "weights has length 1 but X has 2 features"),
    (lambda: Lp(1.0), ValueError, "p=1 has a class of its own: use L1()."),
    (lambda: Lp(2), ValueError, "p=2 has a class of its own: use L2()."),
    (lambda: Lp(np.inf), ValueError, "p=inf has a class of its own: use LInf()."),
    (lambda: Lp(0.0), ValueError, "p must be a number > 0, got 0.0."),
    (lambda: Lp(np.nan), ValueError, "p must be a number > 0, got nan."),
    (lambda: Lp("3"), ValueError, "p must be a number > 0, got '3'."),
    (lambda: Lp(True), ValueError, "p must be a number > 0, got True."),
    (lambda: ElasticNet(1.0), ValueError, "use SquaredL2() for 0 and L1() for 1."),
    (lambda: ElasticNet(0.0), ValueError, "l1_ratio must lie between 0 and 1, got 0.0"),
    (lambda: ElasticNet(np.nan), ValueError, "l1_ratio must lie between 0 and 1, got nan"),
    (lambda: ElasticNet("half"), ValueError, "l1_ratio must lie between 0 and 1, got 'half'"),
    (lambda: GroupL2(3), TypeError, "groups must be a list of index arrays"),
    (lambda: GroupL2("abc"), TypeError, "groups must be a list of index arrays"),
    (lambda: GroupL2([[0, 1], 2]), TypeError, "got a mixture of both"),
    (lambda: GroupL2([[0, 1], []]), ValueError, "groups must not be empty"),
    (lambda: GroupL2([[0, 1], [1, 2]]), ValueError, "feature 1 appears 2 times"),
    (lambda: GroupL2([[0, 1], [1]]), ValueError, "feature 1 appears 2 times"),
    (lambda: GroupL2([[0, -1]]), ValueError, "one of them is -1"),
    (lambda: GroupL2([[0, 5]]), ValueError, "they hold 2 positions and one of them is 5"),
    (lambda: GroupL2([[0.0, 1.0]]), ValueError, "whole feature positions, got [0.0, 1.0]"),
    (lambda: GroupL2([[True, False]]), ValueError, "whole feature positions, got [True, False]"),
    (lambda: GroupL2([0, 1], weights=[1.0]), ValueError, "weights has length 1 but there are 2 groups"),
    (lambda: GroupL2([0, 1], weights=[1.0, 0.0]), ValueError, "weights of groups must be finite and > 0"),
    (lambda: GroupL2([0, 1], weights=[1.0, np.inf]), ValueError, "weights of groups must be finite and > 0"),
    (lambda: GroupL2([0, 1]).check(3), ValueError, "groups cover 2 features but X has 3"),
    (lambda: SortedL1(weights=[1.0, 2.0]), ValueError, "non-increasing, got [1.0, 2.0]"),
    (lambda: SortedL1(weights=[1.0, -1.0]), ValueError, "finite, >= 0 and non-increasing"),
    (lambda: SortedL1(weights=[np.inf, 1.0]), ValueError, "finite, >= 0 and non-increasing"),
    (lambda: SortedL1(weights=[0.0, 0.0]), ValueError, "must not all be zero"),
    (lambda: SortedL1(weights=[1.0]).check(2), ValueError, "weights has length 1 but X has 2 features"),
    (lambda: SortedL1(q=1.0), ValueError, "q must lie between 0 and 1, got 1.0."),
    (lambda: SortedL1(q="low"), ValueError, "q must lie between 0 and 1, got 'low'."),
    (lambda: get_norm("L1_norm"), ValueError, "norm 'L1_norm' is unknown; known are l1, l2, linf"),
    (lambda: get_norm("elasticnet"), ValueError, "Did you mean 'elastic_net'?"),
    (lambda: get_norm("lp"), ValueError, "norm 'lp' needs parameters; pass it as nb.norms.Lp(1.5)."),
    (lambda: get_norm("group_l2"), ValueError, "needs parameters; pass it as nb.norms.GroupL2("),
    (lambda: get_norm(3), TypeError, "norm must be a name such as 'l1' or a Norm, got 3."),
    (lambda: get_norm(L1), TypeError, "norm must be a name such as 'l1' or a Norm"),
]


@pytest.mark.parametrize(("call", "kind", "text"), BAD_ARGUMENTS)
def test_bad_arguments(call, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- the registry ---------------------------------------------------------------------
def test_names_lead_to_classes() -> None:
    assert list(NORMS) == ["l1", "l2", "linf", "lp", "squared_l2", "elastic_net", "group_l2", "sorted_l1"]
    for name, cls in NORMS.items():
        if name not in ("lp", "group_l2"):
            assert get_norm(name) == cls()
    norm = Lp(3.0)
    assert get_norm(norm) is norm
    for name in normball.norms.__all__:
        assert hasattr(normball.norms, name)


@pytest.mark.parametrize("norm", [example.norm for example in NORM_EXAMPLES], ids=repr)
def test_values_are_equal_picklable_and_pasteable(norm: Norm) -> None:
    assert pickle.loads(pickle.dumps(norm)) == norm
    pasted = eval(repr(norm), vars(normball.norms))
    assert pasted == norm
    assert hash(pasted) == hash(norm)
    assert isinstance(norm.title, str)
    assert norm != L1(weights=[7.0])


@pytest.mark.parametrize("example", NORM_EXAMPLES, ids=lambda example: example.label)
def test_inputs_stay_and_results_are_new(example) -> None:
    norm, v = example.norm, np.linspace(-1.0, 2.0, example.n_features)
    v.flags.writeable = False
    for result in (norm.prox(v, 0.0), norm.prox(v, 0.3), norm.project(v, 0.1), norm.project(v, 1e9)):
        assert result.flags.writeable
        assert result.dtype == np.float64
        assert not np.signbit(result[result == 0]).any()
    norm.face(v * 0), norm.slack(v * 0, v, 1.0), norm.subgradient(v * 0, v)


# ---- closed forms ---------------------------------------------------------------------
def test_where_a_line_touches_each_ball() -> None:
    """The point of least R on a.w = 1 is where the dual norm of a is attained."""
    a = np.array([1.0, 2.0])
    touches = {L1(): [0, 0.5], L2(): [0.2, 0.4], LInf(): [1 / 3, 1 / 3]}
    for norm, touch in touches.items():
        assert norm.value(np.array(touch)) == pytest.approx(1 / norm.dual_norm(a), rel=1e-15)
        assert a @ touch == pytest.approx(1)
        assert norm.normal_cone_contains(np.array(touch), a)
        assert not norm.normal_cone_contains(np.array(touch), np.array([2.0, -1.0]))


def test_projections_by_hand() -> None:
    v = np.array([3.0, -1.0])
    np.testing.assert_array_equal(L1().project(v, 2.0), [2.0, 0.0])
    np.testing.assert_array_equal(L1().project(v, 3.0), [2.5, -0.5])
    np.testing.assert_array_equal(LInf().project(v, 2.0), [2.0, -1.0])
    np.testing.assert_allclose(SquaredL2().project(v, 1.0), v * np.sqrt(0.2), rtol=1e-15)
    np.testing.assert_allclose(GroupL2([0, 0], weights=[2.0]).project(v, 2.0), v / np.sqrt(10), rtol=1e-15)
    np.testing.assert_array_equal(SortedL1(weights=[2.0, 1.0]).project(np.array([3.0, 3.0]), 3.0), [1, 1])
    np.testing.assert_array_equal(
        SortedL1(weights=[2.0, 1.0]).prox(np.array([3.0, -2.9]), 1.0), [1.45, -1.45]
    )


def test_members_of_one_family_agree() -> None:
    rng = np.random.default_rng(6)
    pairs: list[tuple[Norm, Norm]] = [
        (SortedL1(weights=[1.0] * 6), L1()),
        (SortedL1(weights=[1.0, 0, 0, 0, 0, 0]), LInf()),
        (GroupL2([0] * 6, weights=[1.0]), L2()),
        (GroupL2(np.arange(6)), L1()),
        (L1(weights=[1.0] * 6), L1()),
    ]
    for first, second in pairs:
        for k in range(20):
            v = rng.standard_normal(6)
            v, z = (np.round(v), np.round(rng.standard_normal(6))) if k % 2 else (v, rng.standard_normal(6))
            assert first.value(v) == pytest.approx(second.value(v), rel=1e-14)
            assert first.dual_norm(z) == pytest.approx(second.dual_norm(z), rel=1e-14)
            w = first.prox(v, 0.4)
            np.testing.assert_allclose(w, second.prox(v, 0.4), atol=1e-15)
            np.testing.assert_allclose(first.project(v, 0.7), second.project(v, 0.7), atol=1e-14)
            face, other = first.face(w), second.face(w)
            assert face.dimension == other.dimension
            np.testing.assert_allclose(
                face.embed(face.pull_back(z) / face.sizes), other.embed(other.pull_back(z) / other.sizes)
            )
            removed = v - w
            np.testing.assert_allclose(
                first.slack(w, removed, 0.4), second.slack(w, removed, 0.4), atol=1e-14
            )
            direction = rng.standard_normal(6)
            assert first.directional_derivative(w, direction) == pytest.approx(
                second.directional_derivative(w, direction), rel=1e-13, abs=1e-14
            )


# ---- exactness ------------------------------------------------------------------------
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("p", [1.05, 1.5, 1.9, 2.1, 3.0, 7.0, 20.0, 50.0])
def test_lp_solves_to_full_precision(p: float, scale: float) -> None:
    norm, rng = Lp(p), np.random.default_rng(0)
    for k in range(10):
        m = int(rng.integers(1, 20))
        v = scale * rng.standard_normal(m) * 10.0 ** rng.integers(-5, 1, m)
        if k % 3 == 0 and m > 1:
            v[0] = 0.0
        for share in (1e-9, 1e-3, 0.5, 0.999, 1 - 1e-9):
            step = share * norm.dual_norm(v)
            w = norm.prox(v, step)
            allowed = 1e-15 * (p + 5) * np.abs(v).max()
            assert w.any()
            assert abs(norm.dual_norm(v - w) - step) <= allowed
            np.testing.assert_allclose(w + step * norm.subgradient(w, w), v, rtol=0, atol=allowed)
            w, mu = norm.project_with_multiplier(v, share * norm.value(v))
            assert norm.value(w) == pytest.approx(share * norm.value(v), rel=1e-15)
            np.testing.assert_allclose(w + mu * norm.subgradient(w, w), v, rtol=0, atol=allowed)


@pytest.mark.parametrize("norm", [ElasticNet(), ElasticNet(0.99), SortedL1(), SortedL1(q=0.5)], ids=repr)
def test_projection_is_exact_and_agrees_with_newton(norm: Norm) -> None:
    rng = np.random.default_rng(1)
    for k in range(30):
        v = rng.standard_normal(int(rng.integers(1, 100))) * 10.0 ** rng.integers(-8, 9)
        v = np.round(v * 3) if k % 3 == 0 else v
        if not v.any():
            continue
        for share in (1e-9, 1e-3, 0.3, 0.9, 1 - 1e-9):
            radius = share * norm.value(v)
            w, mu = norm.project_with_multiplier(v, radius)
            assert norm.value(w) == pytest.approx(radius, rel=2e-15)
            size = np.abs(v).max()
            np.testing.assert_allclose(norm.prox(v, mu), w, rtol=0, atol=4e-15 * size)
            np.testing.assert_allclose(project_by_newton(norm, v, radius)[0], w, rtol=0, atol=4e-15 * size)


def test_newton_needs_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    prox = SortedL1.prox
    monkeypatch.setattr(SortedL1, "prox", lambda self, v, step: calls.append(step) or prox(self, v, step))
    rng = np.random.default_rng(2)
    for _ in range(50):
        v = rng.standard_normal(200)
        SortedL1().project(v, rng.uniform(0.01, 0.99) * SortedL1().value(v))
    assert len(calls) <= 50 * 12


@pytest.mark.parametrize("norm", [SortedL1(), LInf()], ids=repr)
def test_ties_are_exactly_equal(norm: Norm) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        v = rng.standard_normal(50) * 1e3 ** rng.standard_normal()
        for w in (norm.prox(v, 0.3 * norm.dual_norm(v)), norm.project(v, 0.5 * norm.value(v))):
            sizes, near = np.abs(w)[w != 0], 0
            near = len(sizes) - len(np.unique(np.round(sizes / np.abs(w).max(), 12)))
            assert len(sizes) - len(np.unique(sizes)) == near
            assert near > 0


@pytest.mark.parametrize("example", NORM_EXAMPLES, ids=lambda example: example.label)
def test_the_empty_ball_and_the_centre(example) -> None:
    norm = example.norm
    v = np.array([0.3, -1.7, 1 / 3, 0.1, 2.0, -0.9])[: example.n_features]
    w, mu = norm.project_with_multiplier(v, 0.0)
    assert (w[~norm.unpenalised(len(v))] == 0).all()
    np.testing.assert_array_equal(w[norm.unpenalised(len(v))], v[norm.unpenalised(len(v))])
    assert mu >= 0
    centre = np.zeros(len(v))
    np.testing.assert_array_equal(norm.prox(centre, 1.0), centre)
    np.testing.assert_array_equal(norm.project(centre, 1.0), centre)
    assert norm.value(centre) == norm.dual_norm(centre) == norm.support(centre, 1.0) == 0
    assert norm.conjugate(centre, 1.0) == norm.critical_alpha(centre) == 0


# ---- sorted L1 ------------------------------------------------------------------------
def test_default_weights_are_benjamini_hochberg_quantiles() -> None:
    from statistics import NormalDist

    expected = [NormalDist().inv_cdf(1 - k * 0.2 / 20) for k in range(1, 11)]
    prices = SortedL1(q=0.2).prices(10)
    np.testing.assert_allclose(prices, np.array(expected) / expected[0], rtol=1e-12)
    assert prices[0] == 1.0


def test_screening_beats_the_smallest_weight() -> None:
    norm = SortedL1(weights=[3.0, 2.0, 1.0, 0.0])
    # the first takes the first weight, the rest stay below the sums of theirs although the last weight is 0
    z = np.array([3.0, 1.0, 0.5, 0.2])
    np.testing.assert_array_equal(norm.screen(z, np.full(4, 0.01), 1.0), [False, True, True, True])


# ---- non-convex Lp --------------------------------------------------------------------
def test_half_norm_has_value_and_reach_only() -> None:
    norm = Lp(0.5)
    assert not norm.is_convex
    assert norm.value(np.array([1.0, 1.0])) == pytest.approx(4.0)
    assert norm.value(np.array([0.0, -3.0])) == 3.0
    assert norm.reach(np.array([1.0, 1.0]), 1.0) == pytest.approx(0.25)
    assert norm.title == "L0.5"
    w = np.array([1.0, 2.0])
    refused = [
        lambda: norm.prox(w, 1.0),
        lambda: norm.project(w, 1.0),
        lambda: norm.dual_norm(w),
        lambda: norm.support(w, 1.0),
        lambda: norm.conjugate(w, 1.0),
        lambda: norm.subgradient(w, w),
        lambda: norm.directional_derivative(w, w),
        lambda: norm.face(w),
        lambda: norm.slack(w, w, 1.0),
        lambda: norm.screen(w, w, 1.0),
        lambda: norm.normal_cone_contains(w, w),
        lambda: norm.normal_rays(w),
    ]
    for call in refused:
        with pytest.raises(ValueError, match=r"does not exist for L0\.5, whose ball is not convex"):
            call()


@pytest.mark.parametrize("l1_ratio", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("places", [1, 2, 4])
def test_elastic_net_keeps_a_point_on_the_ball_but_for_rounding(l1_ratio: float, places: int) -> None:
    """R and the sum that the multiplier is found by round in different orders."""
    rng = np.random.default_rng(places)
    for _ in range(200):
        p = int(rng.integers(5, 40))
        weights = rng.uniform(0.5, 2.0, p)
        weights[:3] = 0.0, np.inf, 0.0
        norm = ElasticNet(l1_ratio, weights=weights)
        v = norm.prox(rng.normal(size=p), 0.0)
        projected = norm.project(v, norm.value(v) * (1 - places * 1.2e-16))
        np.testing.assert_allclose(projected, v, rtol=1e-11, atol=1e-14)
