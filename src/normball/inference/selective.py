"""p-values and intervals for the features that the lasso chose, honest about the choice.

The model is y ~ normal(mu, sigma^2 / (n v_i)) with fixed X and v the sample weights (sum
1), so sigma is the deviation of a row of average weight. The target of a chosen feature j
is its coefficient in the best linear approximation of mu on the chosen columns A (all
those with w_j != 0, and the intercept and unpenalised features):

    beta_A = G^-1 A'V mu,    G = A'VA,   V = diag(v).

Least squares on A estimates it by t_A = G^-1 A'V y, with variance (sigma^2 / n) G^-1. The
lasso at a fixed alpha is w_A = t_A - alpha G^-1 g with g the signed prices. It chooses A
with these signs exactly if sign(w_A) is as seen and the pulls on the zeros stay within
their prices; the pulls depend on the residual of y from A alone, which is independent of
t_A. What remains of the event, along the direction in which t_j is free (all else that is
independent of t_j held fixed), is that each w_k keeps its sign, and w_k moves by
h_k = (G^-1)_kj / (G^-1)_jj for each unit of t_j:

    t_j  in  [max over h_k s_k > 0 of t_j - w_k / h_k,  min over h_k s_k < 0 of the same].

Given the choice, t_j is therefore normal cut to that interval. This is the polyhedral
lemma (Lee, Sun, Sun, Taylor, "Exact post-selection inference, with application to the
lasso", Annals of Statistics 44, 2016, theorem 5.2) for the event of their section 4,
with the inverse of G written out; O(n k^2) for k chosen features.

Likelihoods (logistic, Poisson, Cox). Let t_A be the estimate of maximum likelihood on the
chosen columns, and H the Hessian of the mean loss in their coefficients there, so that n H
is their information. To first order

    t_A = w_A - H^-1 grad_A f(w) = w_A + alpha H^-1 g      and      t_A ~ normal(beta_A, H^-1 / n),

which is the event above with H for G and sigma = 1. Under the model on A the pulls on the
zeros are asymptotically independent of t_A, as in least squares. The interval holds as n
grows with the number of features fixed, for a price alpha of order 1 / sqrt n, for the
coefficients of the model on A. Where A misses a feature that matters, these are those of
the model nearest in divergence, and the information is only near the inverse variance.
Source: Taylor, Tibshirani, "Post-selection inference for l1-penalized likelihood models",
Canadian Journal of Statistics 46, 2018, sections 2 to 4; they take for t_A the first of
Newton's steps from w to the estimate, which has the same limit. Newton's method is ended
here, because H at the shrunken w is too large for strong effects: in simulations of 500
rows the intervals of one step covered 88 %, those of the estimate itself 90 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..answers.solution import Solution
from ..typing import Floats, Indices
from .choice import read_choice, rooms
from .fixed_alpha import check_fixed_alpha
from .noise import read_noise
from .results import FeatureResults
from .truncated_normal import interval, two_sided


@dataclass(frozen=True, eq=False, repr=False)
class Selective(FeatureResults):
    """What `selective` found, a row for each chosen penalised feature; prints as a table.

    Attributes
    ----------
    features : (k,) positions of the chosen features.
    feature_names : tuple of their k names.
    coefs : (k,) coefficients of the lasso.
    estimates : (k,) on the chosen features without a price: least squares, or maximum likelihood.
    standard_errors : (k,) of the estimates, as if nothing had been chosen.
    lower, upper : (k,) interval at `level`; may be infinite.
    p_values : (k,) two-sided, of the coefficient among the chosen features being 0.
    cut_low, cut_high : (k,) where the choice cuts the normal distribution of the estimate.
    sigma : float, deviation of the noise; 1 for likelihoods, whose noise follows from the mean.
    sigma_source : str, how it was come by.
    level : float
    method : str, how the estimates were made.
    ratio_name : str, what exp(coefficient) is called, as "odds ratio"; "" where it is nothing.
    """

    features: Indices
    feature_names: tuple[str, ...]
    coefs: Floats
    estimates: Floats
    standard_errors: Floats
    lower: Floats
    upper: Floats
    p_values: Floats
    cut_low: Floats
    cut_high: Floats
    sigma: float
    sigma_source: str
    level: float
    method: str = "least squares"
    ratio_name: str = ""

    @property
    def ratios(self) -> tuple[Floats, Floats, Floats]:
        """exp of the estimates and of both ends of their intervals, (k,) each: odds, rate or hazard ratios.

        For one more unit of the feature. Of squared error these are no ratios of anything.
        """
        with np.errstate(over="ignore"):
            return np.exp(self.estimates), np.exp(self.lower), np.exp(self.upper)

    @property
    def columns(self) -> dict[str, Floats]:
        """What the table shows, by heading."""
        share = f"{100 * self.level:g} %"
        table = {
            "lasso": self.coefs,
            self.method: self.estimates,
            f"{share} from": self.lower,
            f"{share} to": self.upper,
            "p-value": self.p_values,
        }
        if self.ratio_name:
            table |= dict(zip((self.ratio_name, "ratio from", "ratio to"), self.ratios, strict=True))
        return table

    @property
    def note(self) -> str:
        noise = f"noise of deviation {self.sigma:.6g} ({self.sigma_source})"
        return (
            f"{len(self.features)} chosen features; {self.sigma_source if self.ratio_name else noise}. "
            "Each row is about the coefficient among the chosen features, given that they were chosen."
        )


def selective(solution: Solution, sigma: float | None = None, level: float = 0.9) -> Selective:
    """Selective p-values and intervals for the lasso at a fixed alpha.

    Parameters
    ----------
    solution : Solution
        Of squared error, logistic, Poisson or Cox and L1 in the penalty form. alpha must not
        have been chosen by looking at y (a share of `alpha_max` or cross-validation looks), or the guarantee
        holds only approximately.
    sigma : float > 0, optional
        Standard deviation of the noise, for squared error. Default: estimated from the residuals of least
        squares on all features if there are more rows than columns, else from those of the
        lasso itself, divided by n minus the number of chosen features (Reid, Tibshirani,
        Friedman, Statistica Sinica 26, 2016); `sigma_source` says which.
    level : float, 0 < level < 1, default 0.9
        Coverage of the intervals.

    Returns
    -------
    Selective

    Raises
    ------
    TypeError, ValueError
        Another loss, norm or form, alpha 0, dependent chosen columns, a solution too
        loose for its signs to be sure, or a noise that cannot be estimated.
    """
    check_fixed_alpha(solution, level, "selective", True, "stability_selection takes any")
    event = read_choice(solution)
    given = read_noise(solution, event.root.shape[0], sigma)
    inverse = event.root @ event.root.T
    deviations = given[0] * np.sqrt(np.diag(inverse) / solution.problem.n_samples)
    rows = []
    for j in event.tested:
        t, deviation = float(event.estimates[j]), float(deviations[j])
        below, above = rooms(event, inverse[:, j] / inverse[j, j])
        cut = (t, deviation, below, above)
        rows.append((t - below, t + above, *interval(*cut, level), two_sided(*cut)))
    low, high, lower, upper, p_values = np.array(rows).reshape(-1, 5).T
    features = event.features[event.tested - event.n_before]
    names = tuple(solution.feature_names[j] for j in features)
    coefs, estimates = event.coefs[event.tested], event.estimates[event.tested]
    quadratic = solution.problem.loss.is_quadratic
    labels = ("least squares", "") if quadratic else ("likelihood", solution.problem.loss.ratio_name)
    return Selective(
        features, names, coefs, estimates, deviations[event.tested], lower, upper, p_values, low, high,
        *given, float(level), *labels,
    )  # fmt: skip
