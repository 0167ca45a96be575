"""Folds: the splitter says which rows train a model, by numbers or masks, by groups, and in every corner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LassoCV
from sklearn.model_selection import (
    BaseCrossValidator,
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneOut,
    PredefinedSplit,
    ShuffleSplit,
    TimeSeriesSplit,
)
from sklearn.preprocessing import StandardScaler

import normball as nb
from normball import dropin

RNG = np.random.default_rng(0)
N = 90
X = RNG.normal(size=(N, 5)) * [1, 3, 0.2, 1, 1]
# a signal that changes with time, so that a model that sees the future does better
Y = (X * (np.cumsum(RNG.normal(size=N))[:, None] * 0.3 + [1, 0, -1, 0, 0.5])).sum(axis=1) + RNG.normal(size=N)
GROUPS = RNG.integers(0, 6, N)
LABELS = np.array(["no", "yes", "perhaps"])[np.digitize(X[:, 0] + RNG.normal(size=N), [-0.5, 0.5])]
ALPHAS = np.geomspace(2, 0.01, 9)
ROWS = np.arange(N)


class Purged(BaseCrossValidator):
    """Blocks in time, with a gap on both sides that trains nothing."""

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        for test in np.array_split(np.arange(X.shape[0]), 4):
            yield np.flatnonzero((test[0] - 8 > ROWS) | (test[-1] + 8 < ROWS)), test

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        return 4


SPLITTERS = {
    "time": TimeSeriesSplit(4),
    "time with a gap": TimeSeriesSplit(3, gap=5, test_size=10, max_train_size=30),
    "sample": ShuffleSplit(4, train_size=0.3, test_size=0.2, random_state=0),
    "purged": Purged(),
    "pairs": [(ROWS[:30], ROWS[60:]), (ROWS[20:50], ROWS[:15])],
    "masks": [(ROWS < 30, ROWS >= 60), (ROWS % 3 == 0, ROWS % 3 == 1)],
    "lists": [(list(range(30)), list(range(60, 90))), ((ROWS % 3 == 0).tolist(), (ROWS % 3 == 1).tolist())],
    "from the end": [(ROWS[:40], -1 - ROWS[:20]), (-1 - ROWS[:40], ROWS[:20])],
    "repeated rows": [(RNG.integers(0, 45, 60), ROWS[45:]), (RNG.integers(45, 90, 60), ROWS[:45])],
    "known to the model": [(ROWS, ROWS), (ROWS[:50], ROWS)],
}
every_splitter = pytest.mark.parametrize("cv", SPLITTERS.values(), ids=SPLITTERS.keys())


def pairs(cv: Any) -> list[tuple[Any, Any]]:
    return list(cv) if isinstance(cv, list) else list(cv.split(X, Y))


@every_splitter
def test_a_model_sees_the_rows_that_the_splitter_names_and_no_others(cv: Any) -> None:
    theirs = LassoCV(alphas=ALPHAS, cv=cv, tol=1e-12, max_iter=100_000).fit(X, Y)
    for table in (X, sparse.csr_array(X)):
        ours = nb.RegressorCV(alphas=ALPHAS, cv=cv).fit(table, Y)
        np.testing.assert_allclose(2 * ours.fold_losses_, theirs.mse_path_.T, rtol=1e-7)
    np.testing.assert_allclose(
        dropin.LassoCV(alphas=ALPHAS, cv=cv).fit(X, Y).mse_path_, theirs.mse_path_, rtol=1e-7
    )


@every_splitter
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes_are_scored_by_models_of_the_training_rows(
    cv: Any, standardize: bool, n_classes: int
) -> None:
    labels = LABELS if n_classes == 3 else np.where(LABELS == "perhaps", "no", LABELS)
    alphas = [0.2, 0.02]
    ours = nb.ClassifierCV(alphas=alphas, cv=cv, standardize=standardize).fit(X, labels)
    for (train, test), losses in zip(pairs(cv), ours.fold_losses_, strict=True):
        for alpha, loss in zip(alphas, losses, strict=True):
            model = nb.Classifier(alpha=alpha, standardize=standardize).fit(X[train], labels[train])
            of_class = model.predict_log_proba(X[test])[
                np.arange(len(X[test])), np.searchsorted(model.classes_, labels[test])
            ]
            assert loss == pytest.approx(-of_class.mean(), rel=1e-6)


@pytest.mark.parametrize("sample_weight", [None, RNG.uniform(0.5, 2, N)], ids=["", "weights"])
@pytest.mark.parametrize("loss", ["squared_error", "huber"])
@pytest.mark.parametrize("store", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
def test_scales_of_columns_are_those_of_the_training_rows(store: Any, loss: str, sample_weight: Any) -> None:
    table, cv = X * np.exp(np.linspace(0, 4, N))[:, None], TimeSeriesSplit(3)  # scales that grow in time
    ours = nb.RegressorCV(loss=loss, alphas=[0.2, 0.05], cv=cv, standardize=True).fit(
        store(table), Y, sample_weight
    )
    weights = np.ones(N) if sample_weight is None else sample_weight
    for (train, test), losses in zip(cv.split(table), ours.fold_losses_, strict=True):
        scaler = StandardScaler().fit(table[train], sample_weight=weights[train])
        for alpha, found in zip([0.2, 0.05], losses, strict=True):
            model = nb.Regressor(loss=loss, alpha=alpha).fit(
                scaler.transform(table[train]), Y[train], weights[train]
            )
            eta = model.predict(scaler.transform(table[test]))
            expected = nb.losses.get_loss(loss).value(eta, Y[test], weights[test] / weights[test].sum())
            assert found == pytest.approx(expected, rel=1e-6)


def test_adaptive_weights_are_those_of_the_training_rows() -> None:
    cv = TimeSeriesSplit(3)
    ours = nb.RegressorCV(feature_weights="adaptive", alphas=[0.1], cv=cv).fit(X, Y)
    for (train, test), losses in zip(cv.split(X), ours.fold_losses_, strict=True):
        model = nb.Regressor(feature_weights="adaptive", alpha=0.1).fit(X[train], Y[train])
        assert losses[0] == pytest.approx(0.5 * np.mean((Y[test] - model.predict(X[test])) ** 2), rel=1e-6)


@pytest.mark.parametrize("make", [nb.RegressorCV, nb.ClassifierCV], ids=["numbers", "classes"])
def test_groups_reach_the_splitter_directly_and_by_routing(make: Any) -> None:
    response = Y if make is nb.RegressorCV else LABELS
    cv = GroupKFold(3)
    expected = make(alphas=ALPHAS, cv=list(cv.split(X, Y, GROUPS))).fit(X, response)
    direct = make(alphas=ALPHAS, cv=cv).fit(X, response, groups=GROUPS)
    assert make(alphas=ALPHAS, cv=3).fit(X, response, groups=None).fold_losses_.shape == (3, 9)
    np.testing.assert_array_equal(direct.fold_losses_, expected.fold_losses_)
    with sklearn.config_context(enable_metadata_routing=True):
        routed = make(alphas=ALPHAS, cv=cv).fit(X, response, groups=GROUPS)
        search = GridSearchCV(make(alphas=ALPHAS, cv=cv), {"norm": ["l1"]}, cv=GroupKFold(2))
        outer = search.fit(X, response, groups=GROUPS).best_estimator_
    for model in (routed, outer):
        np.testing.assert_array_equal(model.fold_losses_, expected.fold_losses_)


def test_a_row_without_weight_is_no_row() -> None:
    weights = np.where(ROWS < 24, 1.0, 0.0)
    few = nb.RegressorCV(alphas=ALPHAS, cv=4).fit(X[:24], Y[:24])
    model = nb.RegressorCV(alphas=ALPHAS, cv=4).fit(X, Y, weights)  # where one fold would hold out all weight
    np.testing.assert_allclose(model.fold_losses_, few.fold_losses_, rtol=1e-9)
    of_fold = [(ROWS[12:], ROWS[:12]), (ROWS[:12], ROWS[12:24]), (ROWS[:12], ROWS[50:])]
    chosen = nb.RegressorCV(alphas=ALPHAS, cv=of_fold).fit(X, Y, weights)
    assert chosen.fold_losses_.shape == (2, 9)  # the last fold has nothing to score
    expected = nb.RegressorCV(alphas=ALPHAS, cv=[(ROWS[12:24], ROWS[:12]), of_fold[1]]).fit(X, Y)
    np.testing.assert_allclose(chosen.fold_losses_, expected.fold_losses_, rtol=1e-9)


def test_rows_of_one_class_can_be_scored() -> None:
    labels = np.where(LABELS == "yes", 1, 0)
    model = nb.ClassifierCV(alphas=[0.1], cv=LeaveOneOut()).fit(X, labels)
    for row in (0, 40, 77):
        rest = row != ROWS
        fit = nb.Classifier(alpha=0.1).fit(X[rest], labels[rest])
        chance = fit.predict_proba(X[[row]])[0, labels[row]]
        assert model.fold_losses_[row, 0] == pytest.approx(-np.log(chance), rel=1e-6)
    no_counts = nb.RegressorCV(loss="poisson", alphas=[0.1], cv=[(ROWS[:60], ROWS[60:])])
    counts = np.where(ROWS < 60, ROWS % 4, 0)
    assert np.isfinite(no_counts.fit(X, counts).mean_loss_).all()


def test_a_fold_without_an_event_adds_to_the_mean() -> None:
    time, event = np.exp(-0.5 * Y) + 0.1 * ROWS, ROWS % 3 > 0
    signed = np.where(event, time, -time)
    cv = [(ROWS[30:], ROWS[:30]), (np.r_[ROWS[:30], ROWS[60:]], ROWS[30:60]), (ROWS[event], ROWS[~event])]
    model = nb.RegressorCV(loss="cox", alphas=[0.1, 0.02], cv=cv, rule="one_se").fit(X, signed)
    assert np.isnan(model.fold_losses_[2]).all()
    added = np.zeros((3, 2))
    for k, (train, test) in enumerate(cv):
        both = np.r_[train, test]
        path = nb.Problem(X[train], signed[train], loss="cox").path(alphas=[0.1, 0.02], tol=1e-9)
        whole, part = (nb.Problem(X[rows], signed[rows], loss="cox").instance for rows in (both, train))
        for j, coef in enumerate(path.coefs):
            added[k, j] = len(both) * whole.value(X[both] @ coef) - len(train) * part.value(X[train] @ coef)
    np.testing.assert_allclose(model.mean_loss_, added.sum(axis=0) / 40, rtol=1e-6)
    np.testing.assert_allclose(model.fold_losses_[:2], added[:2] / 20, rtol=1e-6)
    assert np.isfinite(model.standard_error_).all()
    with pytest.raises(ValueError, match="rule='one_se' needs two folds or more that hold out an event"):
        nb.RegressorCV(loss="cox", alphas=[0.1], cv=[cv[0], cv[2]], rule="one_se").fit(X, signed)


RARE = np.repeat([0, 1, 2], [50, 39, 1])
HALF = [(ROWS[:45], ROWS[45:]), (ROWS[45:], ROWS[:45])]
SAID: list[tuple[Any, str]] = [
    (lambda: nb.ClassifierCV(cv=KFold(2)).fit(X, np.repeat(["no", "yes"], 45)), r"fold 1 of 2 .* class 'no'"),
    (
        lambda: nb.ClassifierCV(cv=HALF).fit(X, np.repeat([3, 5], 45)),
        "fold 1 of 2 trains on no row of class 5",
    ),
    (lambda: nb.ClassifierCV(cv=KFold(3)).fit(X, RARE), "fold 3 of 3 trains on no row of class 2"),
    (lambda: nb.ClassifierCV(cv=TimeSeriesSplit(4)).fit(X, RARE), "fold 1 of 4 trains on no row of class 1"),
    (
        lambda: nb.RegressorCV(loss="poisson", cv=HALF).fit(X, np.maximum(ROWS - 44, 0)),
        "fold 1 of 2 cannot be fitted: y is 0 for every sample",
    ),
    (
        lambda: nb.RegressorCV(loss="cox", cv=HALF).fit(X, np.where(ROWS < 45, 1.0, -1.0) * (ROWS + 1)),
        "fold 2 of 2 cannot be fitted: y holds no event",
    ),
    (
        lambda: nb.RegressorCV(cv=HALF).fit(X, Y, (ROWS < 45).astype(float)),
        "fold 2 of 2 trains on no row of positive weight",
    ),
    (
        lambda: nb.RegressorCV(cv=[(ROWS[:45], ROWS[45:])]).fit(X, Y, (ROWS < 45).astype(float)),
        "no fold holds out a row of positive weight",
    ),
    (lambda: nb.RegressorCV(cv=[(ROWS[:5], [])]).fit(X, Y), "fold 1 of 1 holds out no row"),
    (lambda: nb.RegressorCV(cv=[(ROWS < 0, ROWS)]).fit(X, Y), "fold 1 of 1 trains on no row"),
    (
        lambda: nb.RegressorCV(cv=[(ROWS[:5], ROWS + 1)]).fit(X, Y),
        "fold 1 of 1 names row 90, but there are 90",
    ),
    (
        lambda: nb.RegressorCV(cv=[(ROWS < 5, [True, False])]).fit(X, Y),
        "mask of 2 flags where there are 90 rows",
    ),
    (
        lambda: nb.RegressorCV(cv=[(ROWS / 2, ROWS)]).fit(X, Y),
        "must name rows by whole numbers or by one mask",
    ),
    (lambda: nb.RegressorCV(cv=[ROWS]).fit(X, Y), r"fold 1 of 1 must be a pair \(train, test\)"),
    (lambda: nb.RegressorCV(cv=[]).fit(X, Y), "cv gives no folds"),
    (lambda: nb.RegressorCV(cv=5).fit(X, Y, groups=GROUPS), r"groups goes with a splitter .* got cv=5"),
    (lambda: nb.RegressorCV(cv=HALF).fit(X, Y, times=ROWS), "fit takes X, y, sample_weight and groups"),
    (lambda: nb.RegressorCV(feature_weights=np.zeros(5)).fit(X, Y), "no feature is penalised"),
    (
        lambda: nb.estimators.cross_validate(nb.Problem(X, ROWS < 45, "logistic"), folds=HALF),
        "fold 1 of 2 cannot be fitted: y holds only the class 1",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), SAID, ids=[sentence for _, sentence in SAID])
def test_what_is_wrong_with_a_fold_is_said(call: Any, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()


def test_folds_of_unequal_size_weigh_as_many_rows_as_they_hold_out() -> None:
    cv = PredefinedSplit(np.repeat([0, 1, 2], [10, 30, 50]))
    model = nb.RegressorCV(alphas=ALPHAS, cv=cv).fit(X, Y)
    mean = np.average(model.fold_losses_, axis=0, weights=[10, 30, 50])
    np.testing.assert_allclose(model.mean_loss_, mean)
    spread = np.average((model.fold_losses_ - mean) ** 2, axis=0, weights=[10, 30, 50])
    np.testing.assert_allclose(model.standard_error_, np.sqrt(spread / 2))


@pytest.mark.parametrize("sizes", [(50, 29, 11), (45, 30, 15), (10, 20, 60)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_class_of_scikit_learn_scores_folds_that_lack_classes(
    sizes: tuple[int, ...], fit_intercept: bool
) -> None:
    labels = np.repeat([0, 1, 2], sizes)
    model = dropin.LogisticRegressionCV(
        cv=HALF,
        Cs=[0.1],
        l1_ratios=(0,),
        fit_intercept=fit_intercept,
        scoring="neg_log_loss",
        use_legacy_attributes=False,
    ).fit(X, labels)
    for (train, test), score in zip(HALF, model.scores_.ravel(), strict=True):
        seen = np.unique(labels[train])
        if fit_intercept:  # a class that is not there never comes, up to the least that log_loss takes
            if len(seen) == 1:
                chances = np.where(labels[test] == seen[0], 1.0, np.finfo(np.float64).eps)
                assert score == pytest.approx(np.log(chances).mean(), rel=1e-6)
            continue

        def objective(flat: Any, rows: Any = train) -> float:
            eta = X[rows] @ flat.reshape(5, 3)
            return 0.1 * (logsumexp(eta, axis=1) - eta[np.arange(45), labels[rows]]).sum() + 0.5 * flat @ flat

        best = minimize(objective, np.zeros(15), tol=1e-10).x.reshape(5, 3)
        eta = X[test] @ best
        expected = (eta[np.arange(45), labels[test]] - logsumexp(eta, axis=1)).mean()
        assert score == pytest.approx(expected, abs=1e-5)
