"""Estimators in files, and as scikit-learn's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold

import normball as nb

DATA = nb.datasets.load_diabetes()
FRAME = pd.DataFrame(DATA.X, columns=list(DATA.feature_names))
LABELS = np.array(["low", "middle", "high"])[np.digitize(DATA.y, [100, 200])]


def fitted() -> dict[str, Any]:
    return {
        "L1": nb.Regressor(alpha=5.0).fit(FRAME, DATA.y),
        "share of alpha_max": nb.Regressor(alpha=nb.fraction(0.3)).fit(DATA.X, DATA.y),
        "weights": nb.Regressor(nb.norms.L1(weights=np.arange(1.0, 11.0)), alpha=1.0).fit(DATA.X, DATA.y),
        "Huber": nb.Regressor("l1", nb.losses.Huber(20.0), alpha=0.5).fit(DATA.X, DATA.y),
        "Poisson": nb.Regressor("squared_l2", "poisson", alpha=0.1).fit(DATA.X / 100, DATA.y),
        "two classes": nb.Classifier(alpha=0.01).fit(FRAME, DATA.y > 140),
        "three classes": nb.Classifier(alpha=0.01).fit(FRAME, LABELS),
        "by cross-validation": nb.RegressorCV(cv=3, n_alphas=20).fit(FRAME, DATA.y),
    }


MODELS = fitted()


def table(name: str) -> Any:
    model = MODELS[name]
    if hasattr(model, "feature_names_in_"):
        return FRAME
    return DATA.X / 100 if name == "Poisson" else DATA.X


@pytest.mark.parametrize("name", MODELS)
def test_what_is_loaded_predicts_the_same(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    model.save(tmp_path / "model.json")
    loaded = nb.load(tmp_path / "model.json")
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.predict(table(name)), model.predict(table(name)))
    assert repr(loaded.get_params()) == repr(model.get_params())
    assert (loaded.alpha_, loaded.gap_) == (model.alpha_, model.gap_)
    loaded.fit(table(name), LABELS if name == "three classes" else DATA.y > 140 if "two" in name else DATA.y)


@pytest.mark.parametrize("name", MODELS)
def test_scikit_learn_predicts_the_same(name: str) -> None:
    same = MODELS[name].to_sklearn()
    assert type(same).__module__.startswith("sklearn.")
    expected = MODELS[name].predict(table(name))
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(same.predict(table(name)), expected, rtol=1e-12)
    else:
        np.testing.assert_array_equal(same.predict(table(name)), expected)


@pytest.mark.parametrize("name", MODELS)
def test_skops_keeps_them(name: str) -> None:
    from skops import io

    stored = io.dumps(MODELS[name])
    foreign = io.get_untrusted_types(data=stored)
    assert all(kind.startswith("normball.") for kind in foreign)
    loaded = io.loads(stored, trusted=foreign)
    np.testing.assert_array_equal(loaded.predict(table(name)), MODELS[name].predict(table(name)))


@pytest.mark.parametrize("name", MODELS)
def test_onnx_by_way_of_scikit_learn(name: str) -> None:
    import onnxruntime
    from skl2onnx import to_onnx

    X = np.asarray(table(name), dtype=np.float32)
    session = onnxruntime.InferenceSession(to_onnx(MODELS[name].to_sklearn(), X[:1]).SerializeToString())
    found = session.run(None, {session.get_inputs()[0].name: X})[0].ravel()
    expected = MODELS[name].predict(table(name))
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    else:
        assert (found == expected).mean() > 0.99  # float32 may tip a tie


def test_bad_files_are_said_to_be_bad(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    MODELS["L1"].save(path)
    stored = json.loads(path.read_text())
    for change, sentence in [
        ({"format": "other"}, "is not a file of an estimator"),
        ({"version": 99}, "has version 99 of the format and this is version 1"),
        ({"class": "Nothing"}, "is damaged"),
        ({"coefficients": [{"99": 1.0}]}, "is damaged"),
        ({"intercept": [0.0, 1.0]}, "2 intercepts for 1 rows of coefficients"),
        ({"intercept": ["0.5"]}, "'0.5' where a finite number is needed"),
        ({"feature_names": ["a"]}, "1 feature names for 10 features"),
        ({"feature_names": [1, *"abcdefghi"]}, "or one that is no text"),
        ({"version": True}, "has version True of the format"),
        ({"coefficients": [{"-1": 1.0}]}, "a coefficient at position '-1' of 10 features"),
        ({"coefficients": [{"01": 1.0}]}, "a coefficient at position '01' of 10 features"),
        ({"coefficients": [{"1": 1.0, "+1": 2.0}]}, "position '\\+1'"),
        ({"coefficients": [{"0": 1.0}, {"1": 1.0}]}, "2 rows of coefficients, where 1 are needed"),
        ({"coefficients": [{"0": True}]}, "True where a finite number is needed"),
        ({"n_features": 2.5}, "n_features must be a whole number"),
        ({"parameters": {**stored["parameters"], "positive": "no"}}, "positive must be True or False"),
        ({"parameters": {**stored["parameters"], "loss": "mine"}}, "loss must be one of"),
    ]:
        path.write_text(json.dumps({**stored, **change}))
        with pytest.raises(ValueError, match=sentence):
            nb.load(path)
    path.write_text("{")
    with pytest.raises(ValueError, match="is not JSON"):
        nb.load(path)


def test_splitters_are_kept(tmp_path: Path) -> None:
    model = nb.RegressorCV(cv=KFold(3, shuffle=True, random_state=7), n_alphas=5).fit(DATA.X, DATA.y)
    model.save(tmp_path / "model.json")
    again = nb.load(tmp_path / "model.json")
    assert isinstance(again.cv, KFold)
    assert vars(again.cv) == vars(model.cv)
    np.testing.assert_array_equal(again.predict(DATA.X), model.predict(DATA.X))


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Regressor is not fitted; call fit before save"):
        nb.Regressor().save(tmp_path / "model.json")
    model = nb.RegressorCV(cv=[(np.arange(200), np.arange(200, 442))], n_alphas=5)
    model.fit(DATA.X, DATA.y)
    model.set_params(cv=object())
    with pytest.raises(TypeError, match="has no JSON form; give a number, a text or a list"):
        model.save(tmp_path / "model.json")


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        (["low"], "which are not two or more labels in order"),
        (["low", "low"], "which are not two or more labels in order"),
        (["low", "high"], "which are not two or more labels in order"),
        (["high", "low", "middle"], "1 rows of coefficients, where 3 are needed"),
    ],
)
def test_classes_go_with_rows(classes: list[str], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    MODELS["two classes"].save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "classes": classes}))
    with pytest.raises(ValueError, match=sentence):
        nb.load(path)


def test_an_entry_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    MODELS["L1"].save(path)
    text = path.read_text()
    for twice in ('"n_features": 10', '"version": 1', '"2": 1.0'):
        doubled = text.replace('"coefficients": [\n  {', '"coefficients": [\n  {"2": 1.0, ')
        path.write_text(doubled if twice == '"2": 1.0' else text.replace(twice, f"{twice}, {twice}"))
        with pytest.raises(ValueError, match="is there twice"):
            nb.load(path)


@dataclass(frozen=True)
class Doubling(nb.losses.SquaredError):
    """Predicts twice as much as its base, under the name of its base."""

    def predict(self, eta: Any) -> Any:
        return 2 * eta


@dataclass(frozen=True, eq=False, repr=False)
class Steeper(nb.norms.L1):
    """A norm of one's own under the name of its base."""


class Regressor(nb.Regressor):
    """An estimator of one's own under the name of its base."""


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nb.Regressor(loss=Doubling(), alpha=1.0), "the loss Doubling is not one of normball's own"),
        (nb.Regressor(Steeper(), alpha=1.0), "the norm Steeper is not one of normball's own"),
        (Regressor(alpha=1.0), "got a Regressor of another class; use pickle"),
    ],
    ids=["loss", "norm", "estimator"],
)
def test_classes_of_ones_own_are_not_stored_as_their_base(model: Any, sentence: str, tmp_path: Path) -> None:
    model.fit(DATA.X, DATA.y)
    with pytest.raises(TypeError, match=sentence):
        model.save(tmp_path / "model.json")
    assert not (tmp_path / "model.json").exists()
