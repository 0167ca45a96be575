"""Alpha without folklore: fractions of alpha_max, and the scales of other packages.

normball minimises f + alpha R with f the *mean* loss and squared error halved; the elastic net is
R = r |w|_1 + (1 - r) |w|^2 / 2 with r = l1_ratio, so alpha r is the price of |w|_1 and
alpha (1 - r) that of |w|^2 / 2. Others sum instead of averaging, drop the half, count the other
way round, or scale y; with their strength a and their share r of L1,

| source                     | price of |w|_1   | price of |w|^2 / 2   |
|----------------------------|------------------|----------------------|
| sklearn.Lasso, .ElasticNet | a r              | a (1 - r)            |
| skglm (all)                | a r              | a (1 - r)            |
| sklearn.Ridge              |                  | a / n                |
| sklearn.LogisticRegression | r / (C n)        | (1 - r) / (C n)      |
| glmnet (gaussian)          | lambda r         | lambda (1 - r) / s   |
| glmnet.FAMILY (others)     | lambda r         | lambda (1 - r)       |
| lifelines.CoxPHFitter      | a r sqrt(k)      | a (1 - r) k          |

and SPGL1's tau is a budget, its sigma (|Xw - y| <= sigma) the target sigma^2 / (2 n).

n is the number of samples, or the sum of the sample weights where the other package sums weighted
losses. s is the standard deviation of y (dividing by n), because glmnet scales y for
family = "gaussian" and scales the strength back for L1 alone; with intercept = FALSE it is the root
of the mean square of y. It does not for family = gaussian() and the other family objects, nor for
"mgaussian". glmnet's strengths hold for standardize = FALSE, and for standardize = TRUE with
`standardize=True`. lifelines always standardises with the deviation that divides by n - 1, and
k = n / (n - 1) makes that the one of `standardize=True`.

Sources: the objective stated in the documentation of each package (scikit-learn user guide 1.1,
skglm API, SPGL1 documentation, lifelines API); glmnet: Friedman, Hastie, Tibshirani, J. Stat.
Software 33 (2010), and its fits of small tables, whose optimality conditions show the two prices.
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
    """A strength a and a share r of L1 as prices, a r on_l1 of |w|_1 and a (1 - r) on_ridge of |w|^2 / 2.

    `form` says which argument of `solve` the number is. `strength` makes a of what users give, and
    `given` is its inverse; the factors come from n and the deviation of y.
    """

    form: str = "alpha"
    needs: tuple[str, ...] = ()
    strength: Callable[[float, float], float] = lambda value, n: value
    given: Callable[[float, float], float] = lambda strength, n: strength
    on_l1: Callable[[float], float] = lambda n: 1.0
    on_ridge: Callable[[float, float], float] = lambda n, sd: 1.0
    ridge_needs: tuple[str, ...] = ()
    above: int = 0  # what is needed has to be larger


_PLAIN = _Scale()
_GLMNET_GAUSSIAN = _Scale(on_ridge=lambda n, sd: 1 / sd, ridge_needs=("y_std",))

_SCALES = {
    "normball": _PLAIN,
    "sklearn.Lasso": _PLAIN,
    "sklearn.ElasticNet": _PLAIN,
    "sklearn.Ridge": _Scale("alpha", ("n_samples",), lambda a, n: a / n, lambda a, n: a * n),
    "sklearn.LogisticRegression": _Scale(
        "alpha", ("n_samples",), lambda c, n: 1 / (c * n), lambda a, n: 1 / (a * n)
    ),
    "skglm.Lasso": _PLAIN,
    "skglm.ElasticNet": _PLAIN,
    "skglm.SparseLogisticRegression": _PLAIN,
    "glmnet": _GLMNET_GAUSSIAN,
    "glmnet.gaussian": _GLMNET_GAUSSIAN,
    "glmnet.glm": _PLAIN,
    "glmnet.binomial": _PLAIN,
    "glmnet.multinomial": _PLAIN,
    "glmnet.poisson": _PLAIN,
    "glmnet.cox": _PLAIN,
    "glmnet.mgaussian": _PLAIN,
    "lifelines.CoxPHFitter": _Scale(
        needs=("n_samples",),
        on_l1=lambda n: float(np.sqrt(n / (n - 1))),
        on_ridge=lambda n, sd: n / (n - 1),
        above=1,
    ),
    "spgl1.tau": _Scale("budget"),
    "spgl1.sigma": _Scale(
        "target", ("n_samples",), lambda s, n: s**2 / (2 * n), lambda t, n: float(np.sqrt(2 * n * t))
    ),
}


def convert_alpha(
    value: float,
    source: str = "normball",
    destination: str = "normball",
    n_samples: float | None = None,
    y_std: float | None = None,
    l1_ratio: float = 1.0,
) -> float:
    """Convert a regularisation strength between packages; formulas in the module docstring.

    Parameters
    ----------
    value : float
        The number as `source` understands it (for LogisticRegression it is C).
    source, destination : str
        "normball", "sklearn.Lasso", "sklearn.ElasticNet", "sklearn.Ridge",
        "sklearn.LogisticRegression", "skglm.Lasso", "skglm.ElasticNet",
        "skglm.SparseLogisticRegression", "lifelines.CoxPHFitter", "spgl1.tau", "spgl1.sigma",
        and for glmnet "glmnet" (family="gaussian"), "glmnet.binomial", ".multinomial", ".poisson",
        ".cox", ".mgaussian", and "glmnet.glm" for family objects such as gaussian() and Gamma().
    n_samples : float, optional
        Number of samples n (or the sum of the weights); needed where the formula has n.
    y_std : float, optional
        Standard deviation of y (dividing by n); needed for "glmnet" where l1_ratio is not 1.
    l1_ratio : float in [0, 1], default 1
        Share of L1 as `source` understands it (glmnet calls it alpha): 1 the lasso, 0 ridge. Where
        the packages scale the two parts differently, the share changes too: `convert_l1_ratio`.

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

    Examples
    --------
    >>> import normball as nb
    >>> nb.convert_alpha(1.0, "glmnet", l1_ratio=0.5, y_std=2.0)
    0.75
    """
    first, last = _scale(source, "source"), _scale(destination, "destination")
    if "normball" not in (source, destination) and first.form != last.form:
        raise ValueError(
            f"{source!r} gives the {first.form} and {destination!r} the {last.form}; they have no common "
            "scale, solve the one and read the other from the solution."
        )
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not np.isfinite(value):
        raise ValueError(f"value must be a finite number, got {value!r}.")
    if value <= 0 and "sklearn.LogisticRegression" in (source, destination):
        raise ValueError(f"value must be > 0, because C and alpha are each other's inverse, got {value!r}.")
    of_l1, of_ridge = _shares(l1_ratio, source, destination, n_samples, y_std)
    n = float(n_samples or 1)
    return float(last.given(first.strength(float(value), n) * (of_l1 + of_ridge), n))


def convert_l1_ratio(
    l1_ratio: float,
    source: str = "normball",
    destination: str = "normball",
    n_samples: float | None = None,
    y_std: float | None = None,
) -> float:
    """Convert the share of L1 in an elastic net between packages, beside `convert_alpha`.

    Parameters
    ----------
    l1_ratio : float in [0, 1]
        The share as `source` understands it; glmnet calls it alpha.
    source, destination, n_samples, y_std
        As in `convert_alpha`.

    Returns
    -------
    float
        In [0, 1]; it does not depend on the strength.

    Raises
    ------
    ValueError
        As `convert_alpha`.

    Examples
    --------
    >>> import normball as nb
    >>> round(nb.convert_l1_ratio(0.5, "glmnet", y_std=2.0), 4)
    0.6667
    """
    of_l1, of_ridge = _shares(l1_ratio, source, destination, n_samples, y_std)
    return of_l1 / (of_l1 + of_ridge)


def _shares(
    l1_ratio: float, source: str, destination: str, n_samples: float | None, y_std: float | None
) -> tuple[float, float]:
    """What a strength of 1 at the source is at the destination, of |w|_1 and of |w|^2 / 2."""
    if (
        isinstance(l1_ratio, bool)
        or not isinstance(l1_ratio, (int, float, np.number))
        or not 0 <= l1_ratio <= 1
    ):
        raise ValueError(f"l1_ratio must be a number between 0 and 1, got {l1_ratio!r}.")
    first, last = _scale(source, "source"), _scale(destination, "destination")
    given = {"n_samples": n_samples, "y_std": y_std}
    for name, scale in ((source, first), (destination, last)):
        for needed in (*scale.needs, *(scale.ridge_needs if l1_ratio < 1 else ())):
            number = given[needed]
            if number is None or not np.isfinite(number) or number <= scale.above:
                raise ValueError(f"converting {name!r} needs {needed} > {scale.above}, got {number!r}.")
    n, sd = float(n_samples or 2), float(y_std or 1)
    of_l1 = l1_ratio * first.on_l1(n) / last.on_l1(n)
    return float(of_l1), float((1 - l1_ratio) * first.on_ridge(n, sd) / last.on_ridge(n, sd))


def _scale(name: str, argument: str) -> _Scale:
    if name in _SCALES:
        return _SCALES[name]
    close = get_close_matches(str(name), list(_SCALES), n=1, cutoff=0.4)
    if close:
        raise ValueError(f"{argument} {name!r} is unknown. Did you mean {close[0]!r}?")
    raise ValueError(f"{argument} {name!r} is unknown; known are {', '.join(_SCALES)}.")
