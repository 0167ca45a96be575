"""`Reweighting` and `CompiledLoss` against NumPy; and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from normball._kernels import DONE, ActiveSet, CompiledLoss, Reweighting
from normball.designs import as_design
from normball.losses import Huber, Logistic, Loss, Poisson
from normball.norms import L1
from normball.solvers.compiled_loss import compiled
from normball.solvers.instance import Instance
from normball.typing import Floats

N, M = 80, 20
ALPHAS = np.array([0.05])


class OwnLogistic(Logistic):
    """States no compiled form, so its own methods are asked."""


class Case:
    """A loss with a curvature on columns X (n, m), prices and a ridge."""

    def __init__(self, loss: Loss, *, is_sparse: bool, fits_intercept: bool, has_ridge: bool) -> None:
        generator = np.random.default_rng(2)
        self.X = generator.normal(size=(N, M)) * (generator.uniform(size=(N, M)) < 0.5)
        eta = self.X[:, :4].sum(axis=1)
        y = {Logistic: (eta > 0) * 1.0, Poisson: generator.poisson(np.exp(0.3 * eta)) * 1.0}.get(
            type(loss), eta
        )
        y = (eta + generator.normal(size=N) > 0) * 1.0 if isinstance(loss, Logistic) else y
        weight = generator.uniform(0.5, 1.5, N)
        self.instance = Instance(as_design(self.X), y, loss, L1(), weight / weight.sum(), fits_intercept)
        self.price = generator.uniform(0.5, 1.5, M)
        self.price[3] = 0.0
        self.ridge = generator.uniform(0.01, 0.1, M) if has_ridge else np.zeros(M)
        self.ridge[3] = 0.0
        self.active, self.fits_intercept = ActiveSet(64), fits_intercept
        if is_sparse:
            held = sparse.csc_array(self.X)
            self.active.hold_sparse(held.data, held.indices, held.indptr, N)
        else:
            self.active.hold_dense(np.asfortranarray(self.X), M)
        self.c = np.zeros(M)
        ridge = self.ridge if has_ridge else None
        self.active.set_quadratic(None, None, None, self.c, self.price, ridge, False)
        self.solver = Reweighting(self.active, compiled(self.instance), fits_intercept, 1.0, 1e-13)

    def solve(self, **replaced: Any) -> Any:
        free = np.array([3])
        inverse = np.divide(1.0, self.price, out=np.zeros(M), where=self.price > 0)
        nowhere = (free, np.zeros(1), 0.0)
        given = {
            "candidates": np.arange(M),
            "free_slots": free,
            "inverse_price": inverse,
            "mean": np.zeros(M),
            "alphas": ALPHAS,
            "alpha_before": 1.0,
            "now": nowhere,
            "earlier": nowhere,
            "alpha_earlier": -1.0,
        }
        return self.solver.solve(*(given | replaced).values())

    def optimum(self, alpha: float) -> tuple[Floats, float]:
        """Accelerated proximal gradient steps, restarted where they turn back, until nothing moves."""
        A = np.column_stack([self.X, np.full(N, float(self.fits_intercept))])
        price, ridge = np.append(self.price, 0.0), np.append(self.ridge, 0.0)
        step = 1 / (np.linalg.norm(A, 2) ** 2 * self.instance.sample_weight.max() * 4 + alpha * ridge.max())
        w = v = np.zeros(M + 1)
        t = 1.0
        for _ in range(100_000):
            moved = v - step * (A.T @ self.instance.gradient(A @ v) + alpha * ridge * v)
            new = np.sign(moved) * np.maximum(np.abs(moved) - step * alpha * price, 0)
            t = 1.0 if (v - new) @ (new - w) > 0 else t
            after = (1 + np.sqrt(1 + 4 * t * t)) / 2
            w, v, t, change = new, new + (t - 1) / after * (new - w), after, np.abs(new - v).max()
            if change < 1e-15:
                break
        return w[:M], float(w[M])


@pytest.mark.parametrize("loss", [Logistic(), Poisson(), Huber(0.7), OwnLogistic()], ids=repr)
@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize(("fits_intercept", "has_ridge"), [(False, True), (True, False)])
def test_points(loss: Loss, is_sparse: bool, fits_intercept: bool, has_ridge: bool) -> None:
    case = Case(loss, is_sparse=is_sparse, fits_intercept=fits_intercept, has_ridge=has_ridge)
    alphas = np.array([0.05, 0.01])
    status, done, sizes, members, weights, numbers = case.solve(alphas=alphas)
    assert (status, done) == (DONE, 2)
    for k, alpha in enumerate(alphas):
        w = np.zeros(M)
        w[members[k, : sizes[k]]] = weights[k, : sizes[k]]
        intercept, value, norm = numbers[:3, k]
        expected = case.optimum(alpha)
        np.testing.assert_allclose(w, expected[0], atol=1e-6)
        assert intercept == pytest.approx(expected[1], abs=1e-6)
        eta = case.X @ w + intercept
        assert value == pytest.approx(case.instance.value(eta), rel=1e-13)
        assert norm == pytest.approx(case.price @ np.abs(w) + 0.5 * case.ridge @ w**2, rel=1e-13)


def logistic() -> Case:
    return Case(Logistic(), is_sparse=False, fits_intercept=True, has_ridge=False)


def point(slots: Any, weights: Any) -> tuple[Any, Any, float]:
    return np.array(slots), np.array(weights, dtype=float), 0.0


REFUSED: dict[str, dict[str, Any]] = {
    "candidates beyond the end": {"candidates": np.array([0, M])},
    "more candidates than columns": {"candidates": np.zeros(M + 1, dtype=int)},
    "candidates as floats": {"candidates": np.arange(3.0)},
    "free columns below 0": {"free_slots": np.array([-1])},
    "prices too short": {"inverse_price": np.ones(M - 1)},
    "means too short": {"mean": np.ones(M - 1)},
    "alphas in float32": {"alphas": ALPHAS.astype(np.float32)},
    "a point beyond the end": {"now": point([M], [1.0])},
    "a point without weights": {"now": point([1, 2], [1.0])},
    "an earlier point below 0": {"earlier": point([-3], [1.0])},
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"must|mismatch|there are"):
        logistic().solve(**REFUSED[name])


def loss_of(y: Any, weight: Any) -> CompiledLoss:
    return CompiledLoss("logistic", 0.0, y, weight, None, None)


LOSSES: dict[str, Callable[[], object]] = {
    "weights too short": lambda: loss_of(np.ones(3), np.ones(2)),
    "eta too short": lambda: loss_of(np.ones(3), np.ones(3)).at(np.ones(2)),
    "eta in float32": lambda: loss_of(np.ones(3), np.ones(3)).at(np.ones(3, np.float32)),
    "y of another length than X": lambda: Reweighting(
        logistic().active, loss_of(np.ones(3), np.ones(3)), True, 1.0, 1e-9
    ).solve(np.arange(2), np.arange(1), np.ones(M), np.ones(M), ALPHAS, 1.0, *2 * [point([1], [1.0])], -1.0),
}


@pytest.mark.parametrize("name", list(LOSSES))
def test_refused_losses(name: str) -> None:
    with pytest.raises(ValueError, match=r"must|mismatch"):
        LOSSES[name]()
