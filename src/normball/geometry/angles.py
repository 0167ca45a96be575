"""Angles of the faces of the cross-polytope (the L1 ball) and the cube (the LInf ball).

A face of the cross-polytope in R^p with l vertices is a regular simplex of dimension l - 1;
there are 2^l C(p, l) of them. Three quantities, each one integral:

*external angle*, the share of the normal directions at the face: after scaling,
    gamma(l, p) = int_0^inf phi(u) erf(u / sqrt(2 l))^(p - l) du;
*internal angle* at a face of s vertices within one of l vertices:
    beta(s, l) = P(g_j >= 0 for the l - s other j | g_1 + ... + g_l = 0), g standard normal,
    a ratio of densities: that of sqrt(s) Z + |Z_1| + ... + |Z_(l-s)| at 0 and that of a sum;
*Gaussian measure* of the face itself, within the flat that it spans.

Sources: Affentranger, Schneider, "Random projections of regular simplices", Discrete &
Computational Geometry 7 (1992); Boroczky, Henk, "Random projections of regular polytopes",
Archiv der Mathematik 73 (1999); Vershik, Sporyshev, "Asymptotic behavior of the number of
faces of random polyhedra", Selecta Mathematica Sovietica 11 (1992), for the integrals.
"""

from __future__ import annotations

import numpy as np
from scipy.special import erf, gammaln, log_ndtr

from ..typing import Floats, Indices
from .quadrature import log_half_normal_density, log_integral

LOG_2PI = float(np.log(2 * np.pi))


def log_binomial(n: Floats | int, k: Floats | Indices) -> Floats:
    """log C(n, k)."""
    return np.asarray(gammaln(np.add(n, 1)) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1))


def log_external_angles(n_vertices: Indices, n_features: int, offset: float = 0.0) -> Floats:
    """(k,) log Gaussian measure of the normals at faces with l vertices of the cross-polytope in R^p.

    Parameters
    ----------
    n_vertices : (k,) l, from 1 to p.
    n_features : p.
    offset : float >= 0, default 0
        Radius of the ball: the normals start from the face, which is offset / sqrt(l) away
        from 0. With 0 this is the external angle.
    """
    size = np.asarray(n_vertices, dtype=np.float64)[:, None]
    others = n_features - size

    def room(u: Floats) -> Floats:
        return np.maximum(u / np.sqrt(size) - offset / size, 0.0)

    def log_f(u: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            caught = np.where(others > 0, others * np.log(erf(room(u) / np.sqrt(2))), 0.0)
        return np.asarray(caught - u * u / 2 - LOG_2PI / 2)

    def slope(u: Floats) -> Floats:
        z = room(u)
        with np.errstate(divide="ignore", invalid="ignore"):
            pull = 2 * np.exp(-z * z / 2 - LOG_2PI / 2) / erf(z / np.sqrt(2)) / np.sqrt(size)
            return np.asarray(np.where(others > 0, others * pull, 0.0) - u)

    start = offset / np.sqrt(size[:, 0])
    upper = start + np.sqrt(2 * size[:, 0] * np.log(n_features + 1.0)) + 10.0
    return log_integral(log_f, slope, start, upper)


def log_internal_angles(n_vertices_inner: int, n_vertices: Indices) -> Floats:
    """(k,) log angle at a face of s vertices within regular simplices of l >= s vertices."""
    size = np.asarray(n_vertices, dtype=np.float64)
    result = np.zeros(len(size))
    larger = size > n_vertices_inner
    total = size[larger]
    density = log_half_normal_density(total - n_vertices_inner, float(n_vertices_inner), 0.0)
    result[larger] = density + 0.5 * (LOG_2PI + np.log(total))
    return result


def log_simplex_measures(n_vertices: Indices, radius: float) -> Floats:
    """(k,) log Gaussian measure, within the flat they span, of the faces of {|w|_1 = radius} with l vertices.

    Given that g_1 + ... + g_l = radius, the probability that all g_j are >= 0.
    """
    size = np.asarray(n_vertices, dtype=np.float64)
    result = np.zeros(len(size))
    pair = size == 2  # a segment of length sqrt(2) radius, centred
    result[pair] = np.log(erf(radius / 2))
    larger = size > 2
    total = size[larger]
    density = log_half_normal_density(total, 0.0, radius)
    result[larger] = density + 0.5 * (LOG_2PI + np.log(total)) + radius**2 / (2 * total)
    return result


def cross_polytope_intrinsic_volumes(n_features: int, radius: float) -> Floats:
    """(p + 1,) intrinsic volumes V_0..V_p of {|w|_1 <= radius}.

    V_k = sum over the faces of dimension k of their volume times their external angle; a
    simplex of k + 1 vertices with edges sqrt(2) radius has volume radius^k sqrt(k + 1) / k!.
    """
    k = np.arange(n_features)
    log_count = (k + 1) * np.log(2) + log_binomial(n_features, k + 1)
    log_volume = k * np.log(radius) + 0.5 * np.log(k + 1) - gammaln(k + 1)
    volumes = np.exp(log_count + log_volume + log_external_angles(k + 1, n_features))
    whole = n_features * np.log(2 * radius) - gammaln(n_features + 1)
    return np.append(volumes, np.exp(whole))


def cube_intrinsic_volumes(n_features: int, radius: float) -> Floats:
    """(p + 1,) intrinsic volumes C(p, k) (2 radius)^k of {max |w_j| <= radius}."""
    k = np.arange(n_features + 1)
    return np.asarray(np.exp(log_binomial(n_features, k) + k * np.log(2 * radius)))


def ball_intrinsic_volumes(n_features: int, radius: float) -> Floats:
    """(p + 1,) intrinsic volumes C(p, k) kappa_p / kappa_(p-k) radius^k of the Euclidean ball."""
    k = np.arange(n_features + 1)

    def log_kappa(dimension: Indices | int) -> Floats:
        return np.asarray(np.multiply(dimension, np.log(np.pi) / 2) - gammaln(np.divide(dimension, 2) + 1))

    log_volume = log_binomial(n_features, k) + log_kappa(n_features) - log_kappa(n_features - k)
    return np.asarray(np.exp(log_volume + k * np.log(radius)))


def cross_polytope_shares(n_features: int, radius: float) -> Floats:
    """(p + 1,) odds that a standard normal point projects on a face of dimension k of {|w|_1 <= radius}.

    A face and the normals on it are a product, so the measure of each is one product of
    two integrals; the last entry is the inside, what is left.
    """
    size = np.arange(1, n_features + 1)
    log_count = size * np.log(2) + log_binomial(n_features, size)
    log_share = log_simplex_measures(size, radius) + log_external_angles(size, n_features, radius)
    shares = np.exp(log_count + log_share)
    return np.append(shares, max(1.0 - float(shares.sum()), 0.0))


def cube_shares(n_features: int, radius: float) -> Floats:
    """(p + 1,) odds that a standard normal point projects on a face of dimension k of the cube: binomial."""
    k = np.arange(n_features + 1)
    inside = np.log(erf(radius / np.sqrt(2)))
    outside = np.log(2) + log_ndtr(-radius)
    return np.asarray(np.exp(log_binomial(n_features, k) + k * inside + (n_features - k) * outside))


def cross_polytope_cone_volumes(n_features: int, n_nonzero: int) -> Floats:
    """(p + 1,) conic intrinsic volumes of the descent cone of L1 at a point with s >= 1 non-zeros.

    The faces of the cone are those of the ball that contain the point's face: for each
    l >= s there are 2^(l - s) C(p - s, l - s) with l vertices, and
    v_(l - 1) = number * beta(s, l) * gamma(l, p); the cone's inside has what is left.
    """
    volumes = np.zeros(n_features + 1)
    size = np.arange(n_nonzero, n_features + 1)
    extra = size - n_nonzero
    log_count = extra * np.log(2) + log_binomial(n_features - n_nonzero, extra)
    log_angles = log_internal_angles(n_nonzero, size) + log_external_angles(size, n_features)
    volumes[size - 1] = np.exp(log_count + log_angles)
    volumes[-1] = max(1.0 - float(volumes.sum()), 0.0)
    return volumes


def cube_cone_volumes(n_features: int, n_inside: int) -> Floats:
    """(p + 1,) conic intrinsic volumes of the descent cone of LInf where p - f coefficients are tied.

    The cone is a flat of dimension f times an orthant of dimension p - f: binomial, shifted by f.
    """
    tied = n_features - n_inside
    volumes = np.zeros(n_features + 1)
    k = np.arange(tied + 1)
    volumes[n_inside:] = np.exp(log_binomial(tied, k) - tied * np.log(2))
    return volumes


def halfspace_cone_volumes(n_features: int) -> Floats:
    """(p + 1,) conic intrinsic volumes of a half-space: the descent cone of any smooth ball."""
    volumes = np.zeros(n_features + 1)
    volumes[-2:] = 0.5
    return volumes
