"""`normball fit`: its options, what it says and what it writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import Result

from normball import Problem, Regressor, fraction
from normball.cli.fit import model_of
from normball.cli.tables import load_table
from normball.datasets import load_diabetes
from normball.losses import Cox
from normball.norms import NORMS
from tables_on_disk import fit_file, frame_of, read_coefficients, write

Run = Callable[..., Result]
DATA = load_diabetes()


@pytest.fixture
def table(folder: Path) -> Path:
    return write(frame_of(DATA), folder / "diabetes.csv")


@pytest.fixture
def people(folder: Path) -> Path:
    """Thirty rows with numbers, categories, true and false, and a column that never changes."""
    rng = np.random.default_rng(1)
    cities = np.array(["Bonn", "Graz", "Lyon"])[np.arange(30) % 3]
    frame = pl.DataFrame(
        {
            "height": rng.normal(170, 10, 30).round(1),
            "city": cities,
            "smoker": rng.random(30) < 0.4,
            "sex": np.array(["f", "m"])[rng.integers(0, 2, 30)],
            "planet": ["Earth"] * 30,
            "year": [2020] * 30,
            "rate": np.where(np.arange(30) % 2, 0.1 + 0.2, 0.3),
            "count": rng.integers(1, 9, 30),
            "ill": np.array(["no", "yes"])[np.arange(30) % 2],
        }
    )
    return write(frame, folder / "people.csv")


def fitted(run: Run, *arguments: object) -> str:
    result = run("fit", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def model(folder: Path) -> dict:
    return json.loads((folder / "model.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("no_report")
def test_without_a_level_alpha_is_cross_validated(run: Run, table: Path, folder: Path) -> None:
    said = fitted(run, table, "--target", "target", "--folds", 4, "--seed", 3, "--standardize")
    assert "alpha chosen by 4-fold cross-validation (seed 3)" in said
    assert re.search(
        r"Best: held-out RMSE [\d.]+ \(standard error over folds [\d.]+\) at alpha [\d.]+; within one", said
    )
    assert "Taken: the best; --rule 1se takes the other." in said
    assert re.search(r"\d coefficients? (is|are) exactly zero", said)
    assert "duality gap" in said
    stored = model(folder / "normball-fit")["fit"]
    assert stored["alpha"] == stored["cross_validation"]["best_alpha"]
    simpler = fitted(
        run, table, "--target", "target", "--folds", 4, "--seed", 3, "--standardize", "--rule", "1se"
    )
    assert "Taken: the one-standard-error rule" in simpler
    again = model(folder / "normball-fit")["fit"]
    assert again["alpha"] == stored["cross_validation"]["one_se_alpha"] >= stored["alpha"]


@pytest.mark.parametrize(
    ("options", "level"),
    [
        ({"alpha": "10%"}, {"alpha": fraction(0.1)}),
        ({"budget": 12.5}, {"budget": 12.5}),
        ({"target_loss": 1600.0}, {"target": 1600.0}),
        ({"alpha": "5", "fit_intercept": False}, {"alpha": 5.0}),
    ],
)
def test_the_three_forms(table: Path, options: dict, level: dict) -> None:
    fit = fit_file(table, "target", **options)
    assert fit.choice is None
    problem = Problem(DATA.X, DATA.y, fit_intercept=options.get("fit_intercept", True))
    expected = problem.solve(**level)
    np.testing.assert_allclose(fit.coef, expected.coef, rtol=1e-9)
    assert fit.solution.intercept == pytest.approx(expected.intercept, rel=1e-9)
    stored = model_of(fit).facts
    assert stored["form"] == expected.form
    assert stored["level"] == pytest.approx(expected.level)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("norm", sorted(NORMS))
def test_every_norm(run: Run, table: Path, folder: Path, norm: str) -> None:
    parameter = {"lp": ("--p", 1.5), "elastic_net": ("--l1-ratio", 0.3)}.get(norm, ())
    level = ("--target-loss", 1700, "--standardize")
    said = fitted(run, table, "--target", "target", "--norm", norm, *parameter, *level)
    assert "digits" in said or "last digit" in said
    stored = model(folder / "normball-fit")["fit"]
    assert stored["norm"]["name"] == norm
    assert stored["loss_value"] == pytest.approx(1700, rel=1e-6)
    assert stored["converged"]


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize(
    ("loss", "target", "options"),
    [
        ("huber", "height", ("--delta", 2.0)),
        ("quantile", "height", ("--q", 0.8)),
        ("tweedie", "count", ("--power", 1.2)),
        ("gamma", "count", ()),
        ("poisson", "count", ()),
        ("logistic", "ill", ()),
    ],
)
def test_every_loss(run: Run, people: Path, folder: Path, loss: str, target: str, options: tuple) -> None:
    said = fitted(run, people, "--target", target, "--loss", loss, *options, "--alpha", "20%")
    stored = model(folder / "normball-fit")
    assert stored["fit"]["loss"]["name"] == loss
    assert stored["fit"]["loss"].get("delta") == (2.0 if loss == "huber" else None)
    assert ("'yes' counts as 1 and 'no' as 0" in said) == (loss == "logistic")
    assert stored["target"]["classes"] == (["no", "yes"] if loss == "logistic" else None)


def test_times_of_events(run: Run, folder: Path, request: pytest.FixtureRequest) -> None:
    rng = np.random.default_rng(3)
    X, names = rng.normal(size=(80, 4)), ["a", "b", "c", "d"]
    time, died = rng.exponential(np.exp(-X[:, 0])).round(3) + 0.001, rng.random(80) < 0.7
    frame = pl.DataFrame(X, schema=names).with_columns(time=pl.Series(time), died=pl.Series(died))
    path = write(frame, folder / "trial.csv")
    level = ("--alpha", 0.05, "--ties", "efron", "--no-standardize")
    said = fitted(run, path, "--target", "time", "--loss", "cox", "--event", "died", *level)
    assert f"{int(died.sum())} of 80 rows have the event ('died' is 'true')." in said
    expected = Regressor(loss=Cox("efron"), alpha=0.05).fit(X, np.column_stack([time, died]))
    coef, _ = read_coefficients(folder / "normball-fit")
    np.testing.assert_allclose(coef, expected.coef_, rtol=1e-9)
    assert "<svg" in (folder / "normball-fit" / "report.html").read_text(encoding="utf-8")
    request.getfixturevalue("no_report")  # one is enough
    fitted(run, path, "--target", "time", "--loss", "cox", "--event", "died")
    uncensored = write(frame.with_columns(died=pl.lit(1)), folder / "all.csv")
    said = fitted(run, uncensored, "--target", "time", "--loss", "cox", "--event", "died", "--alpha", 0.1)
    assert "80 of 80 rows have the event" in said


@pytest.mark.usefixtures("no_report")
def test_categories_become_features_and_are_noted(run: Run, people: Path, folder: Path) -> None:
    said = fitted(run, people, "--target", "count", "--alpha", 0.01, "--drop", "ill", "--norm", "group_l2")
    assert "Column 'city' is coded as 3 features, one for each of 'Bonn', 'Graz', 'Lyon'." in said
    assert "Column 'sex' is coded as one feature: 1 for 'm', 0 for 'f'." in said
    assert "Column 'smoker' is coded as one feature: 1 for 'true', 0 for 'false'." in said
    assert "Column 'planet' is 'Earth' in every row and was left out." in said
    assert "'year', 'rate' are the same in every row and cannot tell rows apart." in said
    names = pl.read_csv(folder / "normball-fit" / "coefficients.csv")["feature"].to_list()
    cities = ["city=Bonn", "city=Graz", "city=Lyon"]
    assert names == ["height", *cities, "smoker=true", "sex=m", "year", "rate", "(intercept)"]
    assert model(folder / "normball-fit")["fit"]["norm"]["groups"] == [0, 1, 1, 1, 2, 3, 4, 5]


def test_every_kind_of_file_gives_the_same_table(people: Path, folder: Path) -> None:
    frame = pl.read_csv(people)
    paths = [write(frame, folder / f"again{suffix}") for suffix in (".csv", ".tsv", ".parquet")]
    paths.append(folder / "semicolons.csv")
    frame.write_csv(paths[-1], separator=";")
    tables = [load_table(path, "ill", is_classifier=True) for path in paths]
    for table in tables:
        np.testing.assert_array_equal(table.X, tables[0].X)
        np.testing.assert_array_equal(table.y, tables[0].y)
        assert table.feature_names == tables[0].feature_names
        assert table.notes == tables[0].notes
        assert table.class_names == ("no", "yes")


@pytest.mark.usefixtures("no_report")
def test_standardised_coefficients_are_in_the_units_of_the_file(run: Run, table: Path, folder: Path) -> None:
    said = fitted(run, table, "--target", "target", "--alpha", 2)
    assert "Columns were divided by their standard deviations" in said
    deviation = DATA.X.std(axis=0)
    expected = Problem(DATA.X / deviation, DATA.y).solve(alpha=2.0)
    coef, _ = read_coefficients(folder / "normball-fit")
    np.testing.assert_allclose(coef, expected.coef / deviation, rtol=1e-9)


@pytest.mark.usefixtures("no_report")
def test_unequal_columns_are_pointed_out(run: Run, table: Path) -> None:
    said = fitted(run, table, "--target", "target", "--alpha", 2, "--no-standardize")
    assert "standard deviations range from 0.499 ('sex') to 34.6 ('s1')" in said
    assert "without --no-standardize it compares them per standard deviation" in said


def test_nothing_enters(run: Run, table: Path) -> None:
    said = fitted(run, table, "--target", "target", "--alpha", 1e6)
    assert "10 coefficients are exactly zero" in said


def test_report_is_one_file_that_asks_for_nothing_and_the_same_twice(
    run: Run, table: Path, folder: Path
) -> None:
    fitted(run, table, "--target", "target", "--out", "first")
    fitted(run, table, "--target", "target", "--out", "second")
    for name in ("coefficients.csv", "model.json", "report.html"):
        assert (folder / "first" / name).read_bytes() == (folder / "second" / name).read_bytes(), name
    page = (folder / "first" / "report.html").read_text(encoding="utf-8")
    for title in (
        "How good are the predictions?",
        "What was found",
        "How much regularisation?",
        "How do the coefficients come in?",
        "What does a unit of norm buy?",
        "Where does the level set touch the ball?",
        "Why these features and not others?",
        "Settings and proof",
    ):
        assert f">{title}</h2>" in page
    assert page.count("<svg") >= 4
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)


@pytest.mark.usefixtures("no_report")
def test_model_is_plain_json(run: Run, people: Path, folder: Path) -> None:
    fitted(run, people, "--target", "ill", "--loss", "logistic", "--alpha", 0.02)
    raw = (folder / "normball-fit" / "model.json").read_bytes()
    raw.decode("ascii")
    assert not raw.startswith(b"\x80")
    stored = json.loads(raw)
    assert stored["format"] == "normball model"
    assert stored["version"] == 2
    assert stored["columns"][:3] == [
        "height",
        {"name": "city", "levels": ["Bonn", "Graz", "Lyon"]},
        {"name": "smoker", "levels": ["false", "true"]},
    ]
    assert stored["estimator"]["class"] == "Classifier"
    assert 0 not in stored["estimator"]["coefficients"][0].values()
    assert not list(folder.rglob("*.pkl"))


def test_missed_tolerance_is_said_not_warned(run: Run, people: Path) -> None:
    # no rounding leaves a gap of 1e-300
    options = ("--loss", "huber", "--norm", "linf", "--alpha", "5%", "--tol", 1e-300)
    said = fitted(run, people, "--target", "height", *options)
    assert "The tolerance 1.0e-300 was not met (relative gap" in said
