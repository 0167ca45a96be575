"""Intervals for every coefficient, chosen or not: the lasso with its bias taken off.

Let w be the lasso at alpha, grad f (n,) the gradient of the mean loss in eta there, and W =
diag(second derivatives of the mean loss in eta), which is V, the sample weights, for squared error.
For feature j regress its column on all others by a lasso with weights W and the price lambda,

    gamma = argmin  (1/2) |x_j - c - X_-j gamma|_W^2 / |W|  +  lambda e_j sum_k d_k |gamma_k|,

with d the deviations of the columns under W and e_j that of what is left, z_j = x_j - c - X_-j gamma
(the scaled lasso of Sun, Zhang, Biometrika 99, 2012: solved with e_j = d_j and then twice with the e_j
found; a price in units of d_j would leave too much bias among columns that resemble each other). Then

    b_j = w_j - z_j' grad f / (z_j' W x_j)

solves the score equation of feature j along z_j. To first order grad f = W X (w - w0) + noise, with
w0 the truth, so that

    b_j - w0_j  =  - z_j' noise / (z_j' W x_j)  -  sum over k != j of  (z_j' W x_k / z_j' W x_j) (w_k - w0_k).

The noise has the variance sigma^2 W / n (sigma = 1 for likelihoods), so the first term is normal with

    standard error of b_j  =  sigma sqrt( z_j' W z_j / n ) / |z_j' W x_j|.

The second is the bias: the lasso of the columns holds |z_j' W x_k| <= lambda |W| e_j d_k for every k != j,
so it is at most `bias_factor` times sum_k d_k |w_k - w0_k|, bias_factor = lambda |W| e_j / (z_j' W x_j).
It vanishes beside the standard error where the number of true effects is small beside sqrt(n) / log p.
lambda trades the two: a small one takes off more bias at the price of a wider interval; 0, where there
are more rows than columns, gives the estimate without a price.

Source: van de Geer, Buehlmann, Ritov, Dezeure, "On asymptotically optimal confidence regions and tests
for high-dimensional models", Annals of Statistics 42, 2014, sections 2 and 3 (their row of Theta is
(1, -gamma) / tau^2 with tau^2 = z_j' W x_j); Zhang, Zhang, JRSS B 76, 2014, in which z_j is the
relaxed projection. One lasso on n rows for each feature asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm as normal

from ..answers.solution import Solution
from ..norms import L1
from ..problem import Problem
from ..typing import Floats, Indices
from .fixed_alpha import check_fixed_alpha
from .noise import read_noise
from .results import FeatureResults

ROUNDS = 3
"""Solutions of each column's lasso, each with the deviation of what the one before left."""


@dataclass(frozen=True, eq=False, repr=False)
class Debiased(FeatureResults):
    """What `debiased` found, a row for each feature asked for; prints as a table.

    Attributes
    ----------
    features : (k,) positions of the features.
    feature_names : tuple of their k names.
    coefs : (k,) coefficients of the lasso.
    estimates : (k,) with the bias taken off.
    standard_errors : (k,)
    lower, upper : (k,) interval at `level`.
    p_values : (k,) two-sided, of the coefficient among all features being 0.
    bias_factors : (k,) largest bias that is left, for each unit of sum_k d_k |w_k - w0_k|.
    sigma : float, deviation of the noise; 1 for likelihoods, whose noise follows from the mean.
    sigma_source : str, how it was come by.
    level : float
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
    bias_factors: Floats
    sigma: float
    sigma_source: str
    level: float
    ratio_name: str = ""

    @property
    def ratios(self) -> tuple[Floats, Floats, Floats]:
        """exp of the estimates and of both ends of their intervals, (k,) each: odds or rate ratios."""
        with np.errstate(over="ignore"):
            return np.exp(self.estimates), np.exp(self.lower), np.exp(self.upper)

    @property
    def columns(self) -> dict[str, Floats]:
        """What the table shows, by heading."""
        share = f"{100 * self.level:g} %"
        table = {
            "lasso": self.coefs,
            "debiased": self.estimates,
            "standard error": self.standard_errors,
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
            f"{len(self.features)} features; {self.sigma_source if self.ratio_name else noise}. "
            "Each row is about the coefficient among all features, chosen or not, one row at a time."
        )


def debiased(
    solution: Solution,
    features: Iterable[int | str] | None = None,
    sigma: float | None = None,
    level: float = 0.9,
    nodewise_alpha: float | None = None,
    tol: float = 1e-6,
) -> Debiased:
    """Debiased lasso estimates with intervals and p-values, for any feature, chosen or not.

    Parameters
    ----------
    solution : Solution
        Of squared error, logistic or Poisson with L1 in the penalty form. About
        alpha = sigma sqrt(2 log(p) / n) for standardised columns is what the theory asks for.
    features : iterable of int or str, optional
        Positions or names. Default: all that carry a price.
    sigma : float > 0, optional
        Standard deviation of the noise, for squared error. Default: estimated as `selective` does.
    level : float, 0 < level < 1, default 0.9
        Coverage of each interval by itself.
    nodewise_alpha : float >= 0, optional
        lambda above, a correlation: the largest that is left between another column and what is left of
        column j. Default sqrt(log(p) / n) / 4.
    tol : float > 0, default 1e-6
        Relative duality gap of the lassos of the columns.

    Returns
    -------
    Debiased

    Raises
    ------
    TypeError, ValueError
        Another loss, norm or form, a feature without a price or unknown, a column that is constant
        or fitted by the others to rounding, a noise that cannot be estimated.

    Notes
    -----
    Holds as n grows with few true effects; a feature of the truth outside the table, or a strong
    dependence of the columns with few rows, is not covered. One lasso for each feature.
    """
    others = "selective takes Cox, stability_selection any"
    check_fixed_alpha(solution, level, "debiased", False, others)
    problem = solution.problem
    n, p = problem.n_samples, problem.n_features
    price = 0.25 * np.sqrt(np.log(max(p, 2)) / n) if nodewise_alpha is None else _read_price(nodewise_alpha)
    asked = _read_features(solution, features)
    n_chosen = len(solution.support) + int(problem.fit_intercept)
    deviation, source = read_noise(solution, n_chosen, sigma)
    rows = np.array([_row(solution, j, float(price), tol) for j in asked]).reshape(-1, 3)
    estimates, errors, factors = rows[:, 0], deviation * rows[:, 1], rows[:, 2]
    half = normal.ppf(0.5 + level / 2) * errors
    p_values = 2 * normal.sf(np.abs(estimates) / errors)
    names = tuple(solution.feature_names[j] for j in asked)
    ratio = "" if problem.loss.is_quadratic else problem.loss.ratio_name
    return Debiased(
        asked, names, solution.coef[asked], estimates, errors, estimates - half, estimates + half, p_values,
        factors, deviation, source, float(level), ratio,
    )  # fmt: skip


def _read_price(nodewise_alpha: float) -> float:
    is_number = isinstance(nodewise_alpha, (int, float, np.number)) and not isinstance(nodewise_alpha, bool)
    if not is_number or not 0 <= nodewise_alpha < 1:
        raise ValueError(
            f"nodewise_alpha must be a number from 0 to below 1, a correlation, got {nodewise_alpha!r}."
        )
    return float(nodewise_alpha)


def _read_features(solution: Solution, features: Iterable[int | str] | None) -> Indices:
    problem = solution.problem
    free = problem.instance.unpenalised
    if features is None:
        return np.flatnonzero(~free)
    if isinstance(features, (str, int)):
        features = [features]
    asked = np.array([problem.feature_position(feature) for feature in features], dtype=np.intp)
    if free[asked].any():
        raise ValueError(
            f"features must carry a price, got {problem.feature_names[asked[free[asked].argmax()]]!r}, which "
            "has none and needs no debiasing."
        )
    return asked


def _row(solution: Solution, j: int, price: float, tol: float) -> tuple[float, float, float]:
    """b_j, its standard error for noise of deviation 1, and the bias factor."""
    problem, instance = solution.problem, solution.problem.instance
    predictor = instance.predictor(solution.coef, solution.intercept)
    curvature = instance.curvature(predictor)
    total = float(curvature.sum())
    column = problem.design.columns(np.array([j]))[:, 0]
    left, spread, unit = _left_over(problem, curvature, column, j, price, tol)
    along = float(left @ (curvature * column))
    squares = float(left @ (curvature * left))
    rounding = 1e-13 * float(np.abs(column).max())
    if not squares > total * max(1e-8 * spread, rounding) ** 2:
        raise ValueError(
            f"feature {problem.feature_names[j]!r} is constant or a combination of the others, so that its "
            "coefficient is not defined; drop it or take a larger nodewise_alpha."
        )
    estimate = solution.coef[j] - float(left @ instance.gradient(predictor)) / along
    error = np.sqrt(squares / problem.n_samples) / abs(along)
    return float(estimate), float(error), price * total * unit / abs(along)


def _left_over(
    problem: Problem, curvature: Floats, column: Floats, j: int, price: float, tol: float
) -> tuple[Floats, float, float]:
    """z_j (n,), d_j, and the e_j of its price."""
    total = curvature.sum()
    mean = curvature @ column / total if problem.fit_intercept else 0.0
    spread = float(np.sqrt(curvature @ (column - mean) ** 2 / total))
    others = np.delete(np.arange(problem.n_features), j)
    if not len(others) or spread == 0:
        return column - mean, spread, spread
    X = problem.design.columns(others)
    means = curvature @ X / total if problem.fit_intercept else np.zeros(len(others))
    spreads = np.sqrt(curvature @ (X - means) ** 2 / total)
    prices = np.where(problem.instance.unpenalised[others], 0.0, spreads)
    nodewise = Problem(
        X, column, norm=L1(prices), fit_intercept=problem.fit_intercept, sample_weight=curvature
    )
    fitted, unit = None, spread
    for _ in range(ROUNDS):
        used = unit
        fitted = nodewise.solve(alpha=price * used, tol=tol, start=fitted)
        unit = float(np.sqrt(curvature @ (column - fitted.predictor) ** 2 / total))
    assert fitted is not None
    return column - fitted.predictor, spread, used
