"""Several classes: a solve goes on while it descends, and its gap is that of the returned weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.special import logsumexp
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning as SklearnConvergenceWarning

from normball import Classifier
from normball.designs import as_design
from normball.dropin import LogisticRegression
from normball.norms import L1, ElasticNet, Norm, SquaredL2
from normball.solvers.classes import multinomial
from normball.solvers.classes.multinomial import Multinomial
from normball.typing import Floats, Indices


def sparse_text(rng: np.random.Generator) -> Any:
    return sparse.random(300, 200, density=0.05, random_state=rng, format="csr")


def dense_noise(rng: np.random.Generator) -> Any:
    return rng.standard_normal((150, 300))


def tied_counts(rng: np.random.Generator) -> Any:
    return rng.poisson(0.3, (150, 60)).astype(float)


DATA = {"sparse": sparse_text, "noise": dense_noise, "counts": tied_counts}


def table(kind: str, n_classes: int) -> tuple[Any, Indices]:
    rng = np.random.default_rng(1)
    X = DATA[kind](rng)
    if kind == "sparse":  # classes in an order, the middle ones rare
        score = X @ np.repeat([1.0, -1.0, 0.0], [25, 25, X.shape[1] - 50])
        codes = np.digitize(score, np.linspace(-0.05, 0.05, n_classes - 1))
    else:
        signal = X @ rng.standard_normal((X.shape[1], n_classes)) * (kind != "noise")
        codes = (signal + 0.3 * rng.gumbel(size=signal.shape)).argmax(axis=1)
    codes[:n_classes] = np.arange(n_classes)
    return X, codes


def true_gap(X: Any, codes: Indices, W: Floats, b: Floats, ratio: float, alpha: float) -> float:
    """Duality gap, over the loss without features, of an elastic net on every entry, balanced intercepts."""
    X = np.asarray(X.todense() if sparse.issparse(X) else X, dtype=np.longdouble)
    n, K = len(codes), W.shape[1]
    Y, eta = np.eye(K)[codes], X @ W + b
    P = np.exp(eta - logsumexp(eta, axis=1, keepdims=True))
    assert np.abs((Y - P).mean(axis=0)).max() <= 1e-12  # the intercepts fit
    Z = X.T @ (Y - P) / n
    loss = (logsumexp(eta, axis=1) - eta[np.arange(n), codes]).mean()
    paid = alpha * (ratio * np.abs(W).sum() + (1 - ratio) / 2 * (W**2).sum())
    share = min(1.0, alpha / np.abs(Z).max()) if ratio == 1 else 1.0
    Q = share * P + (1 - share) * Y
    dual = -(Q * np.log(np.where(Q > 0, Q, 1))).sum() / n
    if ratio < 1:
        dual -= (np.maximum(np.abs(Z) - alpha * ratio, 0) ** 2).sum() / (2 * alpha * (1 - ratio))
    counts = Y.mean(axis=0)
    return float((loss + paid - dual) / -(counts * np.log(counts)).sum())


@pytest.mark.quick_cases(3)
@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize(("kind", "n_classes"), [("sparse", 3), ("sparse", 5), ("noise", 4), ("counts", 6)])
def test_far_below_the_largest_alpha_a_cold_start_is_proved(kind: str, n_classes: int, ratio: float) -> None:
    X, codes = table(kind, n_classes)
    norm: Norm = L1() if ratio == 1 else ElasticNet(ratio)
    separable = norm.separable(X.shape[1])
    assert separable is not None
    n = len(codes)

    def problem() -> Multinomial:
        return Multinomial(as_design(X), codes, n_classes, np.full(n, 1 / n), True, separable)

    cold, warm = problem(), problem()
    alphas = cold.alpha_max * np.array([0.3, 0.1, 0.02 if kind == "sparse" else 0.003])
    found = cold.solve(alphas[-1], 1e-9)
    path = [warm.solve(alpha, 1e-9) for alpha in alphas.tolist()]
    for alpha, weights in (*zip(alphas, path, strict=True), (alphas[-1], found)):
        assert weights.gap <= 1e-9
        assert true_gap(X, codes, weights.W, weights.b, ratio, alpha) <= 1e-9
    objectives = [w.loss + alphas[-1] * cold.penalty(w.W) for w in (found, path[-1])]
    assert objectives[0] == pytest.approx(objectives[1], rel=1e-8)


@pytest.mark.parametrize("storage", [np.asarray, sparse.csr_array])
def test_the_default_classifier_meets_its_tolerance_on_noise(storage: Any) -> None:
    X, codes = table("noise", 4)
    model = Classifier().fit(storage(X), codes)
    assert model.gap_ <= model.tol


def test_ridge_from_nothing_ends_where_the_path_does() -> None:
    """The matrix of the intercepts has a null vector, whose eigenvalue rounding makes negative."""
    X, codes = load_iris(return_X_y=True)
    separable = SquaredL2().separable(4)
    assert separable is not None
    for alpha in (1e-4, 1e-5, 1e-6, 1e-8):
        problem = Multinomial(as_design(X), codes, 3, np.full(150, 1 / 150), True, separable)
        assert problem.solve(alpha, 1e-12).gap <= 1e-12


@pytest.mark.parametrize(
    "options", [{"l1_ratio": 1.0, "solver": "saga"}, {"l1_ratio": 0.5, "solver": "saga"}, {}]
)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_drop_in_warns_of_a_loose_gap(
    options: dict[str, Any], n_classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, codes = table("noise", n_classes)
    LogisticRegression(**options).fit(X, codes)  # says nothing
    monkeypatch.setattr(multinomial, "MOST_MODELS", 1)
    monkeypatch.setattr("normball.dropin.logistic_path.TOLERANCE", 1e-3)
    if n_classes == 4:
        with pytest.warns(SklearnConvergenceWarning, match="Duality gap"):
            LogisticRegression(C=1e3, **options).fit(X, codes)
    else:
        with pytest.warns(SklearnConvergenceWarning, match="Duality gap"):
            LogisticRegression(tol=1e-30, **options).fit(X, codes)
