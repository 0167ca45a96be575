"""`ActiveSet` against NumPy: products with stored columns, pivoting, its figures; and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from normball._kernels import DONE, FIGURES, NEEDS_CAPACITY, ActiveSet
from normball.typing import Floats

SPACES = ("dense", "dense in a wider array", "sparse", "sparse with long indices", "gram")
N, M = 60, 25


class Case:
    """A restricted problem with columns X (n, m), and the numbers that define it."""

    def __init__(self, space: str, *, is_centred: bool, has_ridge: bool, one_sided: bool = False) -> None:
        generator = np.random.default_rng(3)
        self.X = generator.normal(size=(N, M)) * (generator.uniform(size=(N, M)) < 0.5)
        self.X[:, 1] += 0.9 * self.X[:, 0]
        self.h = generator.uniform(0.5, 1.5, N) / N
        self.mean = self.h @ self.X / self.h.sum() if is_centred else np.zeros(M)
        y = self.X[:, :6] @ generator.normal(size=6) + generator.normal(size=N)
        self.b = self.h * (y - (self.h @ y / self.h.sum() if is_centred else 0.0))
        self.price = generator.uniform(0.5, 2.0, M)
        self.price[4] = 0.0
        self.ridge = generator.uniform(0.1, 1.0, M) if has_ridge else np.zeros(M)
        centred = self.X - self.mean
        self.gram, self.c = centred.T @ (self.h[:, None] * centred), centred.T @ self.b
        self.one_sided, self.space = one_sided, space
        self.active = ActiveSet(64)
        if space.startswith("sparse"):
            held = sparse.csc_array(self.X)
            index = np.int64 if "long" in space else np.int32
            self.active.hold_sparse(held.data, held.indices.astype(index), held.indptr.astype(index), N)
        elif space == "gram":
            self.active.hold_gram(self.gram)
        else:
            wide = np.asfortranarray(np.repeat(self.X, 2, axis=1))[:, ::2]
            self.active.hold_dense(wide if "wider" in space else np.asfortranarray(self.X), M)
        b, h = (None, None) if space == "gram" else (self.b, self.h)
        mean, ridge = self.mean if is_centred else None, self.ridge if has_ridge else None
        self.active.set_quadratic(b, h, mean, self.c, self.price, ridge, one_sided)

    def optimum(self, alpha: float) -> Floats:
        """Coordinate descent until nothing moves."""
        w = np.zeros(M)
        for _ in range(20_000):
            before = w.copy()
            for j in range(M):
                pull = self.c[j] - self.gram[j] @ w + self.gram[j, j] * w[j]
                size = max((pull if self.one_sided else abs(pull)) - alpha * self.price[j], 0.0)
                free = pull if self.price[j] == 0 else np.sign(pull) * size
                w[j] = free / (self.gram[j, j] + alpha * self.ridge[j])
            if np.abs(w - before).max() < 1e-15:
                break
        return w

    def figures(self, w: Floats, alpha: float) -> dict[str, float]:
        """`FIGURES`, each from its definition."""
        z = self.c - self.gram @ w
        held = w != 0
        s = self.price * np.sign(w) + self.ridge * w
        M_S = np.linalg.inv((self.gram + alpha * np.diag(self.ridge))[np.ix_(held, held)])
        return {
            "slopes": s[held] @ M_S @ s[held],
            "cw": self.c @ w,
            "zw": z @ w,
            "priced": self.price @ np.abs(w),
            "squared": 0.5 * self.ridge @ w**2,
            "shifts": self.mean @ w,
        }


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("is_centred", [False, True])
@pytest.mark.parametrize("has_ridge", [False, True])
@pytest.mark.parametrize("one_sided", [False, True])
def test_points(space: str, is_centred: bool, has_ridge: bool, one_sided: bool) -> None:
    case = Case(space, is_centred=is_centred, has_ridge=has_ridge, one_sided=one_sided)
    case.active.retarget([4], [0.0], 0.3, rebuild=True)
    alphas = np.array([0.3, 0.1, 0.02, 1e-3])
    status, done, sizes, members, weights, U, figures = case.active.solve(np.arange(M), alphas, -1.0)
    assert (status, done) == (DONE, len(alphas))
    assert (U is None) == (space == "gram")
    for k, alpha in enumerate(alphas):
        w = np.zeros(M)
        w[members[k, : sizes[k]]] = weights[k, : sizes[k]]
        np.testing.assert_allclose(w, case.optimum(alpha), atol=1e-11)
        if U is not None:
            np.testing.assert_allclose(U[k], case.b - case.h * ((case.X - case.mean) @ w), atol=1e-14)
        for name, value in case.figures(w, alpha).items():
            assert figures[FIGURES.index(name), k] == pytest.approx(value, abs=1e-11), name


@pytest.mark.parametrize("space", ["dense", "sparse"])
def test_an_inexact_inverse_is_a_preconditioner(space: str) -> None:
    case = Case(space, is_centred=True, has_ridge=False)
    h = case.h * np.random.default_rng(0).uniform(0.8, 1.2, N)
    case.active.set_metric(h, h @ case.X / h.sum(), 1e-13)
    case.active.retarget([4], [0.0])
    status, _, sizes, members, weights, _, _ = case.active.solve(np.arange(M), np.array([0.05]), -1.0)
    assert status == DONE
    w = np.zeros(M)
    w[members[0, : sizes[0]]] = weights[0, : sizes[0]]
    np.testing.assert_allclose(w, case.optimum(0.05), atol=1e-11)


@pytest.mark.parametrize("space", SPACES)
def test_support(space: str) -> None:
    case = Case(space, is_centred=False, has_ridge=False)
    case.active.retarget([3, 8, 5], [1.0, -1.0, 1.0])
    assert dict(zip(case.active.members, case.active.sign, strict=True)) == {3: 1.0, 8: -1.0, 5: 1.0}
    case.active.retarget([8, 2], [1.0, -1.0])
    assert dict(zip(case.active.members, case.active.sign, strict=True)) == {8: 1.0, 2: -1.0}
    case.active.retarget(np.arange(M), np.ones(M))
    assert sorted(case.active.members) == list(range(M))


def test_dependent_columns_stay_out_and_room_is_asked_for() -> None:
    active = ActiveSet(2)
    X = np.asfortranarray(np.random.default_rng(0).normal(size=(9, 4))[:, [0, 1, 0, 2, 3]])
    active.hold_dense(X, 5)
    active.set_quadratic(
        X[:, 0] + X[:, 3], np.ones(9), None, X.T @ (X[:, 0] + X[:, 3]), np.ones(5), None, False
    )
    assert active.solve(np.arange(5), np.array([1e-9]), -1.0)[0] == NEEDS_CAPACITY
    active.retarget([0, 1, 2], np.ones(3))
    assert sorted(active.members) == [0, 1]


@pytest.mark.parametrize("space", ["dense", "sparse"])
@pytest.mark.parametrize("K", [1, 4, 5, 16, 40])
def test_inner_products(space: str, K: int) -> None:
    case = Case(space, is_centred=False, has_ridge=False)
    columns, U = np.array([7, 0, 24, 7]), np.random.default_rng(K).normal(size=(K, N))
    found = case.active.inner_products(columns, U)
    np.testing.assert_allclose(found, case.X[:, columns].T @ U.T, atol=1e-13)


@pytest.mark.parametrize("space", ["dense", "sparse"])
@pytest.mark.parametrize("size", [0, 1, 5, 200])
def test_combination(space: str, size: int) -> None:
    case = Case(space, is_centred=False, has_ridge=False)
    generator = np.random.default_rng(size)
    columns, w = generator.integers(0, M, size), generator.normal(size=size)
    found = case.active.combination(columns, w)
    np.testing.assert_allclose(found, case.X[:, columns] @ w, atol=1e-12)


CSC = sparse.csc_array(np.eye(4))
FOUR, TWO = np.ones(4), np.ones(2)


def held(what: str = "dense", **replaced: Any) -> ActiveSet:
    """An active set on the identity (4, 4), with a quadratic some arguments of which are replaced."""
    active = ActiveSet(8)
    if what == "gram":
        active.hold_gram(np.eye(4))
    else:
        active.hold_dense(np.eye(4, order="F"), 4)
    b = None if what == "gram" else FOUR
    quadratic = {"b": b, "h": b, "mean": None, "c": FOUR, "price": FOUR, "ridge": None, "one_sided": False}
    active.set_quadratic(**quadratic | replaced)
    return active


def without_quadratic() -> ActiveSet:
    active = held()
    active.hold_dense(np.eye(4, order="F"), 4)
    return active


REFUSED: dict[str, Callable[[], object]] = {
    **{
        f"{name} {how}": lambda name=name, values=values: held(**{name: values})
        for name in ("b", "h", "mean", "c", "price", "ridge")
        for how, values in {"too short": np.ones(3), "in float32": np.ones(4, np.float32)}.items()
    },
    "no price": lambda: held(price=None),
    "rows of dense values": lambda: ActiveSet(8).hold_dense(np.random.default_rng(0).normal(size=(3, 4)), 4),
    "dense values in float32": lambda: ActiveSet(8).hold_dense(np.eye(4, dtype=np.float32, order="F"), 4),
    "too few dense columns": lambda: ActiveSet(8).hold_dense(np.eye(4, order="F"), 5),
    "sparse rows beyond the end": lambda: ActiveSet(8).hold_sparse(CSC.data, CSC.indices, CSC.indptr, 3),
    "sparse ends beyond the data": lambda: ActiveSet(8).hold_sparse(CSC.data, CSC.indices, 2 * CSC.indptr, 4),
    "long sparse rows beyond the end": lambda: ActiveSet(8).hold_sparse(
        CSC.data, CSC.indices.astype(np.int64) + 2**32, CSC.indptr, 4
    ),
    "more rows than 32 bits count": lambda: ActiveSet(8).hold_sparse(
        CSC.data, CSC.indices, CSC.indptr, 2**31
    ),
    "an oblong Gram matrix": lambda: ActiveSet(8).hold_gram(np.ones((3, 4))),
    "a Gram matrix in float32": lambda: ActiveSet(8).hold_gram(np.eye(4, dtype=np.float32)),
    "candidates beyond the end": lambda: held().solve([0, 4], TWO, -1.0),
    "candidates below 0": lambda: held().solve([-1], TWO, -1.0),
    "more candidates than columns": lambda: held().solve([0, 1, 2, 3, 3], TWO, -1.0),
    "a start too short": lambda: started().solve([0, 1], TWO, -1.0, np.ones(1)),
    "members beyond the end": lambda: held().retarget([4], [1.0]),
    "too few signs": lambda: held().retarget([0, 1], [1.0]),
    "no quadratic": lambda: without_quadratic().solve([0], TWO, -1.0),
    "no quadratic at retargeting": lambda: without_quadratic().retarget([0], [1.0]),
    "no targets": lambda: held(b=None, h=None).solve([0], TWO, -1.0),
    "columns beyond the end": lambda: held().combination(np.array([4]), np.ones(1)),
    "weights too short": lambda: held().combination(np.array([1, 2]), np.ones(1)),
    "U too short": lambda: held().inner_products(np.array([1]), np.ones((1, 3))),
    "inner products beyond the end": lambda: held().inner_products(np.array([-1]), np.ones((1, 4))),
    "columns of a Gram matrix": lambda: held("gram").inner_products(np.array([1]), np.ones((1, 4))),
    "columns of nothing": lambda: ActiveSet(8).combination(np.array([0]), np.ones(1)),
    "a metric too short": lambda: held().set_metric(np.ones(3), None, 1e-9),
    "less room than members": lambda: started().grow(1),
}


def started() -> ActiveSet:
    active = held()
    active.retarget([0, 1], [1.0, 1.0])
    return active


def test_what_is_not_refused() -> None:
    for active in (held(), held("gram")):
        active.retarget([0, 1], [1.0, 1.0])
        assert active.solve([0, 1], np.array([0.5]), -1.0, np.ones(2))[0] == DONE


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_refused(name: str) -> None:
    with pytest.raises((ValueError, TypeError), match=r"must|mismatch|set the quadratic|there are"):
        REFUSED[name]()
