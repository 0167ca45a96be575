"""The knockoff filter: features chosen with a bound on the expected share of false ones.

The lasso is fitted to X and its knockoff copies together (`knockoff_copies`); W_j says how
much the data prefer x_j (W_j > 0) or its copy (W_j < 0):

- "signed_max": Z_j, Z~_j are the largest alphas at which x_j, x~_j enter the path, and
  W_j = max(Z_j, Z~_j) sign(Z_j - Z~_j);
- "coefficient_difference": W_j = |w_j| - |w~_j| at one alpha.

For a feature without effect both signs are equally likely, so the number of W_j <= -t
stands for the number of false ones among W_j >= t, and the threshold is

    T = min { t in |W| : (offset + #{W_j <= -t}) / max(1, #{W_j >= t}) <= fdr } ,

with offset 1 (knockoff+: E[false / chosen] <= fdr) or 0 (knockoff: E[false / (chosen +
1 / fdr)] <= fdr). Source: Barber, Candes, "Controlling the false discovery rate via
knockoffs", Annals of Statistics 43 (2015); Candes, Fan, Janson, Lv,
"Panning for gold", JRSS B 80 (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..alpha_scale import fraction
from ..losses import Loss, get_loss
from ..problem import Problem
from ..tables import numbered_names, read_table, read_vector
from ..typing import ArrayLike, Floats, Indices
from .knockoff_copies import fixed_copies, gaussian_copies
from .results import FeatureResults

N_ALPHAS = 400
"""Points of the path by which "signed_max" tells who enters first."""


@dataclass(frozen=True, eq=False, repr=False)
class Knockoffs(FeatureResults):
    """What `knockoffs` found; prints as a table of the chosen features, largest W first.

    Attributes
    ----------
    features : (k,) positions of the chosen features, by falling W.
    feature_names : tuple of their k names.
    statistics : (p,) W of all features.
    threshold : float, T; inf where nothing can be chosen.
    fdr : float, what was asked for.
    offset : int, 1 for knockoff+, 0 for knockoff.
    model, statistic : str, as given.
    """

    features: Indices
    feature_names: tuple[str, ...]
    statistics: Floats
    threshold: float
    fdr: float
    offset: int
    model: str
    statistic: str

    @property
    def columns(self) -> dict[str, Floats]:
        """What the table shows, by heading."""
        return {"W": self.statistics[self.features]}

    @property
    def note(self) -> str:
        rule = "knockoff+" if self.offset else "knockoff"
        least = int(np.ceil(1 / self.fdr - 1e-12))
        if not len(self.features):
            few = f" (it can choose {least} features or more, or none)" if self.offset else ""
            return (
                f"None of {len(self.statistics)} features is chosen: no threshold keeps the share of false "
                f"ones within {self.fdr:g} by {rule}{few}, {self.model} copies."
            )
        return (
            f"{len(self.features)} of {len(self.statistics)} features have W >= {self.threshold:.4g}; "
            f"{rule} at a false discovery rate of {self.fdr:g}, {self.model} copies."
        )


def knockoffs(
    X: ArrayLike,
    y: ArrayLike,
    fdr: float = 0.1,
    *,
    model: str = "fixed",
    statistic: str = "signed_max",
    copies: str = "coordinate",
    offset: int = 1,
    loss: str | Loss = "squared_error",
    covariance: ArrayLike | None = None,
    alpha: Any = None,
    seed: int = 0,
) -> Knockoffs:
    """Choose features with a bound on the false discovery rate.

    Parameters
    ----------
    X : (n, p) array or data frame
        Made dense, because the copies are.
    y : (n,) array or series
    fdr : float, 0 < fdr < 1, default 0.1
    model : {"fixed", "gaussian"}
        "fixed": X is fixed, y normal around a linear function of it, n >= 2 p + 1.
        "gaussian": the rows of X are draws of one normal distribution; y is anything.
    statistic : {"signed_max", "coefficient_difference"}
    copies : {"coordinate", "equicorrelated"}
        How far the copies are from the features, see `knockoff_copies`.
    offset : {1, 0}
        1: knockoff+, 0: knockoff.
    loss : str or Loss, default "squared_error"
        Any other goes with the "gaussian" model only.
    covariance : (p, p) array, optional
        Of the rows, for the "gaussian" model; default: estimated with shrinkage, and the
        bound then holds to the accuracy of the estimate.
    alpha : float or Fraction, optional
        For "coefficient_difference"; default a tenth of alpha_max. It must not be chosen by
        looking at which of the columns are copies.
    seed : int, default 0
        Of the draw of the copies.

    Returns
    -------
    Knockoffs

    Raises
    ------
    ValueError
        A parameter out of range, too few rows for the model, constant or dependent columns.
    """
    _check(fdr, model, statistic, copies, offset, loss)
    table = read_table(X)
    n, p = table.design.shape
    response = read_vector(y, "y", n)
    dense, rng = table.design.columns(np.arange(p)), np.random.default_rng(seed)
    if model == "fixed":
        if covariance is not None:
            raise ValueError("covariance goes with model='gaussian'; fixed-X knockoffs use that of X itself.")
        pair = fixed_copies(dense, copies, rng)
    else:
        pair = gaussian_copies(dense, copies, rng, _read_covariance(covariance, p))
    W = _statistics(Problem(np.asfortranarray(np.hstack(pair)), response, loss), p, statistic, alpha)
    threshold = knockoff_threshold(W, fdr, offset)
    chosen = np.flatnonzero(threshold <= W)
    chosen = chosen[np.argsort(-W[chosen], kind="stable")]
    all_names = table.names or numbered_names(p)
    names = tuple(all_names[j] for j in chosen)
    return Knockoffs(chosen, names, W, threshold, float(fdr), offset, model, statistic)


def knockoff_threshold(W: ArrayLike, fdr: float, offset: int = 1) -> float:
    """T for statistics W (p,), see the module docstring; inf where no t will do. O(p log p)."""
    W = np.asarray(W, dtype=np.float64)
    steps = np.unique(np.abs(W[W != 0]))
    if not len(steps):
        return np.inf
    n_negative = np.searchsorted(np.sort(-W), steps, side="left")
    n_positive = np.searchsorted(np.sort(W), steps, side="left")
    ratio = (offset + len(W) - n_negative) / np.maximum(len(W) - n_positive, 1)
    return float(steps[np.argmax(ratio <= fdr)]) if (ratio <= fdr).any() else np.inf


def _statistics(problem: Problem, p: int, statistic: str, alpha: Any) -> Floats:
    if statistic == "coefficient_difference":
        size = np.abs(problem.solve(alpha=fraction(0.1) if alpha is None else alpha).coef)
        return np.asarray(size[:p] - size[p:])
    path = problem.path(n_alphas=N_ALPHAS, verbose=False)
    entered = path.coefs != 0
    alphas = np.where(entered.any(axis=0), path.alphas[entered.argmax(axis=0)], 0.0)
    return np.asarray(np.maximum(alphas[:p], alphas[p:]) * np.sign(alphas[:p] - alphas[p:]))


def _check(fdr: Any, model: Any, statistic: Any, copies: Any, offset: Any, loss: Any) -> None:
    if isinstance(fdr, bool) or not isinstance(fdr, (int, float)) or not 0 < fdr < 1:
        raise ValueError(f"fdr must lie between 0 and 1, got {fdr!r}.")
    choices = {
        "model": (model, ("fixed", "gaussian")),
        "statistic": (statistic, ("signed_max", "coefficient_difference")),
        "copies": (copies, ("coordinate", "equicorrelated")),
        "offset": (offset, (1, 0)),
    }
    for name, (given, accepted) in choices.items():
        if given not in accepted:
            raise ValueError(f"{name} must be {' or '.join(map(repr, accepted))}, got {given!r}.")
    if model == "fixed" and not get_loss(loss).is_quadratic:
        raise ValueError(f"fixed-X knockoffs need squared error, got {loss!r}; use model='gaussian'.")


def _read_covariance(covariance: ArrayLike | None, p: int) -> Floats | None:
    if covariance is None:
        return None
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape != (p, p) or not np.isfinite(matrix).all():
        raise ValueError(f"covariance must be a finite ({p}, {p}) array, got shape {matrix.shape}.")
    if not np.allclose(matrix, matrix.T) or (np.diag(matrix) <= 0).any():
        raise ValueError("covariance must be symmetric with a positive diagonal; it is not.")
    return matrix
