"""The rows of the big table, by family."""

from __future__ import annotations

from contest import Row

from . import dual_norms, glm, lasso, matrices, piecewise, smooth

ROWS: dict[str, Row] = {
    row.name: row for module in (smooth, lasso, glm, piecewise, dual_norms, matrices) for row in module.ROWS
}
