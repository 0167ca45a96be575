"""Made-up data whose true coefficients are known.

The columns are standard normal with correlation `correlation`^|i - j| between columns
i and j (an AR(1) sequence along each row). `n_informative` coefficients at random
places have random signs and sizes uniform in [1, 2]; all others are 0.
"""

from __future__ import annotations

import numpy as np

from ..parameters import read_between, read_count, read_not_negative, read_seed
from ..typing import Floats
from .dataset import Dataset


def make_regression(
    n_samples: int = 100,
    n_features: int = 20,
    n_informative: int = 5,
    correlation: float = 0.0,
    noise: float = 1.0,
    seed: int = 0,
) -> tuple[Dataset, Floats]:
    """Data of a sparse linear model: y = X coef + noise * (standard normal).

    Parameters
    ----------
    n_samples, n_features : int >= 1
    n_informative : int, 0 to n_features
        Coefficients that are not 0.
    correlation : float, -1 < correlation < 1
        Of neighbouring columns.
    noise : float >= 0
        Standard deviation of what the model leaves out.
    seed : int
        Equal seeds give equal data.

    Returns
    -------
    dataset : Dataset
    coef : (n_features,) true coefficients.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """
    rng, noise = read_seed(seed), read_not_negative(noise, "noise")
    X, coef = _sparse_model(rng, n_samples, n_features, n_informative, correlation)
    y = X @ coef + noise * rng.standard_normal(len(X))
    return _named(X, y, n_informative), coef


def make_classification(
    n_samples: int = 100,
    n_features: int = 20,
    n_informative: int = 5,
    correlation: float = 0.0,
    noise: float = 1.0,
    seed: int = 0,
) -> tuple[Dataset, Floats]:
    """Data of a sparse logistic model: y = 1 where X coef + noise * (standard logistic) > 0.

    With `noise=1` the probability of class 1 is exactly 1 / (1 + exp(-X coef)); with
    `noise=0` the classes are separable. Parameters, returns and errors are those of
    `make_regression`.
    """
    rng, noise = read_seed(seed), read_not_negative(noise, "noise")
    X, coef = _sparse_model(rng, n_samples, n_features, n_informative, correlation)
    y = (X @ coef + noise * rng.logistic(size=len(X)) > 0).astype(np.float64)
    return _named(X, y, n_informative, class_names=("0", "1")), coef


def _sparse_model(
    rng: np.random.Generator,
    n_samples: int,
    n_features: int,
    n_informative: int,
    correlation: float,
) -> tuple[Floats, Floats]:
    n_samples, n_features = read_count(n_samples, "n_samples"), read_count(n_features, "n_features")
    n_informative = read_count(n_informative, "n_informative", 0, n_features)
    correlation = read_between(correlation, "correlation", -1, 1)
    X = rng.standard_normal((n_samples, n_features))
    fresh = np.sqrt(1.0 - correlation**2)
    for j in range(1, n_features):
        X[:, j] = correlation * X[:, j - 1] + fresh * X[:, j]
    coef = np.zeros(n_features)
    informative = rng.choice(n_features, size=n_informative, replace=False)
    coef[informative] = rng.choice([-1.0, 1.0], size=n_informative) * rng.uniform(
        1.0, 2.0, size=n_informative
    )
    return X, coef


def _named(X: Floats, y: Floats, n_informative: int, class_names: tuple[str, str] | None = None) -> Dataset:
    n, p = X.shape
    model = "linear" if class_names is None else "logistic"
    return Dataset(
        X=X,
        y=y,
        feature_names=tuple(f"x{j}" for j in range(p)),
        target_name="y",
        description=f"{n} made-up samples of a {model} model with {n_informative} of {p} coefficients not 0.",
        class_names=class_names,
    )
