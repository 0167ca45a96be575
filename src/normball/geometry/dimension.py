"""Statistical dimension: how large a descent cone is, which is how many equations it costs.

delta(C) = E |Pi_C(g)|^2 for a Gaussian g; for a flat it is the dimension. For the descent
cone D of a norm R at w it is E min_tau dist(g, tau dR(w))^2, and exchanging mean and
minimum gives the formula of the field, a bound from above that is nearly sharp:

    delta(D) <= min_{tau >= 0} E dist(g, tau dR(w))^2 <= delta(D) + 2 sup|z| / R(w / |w|)

with z over dR(w). For groups of size d_g and price c_g (L1: all of size 1) the mean is

    sum_{active} (d_g + c_g^2 tau^2) + sum_{others} E (chi_{d_g} - c_g tau)_+^2,

in incomplete gamma functions. For L1 the excess is at most 2 sqrt(p / s).
The spread of V, the random dimension whose odds are the cone's volumes, sets how wide the
change from failure to success is; Var V = Var |Pi_C(g)|^2 - 2 delta.

Sources: Amelunxen, Lotz, McCoy, Tropp (2014), propositions 4.1, 4.5 and theorem 4.3;
Chandrasekaran, Recht, Parrilo, Willsky, "The convex geometry of linear inverse problems",
FoCM 12 (2012); McCoy, Tropp, "From Steiner formulas for cones to concentration of
intrinsic volumes", Discrete & Computational Geometry 51 (2014), for Var V.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaincc, gammaln

from ..norms import Norm
from ..parameters import read_count, read_seed
from ..typing import ArrayLike, Floats, Indices, Mask
from .cone_size import StatisticalDimension, from_squares
from .descent_cones import exact_volumes, read_signal, sample_cone
from .nuclear import nuclear_statistical_dimension, read_shape

METHODS = ("auto", "exact", "formula", "sampling")


def statistical_dimension(
    norm: str | Norm,
    p: int | tuple[int, int],
    sparsity: int | ArrayLike,
    method: str = "auto",
    *,
    trials: int = 2000,
    seed: int = 0,
    verbose: bool | None = None,
) -> StatisticalDimension:
    """Statistical dimension of the norm's descent cone at a sparse signal.

    Parameters
    ----------
    norm : str or Norm
        Any convex norm or gauge of the package, or "nuclear".
    p : int, features; (rows, columns) for "nuclear".
    sparsity : int or (p,) array
        Non-zero coefficients (L1, SLOPE), non-zero groups (GroupL2), coefficients below the
        largest (LInf), the rank ("nuclear"); or the signal itself.
    method : str, default "auto"
        "formula": the field's one-dimensional formula (L1 with any weights or `positive`,
        GroupL2, nuclear), else exact (LInf p - k/2 for k ties, L2 p - 1/2), else sampling.
        "exact": from face angles (L1 without weights, LInf, L2, Lp). "sampling": any norm.
        "auto" takes the first of "formula", "exact" and "sampling" that the norm has.
    trials, seed : int
        For sampling.
    verbose : bool, optional
        Progress bar; see `Progress`.

    Returns
    -------
    StatisticalDimension
        `float(...)` of it is the number.

    Raises
    ------
    ValueError
        Unknown method, or one that the norm does not have; as `read_signal`.

    Examples
    --------
    >>> print(statistical_dimension("l1", p=100, sparsity=10))
    32.8794 (formula)
    >>> print(statistical_dimension("l1", p=100, sparsity=10, method="exact"))
    32.319 (exact)
    """
    if norm == "nuclear":
        shape, rank = read_shape(p), read_count(sparsity, "sparsity", 0)
        return nuclear_statistical_dimension(shape, rank, method, trials=trials, seed=seed)
    norm, signal = read_signal(norm, p, sparsity)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}.")
    found = None
    if method in ("auto", "formula"):
        found = _by_formula(norm, signal)
    if found is None and method in ("auto", "exact"):
        found = _by_angles(norm, signal)
    if found is None and method in ("auto", "sampling"):
        found = _by_sampling(norm, signal, read_count(trials, "trials", 2), seed, verbose)
    if found is None:
        raise ValueError(f"method {method!r} does not cover {norm!r}; use method='auto'.")
    return found


def _by_formula(norm: Norm, signal: Floats) -> StatisticalDimension | None:
    groups = _groups(norm, signal)
    return None if groups is None else groups.solve()


def _by_angles(norm: Norm, signal: Floats) -> StatisticalDimension | None:
    volumes = exact_volumes(norm, signal)
    if volumes is None:
        return None
    k = np.arange(len(volumes))
    mean = float(volumes @ k)
    return StatisticalDimension(mean, float(np.sqrt(volumes @ (k - mean) ** 2)), 0.0, "exact")


def _by_sampling(
    norm: Norm, signal: Floats, trials: int, seed: int, verbose: bool | None
) -> StatisticalDimension:
    return from_squares(sample_cone(norm, signal, trials, read_seed(seed), verbose))


@dataclass(frozen=True, eq=False)
class _Groups:
    """Kinds (K,) of groups of one size, price and activity, and how many there are of each.

    `share` is 1/2 where pulls count one way only. Millions of equal groups cost as much as one.
    """

    size: Floats
    price: Floats
    is_active: Mask
    count: Floats
    share: float

    @classmethod
    def of(cls, size: Floats, price: Floats, is_active: Mask, share: float) -> _Groups:
        """Sort single groups (G,) into kinds."""
        sizes, size_code = _codes(size)
        prices, price_code = _codes(price)
        code = (size_code * len(prices) + price_code) * 2 + is_active
        count = np.bincount(code, minlength=2 * len(sizes) * len(prices))
        kind = np.flatnonzero(count)
        size_of, price_of = np.divmod(kind // 2, len(prices))
        return cls(sizes[size_of], prices[price_of], kind % 2 == 1, count[kind].astype(np.float64), share)

    def solve(self) -> StatisticalDimension:
        """The minimum over tau and the spread there."""
        active, count = self.is_active, self.count
        if not active.any():
            return StatisticalDimension(0.0, 0.0, 0.0, "formula")
        if not self.price[active].any():  # what is active is free: the cone is a flat
            return StatisticalDimension(float(count[active] @ self.size[active]), 0.0, 0.0, "formula")
        tau = self.best_tau()
        value = self.mean(tau)
        # each group's distance is independent of the others', so that the variances add up
        inner = 2 * self.size[active] + 4 * (self.price[active] * tau) ** 2
        level, size = self.price[~active] * tau, self.size[~active]
        square = self.share * _excess_moment(size, level, 2)
        outer = self.share * _excess_moment(size, level, 4) - square**2
        variance = float(count[active] @ inner + count[~active] @ outer)
        return StatisticalDimension(value, float(np.sqrt(max(variance - 2 * value, 0.0))), 0.0, "formula")

    def mean(self, tau: float) -> float:
        """E dist(g, tau dR(w))^2."""
        active, count = self.is_active, self.count
        inner = self.size[active] + (self.price[active] * tau) ** 2
        outer = self.share * _excess_moment(self.size[~active], self.price[~active] * tau, 2)
        return float(count[active] @ inner + count[~active] @ outer)

    def best_tau(self) -> float:
        """Where the mean is least: half its derivative in tau is increasing."""
        active, price, count = self.is_active, self.price, self.count
        growth = float(count[active] @ price[active] ** 2)

        def slope(tau: float) -> float:
            gain = self.share * price[~active] * _excess_moment(self.size[~active], price[~active] * tau, 1)
            return growth * tau - float(count[~active] @ gain)

        if slope(0.0) >= 0:
            return 0.0
        high = 1.0
        while slope(high) < 0:
            high *= 2
        return float(brentq(slope, 0.0, high, xtol=1e-14))


def _codes(values: Floats) -> tuple[Floats, Indices]:
    """Different values, and which of them stands at each place; without sorting where all are equal."""
    if len(values) and values.min() == values.max():
        return values[:1].astype(np.float64), np.zeros(len(values), dtype=np.intp)
    kinds, code = np.unique(values, return_inverse=True)
    return kinds.astype(np.float64), code


def _groups(norm: Norm, signal: Floats) -> _Groups | None:
    p = len(signal)
    blocks, parts = norm.blocks(p), norm.separable(p)
    if blocks is not None:
        active = np.bincount(blocks.label, weights=np.abs(signal)) > 0
        return _Groups.of(np.bincount(blocks.label).astype(np.float64), blocks.price, active, 1.0)
    if parts is None:
        return None
    allowed = np.isfinite(parts.price)  # what may never enter adds no direction
    price, active = parts.price[allowed], (signal != 0)[allowed]
    if parts.is_one_sided:
        return _Groups.of(np.ones(len(price)), price, active, 0.5)
    return _Groups.of(np.ones(len(price)), price, active | (price == 0), 1.0)


def _excess_moment(size: Floats, level: Floats, power: int) -> Floats:
    """E (chi_d - a)_+^power for d = size and a = level, elementwise.

    By the binomial theorem from E chi^k 1{chi > a} = 2^(k/2) Gamma((d+k)/2) / Gamma(d/2) Q((d+k)/2, a^2/2).
    """
    total = np.zeros(np.broadcast(size, level).shape)
    sign_binomial = 1.0
    for k in range(power, -1, -1):
        log_gamma = gammaln((size + k) / 2) - gammaln(size / 2)
        moment = np.exp(0.5 * k * np.log(2) + log_gamma) * gammaincc((size + k) / 2, level**2 / 2)
        total = total + sign_binomial * moment * level ** (power - k)
        sign_binomial *= -k / (power - k + 1)
    return np.maximum(total, 0.0)


def mean_risk(p: int, sparsity: int, threshold: float) -> float:
    """The formula for L1 at one tau: s (1 + tau^2) + (p - s) E (|Z| - tau)_+^2."""
    norm, signal = read_signal("l1", p, sparsity)
    groups = _groups(norm, signal)
    assert groups is not None  # L1 has the formula
    return groups.mean(threshold)


def minimax_threshold(p: int, sparsity: int) -> tuple[float, float]:
    """The tau that attains the formula for L1, and the least attainable value (delta) at it."""
    norm, signal = read_signal("l1", p, sparsity)
    groups = _groups(norm, signal)
    assert groups is not None  # L1 has the formula
    if not groups.is_active.any():
        return np.inf, 0.0
    tau = groups.best_tau()
    return tau, groups.mean(tau)
