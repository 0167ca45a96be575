"""How many coefficients are zero where a random level set touches the ball."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..norms import Norm, get_norm
from ..parameters import read_count
from ..typing import Floats, Indices
from .chunks import run_chunks
from .level_sets import LevelSetLaw
from .odds import wilson_interval


@dataclass(frozen=True, eq=False)
class ZeroOdds:
    """Law of the number of zeros.

    Attributes
    ----------
    norm : Norm
    level_set : LevelSetLaw
    odds : (p + 1,) of 0, 1, ..., p zeros; sum 1.
    counts : (p + 1,) how often each was seen, or None where the odds are exact.
    """

    norm: Norm
    level_set: LevelSetLaw
    odds: Floats
    counts: Indices | None

    @property
    def is_exact(self) -> bool:
        """Whether the odds are computed, not counted."""
        return self.counts is None

    @property
    def mean(self) -> float:
        """Expected number of zeros."""
        return float(self.odds @ np.arange(len(self.odds)))

    @property
    def at_least_one(self) -> float:
        """Odds of a contact where some coefficient is zero."""
        return float(self.odds[1:].sum())

    def intervals(self, confidence: float = 0.95) -> Floats:
        """(p + 1, 2) Wilson intervals of the odds; of no width where they are exact."""
        if self.counts is None:
            return np.column_stack([self.odds, self.odds])
        trials = int(self.counts.sum())
        return np.array([wilson_interval(int(count), trials, confidence) for count in self.counts])


def zero_odds(
    norm: str | Norm,
    p: int,
    level_set: LevelSetLaw,
    method: str = "auto",
    *,
    trials: int = 1000,
    seed: int = 0,
    verbose: bool | None = None,
) -> ZeroOdds:
    """Odds of 0, 1, ..., p zeros in the contact of the ball with a random level set.

    Parameters
    ----------
    norm : str or Norm
    p : int, features.
    level_set : LevelSetLaw
        `Equations(m)`, `OrthonormalDesign(n, alpha)`, `GaussianDesign(n, alpha)` or
        `RotatedEllipse()`.
    method : "auto", "exact" or "sampling"
        "auto" is exact where the law is known (see `level_sets`), else sampling.
    trials, seed : int
        For sampling.
    verbose : bool, optional
        Progress bar; see `Progress`.

    Returns
    -------
    ZeroOdds

    Raises
    ------
    TypeError
        If the level set is no law.
    ValueError
        If a size does not fit, or method "exact" has no law for this norm.

    Notes
    -----
    L1, LInf, L2, groups (equations) and the elastic net (squared error) are solved in batches,
    at p = 100 hundreds of systems with m = 50 a second on a core; other norms and ellipses one
    problem at a time. Rates of all: `python benchmarks/odds_rates.py`.

    Examples
    --------
    >>> odds = zero_odds("l1", 100, Equations(40))
    >>> odds.mean, odds.is_exact
    (60.0, True)
    """
    norm, p = get_norm(norm), read_count(p, "p")
    norm.check(p)
    if not isinstance(level_set, LevelSetLaw):
        raise TypeError(
            f"level_set must be a law such as Equations(3) or RotatedEllipse(), got {level_set!r}."
        )
    level_set.check(p)
    if method not in ("auto", "exact", "sampling"):
        raise ValueError(f"method must be 'auto', 'exact' or 'sampling', got {method!r}.")
    if method != "sampling":
        odds = level_set.exact(norm, p)
        if odds is not None:
            return ZeroOdds(norm, level_set, odds, None)
        if method == "exact":
            raise ValueError(f"no exact law is known for {norm!r} and {level_set!r}; use method='sampling'.")

    def work(size: int, rng: np.random.Generator) -> Indices:
        zeros = (level_set.sample(norm, p, size, rng) == 0).sum(axis=1)
        return np.bincount(zeros, minlength=p + 1)

    counts = sum(run_chunks(work, read_count(trials, "trials"), seed, "level sets", verbose))
    counts = np.asarray(counts, dtype=np.intp)
    return ZeroOdds(norm, level_set, counts / counts.sum(), counts)
