"""Random paths against scikit-learn's LARS and coordinate descent, each run to 1e-12.

    python benchmarks/random_paths.py --problems 300

Every problem draws its size, correlation, grid and switches from its own seed. Compared are
objective values, relative to the loss at w = 0; the worst gap is our own certificate's.
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


def peer_coefs(case: RandomPath, alphas: np.ndarray, start: np.ndarray) -> np.ndarray:
    """(k, p) by LARS where it gets to the end of the path, else by coordinate descent; in whitened scale."""
    X, y, _ = whitened(case)
    if case.l1_ratio == 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            knots, _, coefs = lars_path(X, y, method="lasso", positive=case.positive, alpha_min=0.5 * alphas[-1])
        if knots[-1] <= alphas[-1] and (np.diff(knots) <= 0).all():
            return np.array([[np.interp(-a, -knots, row) for row in coefs] for a in alphas])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array(
            [
                enet_path(
                    X, y, l1_ratio=case.l1_ratio, alphas=[a], coef_init=w, positive=case.positive,
                    tol=1e-14, max_iter=20_000,
                )[1][:, 0]
                for a, w in zip(alphas, start, strict=True)
            ]
        )  # fmt: skip


def objective(case: RandomPath, alphas: np.ndarray, coefs: np.ndarray) -> np.ndarray:
    X, y, _ = whitened(case)
    residual = y - coefs @ X.T
    penalty = case.l1_ratio * np.abs(coefs).sum(axis=1) + (1 - case.l1_ratio) * 0.5 * (coefs**2).sum(axis=1)
    return 0.5 * (residual**2).mean(axis=1) + alphas * penalty


@dataclass(frozen=True)
class Outcome:
    """excess: how far our objective lies above the peer's, at most, relative to the loss at w = 0."""

    text: str
    excess: float
    shortfall: float
    gap: float
    n_rescued: float


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
    path = problem.path(n_alphas=case.n_alphas, eps=case.eps, tol=1e-9)
    _, y, prices = whitened(case)
    ours = path.coefs * prices
    scale = 0.5 * float((y**2).mean())
    difference = objective(case, path.alphas, ours) - objective(
        case, path.alphas, peer_coefs(case, path.alphas, ours)
    )
    return Outcome(
        str(case),
        float(difference.max()) / scale,
        float(-difference.min()) / scale,
        float(path.gaps.max()),
        path.profile.get("rescue", 0.0),
    )


@click.command()
@click.option("--problems", default=300, show_default=True)
@click.option("--first", default=0, show_default=True, help="First seed.")
@click.option("--jobs", default=2, show_default=True)
def main(problems: int, first: int, jobs: int) -> None:
    """Compare random paths; exit 1 if one differs."""
    with Pool(jobs) as pool:
        outcomes = pool.map(run, range(first, first + problems), chunksize=4)
    failed = [outcome for outcome in outcomes if outcome.excess > AGREEMENT or outcome.gap > 1e-9]
    for outcome in failed:
        print(f"differs by {outcome.excess:.1e}, gap {outcome.gap:.1e}: {outcome.text}")
    gaps = np.array([outcome.gap for outcome in outcomes])
    print(
        f"{problems - len(failed)} of {problems} paths agree to {AGREEMENT:g}; "
        f"worst gap {gaps.max():.1e}, gap <= 1e-12 in {100 * (gaps <= 1e-12).mean():.1f} %; "
        f"{sum(outcome.n_rescued > 0 for outcome in outcomes)} used the generic solver; "
        f"the peer's objective was higher than ours by more than {AGREEMENT:g} in "
        f"{sum(outcome.shortfall > AGREEMENT for outcome in outcomes)}"
    )
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
