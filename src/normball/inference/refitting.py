"""Less shrinkage for what was chosen: relaxed, refitted and adaptive solutions.

L1 shrinks what it keeps. `relaxed` solves again among the chosen features with the price
alpha * phi (Meinshausen, "Relaxed lasso", Computational Statistics and Data Analysis 52,
2007); at phi = 0 that is the plain fit on the support. `adaptive` gives each feature the
price 1 / |w_j|^gamma of a first estimate (Zou, "The adaptive lasso and its oracle
properties", JASA 101, 2006). Both are L1 problems with weights: infinite keeps a feature out.
"""

from __future__ import annotations

import numpy as np

from ..answers.solution import Solution
from ..inputs.tables import read_vector
from ..norms import L1
from ..parameters import read_positive
from ..problem import Problem
from ..typing import ArrayLike


def relaxed(solution: Solution, phi: float = 0.0, tol: float = 1e-8) -> Solution:
    """The L1 solution among the features of `solution`'s support, at the price alpha * phi.

    Parameters
    ----------
    solution : Solution
        Of any norm for phi = 0 (the fit without a price on its support), else of L1.
    phi : float, 0 to 1, default 0
        Share of the price that is kept; 1 gives the solution itself.
    tol : float, default 1e-8

    Returns
    -------
    Solution
        Of a problem with the same data, with its own certificate.

    Raises
    ------
    ValueError
        phi out of range, or phi > 0 with another norm.
    """
    if isinstance(phi, bool) or not isinstance(phi, (int, float)) or not 0 <= phi <= 1:
        raise ValueError(f"phi must lie between 0 and 1, got {phi!r}.")
    problem = solution.problem
    norm, p = problem.norm, problem.n_features
    if phi > 0 and not isinstance(norm, L1):
        raise ValueError(f"relaxed with phi > 0 needs the L1 norm, got {norm!r}; use phi=0.")
    prices = norm.prices(p) if isinstance(norm, L1) else np.ones(p)
    kept = (solution.coef != 0) | (prices == 0)
    chosen = L1(np.where(kept, prices, np.inf), positive=norm.is_one_sided)
    return problem.with_norm(chosen).solve(alpha=phi * solution.alpha, tol=tol)


def adaptive(problem: Problem, initial: ArrayLike | None = None, gamma: float = 1.0) -> Problem:
    """The problem with L1 weights 1 / |initial_j|^gamma; a feature of initial 0 stays out.

    Parameters
    ----------
    problem : Problem
        Its norm is replaced; the weights of L1 (0 and inf included) are multiplied.
    initial : (p,) array, optional
        Default: the fit without a price where n > p, else ridge at a price of 1 % of the
        mean variance of the columns.
    gamma : float > 0, default 1

    Returns
    -------
    Problem

    Raises
    ------
    TypeError, ValueError
        initial of another length, all zero or not finite; gamma not > 0.
    """
    power, p = read_positive(gamma, "gamma"), problem.n_features
    if initial is None:
        ridge = problem.with_norm("squared_l2")
        variance = float((problem.instance.moments[1] ** 2).mean())
        first = ridge.solve(alpha=0.0 if problem.n_samples > p + 1 else 0.01 * variance).coef
    else:
        first = read_vector(initial, "initial", p, "feature")
    if not first.any():
        raise ValueError("initial must not be zero everywhere: no feature could enter.")
    size = np.abs(first) / np.abs(first).max()
    with np.errstate(divide="ignore", over="ignore"):
        weights = size**-power
    if isinstance(problem.norm, L1):
        prices = problem.norm.prices(p)
        weights = np.multiply(prices, weights, out=np.zeros(p), where=prices > 0)
    return problem.with_norm(L1(weights, positive=problem.norm.is_one_sided))
