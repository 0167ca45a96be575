"""`TableEncoder`: texts, dates and missing values as features, learnt inside every fold."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.pipeline import make_pipeline

import normball as nb

N = 60
RNG = np.random.default_rng(0)
DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(days=int(k)) for k in RNG.integers(0, 400, N)]
COLUMNS: dict[str, list[Any]] = {
    "size": [None if k % 7 == 0 else float(v) for k, v in enumerate(RNG.normal(size=N).round(2))],
    "town": [None if k % 11 == 0 else str(v) for k, v in enumerate(RNG.choice(["Bonn", "Graz", "Lyon"], N))],
    "sex": [str(v) for v in RNG.choice(["f", "m"], N)],
    "open": [bool(v) for v in RNG.random(N) < 0.5],
    "day": DAYS,
    "rooms": [int(v) for v in RNG.integers(1, 4, N)],
}
LIBRARIES = {
    "pandas": lambda columns: pd.DataFrame(columns).assign(day=lambda t: pd.to_datetime(t["day"])),
    "polars": lambda columns: pl.DataFrame(columns),
    "pyarrow": lambda columns: pa.table(columns),
}
Y = np.array([3.0 * (town == "Graz") for town in COLUMNS["town"]]) + RNG.normal(size=N)


def table(library: str = "pandas", **changes: list[Any]) -> Any:
    return LIBRARIES[library]({**COLUMNS, **changes})


def values(X: Any) -> np.ndarray:
    return np.column_stack([np.asarray(X[name], dtype=float) for name in names_of(X)])


def names_of(X: Any) -> list[str]:
    return list(X.column_names if hasattr(X, "column_names") else X.columns)


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_kind_of_column(library: str) -> None:
    encoder = nb.TableEncoder(missing="indicator", calendar=True, categories=["rooms"])
    found = encoder.fit_transform(table(library))
    assert type(found) is type(table(library))
    names = names_of(found)
    assert names == encoder.get_feature_names_out().tolist()
    assert names[:2] == ["size", "size=(missing)"]
    assert names[2:6] == ["town=Bonn", "town=Graz", "town=Lyon", "town=(missing)"]
    assert names[6:9] == ["sex=m", "open=true", "day days"]
    assert "day month=03" in names
    assert "day weekday=7 Sun" in names
    assert names[-3:] == ["rooms=1", "rooms=2", "rooms=3"]
    X = dict(zip(names, values(found).T, strict=True))
    sizes = np.array([np.nan if v is None else v for v in COLUMNS["size"]])
    np.testing.assert_allclose(X["size"], np.where(np.isnan(sizes), np.nanmean(sizes), sizes))
    np.testing.assert_array_equal(X["size=(missing)"], np.isnan(sizes))
    np.testing.assert_array_equal(X["town=(missing)"], [town is None for town in COLUMNS["town"]])
    np.testing.assert_array_equal(X["town=Graz"], [town == "Graz" for town in COLUMNS["town"]])
    np.testing.assert_array_equal(X["day days"], [(day - min(DAYS)).days for day in DAYS])
    np.testing.assert_array_equal(X["day month=03"], [day.month == 3 for day in DAYS])
    np.testing.assert_array_equal(X["day weekday=7 Sun"], [day.isoweekday() == 7 for day in DAYS])
    assert [len(group) for group in encoder.groups_][:5] == [2, 4, 1, 1, 1]
    # the same rows in another order of columns
    shuffled = encoder.transform(LIBRARIES[library](dict(reversed(COLUMNS.items()))))
    np.testing.assert_array_equal(values(shuffled), values(found))


def test_the_mean_stands_for_what_is_missing() -> None:
    encoder = nb.TableEncoder(missing="mean").fit(table())
    found = encoder.transform(table())
    towns = [town for town in COLUMNS["town"] if town is not None]
    share = towns.count("Bonn") / len(towns)
    assert found["town=Bonn"].iloc[0] == pytest.approx(share)
    new = encoder.transform(table(sex=[None, *COLUMNS["sex"][1:]], day=[None, *DAYS[1:]]))
    assert new["sex=m"].iloc[0] == pytest.approx(np.mean([sex == "m" for sex in COLUMNS["sex"]]))
    days = [(day - min(DAYS)).days for day in DAYS]
    assert new["day days"].iloc[0] == pytest.approx(np.mean(days))


def test_rare_levels_are_one() -> None:
    kinds = ["a"] * 300 + ["b"] * 290 + ["c"] * 4 + ["d"] * 3 + ["e"] * 3
    encoder = nb.TableEncoder().fit(pd.DataFrame({"kind": kinds}))
    assert encoder.get_feature_names_out().tolist() == ["kind=a", "kind=b", "kind=(other)"]
    unknown = encoder.transform(pd.DataFrame({"kind": ["d", "zebra", "a"]}))
    np.testing.assert_array_equal(unknown.to_numpy(), [[0, 0, 1], [0, 0, 1], [1, 0, 0]])
    all_kept = nb.TableEncoder(rare=0).fit(pd.DataFrame({"kind": kinds}))
    assert len(all_kept.get_feature_names_out()) == 5
    with pytest.raises(
        ValueError, match=r"'kind' has the category 'zebra' in row 1, which the model does not"
    ):
        all_kept.transform(pd.DataFrame({"kind": ["zebra"]}))


@pytest.mark.quick_cases(4)
@pytest.mark.parametrize("make", [nb.RegressorCV, nb.ClassifierCV, "three classes", "cox"], ids=str)
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_learnt_inside_the_folds(make: Any, n_jobs: int | None) -> None:
    """As scikit-learn's folds of a pipeline, whose encoder sees the training rows alone."""
    X = table("pandas", open=[*[True] * 3, *[False] * (N - 3)])
    cv, y, options = KFold(4, shuffle=True, random_state=1), Y, {}
    loss = {"loss": "cox"} if make == "cox" else {}
    if make == "cox":
        make, y = nb.RegressorCV, np.where(RNG.random(N) < 0.7, 1.0, -1.0) * np.exp(-Y)
    elif make == "three classes":
        make, y = nb.ClassifierCV, np.digitize(Y, [0.0, 1.5])
    elif make is nb.ClassifierCV:
        y = (Y > 1).astype(int)
    plain: Any = nb.Classifier if make is nb.ClassifierCV else nb.Regressor
    encoder = nb.TableEncoder(missing="mean", calendar=True)
    alphas = np.geomspace(0.3, 0.03, 4)
    model = make(alphas=alphas, cv=cv, encoder=encoder, standardize=True, n_jobs=n_jobs, **loss).fit(X, y)
    assert model.encoder_.codings_ == clone(encoder).fit(X).codings_
    assert len(np.atleast_2d(model.coef_)[0]) == len(model.encoder_.get_feature_names_out())
    eta = np.full(model.held_out_.eta.shape, np.nan)
    for train, test in cv.split(X):
        lenient = clone(encoder).fit(X.iloc[train])
        inner = plain(alpha=model.alpha_, standardize=True, **loss).fit(
            lenient.transform(X.iloc[train]), y[train]
        )
        rows = np.flatnonzero(np.isin(np.concatenate([t for _, t in cv.split(X)]), test))
        found = inner._eta(lenient.transform_leniently(X.iloc[test]))
        eta[rows] = found[:, 0] if found.ndim == 2 and eta.ndim == 1 else found
    if loss:
        eta, held = eta - eta.mean(), model.held_out_.eta - model.held_out_.eta.mean()
    else:
        held = model.held_out_.eta
    np.testing.assert_allclose(held, eta, atol=2e-3)
    assert model.predict(X).shape == (N,)
    assert options == {}


def test_plain_estimators_and_pipelines() -> None:
    X = table()
    encoder = nb.TableEncoder(missing="mean")
    inside = nb.Regressor(alpha=0.05, encoder=encoder).fit(X, Y)
    pipeline = make_pipeline(clone(encoder), nb.Regressor(alpha=0.05)).fit(X, Y)
    np.testing.assert_allclose(inside.predict(X), pipeline.predict(X))
    assert inside.quality().training["R2"].value == pytest.approx(inside.score(X, Y))
    assert inside.why("town=Graz").coef != 0
    folded = cross_val_predict(pipeline, X, Y, cv=KFold(4))
    np.testing.assert_allclose(folded, cross_val_predict(inside, X, Y, cv=KFold(4)))
    assert not hasattr(inside.set_params(encoder=None).fit(X[["rooms"]], Y), "encoder_")


def test_a_factor_is_a_group() -> None:
    X = table()
    model = nb.RegressorCV("group_l2", encoder=nb.TableEncoder(missing="mean"), cv=3, n_alphas=10).fit(X, Y)
    town = [name.startswith("town") for name in model.feature_names_in_]
    path = model.path(n_alphas=10).coefs[:, town]
    assert ((path != 0).all(axis=1) | (path == 0).all(axis=1)).all()
    assert (path != 0).any()


def test_weights_and_groups_go_with_it() -> None:
    weight = RNG.integers(0, 3, N).astype(float)
    groups = np.arange(N) % 6
    model = nb.RegressorCV(cv=GroupKFold(3), n_alphas=8, encoder=nb.TableEncoder(missing="mean"))
    model.fit(table(), Y, sample_weight=weight, groups=groups)
    assert model.held_out_.y.tolist() == pytest.approx(
        np.concatenate([Y[t][weight[t] > 0] for _, t in GroupKFold(3).split(Y, groups=groups)]).tolist()
    )


@pytest.mark.parametrize("make", [nb.Regressor, nb.RegressorCV, nb.Classifier])
def test_saved_with_its_encoder(make: Any, tmp_path: Any) -> None:
    y = (Y > 1).astype(int) if make is nb.Classifier else Y
    encoder = nb.TableEncoder(missing="indicator", calendar=True, categories=["rooms"])
    model = make(encoder=encoder).fit(table(), y)
    model.save(tmp_path / "model.json")
    loaded = nb.load(tmp_path / "model.json")
    np.testing.assert_array_equal(loaded.predict(table("polars")), model.predict(table()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": [None] * N}, "column 'size' holds no value"),
        ({"town": [None] * N}, "column 'town' holds no value"),
        ({"size": [float("inf"), *COLUMNS["size"][1:]]}, "'size' must be finite, got inf in row 1"),
        ({"size": [[1.0]] * N}, "column 'size' holds values of type List"),
    ],
)
def test_what_no_column_may_hold(changes: dict[str, list[Any]], said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        nb.TableEncoder(missing="mean").fit_transform(table("polars", **changes))


def test_mistakes_are_said() -> None:
    with pytest.raises(
        ValueError, match=r"column 'size' has 9 missing values, the first in row 1; fill them in"
    ):
        nb.TableEncoder().fit(table())
    with pytest.raises(
        ValueError, match="missing must be 'refuse', 'mean' or 'indicator', got 'drop'; rows are"
    ):
        nb.TableEncoder(missing="drop").fit(table())
    with pytest.raises(TypeError, match="X must be a table with named columns"):
        nb.TableEncoder().fit(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="categories names 'room', which X does not have"):
        nb.TableEncoder(categories=["room"]).fit(table())
    encoder = nb.TableEncoder(missing="mean").fit(table())
    with pytest.raises(ValueError, match="X lacks the columns 'town'"):
        encoder.transform(table().drop(columns="town"))
    with pytest.raises(
        ValueError, match=r"'size' must hold numbers, as at the fit, but holds text such as 'x'"
    ):
        encoder.transform(table(size=["x"] * N))
    with pytest.raises(ValueError, match="'day' must hold dates, as at the fit, but holds numbers"):
        encoder.transform(table("polars", day=list(range(N))))
    refusing = nb.TableEncoder().fit(table().drop(columns=["size", "town"]))
    with pytest.raises(ValueError, match="column 'sex' has a missing value in row 2; fill it in"):
        refusing.transform(table(sex=["f", None, *COLUMNS["sex"][2:]]))
    with pytest.raises(TypeError, match=r"X has non-numeric columns .*; encode them as numbers, such as by"):
        nb.Regressor().fit(table()[["day", "sex"]], Y)
    with pytest.raises(ValueError, match="two features would both be called 'sex=m'"):
        nb.TableEncoder().fit(pd.DataFrame({"sex": ["f", "m"], "sex=m": [1, 2]}))
