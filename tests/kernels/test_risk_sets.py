"""The compiled partial likelihood against `Cox`, and what its border refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from normball._kernels import CompiledLoss
from normball.designs import as_design
from normball.losses import Cox
from normball.norms import L1
from normball.solvers.compiled_loss import compiled
from normball.solvers.instance import Instance
from normball.typing import Floats

N = 300


def instance_of(ties: str, *, event_share: float = 0.6, n_times: float = 20) -> Instance:
    """Weighted samples, one of weight 0, in so few times that most tie."""
    rng = np.random.default_rng(3)
    weight = rng.uniform(0.5, 2.0, N)
    weight[0] = 0.0
    time = np.ceil(n_times * rng.exponential(size=N))
    is_event = rng.random(N) < event_share
    is_event[1] = True
    y = np.where(is_event, time, -time)
    return Instance(as_design(np.zeros((N, 1))), y, Cox(ties), L1(), weight / weight.sum(), False)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize("event_share", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("size", [0.0, 1e-6, 1.0, 60.0])
def test_value_and_derivatives(ties: str, event_share: float, size: float) -> None:
    instance = instance_of(ties, event_share=event_share)
    eta = size * np.random.default_rng(6).normal(size=N).clip(-2, 2) + 1e3
    value, gradient, curvature, majorant = compiled(instance).at(eta)
    assert value == pytest.approx(instance.value(eta), rel=1e-12)
    np.testing.assert_allclose(gradient, instance.gradient(eta), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(curvature, instance.curvature(eta), rtol=1e-11)
    np.testing.assert_array_equal(majorant, curvature)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_risk_sets_that_vanish_beside_others_are_left_to_logarithms(ties: str) -> None:
    instance = instance_of(ties)
    eta = -300 * np.log(np.abs(instance.y))
    assert np.isfinite(instance.value(eta))
    assert compiled(instance).at(eta)[0] == np.inf


def wrong(name: str) -> tuple[Floats | Any, ...]:
    order, weight, starts, counts, masses = (
        np.arange(4),
        np.ones(4),
        np.array([0, 2]),
        np.array([1, 2]),
        np.ones(2),
    )
    given = {
        "order": (np.array([0, 1, 2, 4]), weight, starts, counts, masses),
        "weight": (order, weight[:3], starts, counts, masses),
        "starts": (order, weight, np.array([1, 2]), counts, masses),
        "falling": (order, weight, np.array([0, 5]), counts, masses),
        "events": (order, weight, starts, np.array([1, 3]), masses),
        "no event": (order, weight, starts, np.array([0, 1]), masses),
        "count": (order, weight, starts, counts[:1], masses),
        "masses": (order, weight, starts, counts, masses[:1]),
        "none": (order[:0], weight[:0], starts[:0], counts[:0], masses[:0]),
    }
    return given[name]


@pytest.mark.parametrize(
    "name", ["order", "weight", "starts", "falling", "events", "no event", "count", "masses", "none"]
)
def test_what_would_be_read_beyond_its_end_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must"):
        CompiledLoss("cox", 0.0, np.ones(4), np.ones(4), lambda eta: None, lambda eta, u: 0.0, wrong(name))  # type: ignore[arg-type,return-value]
