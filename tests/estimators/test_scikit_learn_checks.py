"""scikit-learn's checks of estimators, over norms and losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import normball as nb

pytestmark = pytest.mark.filterwarnings("default")

# the checks bring tables of 1 to 20 features, and groups are for one number of them: see InPairs
NORMS = ["l1", "l2", "linf", "squared_l2", "elastic_net", "sorted_l1", nb.norms.Lp(1.5)]


LOSSES = [name for name in nb.losses.LOSSES if not nb.losses.get_loss(name).is_classifier]


class InPairs:
    """Groups of two neighbours, however many features a check has."""

    def _in_units_of_x(self, X: Any, y: Any, loss: Any, norm: Any, sample_weight: Any) -> nb.Problem:
        pairs = nb.norms.GroupL2(np.arange(X.shape[1]) // 2)
        made: nb.Problem = super()._in_units_of_x(X, y, loss, pairs, sample_weight)  # type: ignore[misc]
        return made


class RegressorInPairs(InPairs, nb.Regressor):
    pass


class RegressorInPairsCV(InPairs, nb.RegressorCV):
    pass


def regressors() -> list[Any]:
    made = [nb.Regressor(norm=norm) for norm in NORMS]
    made += [nb.Regressor(loss=loss) for loss in LOSSES]
    # the checks set alpha to 0.01 where there is one, so that no other form can be given
    made += [nb.Regressor(standardize=True), nb.Regressor(positive=True), RegressorInPairs()]
    return [*made, nb.Regressor(norm="elastic_net", l1_ratio=0.3, alpha=0.01)]


def classifiers() -> list[Any]:
    made = [nb.Classifier(norm=norm) for norm in NORMS]
    return [*made, nb.Classifier(standardize=True), nb.Classifier(budget=1.0), nb.Classifier(alpha=0.01)]


def chosen_by_cv() -> list[Any]:
    few: dict[str, Any] = {"n_alphas": 3, "eps": 0.05, "cv": 2}
    made: list[Any] = [kind(norm=norm, **few) for norm in NORMS for kind in (nb.RegressorCV, nb.ClassifierCV)]
    made += [nb.RegressorCV(loss=loss, **few) for loss in LOSSES]
    return [*made, nb.RegressorCV(rule="one_se", **few), RegressorInPairsCV(**few)]


def known_limits(estimator: Any) -> dict[str, str]:
    if getattr(estimator, "budget", None) is None:
        return {}
    # a class of weight 1e-7 adds so little to the loss that no alpha that floats tell meets the budget
    return {"check_class_weight_classifiers": "three classes, one of weight 1e-7: the budget is refused"}


@parametrize_with_checks(
    [*regressors(), *classifiers(), *chosen_by_cv()], expected_failed_checks=known_limits
)
def test_scikit_learn_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.mark.parametrize("model", [RegressorInPairs(), RegressorInPairsCV(n_alphas=3, cv=2)], ids=str)
def test_the_checks_in_pairs_fit_groups(model: Any) -> None:
    data, _ = nb.datasets.make_regression(30, 5, seed=0)
    assert isinstance(model.fit(data.X, data.y).solution_.problem.norm, nb.norms.GroupL2)
