"""Data as files for the command line, and what `normball fit` writes read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from normball.cli.fitting import Fit, FitSettings, fit_table
from normball.cli.tables import TableOptions, load_table
from normball.datasets import Dataset


def frame_of(data: Dataset, n_features: int | None = None) -> pl.DataFrame:
    """The data as a table, its first features only if a number is given; classes by their names."""
    columns = {name: data.X[:, j] for j, name in enumerate(data.feature_names[:n_features])}
    classes = data.class_names
    target = data.y if classes is None else [classes[int(label)] for label in data.y]
    return pl.DataFrame({**columns, data.target_name: target})


def write(frame: pl.DataFrame, path: Path) -> Path:
    """The table as the file that the name says."""
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_csv(path, separator="\t" if path.suffix == ".tsv" else ",")
    return path


def read_coefficients(folder: Path) -> tuple[np.ndarray, float]:
    """Coefficients (p,) and intercept from coefficients.csv."""
    table = pl.read_csv(folder / "coefficients.csv", infer_schema_length=None)
    assert table.columns[:2] == ["feature", "coefficient"]
    assert table["feature"][-1] == "(intercept)"
    values = table["coefficient"].to_numpy()
    return values[:-1], float(values[-1])


def fit_file(path: Path, target: str, **options: Any) -> Fit:
    """What `normball fit` computes, without its report."""
    settings = FitSettings(**{"standardize": False, **options})
    table = load_table(path, target, TableOptions.of(settings))
    return fit_table(table, settings)
