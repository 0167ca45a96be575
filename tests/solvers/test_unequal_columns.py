"""Columns in units from 1e-8 to 1e8: every norm in every form, each column counted in its own unit."""

from __future__ import annotations

import numpy as np
import pytest

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import Problem
from normball.losses import Huber, Logistic, Loss, SquaredError
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1
from normball.typing import Floats

NORMS: list[Norm] = [
    L1(positive=True),
    L2(),
    LInf(),
    Lp(1.5),
    ElasticNet(0.5),
    GroupL2(np.arange(8) // 2),
    SortedL1(),
]
LOSSES: list[Loss] = [SquaredError(), Huber(), Logistic()]


def data(loss: Loss, seed: int) -> tuple[Floats, Floats]:
    """X (30, 8) in units from 1e-8 to 1e8, and a response that each column has a share in."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 8))
    eta = X @ rng.standard_normal(8)
    if isinstance(loss, Logistic):
        y = (eta + rng.logistic(size=30) > 0).astype(np.float64)
    else:
        y = eta + rng.standard_normal(30)
    return X * 10.0 ** rng.permutation(np.linspace(-8, 8, 8)), y


CASES = [("alpha", norm) for norm in NORMS]
CASES += [("budget", norm) for norm in NORMS if not isinstance(norm, Lp)]
CASES += [("target", norm) for norm in (L2(), ElasticNet(0.5), GroupL2(np.arange(8) // 2), SortedL1())]


@pytest.mark.quick_cases(5)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize(("form", "norm"), CASES, ids=[f"{form}-{norm!r}"[:20] for form, norm in CASES])
def test_every_form_is_proved(loss: Loss, norm: Norm, form: str) -> None:
    X, y = data(loss, 3)
    problem, exact = Problem(X, y, loss, norm), ExtendedProblem(X, y, loss, norm)
    # an alpha that half of the columns are worth
    shares = {"alpha": 1e-9, "budget": 0.3, "target": 0.6}
    if form == "target":
        level = shares[form] * problem.instance.null_loss
    else:
        alpha = shares["alpha"] * problem.alpha_max
        level = alpha if form == "alpha" else shares[form] * problem.solve(alpha=alpha).norm
    solution = problem.solve(**{form: level})
    assert solution.converged, solution.certificate
    found = exact.examine(Claim.of(solution))
    assert max(found.gap, found.infeasibility) <= 1e-7
