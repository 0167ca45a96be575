"""`normball fit` on tables as they are: missing values, dates, rare categories, weights, groups, time."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import Result
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

import normball as nb
from normball.cli.fit import model_of
from normball.cli.model_file import read_model, write_model
from normball.cli.predict import features_of
from normball.cli.tables import load_table
from tables_on_disk import fit_file, write

Run = Callable[..., Result]
N = 120
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 3)).round(3)
TOWN = np.array(["Bonn", "Graz", "Lyon", "Oslo"])[RNG.integers(0, 4, N)]
DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(days=int(k)) for k in RNG.permutation(400)[:N]]
Y = X[:, 0] + 2.0 * (TOWN == "Graz") + RNG.normal(size=N)
FRAME = pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "town": TOWN, "y": Y})
HOLES = FRAME.with_columns(
    a=pl.when(pl.int_range(N) % 9 == 0).then(None).otherwise(pl.col("a")),
    town=pl.when(pl.int_range(N) % 17 == 0).then(None).otherwise(pl.col("town")),
)


def fitted(run: Run, *arguments: object) -> str:
    result = run("fit", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("missing", ["drop", "mean", "indicator"])
def test_missing_values(folder: Path, missing: str, suffix: str) -> None:
    path = write(HOLES, folder / f"holes{suffix}")
    fit = fit_file(path, "y", missing=missing, standardize=True)
    notes = " ".join(fit.table.notes)
    if missing == "drop":
        kept = HOLES.drop_nulls()
        assert f"{N - len(kept)} of {N} rows have missing values and were left out." in notes
        X, y = kept.drop("y"), kept["y"].to_numpy()
        encoder = nb.TableEncoder()
    else:
        assert "'a' (14), 'town' (8) of 120 rows" in notes
        X, y, encoder = HOLES.drop("y"), Y, nb.TableEncoder(missing=missing)
    cv = KFold(5, shuffle=True, random_state=0)
    expected = nb.RegressorCV(cv=cv, encoder=encoder, standardize=True).fit(X, y)
    np.testing.assert_allclose(fit.coef, expected.coef_, rtol=1e-9)
    np.testing.assert_allclose(fit.model.held_out_.eta, expected.held_out_.eta)
    assert ("a=(missing)" in fit.table.feature_names) == (missing == "indicator")
    # and the rows of another file are filled in as at the fit
    write_model(model_of(fit), folder / "model.json")
    model = read_model(folder / "model.json")
    new = HOLES.drop("y") if missing != "drop" else kept.drop("y")
    np.testing.assert_allclose(model.predict(features_of(model, new, "new")), expected.predict(new))


@pytest.mark.usefixtures("no_report")
def test_dates_categories_and_identifiers(run: Run, folder: Path) -> None:
    frame = FRAME.with_columns(
        day=pl.Series(DAYS), rooms=pl.Series(RNG.integers(1, 4, N)), id=pl.Series(range(100, 100 + N))
    )
    path = write(frame, folder / "t.csv")
    said = fitted(run, path, "--target", "y", "--calendar", "--category", "rooms", "--alpha", "1%")
    assert f"Column 'day' holds dates and is coded as days since {min(DAYS)}." in said
    assert "The month of column 'day' is coded as 12 features" in said
    assert "The weekday of column 'day' is coded as 7 features" in said
    assert "Column 'rooms' is coded as 3 features, one for each of '1', '2', '3'." in said
    assert "Column 'id' holds a different whole number in every row; if it only numbers the rows" in said
    names = pl.read_csv(folder / "normball-fit" / "coefficients.csv")["feature"].to_list()
    assert {"day days", "day month=02", "day weekday=1 Mon", "rooms=2"} <= set(names)
    out = run("predict", "normball-fit/model.json", path, "--out", "found.csv")
    assert out.exit_code == 0, out.output
    encoder = nb.TableEncoder(calendar=True, categories=["rooms"])
    columns = frame.drop("y")
    expected = nb.Regressor(alpha=nb.fraction(0.01), standardize=True, encoder=encoder).fit(columns, Y)
    np.testing.assert_allclose(pl.read_csv("found.csv")["prediction"], expected.predict(columns), rtol=1e-9)


@pytest.mark.usefixtures("no_report")
def test_rare_categories_are_one_and_a_column_is_a_group(run: Run, folder: Path) -> None:
    kinds = [f"rare {k % 5}" if k < 10 else ("red", "blue", "green")[k % 3] for k in range(1200)]
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"kind": kinds, "x": rng.normal(size=1200), "y": rng.normal(size=1200)})
    said = fitted(run, write(frame, folder / "t.csv"), "--target", "y", "--norm", "group_l2", "--alpha", 1e-3)
    assert "one for each of 'blue', 'green', 'red'; rare ones are one feature together, '(other)'." in said
    stored = json.loads((folder / "normball-fit" / "model.json").read_text(encoding="utf-8"))
    assert stored["columns"][0] == {"name": "kind", "levels": ["blue", "green", "red"], "other": True}
    assert stored["fit"]["norm"]["groups"] == [0, 0, 0, 0, 1]
    new = write(pl.DataFrame({"kind": ["rare 3", "never seen"], "x": [0.0, 0.0]}), folder / "new.csv")
    found = pl.read_csv(run("predict", "normball-fit/model.json", new).stdout.encode())["prediction"]
    assert found[0] == found[1]


SPLITTERS: dict[str, Any] = {
    "rows": (KFold(4, shuffle=True, random_state=7), {}, {}),
    "groups": (GroupKFold(4, shuffle=True, random_state=7), {"fold_by": "ward"}, {"groups": True}),
    "time": (TimeSeriesSplit(4), {"time": "day"}, {}),
}


@pytest.mark.parametrize("rule", ["min", "1se", "one_se"])
@pytest.mark.parametrize("kind", SPLITTERS)
def test_folds_rules_weights_and_scores_are_those_of_python(folder: Path, kind: str, rule: str) -> None:
    ward, weight = np.arange(N) % 11, RNG.integers(0, 4, N)
    frame = FRAME.with_columns(ward=pl.Series(ward), w=pl.Series(weight), day=pl.Series(DAYS))
    path = write(frame, folder / "t.csv")
    splitter, options, routed = SPLITTERS[kind]
    fit = fit_file(
        path, "y", folds=4, seed=7, rule=rule, weight="w", scoring="mae", standardize=True,
        drop=tuple(name for name in ("ward", "day") if name not in options.values()), **options,
    )  # fmt: skip
    ordered = frame.sort("day", maintain_order=True) if kind == "time" else frame
    columns = ordered.select("a", "b", "c", "town")
    model = nb.RegressorCV(
        cv=splitter,
        rule="min" if rule == "min" else "one_se",
        scoring="mae",
        standardize=True,
        encoder=nb.TableEncoder(),
    )
    model.fit(
        columns,
        ordered["y"].to_numpy(),
        sample_weight=ordered["w"].to_numpy(),
        **({"groups": ordered["ward"].to_numpy()} if routed else {}),
    )
    assert fit.model.alpha_ == pytest.approx(model.alpha_, rel=1e-12)
    np.testing.assert_allclose(fit.coef, model.coef_, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(fit.choice.mean_score, model.cross_validation_.mean_score)
    write_model(model_of(fit), folder / "model.json")
    assert read_model(folder / "model.json").estimator.scoring == "mae"


@pytest.mark.usefixtures("no_report")
def test_class_weights(run: Run, folder: Path) -> None:
    ill = np.where(X[:, 0] + RNG.logistic(size=N) > 1.5, "yes", "no")
    path = write(FRAME.drop("y").with_columns(ill=pl.Series(ill)), folder / "t.csv")
    options = ("--loss", "logistic", "--class-weight", "balanced", "--scoring", "auc")
    fitted(run, path, "--target", "ill", *options)
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    model = nb.ClassifierCV(
        cv=cv, class_weight="balanced", scoring="auc", standardize=True, encoder=nb.TableEncoder()
    ).fit(FRAME.drop("y"), ill)
    stored = pl.read_csv(folder / "normball-fit" / "coefficients.csv")
    np.testing.assert_allclose(stored["coefficient"][:-1], model.coef_[0], rtol=1e-8)
    np.testing.assert_allclose(stored["odds ratio"], np.exp(stored["coefficient"]))


@pytest.mark.usefixtures("no_report")
def test_counts_per_exposure(run: Run, folder: Path) -> None:
    """The rates weighted by exposure are the Poisson model of counts with the offset log(exposure)."""
    hours = RNG.integers(1, 24, N).astype(float)
    counts = RNG.poisson(hours * np.exp(0.5 * X[:, 0] - 1)).astype(float)
    frame = FRAME.drop("y", "town").with_columns(hours=pl.Series(hours), n=pl.Series(counts))
    path = write(frame, folder / "t.csv")
    options = ("--loss", "poisson", "--exposure", "hours", "--alpha", 1e-9, "--tol", 1e-12)
    said = fitted(run, path, "--target", "n", *options)
    assert "'n' is counted per unit of 'hours'" in said
    coef = pl.read_csv(folder / "normball-fit" / "coefficients.csv")["coefficient"].to_numpy()
    rate = np.exp(X @ coef[:-1] + coef[-1])
    # the likelihood equations of the model with an offset
    residual = counts - hours * rate
    np.testing.assert_allclose(np.column_stack([X, np.ones(N)]).T @ residual, 0, atol=1e-4)
    found = pl.read_csv(run("predict", "normball-fit/model.json", path).stdout.encode())
    assert found.columns == ["prediction per unit of hours"]
    np.testing.assert_allclose(found.to_numpy()[:, 0], rate)


def test_columns_of_options_are_no_features(folder: Path) -> None:
    frame = FRAME.with_columns(w=pl.lit(1.0), g=pl.Series(TOWN), t=pl.int_range(N))
    table = load_table(write(frame, folder / "t.csv"), "y", weight="w", fold_by="g", drop=["town"])
    assert table.feature_names == ("a", "b", "c", "t")
    assert table.fold_by is not None
    assert len(np.unique(table.fold_by)) == 4
    timed = load_table(folder / "t.csv", "y", time="t", drop=["w", "g"])
    assert timed.is_timed
    assert "t" not in timed.feature_names


@pytest.mark.usefixtures("no_report")
@pytest.mark.parametrize(
    ("n_values", "words"), [(2, "--loss logistic fits two classes"), (3, "Classifier in Python fits classes")]
)
def test_a_target_that_may_be_of_classes_is_noted(run: Run, folder: Path, n_values: int, words: str) -> None:
    rng = np.random.default_rng(6)
    frame = pl.DataFrame({"x": rng.standard_normal(60), "y": np.arange(60) % n_values})
    path = write(frame, folder / "t.csv")
    said = " ".join(fitted(run, path, "--target", "y", "--alpha", 0.01).split())
    assert f"alone and is fitted as a quantity; {words}." in said
    more = write(frame.with_columns(pl.col("x").round(1).alias("y")), folder / "more.csv")
    assert "fitted as a quantity" not in fitted(run, more, "--target", "y", "--alpha", 0.01)


@pytest.mark.usefixtures("no_report")
def test_strata_that_are_numbers_are_known_by_their_value(run: Run, folder: Path) -> None:
    rng = np.random.default_rng(6)
    frame = pl.DataFrame({"x": rng.standard_normal(90), "site": np.arange(90) % 3 + 10})
    frame = frame.with_columns(
        time=pl.Series(rng.exponential(size=90)), died=pl.Series(np.arange(90) % 4 > 0)
    )
    path = write(frame, folder / "t.csv")
    options = ("--loss", "cox", "--event", "died", "--strata", "site", "--alpha", 0.02)
    fitted(run, path, "--target", "time", *options)
    decimal = write(frame.with_columns(pl.col("site").cast(pl.Float64)), folder / "decimal.csv")
    said = [run("predict", "normball-fit/model.json", file, "--at", "1").stdout for file in (path, decimal)]
    assert said[0] == said[1]
    assert "no event up to 1" in said[0]


@pytest.mark.usefixtures("no_report")
def test_strata(run: Run, folder: Path) -> None:
    rng = np.random.default_rng(5)
    time, died = rng.exponential(np.exp(-X[:, 0])).round(3) + 0.001, rng.random(N) < 0.7
    frame = FRAME.drop("y").with_columns(time=pl.Series(time), died=pl.Series(died))
    path = write(frame, folder / "t.csv")
    options = ("--loss", "cox", "--event", "died", "--strata", "town", "--alpha", 0.02)
    said = fitted(run, path, "--target", "time", *options)
    assert (
        "Each of 4 strata by 'town' ('Bonn', 'Graz', 'Lyon', 'Oslo') has a baseline hazard of its own."
        in said
    )
    assert "hazard ratio" in said
    codes = np.unique(TOWN, return_inverse=True)[1]
    model = nb.Regressor(loss="stratified_cox", alpha=0.02, standardize=True)
    model.fit(X, np.column_stack([time, died, codes]))
    stored = pl.read_csv(folder / "normball-fit" / "coefficients.csv")
    assert stored["feature"].to_list()[:-1] == ["a", "b", "c"]
    np.testing.assert_allclose(stored["coefficient"][:-1], model.coef_, rtol=1e-6, atol=1e-9)
    found = run("predict", "normball-fit/model.json", path, "--at", "0.5,1", "--out", "p.csv")
    assert found.exit_code == 0, found.output
    written = pl.read_csv("p.csv")
    assert written.columns == ["relative hazard", "no event up to 0.5", "no event up to 1"]
    survival = model.predict_survival(X, [0.5, 1], codes)
    np.testing.assert_allclose(written.to_numpy()[:, 1:], survival, rtol=1e-6)
    new = frame.with_columns(town=pl.when(pl.col("town") == "Oslo").then(pl.lit("Rome")).otherwise("town"))
    beyond = run("predict", "normball-fit/model.json", path, "--at", "0.5,1e6")
    assert "is at " in beyond.stderr
    assert "nothing is known at 1e+06 and nan is written there" in beyond.stderr
    assert "last observation" not in found.stderr
    unknown = run("predict", "normball-fit/model.json", write(new, folder / "new.csv"), "--at", "1")
    assert "has the strata 'Rome', which the fit did not see" in unknown.stderr
    bare = write(frame.drop("town"), folder / "w.csv")
    without = run("predict", "normball-fit/model.json", bare, "--at", "1")
    assert "'town'" in without.stderr
    assert run("predict", "normball-fit/model.json", bare).exit_code == 0  # hazards need none
    wrong = run("fit", path, "--target", "time", "--strata", "town", "--drop", "died")
    assert wrong.stderr.startswith(
        "Error: --strata belongs to --loss cox, not to 'squared_error'; leave it out."
    )
