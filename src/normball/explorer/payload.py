"""A fitted model as the page holds it: the path, and what two features need to be drawn.

For squared error the loss of all kept features is exact with their Gram matrix: with centred
(where there is an intercept), weighted columns, f(w) = constant - cross'w + w'gram w / 2. Other
losses are sums over samples: the columns themselves travel, as base64 of little-endian float64.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ..answers.path import Path
from ..answers.solution import Solution
from ..losses import Cox, Huber, Loss, Quantile, SquaredError, Tweedie
from ..norms import L1, L2, ElasticNet, LInf, Lp, Norm, SquaredL2
from ..problem import Problem
from ..typing import Floats, Indices
from ..warnings import quietly

MOST_FEATURES = 200
"""Features that travel with the page: its menus and the Gram matrix stay of a sensible size."""
MOST_NUMBERS = 400_000
"""Entries of the columns that travel for losses other than squared error (about 4 MB)."""
N_ALPHAS = 60


def payload(
    solution: Solution | None, path: Path, features: tuple[int, int] | None, title: str, target_name: str
) -> dict[str, Any]:
    """What the page's view of a model needs, in numbers that JSON can hold.

    Parameters
    ----------
    solution : Solution, optional
        Where the walk along the path starts, and what the sentences are about; default the
        middle of the path.
    path : Path
    features : (a, b), optional
        Positions of the two features on the stage; default the first two to enter.
    title, target_name : str
    """
    problem = path.problem
    start = len(path) // 2 if solution is None else int(np.abs(path.alphas - solution.alpha).argmin())
    kept = _kept(path, features)
    explained = solution if solution is not None else path[start]
    note = _not_drawn(problem, len(kept))
    is_quadratic = isinstance(problem.loss, SquaredError)
    return {
        "title": title,
        "target_name": target_name,
        "loss": problem.loss.name,
        "loss_params": _loss_params(problem.loss),
        "norm": problem.norm.name,
        "norm_params": _norm_params(problem.norm, kept),
        "n_samples": problem.n_samples,
        "n_features": problem.n_features,
        "features": [problem.feature_names[j] for j in kept],
        "pair": _pair(kept, features),
        "start": start,
        "path": {
            "alphas": path.alphas.tolist(),
            "norms": path.norms.tolist(),
            "losses": path.losses.tolist(),
            "intercepts": path.intercepts.tolist(),
            "coefs": path.sparse_coefs[:, kept].toarray().tolist(),
        },
        "quadratic": _quadratic(problem, kept) if is_quadratic and note is None else None,
        "samples": _samples(problem, kept) if not is_quadratic and note is None else None,
        "note": note,
        "why": [str(explained.why(int(j))) for j in kept],
    }


def path_of(problem: Problem, solution: Solution | None) -> Path:
    """The path that is walked along, to a relative gap of 1e-8; reaches beyond the solution."""
    eps = 1e-2 if problem.n_features > problem.n_samples else 1e-3
    with quietly():  # the page shows the gap of what it draws
        path = problem.path(n_alphas=N_ALPHAS, eps=eps)
        if solution is None or not 0 < solution.alpha < np.inf:
            return path
        ends = max(path.alphas[0], solution.alpha), min(path.alphas[-1], solution.alpha / 3)
        grid = np.union1d(np.geomspace(*ends, N_ALPHAS), [solution.alpha])[::-1]
        return problem.path(alphas=grid)


def _kept(path: Path, features: tuple[int, int] | None) -> Indices:
    """Features asked for, then those on the path in order of entry, then the steepest of the others."""
    problem = path.problem
    entered = [j for j, _ in path.entries()]
    slopes = np.abs(problem.gradient(path.coefs[-1], float(path.intercepts[-1])))
    others = np.argsort(-slopes, kind="stable").tolist()
    order = dict.fromkeys([*(features or ()), *entered, *others])
    return np.array(list(order)[:MOST_FEATURES], dtype=np.intp)


def _pair(kept: Indices, features: tuple[int, int] | None) -> list[int]:
    if features is None:
        return [0, min(1, len(kept) - 1)]
    places = kept.tolist()
    return [places.index(features[0]), places.index(features[1])]


def _not_drawn(problem: Problem, n_kept: int) -> str | None:
    """One sentence if the page cannot draw two features of this model, else None."""
    loss, norm = problem.loss, problem.norm
    elsewhere = "nb.ContactDisplay.from_solution draws them."
    if isinstance(loss, Cox):
        return f"The Cox likelihood compares samples with each other; {elsewhere}"
    if not isinstance(norm, L1 | L2 | LInf | Lp | ElasticNet | SquaredL2):
        return f"What two features may cost depends on all the others with {norm.title}; {elsewhere}"
    if getattr(norm, "positive", False) or (isinstance(norm, ElasticNet) and norm.weights is not None):
        return f"The page draws balls without signs or weights of their own; {elsewhere}"
    if (
        isinstance(norm, L1)
        and norm.weights is not None
        and not np.all((norm.weights > 0) & np.isfinite(norm.weights))
    ):
        return f"The page draws balls that hold every coefficient back; {elsewhere}"
    if not isinstance(loss, SquaredError) and problem.n_samples * n_kept > MOST_NUMBERS:
        return f"These data have more numbers than a page should carry; {elsewhere}"
    return None


def _quadratic(problem: Problem, kept: Indices) -> dict[str, Any]:
    columns, y, weights = problem.design.columns(kept), problem.instance.y, problem.instance.sample_weight
    if problem.fit_intercept:
        columns = columns - weights @ columns
        y = y - weights @ y
    weighted = columns * weights[:, None]
    return {
        "gram": (weighted.T @ columns).tolist(),
        "cross": (weighted.T @ y).tolist(),
        "constant": 0.5 * float(weights @ y**2),
    }


def _samples(problem: Problem, kept: Indices) -> dict[str, Any]:
    columns = np.ascontiguousarray(problem.design.columns(kept).T, dtype="<f8")
    return {
        "columns": base64.b64encode(columns.tobytes()).decode("ascii"),
        "y": problem.instance.y.tolist(),
        "weights": problem.instance.sample_weight.tolist(),
    }


def _loss_params(loss: Loss) -> dict[str, float]:
    match loss:
        case Huber():
            return {"delta": float(loss.delta)}
        case Quantile():
            return {"quantile": float(loss.q)}
        case Tweedie():
            return {"power": float(loss.power)}
    return {}


def _norm_params(norm: Norm, kept: Indices) -> dict[str, Any]:
    match norm:
        case Lp():
            return {"p": norm.p}
        case ElasticNet():
            return {"l1_ratio": norm.l1_ratio}
        case L1() if norm.weights is not None:
            weights: Floats = np.asarray(norm.weights)[kept]
            return {"weights": np.where(np.isfinite(weights), weights, 0.0).tolist()}
    return {}
