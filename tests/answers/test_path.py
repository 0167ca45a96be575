"""Whole paths through the public interface: storages, levels, cost, interruption, cold start."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball.solvers.paths.batch_screening import BatchScreening
from normball.solvers.paths.restricted import Batch


def data(n: int = 80, p: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal(p)
    X[rng.random((n, p)) < 0.5] = 0.0
    X = X.astype(np.float32).astype(np.float64)
    return X, X[:, :8].sum(axis=1) + 0.3 * rng.standard_normal(n)


STORAGES = {
    "F": np.asfortranarray,
    "C": np.ascontiguousarray,
    "float32": lambda X: X.astype(np.float32),
    "float32 F": lambda X: np.asfortranarray(X.astype(np.float32)),
    "strided": lambda X: np.repeat(np.repeat(X, 2, axis=0), 2, axis=1)[::2, ::2],
    "csc": sparse.csc_array,
    "csr": sparse.csr_array,
    "csc float32": lambda X: sparse.csc_array(X.astype(np.float32)),
}


@pytest.mark.parametrize("loss", ["squared_error", "logistic", "huber"])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("storage", STORAGES)
def test_every_storage_gives_the_same_path(storage: str, intercept: bool, loss: str) -> None:
    X, y = data()
    y = (y > 0).astype(float) if loss == "logistic" else y
    weights = np.random.default_rng(1).uniform(0.5, 2.0, len(y))

    def path(X: object) -> nb.Path:
        problem = nb.Problem(X, y, loss=loss, fit_intercept=intercept, sample_weight=weights)
        return problem.path(n_alphas=20, eps=3e-2)

    expected, found = path(X), path(STORAGES[storage](X))
    assert found.gaps.max() < 1e-9
    np.testing.assert_allclose(found.losses, expected.losses, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.coefs, expected.coefs, atol=2e-3 * np.abs(expected.coefs).max())


@pytest.mark.quick_cases(4)
@pytest.mark.parametrize("norm", ["l1", nb.norms.ElasticNet(0.7), nb.norms.GroupL2(np.arange(300) // 3)])
@pytest.mark.parametrize("loss", ["squared_error", "logistic", "poisson"])
def test_budgets_and_targets_at_once(loss: str, norm: object) -> None:
    X, y = data()
    y = {"squared_error": y, "logistic": (y > 0) * 1.0, "poisson": np.round(np.exp(0.3 * y))}[loss]
    problem = nb.Problem(X, y, loss=loss, norm=norm)
    path = problem.path(n_alphas=10, eps=0.05)
    rng = np.random.default_rng(2)
    budgets = path.norms[-1] * rng.random(7)
    by_budget = problem.path(budgets=budgets)
    np.testing.assert_allclose(by_budget.norms, np.sort(budgets), rtol=1e-8)
    targets = rng.uniform(path.losses[-1], path.losses[0], 7)
    by_target = problem.path(targets=targets)
    np.testing.assert_allclose(by_target.losses, np.sort(targets)[::-1], rtol=1e-8)
    for found in (by_budget, by_target):
        assert found.gaps.max() <= 1e-8
        assert (np.diff(found.alphas) <= 0).all()


def test_levels_are_approached_where_the_solver_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = data()
    problem = nb.Problem(X, y)
    budgets = np.linspace(0.2, 0.9, 20) * problem.path(n_alphas=10, eps=0.05).norms[-1]
    expected = problem.path(budgets=budgets)
    revisit, refused = BatchScreening.revisit, []

    def easily_tired(self: BatchScreening, alphas: np.ndarray, *start: Any) -> Batch | None:
        if alphas[0] < 0.993 * start[-1] or (alphas[1:] < 0.993 * alphas[:-1]).any():
            refused.append(alphas)
            return None
        return revisit(self, alphas, *start)

    monkeypatch.setattr(BatchScreening, "revisit", easily_tired)
    found = problem.path(budgets=budgets)
    assert refused
    np.testing.assert_allclose(found.alphas, expected.alphas, rtol=1e-9)
    np.testing.assert_allclose(found.norms, budgets, rtol=1e-8)
    assert found.n_passes < 40  # not one path for each of them


def test_a_path_of_budgets_reaches_its_ends() -> None:
    X, y = data(n=60, p=5)
    problem = nb.Problem(X, y)
    least = problem.solve(alpha=0.0)
    path = problem.path(budgets=[0.0, 0.5 * least.norm, 2 * least.norm])
    np.testing.assert_allclose(path.norms, [0.0, 0.5 * least.norm, least.norm], rtol=1e-7)
    assert path.alphas[-1] == 0.0


@pytest.mark.parametrize("shape", [(60, 20), (20, 60)])
@pytest.mark.parametrize("intercept", [True, False])
def test_ridge_path_is_one_factorisation(shape: tuple[int, int], intercept: bool) -> None:
    X, y = data(*shape)
    problem = nb.Problem(X, y, norm="squared_l2", fit_intercept=intercept)
    path = problem.path(n_alphas=50)
    assert path.n_passes < 8
    assert path.gaps.max() < 1e-14
    for k in (0, 25, 49):
        solution = problem.solve(alpha=path.alphas[k], tol=1e-12)
        np.testing.assert_allclose(path.coefs[k], solution.coef, atol=1e-8 * np.abs(solution.coef).max())


def test_cost_is_visible(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 3000))
    problem = nb.Problem(X, X[:, :20].sum(axis=1) + rng.standard_normal(200))
    path = problem.path(eps=1e-2, verbose=True)
    assert 1 <= path.n_passes <= 20
    assert {"choosing", "solving", "passes", "rescue", "total"} <= set(path.profile)
    assert path.profile["total"] >= path.profile["solving"] > 0
    printed = capsys.readouterr()
    assert "passes over X" in printed.out
    assert "path:" in printed.err
    problem.path(eps=1e-2, verbose=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("given", [{"alphas": [0.0]}, {"budgets": [-1.0]}, {"budgets": []}])
def test_levels_out_of_range_are_refused(given: dict[str, list[float]]) -> None:
    X, y = data(20, 5)
    with pytest.raises(ValueError, match=f"{next(iter(given))} must be one or more numbers"):
        nb.Problem(X, y).path(**given)
    with pytest.raises(ValueError, match="give one of alphas, budgets and targets"):
        nb.Problem(X, y).path(alphas=[1.0], budgets=[1.0])


INTERRUPTED = """
import threading, time, os, signal, numpy as np, normball as nb
rng = np.random.default_rng(0)
X = np.asfortranarray(rng.standard_normal((2000, 8000)))
problem = nb.Problem(X, X[:, :300].sum(axis=1) + rng.standard_normal(2000), fit_intercept=False)
problem.alpha_max
def interrupt():
    time.sleep(0.7)
    sent.append(time.perf_counter())
    os.kill(os.getpid(), signal.SIGINT)
sent = []
threading.Thread(target=interrupt, daemon=True).start()
try:
    problem.path(eps=1e-4)
    print("finished")
except KeyboardInterrupt:
    print(time.perf_counter() - sent[0])
small = nb.Problem(X[:200, :50], X[:200, 0])
assert small.path().gaps.max() < 1e-9
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals to itself are different on Windows")
def test_interruption_stops_soon_and_leaves_nothing_behind() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() != "finished", "too small a problem to be interrupted"
    assert float(done.stdout) < 20.0, "stopping takes milliseconds on an idle machine, the path far longer"


def test_first_fit_of_a_process_needs_no_compiling() -> None:
    code = (
        "import time; start = time.process_time(); import numpy as np, normball as nb;"
        "rng = np.random.default_rng(0); X = rng.standard_normal((50, 10));"
        "nb.Problem(X, X[:, 0] + rng.standard_normal(50)).path(); print(time.process_time() - start)"
    )
    best = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )
    assert best < 2.0, "about 0.5 s on an idle machine"


MEMORY = """
import resource
import numpy as np
import normball as nb

rng = np.random.default_rng(0)
n, p = 400, 25_000
X = np.asfortranarray(rng.standard_normal((n, p))) if {by_columns} else rng.standard_normal((n, p))
y = X[:, :20].sum(axis=1) + rng.standard_normal(n)
y = (y > 0).astype(float) if "{loss}" == "logistic" else y
norm = nb.norms.GroupL2(np.repeat(np.arange(p // 5), 5)) if "{norm}" == "group_l2" else "{norm}"
nb.Problem(X[:50, :10], y[:50] > 0 if "{loss}" == "logistic" else y[:50], loss="{loss}").path(5)
X.sum()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path = nb.Problem(X, y, loss="{loss}", norm=norm).path(50, eps=5e-2)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
candidates = 1000 * 1000 * 8 + 1000 * n * 8
print((1024 * (after - before) - candidates) / X.nbytes, path.gaps.max())
"""


@pytest.mark.quick_cases(1)
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is counted in kilobytes on Linux only")
@pytest.mark.parametrize(
    ("norm", "loss", "by_columns"),
    [("l1", "squared_error", True), ("l1", "squared_error", False), ("l1", "logistic", True),
     ("group_l2", "squared_error", True)],
)  # fmt: skip
def test_a_path_needs_half_of_the_data_more_at_most(norm: str, loss: str, by_columns: bool) -> None:
    code = MEMORY.format(norm=norm, loss=loss, by_columns=by_columns)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    more, gap = map(float, done.stdout.split())
    assert more < 0.5
    assert gap <= 1e-8


@pytest.mark.parametrize(
    "norm", [nb.norms.SquaredL2(), nb.norms.L2(), nb.norms.ElasticNet(0.5), nb.norms.L1()], ids=repr
)
def test_points_of_a_quantile_path_are_proved_down_to_interpolation(norm: nb.norms.Norm) -> None:
    """Each by itself, too: weights on kinks have many dual points, of which few prove anything."""
    rng = np.random.default_rng(12)
    X, y = rng.standard_normal((11, 21)), rng.standard_normal(11)
    problem = nb.Problem(X, y, loss=nb.losses.Quantile(0.1), norm=norm)
    alphas = [2 * min(problem.alpha_max, 1.0), 0.1, 0.02, 4e-3, 2e-3, 5e-4]
    path = problem.path(alphas=alphas)
    np.testing.assert_array_equal(path.alphas, alphas)
    assert path.gaps.max() <= 1e-8
    for k in range(len(path)):
        assert path[k].certificate.gap <= 1e-7, k


def test_points_of_a_path_are_solutions_by_position() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((30, 6))
    problem = nb.Problem(X, X[:, 0] + 0.1 * rng.standard_normal(30))
    path = problem.path(5, eps=0.1)
    assert [solution.alpha for solution in path] == path.alphas.tolist()
    last = path[-1]
    np.testing.assert_array_equal(last.coef, path.coefs[4])
    assert last.converged
    assert last.solver == path.solver == "pivoting on the Gram matrix"
    assert "interpolated" in path.at(alpha=float(path.alphas[2:4].mean())).solver
    with pytest.raises(IndexError):
        _ = path[5]
