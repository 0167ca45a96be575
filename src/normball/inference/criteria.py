"""AIC, BIC and EBIC along a path: fit against degrees of freedom, without held-out rows.

    AIC  = -2 log L + 2 df,
    BIC  = -2 log L + log(n) df,
    EBIC = BIC + 2 gamma log C(p, k),

with L the likelihood, df of `degrees_of_freedom`, k the number of non-zeros among p. For
squared error -2 log L is n log(2 f) where the deviation of the noise is unknown (2 f is the
mean squared residual), or 2 n f / sigma^2; for logistic, Poisson and Cox 2 n f; constants that
are the same along the path are left out. For Cox log(n) counts the events only (Volinsky,
Raftery, Biometrics 56, 2000). Sources: Akaike 1974; Schwarz, Annals of Statistics 6 (1978);
Chen, Chen, Biometrika 95 (2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import betaln

from ..answers.path import Path
from ..answers.solution import Solution
from ..parameters import read_positive
from ..problem import Problem
from ..typing import Floats
from .degrees_of_freedom import degrees_of_freedom
from .results import Results

_LIKELIHOODS = ("squared_error", "logistic", "poisson", "cox")


CRITERIA = ("aic", "bic", "ebic")


@dataclass(frozen=True, eq=False, repr=False)
class Criteria(Results):
    """Information criteria of the points of a path; made by `criteria`.

    Prints as a table of what each criterion takes; `table()` has every point of the path.

    Attributes
    ----------
    path : Path
    degrees_of_freedom : (k,) intercept included.
    aic, bic, ebic : (k,)
    """

    path: Path
    degrees_of_freedom: Floats
    aic: Floats
    bic: Floats
    ebic: Floats

    heading: ClassVar[str] = "criterion"

    @property
    def row_names(self) -> tuple[str, ...]:
        return tuple(name.upper() for name in CRITERIA)

    @property
    def columns(self) -> dict[str, Floats]:
        """What each criterion takes, by heading."""
        taken = np.array([np.argmin(getattr(self, name)) for name in CRITERIA])
        return {
            "alpha": self.path.alphas[taken],
            "non-zero": self.path.n_nonzeros[taken],
            "degrees of freedom": self.degrees_of_freedom[taken],
            "value": np.array([getattr(self, name).min() for name in CRITERIA]),
        }

    @property
    def note(self) -> str:
        first, last = self.path.alphas[[0, -1]]
        return f"The least of {len(self.aic)} points of the path from alpha={first:.4g} to {last:.4g}."

    def table(self) -> dict[str, Any]:
        """Every point of the path, as a data frame of any library takes it."""
        names = {name: getattr(self, name) for name in ("degrees_of_freedom", *CRITERIA)}
        return {"alpha": self.path.alphas, "n_nonzeros": self.path.n_nonzeros, **names}

    def best(self, criterion: str = "bic") -> Solution:
        """The solution of the path with the least "aic", "bic" or "ebic".

        Raises
        ------
        ValueError
            Another criterion.
        """
        if criterion not in CRITERIA:
            raise ValueError(f"criterion must be 'aic', 'bic' or 'ebic', got {criterion!r}.")
        return self.path[int(np.argmin(getattr(self, criterion)))]


def check_likelihood(problem: Problem) -> None:
    """Raise ValueError if the loss of a problem has no likelihood here."""
    if problem.loss.name not in _LIKELIHOODS:
        raise ValueError(
            f"criteria need a likelihood; {problem.loss!r} has none, use {', '.join(_LIKELIHOODS)}."
        )


def criteria(path: Path, sigma: float | None = None, gamma: float = 0.5) -> Criteria:
    """AIC, BIC and EBIC of every point of a path.

    Parameters
    ----------
    path : Path
    sigma : float > 0, optional
        Known deviation of the noise, for squared error. Default: unknown.
    gamma : float, 0 to 1, default 0.5
        Weight of EBIC's price for the number of possible supports; 0 is BIC.

    Returns
    -------
    Criteria

    Raises
    ------
    ValueError
        A loss without a likelihood here, sigma with another loss, gamma out of range, or
        an unknown sigma where some point fits perfectly.
    """
    problem, n, name = path.problem, path.problem.n_samples, path.problem.loss.name
    check_likelihood(problem)
    if isinstance(gamma, bool) or not isinstance(gamma, (int, float)) or not 0 <= gamma <= 1:
        raise ValueError(f"gamma must lie between 0 and 1, got {gamma!r}.")
    if sigma is not None:
        if name != "squared_error":
            raise ValueError(f"sigma goes with squared error, got {problem.loss!r}; leave it out.")
        deviance = 2 * n * path.losses / read_positive(sigma, "sigma") ** 2
    elif name == "squared_error":
        if (path.losses <= 1e-14 * problem.instance.scale).any():
            raise ValueError(
                "some point of the path fits perfectly, so that sigma cannot be unknown; pass sigma= or stop "
                "the path earlier (a larger eps)."
            )
        deviance = n * np.log(2 * path.losses)
    else:
        deviance = 2 * n * path.losses
    df = np.array([degrees_of_freedom(solution) for solution in path])
    p, size = problem.n_features, path.n_nonzeros
    n_supports = -betaln(p - size + 1, size + 1) - np.log(p + 1)
    n_seen = n if problem.loss.is_diagonal else int((problem.instance.y > 0).sum())
    bic = deviance + np.log(n_seen) * df
    return Criteria(path, df, deviance + 2 * df, bic, bic + 2 * gamma * n_supports)
