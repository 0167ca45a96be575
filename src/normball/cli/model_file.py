"""`model.json`: what `normball fit` stores and `normball predict` reads. Plain JSON, no code in it.

Columns that are numbers are stored by name, others with their levels; the features follow
from that (see `coding`). The estimator is stored as its own `save` does. Reading checks every field,
since the file may come from anywhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..estimators import Classifier, ClassifierCV, TableEncoder
from ..estimators.persistence import as_stored, from_stored, without_repeats
from ..inputs.coding import Coding
from ..losses import Loss
from ..norms import Norm
from ..typing import Floats

if TYPE_CHECKING:
    import polars as pl

FORMAT = "normball model"
VERSION = 2


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model in the units of the file's columns.

    Attributes
    ----------
    target_name, class_names : as `DataTable`.
    codings : how the columns become features.
    estimator : fitted, a `Regressor`, `Classifier` or their CV forms.
    facts : JSON values on how the model was found; stored and shown, not used to predict.
    strata : the column of the strata and their names in order, or None.
    """

    target_name: str
    class_names: tuple[str, str] | None
    codings: tuple[Coding, ...]
    estimator: Any
    facts: dict[str, Any]
    strata: tuple[str, tuple[str, ...]] | None = None

    @property
    def encoder(self) -> TableEncoder:
        """What makes features of the columns of a table."""
        return TableEncoder.of_codings(self.codings)

    @property
    def what(self) -> str:
        """What a prediction is."""
        if hasattr(self.estimator, "baseline_hazard_"):
            return "relative hazard"
        exposure = self.facts.get("exposure")
        return "prediction" if exposure is None else f"prediction per unit of {exposure}"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The p features that the columns become."""
        return tuple(name for coding in self.codings for name in coding.features)

    def predict(self, X: pl.DataFrame) -> Floats:
        """Mean response (n,) at features X (n, p): value, probability of class 1, or rate."""
        if self.class_names is None:
            return np.asarray(self.estimator.predict(X))
        return np.asarray(self.estimator.predict_proba(X)[:, 1])


def parameters(value: Loss | Norm) -> dict[str, Any]:
    """Name and parameters of a loss or norm as JSON values; parameters left at None are not listed."""
    stored: dict[str, Any] = {"name": value.name}
    for field in fields(value):  # type: ignore[arg-type]
        given = getattr(value, field.name)
        if given is not None:
            stored[field.name] = given.tolist() if isinstance(given, np.ndarray) else given
    return stored


def write_model(model: Model, path: Path) -> None:
    """Write the model as JSON."""
    stored = {
        "format": FORMAT,
        "version": VERSION,
        "target": {
            "name": model.target_name,
            "classes": list(model.class_names) if model.class_names else None,
        },
        "columns": [coding.as_json() for coding in model.codings],
        "estimator": as_stored(model.estimator),
        "fit": model.facts,
    }
    if model.strata is not None:
        stored["strata"] = {"column": model.strata[0], "names": list(model.strata[1])}
    text = json.dumps(stored, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_model(path: str | Path) -> Model:
    """The model of a file.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not a model that this version understands.
    """
    file = Path(path)
    try:
        stored = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=without_repeats)
    except ValueError as error:  # also what a binary file gives, not being UTF-8
        raise ValueError(f"{file.name} is not JSON; give the model.json that normball fit wrote.") from error
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"{file.name} is not a normball model; give the model.json that normball fit wrote.")
    if isinstance(stored.get("version"), bool) or stored.get("version") != VERSION:
        raise ValueError(
            f"{file.name} has model version {stored.get('version')!r}, but this normball reads version "
            f"{VERSION}; "
            "fit the model again or use the version that wrote it."
        )
    try:
        return _model(stored)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ValueError(
            f"{file.name} is damaged ({type(error).__name__}: {error}); fit the model again."
        ) from error


def _model(stored: dict[str, Any]) -> Model:
    estimator, classes = from_stored(stored["estimator"]), stored["target"]["classes"]
    model = Model(
        target_name=_text(stored["target"]["name"]),
        class_names=_two_names(classes) if classes is not None else None,
        codings=tuple(Coding.from_json(column) for column in stored["columns"]),
        estimator=estimator,
        facts=dict(stored["fit"]),
        strata=_strata(stored.get("strata")),
    )
    if tuple(estimator.feature_names_in_) != model.feature_names:
        raise ValueError("its columns are not those of its estimator")
    if isinstance(estimator, Classifier | ClassifierCV) != (classes is not None):
        raise ValueError("its classes are not those of its estimator")
    hazards = getattr(estimator, "baseline_hazard_", None)
    n_strata = None if model.strata is None else len(model.strata[1])
    if isinstance(hazards, dict):
        if n_strata is None or not set(hazards) <= set(range(n_strata)):
            raise ValueError("its strata are not those of its estimator")
    elif n_strata is not None:
        raise ValueError("its estimator has no strata")
    return model


def _strata(stored: Any) -> tuple[str, tuple[str, ...]] | None:
    if stored is None:
        return None
    return _text(stored["column"]), tuple(_text(name) for name in stored["names"])


def _two_names(classes: Any) -> tuple[str, str]:
    zero, one = classes
    return _text(zero), _text(one)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} where a text is needed")
    return value
