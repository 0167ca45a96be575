"""Fitted estimators as plain JSON, and as scikit-learn's own estimators.

The file holds the class, its parameters and what predicting needs; no code is run to read it,
and every field is checked, since it may come from anywhere. Training data are not stored.
"""

from __future__ import annotations

import json
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

from ..alpha_scale import Fraction, fraction
from ..losses import LOSSES, Loss, get_loss
from ..norms import NORMS, Norm
from ..typing import Floats
from .chosen_by_cv import ClassifierCV, RegressorCV
from .classifier import Classifier, PredictsClasses
from .linear import LinearEstimator
from .regressor import Regressor

FORMAT = "normball estimator"
VERSION = 1
CLASSES: dict[str, type[LinearEstimator]] = {
    kind.__name__: kind for kind in (Classifier, ClassifierCV, Regressor, RegressorCV)
}
SPLITTERS: dict[str, Any] = {kind.__name__: kind for kind in (KFold, StratifiedKFold)}
NUMBERS = ("alpha_", "norm_", "loss_", "gap_", "dual_gap_")
"""Fitted numbers that are stored as they are."""


def save(estimator: LinearEstimator, path: str | PathLike[str]) -> None:
    """Write a fitted estimator as JSON; coefficients keep the digits that give back the same float64.

    Raises
    ------
    TypeError
        If a parameter has no JSON form (splitters as `cv` other than KFold and StratifiedKFold, labels
        that are neither text nor numbers).
    ValueError
        If the estimator is not fitted.
    """
    Path(path).write_text(json.dumps(as_stored(estimator), indent=1), encoding="utf-8")


def as_stored(estimator: LinearEstimator) -> dict[str, Any]:
    """JSON values of a fitted estimator; raises as `save`."""
    if not hasattr(estimator, "coef_"):
        raise ValueError(f"{type(estimator).__name__} is not fitted; call fit before save.")
    coef = np.atleast_2d(estimator.coef_)
    parameters = estimator.get_params(deep=False)
    stored: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "class": type(estimator).__name__,
        "parameters": {name: _as_json(value, name) for name, value in parameters.items()},
        "n_features": int(estimator.n_features_in_),
        "feature_names": list(getattr(estimator, "feature_names_in_", [])) or None,
        "intercept": np.atleast_1d(estimator.intercept_).tolist(),
        "coefficients": [{str(j): float(row[j]) for j in np.flatnonzero(row)} for row in coef],
        "n_iter": int(estimator.n_iter_),
        "fitted": {name: float(getattr(estimator, name)) for name in NUMBERS},
    }
    if isinstance(estimator, PredictsClasses):
        stored["classes"] = [_as_json(label, "a label of y") for label in estimator.classes_.tolist()]
    return stored


def load(path: str | PathLike[str]) -> Any:
    """The estimator in a file that `save` wrote: it predicts, and has left its training data behind.

    Raises
    ------
    ValueError
        If the file is no such JSON, is of another version, or a field is missing or wrong.
    """
    try:
        stored = json.loads(Path(path).read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not JSON ({error}); give a file that save wrote.") from None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"{path} is not a file of an estimator; give one that save wrote.")
    if stored.get("version") != VERSION:
        raise ValueError(
            f"{path} has version {stored.get('version')!r} of the format and this is version {VERSION}; save "
            "the estimator anew."
        )
    try:
        return from_stored(stored)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ValueError(
            f"{path} is damaged ({type(error).__name__}: {error}); save the estimator anew."
        ) from None


def to_sklearn(estimator: LinearEstimator) -> Any:
    """A fitted scikit-learn estimator that predicts the same, for tools that know only those (ONNX).

    LinearRegression for losses whose prediction is the linear predictor, TweedieRegressor with a
    log link for counts and amounts, LogisticRegression for classes.

    Raises
    ------
    ValueError
        If the estimator is not fitted, or scikit-learn has no estimator with its link.
    """
    from sklearn import linear_model

    if not hasattr(estimator, "coef_"):
        raise ValueError(f"{type(estimator).__name__} is not fitted; call fit before to_sklearn.")
    same: Any
    if isinstance(estimator, PredictsClasses):
        same = linear_model.LogisticRegression()
        same.classes_ = estimator.classes_
    else:
        probe = np.array([0.5, 1.0])
        predicted = get_loss(estimator.loss).predict(probe)
        if np.array_equal(predicted, probe):
            same = linear_model.LinearRegression()
        elif np.allclose(predicted, np.exp(probe), rtol=1e-15):
            same = linear_model.TweedieRegressor(power=1, link="log")
            same._base_loss = same._get_loss()
        else:
            raise ValueError(f"scikit-learn has no estimator that predicts as {estimator.loss!r} does.")
    # the intercept as NumPy's number, as scikit-learn has it
    same.coef_, same.intercept_ = np.array(estimator.coef_), np.float64(estimator.intercept_)
    same.n_features_in_ = estimator.n_features_in_
    if hasattr(estimator, "feature_names_in_"):
        same.feature_names_in_ = estimator.feature_names_in_
    return same


def _as_json(value: Any, name: str) -> Any:
    if isinstance(value, Loss | Norm):
        given = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
        kind = "loss" if isinstance(value, Loss) else "norm"
        return {kind: value.name, **{k: _as_json(v, k) for k, v in given.items() if v is not None}}
    if isinstance(value, Fraction):
        return {"fraction": value.value}
    if type(value) in SPLITTERS.values():
        return {"splitter": type(value).__name__, **{k: _as_json(v, k) for k, v in vars(value).items()}}
    if isinstance(value, np.ndarray | np.generic):
        return _as_json(value.tolist(), name)
    if isinstance(value, list | tuple):
        return [_as_json(item, name) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{name}={value!r} has no JSON form; give a number, a text or a list, or use pickle.")


def _from_json(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "fraction" in value:
        return fraction(float(value["fraction"]))
    if "splitter" in value:
        return SPLITTERS[value["splitter"]](**{k: v for k, v in value.items() if k != "splitter"})
    kind, registry = ("loss", LOSSES) if "loss" in value else ("norm", NORMS)
    options = {name: item for name, item in value.items() if name != kind}
    return registry[value[kind]](**options)


def from_stored(stored: dict[str, Any]) -> LinearEstimator:
    """The estimator of `as_stored`; what is missing or wrong raises whatever reading it raises."""
    kind = CLASSES[stored["class"]]
    estimator = kind(**{name: _from_json(value) for name, value in stored["parameters"].items()})
    p, rows = int(stored["n_features"]), stored["coefficients"]
    coef: Floats = np.zeros((len(rows), p))
    for row, entries in zip(coef, rows, strict=True):
        for position, weight in entries.items():
            row[int(position)] = float(weight)
    intercept = np.array(stored["intercept"], dtype=np.float64)
    if len(intercept) != len(rows) or not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
        raise ValueError("coefficients and intercepts do not fit together")
    if isinstance(estimator, PredictsClasses):
        estimator.classes_ = np.array(stored["classes"])
        estimator.coef_, estimator.intercept_ = coef, intercept
    else:
        estimator.coef_, estimator.intercept_ = coef[0], float(intercept[0])
    for name in NUMBERS:
        setattr(estimator, name, float(stored["fitted"][name]))
    estimator.n_iter_, estimator.n_features_in_ = int(stored["n_iter"]), p
    if stored["feature_names"] is not None:
        names = np.array(stored["feature_names"], dtype=object)
        if len(names) != p:
            raise ValueError(f"{len(names)} feature names for {p} features")
        estimator.feature_names_in_ = names
    return estimator
