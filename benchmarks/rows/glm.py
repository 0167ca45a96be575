"""Poisson, gamma and Tweedie fits on tall tables, and paths of Cox's partial likelihood."""

from __future__ import annotations

import numpy as np
from contest import Contender, Row

from .common import (
    ADELIE,
    Fit,
    Weights,
    columns,
    critical_alpha,
    normball,
    null_scale,
    objective,
    one,
    rng,
    signal,
    solve_own,
)


def _response(loss: str, rate: np.ndarray) -> np.ndarray:
    draw = rng(4)
    if loss == "gamma":
        return draw.gamma(2.0, rate / 2)
    counts = draw.poisson(rate).astype(float)
    return counts if loss == "poisson" else counts * draw.gamma(1.0, 1.0, len(rate))


def _data(n: int, p: int, loss: str, l1_ratio: float) -> Fit:
    X = columns(n, p, 0.5)
    y = _response(loss, np.exp(0.5 * signal(X, 10)))
    residual = {
        "poisson": y - y.mean(),
        "gamma": y / y.mean() - 1,
        "tweedie": (y - y.mean()) / np.sqrt(y.mean()),
    }
    top = critical_alpha(X, residual[loss])
    alpha = 0.01 * top / l1_ratio if l1_ratio else 1e-3
    return Fit(X, y, loss, np.array([alpha]), l1_ratio)


def _glum(data: Fit, tolerance: float) -> Weights:
    from glum import GeneralizedLinearRegressor, TweedieDistribution

    family = TweedieDistribution(1.5) if data.loss == "tweedie" else data.loss
    # glum's gradient is that of the mean of the loss, ours; its Tweedie loss is half its deviance as well
    model = GeneralizedLinearRegressor(
        family=family,
        link="log",
        alpha=data.alpha,
        l1_ratio=data.l1_ratio,
        gradient_tol=tolerance,
        max_iter=1000,
    )
    model.fit(data.X, data.y)
    return one(model.coef_, model.intercept_)


def _scikit_learn(data: Fit, tolerance: float) -> Weights:
    from sklearn.linear_model import TweedieRegressor

    power = {"poisson": 1, "tweedie": 1.5, "gamma": 2}[data.loss]
    model = TweedieRegressor(
        power=power, link="log", alpha=data.alpha, solver="newton-cholesky", tol=tolerance, max_iter=1000
    ).fit(data.X, data.y)
    return one(model.coef_, model.intercept_)


GLUM = Contender("glum", "glum", (1e-4, 1e-6, 1e-8, 1e-10), _glum)


def _row(loss: str, l1_ratio: float, n: int = 100_000, p: int = 100) -> Row:
    named = {0.0: "L2", 1.0: "L1"}.get(l1_ratio, "elastic net")
    norm = {0.0: "squared_l2", 1.0: "l1"}.get(l1_ratio, "elastic_net")
    peers = [GLUM]
    if l1_ratio == 0:
        peers.append(
            Contender("scikit-learn newton-cholesky", "sklearn", (1e-4, 1e-6, 1e-8, 1e-10), _scikit_learn)
        )
    return Row(
        f"{loss}-{named.replace(' ', '-').lower()}-{n}x{p}",
        f"{loss} + {named}",
        f"{n:,} x {p:,}",
        lambda: _data(n, p, loss, l1_ratio),
        objective,
        null_scale,
        (normball(solve_own(norm)), *peers),
        bar=1.2,
    )


def _cox_data(n: int, p: int) -> Fit:
    X = columns(n, p, 0.5)
    times = rng(5).exponential(np.exp(-signal(X, 20)))
    event = (rng(6).random(n) < 0.7).astype(float)
    order = np.argsort(-times)
    hazard = event[order] / np.arange(1, n + 1)
    score = event.copy()
    score[order] -= np.cumsum(hazard[::-1])[::-1]
    top = float(np.abs(X.T @ score).max()) / n
    return Fit(X, times, "cox", top * np.geomspace(0.95, 0.05, 30), 1.0, False, {"event": event})


def _cox_objective(data: Fit, found: Weights) -> tuple[np.ndarray, float]:
    order = np.argsort(-data.y)  # no ties; risk sets are the heads of this order
    event = data.rest["event"][order]
    values = []
    for k, alpha in enumerate(data.alphas):
        w = np.ravel(found.coefs[[k]].toarray())
        eta = (data.X @ w)[order]
        values.append(float(np.mean(event * (np.logaddexp.accumulate(eta) - eta))) + alpha * np.abs(w).sum())
    return np.array(values), 0.0


def _cox_own(data: Fit, tolerance: float) -> Weights:
    import normball as nb

    problem = nb.Problem(data.X, np.column_stack([data.y, data.rest["event"]]), loss="cox")
    path = problem.path(alphas=data.alphas, tol=tolerance, verbose=False)
    return Weights(path.sparse_coefs, np.zeros(len(data.alphas)))


def _cox_adelie(data: Fit, tolerance: float) -> Weights:
    import adelie as ad
    from scipy import sparse

    n = len(data.y)
    family = ad.glm.cox(np.zeros(n), data.y, data.rest["event"], tie_method="breslow")
    state = ad.grpnet(
        X=data.X,
        glm=family,
        lmda_path=data.alphas,
        tol=tolerance,
        irls_tol=tolerance,
        intercept=False,
        early_exit=False,
        progress_bar=False,
        n_threads=2,
    )
    return Weights(sparse.csr_array(state.betas), np.zeros(len(data.alphas)))


def _cox_row(n: int, p: int, bar: float) -> Row:
    return Row(
        f"cox-path-{n}x{p}",
        "Cox + L1, path of 30",
        f"{n:,} x {p:,}",
        lambda: _cox_data(n, p),
        _cox_objective,
        lambda data: float(np.mean(data.rest["event"]) * np.log(n)),
        (normball(_cox_own), Contender("adelie", "adelie", ADELIE, _cox_adelie)),
        bar=bar,
    )


ROWS = [
    _row("poisson", 1.0),
    _row("poisson", 0.5),
    _row("poisson", 0.0),
    _row("gamma", 0.0),
    _row("gamma", 0.5),
    _row("tweedie", 1.0),
    _row("tweedie", 0.0),
    _cox_row(2_000, 5_000, 1.5),
    _cox_row(20_000, 100, 1.5),
]
