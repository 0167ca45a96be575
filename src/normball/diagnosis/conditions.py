"""Conditions under which L1 finds the right features, evaluated on a fitted support.

With Sigma the correlations (weighted by the loss's curvature at the fit), S the support and
sign its signs, the *irrepresentable condition* asks that for every column j

    |Sigma_jR Sigma_RR^-1 sign_R| < 1,    R = S without j.

A column outside that exceeds 1 enters sooner or later although it is not needed; a column
inside that exceeds 1 would have entered even if it had no effect, so its choice proves
nothing. *Restricted eigenvalue*: how far the correlations of s columns are from singular; it
lies between 1 - 7 s mu (mu the coherence) and the least eigenvalue of Sigma_SS.
*Coherence*: any s < (1 + 1 / mu) / 2 features are found without noise, whichever they are.
*False selections*: a column of pure noise is pulled by a normal force, so p of them give
sum_j 2 Phi(-alpha / sd) entries on average.

Sources: Zhao, Yu, "On model selection consistency of Lasso", JMLR 7 (2006); Lee, Sun,
Taylor, "On model selection consistency of regularized M-estimators", EJS 9 (2015), for
other losses; Bickel, Ritov, Tsybakov, "Simultaneous analysis of Lasso and Dantzig
selector", Annals of Statistics 37 (2009), lemma 4.1 and assumption RE(s, 3); Donoho, Elad,
"Optimally sparse representation in general dictionaries", PNAS 100 (2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ..solution import Solution
from ..typing import Floats
from .correlations import Correlations


@dataclass(frozen=True, eq=False)
class Conditions:
    """Numbers behind the findings.

    Attributes
    ----------
    irrepresentable : (m,) left side of the condition for each column looked at; < 1 is good.
    eigenvalue_bounds : (low, high) of the restricted eigenvalue; low = 0 says nothing.
    guaranteed : int, non-zeros that the coherence alone guarantees to be found.
    false_selections : float, columns of pure noise that this alpha would let in on average.
    noise : float, deviation of the residual pulls (for squared error, of the noise).
    """

    irrepresentable: Floats
    eigenvalue_bounds: tuple[float, float]
    guaranteed: int
    false_selections: float
    noise: float


def evaluate(solution: Solution, correlations: Correlations) -> Conditions:
    """Conditions at a solution whose prices are the columns' deviations."""
    s, mu = len(solution.support), correlations.coherence
    guaranteed = len(solution.coef) if mu == 0 else int(np.ceil((1 + 1 / mu) / 2 - 1e-12)) - 1
    noise = _noise(solution)
    n, p = solution.problem.n_samples, solution.problem.n_features
    entries = (p - s) * 2 * float(ndtr(-solution.alpha * np.sqrt(n) / noise)) if noise > 0 else 0.0
    support = correlations.at(solution.support)
    high = 1.0
    if s:
        high = max(float(np.linalg.eigvalsh(support.T @ support)[0]), 0.0)
    if s > 1:
        high = min(high, 1 - mu)
    return Conditions(
        irrepresentable=_irrepresentable(solution, correlations),
        eigenvalue_bounds=(max(1 - 7 * max(s, 1) * mu, 0.0), high),
        guaranteed=guaranteed,
        false_selections=entries,
        noise=noise,
    )


def _noise(solution: Solution) -> float:
    """Root mean square of the residual pulls, for the degrees of freedom that are left."""
    problem = solution.problem
    instance = problem.instance
    pulls = instance.gradient(solution.predictor) / instance.sample_weight
    left = max(problem.n_samples - len(solution.support) - problem.fit_intercept, 1)
    return float(np.sqrt(instance.sample_weight @ pulls**2 * problem.n_samples / left))


def _irrepresentable(solution: Solution, correlations: Correlations) -> Floats:
    """(m,) |Sigma_jR Sigma_RR^-1 sign_R| of each column looked at, R the support without it."""
    support = solution.support
    if not len(support):
        return np.zeros(len(correlations.looked_at))
    instance = solution.problem.instance
    curvature = np.sqrt(instance.curvature(solution.predictor) / instance.sample_weight)[:, None]
    columns = curvature * correlations.columns
    if solution.problem.fit_intercept:
        # the intercept takes the weighted mean out of every column
        constant = curvature[:, 0] * np.sqrt(instance.sample_weight)
        columns -= np.outer(constant, constant @ columns) / (constant @ constant)
    places = np.searchsorted(correlations.looked_at, support)
    sign = np.sign(solution.coef[support])
    inverse = np.linalg.pinv(columns[:, places].T @ columns[:, places], rcond=1e-10, hermitian=True)
    value = np.abs((inverse @ sign) @ (columns[:, places].T @ columns))
    # for j in the support: Sigma_jR Sigma_RR^-1 = -inverse_jR / inverse_jj
    own = np.diag(inverse)
    rest = np.abs(inverse @ sign - own * sign)
    value[places] = np.divide(rest, own, out=np.zeros(len(own)), where=own > 0)
    return np.asarray(value)
