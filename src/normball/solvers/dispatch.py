"""Which solver a problem goes to: one table, read from the top; the first row that fits decides.

A row names conditions on the loss, the norm, the data and what is asked for, and the solver that problems
of this kind take. `Problem.solve`, `Problem.path`, cross-validation and the drop-in classes all ask
`solver_of`, so that one alpha and a path go the same way; `Solution.solver` says which way that was.
Where the answer of a fast solver is not proved, the solvers of the last resort take over (proximal Newton;
envelopes for a loss of two lines; the best fit where the norm does not bind), and `solver` says so.

`solver_table.py` says how each solver works, and `python -m normball.solvers.solver_table docs/engine.md`
writes both tables into the docs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..cached import cached_property
from ..designs import DenseDesign
from ..losses.base import SampleLoss
from ..norms.blocks import Blocks
from ..norms.separable import Separable
from ..typing import Floats
from .compiled_loss import compiled_form
from .ends.fits import null_point
from .instance import Instance
from .paths.growing_samples import first_sample

LARGEST_GRAM = 4000
"""Features up to which squared error with p <= n works on one p x p Gram matrix."""

RIDGE_WORK = 2e10
"""Multiplications an alpha up to which ridge regression forms the smaller Gram matrix."""

TALL, WIDEST = 10, 1000
"""Rows a feature from which data are tall, and features up to which Hessians are cheap beside the rows."""

LARGEST_FACTOR = 10_000
"""Its largest size."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is to be solved.

    Attributes
    ----------
    instance : Instance; None for several classes.
    form : "penalty", "budget" or "target".
    n_levels : how many alphas, budgets or targets.
    is_end : whether alpha = 0 is asked for.
    of_classes : Separable, the norm of each column of W, for several classes.
    """

    instance: Instance | None
    form: str = "penalty"
    n_levels: int = 1
    is_end: bool = False
    of_classes: Separable | None = None

    @property
    def problem(self) -> Instance:
        assert self.instance is not None
        return self.instance

    @cached_property
    def separable(self) -> Separable | None:
        if self.of_classes is not None:
            return self.of_classes
        return self.problem.norm.separable(self.problem.n_features)

    @cached_property
    def blocks(self) -> Blocks | None:
        return self.problem.norm.blocks(self.problem.n_features)

    @property
    def shape(self) -> tuple[int, int]:
        return self.problem.design.shape

    @property
    def is_priced(self) -> bool:
        """Whether some feature has a price of its own."""
        return self.separable is not None and bool(self.separable.price.any())

    @property
    def has_ridge_alone(self) -> bool:
        separable = self.separable
        if separable is None or separable.ridge is None or self.is_priced or separable.is_one_sided:
            return False
        return bool((separable.ridge > 0).all())

    @property
    def is_dense(self) -> bool:
        return isinstance(self.problem.design, DenseDesign)

    @property
    def is_nothing(self) -> bool:
        """Whether X is empty, or y is fitted without features."""
        return min(self.shape) == 0 or self.problem.is_fitted_by_null


Condition = Callable[[Question], bool]


LOSSES: dict[str, Condition] = {
    "any": lambda asked: True,
    "several classes": lambda asked: asked.of_classes is not None,
    "squared error": lambda asked: asked.problem.loss.is_quadratic,
    "smooth": lambda asked: asked.problem.loss.is_smooth,
    "smooth, sample by sample": lambda asked: asked.problem.loss.is_smooth and asked.problem.loss.is_diagonal,
    "smooth, sample by sample or compiled": lambda asked: (
        asked.problem.loss.is_smooth
        and (asked.problem.loss.is_diagonal or bool(compiled_form(asked.problem.loss)))
    ),
    "smooth, curved everywhere": lambda asked: (
        asked.problem.loss.is_smooth
        and isinstance(asked.problem.loss, SampleLoss)
        and type(asked.problem.loss).sample_majorants is SampleLoss.sample_majorants
    ),
    "two lines": lambda asked: not asked.problem.loss.is_smooth,
}
"""Conditions on the loss. Two lines: quantile. Curved everywhere: logistic, Poisson, gamma, Tweedie."""

NORMS: dict[str, Condition] = {
    "any": lambda asked: True,
    "not convex": lambda asked: not asked.problem.norm.is_convex,
    "squared L2": lambda asked: asked.has_ridge_alone,
    "squared L2, one price": lambda asked: (
        asked.has_ridge_alone and bool((asked.separable.ridge == 1).all())  # type: ignore[union-attr]
    ),
    "L2": lambda asked: asked.problem.norm.is_rotation_invariant and asked.problem.norm.is_homogeneous,
    "L2 or squared L2, one price": lambda asked: asked.problem.norm.is_rotation_invariant,
    "feature by feature": lambda asked: asked.is_priced,
    "feature by feature, no ridge": lambda asked: (
        asked.separable is not None and asked.separable.ridge is None
    ),
    "group by group": lambda asked: asked.separable is None and asked.blocks is not None,
}
"""Conditions on the norm. Feature by feature: L1, elastic net; squared L2 and elastic net may be weighted."""

DATA: dict[str, Condition] = {
    "any": lambda asked: True,
    "nothing to fit": lambda asked: asked.is_nothing,
    "p > n, something pulls": lambda asked: (
        asked.shape[1] > asked.shape[0]
        and not asked.is_nothing
        and 0 < null_point(asked.problem).alpha < float("inf")
    ),
    "not empty": lambda asked: min(asked.shape) > 0,
    "dense, p ≥ 2 n": lambda asked: asked.is_dense and 0 < 2 * asked.shape[0] <= asked.shape[1],
    "dense, p ≥ 10 n": lambda asked: asked.is_dense and 0 < 10 * asked.shape[0] <= asked.shape[1],
    "p ≤ n, p ≤ 4,000": lambda asked: asked.shape[1] <= min(asked.shape[0], LARGEST_GRAM),
    "n p min(n, p) ≤ 2e10 an alpha": lambda asked: (
        asked.shape[0] * asked.shape[1] * min(asked.shape) <= RIDGE_WORK * asked.n_levels
        and min(asked.shape) <= LARGEST_FACTOR
    ),
    "tall: n ≥ 10 p, p ≤ 1,000": lambda asked: (
        asked.shape[0] >= TALL * asked.shape[1]
        and asked.shape[1] <= WIDEST
        and (asked.n_levels == 1 or first_sample(asked.shape) < asked.shape[0])
    ),
    "alpha_max 0 or infinite": lambda asked: not 0 < null_point(asked.problem).alpha < float("inf"),
}
"""Conditions on X (n, p) and y. Paths of tall data have at least four samples of max(1,000, 20 p) rows."""

FORMS: dict[str, Condition] = {
    "any": lambda asked: True,
    "alpha = 0": lambda asked: asked.is_end,
    "alpha": lambda asked: asked.form == "penalty",
    "10 alphas or more": lambda asked: asked.form == "penalty" and asked.n_levels >= 10,
}
"""Conditions on what is asked for."""


class Row(NamedTuple):
    """Names of conditions, and the solver where all of them hold; all are cheap but those on the data."""

    solver: str
    loss: str = "any"
    norm: str = "any"
    data: str = "any"
    form: str = "any"

    def fits(self, asked: Question) -> bool:
        """Whether every condition holds."""
        return (
            LOSSES[self.loss](asked)
            and NORMS[self.norm](asked)
            and FORMS[self.form](asked)
            and DATA[self.data](asked)  # the last, since alpha_max costs a pass over X
        )


TABLE = (
    Row("class Newton", "several classes", "squared L2"),
    Row("class pivoting", "several classes"),
    Row("planar search", norm="not convex"),
    Row("homotopy", "squared error", "feature by feature, no ridge", "p > n, something pulls", "alpha = 0"),
    Row("best fit", form="alpha = 0"),
    Row("vertices", "two lines", "feature by feature, no ridge", "not empty"),
    Row("envelopes in n coordinates", "two lines", "L2 or squared L2, one price", "dense, p ≥ 2 n", "alpha"),
    Row("envelopes", "two lines"),
    Row("proximal Newton", data="nothing to fit"),
    Row("ridge factors", "squared error", "squared L2, one price", "n p min(n, p) ≤ 2e10 an alpha", "alpha"),
    Row("ridge Newton in n coordinates", "smooth", "L2", "dense, p ≥ 2 n", "alpha"),
    Row(
        "ridge Newton in n coordinates",
        "smooth",
        "squared L2, one price",
        "dense, p ≥ 10 n",
        "10 alphas or more",
    ),
    Row("ridge Newton", "smooth", "L2"),
    Row("ridge Newton", "smooth", "squared L2"),
    Row("proximal Newton", data="alpha_max 0 or infinite"),
    Row("pivoting on the Gram matrix", "squared error", "feature by feature", "p ≤ n, p ≤ 4,000"),
    Row("pivoting", "squared error", "feature by feature"),
    Row(
        "samples that grow",
        "smooth, curved everywhere",
        "feature by feature",
        "tall: n ≥ 10 p, p ≤ 1,000",
        "alpha",
    ),
    Row("reweighting", "smooth, sample by sample or compiled", "feature by feature"),
    Row("group descent", "squared error", "group by group"),
    Row("group reweighting", "smooth, sample by sample", "group by group"),
    Row("proximal Newton"),
)

IN_N = " in n coordinates"
"""How the name of a solver ends whose problem is solved in the coordinates of `smooth/rotated.py`."""

ON_GRAM = "pivoting on the Gram matrix"

ON_SAMPLES = "samples that grow"

BATCHES = {ON_GRAM, ON_SAMPLES, "pivoting", "reweighting", "group descent", "group reweighting"}
"""Solvers of the path engine: many alphas share passes over X."""

RIDGE = {"ridge factors", "ridge Newton"}
"""Solvers of norms that see the length of w alone, with smooth losses."""


def solver_of(instance: Instance, form: str = "penalty", levels: Sequence[float] | Floats = (1.0,)) -> str:
    """The solver of a problem.

    Parameters
    ----------
    instance : Instance
    form : "penalty", "budget" or "target".
    levels : alphas, budgets or targets, all of them that are wanted.
    """
    is_end = form == "penalty" and len(levels) == 1 and levels[0] == 0
    key = f"solver of {form}, {len(levels)}, {is_end}"
    if key not in instance.kept:  # a solve asks several times
        instance.kept[key] = _first_row(Question(instance, form, len(levels), is_end))
    solver: str = instance.kept[key]
    return solver


def solver_of_classes(separable: Separable) -> str:
    """The solver of a problem of several classes, whose norm is the same in each column of W."""
    return _first_row(Question(None, of_classes=separable))


def _first_row(asked: Question) -> str:
    return next(row.solver for row in TABLE if row.fits(asked))
