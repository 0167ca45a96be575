"""Fitted estimators as plain JSON, and as scikit-learn's own estimators.

The file holds the class, its parameters and what predicting needs; no code is run to read it,
and every field is checked, since it may come from anywhere. Training data are not stored.
"""

from __future__ import annotations

import json
from dataclasses import fields
from inspect import signature
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
)

from ..inputs.alpha_scale import Fraction, fraction
from ..inputs.coding import Coding
from ..losses import LOSSES, BaselineHazard, Loss, get_loss
from ..norms import NORMS, Norm
from ..parameters import read_count
from ..typing import Floats
from .classifier import Classifier, PredictsClasses
from .classifier_cv import ClassifierCV
from .linear import LinearEstimator
from .regressor import Regressor
from .regressor_cv import RegressorCV
from .table_encoder import TableEncoder

FORMAT = "normball estimator"
VERSION = 1
CLASSES: dict[str, type[LinearEstimator]] = {
    kind.__name__: kind for kind in (Classifier, ClassifierCV, Regressor, RegressorCV)
}
SPLITTERS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit)
}
NUMBERS = ("alpha_", "norm_", "loss_", "gap_", "dual_gap_")
"""Fitted numbers that are stored as they are."""


def save(estimator: LinearEstimator, path: str | PathLike[str]) -> None:
    """Write a fitted estimator as JSON; coefficients keep the digits that give back the same float64.

    Raises
    ------
    TypeError
        If the estimator, its loss, its norm or its encoder is of a class of your own, which a name in a
        file cannot bring back, or another parameter has no JSON form (as `cv` other splitters than those
        of scikit-learn for rows, groups and times, functions as `scoring`, labels that are neither text
        nor numbers).
    ValueError
        If the estimator is not fitted.
    """
    Path(path).write_text(json.dumps(as_stored(estimator), indent=1), encoding="utf-8")


def as_stored(estimator: LinearEstimator) -> dict[str, Any]:
    """JSON values of a fitted estimator; raises as `save`."""
    if not hasattr(estimator, "coef_"):
        raise ValueError(f"{type(estimator).__name__} is not fitted; call fit before save.")
    kind = type(estimator)
    if CLASSES.get(kind.__name__) is not kind:
        raise TypeError(
            f"save takes {', '.join(CLASSES)}, got a {kind.__name__} of another class; use pickle."
        )
    coef = np.atleast_2d(estimator.coef_)
    parameters = estimator.get_params(deep=False)
    stored: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "class": kind.__name__,
        "parameters": {name: _as_json(value, name) for name, value in parameters.items()},
        "n_features": int(estimator.n_features_in_),
        "feature_names": list(getattr(estimator, "feature_names_in_", [])) or None,
        "intercept": np.atleast_1d(estimator.intercept_).tolist(),
        "coefficients": [{str(j): float(row[j]) for j in np.flatnonzero(row)} for row in coef],
        "n_iter": int(estimator.n_iter_),
        "fitted": {name: float(getattr(estimator, name)) for name in NUMBERS},
    }
    if estimator.encoder is not None:
        stored["columns"] = [coding.as_json() for coding in estimator.encoder_.codings_]
    if hasattr(estimator, "baseline_hazard_"):
        found = estimator.baseline_hazard_
        stored["baseline_hazard"] = (
            [[label, one.as_json()] for label, one in found.items()]
            if isinstance(found, dict)
            else found.as_json()
        )
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
        stored = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=without_repeats)
    except ValueError as error:  # among it what a file gives that is not UTF-8
        raise ValueError(f"{path} is not JSON ({error}); give a file that save wrote.") from None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"{path} is not a file of an estimator; give one that save wrote.")
    try:
        return from_stored(stored)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ValueError(
            f"{path} is damaged ({type(error).__name__}: {error}); save the estimator again."
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
        kind, registry = ("loss", LOSSES) if isinstance(value, Loss) else ("norm", NORMS)
        if registry.get(value.name) is not type(value):
            raise TypeError(
                f"the {kind} {type(value).__name__} is not one of normball's own, so that its name in a file "
                "would not bring it back; use pickle."
            )
        given = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
        return {kind: value.name, **{k: _as_json(v, k) for k, v in given.items() if v is not None}}
    if isinstance(value, Fraction):
        return {"fraction": value.value}
    if type(value) in SPLITTERS.values():
        options = {k: v for k, v in vars(value).items() if k in signature(type(value)).parameters}
        return {"splitter": type(value).__name__, **{k: _as_json(v, k) for k, v in options.items()}}
    if type(value) is TableEncoder:
        return {"encoder": {k: _as_json(v, k) for k, v in value.get_params().items()}}
    if name == "class_weight" and isinstance(value, dict):
        return {"class_weight": [_as_json(list(pair), name) for pair in value.items()]}
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
    if "encoder" in value:
        return TableEncoder(**value["encoder"])
    if "class_weight" in value:
        return dict(value["class_weight"])
    kind, registry = ("loss", LOSSES) if "loss" in value else ("norm", NORMS)
    options = {name: item for name, item in value.items() if name != kind}
    return registry[value[kind]](**options)


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; of two entries of one name `json` would keep the last and say nothing."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is there twice")
    return found


def from_stored(stored: dict[str, Any]) -> LinearEstimator:
    """The estimator of `as_stored`; what is missing or wrong raises whatever reading it raises."""
    if stored["format"] != FORMAT:
        raise ValueError("it is not the file of an estimator")
    if isinstance(stored["version"], bool) or stored["version"] != VERSION:
        raise ValueError(f"it has version {stored['version']!r} of the format and this is version {VERSION}")
    kind = CLASSES[stored["class"]]
    estimator = kind(**{name: _from_json(value) for name, value in stored["parameters"].items()})
    estimator.check_parameters()
    p = read_count(stored["n_features"], "n_features")
    classes = _classes(stored["classes"]) if isinstance(estimator, PredictsClasses) else None
    if classes is None:
        get_loss(estimator.loss)  # which predicting needs
    n_rows = 1 if classes is None or len(classes) == 2 else len(classes)
    coef = _coefficients(stored["coefficients"], n_rows, p)
    intercept = np.array([_finite(value) for value in stored["intercept"]])
    if len(intercept) != n_rows:
        raise ValueError(f"{len(intercept)} intercepts for {n_rows} rows of coefficients")
    if isinstance(estimator, PredictsClasses):
        estimator.classes_ = np.array(classes)
        estimator.coef_, estimator.intercept_ = coef, intercept
    else:
        estimator.coef_, estimator.intercept_ = coef[0], float(intercept[0])
    for name in NUMBERS:
        setattr(estimator, name, float(stored["fitted"][name]))
    estimator.n_iter_, estimator.n_features_in_ = read_count(stored["n_iter"], "n_iter", 0), p
    if "baseline_hazard" in stored:
        found = stored["baseline_hazard"]
        estimator.baseline_hazard_ = (
            {_finite(label): BaselineHazard.from_json(one) for label, one in found}
            if isinstance(found, list)
            else BaselineHazard.from_json(found)
        )
    if estimator.encoder is not None:
        codings = [Coding.from_json(column) for column in stored["columns"]]
        estimator.encoder_ = TableEncoder.of_codings(codings, **estimator.encoder.get_params())
        if sum(len(coding.features) for coding in codings) != p:
            raise ValueError(f"its columns do not make {p} features")
    if stored["feature_names"] is not None:
        estimator.feature_names_in_ = np.array(_names(stored["feature_names"], p), dtype=object)
    return estimator


def _coefficients(rows: Any, n_rows: int, p: int) -> Floats:
    """(n_rows, p) from the non-zero entries of each row by position."""
    if len(rows) != n_rows:
        raise ValueError(f"{len(rows)} rows of coefficients, where {n_rows} are needed")
    coef: Floats = np.zeros((n_rows, p))
    for row, entries in zip(coef, rows, strict=True):
        for position, weight in entries.items():
            j = int(position)
            if str(j) != position or not 0 <= j < p:
                raise ValueError(f"a coefficient at position {position!r} of {p} features")
            row[j] = _finite(weight)
    return coef


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ValueError(f"{value!r} where a finite number is needed")
    return float(value)


def _classes(labels: Any) -> list[Any]:
    if not isinstance(labels, list) or len(labels) < 2 or list(np.unique(labels)) != labels:
        raise ValueError(f"classes {labels!r}, which are not two or more labels in order")
    return labels


def _names(names: Any, p: int) -> list[str]:
    if not isinstance(names, list) or len(names) != p or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{len(names)} feature names for {p} features, or one that is no text")
    return names
