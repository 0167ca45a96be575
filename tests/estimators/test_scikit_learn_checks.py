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


# the checks that look at what is fitted; the others look at the class, whatever its parameters
OF_FITS = {
    "check_classifiers_classes",
    "check_classifiers_train",
    "check_estimator_sparse_array",
    "check_estimators_dtypes",
    "check_fit2d_1feature",
    "check_fit2d_1sample",
    "check_fit_idempotent",
    "check_methods_subset_invariance",
    "check_regressors_int",
    "check_regressors_train",
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
}
FEW: dict[str, Any] = {"n_alphas": 3, "eps": 0.05, "cv": 2}


def one_of_each_class() -> list[Any]:
    return [
        *(nb.Regressor(), nb.RegressorCV(**FEW), nb.Classifier(), nb.ClassifierCV(**FEW)),
        *(RegressorInPairs(), RegressorInPairsCV(**FEW)),
    ]


def regressors() -> list[Any]:
    made = [nb.Regressor(norm=norm) for norm in NORMS[1:]]
    made += [nb.Regressor(loss=loss) for loss in LOSSES]
    # the checks set alpha to 0.01 where there is one, so that no other form can be given
    made += [nb.Regressor(standardize=True), nb.Regressor(positive=True)]
    return [*made, nb.Regressor(norm="elastic_net", l1_ratio=0.3, alpha=0.01)]


def classifiers() -> list[Any]:
    made = [nb.Classifier(norm=norm) for norm in NORMS[1:]]
    return [*made, nb.Classifier(standardize=True), nb.Classifier(budget=1.0), nb.Classifier(alpha=0.01)]


def chosen_by_cv() -> list[Any]:
    made: list[Any] = [
        kind(norm=norm, **FEW) for norm in NORMS[1:] for kind in (nb.RegressorCV, nb.ClassifierCV)
    ]
    made += [nb.RegressorCV(loss=loss, **FEW) for loss in LOSSES]
    return [*made, nb.RegressorCV(rule="one_se", **FEW)]


def known_limits(estimator: Any) -> dict[str, str]:
    if getattr(estimator, "budget", None) is None:
        return {}
    # a class of weight 1e-7 adds so little to the loss that no alpha that floats tell meets the budget
    return {"check_class_weight_classifiers": "three classes, one of weight 1e-7: the budget is refused"}


@parametrize_with_checks(one_of_each_class())
def test_scikit_learn_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


OPTIONS = parametrize_with_checks(
    [*regressors(), *classifiers(), *chosen_by_cv()], expected_failed_checks=known_limits
)


def slow_unless_of_fits(case: Any) -> Any:
    """The case, marked slow unless its check looks at what is fitted."""
    estimator, check = getattr(case, "values", case)
    name = getattr(check, "func", check).__name__
    return (
        case
        if name in OF_FITS
        else pytest.param(estimator, check, marks=[pytest.mark.slow, *getattr(case, "marks", ())])
    )


@pytest.mark.parametrize(OPTIONS.args[0], [*map(slow_unless_of_fits, OPTIONS.args[1])], **OPTIONS.kwargs)
def test_scikit_learn_checks_of_norms_losses_and_options(
    estimator: Any, check: Callable[[Any], None]
) -> None:
    check(estimator)


@pytest.mark.parametrize("model", [RegressorInPairs(), RegressorInPairsCV(n_alphas=3, cv=2)], ids=str)
def test_the_checks_in_pairs_fit_groups(model: Any) -> None:
    data, _ = nb.datasets.make_regression(30, 5, seed=0)
    assert isinstance(model.fit(data.X, data.y).solution_.problem.norm, nb.norms.GroupL2)


@parametrize_with_checks([nb.LowRankImputer(n_alphas=3, n_repeats=1), nb.LowRankImputer(alpha=0.01)])
def test_imputer(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
