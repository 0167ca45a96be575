"""Paths of groups whose columns depend on each other or differ in scale: proved by what is returned alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball.answers.path import Path
from normball.solvers.certificate import certify_term
from normball.solvers.terms import Penalty


def powers(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A polynomial of an age, columns up to 3e8 apart, and one of a standard normal feature."""
    age, z = rng.uniform(20, 80, 120), rng.normal(size=120)
    X = np.column_stack([*(age**k for k in range(1, 6)), *(z**k for k in range(1, 4))])
    return X, np.repeat([0, 1], [5, 3])


def apart_in_scale(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    X = rng.normal(size=(60, 20)) * 10.0 ** rng.uniform(-8, 8, size=20)
    return X, np.arange(20) % 5


def nearly_dependent(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    X = rng.normal(size=(60, 4))[:, np.arange(20) % 4]
    return X + 1e-7 * rng.normal(size=X.shape), np.arange(20) // 4


def of_low_rank(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(100, 2)) @ rng.normal(size=(2, 40)), rng.integers(0, 10, size=40)


def far_from_zero(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(80, 24)) + 10.0 ** rng.uniform(0, 6, size=24), np.arange(24) // 3


def tiny(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(5, 12)), np.arange(12) // 2


CASES = [powers, apart_in_scale, nearly_dependent, of_low_rank, far_from_zero, tiny]
LOSSES = ["squared_error", "logistic", "poisson", "gamma"]


def response(X: np.ndarray, loss: str, rng: np.random.Generator) -> np.ndarray:
    spread = (X - X.mean(axis=0)) / X.std(axis=0)
    signal = spread[:, :3].sum(axis=1) + 0.3 * rng.normal(size=len(X))
    if loss == "squared_error":
        return signal
    if loss == "logistic":
        return (signal > np.median(signal)).astype(float)
    mean = np.exp(np.clip(signal, -3, 3))
    return rng.poisson(mean) + 1.0 if loss == "poisson" else rng.gamma(1.0, mean) + 0.01


def gaps_of_what_is_returned(path: Path) -> np.ndarray:
    """Relative gaps of the rows of a path from their weights and intercepts, one after another."""
    problem, gaps = path.problem, []
    for alpha, w, b in zip(path.alphas, path.coefs, path.intercepts, strict=True):
        eta = problem.instance.predictor(w, float(b))
        term = Penalty(problem.norm, float(alpha))
        gaps.append(certify_term(problem.instance, term, w, float(b), eta, path.tolerance).gap)
    return np.array(gaps)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("store", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", CASES)
def test_gaps_are_those_of_the_returned_weights(case: type, loss: str, store: type) -> None:
    rng = np.random.default_rng(5)
    X, groups = case(rng)
    y, eps = response(X, loss, rng), 1e-6 if loss == "squared_error" else 1e-3
    path = nb.Problem(store(X), y, loss=loss, norm=nb.norms.GroupL2(groups)).path(n_alphas=8, eps=eps)
    assert path.converged
    assert (gaps_of_what_is_returned(path) <= 10 * path.gaps + 1e-9).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_path_is_as_good_as_single_fits(seed: int) -> None:
    """Directions of a group that its Gram matrix cannot see count where alpha is small."""
    rng = np.random.default_rng(seed)
    X, groups = powers(rng)
    y = 3 * np.sin((X[:, 0] - 20) / 15) + 0.5 * X[:, 5] + 0.3 * rng.normal(size=len(X))
    problem = nb.Problem(X, y, norm=nb.norms.GroupL2(groups))
    path, single = problem.path(alphas=[1.0, 0.01, 0.001]), problem.solve(alpha=0.001)
    objective = single.loss + 0.001 * single.norm
    assert path.losses[-1] + 0.001 * path.norms[-1] == pytest.approx(objective, rel=1e-8)


@pytest.mark.parametrize("loss", ["logistic", "poisson", "huber"])
def test_no_alpha_is_given_up_and_passes_are_few(loss: str) -> None:
    rng = np.random.default_rng(1)
    n, p, size = 120, 240, 6
    X = rng.standard_normal((n, p))
    eta = X[:, : 3 * size] @ rng.standard_normal(3 * size) / 4
    y = {
        "logistic": (eta + rng.logistic(size=n) > 0).astype(float),
        "poisson": rng.poisson(np.exp(np.clip(eta, -3, 3))).astype(float),
        "huber": eta + rng.standard_t(2, n),
    }[loss]
    norm = nb.norms.GroupL2(np.arange(p) // size)
    path = nb.Problem(X, y, loss=loss, norm=norm).path(30, eps=0.02)
    assert path.solver == "group reweighting"
    assert path.converged
    assert path.profile["rescue"] == 0
    assert path.n_passes <= 35
