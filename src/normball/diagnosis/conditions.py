"""Conditions under which L1 finds the right features, evaluated on a fitted support.

With Sigma the correlations (weighted by the loss's curvature at the fit), S the support and
sign its signs, the *irrepresentable condition* asks that for every column j

    |Sigma_jR Sigma_RR^-1 sign_R| < 1,    R = S without j.

A column outside that exceeds 1 enters sooner or later although it is not needed; a column
inside that exceeds 1 would have entered even if it had no effect, so its choice proves
nothing. *Restricted eigenvalue*: how far the correlations of s columns are from singular; it
lies between 1 - 7 s mu (mu the coherence) and the least eigenvalue of Sigma_SS.
*Coherence*: any s < (1 + 1 / mu) / 2 features are found without noise, whichever they are.
*False selections*: see `chance`.

A loss whose curvature is zero at every row (quantiles) carries no information on the weights of
rows; they then count as they do in the data.

Sources: Zhao, Yu, "On model selection consistency of Lasso", JMLR 7 (2006); Lee, Sun,
Taylor, "On model selection consistency of regularized M-estimators", EJS 9 (2015), for
other losses; Bickel, Ritov, Tsybakov, "Simultaneous analysis of Lasso and Dantzig
selector", Annals of Statistics 37 (2009), lemma 4.1 and assumption RE(s, 3); Donoho, Elad,
"Optimally sparse representation in general dictionaries", PNAS 100 (2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..answers.solution import Solution
from ..typing import Floats
from .chance import kept_by_chance, noise_of
from .correlations import Correlations


@dataclass(frozen=True, eq=False)
class Conditions:
    """Numbers behind the findings.

    Attributes
    ----------
    irrepresentable : (m,) left side of the condition for each column looked at; < 1 is good.
    kept_eigenvalue : float, the least of the correlations among the columns kept; 1 without any.
    eigenvalue_bounds : (low, high) of the restricted eigenvalue; low = 0 is no bound.
    guaranteed : int, non-zeros that the coherence alone guarantees to be found.
    false_selections : float, columns that this alpha would keep by chance, were none related to y.
    noise : float, root mean square of the residual pulls (for squared error, of the residuals).
    """

    irrepresentable: Floats
    kept_eigenvalue: float
    eigenvalue_bounds: tuple[float, float]
    guaranteed: int
    false_selections: float
    noise: float


def evaluate(solution: Solution, correlations: Correlations) -> Conditions:
    """Conditions at a solution whose prices are the columns' deviations."""
    s, mu = len(solution.support), correlations.coherence
    guaranteed = len(solution.coef) if mu == 0 else int(np.ceil((1 + 1 / mu) / 2 - 1e-12)) - 1
    support = correlations.at(solution.support)
    own = max(float(np.linalg.eigvalsh(support.T @ support)[0]), 0.0) if s else 1.0
    high = min(own, 1 - mu) if s > 1 else 1.0
    return Conditions(
        irrepresentable=_irrepresentable(solution, correlations),
        kept_eigenvalue=own,
        eigenvalue_bounds=(max(1 - 7 * s * mu, 0.0) if s > 1 else high, high),
        guaranteed=guaranteed,
        false_selections=kept_by_chance(solution),
        noise=noise_of(solution),
    )


def _irrepresentable(solution: Solution, correlations: Correlations) -> Floats:
    """(m,) |Sigma_jR Sigma_RR^-1 sign_R| of each column looked at, R the support without it."""
    support = solution.support
    if not len(support):
        return np.zeros(len(correlations.looked_at))
    instance = solution.problem.instance
    weight = instance.curvature(solution.predictor)
    curvature = np.sqrt((weight if weight.any() else instance.sample_weight) / instance.sample_weight)[
        :, None
    ]
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
