"""One adapter a solver: coefs (k, p) at the alphas of a case, in the case's own scale.

Each adapter names the kinds of case that it solves and the tolerances at which it is run,
loosest first. Where a solver has a path of its own, that is what is called; otherwise
alphas are solved one after the other, each from the last where the solver can.
"""

from __future__ import annotations

import os
import warnings
from abc import ABC, abstractmethod
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np
from cases import Case
from glmnet import missing_glmnet, run_glmnet
from scipy import sparse

Coefs = np.ndarray | sparse.csr_array


class Solver(ABC):
    """A package, and how it is asked for a path."""

    name: ClassVar[str]
    package: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    tolerances: ClassVar[tuple[float, ...]]
    has_child: ClassVar[bool] = False
    """Whether another process does the work."""

    @property
    def unavailable(self) -> str:
        """Why it cannot run here; empty if it can."""
        return "" if find_spec(self.package) else f"the package {self.package} is not installed"

    @abstractmethod
    def path(self, case: Case, tolerance: float) -> Coefs:
        """Coefficients along the case's alphas."""

    def cost(self) -> dict[str, Any]:
        """What the last path says of its own cost; "seconds" overrides the clock."""
        return {}


def n_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def matrix_of(case: Case) -> np.ndarray | sparse.csc_matrix:
    """X in the older of SciPy's two sparse interfaces, the one that all peers know."""
    return sparse.csc_matrix(case.X) if sparse.issparse(case.X) else case.X


class Normball(Solver):
    name = package = "normball"
    kinds = frozenset({"lasso", "elastic_net", "group", "logistic", "huber", "poisson"})
    tolerances = (1e-4, 1e-8, 1e-12)
    default_tolerance = 1e-8

    def path(self, case: Case, tolerance: float) -> Coefs:
        import normball as nb

        norm: nb.norms.Norm = nb.norms.L1()
        if case.kind == "group":
            norm = nb.norms.GroupL2(case.groups)
        elif case.kind == "elastic_net":
            norm = nb.norms.ElasticNet(case.l1_ratio)
        problem = nb.Problem(case.X, case.y, loss=case.loss, norm=norm, fit_intercept=False)
        path = problem.path(alphas=case.alphas, tol=tolerance, verbose=False)
        self._cost = {"passes": path.n_passes, "profile": path.profile}
        return path.sparse_coefs

    def cost(self) -> dict[str, Any]:
        return self._cost


class ScikitLearn(Solver):
    """Squared error by its path; logistic by liblinear, its fastest for L1, which has no warm start."""

    name, package = "scikit-learn", "sklearn"
    kinds = frozenset({"lasso", "elastic_net", "logistic"})
    tolerances = (1e-4, 1e-7)

    def path(self, case: Case, tolerance: float) -> Coefs:
        from sklearn.linear_model import LogisticRegression, enet_path

        if case.kind != "logistic":
            # the Gram matrix pays where there are more samples than features, which "auto" sees
            return enet_path(
                matrix_of(case), case.y, l1_ratio=case.l1_ratio, alphas=case.alphas, tol=tolerance,
                max_iter=1_000_000, precompute="auto",
            )[1].T  # fmt: skip
        model = LogisticRegression(
            l1_ratio=1.0, solver="liblinear", fit_intercept=False, tol=tolerance, max_iter=100_000
        )
        strengths = 1 / (len(case.y) * case.alphas)
        return np.array([model.set_params(C=C).fit(case.X, case.y).coef_[0] for C in strengths])


class Celer(Solver):
    name = package = "celer"
    kinds = frozenset({"lasso", "elastic_net", "group", "logistic"})
    tolerances = (1e-4, 1e-6, 1e-8)

    def path(self, case: Case, tolerance: float) -> Coefs:
        from celer import celer_path

        # its logistic loss is a sum over the samples, of labels -1 and 1
        problem, y, alphas = "lasso", case.y, case.alphas
        options: dict[str, Any] = {"l1_ratio": case.l1_ratio}
        if case.kind == "logistic":
            # proximal Newton is what its own LogisticRegression uses
            problem, y, alphas = "logreg", 2 * case.y - 1, len(case.y) * case.alphas
            options = {"use_PN": True}
        if case.kind == "group":
            weights = np.full(len(case.groups), np.sqrt(case.group_size))
            problem, options = "grouplasso", {"groups": case.group_size, "weights": weights}
        return celer_path(
            matrix_of(case), y, problem, alphas=alphas, tol=tolerance, max_iter=1000, **options
        )[1].T


class Skglm(Solver):
    name = package = "skglm"
    kinds = frozenset({"lasso", "elastic_net", "group", "logistic", "huber", "poisson"})
    tolerances = (1e-4, 1e-8)

    def path(self, case: Case, tolerance: float) -> Coefs:
        datafit, penalty, kind = self._parts(case)
        solver = kind(tol=tolerance, fit_intercept=False, warm_start=True, max_iter=1000)
        X, y = matrix_of(case), 2 * case.y - 1 if case.kind == "logistic" else case.y
        w, fitted = np.zeros(X.shape[1]), np.zeros(X.shape[0])
        coefs = np.empty((len(case.alphas), X.shape[1]))
        for row, alpha in zip(coefs, case.alphas, strict=True):
            penalty.alpha = alpha
            w = solver.solve(X, y, datafit, penalty, w, fitted)[0]
            fitted = X @ w
            row[:] = w
        return coefs

    @staticmethod
    def _parts(case: Case) -> tuple[Any, Any, Any]:
        """Compiled datafit and penalty, and the class that solves them."""
        from skglm import datafits, penalties, solvers
        from skglm.utils.jit_compilation import compiled_clone

        if case.kind == "group":
            ends = np.arange(0, case.X.shape[1] + 1, case.group_size, dtype=np.int32)
            members = np.arange(case.X.shape[1], dtype=np.int32)
            weights = np.full(len(ends) - 1, np.sqrt(case.group_size))
            datafit, solver = datafits.QuadraticGroup(ends, members), solvers.GroupBCD
            penalty = penalties.WeightedGroupL2(1.0, weights, ends, members)
        else:
            datafit = {
                "squared_error": datafits.Quadratic(),
                "logistic": datafits.Logistic(),
                "huber": datafits.Huber(1.0),
                "poisson": datafits.Poisson(),
            }[case.loss]
            solver = solvers.ProxNewton if case.kind in ("logistic", "poisson") else solvers.AndersonCD
            mixed = case.kind == "elastic_net"
            penalty = penalties.L1_plus_L2(1.0, case.l1_ratio) if mixed else penalties.L1(1.0)
        return compiled_clone(datafit), compiled_clone(penalty), solver


class Adelie(Solver):
    name = package = "adelie"
    kinds = frozenset({"lasso", "elastic_net", "group", "logistic", "poisson"})
    tolerances = (1e-7, 1e-12, 1e-22)  # its criterion is the square of a change

    def path(self, case: Case, tolerance: float) -> Coefs:
        import adelie as ad

        family = {"squared_error": ad.glm.gaussian, "logistic": ad.glm.binomial, "poisson": ad.glm.poisson}
        threads = n_cores()
        X = matrix_of(case)
        if sparse.issparse(X):
            X = ad.matrix.sparse(X, n_threads=threads)
        options: dict[str, Any] = {} if case.loss == "squared_error" else {"irls_tol": tolerance}
        if case.kind == "group":
            options["groups"] = np.arange(0, case.X.shape[1], case.group_size)
        state = ad.grpnet(
            X=X, glm=family[case.loss](case.y), lmda_path=case.alphas, alpha=case.l1_ratio, intercept=False,
            tol=tolerance, early_exit=False, progress_bar=False, n_threads=threads, **options,
        )  # fmt: skip
        return sparse.csr_array(state.betas)


class Glmnet(Solver):
    """Timed by R itself, without handing the data over."""

    name = package = "glmnet"
    kinds = frozenset({"lasso", "elastic_net", "logistic", "poisson"})
    tolerances = (1e-7, 1e-12)
    has_child = True

    @property
    def unavailable(self) -> str:
        return missing_glmnet()

    def path(self, case: Case, tolerance: float) -> Coefs:
        coefs, self._seconds = run_glmnet(case, tolerance)
        return coefs

    def cost(self) -> dict[str, Any]:
        return {"seconds": self._seconds}


SOLVERS: dict[str, Solver] = {
    solver.name: solver for solver in (Normball(), ScikitLearn(), Celer(), Skglm(), Adelie(), Glmnet())
}


def solve_quietly(solver: Solver, case: Case, tolerance: float) -> Coefs:
    """A peer that stops early says so in a warning; the gap says it better."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return solver.path(case, tolerance)
