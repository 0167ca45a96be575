"""Tables on disk, and the commands run in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

from normball.cli.fit import fit_command
from normball.cli.predict import predict_command
from normball.datasets import Dataset

COMMANDS = {"fit": fit_command, "predict": predict_command}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:
    """`run("fit", "table.csv", "--target", "y")`, in the empty folder; a traceback fails the test."""

    def run(command: str, *arguments: object) -> Result:
        result = CliRunner().invoke(COMMANDS[command], [str(item) for item in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


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
    assert table.columns == ["feature", "coefficient"]
    assert table["feature"][-1] == "(intercept)"
    values = table["coefficient"].to_numpy()
    return values[:-1], float(values[-1])
