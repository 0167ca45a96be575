"""What solvers are told, what they share, and what they return: options, a workspace, an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..typing import Floats
from .certificate import Certificate
from .generic.face_newton import Point
from .instance import ColumnStore, Instance
from .work import Work

if TYPE_CHECKING:
    from .generic.mean_row import MeanRow
    from .generic.proximal_point import ProximalPointState
    from .piecewise.vertex_path import VertexPath
    from .smooth.forms import RidgePath


@dataclass(frozen=True)
class Options:
    """When to stop: relative gap, and the largest number of outer (model) iterations."""

    tolerance: float = 1e-8
    max_iterations: int = 100


@dataclass
class Answer:
    """What a solver returns."""

    point: Point
    certificate: Certificate
    n_iterations: int
    solver: str = ""
    """Which solver gave it, a solver of `dispatch.py`."""


@dataclass
class Workspace:
    """What a sequence of related solves shares.

    Attributes
    ----------
    store : gathered columns.
    state : dual point and proximal step.
    caution : float in (0, 1], share of the majorant that the model keeps where the loss is
        straight: 1 always descends, a little is nearly Newton's method; adapted by the
        line search.
    slopes : dual point of a loss that is not smooth.
    vertices : path of such a loss, where it is one of vertices.
    ridge : path of a smooth loss, where the norm sees the length of w alone.
    work : what the solves may still cost together.
    mean_row : means of columns far from zero where no intercept takes them out; `has_mean_row` is
        None until that is known.
    """

    instance: Instance
    work: Work = field(default_factory=lambda: Work.of(Options.max_iterations))
    store: ColumnStore = field(init=False)
    state: ProximalPointState | None = None
    caution: float = 1.0
    slopes: Floats | None = None
    vertices: VertexPath | None = None
    ridge: RidgePath | None = None
    mean_row: MeanRow | None = None
    has_mean_row: bool | None = None

    def __post_init__(self) -> None:
        self.store = ColumnStore(self.instance.design)
