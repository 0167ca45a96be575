"""The shipped data are what they claim to be, and the generators do what they say."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import numpy as np
import pytest

from normball.datasets import Dataset, load_diabetes, load_leukemia, make_classification, make_regression

LOADERS: list[Callable[[], Dataset]] = [
    load_diabetes,
    load_leukemia,
    lambda: load_leukemia("molecular"),
    lambda: make_regression()[0],
    lambda: make_classification()[0],
]


@pytest.mark.parametrize("load", LOADERS)
def test_every_dataset_is_complete(load: Callable[[], Dataset]) -> None:
    data = load()
    assert data.X.dtype == data.y.dtype == np.float64
    assert np.isfinite(data.X).all()
    assert np.isfinite(data.y).all()
    assert data.X.shape == (len(data.y), len(data.feature_names))
    assert len(set(data.feature_names)) == len(data.feature_names)
    assert data.description.endswith(".")
    assert len(repr(data)) < 100
    if data.class_names is not None:
        assert set(np.unique(data.y)) == {0.0, 1.0}
    other = load()
    assert other.X is not data.X
    np.testing.assert_array_equal(other.X, data.X)


def test_diabetes() -> None:
    data = load_diabetes()
    assert data.X.shape == (442, 10)
    assert data.feature_names == ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    assert (data.y.min(), data.y.max()) == (25.0, 346.0)
    assert data.class_names is None
    # least squares on centred columns of length 1, table 1 of the paper's data: the total is known
    centred = data.X - data.X.mean(axis=0)
    scaled = centred / np.linalg.norm(centred, axis=0)
    coef = np.linalg.lstsq(scaled, data.y - data.y.mean(), rcond=None)[0]
    np.testing.assert_allclose(coef[:4], [-10.0099, -239.8156, 519.8459, 324.3846], rtol=1e-5)


def test_diabetes_agrees_with_scikit_learn() -> None:
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed")
    X, y = datasets.load_diabetes(scaled=False, return_X_y=True)
    np.testing.assert_array_equal(load_diabetes().X, X)
    np.testing.assert_array_equal(load_diabetes().y, y)


def test_leukemia() -> None:
    lineage, molecular = load_leukemia(), load_leukemia("molecular")
    assert lineage.X.shape == (128, 4000)
    assert molecular.X.shape == (79, 4000)
    assert lineage.class_names == ("B", "T")
    assert molecular.class_names == ("NEG", "BCR/ABL")
    assert (lineage.y.sum(), molecular.y.sum()) == (33, 37)
    assert lineage.feature_names[:2] == ("1005_at", "1007_s_at")
    with pytest.raises(ValueError, match=r"task must be 'lineage' or 'molecular', got 'age'\."):
        load_leukemia("age")  # type: ignore[arg-type]


def test_leukemia_rows_stay_together() -> None:
    # CD3D, the marker of T cells, must tell the lineages apart on its own
    data = load_leukemia()
    expression = data.X[:, data.feature_names.index("38319_at")]
    assert expression[data.y == 1].min() > expression[data.y == 0].max()


def test_sources_name_every_file() -> None:
    folder = resources.files("normball.datasets")
    text = folder.joinpath("SOURCES.md").read_text(encoding="utf-8")
    shipped = [entry.name for entry in folder.iterdir() if entry.name.endswith((".csv", ".npz"))]
    assert len(shipped) >= 2
    assert all(f"`{name}`" in text for name in shipped)


@pytest.mark.parametrize("make", [make_regression, make_classification])
def test_generators(make: Callable[..., tuple[Dataset, np.ndarray]]) -> None:
    data, coef = make(n_samples=4000, n_features=6, n_informative=2, correlation=0.8, seed=3)
    assert np.count_nonzero(coef) == 2
    assert np.all(np.abs(coef[coef != 0]) >= 1)
    places = np.arange(6)
    expected = 0.8 ** np.abs(places[:, None] - places)
    np.testing.assert_allclose(np.corrcoef(data.X, rowvar=False), expected, atol=0.07)
    np.testing.assert_allclose(data.X.std(axis=0), 1.0, atol=0.05)
    again, same = make(n_samples=4000, n_features=6, n_informative=2, correlation=0.8, seed=3)
    np.testing.assert_array_equal(again.y, data.y)
    np.testing.assert_array_equal(same, coef)
    assert not np.array_equal(make(seed=1)[0].X, make(seed=2)[0].X)


def test_generators_without_noise() -> None:
    data, coef = make_regression(noise=0.0)
    np.testing.assert_array_equal(data.y, data.X @ coef)
    data, coef = make_classification(noise=0.0)
    np.testing.assert_array_equal(data.y, data.X @ coef > 0)


def test_regression_noise_has_its_size() -> None:
    data, coef = make_regression(n_samples=5000, noise=2.5)
    assert (data.y - data.X @ coef).std() == pytest.approx(2.5, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"n_samples": 0}, "n_samples must be a whole number, at least 1, got 0."),
        ({"n_features": 0}, "n_features must be a whole number, at least 1, got 0."),
        ({"n_informative": 21}, "n_informative must be a whole number, from 0 to 20, got 21."),
        ({"correlation": 1.0}, "correlation must lie strictly between -1 and 1, got 1.0."),
        ({"noise": -1.0}, "noise must be a number >= 0, got -1.0."),
        ({"noise": float("nan")}, "noise must be a number >= 0, got nan."),
    ],
)
def test_generator_refusals(arguments: dict[str, float], text: str) -> None:
    with pytest.raises(ValueError, match="must") as caught:
        make_regression(**arguments)  # type: ignore[arg-type]
    assert str(caught.value) == text


def test_a_dataset_refuses_shapes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="needs y of shape"):
        Dataset(np.zeros((3, 2)), np.zeros(2), ("a", "b"), "y", "Nothing.")
