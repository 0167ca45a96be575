"""The knockoff filter: features chosen with a bound on the expected share of false ones.

The lasso is fitted to X and its knockoff copies together (`knockoff_copies`); W_j says how
much the data prefer x_j (W_j > 0) or its copy (W_j < 0):

- "signed_max": Z_j, Z~_j are the largest alphas at which x_j, x~_j enter the path, and
  W_j = max(Z_j, Z~_j) sign(Z_j - Z~_j);
- "coefficient_difference": W_j = |w_j| - |w~_j| at one alpha.

For a feature without effect both signs are equally likely, which bounds the share of false ones among
large W (`knockoff_selection`). Source: Barber, Candes, "Controlling the false discovery rate via
knockoffs", Annals of Statistics 43 (2015); Candes, Fan, Janson, Lv, "Panning for gold",
JRSS B 80 (2018).

That the signs are fair must hold for the computation too: of two columns that are nearly the same a
path takes the first. So every pair is swapped by the throw of a coin before the fit, and the sign of
its W turned back; whatever the fit prefers, a coin decides which of the two it is. A feature whose
copy cannot differ from it has W_j = 0 and is never chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..inputs.alpha_scale import fraction
from ..inputs.tables import numbered_names, read_table, read_vector
from ..losses import Loss, get_loss
from ..parameters import read_count, read_probability, read_seed
from ..problem import Problem
from ..progress import Progress
from ..typing import ArrayLike, Floats, Indices
from .knockoff_copies import Copies, fixed_copies, gaussian_copies
from .knockoff_selection import check_choice, choose, knockoff_threshold
from .results import FeatureResults
from .workers import each

N_ALPHAS = 400
"""Points of the path by which "signed_max" tells who enters first."""


@dataclass(frozen=True, eq=False, repr=False)
class Knockoffs(FeatureResults):
    """What `knockoffs` found; prints as a table of the chosen features, the clearest first.

    Attributes
    ----------
    features : (k,) positions of the chosen features, by falling W, or e-value with several draws.
    feature_names : tuple of their k names.
    statistics : (p,) W of all features, the mean over the draws.
    frequencies : (p,) share of the draws that would choose the feature by themselves, with `fdr`.
    e_values : (p,) mean over the draws; None for one draw.
    threshold : float, T, or the least e-value that is chosen; inf where nothing can be chosen.
    distances : (p,) s, 1 - the correlation of a feature with its copy; 0 where none can differ.
    fdr : float, what was asked for.
    offset : int, 1 for knockoff+, 0 for knockoff.
    n_draws : int
    model, statistic : str, as given.
    """

    features: Indices
    feature_names: tuple[str, ...]
    statistics: Floats
    frequencies: Floats
    e_values: Floats | None
    threshold: float
    distances: Floats
    fdr: float
    offset: int
    n_draws: int
    model: str
    statistic: str

    @property
    def columns(self) -> dict[str, Floats]:
        """What the table shows, by heading."""
        chosen = self.features
        if self.e_values is None:
            return {"W": self.statistics[chosen]}
        return {
            "e-value": self.e_values[chosen],
            "frequency": self.frequencies[chosen],
            "mean W": self.statistics[chosen],
        }

    @property
    def note(self) -> str:
        found = self._none_found if not len(self.features) else self._found
        n_same = int((self.distances == 0).sum())
        if not n_same:
            return found
        which = "1 feature is" if n_same == 1 else f"{n_same} features are"
        return (
            f"{found} {which} so near to combinations of the others that no copy differs "
            "(W = 0, see `distances`): drop near copies to have them tested."
        )

    @property
    def _rule(self) -> str:
        return "knockoff+" if self.offset else "knockoff"

    @property
    def _found(self) -> str:
        of = f"{len(self.features)} of {len(self.statistics)} features have"
        if self.e_values is not None:
            return (
                f"{of} an e-value >= {self.threshold:.4g}, a false discovery rate of {self.fdr:g}; means of "
                f"{self.n_draws} draws of {self.model} copies."
            )
        return (
            f"{of} W >= {self.threshold:.4g}; {self._rule} at a false discovery rate of {self.fdr:g}, "
            f"{self.model} copies."
        )

    @property
    def _none_found(self) -> str:
        least = int(np.ceil(1 / self.fdr - 1e-12))
        few = f" (it can choose {least} features or more, or none)" if self.offset else ""
        if self.n_draws > 1:
            return (
                f"None of {len(self.statistics)} features is chosen: their mean e-values over {self.n_draws} "
                f"draws of {self.model} copies are too small for a false discovery rate of "
                f"{self.fdr:g}{few}; `frequencies` tells what single draws choose."
            )
        return (
            f"None of {len(self.statistics)} features is chosen: no threshold keeps the share of false "
            f"ones within {self.fdr:g} by {self._rule}{few}, {self.model} copies."
        )


def knockoffs(
    X: ArrayLike,
    y: ArrayLike,
    fdr: float = 0.1,
    *,
    model: str = "fixed",
    statistic: str = "signed_max",
    copies: str = "semidefinite",
    offset: int = 1,
    loss: str | Loss = "squared_error",
    covariance: ArrayLike | None = None,
    alpha: Any = None,
    n_draws: int = 1,
    n_jobs: int | None = None,
    seed: int = 0,
    verbose: bool | None = None,
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
    copies : {"semidefinite", "equicorrelated"}
        How far the copies are from the features, see `knockoff_copies`.
    offset : {1, 0}
        1: knockoff+, 0: knockoff (with one draw only).
    loss : str or Loss, default "squared_error"
        Any other goes with the "gaussian" model only.
    covariance : (p, p) array, optional
        Of the rows, for the "gaussian" model; default: estimated with shrinkage, and the
        bound then holds to the accuracy of the estimate.
    alpha : float or Fraction, optional
        For "coefficient_difference"; default a tenth of alpha_max. It must not be chosen by
        looking at which of the columns are copies.
    n_draws : int, default 1
        Draws of copies. One draw chooses by chance, another seed differently; the e-values of
        10 or more hardly depend on the seed. Each costs a path.
    n_jobs : int, optional
        Workers of joblib over the draws (-1: all processors), or those of the backend that
        surrounds the call. Default: no joblib. The result is the same.
    seed : int, default 0
        Of the draws of the copies.
    verbose : bool, optional
        Progress bar; default: after two seconds, where someone is watching.

    Returns
    -------
    Knockoffs

    Raises
    ------
    ValueError
        A parameter out of range, too few rows for the model, constant columns.
    """
    fdr, n_draws = read_probability(fdr, "fdr"), read_count(n_draws, "n_draws")
    _check(model, statistic, copies, offset, loss, n_draws)
    table = read_table(X)
    n, p = table.design.shape
    response = read_vector(y, "y", n)
    dense = table.design.columns(np.arange(p))
    if model == "fixed":
        if covariance is not None:
            raise ValueError("covariance goes with model='gaussian'; fixed-X knockoffs use that of X itself.")
        source = fixed_copies(dense, copies)
    else:
        source = gaussian_copies(dense, copies, _read_covariance(covariance, p))
    with Progress(n_draws, "knockoffs", verbose) as progress:
        tasks = [(source, response, loss, statistic, alpha, rng) for rng in read_seed(seed).spawn(n_draws)]
        W = np.array(each(statistics, tasks, n_jobs, progress))
    chosen, threshold, e_values = choose(W, fdr, offset)
    thresholds = np.array([knockoff_threshold(row, fdr, offset) for row in W])
    all_names = table.names or numbered_names(p)
    return Knockoffs(
        features=chosen,
        feature_names=tuple(all_names[j] for j in chosen),
        statistics=W.mean(axis=0),
        frequencies=(thresholds[:, None] <= W).mean(axis=0),
        e_values=e_values,
        threshold=threshold,
        distances=source.distances,
        fdr=fdr,
        offset=offset,
        n_draws=n_draws,
        model=model,
        statistic=statistic,
    )


def statistics(
    source: Copies, y: Floats, loss: str | Loss, statistic: str, alpha: Any, rng: np.random.Generator
) -> Floats:
    """W (p,) of one draw of copies, each pair swapped or not by a coin; 0 where no copy differs."""
    copies, differ, is_swapped = source.draw(rng), source.differ, rng.random(len(source.distances)) < 0.5
    first = np.where(is_swapped, copies, source.X)
    second = np.where(is_swapped, source.X, copies)[:, differ]
    problem = Problem(np.asfortranarray(np.hstack([first, second])), y, loss)
    if statistic == "coefficient_difference":
        size = np.abs(problem.solve(alpha=fraction(0.1) if alpha is None else alpha).coef)
        W = size[: len(differ)][differ] - size[len(differ) :]
    else:
        path = problem.path(n_alphas=N_ALPHAS, verbose=False)
        entered = path.coefs != 0
        alphas = np.where(entered.any(axis=0), path.alphas[entered.argmax(axis=0)], 0.0)
        ours, theirs = alphas[: len(differ)][differ], alphas[len(differ) :]
        W = np.maximum(ours, theirs) * np.sign(ours - theirs)
    result = np.zeros(len(differ))
    result[differ] = np.where(is_swapped[differ], -W, W)
    return result


def _check(model: Any, statistic: Any, copies: Any, offset: Any, loss: Any, n_draws: int) -> None:
    check_choice("model", model, ("fixed", "gaussian"))
    check_choice("statistic", statistic, ("signed_max", "coefficient_difference"))
    check_choice("copies", copies, ("semidefinite", "equicorrelated"))
    check_choice("offset", offset, (1, 0))
    if n_draws > 1 and not offset:
        raise ValueError("offset must be 1 with several draws: their e-values are those of knockoff+.")
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
    deviation = np.sqrt(np.diag(matrix))
    least = float(np.linalg.eigvalsh(matrix / np.outer(deviation, deviation))[0])
    if least < -1e-8:
        raise ValueError(
            f"covariance must have no negative eigenvalues, got {least:.3g} of its correlations."
        )
    return matrix
