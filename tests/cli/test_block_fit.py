"""`normball fit` and `normball predict` of files that are read in blocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import Result

import normball as nb
from blocked_rows import numbers, table_of

Run = Callable[..., Result]
MEMORY = "60KB"
"""In which the moments of the table fit, and its rows do not."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    pq.write_table(table_of(*numbers(n=900)), tmp_path / "big.parquet", row_group_size=200)
    return tmp_path / "big.parquet"


def coefficients(folder: Path) -> dict[str, float]:
    lines = (folder / "coefficients.csv").read_text().splitlines()[1:]
    return {name: float(value) for name, value in (line.split(",") for line in lines)}


def test_fit_and_predict(path: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "fit"
    given = (path, "--target", "price", "--weight", "mass", "--memory", MEMORY, "--out", out)
    result = run("fit", *given)
    assert result.exit_code == 0, result.output
    assert "Read in blocks: 1 pass over 800 rows" in result.output
    assert "peak memory" in result.output
    assert "big.parquet: 800 rows, 12 features" in result.output
    report = (out / "report.html").read_text()
    assert "Read in blocks: 1 pass" in report
    X, y, weight = numbers(n=900)
    model = json.loads((out / "model.json").read_text())
    alpha = model["fit"]["alpha"]
    wanted = nb.Regressor(alpha=alpha, standardize=True).fit(X, y, weight)
    found = coefficients(out)
    assert np.allclose([found[f"x{j}"] for j in range(12)], wanted.coef_, atol=1e-7)
    predicted = run("predict", out / "model.json", path, "--out", tmp_path / "predicted.parquet")
    assert predicted.exit_code == 0, predicted.output
    values = pq.read_table(tmp_path / "predicted.parquet").column("prediction").to_numpy()
    assert np.allclose(values, wanted.predict(X), rtol=1e-6)


def test_a_level_that_is_given(path: Path, tmp_path: Path, run: Run) -> None:
    given = (path, "--target", "price", "--drop", "mass", "--memory", MEMORY, "--out", tmp_path / "fit")
    result = run("fit", *given, "--budget", "3", "--norm", "elastic_net", "--no-standardize")
    assert result.exit_code == 0, result.output
    assert "since the level was given and one pass was made" in result.output


def test_a_folder_that_fits(path: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "parts").mkdir()
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 500), tmp_path / "parts" / "a.parquet")
    pq.write_table(table.slice(500), tmp_path / "parts" / "b.parquet")
    result = run("fit", tmp_path / "parts", "--target", "price", "--drop", "mass", "--out", tmp_path / "fit")
    assert result.exit_code == 0, result.output
    assert "were read whole" in result.output


def test_what_fits_is_read_as_a_table(path: Path, tmp_path: Path, run: Run) -> None:
    result = run("fit", path, "--target", "price", "--memory", "1GB", "--out", tmp_path / "fit")
    assert result.exit_code == 0, result.output
    assert "Read in blocks" not in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--fold-by", "mass"), "--fold-by needs the rows of big.parquet, which are read in blocks"),
        (("--scoring", "mae"), "--scoring needs the rows"),
        (("--missing", "indicator"), "--missing indicator needs the rows"),
        (("--loss", "logistic"), "where classes are not fitted"),
        (("--loss", "huber"), "only squared error, logistic and Poisson are fitted in blocks"),
        (("--memory", "lots"), "memory must be bytes or such as"),
        (("--drop", "weight"), "has no column 'weight'"),
    ],
)
def test_what_is_refused(
    path: Path, tmp_path: Path, run: Run, options: tuple[str, ...], message: str
) -> None:
    result = run("fit", path, "--target", "price", "--memory", MEMORY, "--out", tmp_path / "fit", *options)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not (tmp_path / "fit").exists()


def test_coded_columns_are_not_predicted_in_blocks(tmp_path: Path, run: Run) -> None:
    table = tmp_path / "table.csv"
    lines = [f"{i % 7},{'ab'[i % 2]},{i % 5}" for i in range(60)]
    table.write_text("\n".join(["x,kind,y", *lines]) + "\n")
    assert run("fit", table, "--target", "y", "--out", tmp_path / "fit").exit_code == 0
    result = run("predict", tmp_path / "fit" / "model.json", table, "--out", tmp_path / "out.parquet")
    assert result.exit_code == 2
    assert "column 'kind' is coded" in result.output
