"""What every loss offers: value, gradient, curvature and conjugate in the linear predictor.

A loss sees the linear predictor eta = X w + b (n,) and the response y (n,), never X.
Nearly every loss is a `SampleLoss`, the weighted mean over samples,

    f(eta) = sum_i v_i l(eta_i, y_i),    v_i >= 0,  sum_i v_i = 1,

and that scale is fixed here, once: `value`, `gradient`, `curvature` and `conjugate` hold
the v_i, the `sample_...` methods do not. Conjugates prove answers: for every u,
f(eta) + f*(u) >= <u, eta>, with equality at u = gradient (Fenchel-Young). What is left between
the two sides, the `slack`, is what a duality gap is made of; the losses here compute it without
subtracting large numbers from each other.

Likelihoods are half deviances, counted from the saturated model, so that inf f = 0 for every
loss here: a mean of numbers near 1e9 would leave no digits for what the features explain.

A new loss is one file with one subclass of `SampleLoss`, one line in `LOSSES`
(`losses/__init__.py`), and its example instances in `tests/support/registry_losses.py`. A loss
that ties samples to each other subclasses `Loss` and says so by `is_diagonal`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final

import numpy as np

from ..typing import Floats, Mask
from ..values import ArrayValue
from .hessian_root import DiagonalRoot, HessianRoot

EPSILON: Final = float(np.finfo(np.float64).eps)


class Loss(ArrayValue, ABC):
    """A convex data-fit term. Instances are immutable and know no data."""

    name: ClassVar[str]
    """Key in the registry, also what users type."""
    title: ClassVar[str]
    """How people call it, for pictures and tables."""
    measured_as: ClassVar[str] = "mean over the rows"
    """What its value is, in the field's words."""
    curvature_bound: ClassVar[float]
    """Largest per-sample second derivative in eta; inf if there is none."""
    is_quadratic: ClassVar[bool] = False
    """The loss is exactly squared error, so that Newton's model of it is exact."""
    is_smooth: ClassVar[bool] = True
    """The loss has a gradient; otherwise it is a `PiecewiseLinear`."""
    is_diagonal: ClassVar[bool] = True
    """The Hessian in eta is diagonal; otherwise `curvature` lies above it and `hessian_root` gives it."""
    is_shift_invariant: ClassVar[bool] = False
    """A constant added to eta changes nothing, so that there is no intercept."""
    is_classifier: ClassVar[bool] = False
    """The response is a class, 0 or 1."""
    is_likelihood: ClassVar[bool] = False
    """A mean negative log-likelihood without a further parameter: n times the Hessian is the information."""
    has_units: ClassVar[bool] = False
    """The predictor is measured in the units of y, and not a logarithm or log-odds."""
    ratio_name: ClassVar[str] = ""
    """What exp(coefficient) is called, where coefficients are of a logarithm; else empty."""
    compiled_form: ClassVar[tuple[str, ...]] = ()
    """Name of this loss in src/kernels/losses.hpp, if it is there, and the names of its parameters.

    Holds for the class that states it and not for its subclasses, which may define another loss.
    """

    def encode_response(self, y: Any) -> Any:
        """The response as numbers (n,), from what users of this loss hold; by default y itself."""
        return y

    @abstractmethod
    def check_response(self, y: Floats) -> None:
        """Raise ValueError if a response (finite numbers) is not one this loss can score."""

    @abstractmethod
    def value(self, eta: Floats, y: Floats, sample_weight: Floats) -> float:
        """f(eta); may be inf where eta overflows, never NaN."""

    def values(self, etas: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """f (k,) at many predictors (k, n)."""
        return np.array([self.value(eta, y, sample_weight) for eta in etas])

    @abstractmethod
    def gradient(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """df/deta (n,), weights included."""

    @abstractmethod
    def curvature(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """Diagonal (n,) of the Hessian of f in eta, or of a diagonal matrix above it; weights included."""

    def majorant(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """Curvature (n,) of the quadratic model that a solver builds at eta; > 0 where possible."""
        return self.curvature(eta, y, sample_weight)

    def hessian_root(self, eta: Floats, y: Floats, sample_weight: Floats) -> HessianRoot:
        """R with R'R the Hessian of f in eta; by default the root of `curvature`."""
        return DiagonalRoot(np.sqrt(self.curvature(eta, y, sample_weight)))

    @abstractmethod
    def conjugate(self, u: Floats, y: Floats, sample_weight: Floats) -> float:
        """f*(u) = sup_eta <u, eta> - f(eta); inf outside the domain."""

    def conjugates(self, U: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """f*(u) (k,) for each row of U (k, n)."""
        return np.array([self.conjugate(u, y, sample_weight) for u in U])

    def slack(self, eta: Floats, u: Floats, y: Floats, sample_weight: Floats) -> float:
        """f(eta) + f*(u) - <u, eta> >= 0, with <u, eta> about a constant where that changes nothing.

        By default from the three terms, and then not below their rounding: a difference that
        came out as 0 or less says no more than that.
        """
        linear = u * (eta - sample_weight @ eta if self.is_shift_invariant else eta)
        value, conjugate = self.value(eta, y, sample_weight), self.conjugate(u, y, sample_weight)
        rounding = EPSILON * (abs(value) + abs(conjugate) + float(np.abs(linear).sum()))
        return max(abs(value + conjugate - float(linear.sum())), rounding)

    def slacks(self, etas: Floats, U: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """`slack` (k,) for each pair of rows of etas and U (k, n)."""
        return np.array([self.slack(eta, u, y, sample_weight) for eta, u in zip(etas, U, strict=True)])

    def resolution(self, eta: Floats, y: Floats) -> Floats:
        """(n,) size of the numbers in eta and y, in units of eta: what rounding errors are relative to."""
        return np.abs(eta) + (np.abs(y) if self.has_units else 1.0)

    @abstractmethod
    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        """The best constant eta: argmin_b f(b).

        Raises
        ------
        ValueError
            If the minimum is not attained (all responses in one class, all counts zero).
        """

    def is_counted(self, y: Floats) -> Mask:
        """Samples (n,) that a loss per observation counts: every one; for Cox the events."""
        return np.ones(len(y), dtype=bool)

    def predict(self, eta: Floats) -> Floats:
        """Mean response at eta (n,): eta itself, a probability, a rate."""
        return eta


class SampleLoss(Loss):
    """A loss that is a weighted mean over samples, given by what it is for one sample."""

    @abstractmethod
    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        """l(eta_i, y_i), (n,); may be inf where eta overflows, never NaN."""

    @abstractmethod
    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        """dl/deta, (n,)."""

    @abstractmethod
    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        """Second derivative in eta (one of its values where it jumps), (n,), >= 0."""

    @abstractmethod
    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        """l*(u_i) = sup_eta u_i eta - l(eta, y_i), (n,); inf outside the domain."""

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        """l(eta_i, y_i) + l*(u_i) - u_i eta_i, (n,) >= 0; inf outside the domain of l*.

        By default from the three terms, not below their rounding.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            value, conjugate, linear = self.sample_values(eta, y), self.sample_conjugates(u, y), u * eta
            rounding = EPSILON * (np.abs(value) + np.abs(conjugate) + np.abs(linear))
            slack = np.maximum(np.abs(value + conjugate - linear), rounding)
        return np.where(np.isnan(slack), np.inf, slack)

    def sample_majorants(self, eta: Floats, y: Floats) -> Floats:
        """Per-sample curvature (n,) of the quadratic model that a solver builds at eta.

        Default: the curvature itself. A loss with flat or straight pieces gives the
        curvature of a parabola that touches it at eta and lies above it.
        """
        return self.sample_curvatures(eta, y)

    # ---- weighted means -------------------------------------------------------------
    def value(self, eta: Floats, y: Floats, sample_weight: Floats) -> float:
        """f(eta), the weighted mean loss."""
        with np.errstate(over="ignore"):  # a line search may step where the mean is beyond floats
            return float((sample_weight * self.sample_values(eta, y)).sum())

    def values(self, etas: Floats, y: Floats, sample_weight: Floats) -> Floats:
        with np.errstate(over="ignore"):
            values = self.sample_values(etas.ravel(), np.tile(y, len(etas)))
        return np.asarray(values.reshape(etas.shape) @ sample_weight)

    def gradient(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        return sample_weight * self.sample_gradients(eta, y)

    def curvature(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        return sample_weight * self.sample_curvatures(eta, y)

    def majorant(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        return sample_weight * self.sample_majorants(eta, y)

    def conjugate(self, u: Floats, y: Floats, sample_weight: Floats) -> float:
        """f*(u) = sum_i v_i l*(u_i / v_i); inf outside the domain. A sample of weight 0 needs u_i = 0."""
        return float(self.conjugates(u[None, :], y, sample_weight)[0])

    def slack(self, eta: Floats, u: Floats, y: Floats, sample_weight: Floats) -> float:
        """Weighted mean of `sample_slacks`. A sample of weight 0 needs u_i = 0."""
        return float(self.slacks(eta[None, :], u[None, :], y, sample_weight)[0])

    def slacks(self, etas: Floats, U: Floats, y: Floats, sample_weight: Floats) -> Floats:
        if not sample_weight.all():
            seen = sample_weight > 0
            slacks = self.slacks(etas[:, seen], U[:, seen], y[seen], sample_weight[seen])
            return np.where((U[:, ~seen] != 0).any(axis=1), np.inf, slacks)
        responses = y if len(U) == 1 else np.tile(y, len(U))
        with np.errstate(over="ignore"):
            slacks = self.sample_slacks(etas.ravel(), (U / sample_weight).ravel(), responses)
        return np.asarray(slacks.reshape(U.shape) @ sample_weight)

    def conjugates(self, U: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """f*(u) (K,) for each row of U (K, n)."""
        if not sample_weight.all():
            seen = sample_weight > 0
            values = self.conjugates(U[:, seen], y[seen], sample_weight[seen])
            return np.where((U[:, ~seen] != 0).any(axis=1), np.inf, values)
        responses = y if len(U) == 1 else np.tile(y, len(U))
        scaled = U / sample_weight
        return np.asarray(self.sample_conjugates(scaled.ravel(), responses).reshape(U.shape) @ sample_weight)
