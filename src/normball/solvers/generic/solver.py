"""Penalty and budget forms for any loss and any regulariser.

Smooth losses go to proximal Newton (`proximal_newton.py`). A loss with kinks is a sequence of smooth
ones (`piecewise/envelopes.py`), each of them solved by it.
"""

from __future__ import annotations

from ..piecewise.envelopes import solve_piecewise
from ..terms import Penalty, Term
from ..workspace import Answer, Options, Workspace
from .candidates import has_candidates, solve_on_candidates
from .face_newton import Point
from .proximal_newton import solve_smooth


def solve_term(workspace: Workspace, term: Term, start: Point, options: Options) -> Answer:
    """Minimise f(X w + b) + h(w) from `start`, where h is the penalty or the ball.

    Returns the point with the smallest certified gap; the caller looks at
    `certificate.is_met` to see whether the tolerance was reached.
    """
    if isinstance(term, Penalty) and has_candidates(workspace, term):
        return solve_on_candidates(workspace, term, start, options)
    solve = solve_smooth if workspace.instance.loss.is_smooth else solve_piecewise
    return solve(workspace, term, start, options)
