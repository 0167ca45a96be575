"""Pictures of fitted estimators."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import normball as nb

mpl.use("agg")
DATA = nb.datasets.load_diabetes()


@pytest.fixture(scope="module")
def model() -> nb.Regressor:
    import pandas as pd

    return nb.Regressor(alpha=5.0).fit(pd.DataFrame(DATA.X, columns=list(DATA.feature_names)), DATA.y)


def test_contact_of_two_named_features(model: nb.Regressor) -> None:
    display = nb.ContactDisplay.from_estimator(model, features=("bmi", "s5"))
    assert display.feature_names == ("bmi", "s5")
    expected = model.coef_[[DATA.feature_names.index("bmi"), DATA.feature_names.index("s5")]]
    np.testing.assert_allclose(display.contact_point, expected)


def test_path_and_frontier(model: nb.Regressor) -> None:
    path = nb.PathDisplay.from_estimator(model, "alpha")
    assert "bmi" in path.feature_names
    frontier = nb.FrontierDisplay.from_estimator(model)
    assert frontier.figure_ is not None


def test_choice_of_alpha() -> None:
    chosen = nb.RegressorCV(cv=4, n_alphas=40, rule="one_se").fit(DATA.X, DATA.y)
    display = nb.CVDisplay.from_estimator(chosen)
    assert display.alpha == chosen.alphas_[chosen.one_se_index_]
    labels = [tick.get_text() for tick in display.count_ax_.get_xticklabels()]
    assert str(int(chosen.n_nonzeros_[-1])) in labels or len(labels) > 3


@pytest.mark.parametrize("n_alphas", [1, 12])
def test_a_single_fold_is_drawn_without_a_standard_error(n_alphas: int) -> None:
    rows = np.arange(len(DATA.y))
    labels = np.where(DATA.y > 120, "high", "low")
    one = [(rows < 300, rows >= 300)]
    for make, y in ((nb.RegressorCV, DATA.y), (nb.ClassifierCV, labels)):
        model = make(cv=one, n_alphas=n_alphas).fit(DATA.X, y)
        for display in (nb.CVDisplay.from_estimator(model), nb.CVDisplay.from_curve(model.cross_validation_)):
            ax = (display if hasattr(display, "ax_") else display.plot()).ax_
            assert [text.get_text() for text in ax.get_legend().get_texts()] == ["best"]
            low, high = ax.get_ylim()
            assert low < display.mean[display.best_index] < high
            assert ax.get_ylabel() == f"{display.title} on held-out rows"
            plt.close(display.figure_)


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(TypeError, match="got Regressor without a solution; call fit"):
        nb.ContactDisplay.from_estimator(nb.Regressor())
    with pytest.raises(
        TypeError, match="CVDisplay needs a fitted RegressorCV or ClassifierCV, got Regressor"
    ):
        nb.CVDisplay.from_estimator(nb.Regressor().fit(DATA.X, DATA.y))
