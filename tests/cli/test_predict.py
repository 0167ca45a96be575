"""`normball predict` gives what the fitted solution predicts, or says what the new table lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import Result

from normball import Problem, Regressor
from normball.cli.fit import model_of
from normball.cli.model_file import write_model
from normball.datasets import load_diabetes, load_leukemia
from tables_on_disk import fit_file, frame_of, write

Run = Callable[..., Result]


@pytest.fixture
def shop(folder: Path) -> Path:
    """A table of sales, with a fitted model in the folder `shop`."""
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "price": rng.normal(5, 1, 24).round(2),
            "kind": np.array(["bread", "cake", "tea"])[np.arange(24) % 3],
            "open": rng.random(24) < 0.5,
            "sold": rng.integers(0, 30, 24),
        }
    )
    path = write(frame, folder / "shop.csv")
    (folder / "shop").mkdir()
    fit = fit_file(path, "sold", loss="poisson", alpha="0.001")
    write_model(model_of(fit), folder / "shop" / "model.json")
    return path


@pytest.mark.usefixtures("no_report")
@pytest.mark.parametrize("standardize", [False, True])
def test_round_trip_of_numbers(run: Run, folder: Path, standardize: bool) -> None:
    data = load_diabetes()
    path = write(frame_of(data), folder / "diabetes.csv")
    options = ("--alpha", 2.0, *([] if standardize else ["--no-standardize"]))
    assert run("fit", path, "--target", "target", *options).exit_code == 0
    # new rows in another order, columns too, and without the target
    new = pl.read_csv(path).drop("target").reverse()
    shuffled = write(new.select(new.columns[::-1]), folder / "new.parquet")
    result = run("predict", "normball-fit/model.json", shuffled, "--out", "predictions.csv")
    assert result.exit_code == 0, result.output
    assert "442 predictions of 'target' written to predictions.csv" in result.stdout
    scales = data.X.std(axis=0) if standardize else np.ones(10)
    solution = Problem(data.X / scales, data.y).solve(alpha=2.0)
    found = pl.read_csv("predictions.csv")
    assert found.columns == ["prediction"]
    np.testing.assert_allclose(found["prediction"], solution.predict(data.X / scales)[::-1], rtol=1e-12)


@pytest.mark.usefixtures("no_report")
def test_round_trip_of_classes(run: Run, folder: Path) -> None:
    data = load_leukemia()
    path = write(frame_of(data, 60), folder / "genes.parquet")
    options = ("--loss", "logistic", "--alpha", 0.05, "--no-standardize")
    assert run("fit", path, "--target", "lineage", *options).exit_code == 0
    result = run("predict", "normball-fit/model.json", path)
    found = pl.read_csv(result.stdout.encode())
    solution = Problem(data.X[:, :60], data.y, loss="logistic").solve(alpha=0.05)
    probability = solution.predict(data.X[:, :60])
    np.testing.assert_allclose(found["probability"], probability, rtol=1e-12)
    assert found["class"].to_list() == ["T" if value > 0.5 else "B" for value in probability]


def test_categories_are_coded_as_at_the_fit(run: Run, shop: Path, folder: Path) -> None:
    everything = pl.read_csv(run("predict", "shop/model.json", shop).stdout.encode())["prediction"]
    # one row alone has one category only, and true or false as other programs write them
    row = pl.read_csv(shop)[4:5].with_columns(pl.col("open").cast(pl.String).str.to_titlecase())
    alone = run("predict", "shop/model.json", write(row, folder / "row.csv"))
    assert pl.read_csv(alone.stdout.encode())["prediction"].to_list() == [everything[4]]
    assert (everything > 0).all()


def with_(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Path, Path], str]:
    def make(table: Path, folder: Path) -> str:
        return str(write(change(pl.read_csv(table)), folder / "new.csv"))

    return make


KNOWN = "known are 'bread', 'cake', 'tea'."
BAD_TABLES = {
    "column missing": (
        with_(lambda frame: frame.drop("price", "kind")),
        "new.csv lacks the columns 'price', 'kind', which the model needs; add them under these names.",
    ),
    "unknown category": (
        with_(lambda frame: frame.with_columns(kind=pl.lit("coffee"))),
        f"column 'kind' has the category 'coffee' in row 1, which the model does not know; {KNOWN}",
    ),
    "text for a number": (
        with_(lambda frame: frame.with_columns(price=pl.lit("cheap"))),
        "column 'price' must hold numbers, as at the fit, but holds text such as 'cheap'.",
    ),
    "missing value": (
        with_(lambda frame: frame.with_columns(price=pl.when(pl.col("price") > 5).then(pl.col("price")))),
        "new.csv has missing values in 'price' (",
    ),
    "infinite": (
        with_(lambda frame: frame.with_columns(price=pl.lit(float("inf")))),
        "column 'price' must be finite, got inf in row 1; correct the entry.",
    ),
    "no file": (lambda table, folder: "absent.csv", "absent.csv: no such file or directory."),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_bad_tables(run: Run, shop: Path, folder: Path, case: str) -> None:
    make, expected = BAD_TABLES[case]
    result = run("predict", "shop/model.json", make(shop, folder))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {expected}")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def damage(stored: dict) -> dict:
    return {**stored, "estimator": {**stored["estimator"], "coefficients": [{"no such feature": 1.0}]}}


BAD_MODELS = {
    "not JSON": (
        lambda stored: "price,kind\n",
        "model.json is not JSON; give the model.json that normball fit wrote.",
    ),
    "binary": (lambda stored: "\udc80\udc81", "model.json is not JSON; give"),
    "other JSON": (lambda stored: json.dumps([1, 2]), "model.json is not a normball model; give"),
    "newer": (
        lambda stored: json.dumps({**stored, "version": 9}),
        "model.json has model version 9, but this normball reads version 2; fit the model again",
    ),
    "damaged": (
        lambda stored: json.dumps(damage(stored)),
        "model.json is damaged (ValueError: invalid literal for int()",
    ),
    "another version inside": (
        lambda stored: json.dumps({**stored, "estimator": {**stored["estimator"], "version": 9}}),
        "model.json is damaged (ValueError: it has version 9 of the format and this is version 1); fit",
    ),
    "classes of no classifier": (
        lambda stored: json.dumps({**stored, "target": {**stored["target"], "classes": ["no"]}}),
        "model.json is damaged (ValueError: not enough values to unpack",
    ),
    "levels out of order": (
        lambda stored: json.dumps({**stored, "columns": [{"name": "kind", "levels": ["tea", "juice"]}]}),
        "model.json is damaged (ValueError: column 'kind' has levels that are not texts in order); fit",
    ),
    "no columns": (
        lambda stored: json.dumps({k: v for k, v in stored.items() if k != "columns"}),
        "model.json is damaged (KeyError: 'columns'); fit the model again.",
    ),
}


@pytest.mark.parametrize("case", BAD_MODELS)
def test_bad_models(run: Run, shop: Path, folder: Path, case: str) -> None:
    change, expected = BAD_MODELS[case]
    path = folder / "shop" / "model.json"
    text = change(json.loads(path.read_text(encoding="utf-8")))
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    result = run("predict", path, shop)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {expected}")


@pytest.mark.usefixtures("no_report")
def test_survival_at_times(run: Run, folder: Path) -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(80, 3))
    time, died = rng.exponential(np.exp(-X[:, 0])).round(3) + 0.001, rng.random(80) < 0.7
    frame = pl.DataFrame(X, schema=["a", "b", "c"]).with_columns(time=pl.Series(time), died=pl.Series(died))
    path = write(frame, folder / "trial.csv")
    options = ("--loss", "cox", "--event", "died", "--alpha", 0.05)
    assert run("fit", path, "--target", "time", *options).exit_code == 0
    result = run("predict", "normball-fit/model.json", path, "--at", "0.5,1")
    found = pl.read_csv(result.stdout.encode())
    assert found.columns == ["relative hazard", "no event up to 0.5", "no event up to 1"]
    model = Regressor(loss="cox", alpha=0.05, standardize=True).fit(X, np.column_stack([time, died]))
    np.testing.assert_allclose(found.to_numpy()[:, 1:], model.predict_survival(X, [0.5, 1.0]), rtol=1e-8)
    wrong = run("predict", "normball-fit/model.json", path, "--at", "soon")
    assert wrong.stderr == "Error: --at must be times such as 12,24,60, got 'soon'.\n"


def test_times_belong_to_events(run: Run, shop: Path) -> None:
    said = run("predict", "shop/model.json", shop, "--at", "3").stderr
    assert said == "Error: --at belongs to models of times of events (--loss cox); leave it out.\n"
