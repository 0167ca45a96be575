"""`model.json`: what `normball fit` stores and `normball predict` reads. Plain JSON, no code in it.

Columns that are numbers are stored by name, others with their levels; the features follow
from that (see `coding`). Coefficients other than zero are stored by feature, in the units of
the file's columns, with the digits that give back the same float64. Reading checks every
field, since the file may come from anywhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..losses import LOSSES, Loss
from ..norms import Norm
from ..typing import Floats
from .coding import Coding

FORMAT = "normball model"
VERSION = 1


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model in the units of the file's columns.

    Attributes
    ----------
    target_name, class_names : as `DataTable`.
    codings : how the columns become features.
    coef : (p,), in the order of `feature_names`.
    intercept : float
    loss : Loss
    facts : JSON values on how the model was found; stored and shown, not used to predict.
    """

    target_name: str
    class_names: tuple[str, str] | None
    codings: tuple[Coding, ...]
    coef: Floats
    intercept: float
    loss: Loss
    facts: dict[str, Any]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The p features that the columns become."""
        return tuple(name for coding in self.codings for name in coding.features)

    def predict(self, X: Floats) -> Floats:
        """Mean response (n,) at X (n, p): value, probability of class 1, or rate."""
        return self.loss.predict(X @ self.coef + self.intercept)


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
    names = model.feature_names
    stored = {
        "format": FORMAT,
        "version": VERSION,
        "target": {
            "name": model.target_name,
            "classes": list(model.class_names) if model.class_names else None,
        },
        "columns": [coding.as_json() for coding in model.codings],
        "coefficients": {names[j]: float(model.coef[j]) for j in np.flatnonzero(model.coef)},
        "intercept": model.intercept,
        "loss": parameters(model.loss),
        "fit": model.facts,
    }
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
        stored = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # also what a binary file gives, not being UTF-8
        raise ValueError(f"{file.name} is not JSON; give the model.json that normball fit wrote.") from error
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"{file.name} is not a normball model; give the model.json that normball fit wrote.")
    if stored.get("version") != VERSION:
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
    codings = tuple(Coding.from_json(column) for column in stored["columns"])
    positions = {name: j for j, name in enumerate(name for coding in codings for name in coding.features)}
    coef = np.zeros(len(positions))
    for name, value in stored["coefficients"].items():
        coef[positions[name]] = float(value)
    intercept = float(stored["intercept"])
    if not (np.isfinite(coef).all() and np.isfinite(intercept)):
        raise ValueError("a coefficient is not finite")
    loss = dict(stored["loss"])
    classes = stored["target"]["classes"]
    return Model(
        target_name=str(stored["target"]["name"]),
        class_names=(str(classes[0]), str(classes[1])) if classes else None,
        codings=codings,
        coef=coef,
        intercept=intercept,
        loss=LOSSES[loss.pop("name")](**loss),
        facts=dict(stored["fit"]),
    )
