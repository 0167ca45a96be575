"""The generic solver costs little along paths and on columns far from 0, counted in proxes and columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from normball import Problem
from normball.losses import Loss
from normball.losses.hessian_root import DiagonalRoot
from normball.norms import GroupL2, LInf, Lp, Norm, SortedL1
from normball.solvers.generic import candidates, proximal_point
from normball.typing import Floats

MOST = 1000
"""Proxes of one solve: a few hundred are usual, and tens of thousands were needed."""


def far(seed: int) -> tuple[Floats, Floats]:
    """(14, 20) columns of spread 1 that lie 10 to 1e5 away from 0, and a response."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((14, 20))
    y = X @ (rng.standard_normal(20) * (rng.random(20) < 0.4)) + 0.3 * rng.standard_normal(14)
    return X + rng.choice([-1, 1], 20) * 10.0 ** rng.uniform(1, 5, 20), y


@pytest.fixture
def proxes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each prox that is taken."""
    counted: list[int] = []
    evaluate = proximal_point._evaluate

    def counting(*arguments: Any) -> Any:
        counted.append(1)
        return evaluate(*arguments)

    monkeypatch.setattr(proximal_point, "_evaluate", counting)
    return counted


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("loss", "norm"),
    [("huber", GroupL2(np.arange(20) // 4)), ("squared_error", "linf"), ("huber", Lp(3))],
    ids=["groups", "linf", "lp"],
)
def test_columns_far_from_zero_are_proved(
    proxes: list[int], loss: str | Loss, norm: str | Norm, seed: int
) -> None:
    X, y = far(seed)
    problem = Problem(X, y, loss, norm, fit_intercept=False)
    solution = problem.solve(alpha=1e-6 * problem.alpha_max)
    assert solution.certificate.is_met
    assert len(proxes) < MOST


def plain(n: int, p: int) -> tuple[Floats, Floats]:
    """Independent columns (n, p) and a response of ten of them."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    return X, X[:, :10] @ rng.standard_normal(10) + 0.5 * rng.standard_normal(n)


@pytest.mark.parametrize(
    ("loss", "norm", "most"),
    [("squared_error", "linf", 80), ("squared_error", "sorted_l1", 80), ("huber", "linf", 180)],
)
def test_proxes_along_a_path(proxes: list[int], loss: str, norm: str, most: int) -> None:
    """A proximal step that suited the last alpha is too long for the next: it was tried in vain."""
    X, y = plain(60, 240)
    path = Problem(X, y, loss, norm).path(n_alphas=15, eps=1e-2)
    assert path.gaps.max() <= 1e-8
    assert len(proxes) < most * len(path)


@pytest.mark.parametrize("loss", ["squared_error", "huber", "logistic"])
def test_columns_are_weighted_after_ties_are_one(loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 240 features of a cube's face about as many coordinates are left as there are rows, or fewer."""
    X, y = plain(40, 240)
    y = (y > 0).astype(float) if loss == "logistic" else y
    widths: list[int] = []
    apply = DiagonalRoot.apply

    def counting(root: DiagonalRoot, values: Floats) -> Floats:
        if values.ndim == 2:
            widths.append(values.shape[1])
        return apply(root, values)

    monkeypatch.setattr(DiagonalRoot, "apply", counting)
    problem = Problem(X, y, loss, "linf")
    assert problem.path(n_alphas=8, eps=0.05).gaps.max() <= 1e-8
    assert np.mean(widths) < 100


@pytest.mark.parametrize("loss", ["squared_error", "huber", "logistic"])
def test_restricted_problems_of_sorted_l1_are_small(loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of 2,000 features are never seen by the solver, and the proof is that of all of them."""
    X, y = plain(40, 2000)
    y = (y > 0).astype(float) if loss == "logistic" else y
    sizes: list[int] = []
    solve = candidates.solve_smooth

    def counting(workspace: Any, *rest: Any) -> Any:
        sizes.append(workspace.instance.n_features)
        return solve(workspace, *rest)

    monkeypatch.setattr(candidates, "solve_smooth", counting)
    problem = Problem(X, y, loss, "sorted_l1")
    path = problem.path(n_alphas=10, eps=0.05)
    assert path.gaps.max() <= 1e-8
    assert (np.count_nonzero(path.coefs, axis=1) > 0).sum() >= 8
    assert sizes
    assert np.mean(sizes) < 400


def test_candidates_left_out_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too few candidates the check over all features adds those that the rule has missed."""
    monkeypatch.setattr(candidates, "FEWEST_CANDIDATES", 1)
    monkeypatch.setattr(candidates, "PER_WEIGHT", 0)
    X, y = plain(40, 800)
    problem = Problem(X, y, norm="sorted_l1")
    solution = problem.solve(alpha=0.3 * problem.alpha_max)
    assert solution.certificate.is_met
    assert np.count_nonzero(solution.coef) > 3


def test_columns_of_a_face_are_built_once_a_tie() -> None:
    """Ties are products with all columns, others are copies; both are X B."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((5, 12))
    for w in (np.repeat([2.0, -2.0, 0.5], 4), rng.standard_normal(12), np.repeat(np.arange(6.0), 2)):
        for norm in (LInf(), SortedL1()):
            face = norm.face(w)
            expected = np.column_stack([X @ face.embed(e) for e in np.eye(face.n_coordinates)])
            np.testing.assert_allclose(face.restrict(X[:, face.index]), expected, atol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "huber", "logistic"])
def test_wide_faces_need_no_inverse(loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more coordinates than rows a Cholesky factor of the rows' matrix is enough."""
    X, y = plain(40, 240)
    y = (y > 0).astype(float) if loss == "logistic" else y
    inverted: list[int] = []
    invert = np.linalg.inv

    def counting(matrix: Floats) -> Floats:
        inverted.append(len(matrix))
        return invert(matrix)

    monkeypatch.setattr(np.linalg, "inv", counting)
    assert Problem(X, y, loss, "linf").path(n_alphas=8, eps=0.05).gaps.max() <= 1e-8
    assert not inverted
