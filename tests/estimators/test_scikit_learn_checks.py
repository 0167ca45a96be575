"""scikit-learn's checks of estimators, over norms and losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import normball as nb

pytestmark = pytest.mark.filterwarnings("default")

NORMS = ["l1", "l2", "linf", "squared_l2", "elastic_net", "sorted_l1", nb.norms.Lp(1.5)]


def regressors() -> list[Any]:
    made = [nb.Regressor(norm=norm) for norm in NORMS]
    # the checks set alpha to 0.01 where there is one, so that no other form can be given
    made += [nb.Regressor(loss="huber"), nb.Regressor(standardize=True), nb.Regressor(positive=True)]
    return [*made, nb.Regressor(norm="elastic_net", l1_ratio=0.3, alpha=0.01)]


def classifiers() -> list[Any]:
    made = [nb.Classifier(norm=norm) for norm in NORMS]
    return [*made, nb.Classifier(standardize=True), nb.Classifier(budget=1.0), nb.Classifier(alpha=0.01)]


def chosen_by_cv() -> list[Any]:
    made = [nb.RegressorCV(norm=norm, n_alphas=10, cv=3) for norm in NORMS]
    made += [
        nb.RegressorCV(loss="huber", n_alphas=10, cv=3),
        nb.RegressorCV(rule="one_se", n_alphas=10, cv=3),
    ]
    return [*made, nb.ClassifierCV(n_alphas=10, cv=3), nb.ClassifierCV("squared_l2", n_alphas=10, cv=3)]


@parametrize_with_checks([*regressors(), *classifiers(), *chosen_by_cv()])
def test_scikit_learn_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
