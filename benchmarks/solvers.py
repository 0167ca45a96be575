"""One adapter a solver: coefs (k, p) at the alphas of a case, in the case's own scale.

Each adapter names the losses that it solves, whether it takes groups, and the tolerances
at which it is run. Where a solver has a path of its own, that is what is called; otherwise
alphas are solved one after the other, each from the last.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from abc import ABC, abstractmethod
from functools import cache
from typing import Any

import numpy as np
from cases import Case
from scipy import sparse

Coefs = np.ndarray | sparse.csr_array


class Solver(ABC):
    """A package, and how it is asked for a path."""

    name: str
    losses: frozenset[str] = frozenset({"squared_error"})
    takes_groups = False
    tolerances: tuple[float, ...]
    unavailable: str = ""
    """Why it cannot run here, if it cannot."""

    def can(self, case: Case) -> bool:
        return case.loss in self.losses and (self.takes_groups or not case.group_size)

    @abstractmethod
    def path(self, case: Case, tolerance: float) -> Coefs:
        """Coefficients along the case's alphas."""

    def cost(self) -> dict[str, Any]:
        """What the last path says of its own cost."""
        return {}


class Normball(Solver):
    name = "normball"
    losses = frozenset({"squared_error", "logistic", "huber", "poisson"})
    takes_groups = True
    tolerances = (1e-8,)

    def path(self, case: Case, tolerance: float) -> Coefs:
        import normball as nb

        norm = nb.norms.GroupL2(case.groups) if case.group_size else "l1"
        problem = nb.Problem(case.X, case.y, loss=case.loss, norm=norm, fit_intercept=False)
        self.found = problem.path(alphas=case.alphas, tol=tolerance, verbose=False)
        return self.found.sparse_coefs

    def cost(self) -> dict[str, Any]:
        return {"passes": self.found.n_passes, "profile": self.found.profile}


class ScikitLearn(Solver):
    name = "scikit-learn"
    losses = frozenset({"squared_error", "logistic"})
    tolerances = (1e-4, 1e-7)

    def path(self, case: Case, tolerance: float) -> Coefs:
        from sklearn.linear_model import LogisticRegression, lasso_path

        if case.loss == "squared_error":
            # the Gram matrix pays where there are more samples than features, which precompute="auto" sees
            found = lasso_path(
                case.X, case.y, alphas=case.alphas, tol=tolerance, max_iter=1_000_000, precompute="auto"
            )
            return found[1].T
        rows = []
        for alpha in case.alphas:
            C = 1 / (len(case.y) * alpha)
            model = LogisticRegression(
                C=C, l1_ratio=1.0, solver="liblinear", fit_intercept=False, tol=tolerance, max_iter=100_000
            )
            rows.append(model.fit(case.X, case.y).coef_[0])
        return np.array(rows)


class Celer(Solver):
    name = "celer"
    losses = frozenset({"squared_error", "logistic"})
    tolerances = (1e-4, 1e-6, 1e-9)

    def path(self, case: Case, tolerance: float) -> Coefs:
        from celer import celer_path

        X = sparse.csc_matrix(case.X) if sparse.issparse(case.X) else case.X
        if case.loss == "squared_error":
            return celer_path(X, case.y, "lasso", alphas=case.alphas, tol=tolerance, max_iter=1000)[1].T
        return celer_path(
            X, 2 * case.y - 1, "logreg", alphas=len(case.y) * case.alphas, tol=tolerance, max_iter=1000
        )[1].T


class Skglm(Solver):
    name = "skglm"
    losses = frozenset({"squared_error", "logistic", "huber", "poisson"})
    takes_groups = True
    tolerances = (1e-4, 1e-8)

    def path(self, case: Case, tolerance: float) -> Coefs:
        datafit, y, penalty, solver = self._parts(case, tolerance)
        X = sparse.csc_matrix(case.X) if sparse.issparse(case.X) else case.X
        w, fitted = np.zeros(X.shape[1]), np.zeros(X.shape[0])
        rows = []
        for alpha in case.alphas:
            penalty.alpha = alpha
            w = solver.solve(X, y, datafit, penalty, w, fitted)[0]
            fitted = X @ w
            rows.append(w.copy())
        return np.array(rows)

    def _parts(self, case: Case, tolerance: float) -> tuple[Any, np.ndarray, Any, Any]:
        from skglm import datafits, penalties, solvers
        from skglm.utils.jit_compilation import compiled_clone

        y = 2 * case.y - 1 if case.loss == "logistic" else case.y
        if case.group_size:
            ends = np.arange(0, case.X.shape[1] + 1, case.group_size, dtype=np.int32)
            members = np.arange(case.X.shape[1], dtype=np.int32)
            weights = np.full(len(ends) - 1, np.sqrt(case.group_size))
            return (
                compiled_clone(datafits.QuadraticGroup(ends, members)),
                y,
                compiled_clone(penalties.WeightedGroupL2(1.0, weights, ends, members)),
                solvers.GroupBCD(tol=tolerance, fit_intercept=False, warm_start=True, max_iter=1000),
            )
        datafit = {
            "squared_error": datafits.Quadratic(),
            "logistic": datafits.Logistic(),
            "huber": datafits.Huber(1.0),
            "poisson": datafits.Poisson(),
        }[case.loss]
        kind = solvers.ProxNewton if case.loss in ("logistic", "poisson") else solvers.AndersonCD
        solver = kind(tol=tolerance, fit_intercept=False, warm_start=True, max_iter=1000)
        return self._ready(datafit), y, self._ready(penalties.L1(1.0)), solver

    @staticmethod
    def _ready(part: Any) -> Any:
        from skglm.utils.jit_compilation import compiled_clone

        return compiled_clone(part)


class Adelie(Solver):
    name = "adelie"
    losses = frozenset({"squared_error", "logistic", "poisson"})
    takes_groups = True
    tolerances = (1e-7, 1e-12)

    def path(self, case: Case, tolerance: float) -> Coefs:
        import adelie as ad

        family = {"squared_error": ad.glm.gaussian, "logistic": ad.glm.binomial, "poisson": ad.glm.poisson}
        X = ad.matrix.sparse(sparse.csc_matrix(case.X)) if sparse.issparse(case.X) else case.X
        options: dict[str, Any] = {} if case.loss == "squared_error" else {"irls_tol": tolerance}
        if case.group_size:
            options["groups"] = np.arange(0, case.X.shape[1], case.group_size)
        state = ad.grpnet(
            X=X, glm=family[case.loss](case.y), lmda_path=case.alphas, intercept=False, tol=tolerance,
            early_exit=False, progress_bar=False, n_threads=2, **options,
        )  # fmt: skip
        return sparse.csr_array(state.betas)


class Glmnet(Solver):
    """Through Rscript; timed by R itself, without reading the data and writing the coefficients."""

    name = "glmnet"
    losses = frozenset({"squared_error", "logistic", "poisson"})
    tolerances = (1e-7, 1e-12)

    def __init__(self) -> None:
        self.unavailable = _missing_glmnet()

    def path(self, case: Case, tolerance: float) -> Coefs:
        family = {"squared_error": "gaussian", "logistic": "binomial", "poisson": "poisson"}[case.loss]
        with tempfile.TemporaryDirectory() as folder:
            X = case.X.toarray() if sparse.issparse(case.X) else case.X
            np.asfortranarray(X).T.tofile(f"{folder}/X")
            case.y.tofile(f"{folder}/y")
            case.alphas.tofile(f"{folder}/alphas")
            n, p = X.shape
            script = (
                f"library(glmnet); X <- matrix(readBin('{folder}/X', 'double', {n * p}), {n}, {p});"
                f"y <- readBin('{folder}/y', 'double', {n}); a <- readBin('{folder}/alphas', 'double', 1e6);"
                f"t <- system.time(m <- glmnet(X, y, family='{family}', lambda=a, intercept=FALSE, "
                f"standardize=FALSE, thresh={tolerance}))['elapsed'];"
                f"writeBin(as.vector(as.matrix(m$beta)), '{folder}/w'); cat(t)"
            )
            done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
            self.seconds = float(done.stdout)
            return np.fromfile(f"{folder}/w").reshape(-1, p)

    def cost(self) -> dict[str, Any]:
        return {"seconds": self.seconds}


@cache
def _missing_glmnet() -> str:
    if shutil.which("Rscript") is None:
        return "Rscript is not installed"
    done = subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True, text=True)
    return "" if done.returncode == 0 else "the R package glmnet is not installed"


SOLVERS: dict[str, Solver] = {
    solver.name: solver for solver in (Normball(), ScikitLearn(), Celer(), Skglm(), Adelie(), Glmnet())
}


def solve_quietly(solver: Solver, case: Case, tolerance: float) -> Coefs:
    """A peer that stops early says so in a warning; the gap says it better."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return solver.path(case, tolerance)
