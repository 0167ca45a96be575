"""Random paths against scikit-learn's LARS and coordinate descent, each run to 1e-12.

    python benchmarks/random_paths.py --problems 300

Every problem draws its size, correlation, grid and switches from its own seed. Compared are
objective values, relative to the loss at w = 0, and, where LARS proves right (by its own duality gap) and
the solution is unique and well conditioned, coefficients. The worst gap is our own certificate's.
`--first SEED --problems 1` repeats one. `tests/solvers/paths/test_paths_against_lars.py` runs a sample.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from multiprocessing import Pool

import click
import numpy as np
from scipy import sparse
from sklearn.linear_model import enet_path, lars_path

import normball as nb

AGREEMENT = 1e-12
CLOSENESS = 1e-7
LARGEST_GAP = 1e-9
LARGEST_CONDITION = 1e6
"""Condition number of the Gram matrix on the columns at the bound, up to which coefficients are compared."""


@dataclass(frozen=True)
class RandomPath:
    """A problem drawn from a seed: penalty weights, l1_ratio and switches included."""

    seed: int
    X: np.ndarray
    y: np.ndarray
    eps: float
    n_alphas: int
    storage: str
    fit_intercept: bool
    positive: bool
    sample_weight: np.ndarray | None
    prices: np.ndarray | None
    l1_ratio: float

    def __str__(self) -> str:
        n, p = self.X.shape
        switches = [
            self.storage,
            *(["intercept"] if self.fit_intercept else []),
            *(["positive"] if self.positive else []),
            *(["sample weights"] if self.sample_weight is not None else []),
            *(["prices"] if self.prices is not None else []),
            *([f"l1_ratio {self.l1_ratio}"] if self.l1_ratio < 1 else []),
        ]
        return f"seed {self.seed}: {n} x {p}, to {self.eps:g} in {self.n_alphas}, {', '.join(switches)}"


def draw(seed: int) -> RandomPath:
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(10, 151)), int(rng.integers(5, 501))
    rho = float(rng.choice([0.0, 0.5, 0.9, 0.99, 0.999]))
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    w = np.zeros(p)
    w[rng.choice(p, max(1, p // 10), replace=False)] = 1.0
    y = X @ w + rng.choice([0.01, 1.0, 10.0]) * rng.standard_normal(n)
    l1_ratio = float(rng.choice([1.0, 1.0, 1.0, 0.5]))
    storage = str(rng.choice(["F", "C", "float32", "csc", "csr"]))
    if storage in ("csc", "csr"):
        X[rng.random((n, p)) < 0.7] = 0.0
    if storage == "float32":
        X = X.astype(np.float32).astype(np.float64)
    return RandomPath(
        seed=seed,
        X=X,
        y=y,
        eps=float(rng.choice([1e-1, 1e-2, 1e-3, 1e-4])),
        n_alphas=int(rng.choice([5, 20, 100])),
        storage=storage,
        fit_intercept=bool(rng.integers(2)),
        positive=bool(rng.random() < 0.2),
        sample_weight=rng.uniform(0.2, 2.0, n) if rng.random() < 0.3 else None,
        prices=rng.uniform(0.5, 2.0, p) if l1_ratio == 1 and rng.random() < 0.3 else None,
        l1_ratio=l1_ratio,
    )


def stored(case: RandomPath) -> object:
    match case.storage:
        case "csc":
            return sparse.csc_array(case.X)
        case "csr":
            return sparse.csr_array(case.X)
        case "float32":
            return case.X.astype(np.float32)
        case order:
            return np.asarray(case.X, order=order)


def whitened(case: RandomPath) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same problem without weights, prices and intercept: X, y, prices as a plain Lasso sees it."""
    n = len(case.y)
    v = np.ones(n) if case.sample_weight is None else case.sample_weight
    v = v / v.sum()
    X, y = case.X, case.y
    if case.fit_intercept:
        X, y = X - v @ X, y - v @ y
    prices = np.ones(X.shape[1]) if case.prices is None else case.prices
    root = np.sqrt(n * v)[:, None]
    return np.asfortranarray(root * X / prices), root[:, 0] * y, prices


def by_lars(case: RandomPath, alphas: np.ndarray) -> np.ndarray | None:
    """(k, p) in whitened scale; None for elastic net and where LARS stops before the end of the path."""
    if case.l1_ratio < 1:
        return None
    X, y, _ = whitened(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        knots, _, coefs = lars_path(X, y, method="lasso", positive=case.positive, alpha_min=0.5 * alphas[-1])
    if knots[-1] > alphas[-1] or (np.diff(knots) > 0).any():
        return None
    return np.array([[np.interp(-a, -knots, row) for row in coefs] for a in alphas])


def by_descent(case: RandomPath, alphas: np.ndarray, start: np.ndarray) -> np.ndarray:
    """(k, p) in whitened scale, each from the row of start (k, p)."""
    X, y, _ = whitened(case)
    rest = {"l1_ratio": case.l1_ratio, "positive": case.positive, "tol": 1e-14, "max_iter": 20_000}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = zip(alphas, start, strict=True)
        paths = [enet_path(X, y, alphas=[a], coef_init=w, **rest)[1] for a, w in pairs]
    return np.array([coefs[:, 0] for coefs in paths])


def objective(case: RandomPath, alphas: np.ndarray, coefs: np.ndarray) -> np.ndarray:
    X, y, _ = whitened(case)
    residual = y - coefs @ X.T
    penalty = case.l1_ratio * np.abs(coefs).sum(axis=1) + (1 - case.l1_ratio) * 0.5 * (coefs**2).sum(axis=1)
    return 0.5 * (residual**2).mean(axis=1) + alphas * penalty


def lasso_gaps(case: RandomPath, alphas: np.ndarray, coefs: np.ndarray) -> np.ndarray:
    """(k,) duality gaps relative to the loss at w = 0; without elastic net, in whitened scale."""
    X, y, _ = whitened(case)
    residual = y - coefs @ X.T
    pulls = residual @ X / len(y)
    largest = (pulls if case.positive else np.abs(pulls)).max(axis=1)
    shares = np.minimum(1.0, alphas / np.maximum(largest, alphas))
    dual = shares * (residual @ y) / len(y) - 0.5 * shares**2 * (residual**2).mean(axis=1)
    return (objective(case, alphas, coefs) - dual) / (0.5 * (y**2).mean())


def is_determined(case: RandomPath, alpha: float, w: np.ndarray) -> bool:
    """Whether w is unique and well conditioned, by the Gram matrix of the columns at the bound."""
    X, y, _ = whitened(case)
    pulls = X.T @ (y - X @ w) / len(y)
    at_bound = (pulls if case.positive else np.abs(pulls)) >= alpha * (1 - 1e-6)
    sizes = np.linalg.svd(X[:, at_bound], compute_uv=False)
    if len(sizes) == 0:
        return True
    return at_bound.sum() <= len(y) and bool(sizes[0] <= np.sqrt(LARGEST_CONDITION) * sizes[-1])


def intercept_error(case: RandomPath, path: nb.Path) -> float:
    """Largest deviation of an intercept from the best one for its coefficients, relative to y."""
    v = np.ones(len(case.y)) if case.sample_weight is None else case.sample_weight
    best = np.average(case.y - path.coefs @ case.X.T, axis=1, weights=v) * case.fit_intercept
    return float(np.abs(path.intercepts - best).max() / np.abs(case.y).max())


@dataclass(frozen=True)
class Outcome:
    """What one path was like; lengths relative.

    Attributes
    ----------
    method : "LARS", or "descent" where LARS does not solve the problem at every alpha.
    excess, shortfall : float, how far our objective lies above and below the peer's at most, relative
        to the loss at w = 0.
    distance : float, largest difference from a coefficient by LARS, over the largest coefficient.
    n_compared : int, alphas at which coefficients were compared.
    intercept_error : float
    is_feasible : bool, no coefficient below zero where that is forbidden.
    gap : float, largest of our certificates.
    seconds_rescued : float, time spent in the generic solver.
    """

    text: str
    method: str
    excess: float
    shortfall: float
    distance: float
    n_compared: int
    intercept_error: float
    is_feasible: bool
    gap: float
    seconds_rescued: float

    def failures(self) -> list[str]:
        """What is wrong."""
        found = {
            f"objective higher by {self.excess:.1e}": not self.excess <= AGREEMENT,
            f"coefficients differ by {self.distance:.1e}": not self.distance <= CLOSENESS,
            f"intercept off by {self.intercept_error:.1e}": not self.intercept_error <= AGREEMENT,
            "coefficients below zero": not self.is_feasible,
            f"gap {self.gap:.1e}": not self.gap <= LARGEST_GAP,
        }
        return [text for text, is_wrong in found.items() if is_wrong]


def run(seed: int) -> Outcome:
    case = draw(seed)
    norm = (
        nb.norms.ElasticNet(case.l1_ratio)
        if case.l1_ratio < 1
        else nb.norms.L1(weights=case.prices, positive=case.positive)
    )
    if case.l1_ratio < 1 and case.positive:
        return run(seed + 100_000)
    problem = nb.Problem(
        stored(case), case.y, norm=norm, fit_intercept=case.fit_intercept, sample_weight=case.sample_weight
    )
    if problem.alpha_max == 0:  # one-sided, and every column pulls the other way
        return run(seed + 100_000)
    path = problem.path(n_alphas=case.n_alphas, eps=case.eps, tol=LARGEST_GAP)
    _, y, prices = whitened(case)
    ours = path.coefs * prices
    scale = 0.5 * float((y**2).mean())
    theirs, method, distances = by_lars(case, path.alphas), "LARS", []
    if theirs is not None:
        # LARS can lose its way with every sign of success, most often where coefficients are one-sided
        is_right = lasso_gaps(case, path.alphas, theirs) <= AGREEMENT
        distances = [
            float(np.abs(ours[k] - theirs[k]).max() / np.abs(ours[k]).max())
            for k in range(1, len(ours))  # at alpha_max, the first, all are zero
            if is_right[k] and is_determined(case, path.alphas[k], ours[k])
        ]
    if theirs is None or not is_right.all():
        theirs, method = by_descent(case, path.alphas, ours), "descent"
    difference = objective(case, path.alphas, ours) - objective(case, path.alphas, theirs)
    return Outcome(
        text=str(case),
        method=method,
        excess=float(difference.max()) / scale,
        shortfall=float(-difference.min()) / scale,
        distance=max(distances, default=0.0),
        n_compared=len(distances),
        intercept_error=intercept_error(case, path),
        is_feasible=not case.positive or bool((ours >= 0).all()),
        gap=float(path.gaps.max()),
        seconds_rescued=path.profile.get("rescue", 0.0),
    )


def attempt(seed: int) -> Outcome | str:
    """The outcome, or what went wrong: a crash is one failure of many."""
    try:
        return run(seed)
    except Exception as error:
        return f"{type(error).__name__}: {error} {draw(seed)}"


@click.command()
@click.option("--problems", default=300, show_default=True)
@click.option("--first", default=0, show_default=True, help="First seed.")
@click.option("--jobs", default=2, show_default=True)
def main(problems: int, first: int, jobs: int) -> None:
    """Compare random paths; exit 1 if one differs."""
    with Pool(jobs) as pool:
        attempts = pool.map(attempt, range(first, first + problems), chunksize=4)
    outcomes = [outcome for outcome in attempts if isinstance(outcome, Outcome)]
    failed = [outcome for outcome in attempts if isinstance(outcome, str)]
    failed += [f"{'; '.join(found)}: {outcome.text}" for outcome in outcomes if (found := outcome.failures())]
    print(*failed, sep="\n", end="\n" if failed else "")
    if not outcomes:
        sys.exit(1)
    gaps = np.array([outcome.gap for outcome in outcomes])
    print(
        f"{problems - len(failed)} of {problems} paths agree to {AGREEMENT:g}, "
        f"{sum(outcome.method == 'LARS' for outcome in outcomes)} with LARS, the rest with descent; "
        f"largest excess {max(outcome.excess for outcome in outcomes):.1e}; "
        f"coefficients within {max(outcome.distance for outcome in outcomes):.1e} "
        f"at {sum(outcome.n_compared for outcome in outcomes)} alphas; "
        f"worst gap {gaps.max():.1e}, gap <= 1e-12 in {(gaps <= 1e-12).sum()}; "
        f"{sum(outcome.seconds_rescued > 0 for outcome in outcomes)} used the generic solver; "
        f"the peer's objective was higher than ours by more than {AGREEMENT:g} in "
        f"{sum(outcome.shortfall > AGREEMENT for outcome in outcomes)}"
    )
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
