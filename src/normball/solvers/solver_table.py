"""What each solver of `dispatch.py` is: how it works, and in which module.

`python -m normball.solvers.solver_table docs/engine.md` writes this and the table of `dispatch.py`
between the marks of that file; without a file it prints them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from .dispatch import IN_N, TABLE

BEGIN, END = "<!-- solvers: begin -->", "<!-- solvers: end -->"


class SolverRow(NamedTuple):
    """How a solver solves, and the modules below `solvers/`."""

    how: str
    modules: tuple[str, ...]


SOLVERS: dict[str, SolverRow] = {
    "class Newton": SolverRow("truncated Newton over all classes", ("smooth/class_newton.py",)),
    "class pivoting": SolverRow(
        "proximal Newton over all classes at once; models solved by pivoting on their Hessian",
        ("classes/multinomial.py", "classes/model.py"),
    ),
    "planar search": SolverRow("the whole boundary of the ball is searched", ("generic/planar.py",)),
    "homotopy": SolverRow(
        "the end of the lasso's path: weights and proof by one Cholesky factor as soon as its support is "
        "the last one",
        ("paths/pursuit.py",),
    ),
    "best fit": SolverRow(
        "Newton's method in the coordinates of the columns' span, in units of their deviations; independent "
        "columns have their weights at once, others the least norm along penalised problems",
        ("ends/smooth_fit.py", "ends/span.py", "ends/least.py", "ends/limits.py"),
    ),
    "vertices": SolverRow(
        "vertices of the linear program in alpha: pivots on a maintained inverse, through all kinks along an "
        "edge that still descends; breakpoints for budgets, targets and alpha → 0; the first vertex of a far "
        "alpha by the smooth fit of an envelope",
        (
            "piecewise/vertex_path.py",
            "piecewise/vertex_basis.py",
            "piecewise/vertex_levels.py",
            "piecewise/near_vertex.py",
        ),
    ),
    "envelopes": SolverRow(
        "proximal points on the dual: smooth envelopes, each solved by proximal Newton and finished by "
        "Newton's method on the face and the kinks that it found",
        ("piecewise/envelopes.py", "piecewise/kink_newton.py"),
    ),
    "ridge factors": SolverRow(
        "one Gram matrix, of the features or of the samples, whichever is smaller; a Cholesky factor an "
        "alpha, eigenvectors for 20 alphas and more whose columns are alike",
        ("smooth/ridge_path.py", "smooth/shifted_system.py"),
    ),
    "ridge Newton": SolverRow(
        "truncated Newton, preconditioned by a Gram matrix once products have cost as much; unlike columns, "
        "more than rows, in a basis of the samples; budgets, targets and L2 along the ridge path",
        ("smooth/forms.py", "smooth/ridge_newton.py", "smooth/preconditioner.py", "smooth/narrow.py"),
    ),
    "pivoting": SolverRow(
        "block pivoting on a maintained inverse of the support's Gram matrix, exact up to rounding; the "
        "homotopy, knot by knot, where pivoting cycles; orthogonal factors where the Gram matrix has lost "
        "its digits",
        ("paths/least_squares.py", "paths/orthogonal.py"),
    ),
    "pivoting on the Gram matrix": SolverRow(
        "the same on one p x p Gram matrix: no further pass over X", ("paths/gram_certificate.py",)
    ),
    "samples that grow": SolverRow(
        "proximal Newton on few rows, then on all: three to six turns for a whole path, each a few matrix "
        "products; models solved by pivoting on p x p Gram matrices; not proved, reweighting takes over",
        ("paths/tall.py", "paths/growing_samples.py", "paths/gram_newton.py"),
    ),
    "reweighting": SolverRow(
        "proximal Newton: models solved by the same pivoting, with conjugate gradients preconditioned by an "
        "earlier inverse; a whole batch of alphas in one compiled call; products with the Hessian of risk "
        "sets in O(n) a column",
        ("paths/reweighted.py",),
    ),
    "group descent": SolverRow(
        "compiled block coordinate descent on the Gram matrix of the groups that were ever expected to "
        "enter, Newton where that is slow; several responses that share their features likewise, with "
        "lengths over all responses",
        ("groups/descent.py", "groups/entered.py", "groups/responses.py"),
    ),
    "group reweighting": SolverRow(
        "the same for models with the curvatures of the loss, which stay as long as they halve the gap",
        ("groups/reweighting.py",),
    ),
    "proximal Newton": SolverRow(
        "semismooth Newton proximal point method, finished by Newton on the face; sorted L1 on "
        "few candidates",
        (
            "generic/proximal_newton.py",
            "generic/proximal_point.py",
            "generic/face_newton.py",
            "generic/candidates.py",
        ),
    ),
    IN_N.strip(): SolverRow(
        "any solver of a norm that sees the length of w alone: the same problem in n coordinates, by one QR "
        "factorisation",
        ("smooth/rotated.py",),
    ),
}
"""Name -> what it is, in the order of the table."""


def tables() -> str:
    """Both tables as Markdown."""
    lines = ["| loss | norm | data | asked for | solver |", "|---|---|---|---|---|"]
    for row in TABLE:
        cells = ["" if cell == "any" else cell for cell in (row.loss, row.norm, row.data, row.form)]
        lines.append(f"| {' | '.join(cells)} | {row.solver} |".replace("|  |", "| |").replace("|  |", "| |"))
    lines += ["", "| solver | how | in `solvers/` |", "|---|---|---|"]
    for name, solver in SOLVERS.items():
        lines.append(f"| {name} | {solver.how} | {', '.join(f'`{module}`' for module in solver.modules)} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Print the tables, or write them between the marks of a file."""
    if not arguments:
        print(tables())
        return
    file = Path(arguments[0])
    text = file.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    file.write_text(f"{before}{BEGIN}\n{tables()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
