"""Two one-dimensional integrals, many at once and in logarithms, that all face angles reduce to.

Log-concave integrands: Gauss-Legendre on panels that double away from the mode, so that
narrow peaks and slow tails are both resolved. Twenty nodes a panel give about 14 digits.

Sums of half-normals: the density of S = sqrt(v) Z + |Z_1| + ... + |Z_n| at a point x, as
the inverse Laplace transform of its moment generating function

    M(t) = exp(v t^2 / 2) (2 exp(t^2 / 2) Phi(t))^n,   density = (1 / 2 pi i) int M(t) exp(-t x) dt.

The path of integration goes through the saddle point t0 of M(t) exp(-t x) and leaves it
along rays at 67.5 degrees, on which the integrand dies like a Gaussian and does not
oscillate, so densities of 1e-300 and less keep their digits. exp(t^2 / 2) Phi(t) is half
the Faddeeva function at -i t / sqrt(2). Source of the method: Daniels, "Saddlepoint
approximations in statistics", Annals of Mathematical Statistics 25 (1954), section 2,
where the integral is approximated; here it is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.special import erfcx, log_ndtr, wofz

from ..typing import Floats

NODES = 20
"""Gauss-Legendre nodes a panel."""
RAY = np.exp(1j * 3 * np.pi / 8)


def panels(n_panels: int) -> tuple[Floats, Floats]:
    """Nodes and weights of [0, 2^(n_panels - 2)] cut into [0, 1/2], [1/2, 1], [1, 2], [2, 4], ..."""
    node, weight = leggauss(NODES)
    ends = np.append(0.0, 2.0 ** np.arange(-1, n_panels - 1))
    half = np.diff(ends) / 2
    middle = ends[:-1] + half
    return (middle[:, None] + half[:, None] * node).ravel(), (half[:, None] * weight).ravel()


def log_sum(log_terms: Floats) -> Floats:
    """Logarithm of the sum of exponentials along the last axis; -inf for none but zeros."""
    top = log_terms.max(axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(log_terms - top).sum(axis=-1)) + top[..., 0])


def log_integral(
    log_f: Callable[[Floats], Floats], slope: Callable[[Floats], Floats], start: Floats, upper: Floats
) -> Floats:
    """(k,) logarithms of the integrals over [start, inf) of k log-concave functions.

    Parameters
    ----------
    log_f, slope : (k, n) -> (k, n)
        Logarithms of the integrands and their derivatives, row by row.
    start : (k,) lower ends.
    upper : (k,) points beyond the modes.
    """
    low, high = start.astype(float), upper.astype(float)
    for _ in range(60):
        middle = 0.5 * (low + high)
        rising = slope(middle[:, None])[:, 0] > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    mode = 0.5 * (low + high)
    # the distance over which the integrand falls to 1/e: a scale that needs no second derivative
    peak = log_f(mode[:, None])[:, 0]
    low, high = np.zeros_like(mode), upper - start + 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        near = log_f((mode + middle)[:, None])[:, 0] > peak - 1
        low, high = np.where(near, middle, low), np.where(near, high, middle)
    node, weight = panels(9)
    reach = 2.0**7
    sides = []
    for side, scale in ((1.0, high), (-1.0, np.minimum(high, (mode - start) / reach))):
        with np.errstate(divide="ignore"):
            log_weight = np.log(weight) + np.log(scale)[:, None]
        sides.append(log_f(mode[:, None] + side * scale[:, None] * node) + log_weight)
    return log_sum(np.concatenate(sides, axis=1))


def log_half_normal_density(n: Any, variance: Any, x: Any) -> Floats:
    """(k,) log density at x of sqrt(variance) Z + |Z_1| + ... + |Z_n|, divided by 2^n.

    Parameters
    ----------
    n : (k,) whole numbers >= 0.
    variance : (k,) or float >= 0; n >= 2 where it is 0.
    x : (k,) or float; > 0 where variance is 0.

    Notes
    -----
    O(k) evaluations of the Faddeeva function, about 240 a number; relative error about 1e-12.
    """
    n, variance, x = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (n, variance, x)))
    saddle = _saddle(n, variance, x)
    width = 1 / np.sqrt(variance + n * _variance(saddle))
    node, weight = panels(12)
    t = saddle[:, None] + width[:, None] * node * RAY
    exponent = variance[:, None] * t * t / 2 + n[:, None] * _log_factor(t) - t * x[:, None]
    at_saddle = variance * saddle**2 / 2 + n * _log_real_factor(saddle) - saddle * x
    with np.errstate(over="ignore", invalid="ignore"):
        value = np.exp(exponent - at_saddle[:, None])
    total = (value * RAY).imag @ weight if len(n) else np.zeros(0)
    return np.asarray(at_saddle + np.log(width * total / np.pi))


def _log_factor(t: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """log(exp(t^2 / 2) Phi(t)) on any branch, in the form that does not overflow."""
    z = 1j * t / np.sqrt(2)
    is_right = (t.real > 0) & ((t * t).real > 0)
    far = np.where(is_right, z, 0.0)
    right = t * t / 2 + np.log(1 - 0.5 * np.exp(far * far) * wofz(far))
    left = np.log(0.5 * wofz(np.where(is_right, 0.0, -z)))
    return np.asarray(np.where(is_right, right, left))


def _log_real_factor(t: Floats) -> Floats:
    """log(exp(t^2 / 2) Phi(t)); far to the left its two parts would cancel."""
    left = np.log(0.5 * erfcx(-np.minimum(t, 0.0) / np.sqrt(2)))
    return np.asarray(np.where(t < 0, left, t * t / 2 + log_ndtr(t)))


def _mean(t: Floats) -> Floats:
    """First derivative of log(exp(t^2 / 2) Phi(t)); by its expansion far to the left, where terms cancel."""
    far = np.minimum(t, -300.0)
    return np.asarray(np.where(t > -300, t + _mills(np.maximum(t, -300.0)), (2 / far**2 - 1) / far))


def _variance(t: Floats) -> Floats:
    """Second derivative of log(exp(t^2 / 2) Phi(t)); by its expansion far to the left, where terms cancel."""
    mills = _mills(np.maximum(t, -30.0))
    near = 1 - np.maximum(t, -30.0) * mills - mills**2
    return np.asarray(np.where(t > -30, near, 1 / np.minimum(t, -30.0) ** 2))


def _mills(t: Floats) -> Floats:
    """phi(t) / Phi(t), without overflow."""
    return np.asarray(np.sqrt(2 / np.pi) / erfcx(-t / np.sqrt(2)))


def _saddle(n: Floats, variance: Floats, x: Floats) -> Floats:
    """The real t where the log moment generating function has slope x; by bisection."""

    def slope(t: Floats) -> Floats:
        return variance * t + n * _mean(t) - x

    low, high = -np.ones(n.shape), np.ones(n.shape)
    for _ in range(60):
        low, high = np.where(slope(low) > 0, 2 * low, low), np.where(slope(high) < 0, 2 * high, high)
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = slope(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(0.5 * (low + high))
