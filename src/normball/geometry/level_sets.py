"""Laws of random level sets: what is drawn, and where the odds of zeros are known exactly.

*Equations*: A w = b, A and b standard normal. The least-L1 answer has m non-zeros almost
surely (a vertex of a linear program), least L2, Lp (p > 1) and LInf have none that are
zero. One equation a.w = b touches the ball where it goes furthest along a; in the plane
the odds of an axis are the angles of the normal cones there.

*Orthonormal design*: X'X = n I, so that the answer is the prox of the unpenalised fit
z = signal + noise / sqrt(n), and each feature (or group) is zero or not by itself:

    L1         P(w_j = 0) = Phi((alpha c_j - s_j) / sd) - Phi((-alpha c_j - s_j) / sd)
    GroupL2    P(w_g = 0) = P(|z_g| <= alpha c_g), a non-central chi-square law

with sd = noise / sqrt(n). The number of zeros is a sum of independent terms: binomial for
the features without signal.

*Gaussian design*: rows of X normal with a given covariance; no exact law.

*Rotated ellipse*: axes of given lengths turned at random around a random centre outside
the ball of radius 1; no exact law, but for circles the contact is a projection.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.special import chndtr, ndtr

from ..inputs.tables import read_vector
from ..norms import Norm
from ..parameters import read_count, read_positive
from ..typing import ArrayLike, Floats
from ..values import ArrayValue
from .batches import solve_batch
from .odds import corner_share


class LevelSetLaw(ArrayValue, ABC):
    """A distribution of level sets for p features."""

    def check(self, p: int) -> None:
        """Raise ValueError if the law does not fit p features."""

    @abstractmethod
    def exact(self, norm: Norm, p: int) -> Floats | None:
        """(p + 1,) odds of 0..p zeros, or None where they are not known."""

    @abstractmethod
    def sample(self, norm: Norm, p: int, size: int, rng: np.random.Generator) -> Floats:
        """(size, p) contact points of independent level sets; zeros exact."""


@dataclass(frozen=True, eq=False, repr=False)
class Equations(LevelSetLaw):
    """m random equations A w = b.

    Parameters
    ----------
    n_equations : int, 1 to p.
    """

    n_equations: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_equations", read_count(self.n_equations, "n_equations"))

    def check(self, p: int) -> None:
        if self.n_equations > p:
            raise ValueError(f"n_equations must be at most p={p}, got {self.n_equations}.")

    def exact(self, norm: Norm, p: int) -> Floats | None:
        m = self.n_equations
        parts, blocks = norm.separable(p), norm.blocks(p)
        if norm.name == "l1" and parts is not None and not parts.is_one_sided:
            usual = np.isfinite(parts.price).all() and (parts.price > 0).all()
            return _surely(p - m, p) if usual else None
        if norm.name in ("l2", "lp", "linf") and norm.is_convex:
            return _surely(0, p)
        if (p, m) == (2, 1) and norm.is_convex and norm.is_homogeneous and not norm.is_one_sided:
            share = corner_share(norm, axes_only=True)
            return np.array([1 - share, share, 0.0])
        if m == 1 and blocks is not None and len(np.unique(sizes := np.bincount(blocks.label))) == 1:
            return _surely(p - int(sizes[0]), p)
        return None

    def sample(self, norm: Norm, p: int, size: int, rng: np.random.Generator) -> Floats:
        A, b = rng.standard_normal((size, self.n_equations, p)), rng.standard_normal((size, self.n_equations))
        return solve_batch(norm, A, b)


@dataclass(frozen=True, eq=False, repr=False)
class OrthonormalDesign(LevelSetLaw):
    """Squared error with orthogonal columns of mean square 1.

    Parameters
    ----------
    n_samples : int
    alpha : float > 0
    noise : float > 0, default 1
        Standard deviation.
    signal : (p,) array, optional
        True coefficients; default all 0.
    """

    n_samples: int
    alpha: float
    noise: float = 1.0
    signal: ArrayLike = None

    def __post_init__(self) -> None:
        _read_noisy(self)

    def check(self, p: int) -> None:
        _signal(self.signal, p)

    def exact(self, norm: Norm, p: int) -> Floats | None:
        signal, deviation = _signal(self.signal, p), self.noise / np.sqrt(self.n_samples)
        parts, blocks = norm.separable(p), norm.blocks(p)
        if parts is not None and norm.makes_zeros:
            zero = ndtr((self.alpha * parts.price - signal) / deviation)
            if not parts.is_one_sided:
                zero = zero - ndtr((-self.alpha * parts.price - signal) / deviation)
            return _sum_law(np.asarray(zero, dtype=np.float64), np.ones(p, dtype=np.intp))
        if norm.name == "l2":
            label, price = np.zeros(p, dtype=np.intp), np.ones(1)
        elif blocks is not None:
            label, price = blocks.label, blocks.price
        else:
            return None
        sizes = np.bincount(label)
        shift = np.bincount(label, weights=(signal / deviation) ** 2)
        zero = chndtr((self.alpha * price / deviation) ** 2, sizes, shift)
        return _sum_law(np.asarray(zero, dtype=np.float64), sizes)

    def sample(self, norm: Norm, p: int, size: int, rng: np.random.Generator) -> Floats:
        deviation = self.noise / np.sqrt(self.n_samples)
        fits = _signal(self.signal, p) + deviation * rng.standard_normal((size, p))
        return np.array([norm.prox(fit, self.alpha) for fit in fits])


@dataclass(frozen=True, eq=False, repr=False)
class GaussianDesign(LevelSetLaw):
    """Squared error with rows of X from a normal law of given covariance.

    Parameters
    ----------
    n_samples : int
    alpha : float > 0
    noise : float > 0, default 1
        Standard deviation.
    signal : (p,) array, optional
        True coefficients; default all 0.
    correlation : float, -1 < correlation < 1, default 0
        Of neighbouring columns; columns i and j have correlation^|i - j|.
    covariance : (p, p) array, symmetric and positive definite, optional
        Of the columns, instead of `correlation`.
    """

    n_samples: int
    alpha: float
    noise: float = 1.0
    signal: ArrayLike = None
    correlation: float = 0.0
    covariance: ArrayLike = None

    def __post_init__(self) -> None:
        _read_noisy(self)
        if not -1 < self.correlation < 1:
            raise ValueError(f"correlation must lie between -1 and 1, got {self.correlation!r}.")
        if self.covariance is not None:
            if self.correlation:
                raise ValueError("covariance and correlation exclude each other; give one of them.")
            covariance = np.array(self.covariance, dtype=np.float64)
            covariance.flags.writeable = False
            object.__setattr__(self, "covariance", covariance)

    def check(self, p: int) -> None:
        _signal(self.signal, p)
        self._factor(p)

    def _factor(self, p: int) -> Floats:
        """(p, p) F with F F' the covariance of the columns."""
        place = np.arange(p)
        covariance = self.covariance
        if covariance is None:
            covariance = np.asarray(float(self.correlation) ** np.abs(place[:, None] - place))
        accepted = f"covariance must be a symmetric, positive definite {p} x {p} matrix"
        if covariance.shape != (p, p) or not np.allclose(covariance, covariance.T):
            raise ValueError(f"{accepted}, got shape {covariance.shape}.")
        try:
            return np.asarray(np.linalg.cholesky(covariance))
        except np.linalg.LinAlgError:
            raise ValueError(f"{accepted}; this one has an eigenvalue that is not > 0.") from None

    def exact(self, norm: Norm, p: int) -> Floats | None:
        return None

    def sample(self, norm: Norm, p: int, size: int, rng: np.random.Generator) -> Floats:
        X = rng.standard_normal((size, self.n_samples, p))
        if self.correlation or self.covariance is not None:
            X = X @ self._factor(p).T
        y = X @ _signal(self.signal, p) + self.noise * rng.standard_normal((size, self.n_samples))
        return solve_batch(norm, X, y, self.n_samples * self.alpha)


def _read_noisy(law: OrthonormalDesign | GaussianDesign) -> None:
    """Check and freeze what the two designs share."""
    object.__setattr__(law, "n_samples", read_count(law.n_samples, "n_samples"))
    object.__setattr__(law, "alpha", read_positive(law.alpha, "alpha"))
    object.__setattr__(law, "noise", read_positive(law.noise, "noise"))
    if law.signal is not None:
        signal = read_vector(law.signal, "signal", len(np.atleast_1d(law.signal)), "feature")
        signal.flags.writeable = False
        object.__setattr__(law, "signal", signal)


def _signal(signal: ArrayLike, p: int) -> Floats:
    return np.zeros(p) if signal is None else read_vector(signal, "signal", p, "feature")


def _surely(zeros: int, p: int) -> Floats:
    """(p + 1,) the law of a number that is certain."""
    return np.where(np.arange(p + 1) == zeros, 1.0, 0.0)


def _sum_law(odds: Floats, sizes: np.ndarray) -> Floats:
    """(p + 1,) law of the sum of independent terms that are sizes_g with odds_g, else 0."""
    law = np.ones(1)
    for chance, size in zip(odds, sizes, strict=True):
        grown = np.zeros(len(law) + size)
        grown[: len(law)] = (1 - chance) * law
        grown[size:] += chance * law
        law = grown
    return law
