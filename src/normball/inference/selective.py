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
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular

from ..answers.solution import Solution
from ..norms import L1
from ..parameters import read_positive
from ..typing import Floats, Indices
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
    estimates : (k,) of least squares on the chosen features.
    lower, upper : (k,) interval at `level`; may be infinite.
    p_values : (k,) two-sided, of the coefficient among the chosen features being 0.
    cut_low, cut_high : (k,) where the choice cuts the normal distribution of the estimate.
    sigma : float, deviation of the noise.
    sigma_source : str, how it was come by.
    level : float
    """

    features: Indices
    feature_names: tuple[str, ...]
    coefs: Floats
    estimates: Floats
    lower: Floats
    upper: Floats
    p_values: Floats
    cut_low: Floats
    cut_high: Floats
    sigma: float
    sigma_source: str
    level: float

    @property
    def columns(self) -> dict[str, Floats]:
        """What the table shows, by heading."""
        share = f"{100 * self.level:g} %"
        return {
            "lasso": self.coefs,
            "least squares": self.estimates,
            f"{share} from": self.lower,
            f"{share} to": self.upper,
            "p-value": self.p_values,
        }

    @property
    def note(self) -> str:
        return (
            f"{len(self.features)} chosen features; noise of deviation {self.sigma:.6g} "
            f"({self.sigma_source}). "
            "Each row is about the coefficient among the chosen features, given that they were chosen."
        )


def selective(solution: Solution, sigma: float | None = None, level: float = 0.9) -> Selective:
    """Selective p-values and intervals for the lasso at a fixed alpha.

    Parameters
    ----------
    solution : Solution
        Of squared error and L1 in the penalty form. alpha must not have been chosen by
        looking at y (a share of `alpha_max` or cross-validation looks), or the guarantee
        holds only approximately.
    sigma : float > 0, optional
        Standard deviation of the noise. Default: estimated from the residuals of least
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
    _check(solution)
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}.")
    event = _choice(solution)
    given = (read_positive(sigma, "sigma"), "given") if sigma is not None else _estimated(solution, event)
    inverse = event.root @ event.root.T
    deviations = given[0] * np.sqrt(np.diag(inverse) / solution.problem.n_samples)
    rows = []
    for j in event.tested:
        t, deviation = float(event.estimates[j]), float(deviations[j])
        below, above = _rooms(event, inverse[:, j] / inverse[j, j])
        cut = (t, deviation, below, above)
        rows.append((t - below, t + above, *interval(*cut, level), two_sided(*cut)))
    low, high, lower, upper, p_values = np.array(rows).reshape(-1, 5).T
    features = event.features[event.tested - event.n_before]
    names = tuple(solution.feature_names[j] for j in features)
    coefs, estimates = event.coefs[event.tested], event.estimates[event.tested]
    return Selective(
        features, names, coefs, estimates, lower, upper, p_values, low, high, *given, float(level)
    )


@dataclass(frozen=True, eq=False)
class _Choice:
    """The chosen columns: `root` with G^-1 = root root', and which of them have a price."""

    features: Indices
    n_before: int  # 1 with an intercept, whose column comes first
    tested: Indices
    coefs: Floats
    estimates: Floats
    root: Floats


def _check(solution: Solution) -> None:
    if not isinstance(solution, Solution):
        raise TypeError(f"solution must be a Solution, as Problem.solve returns it, got {solution!r}.")
    problem = solution.problem
    if not problem.loss.is_quadratic or not isinstance(problem.norm, L1):
        raise ValueError(
            f"selective needs squared error with the L1 norm, got {problem.loss!r} with {problem.norm!r}; "
            "knockoffs and stability_selection take other losses."
        )
    if solution.form != "penalty" or solution.alpha <= 0:
        raise ValueError(
            f"selective needs a solution at a fixed alpha > 0, got {solution.form} = {solution.level:g}; "
            "solve with alpha=."
        )


def _choice(solution: Solution) -> _Choice:
    problem, instance = solution.problem, solution.problem.instance
    free = instance.unpenalised
    features = np.flatnonzero((solution.coef != 0) | free)
    before = int(problem.fit_intercept)
    columns = np.column_stack([np.ones((instance.n_samples, before)), problem.design.columns(features)])
    share = np.sqrt(instance.sample_weight)
    basis, triangle = qr(columns * share[:, None], mode="economic")
    scale = np.linalg.norm(triangle, axis=0)
    if len(triangle) < columns.shape[1] or (np.abs(np.diag(triangle)) <= 1e-10 * scale).any():
        raise ValueError(
            f"the {columns.shape[1]} chosen columns (intercept included) are linearly dependent, so that "
            "their coefficients are not defined; take a larger alpha or drop copies."
        )
    root = solve_triangular(triangle, np.eye(len(triangle)))
    estimates = root @ (basis.T @ (share * instance.y))
    prices = np.where(free, 0.0, problem.norm.prices(problem.n_features))[features]  # type: ignore[attr-defined]
    pull = np.concatenate([np.zeros(before), prices * np.sign(solution.coef[features])])
    coefs = estimates - solution.alpha * (root @ (root.T @ pull))
    tested = np.flatnonzero(pull)
    if (coefs[tested] * pull[tested] <= 0).any():
        wrong = solution.feature_names[
            features[tested[int((coefs[tested] * pull[tested]).argmin())] - before]
        ]
        raise ValueError(
            f"the solution is too loose (gap {solution.certificate.gap:.1e}) to be sure of the sign of "
            f"{wrong!r}; solve with tol=1e-12."
        )
    return _Choice(features, before, tested, coefs, estimates, root)


def _rooms(event: _Choice, moves: Floats) -> tuple[float, float]:
    """How far t_j may fall and rise for every priced coefficient to keep its sign."""
    w, h = event.coefs[event.tested], moves[event.tested]
    rises = np.sign(w) * h
    room = np.divide(np.abs(w), np.abs(h), out=np.full(len(w), np.inf), where=h != 0)
    return float(room[rises > 0].min(initial=np.inf)), float(room[rises < 0].min(initial=np.inf))


def _estimated(solution: Solution, event: _Choice) -> tuple[float, str]:
    """Deviation of the noise from residuals, and which residuals."""
    problem, instance = solution.problem, solution.problem.instance
    n, p = problem.n_samples, problem.n_features
    if n > p + event.n_before:
        share = np.sqrt(instance.sample_weight)
        every = problem.design.columns(np.arange(p))
        columns = np.column_stack([np.ones((instance.n_samples, event.n_before)), every]) * share[:, None]
        basis, triangle, _ = qr(columns, mode="economic", pivoting=True)
        diagonal = np.abs(np.diag(triangle))
        rank = int((diagonal > 1e-10 * diagonal.max(initial=0.0)).sum())
        response = share * instance.y
        rest, used, source = response - basis[:, :rank] @ (basis[:, :rank].T @ response), rank, "all features"
    else:
        rest = np.sqrt(instance.sample_weight) * (
            instance.y - instance.predictor(solution.coef, solution.intercept)
        )
        used, source = event.root.shape[0], "the lasso"
    if n <= used or not rest.any():
        raise ValueError(
            f"sigma cannot be estimated from {n} rows after {used} coefficients; "
            "pass sigma= or take a larger alpha."
        )
    return float(np.sqrt(n * float(rest @ rest) / (n - used))), f"estimated from the residuals of {source}"
