"""The losses, with responses for them, and the norms that the random problems are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from normball.losses import Gamma, Huber, Logistic, Loss, Poisson, Quantile, SquaredError, Tweedie
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2
from normball.typing import Floats

Draw = np.random.Generator


def _weights(rng: Draw, p: int) -> Floats:
    return rng.uniform(0.5, 2.0, p)


def _weights_with_ends(rng: Draw, p: int) -> Floats:
    weights = _weights(rng, p)
    weights[:2] = 0.0, np.inf
    return rng.permutation(weights)


NORM_CASES: dict[str, Callable[[Draw, int], Norm]] = {
    "l1": lambda rng, p: L1(),
    "l1 weighted": lambda rng, p: L1(weights=_weights(rng, p)),
    "l1 with 0 and inf": lambda rng, p: L1(weights=_weights_with_ends(rng, p)),
    "l1 positive": lambda rng, p: L1(positive=True),
    "l2": lambda rng, p: L2(),
    "linf": lambda rng, p: LInf(),
    "lp below 2": lambda rng, p: Lp(float(rng.choice([4 / 3, 1.5, 1.75]))),
    "lp above 2": lambda rng, p: Lp(float(rng.choice([2.5, 3.0, 4.0]))),
    "squared l2": lambda rng, p: SquaredL2(),
    "elastic net": lambda rng, p: ElasticNet(l1_ratio=float(rng.choice([0.1, 0.5, 0.9]))),
    "elastic net weighted": lambda rng, p: ElasticNet(0.5, weights=_weights_with_ends(rng, p)),
    "elastic net positive": lambda rng, p: ElasticNet(0.5, weights=_weights(rng, p), positive=True),
    "group l2": lambda rng, p: GroupL2(rng.integers(0, max(p // 3, 2), p)),
    "group l2 weighted": lambda rng, p: GroupL2(np.arange(p) % 4, weights=_weights(rng, min(p, 4))),
    "sorted l1": lambda rng, p: SortedL1(),
    "sorted l1 with ties": lambda rng, p: SortedL1(
        weights=np.sort(rng.integers(1, 4, p))[::-1].astype(float)
    ),
}
"""Name -> norm for p features, p >= 2."""

LOSS_CASES: dict[str, Callable[[Draw, Floats], tuple[Loss, Floats]]] = {
    "squared_error": lambda rng, eta: (SquaredError(), eta + rng.standard_normal(len(eta))),
    "huber": lambda rng, eta: (Huber(float(rng.choice([0.3, 1.0, 3.0]))), eta + rng.standard_t(2, len(eta))),
    "logistic": lambda rng, eta: (Logistic(), _with_two_classes(eta + rng.logistic(size=len(eta)) > 0)),
    "poisson": lambda rng, eta: (Poisson(), _with_a_count(rng.poisson(np.exp(np.clip(eta, -3, 3))))),
    "gamma": lambda rng, eta: (Gamma(), np.exp(eta) * rng.gamma(2.0, 0.5, len(eta))),
    "tweedie": lambda rng, eta: (
        Tweedie(float(rng.choice([1.2, 1.5, 1.7]))),
        _with_a_count(np.exp(eta) * rng.gamma(2.0, 0.5, len(eta)) * (rng.random(len(eta)) < 0.6)),
    ),
    "quantile": lambda rng, eta: (
        Quantile(float(rng.choice([0.1, 0.5, 0.75]))),
        _rounded(rng, eta + rng.standard_t(2, len(eta))),
    ),
}
"""Name -> loss and response for the true predictor eta (n,)."""


def _rounded(rng: Draw, y: Floats) -> Floats:
    """y, or now and then whole numbers, of which several are equal."""
    return np.round(y) if rng.random() < 0.3 else y


def _with_two_classes(y: Any) -> Floats:
    return np.concatenate([[0.0, 1.0], y[2:]])


def _with_a_count(y: Any) -> Floats:
    return np.concatenate([[1.0], y[1:]])
