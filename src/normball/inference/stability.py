"""Stability selection: features that halves of the rows choose again and again.

Rows are split B times into two complementary halves (Shah, Samworth 2013); on each half the
first q features to enter the path are chosen. A feature is stable if its share among the 2 B
choices reaches a cutoff; `stability_bounds` bounds the expected number of false ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..parameters import read_count, read_seed
from ..problem import Problem
from ..progress import Progress
from ..typing import Floats, Indices
from .results import FeatureResults
from .stability_bounds import concave_bound, pointwise_bound
from .workers import each


@dataclass(frozen=True, eq=False, repr=False)
class Stability(FeatureResults):
    """What `stability_selection` found; prints as a table of the stable features.

    Attributes
    ----------
    features : (k,) positions of the stable features, by falling share.
    feature_names : tuple of their k names.
    shares : (p,) in how many of the choices each feature was, 0 to 1.
    cutoff : float, the share from which a feature is stable.
    q : float, mean number of features chosen on a half.
    n_pairs : int
    """

    features: Indices
    feature_names: tuple[str, ...]
    shares: Floats
    cutoff: float
    q: float
    n_pairs: int

    @property
    def pointwise_bound(self) -> float:
        """Bound of Meinshausen and Buehlmann on the expected number of false choices."""
        return pointwise_bound(self.q, len(self.shares), self.cutoff)

    @property
    def concave_bound(self) -> float:
        """Bound of Shah and Samworth (r-concave) on the expected number of weak choices."""
        return concave_bound(self.q, len(self.shares), self.cutoff, self.n_pairs)

    @property
    def columns(self) -> dict[str, Floats]:
        """What the table shows, by heading."""
        return {"share": self.shares[self.features]}

    @property
    def note(self) -> str:
        return (
            f"{len(self.features)} of {len(self.shares)} features are in {100 * self.cutoff:g} % or more of "
            f"{2 * self.n_pairs} choices of {self.q:.3g}; false ones expected: at most "
            f"{self.concave_bound:.2g} (Shah and Samworth), {self.pointwise_bound:.2g} "
            "(Meinshausen and Buehlmann)."
        )


def stability_selection(
    problem: Problem,
    q: int | None = None,
    cutoff: float = 0.75,
    *,
    n_pairs: int = 50,
    n_alphas: int = 100,
    eps: float = 1e-2,
    n_jobs: int | None = None,
    seed: int = 0,
    verbose: bool | None = None,
) -> Stability:
    """Choose the features that halves of the rows keep choosing.

    Parameters
    ----------
    problem : Problem
        Any loss, and a norm that makes zeros.
    q : int, optional
        Features chosen on each half. Default sqrt(0.8 p), at least 1: with it the bound of
        Meinshausen and Buehlmann is about 0.8 / (2 cutoff - 1).
    cutoff : float, 0 < cutoff <= 1, default 0.75
    n_pairs : int, default 50
        B, splits into two halves.
    n_alphas, eps : as `Problem.path`, how finely the path tells who enters first.
    n_jobs : int, optional
        Workers of joblib (-1: all processors), or those of the backend that surrounds the
        call. Default: no joblib. The result is the same.
    seed : int, default 0
    verbose : bool, optional
        Progress bar; default: after two seconds, where someone is watching.

    Returns
    -------
    Stability

    Raises
    ------
    ValueError
        A norm that makes no zeros, fewer than 4 rows, a parameter out of range, or a half
        with one class only.
    """
    if not isinstance(problem, Problem) or not problem.norm.makes_zeros:
        given = problem.norm if isinstance(problem, Problem) else problem
        raise ValueError(f"problem must be a Problem whose norm makes zeros, such as L1, got {given!r}.")
    n, p = problem.n_samples, problem.n_features
    if n < 4:
        raise ValueError(f"stability selection halves the rows and needs 4 or more, got {n}.")
    size = max(1, int(np.sqrt(0.8 * p))) if q is None else read_count(q, "q")
    if size > p:
        raise ValueError(f"q must not exceed the number of features {p}, got {q!r}.")
    if isinstance(cutoff, bool) or not isinstance(cutoff, (int, float)) or not 0 < cutoff <= 1:
        raise ValueError(f"cutoff must lie between 0 and 1, got {cutoff!r}.")
    pairs, rng = read_count(n_pairs, "n_pairs"), read_seed(seed)
    halves = []
    for _ in range(pairs):
        order = rng.permutation(n)
        halves += [np.sort(order[: n // 2]), np.sort(order[n // 2 : 2 * (n // 2)])]

    with Progress(2 * pairs, "stability selection", verbose) as progress:
        counts, total = np.zeros(p), 0
        tasks = [(problem, rows, size, n_alphas, eps) for rows in halves]
        for chosen in each(_chosen, tasks, n_jobs, progress):
            counts[chosen] += 1
            total += len(chosen)
    shares = counts / (2 * pairs)
    stable = np.flatnonzero(shares >= cutoff - 1e-12)
    stable = stable[np.argsort(-shares[stable], kind="stable")]
    names = tuple(problem.feature_names[j] for j in stable)
    return Stability(stable, names, shares, float(cutoff), total / (2 * pairs), pairs)


def _chosen(problem: Problem, rows: Indices, q: int, n_alphas: int, eps: float) -> Indices:
    return first_to_enter(problem.rows(rows), q, n_alphas, eps)


def first_to_enter(problem: Problem, q: int, n_alphas: int, eps: float) -> Indices:
    """The q features (fewer if fewer enter) that enter the path first, the larger of equals."""
    path = problem.path(n_alphas=n_alphas, eps=eps, verbose=False)
    return np.array([feature for feature, _ in path.entries()[:q]], dtype=np.intp)
