"""Alpha without folklore: fractions of alpha_max, and the scales of other packages.

normball minimises f + alpha R with f the *mean* loss and squared error halved. Others
sum instead of averaging, drop the half, or count the other way round:

| source                     | their objective                                  | here |
|----------------------------|--------------------------------------------------|------|
| sklearn.Lasso, skglm.Lasso | |y - Xw|^2 / (2n) + a |w|_1                       | alpha = a, L1 |
| sklearn.ElasticNet         | |y - Xw|^2 / (2n) + a (r |w|_1 + (1-r)/2 |w|^2)   | alpha = a |
| sklearn.Ridge              | |y - Xw|^2 + a |w|^2                              | alpha = a / n, SquaredL2 |
| sklearn.LogisticRegression | C sum_i l_i + |w|_1 or |w|^2 / 2                 | alpha = 1 / (C n) |
| glmnet (gaussian)          | y scaled to sd 1 inside, then as sklearn.Lasso   | alpha = lambda |
| glmnet.ridge (gaussian)    | the same with its alpha = 0                      | alpha = lambda / sd(y) |
| glmnet.logistic            | mean deviance / 2 + lambda |w|_1                 | alpha = lambda |
| spgl1.tau                  | least |Xw - y| subject to |w|_1 <= tau           | budget = tau |
| spgl1.sigma                | least |w|_1 subject to |Xw - y| <= sigma         | target = sigma^2 / (2n) |

n is the number of samples, or the sum of the sample weights where the other package sums
weighted losses; sd(y) divides by n. glmnet's figures hold with standardize=FALSE or
columns of unit deviation. Sources: the objective stated in the documentation of each
package (scikit-learn user guide 1.1, skglm API, glmnet vignette, SPGL1 documentation).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np


@dataclass(frozen=True)
class Fraction:
    """A share of alpha_max, the smallest alpha at which nothing enters; made by `fraction`."""

    value: float


def fraction(value: float) -> Fraction:
    """Alpha as a share of alpha_max, for `Problem.solve(alpha=fraction(0.1))`.

    Parameters
    ----------
    value : float > 0
        1 is where the first feature enters, 0.1 a tenth of that price.

    Raises
    ------
    ValueError
        If the value is not a positive finite number.
    """
    if not isinstance(value, (int, float, np.number)) or not np.isfinite(value) or value <= 0:
        raise ValueError(f"fraction takes a number > 0 (1 is alpha_max), got {value!r}.")
    return Fraction(float(value))


@dataclass(frozen=True)
class _Scale:
    """Conversion to normball's number and back; `form` says which argument of `solve` it is."""

    form: str
    to_normball: Callable[[float, float, float], float]
    from_normball: Callable[[float, float, float], float]
    needs: tuple[str, ...] = ()


def _same(value: float, n: float, sd: float) -> float:
    return value


_SCALES = {
    "normball": _Scale("alpha", _same, _same),
    "sklearn.Lasso": _Scale("alpha", _same, _same),
    "sklearn.ElasticNet": _Scale("alpha", _same, _same),
    "sklearn.Ridge": _Scale("alpha", lambda a, n, sd: a / n, lambda a, n, sd: a * n, ("n_samples",)),
    "sklearn.LogisticRegression": _Scale(
        "alpha", lambda c, n, sd: 1 / (c * n), lambda a, n, sd: 1 / (a * n), ("n_samples",)
    ),
    "skglm.Lasso": _Scale("alpha", _same, _same),
    "skglm.ElasticNet": _Scale("alpha", _same, _same),
    "skglm.SparseLogisticRegression": _Scale("alpha", _same, _same),
    "glmnet": _Scale("alpha", _same, _same),
    "glmnet.logistic": _Scale("alpha", _same, _same),
    "glmnet.ridge": _Scale("alpha", lambda a, n, sd: a / sd, lambda a, n, sd: a * sd, ("y_std",)),
    "spgl1.tau": _Scale("budget", _same, _same),
    "spgl1.sigma": _Scale(
        "target",
        lambda s, n, sd: s**2 / (2 * n),
        lambda t, n, sd: float(np.sqrt(2 * n * t)),
        ("n_samples",),
    ),
}


def convert_alpha(
    value: float,
    source: str = "normball",
    destination: str = "normball",
    n_samples: float | None = None,
    y_std: float | None = None,
) -> float:
    """Convert a regularisation strength between packages; formulas in the module docstring.

    Parameters
    ----------
    value : float
        The number as `source` understands it (for LogisticRegression it is C).
    source, destination : str
        "normball", "sklearn.Lasso", "sklearn.ElasticNet", "sklearn.Ridge",
        "sklearn.LogisticRegression", "skglm.Lasso", "skglm.ElasticNet",
        "skglm.SparseLogisticRegression", "glmnet", "glmnet.logistic", "glmnet.ridge",
        "spgl1.tau", "spgl1.sigma".
    n_samples : float, optional
        Number of samples n (or the sum of the weights); needed where the formula has n.
    y_std : float, optional
        Standard deviation of y (dividing by n); needed for "glmnet.ridge".

    Returns
    -------
    float
        alpha, except: budget for "spgl1.tau" and target for "spgl1.sigma", which convert
        only to "normball" and to themselves.

    Raises
    ------
    ValueError
        Unknown package (with the close match), a needed argument missing, or two scales
        that measure different things.
    """
    first, last = _scale(source, "source"), _scale(destination, "destination")
    given = {"n_samples": n_samples, "y_std": y_std}
    for name, scale in ((source, first), (destination, last)):
        for needed in scale.needs:
            number = given[needed]
            if number is None or not np.isfinite(number) or number <= 0:
                raise ValueError(f"converting {name!r} needs {needed} > 0, got {number!r}.")
    if "normball" not in (source, destination) and first.form != last.form:
        raise ValueError(
            f"{source!r} gives the {first.form} and {destination!r} the {last.form}; they have no common "
            "scale, solve the one and read the other from the solution."
        )
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not np.isfinite(value):
        raise ValueError(f"value must be a finite number, got {value!r}.")
    if value <= 0 and "sklearn.LogisticRegression" in (source, destination):
        raise ValueError(f"value must be > 0, because C and alpha are each other's inverse, got {value!r}.")
    n, sd = float(n_samples or 1), float(y_std or 1)
    return float(last.from_normball(first.to_normball(float(value), n, sd), n, sd))


def _scale(name: str, argument: str) -> _Scale:
    if name in _SCALES:
        return _SCALES[name]
    close = get_close_matches(str(name), list(_SCALES), n=1, cutoff=0.4)
    if close:
        raise ValueError(f"{argument} {name!r} is unknown. Did you mean {close[0]!r}?")
    raise ValueError(f"{argument} {name!r} is unknown; known are {', '.join(_SCALES)}.")
