"""What travels with the page gives the losses and the paths of the model it came from."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

import normball as nb


def made(n: int = 60, p: int = 8) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((n, p)) + 2
    return X, X[:, :3] @ [2.0, -1.0, 0.5] + 0.3 * rng.standard_normal(n) + 5


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_quadratic_is_the_loss(fit_intercept: bool) -> None:
    X, y = made()
    weights = np.random.default_rng(2).uniform(0.5, 2, len(y))
    problem = nb.Problem(X, y, fit_intercept=fit_intercept, sample_weight=weights)
    data = nb.explore(problem).data
    assert data is not None
    kept = [int(name[1:]) for name in data["features"]]
    G, c, constant = (np.array(data["quadratic"][key]) for key in ("gram", "cross", "constant"))
    w = np.random.default_rng(3).standard_normal(8)
    expected = problem.loss_at(w)
    z = w[kept]
    assert constant - c @ z + z @ G @ z / 2 == pytest.approx(expected, rel=1e-10)


def test_samples_are_the_columns() -> None:
    X, y = made()
    labels = (y > np.median(y)).astype(float)
    data = nb.explore(nb.Problem(X, labels, loss="logistic")).data
    assert data is not None
    kept = [int(name[1:]) for name in data["features"]]
    columns = np.frombuffer(base64.b64decode(data["samples"]["columns"]), "<f8").reshape(len(kept), -1)
    assert np.array_equal(columns, X[:, kept].T)
    assert data["quadratic"] is None


@pytest.mark.parametrize("norm", [*nb.norms.NORMS])
def test_every_norm_travels_or_says_why_it_is_not_drawn(norm: str) -> None:
    X, y = made()
    built = {"lp": nb.norms.Lp(1.5), "group_l2": nb.norms.GroupL2([[0, 1, 2], [3, 4, 5, 6, 7]])}.get(
        norm, norm
    )
    data = nb.explore(nb.Problem(X, y, norm=built)).data
    assert data is not None
    json.dumps(data, allow_nan=False)
    assert (data["note"] is None) == (norm not in ("group_l2", "sorted_l1"))
    assert len(data["why"]) == len(data["features"]) == 8
    assert all(sentence.endswith(".") for sentence in data["why"])


def test_cox_and_large_data_are_told() -> None:
    X, y = made()
    signed = np.where(y > 8, np.abs(y) + 1, -np.abs(y) - 1)
    note = nb.explore(nb.Problem(X, signed, loss="cox", fit_intercept=False)).data
    assert note is not None
    assert "compares samples with each other" in note["note"]


def test_starts_at_the_solution_with_the_features_asked_for() -> None:
    X, y = made()
    names = [f"column {j}" for j in range(8)]
    problem = nb.Problem(X, y, feature_names=names)
    solution = problem.solve(alpha=nb.fraction(0.2))
    explorer = nb.explore(solution, features=("column 7", 1))
    data = explorer.data
    assert data is not None
    assert data["path"]["alphas"][data["start"]] == pytest.approx(solution.alpha)
    assert [data["features"][i] for i in data["pair"]] == ["column 7", "column 1"]
    assert explorer.state["step"] == data["start"]


def test_an_estimator_is_explored() -> None:
    pytest.importorskip("sklearn")
    X, y = made()
    data = nb.explore(nb.Regressor(alpha=0.1).fit(X, y)).data
    assert data is not None
    assert data["title"] == "Regressor, squared error with L1"
