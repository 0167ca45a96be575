"""LassoCV, LogisticRegressionCV and peers: time of the whole choice, and how exact the held-out losses are.

python benchmarks/cross_validation.py [case ...]

Every package chooses alpha on the same five folds along the same alphas (100 for squared error, 20
for the logistic loss) and fits all rows at the end. The error of a run is the largest relative
difference of its mean held-out losses from those of coefficients with a relative gap of 1e-12.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter

import numpy as np
from cases import CASES, Case
from scipy.special import expit
from sklearn.linear_model import LassoCV, LogisticRegressionCV
from sklearn.model_selection import KFold

import normball as nb
from normball import dropin

FOLDS = KFold(5, shuffle=True, random_state=0)
Curve = Callable[[Case], np.ndarray]


def sklearn_curve(tol: float) -> Curve:
    def run(case: Case) -> np.ndarray:
        model = LassoCV(alphas=case.alphas, cv=FOLDS, fit_intercept=False, tol=tol, max_iter=100_000)
        return np.asarray(model.fit(case.X, case.y).mse_path_.mean(axis=1))

    return run


def dropin_curve(case: Case) -> np.ndarray:
    model = dropin.LassoCV(alphas=case.alphas, cv=FOLDS, fit_intercept=False)
    return np.asarray(model.fit(case.X, case.y).mse_path_.mean(axis=1))


def own_curve(tol: float) -> Curve:
    def run(case: Case) -> np.ndarray:
        model = nb.RegressorCV(alphas=case.alphas, cv=FOLDS, fit_intercept=False, tol=tol)
        return 2 * model.fit(case.X, case.y).fold_losses_.mean(axis=0)

    return run


def by_folds(path: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> Curve:
    """The folds one after the other, and the fit to all rows, by a path: coefs (k, p) of X, y, alphas."""

    def run(case: Case) -> np.ndarray:
        losses = []
        for train, test in FOLDS.split(case.X):
            coefs = path(np.asfortranarray(case.X[train]), case.y[train], case.alphas)
            losses.append(((case.y[test] - coefs @ case.X[test].T) ** 2).mean(axis=1))
        path(case.X, case.y, case.alphas)
        return np.mean(losses, axis=0)

    return run


def celer_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    from celer import celer_path

    return np.asarray(celer_path(X, y, "lasso", alphas=alphas, tol=1e-6, max_iter=1000)[1].T)


def adelie_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    import adelie as ad

    state = ad.grpnet(
        X=X, glm=ad.glm.gaussian(y), lmda_path=alphas, intercept=False, tol=1e-12, early_exit=False,
        progress_bar=False,
    )  # fmt: skip
    return np.asarray(state.betas.toarray())


LASSO: dict[str, tuple[str, Curve]] = {
    "normball.RegressorCV": ("normball", own_curve(1e-8)),
    "normball.dropin.LassoCV": ("normball", dropin_curve),
    "scikit-learn, tol 1e-4": ("sklearn", sklearn_curve(1e-4)),
    "scikit-learn, tol 1e-8": ("sklearn", sklearn_curve(1e-8)),
    "celer, tol 1e-6": ("celer", by_folds(celer_path)),
    "adelie, tol 1e-12": ("adelie", by_folds(adelie_path)),
}


# ---- the logistic loss ----------------------------------------------------------------
def strengths(case: Case) -> np.ndarray:
    """C of scikit-learn for every fifth alpha, at the size of a fold's training set."""
    return 1 / (case.alphas[::5] * 0.8 * len(case.y))


def logistic_cv(kind: type, solver: str, tol: float) -> Curve:
    def run(case: Case) -> np.ndarray:
        model = kind(
            Cs=strengths(case), l1_ratios=(1.0,), cv=FOLDS, fit_intercept=False, scoring="neg_log_loss",
            solver=solver, tol=tol, max_iter=20_000, use_legacy_attributes=True,
        )  # fmt: skip
        return -next(iter(model.fit(case.X, case.y).scores_.values()))[:, :, 0].mean(axis=0)

    return run


def logistic_by_folds(path: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> Curve:
    """The folds one after the other, and the fit to all rows, by a path: coefs (k, p) of X, y, alphas."""

    def run(case: Case) -> np.ndarray:
        losses = []
        for train, test in FOLDS.split(case.X):
            coefs = path(np.asfortranarray(case.X[train]), case.y[train], 1 / (strengths(case) * len(train)))
            share = expit((2 * case.y[test] - 1) * (coefs @ case.X[test].T))
            losses.append(-np.log(share).mean(axis=1))
        path(case.X, case.y, 1 / (strengths(case) * len(case.y)))
        return np.mean(losses, axis=0)

    return run


def exact_logistic_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    problem = nb.Problem(X, y, loss="logistic", fit_intercept=False)
    return problem.path(alphas=alphas, tol=1e-12).coefs


def own_logistic_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    return nb.Problem(X, y, loss="logistic", fit_intercept=False).path(alphas=alphas).coefs


def celer_logistic_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    from celer import celer_path

    # celer's loss is a sum over samples of labels -1 and 1
    found = celer_path(X, 2 * y - 1, "logreg", alphas=alphas * len(y), tol=1e-6, max_iter=1000)
    return np.asarray(found[1].T)


def adelie_logistic_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    import adelie as ad

    state = ad.grpnet(
        X=X, glm=ad.glm.binomial(y), lmda_path=alphas, intercept=False, tol=1e-12, irls_tol=1e-12,
        early_exit=False, progress_bar=False,
    )  # fmt: skip
    return np.asarray(state.betas.toarray())


LOGISTIC: dict[str, tuple[str, Curve]] = {
    "normball, tol 1e-8": ("normball", logistic_by_folds(own_logistic_path)),
    "normball.dropin": ("normball", logistic_cv(dropin.LogisticRegressionCV, "saga", 1e-4)),
    "liblinear, tol 1e-4": ("sklearn", logistic_cv(LogisticRegressionCV, "liblinear", 1e-4)),
    "liblinear, tol 1e-7": ("sklearn", logistic_cv(LogisticRegressionCV, "liblinear", 1e-7)),
    "saga, tol 1e-3": ("sklearn", logistic_cv(LogisticRegressionCV, "saga", 1e-3)),
    "celer, tol 1e-6": ("celer", logistic_by_folds(celer_logistic_path)),
    "adelie, tol 1e-12": ("adelie", logistic_by_folds(adelie_logistic_path)),
}


DEFAULT = ["small", "leukaemia", "wide", "leukaemia-logistic", "logistic"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", default=DEFAULT, help="names in cases.py")
    parser.add_argument("--repeats", type=int, default=2, help="the fastest of how many runs (default 2)")
    parser.add_argument("--only", default="", help="rows that start with one of these, between commas")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    for name in chosen.cases:
        case = CASES[name]()
        is_logistic = case.loss == "logistic"
        runs = LOGISTIC if is_logistic else LASSO
        exact = (logistic_by_folds(exact_logistic_path) if is_logistic else own_curve(1e-12))(case)
        print(
            f"\n{name} {case.X.shape}, {case.description}\n{'':28s}{'seconds':>9s}{'ratio':>8s}{'error':>10s}"
        )
        ours = np.inf
        for label, (package, curve) in runs.items():
            if not label.startswith(tuple(chosen.only.split(","))):
                continue
            if find_spec(package) is None:
                print(f"{label:28s}  (the package {package} is not installed)")
                continue
            seconds = np.inf
            for _ in range(chosen.repeats):
                start = perf_counter()
                found = curve(case)
                seconds = min(seconds, perf_counter() - start)
            ours = seconds if np.isinf(ours) else ours
            error = np.abs(found / exact - 1).max()
            print(f"{label:28s}{seconds:9.3f}{seconds / ours:8.1f}{error:10.1e}", flush=True)


if __name__ == "__main__":
    main()
