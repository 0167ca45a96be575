"""What users ask of a problem, checked: names, sample weights, and one of the three forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from ..typing import ArrayLike, Floats
from ..values import within_floats
from .alpha_scale import Fraction
from .tables import read_vector

FORMS = {"alpha": "penalty", "budget": "budget", "target": "target"}


def read_names(found: tuple[str, ...] | None, given: Any, n_features: int) -> tuple[str, ...] | None:
    """The names given for the features, or those found in X, if any."""
    if given is None:
        return found
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"feature_names must be a list of names, one a feature, got {given!r}.")
    names = tuple(str(name) for name in given)
    if len(names) != n_features:
        raise ValueError(f"feature_names has {len(names)} entries but X has {n_features} features.")
    return names


def read_weights(sample_weight: ArrayLike | None, n: int) -> Floats:
    """Sample weights (n,) that sum to 1."""
    if sample_weight is None:
        return np.full(n, 1 / n)
    weights = read_vector(sample_weight, "sample_weight", n)
    if (weights < 0).any():
        position = int((weights < 0).argmax())
        raise ValueError(f"sample_weight must be >= 0, got {weights[position]:g} at position {position}.")
    largest = float(weights.max(initial=0.0))
    if largest == 0:
        raise ValueError("sample_weight must have a positive entry, got only zeros.")
    shares = weights / largest  # whose sum is not beyond floats
    return shares / float(shares.sum())


def check_size(response: Floats, name: str) -> None:
    """Raise ValueError if the squares of the entries are beyond floats."""
    largest = float(np.abs(response).max(initial=0.0))
    if largest > 1e150 or 0 < largest < 1e-150:
        raise ValueError(
            f"{name} has entries of size {largest:.0e}, whose squares are beyond floats; "
            f"multiply {name} by a constant."
        )


class Penalised(Protocol):
    """What a share of alpha_max is a share of."""

    @property
    def alpha_max(self) -> float: ...

    @property
    def norm(self) -> Any: ...


def given_level(alpha: Any, budget: Any, target: Any) -> tuple[str, Any]:
    """Name and value of exactly one of alpha, budget and target.

    Raises
    ------
    ValueError
        If none of them or several are given.
    """
    pairs = (("alpha", alpha), ("budget", budget), ("target", target))
    given = [(name, value) for name, value in pairs if value is not None]
    if len(given) != 1:
        what = " and ".join(f"{name}={value!r}" for name, value in given) or "none of them"
        raise ValueError(f"give exactly one of alpha, budget and target, got {what}.")
    return given[0]


def read_form(problem: Penalised, alpha: Any, budget: Any, target: Any) -> tuple[str, float]:
    """Form and level of exactly one of alpha, budget and target."""
    name, value = given_level(alpha, budget, target)
    if isinstance(value, Fraction):
        if name != "alpha":
            raise ValueError(f"{name} takes a number; fraction(...) is for alpha.")
        if not np.isfinite(problem.alpha_max):
            raise ValueError(
                f"alpha=fraction({value.value:g}) needs a finite alpha_max, but {problem.norm.title} "
                "shrinks without ever making all coefficients zero; give alpha as a number."
            )
        return "penalty", value.value * problem.alpha_max
    try:
        number = float(value)
    except OverflowError:
        raise within_floats(name) from None
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}.") from None
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}.")
    if number < 0 and name != "target":
        raise ValueError(f"{name} must be >= 0, got {number:g}.")
    return FORMS[name], number
