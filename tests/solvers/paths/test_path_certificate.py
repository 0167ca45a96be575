"""A certificate believes nothing but the weights: a solver that returns others than it found is found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball.designs import as_design
from normball.norms.base import Norm
from normball.solvers.certificate import certify_term
from normball.solvers.groups.descent import GroupDescentPath
from normball.solvers.groups.entered import EnteredGroups
from normball.solvers.groups.responses import Multitask
from normball.solvers.groups.reweighting import GroupReweighting
from normball.solvers.paths.least_squares import LeastSquaresPath
from normball.solvers.paths.restricted import Batch, Restricted
from normball.solvers.paths.reweighted import ReweightedPath
from normball.solvers.terms import Penalty

N, P = 60, 24
GROUPS = nb.norms.GroupL2(np.arange(P) // 3)
CASES: dict[str, tuple[type[Restricted], int, str, Norm]] = {
    "on a Gram matrix": (LeastSquaresPath, P, "squared_error", nb.norms.L1()),
    "on columns": (LeastSquaresPath, 3 * N, "squared_error", nb.norms.L1()),
    "with a ridge": (LeastSquaresPath, 3 * N, "squared_error", nb.norms.ElasticNet(0.5)),
    "reweighted": (ReweightedPath, P, "logistic", nb.norms.L1()),
    "reweighted with a ridge": (ReweightedPath, P, "poisson", nb.norms.ElasticNet(0.5)),
    "groups by descent": (GroupDescentPath, P, "squared_error", GROUPS),
    "groups by reweighting": (GroupReweighting, P, "logistic", GROUPS),
}


@pytest.mark.parametrize("store", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("case", CASES)
def test_other_weights_than_those_found_are_not_called_proved(
    case: str, store: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    solver, p, loss, norm = CASES[case]
    rng = np.random.default_rng(3)
    X = rng.normal(size=(N, p))
    signal = X[:, :3].sum(axis=1) + rng.normal(size=N)
    responses = {
        "logistic": (signal > 0).astype(float),
        "poisson": rng.poisson(np.exp(signal / 2)).astype(float),
    }
    problem = nb.Problem(store(X), responses.get(loss, signal), loss=loss, norm=norm)
    solve, touched = solver.solve, []

    def careless(self: Restricted, *given: np.ndarray) -> Batch:
        batch = solve(self, *given)
        touched.append(len(batch))
        return replace(batch, weights=1.001 * batch.weights)

    monkeypatch.setattr(solver, "solve", careless)
    path = problem.path(n_alphas=6, eps=0.1)
    assert sum(touched)
    for k, alpha in enumerate(path.alphas.tolist()):
        w, b = path.coefs[k], float(path.intercepts[k])
        eta = problem.instance.predictor(w, b)
        gap = certify_term(problem.instance, Penalty(norm, alpha), w, b, eta, path.tolerance).gap
        assert gap <= 10 * path.gaps[k] + 1e-9


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_several_responses_are_certified_from_their_weights(
    l1_ratio: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=(N, P)), rng.normal(size=(N, 3))
    problem = Multitask(as_design(X), Y, np.full(N, 1 / N), True, l1_ratio)
    lengthen = EnteredGroups.feature_weights
    monkeypatch.setattr(
        EnteredGroups, "feature_weights", lambda self, weights: 1.01 * lengthen(self, weights)
    )
    alpha = 0.1 * problem.alpha_max
    assert problem.follow(np.array([alpha]), 1e-8).gaps[0] > 1e-5


@pytest.mark.parametrize("mean", [0.0, 30.0, 1e6])
def test_a_sparse_gram_matrix_is_centred_without_cancellation(mean: float) -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(50, 6)) * (rng.random(size=(50, 6)) < 0.5)
    X[:, :2] += mean
    v = rng.random(50)
    v /= v.sum()
    gram, means = as_design(sparse.csc_array(X)).gram(v, True)
    centred = X - v @ X
    sizes = np.sqrt(v @ centred**2)
    np.testing.assert_allclose(means, v @ X, rtol=1e-14)
    error = np.abs(gram - (centred.T * v) @ centred) / np.outer(sizes, sizes)
    assert error.max() <= 1e-15 * (10 + mean)
