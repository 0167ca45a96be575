"""Files as people and programs write them: read as they are meant, with a note, or refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from normball.cli.files import read_file
from normball.cli.tables import load_table
from normball.parameters import neutral

Run = Callable[..., Result]
RNG = np.random.default_rng(0)
N = 30
A, B = RNG.normal(size=N).round(3), RNG.normal(size=N).round(3)
Y = (2 * A - B + 0.1 * RNG.normal(size=N)).round(3)

pytestmark = pytest.mark.usefixtures("no_report")


def save(path: Path, columns: dict[str, object], separator: str = ",", encoding: str = "utf-8") -> Path:
    """Columns of values or texts as a CSV file."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))  # type: ignore[arg-type]
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(result: Result) -> str:
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("Error: ").strip()


# ---- indices and headers ----------------------------------------------------------------
@pytest.mark.parametrize(
    "index", [range(N), range(1, N + 1), RNG.permutation(N), 7 * np.arange(N)], ids=["0", "1", "mixed", "7"]
)
@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_an_index_is_no_feature(folder: Path, name: str, index: object) -> None:
    path = save(folder / "t.csv", {name: index, "a": A, "b": B, "y": Y})
    table = load_table(path, "y")
    assert table.feature_names == ("a", "b")
    assert table.notes[0] == "The first column of t.csv has no name and numbers the rows; it was left out."


def test_an_index_needs_no_name_in_predict(run: Run, folder: Path) -> None:
    save(folder / "t.csv", {"": range(N), "a": A, "b": B, "y": Y})
    said(run("fit", "t.csv", "--target", "y", "--alpha", 0.01, "--out", "fit"))
    plain = said(run("predict", "fit/model.json", "t.csv"))
    save(folder / "u.csv", {"b": B, "a": A, "": [f"row {k}" for k in range(N)]})
    assert said(run("predict", "fit/model.json", "u.csv")) == plain


def test_other_columns_without_a_name_are_refused(run: Run, folder: Path) -> None:
    save(folder / "t.csv", {"a": A, "": B, "y": Y})
    assert refusal(run("fit", "t.csv", "--target", "y")) == (
        "column 2 of t.csv has no name; give it one, or leave it out with --drop ''."
    )
    said(run("fit", "t.csv", "--target", "y", "--alpha", 0.1, "--drop", ""))


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("a,b,a,y", "'a' is the name of several columns"),
        ("a,y,a,y", "'a', 'y' are names of several columns"),
        ('"a b",b,a b,y', "'a b' is the name of several columns"),
        (",b,,y", "'' is the name of several columns"),
    ],
)
def test_repeated_headers_are_named(run: Run, folder: Path, header: str, named: str) -> None:
    save(folder / "good.csv", {"a": A, "b": B, "y": Y})
    said(run("fit", "good.csv", "--target", "y", "--alpha", 0.1, "--out", "fit"))
    (folder / "t.csv").write_text(header + "\n" + "1,2,3,4\n5,6,7,9\n" * 4)
    expected = f"{named} of t.csv; give each column its own name."
    assert refusal(run("fit", "t.csv", "--target", "y")) == expected
    assert refusal(run("predict", "fit/model.json", "t.csv")) == expected


@pytest.mark.parametrize("n", [3, 8, 32])
def test_a_name_for_every_row_is_refused(run: Run, folder: Path, n: int) -> None:
    cars = [f"car {k}" for k in range(n)]
    save(folder / "t.csv", {"car": cars, "a": range(n), "y": range(n)})
    assert refusal(run("fit", "t.csv", "--target", "y")) == (
        f"column 'car' holds {n} different texts in {n} rows, which look like names, not categories; leave "
        "it out with --drop."
    )


# ---- numbers written for people ---------------------------------------------------------
def comma(values: np.ndarray) -> list[str]:
    return [f"{value:.3f}".replace(".", ",") for value in values]


PRICES = np.round(np.linspace(900, 2_500_000, N), 2)
WRITINGS: dict[str, tuple[list[str], np.ndarray, str]] = {
    "decimal commas": (comma(A), A, ";"),
    "decimal commas, quoted": (comma(A), A, ","),
    "commas between thousands": ([f"{value:,.2f}" for value in PRICES], PRICES, ","),
    "points between thousands": (
        [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in PRICES],
        PRICES,
        ";",
    ),
    "spaces between thousands": ([f"{value:,.2f}".replace(",", "\u202f") for value in PRICES], PRICES, ","),
    "apostrophes between thousands": ([f"{value:,.2f}".replace(",", "'") for value in PRICES], PRICES, ","),
    "percent": ([f"{value:.3f}%" for value in A], A, ","),
    "percent with a space": ([f"{text} %" for text in comma(A)], A, ";"),
    "dollars": ([f"${value:,.2f}" for value in PRICES], PRICES, ","),
    "euros": ([f"{value:.2f} €".replace(".", ",") for value in PRICES], PRICES, ";"),
    "code": ([f"CHF {value:.2f}" for value in PRICES], PRICES, ","),
    "brackets": ([f"({abs(value):.3f})" if value < 0 else f"{value:.3f}" for value in A], A, ","),
    "true minus": ([f"{value:.3f}".replace("-", "\u2212") for value in A], A, ","),
    "whole thousands": ([f"{1000 * k:,}" for k in range(1, N + 1)], 1000.0 * np.arange(1, N + 1), ","),
}


@pytest.mark.parametrize("name", WRITINGS)
def test_written_numbers_are_numbers(run: Run, folder: Path, name: str) -> None:
    texts, values, separator = WRITINGS[name]
    path = save(folder / "t.csv", {"x": texts, "b": range(N), "y": range(N)}, separator)
    table = load_table(path, "y")
    assert table.feature_names == ("x", "b")
    np.testing.assert_array_equal(table.X[:, 0], values)
    note = next(note for note in table.notes if note.startswith("Column 'x' is read as numbers: "))
    text, number = note.removeprefix("Column 'x' is read as numbers: ").removesuffix(".").rsplit(" as ", 1)
    assert float(number) == values[[re.sub(r"\s", " ", item) for item in texts].index(text.strip("'\""))]
    said(run("fit", "t.csv", "--target", "y", "--alpha", 0.1, "--out", "fit"))
    save(folder / "plain.csv", {"x": values, "b": range(N)})
    result = run("predict", "fit/model.json", "t.csv")
    assert note in result.stderr
    assert said(result) == said(run("predict", "fit/model.json", "plain.csv"))


def test_written_targets_are_numbers(folder: Path) -> None:
    path = save(folder / "t.csv", {"a": comma(A), "y": [f"{text} %" for text in comma(Y)]}, ";")
    np.testing.assert_array_equal(load_table(path, "y").y, Y)


def test_points_beside_decimal_commas_stand_between_thousands(folder: Path) -> None:
    thousands = [f"{k}.{k % 10}00" for k in range(1, N + 1)]
    path = save(folder / "t.csv", {"a": comma(A), "x": thousands, "c": A, "y": range(N)}, ";")
    table = load_table(path, "y")
    np.testing.assert_array_equal(table.X[:, 1], [float(text.replace(".", "")) for text in thousands])
    np.testing.assert_array_equal(table.X[:, 2], A)  # more or fewer than three digits are no thousands
    alone = save(folder / "alone.csv", {"x": thousands, "y": range(N)}, ";")
    np.testing.assert_array_equal(load_table(alone, "y").X[:, 0], [float(text) for text in thousands])


@pytest.mark.parametrize(
    ("separator", "values"), [(",", 1234.0 + np.arange(N)), (";", 1.234 + np.arange(N) / 1000)]
)
def test_ambiguous_commas_go_with_the_file(folder: Path, separator: str, values: np.ndarray) -> None:
    path = save(folder / "t.csv", {"x": [f"1,{234 + k}" for k in range(N)], "y": range(N)}, separator)
    np.testing.assert_allclose(load_table(path, "y").X[:, 0], values, rtol=1e-14)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.5", "1,5"], "writes numbers in several ways, such as '1,5' and '1.5'; write them alike."),
        (["$1", "€2"], "holds numbers with different marks, such as '$1', '€2'; write them alike."),
        (["12%", "0.12"], "holds numbers with different marks, such as '12%', '0.12'; write them alike."),
    ],
)
def test_mixtures_are_refused(run: Run, folder: Path, texts: list[str], expected: str) -> None:
    save(folder / "t.csv", {"x": (texts * N)[:N], "a": A, "y": Y})
    assert refusal(run("fit", "t.csv", "--target", "y")) == f"column 'x' {expected}"
    said(run("fit", "t.csv", "--target", "y", "--alpha", 0.1, "--drop", "x"))


def test_texts_among_written_numbers_are_found(run: Run, folder: Path) -> None:
    save(folder / "t.csv", {"x": [*comma(A)[:-1], "?"], "y": Y})
    assert refusal(run("fit", "t.csv", "--target", "y")).startswith(
        "column 'x' holds text in 1 of 30 rows, such as '?' in row 30, and numbers in the others"
    )


def test_versions_and_codes_stay_categories(folder: Path) -> None:
    for values in (["10.2.3.4", "10.2.3.5"], ["0,1,2", "3,1,1"], ["12-B", "12-C"], ["A1", "B2"]):
        path = save(folder / "t.csv", {"x": values * (N // 2), "y": Y})
        assert load_table(path, "y").feature_names == (f"x={values[1]}",)


# ---- encodings --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("latin-1", "t.csv is not UTF-8 and was read as cp1252."),
        ("cp1252", "t.csv is not UTF-8 and was read as cp1252."),
        ("utf-16", "t.csv is not UTF-8 and was read as utf-16."),
    ],
)
def test_names_survive_their_encoding(run: Run, folder: Path, encoding: str, note: str | None) -> None:
    columns = {"größe": A, "ort": ["Köln", "Orléans"] * (N // 2), "y": Y}
    path = save(folder / "t.csv", columns, encoding=encoding)
    table = load_table(path, "y")
    assert table.feature_names == ("größe", "ort=Orléans")
    assert [text for text in table.notes if "UTF-8" in text] == ([] if note is None else [note])
    said(run("fit", "t.csv", "--target", "y", "--alpha", 0.01, "--out", "fit"))
    result = run("predict", "fit/model.json", "t.csv")
    assert (note or "") in result.stderr
    save(folder / "t.csv", columns)
    assert said(result) == said(run("predict", "fit/model.json", "t.csv"))


def test_a_letter_cut_by_a_block_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("normball.cli.files._CHUNK", 1)
    path = save(folder / "t.csv", {"größe": A, "y": Y})
    assert read_file(path).notes == ()


# ---- events -----------------------------------------------------------------------------
def trial(folder: Path, values: list[object]) -> Path:
    status = (values * N)[:N]
    return save(folder / "t.csv", {"a": A, "b": B, "time": np.arange(1, N + 1), "status": status})


@pytest.mark.parametrize(
    ("values", "options", "taken"),
    [
        (["censored", "Dead"], (), "Dead"),
        (["alive", "DEATH"], (), "DEATH"),
        (["event", "censored"], (), "event"),
        (["No", "Yes"], (), "Yes"),
        ([0, 1], (), "1"),
        ([True, False], (), "true"),
        ([1, 2], ("--event-value", "2"), "2"),
        ([1, 2], ("--event-value", "1.0"), "1"),
        (["censored", "relapse"], ("--event-value", "Relapse"), "relapse"),
        (["censored", "relapse", "death"], ("--event-value", "relapse"), "relapse"),
        (["dead", "alive"], ("--event-value", "alive"), "alive"),
        (["dead"], (), "dead"),
    ],
)
def test_what_is_taken_for_an_event(folder: Path, values: list[object], options: tuple, taken: str) -> None:
    path = trial(folder, values)
    table = load_table(path, "time", event="status", event_value=options[1] if options else None)
    happened = np.array([str(v).lower() == taken.lower() for v in (values * N)[:N]])
    np.testing.assert_array_equal(table.y > 0, happened)
    note = table.notes[-1]
    assert note.startswith(f"{happened.sum()} of 30 rows have the event ('status' is {taken!r}).")
    assert note.endswith("are censored.") == (len(values) > 1)


@pytest.mark.parametrize(
    "values", [["censored", "failed"], [1, 2], ["a", "b"], ["dead", "event"], ["x", "death", "relapse"], [0]]
)
def test_an_event_that_is_not_plain_is_asked_for(run: Run, folder: Path, values: list[object]) -> None:
    trial(folder, values)
    message = refusal(run("fit", "t.csv", "--target", "time", "--loss", "cox", "--event", "status"))
    assert message.startswith("--event 'status' has the values '")
    assert "which of them is the event is not plain; say it with --event-value, such as" in message


def test_event_values_that_cannot_be(run: Run, folder: Path) -> None:
    trial(folder, ["censored", "dead"])
    cox = ("fit", "t.csv", "--target", "time", "--loss", "cox", "--event", "status", "--event-value", "died")
    assert refusal(run(*cox)) == (
        "--event-value 'died' is not a value of column 'status'; its values are 'censored', 'dead'."
    )
    assert refusal(run("fit", "t.csv", "--target", "time", "--event-value", "dead")) == (
        "--event-value says what --event COLUMN holds; give that, or leave it out."
    )


# ---- what is written --------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["=1+1", "+x", "-x", "@sum", "\ta", "=cmd|'/C calc'!A0", "\x1b[31mred", "$\\frac$"]
)
def test_names_are_no_formulas(run: Run, folder: Path, name: str) -> None:
    save(folder / "t.csv", {name: A, "b": B, "kind": [name, "z"] * (N // 2), "y": Y})
    output = said(run("fit", "t.csv", "--target", "y", "--alpha", 0.001, "--out", "fit"))
    assert "\x1b" not in output
    written = (folder / "fit" / "coefficients.csv").read_text(encoding="utf-8")
    cells = [row[0] for row in csv.reader(io.StringIO(written))]
    assert cells[1] == neutral(name)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert written.replace("\n", "").isprintable()
    plain = said(run("predict", "fit/model.json", "t.csv"))
    save(folder / "u.csv", {neutral(name): A, "b": B, "kind": [neutral(name), "z"] * (N // 2)})
    assert said(run("predict", "fit/model.json", "u.csv")) == plain


def test_predicted_classes_are_no_formulas(run: Run, folder: Path) -> None:
    save(folder / "t.csv", {"a": A, "y": np.where(A > 0, "=HYPERLINK(1)", "@no")})
    said(run("fit", "t.csv", "--target", "y", "--loss", "logistic", "--alpha", 0.1, "--out", "fit"))
    said(run("predict", "fit/model.json", "t.csv", "--out", "p.csv"))
    rows = list(csv.reader(io.StringIO((folder / "p.csv").read_text(encoding="utf-8"))))
    assert {row[1] for row in rows[1:]} == {"'=HYPERLINK(1)", "'@no"}


@pytest.mark.parametrize("out", ["taken", "taken/inside", "full"])
def test_out_is_tried_before_the_fit(
    run: Run, folder: Path, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object) -> None:
        raise AssertionError("the fit has begun")

    monkeypatch.setattr("normball.cli.fit.fit_table", work)
    (folder / "taken").write_text("a file")
    (folder / "full" / "model.json").mkdir(parents=True)
    save(folder / "t.csv", {"a": A, "b": B, "y": Y})
    message = refusal(run("fit", "t.csv", "--target", "y", "--out", out))
    assert message.split(": ")[1] in ("file exists.", "not a directory.", "is a directory.")
    with pytest.raises(AssertionError, match="begun"):
        run("fit", "t.csv", "--target", "y", "--out", "new/folder")
    assert not (folder / "new").exists()


def test_predictions_that_cannot_be_written(run: Run, folder: Path) -> None:
    save(folder / "t.csv", {"a": A, "b": B, "y": Y})
    said(run("fit", "t.csv", "--target", "y", "--alpha", 0.1, "--out", "fit"))
    assert refusal(run("predict", "fit/model.json", "t.csv", "--out", "fit")) == "fit: is a directory."
    assert refusal(run("predict", "fit/model.json", "absent.csv", "--out", "p.csv")).startswith("absent.csv:")
    assert not (folder / "p.csv").exists()
