"""What may be wrong with rows in blocks: each refused in one sentence, with nothing left behind."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import normball as nb
from blocked_rows import Sliced, numbers, table_of
from normball.blocks.moments import MomentSums
from normball.blocks.parquet import ParquetBlocks

MEMORY = 25_000


def fit(folder: Path, *, memory: int | str = MEMORY, **options: Any) -> nb.Problem:
    return nb.Problem(nb.scan(folder, memory=memory, **options), "price")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    pq.write_table(table_of(*numbers()), tmp_path / "rows.parquet", row_group_size=50)
    return tmp_path / "rows.parquet"


def replaced(path: Path, name: str, values: Any, **options: Any) -> None:
    table = pq.read_table(path)
    position = table.column_names.index(name)
    pq.write_table(table.set_column(position, name, values), path, row_group_size=50, **options)


@pytest.mark.parametrize("memory", [MEMORY, "1GB"])
@pytest.mark.parametrize(("value", "what"), [(None, "NaN"), (np.nan, "NaN"), (np.inf, "an infinite value")])
def test_a_value_that_is_none(path: Path, value: Any, what: str, memory: int | str) -> None:
    values = pq.read_table(path).column("x4").to_pylist()
    values[371] = value
    replaced(path, "x4", pa.array(values, pa.float64()))
    with pytest.raises(ValueError, match=f"column 'x4' holds {what} in row 371 of rows.parquet; "):
        fit(path, memory=memory, block_rows=13)


def test_a_value_in_a_later_file(path: Path, tmp_path: Path) -> None:
    table = pq.read_table(path)
    price = table.column("price").to_pylist()
    price[3] = None
    later = table.set_column(table.column_names.index("price"), "price", pa.array(price, pa.float64()))
    pq.write_table(later, tmp_path / "rows2.parquet")
    with pytest.raises(ValueError, match=r"column 'price' holds NaN in row 3 of rows2.parquet; use"):
        fit(tmp_path, missing="mean")
    assert fit(tmp_path, missing="drop").n_samples == 799


@pytest.mark.parametrize(
    ("kind", "held"),
    [(pa.string(), "text"), (pa.large_string(), "text"), (pa.timestamp("s"), "values of type")],
)
def test_a_column_without_numbers_in_one_file(path: Path, tmp_path: Path, kind: Any, held: str) -> None:
    later = tmp_path / "z.parquet"
    pq.write_table(pq.read_table(path), later)
    values = pa.array(range(400)).cast(kind if held != "text" else pa.string())
    replaced(later, "x3", values.cast(kind))
    with pytest.raises(TypeError, match=f"column 'x3' of z.parquet holds {held}"):
        fit(tmp_path)


def test_files_that_differ(path: Path, tmp_path: Path) -> None:
    pq.write_table(
        pq.read_table(path).rename_columns([*(f"x{j}" for j in range(11)), "x_11", "price", "mass"]),
        tmp_path / "z.parquet",
    )
    with pytest.raises(ValueError, match=r"z.parquet has no column 'x11', .* did you mean 'x_11'\?"):
        fit(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"y": "prize"}, "no column 'prize', which is given as the response; did you mean 'price'"),
        ({"y": "price", "sample_weight": "mas"}, "no column 'mas', which is given as sample_weight"),
    ],
)
def test_columns_that_are_not_there(path: Path, options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nb.Problem(path, **options)
    with pytest.raises(ValueError, match="no column 'id', which is given as drop"):
        fit(path, drop=["id"])


def test_a_file_that_is_cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"rows.parquet cannot be read, it is damaged"):
        fit(path)


def test_bytes_flipped_inside_a_page(path: Path) -> None:
    pq.write_table(
        pq.read_table(path), path, write_page_checksum=True, compression="none", use_dictionary=False
    )
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"rows.parquet cannot be read, it is damaged"):
        fit(path)


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_file_that_is_written_again(path: Path, when: str) -> None:
    blocks = ParquetBlocks(path, "price", block_rows=10)
    moved = path.stat().st_mtime_ns + 10**9
    if when == "before":
        os.utime(path, ns=(moved, moved))
    found = blocks.blocks()
    if when == "during":
        next(found)
        os.utime(path, ns=(moved, moved))
    with pytest.raises(ValueError, match=r"rows.parquet changed since"):
        list(found)


@pytest.mark.parametrize("kind", ["folder", "rows"])
def test_nothing_to_fit(tmp_path: Path, kind: str) -> None:
    if kind == "rows":
        pq.write_table(table_of(*(part[:0] for part in numbers())), tmp_path / "rows.parquet")
        with pytest.raises(ValueError, match=r"rows.parquet has columns but no rows"):
            nb.Problem(tmp_path / "rows.parquet", "price")
    else:
        with pytest.raises(FileNotFoundError, match=r"has no file that ends in .parquet"):
            nb.Problem(tmp_path, "price")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        nb.Problem(tmp_path / "none.parquet", "price")


def test_every_row_left_out(path: Path) -> None:
    replaced(path, "x4", pa.nulls(400, pa.float64()))
    for memory in (MEMORY, "1GB"):
        with pytest.raises(ValueError, match="has no rows to fit"):
            fit(path, missing="drop", memory=memory)
    with pytest.raises(ValueError, match=r"column 'x4' of rows.parquet has no value in any row"):
        fit(path, missing="mean")


@pytest.mark.parametrize("memory", [MEMORY, "1GB"])
def test_weights_below_zero(path: Path, memory: int | str) -> None:
    weight = np.ones(400)
    weight[17] = -2
    replaced(path, "mass", pa.array(weight))
    with pytest.raises(ValueError, match=r"mass must be >= 0, got -2 in row 17 of rows.parquet"):
        nb.Problem(nb.scan(path, memory=memory), "price", sample_weight="mass")


def test_what_does_not_fit(path: Path) -> None:
    scan = nb.scan(path, memory=MEMORY)
    with pytest.raises(ValueError, match="logistic and Poisson are fitted in blocks, got Huber"):
        nb.Problem(scan, "price", loss="huber")
    with pytest.raises(ValueError, match=r"the moments of 13 columns in 1 folds need .* larger memory="):
        fit(path, memory=1000)


def test_what_needs_the_rows(path: Path) -> None:
    problem = fit(path)
    solution = problem.solve(alpha=0.1)
    for ask in (
        lambda: solution.predictor,
        lambda: problem.rows(np.arange(5)),
        lambda: nb.inference.stability_selection(problem, n_pairs=1),
    ):
        with pytest.raises(ValueError, match=r"the 400 rows of rows.parquet are not in memory"):
            ask()
    assert problem.with_norm("l2").summary is problem.summary


def test_arguments() -> None:
    X, y, _ = numbers()
    with pytest.raises(TypeError, match="scan takes a path, or an array"):
        nb.scan([[1.0]])
    for options, message in (
        ({"missing": "maybe"}, "missing must be"),
        ({"memory": "much"}, "memory must be bytes or such as"),
        ({"memory": 0}, "memory must be a whole number"),
        ({"block_rows": 0}, "block_rows must be a whole number"),
    ):
        with pytest.raises(ValueError, match=message):
            nb.scan(X, **options)
    with pytest.raises(TypeError, match="drop must be a list"):
        nb.scan(X, drop="x1")
    with pytest.raises(ValueError, match="y must have one entry for each of the 400 rows"):
        nb.Problem(nb.scan(Sliced(X)), y[:-1])
    with pytest.raises(TypeError, match="X must hold numbers"):
        nb.Problem(nb.scan(X.astype(str)), y)
    with pytest.raises(TypeError, match="take a number of folds >= 2 as cv"):
        nb.RegressorCV(cv=1).fit(nb.scan(X), y)
    with pytest.raises(ValueError, match="compared by scoring='mse'"):
        nb.RegressorCV(scoring="mae").fit(nb.scan(X), y)


def test_a_fold_without_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(0, 3), path)
    with pytest.raises(ValueError, match="fold 1 of 3 has none of the 3 rows; use fewer folds"):
        MomentSums.of(ParquetBlocks(path, "price"), 3)


@pytest.mark.parametrize("at", [0, 2])
def test_an_interruption_leaves_no_thread(path: Path, at: int, monkeypatch: Any) -> None:
    before = set(threading.enumerate())
    counted = iter(range(10**6))
    usual = ParquetBlocks.fill_in

    def fill_in(self: Any, part: Any, values: Any) -> None:
        if part.index >= 3 and next(counted) == at:
            raise KeyboardInterrupt
        usual(self, part, values)

    monkeypatch.setattr(ParquetBlocks, "fill_in", fill_in)
    with pytest.raises(KeyboardInterrupt):
        nb.Problem(nb.scan(path, memory=MEMORY, block_rows=1), "price")
    assert set(threading.enumerate()) <= before


def test_predictions_are_written(path: Path, tmp_path: Path) -> None:
    X, _, _ = numbers()
    solution = fit(path, drop=["mass"]).solve(alpha=0.1)
    to = tmp_path / "out.parquet"
    assert solution.predict(nb.scan(path, block_rows=7), to=to) is None
    wanted = X @ solution.coef + solution.intercept
    assert np.allclose(pq.read_table(to).column("prediction").to_numpy(), wanted)
    assert np.allclose(solution.predict(path), wanted)
    assert np.allclose(solution.predict(nb.scan(Sliced(X))), wanted)
    with pytest.raises(ValueError, match=r"a file that ends in .parquet"):
        solution.predict(path, to=tmp_path / "out.txt")
    with pytest.raises(TypeError, match="to goes with rows that are read in blocks"):
        solution.predict(X, to=to)
    pq.write_table(pq.read_table(path).drop_columns(["x3"]), tmp_path / "less.parquet")
    with pytest.raises(ValueError, match="has no column 'x3'"):
        solution.predict(tmp_path / "less.parquet")


def test_no_room_for_predictions(path: Path, tmp_path: Path, monkeypatch: Any) -> None:
    solution = fit(path, drop=["mass"]).solve(alpha=0.1)
    usual, counted = pa.table, iter(range(10**6))

    def table(*args: Any, **options: Any) -> Any:
        if next(counted) == 3:
            raise OSError(28, "No space left on device")
        return usual(*args, **options)

    monkeypatch.setattr(pa, "table", table)
    with pytest.raises(OSError, match="No space left"):
        solution.predict(nb.scan(path, block_rows=7), to=tmp_path / "out.parquet")
    assert [item.name for item in tmp_path.iterdir()] == ["rows.parquet"]
