"""What cannot be fitted is refused in one sentence, with exit code 2 and nothing written."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click
import polars as pl
import pytest
from click.testing import CliRunner, Result

from normball.cli.errors import friendly_errors

GOOD = pl.DataFrame(
    {
        "age": [31, 45, 28, 60, 52, 39, 47, 33],
        "income": [2.1, 3.5, 1.9, 4.2, 3.9, 2.8, 3.1, 2.2],
        "town": ["Ulm", "Bern", "Ulm", "Bern", "Graz", "Graz", "Ulm", "Bern"],
        "bought": ["no", "yes", "no", "yes", "yes", "no", "yes", "no"],
    }
)


@dataclass(frozen=True)
class Case:
    """A table (or the bytes of a file), the options, and the message after "Error: "."""

    expected: str
    options: tuple[object, ...] = ()
    table: pl.DataFrame | bytes | None = field(default_factory=lambda: GOOD)
    name: str = "table.csv"
    target: str = "income"


def changed(**columns: object) -> pl.DataFrame:
    return GOOD.with_columns(**columns)


LOGISTIC = ("--loss", "logistic")
CASES = {
    "no file": Case("table.csv: no such file or directory.", table=None),
    "unknown extension": Case(
        "the file must end in .csv, .tsv or .parquet, got 'table.xlsx'; save the table as one of these.",
        name="table.xlsx",
        table=b"x",
    ),
    "empty file": Case("table.csv is empty; it needs a line of column names and one line a row.", table=b""),
    "header only": Case("table.csv has column names but no rows.", table=b"age,income\n"),
    "not Parquet": Case(
        "table.parquet cannot be read as PARQUET: ", name="table.parquet", table=b"age,income\n1,2\n"
    ),
    "ragged rows": Case("table.csv cannot be read as CSV: ", table=b"a,income\n1,2\n1,2,3\n"),
    "target missing": Case(
        "target 'incom' is not a column of table.csv; did you mean 'income'?", target="incom"
    ),
    "target far from any name": Case(
        "target 'zzz' is not a column of table.csv; its columns are 'age', 'income', 'town', 'bought'.",
        target="zzz",
    ),
    "column to drop missing": Case(
        "--drop 'towm' is not a column of table.csv; did you mean 'town'?", ("--drop", "towm")
    ),
    "target dropped": Case(
        "the target 'income' cannot be left out; take it off --drop.", ("--drop", "income")
    ),
    "only the target": Case(
        "table.csv has no columns besides the target 'income'; a fit needs features.",
        table=GOOD.select("income"),
    ),
    "one row": Case("table.csv has only 1 row; a fit needs at least 2", table=GOOD[:1]),
    "missing values": Case(
        "table.csv has missing values in 'age' (2), 'town' (1), counted over 8 rows; fill them in or delete "
        "those rows, leave the columns out with --drop, or say what they stand for with --missing.",
        table=changed(
            age=pl.Series([None, 45, 28, 60, None, 39, 47, 33]),
            town=pl.Series(["Ulm", None, "Ulm", "Bern", "Graz", "Graz", "Ulm", "Bern"]),
        ),
    ),
    "missing target": Case(
        "table.csv has missing values in 'income' (1), counted over 8 rows; fill them in or delete those "
        "rows, or use --missing drop.",
        table=changed(income=pl.Series([None, 3.5, 1.9, 4.2, 3.9, 2.8, 3.1, 2.2])),
    ),
    "infinite": Case(
        "column 'age' must be finite, got inf in row 3; correct the entry.",
        table=changed(age=pl.Series([1.0, 2.0, float("inf"), 4.0, 5.0, 6.0, 7.0, 8.0])),
    ),
    "times of day": Case(
        "column 'age' holds dates or times; turn it into numbers, such as days since a start, or leave it "
        "out with --drop.",
        table=changed(age=pl.Series([datetime.time(hour) for hour in range(8)])),
        name="table.parquet",
    ),
    "texts among numbers": Case(
        "column 'age' holds text in 1 of 8 rows, such as '?' in row 2, and numbers in the others; correct "
        "these "
        "entries.",
        table=changed(age=pl.Series(["31", "?", "28", "60", "52", "39", "47", "33"])),
    ),
    "names": Case(
        "column 'name' holds 60 different texts in 60 rows, which look like names, not categories; leave it "
        "out "
        "with --drop.",
        table=pl.DataFrame({"name": [f"person {k}" for k in range(60)], "income": list(range(60))}),
    ),
    "nested": Case(
        "column 'age' holds values of type List(Int64), which are neither numbers nor categories; leave it "
        "out "
        "with --drop.",
        table=changed(age=pl.Series([[1, 2]] * 8)),
        name="table.parquet",
    ),
    "one text in every column": Case(
        "every column of table.csv besides the target holds one text only; a fit needs features.",
        table=GOOD.select(pl.lit("x").alias("a"), "income"),
    ),
    "two features of one name": Case(
        "two features would both be called 'town=Bern'; rename a column or a category.",
        table=changed(**{"town=Bern": pl.Series(range(8))}),
    ),
    "text target": Case(
        "target 'bought' holds text ('no', 'yes'), but this loss needs numbers; use --loss logistic.",
        target="bought",
    ),
    "text target with many values": Case(
        "target 'town' holds text ('Bern', 'Graz', 'Ulm'), but this loss needs numbers; choose a column of "
        "numbers.",
        target="town",
    ),
    "date target": Case(
        "column 'day' holds dates or times; turn it into numbers, such as days since a start, or choose "
        "another "
        "target.",
        table=changed(day=pl.Series([f"2024-01-0{day}" for day in range(1, 9)])),
        target="day",
    ),
    "three classes": Case(
        "target 'town' has 3 different values ('Bern', 'Graz', 'Ulm'), but the logistic loss needs two "
        "classes; leave the rows of the others out, join some of them into one, or use Classifier in Python, "
        "which takes more.",
        LOGISTIC,
        target="town",
    ),
    "constant target": Case(
        "target 'income' is 2.0 in every row, so there is nothing to predict; choose another.",
        table=changed(income=pl.lit(2.0)),
    ),
    "class smaller than the folds": Case(
        "the class 'no' has only 4 of 8 rows, too few for --folds 5; use fewer folds, or give one of "
        "--alpha,",
        LOGISTIC,
        target="bought",
    ),
    "counts below zero": Case(
        "y must be >= 0 (counts or rates) for the Poisson loss, got -2.1 at position 0",
        ("--loss", "poisson", "--alpha", 1),
        table=GOOD.with_columns(-pl.col("income")),
    ),
    "negative alpha": Case("alpha must be >= 0, got -1.", ("--alpha", -1)),
    "alpha no number": Case(
        "--alpha must be a number >= 0, or a share of the alpha at which nothing enters such as 10%, got "
        "'big'.",
        ("--alpha", "big"),
    ),
    "share of an infinite alpha": Case(
        "alpha=fraction(0.1) needs a finite alpha_max", ("--alpha", "10%", "--norm", "squared_l2")
    ),
    "negative budget": Case("budget must be >= 0, got -3.", ("--budget", -3)),
    "two levels": Case(
        "give at most one of --alpha, --budget and --target-loss, got --alpha 1 and --budget 2.0; without "
        "any, "
        "alpha is chosen by cross-validation.",
        ("--alpha", 1, "--budget", 2),
    ),
    "unattainable loss": Case("target", ("--target-loss", -1, "--norm", "l2")),
    "unknown norm": Case("norm 'l3' is unknown; known are l1, l2,", ("--norm", "l3")),
    "unknown loss": Case("loss must be one of 'squared_error', 'huber'", ("--loss", "absolute")),
    "l1_ratio out of range": Case(
        "--l1-ratio must lie between 0 and 1, got 1.5; use --norm squared_l2 for 0 and --norm l1 for 1.",
        ("--norm", "elastic_net", "--l1-ratio", 1.5),
    ),
    "l1_ratio without elastic net": Case(
        "--l1-ratio belongs to --norm elastic_net, not to 'l1'; leave it out.", ("--l1-ratio", 0.5)
    ),
    "p without lp": Case("--p belongs to --norm lp, not to 'l1'; leave it out.", ("--p", 1.5)),
    "lp without p": Case("--norm lp needs --p, a number above 1 such as --p 1.5.", ("--norm", "lp")),
    "p below 1": Case(
        "--p must be above 1, got 0.5: below 1 the ball is not convex", ("--norm", "lp", "--p", 0.5)
    ),
    "p equal to 2": Case("--p 2 has a name of its own; use --norm l2.", ("--norm", "lp", "--p", 2)),
    "delta without huber": Case(
        "--delta belongs to --loss huber, not to 'squared_error'; leave it out.", ("--delta", 1)
    ),
    "q without quantile": Case(
        "--q belongs to --loss quantile, not to 'huber'; leave it out.", ("--loss", "huber", "--q", 0.3)
    ),
    "cox without events": Case(
        "--loss cox needs --event COLUMN, which says in which rows the time of --target ended with the "
        "event.",
        ("--loss", "cox"),
    ),
    "events without cox": Case(
        "--event belongs to --loss cox, not to 'squared_error'; leave it out.", ("--event", "town")
    ),
    "events of three kinds": Case(
        "--event 'town' has the values 'Bern', 'Graz', 'Ulm', and which of them is the event is not plain; "
        "say it with --event-value, such as --event-value Ulm.",
        ("--loss", "cox", "--event", "town"),
    ),
    "delta zero": Case("delta must be a finite number > 0, got 0.0.", ("--loss", "huber", "--delta", 0)),
    "tol zero": Case("tol must be a number > 0, got 0.0.", ("--tol", 0, "--alpha", 1)),
    "scoring of a level": Case(
        "--scoring chooses alpha, but --alpha 1 is given; leave one of them out.",
        ("--scoring", "mae", "--alpha", 1),
    ),
    "unknown scoring": Case("scoring='mape' is no score of these responses; give", ("--scoring", "mape")),
    "exposure without counts": Case(
        "--exposure belongs to --loss poisson, not to 'squared_error'; leave it out.", ("--exposure", "age")
    ),
    "class weights without classes": Case(
        "--class-weight belongs to --loss logistic, not to 'squared_error'; leave it out.",
        ("--class-weight", "balanced"),
    ),
    "time and groups": Case(
        "give --time or --fold-by, not both: folds go forward in time, or by group.",
        ("--time", "age", "--fold-by", "town"),
    ),
    "weights that are text": Case(
        "--weight 'town' must hold numbers, but holds text.", ("--weight", "town", "--folds", 2)
    ),
    "weights below zero": Case(
        "--weight 'age' must hold numbers >= 0, got -1 in row 1.",
        ("--weight", "age"),
        table=changed(age=pl.Series([-1, 2, 3, 4, 5, 6, 7, 8])),
    ),
    "exposure of zero": Case(
        "--exposure 'age' must hold numbers > 0, got 0 in row 1.",
        ("--exposure", "age", "--loss", "poisson"),
        table=changed(age=pl.Series(range(8))),
    ),
    "weight that is no column": Case(
        "--weight 'agee' is not a column of table.csv; did you mean 'age'?", ("--weight", "agee")
    ),
    "two roles": Case("--weight and --target are both 'income'; name two columns.", ("--weight", "income")),
    "more folds than groups": Case(
        "--folds must lie between 2 and the number of groups of --fold-by (3), got 5; choose",
        ("--fold-by", "town"),
    ),
    "no whole row": Case(
        "every row of table.csv has a missing value; use --missing mean, or --drop columns.",
        ("--missing", "drop"),
        table=changed(age=pl.Series([None] * 8, dtype=pl.Int64), town=pl.lit("x")),
        name="table.csv",
    ),
    "too many folds": Case(
        "--folds must lie between 2 and the number of rows (8), got 9; choose a number there, or give one of "
        "--alpha, --budget and "
        "--target-loss, which need no folds.",
        ("--folds", 9),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_in_one_sentence(run: Callable[..., Result], folder: Path, name: str) -> None:
    case = CASES[name]
    path = folder / case.name
    if isinstance(case.table, bytes):
        path.write_bytes(case.table)
    elif case.table is not None:
        case.table.write_parquet(path) if path.suffix == ".parquet" else case.table.write_csv(path)
    result = run("fit", case.name, "--target", case.target, *case.options)
    print(result.stderr)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {case.expected}")
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith(".\n") or result.stderr.endswith("?\n")
    assert result.stdout == ""
    assert not (folder / "normball-fit").exists()


def test_out_that_cannot_be_written(run: Callable[..., Result], folder: Path) -> None:
    GOOD.write_csv(folder / "table.csv")
    (folder / "taken").write_text("a file")
    result = run("fit", "table.csv", "--target", "income", "--alpha", 1, "--out", "taken")
    assert result.exit_code == 2
    assert result.stderr == "Error: taken: file exists.\n"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError("X must be\n  finite."), 2, "Error: X must be finite.\n"),
        (TypeError("X must be numbers."), 2, "Error: X must be numbers.\n"),
        (
            PermissionError(13, "Permission denied", "secret.csv"),
            2,
            "Error: secret.csv: permission denied.\n",
        ),
        (MemoryError(), 2, "Error: the table does not fit into memory; use fewer rows or columns.\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
    ],
)
def test_errors_become_sentences(error: BaseException, code: int, said: str) -> None:
    @click.command()
    @friendly_errors
    def fail() -> None:
        raise error

    result = CliRunner().invoke(fail)
    assert (result.exit_code, result.stderr) == (code, said)


def test_a_defect_keeps_its_traceback() -> None:
    @click.command()
    @friendly_errors
    def fail() -> None:
        raise ZeroDivisionError("a defect")

    assert isinstance(CliRunner().invoke(fail).exception, ZeroDivisionError)
