"""Estimators in ONNX: alone, at the end of a Pipeline, and what cannot be converted."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import normball as nb
import normball.onnx
from normball import dropin

DATA = nb.datasets.load_diabetes()
X = np.asarray(DATA.X, dtype=np.float32)
KINDS = np.array(["high", "low", "middle"])[np.digitize(DATA.y, [100, 200])]
CV = {"cv": 3, "n_alphas": 5}


@pytest.fixture(autouse=True)
def _registered() -> None:
    normball.onnx.register()


def outputs(model: Any, rows: Any, **options: Any) -> dict[str, np.ndarray]:
    """What onnxruntime says of these rows, by name."""
    onnxruntime = pytest.importorskip("onnxruntime")
    from skl2onnx import to_onnx

    if isinstance(rows, np.ndarray):
        session = onnxruntime.InferenceSession(to_onnx(model, rows[:1], **options).SerializeToString())
        given = {session.get_inputs()[0].name: rows}
    else:
        session = onnxruntime.InferenceSession(to_onnx(model, rows[:1], **options).SerializeToString())
        given = {name: rows[[name]].to_numpy() for name in rows.columns}
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, given), strict=True))


REGRESSORS = {
    "Regressor": nb.Regressor(alpha=1.0),
    "RegressorCV": nb.RegressorCV(**CV),
    "Huber": nb.Regressor(loss=nb.losses.Huber(20.0), alpha=0.5),
    "Poisson": nb.Regressor(loss="poisson", alpha=1.0),
    "Lasso": dropin.Lasso(alpha=0.5),
    "ElasticNetCV": dropin.ElasticNetCV(cv=3),
    "RidgeCV": dropin.RidgeCV(),
}


@pytest.mark.parametrize("name", REGRESSORS)
@pytest.mark.parametrize("in_pipeline", [True, False])
def test_regressors(name: str, in_pipeline: bool) -> None:
    model = make_pipeline(StandardScaler(), REGRESSORS[name]) if in_pipeline else REGRESSORS[name]
    model.fit(X, DATA.y)
    found = outputs(model, X)
    assert len(found) == 1
    np.testing.assert_allclose(next(iter(found.values())).ravel(), model.predict(X), rtol=2e-5)


def test_several_responses() -> None:
    Y = np.column_stack([DATA.y, DATA.X[:, 0] + DATA.y])
    model = make_pipeline(StandardScaler(), dropin.MultiTaskLasso(alpha=0.5)).fit(X, Y)
    np.testing.assert_allclose(outputs(model, X)["variable"], model.predict(X), rtol=2e-5)


CLASSIFIERS = {
    "Classifier": nb.Classifier(alpha=0.01),
    "ClassifierCV": nb.ClassifierCV(**CV),
    "LogisticRegression": dropin.LogisticRegression(C=0.1),
}


@pytest.mark.parametrize(
    "labels", [DATA.y > 140, (DATA.y > 140).astype(int) + 3, KINDS], ids=["bool", "int", "3"]
)
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers(name: str, labels: np.ndarray) -> None:
    model = make_pipeline(StandardScaler(), CLASSIFIERS[name]).fit(X, labels)
    found = outputs(model, X, options={"zipmap": False})
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=2e-6)
    assert (found["label"] == model.predict(X)).mean() > 0.99  # float32 may tip a tie


def test_probabilities_as_a_list_of_dicts_as_skl2onnx_has_them() -> None:
    model = make_pipeline(StandardScaler(), nb.Classifier(alpha=0.01)).fit(X, KINDS)
    first = outputs(model, X)["output_probability"][0]
    assert list(first) == ["high", "low", "middle"]
    np.testing.assert_allclose(list(first.values()), model.predict_proba(X[:1])[0], atol=2e-6)


def test_a_table_with_texts_through_a_column_transformer() -> None:
    frame = pd.DataFrame({"bmi": X[:, 2], "group": KINDS})
    encode = ColumnTransformer(
        [("texts", OneHotEncoder(), ["group"]), ("numbers", StandardScaler(), ["bmi"])]
    )
    model = make_pipeline(encode, nb.Regressor(alpha=0.5)).fit(frame, DATA.y)
    found = outputs(model, frame)
    np.testing.assert_allclose(found["variable"].ravel(), model.predict(frame), rtol=2e-5)


def test_a_frame_of_numbers_alone() -> None:
    model = nb.Regressor(alpha=1.0).fit(DATA.X, DATA.y)
    doubles = outputs(model, np.asarray(DATA.X, dtype=np.float64))
    np.testing.assert_allclose(next(iter(doubles.values())).ravel(), model.predict(DATA.X), rtol=1e-12)


def test_an_encoder_of_ours_is_refused_with_a_remedy() -> None:
    frame = pd.DataFrame({"bmi": X[:, 2], "group": KINDS})
    model = nb.Regressor(alpha=0.5, encoder=nb.TableEncoder()).fit(frame, DATA.y)
    with pytest.raises(ValueError, match="ColumnTransformer with OneHotEncoder"):
        outputs(model, X[:, :2])


def test_without_skl2onnx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(ModuleNotFoundError, match="pip install skl2onnx"):
        normball.onnx.register()
