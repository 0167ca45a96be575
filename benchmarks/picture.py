"""Time against accuracy, one panel a case."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

STYLE = {
    "normball": ("#0072B2", "o"),
    "scikit-learn": ("#E69F00", "s"),
    "celer": ("#009E73", "^"),
    "skglm": ("#CC79A7", "D"),
    "adelie": ("#D55E00", "v"),
    "glmnet": ("#56B4E9", "P"),
}


def draw(results: list[dict], file: Path) -> None:
    """Points towards the lower left are better: sooner, and closer to the optimum."""
    cases = list(dict.fromkeys(r["case"] for r in results))
    columns = min(4, max(len(cases), 1))
    rows = -(-len(cases) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.4 * columns, 3.1 * rows), squeeze=False)
    for ax in axes.flat[len(cases) :]:
        ax.set_visible(False)
    for ax, case in zip(axes.flat, cases, strict=False):
        for solver, (colour, marker) in STYLE.items():
            points = sorted(
                (r["seconds"], max(r["gap"], 1e-16))
                for r in results
                if r["case"] == case and r["solver"] == solver
            )
            if points:
                seconds, gaps = np.array(points).T
                ax.loglog(seconds, gaps, color=colour, marker=marker, lw=1, ms=6, label=solver)
        ax.set_title(case, loc="left", fontsize=11)
        ax.set_ylim(1e-16, 1e0)
        ax.margins(x=0.15)
        ax.grid(alpha=0.25)
    for ax in axes[:, 0]:
        ax.set_ylabel("worst relative gap")
    for ax in axes[-1]:
        ax.set_xlabel("seconds")
    handles = {
        label: handle
        for ax in axes.flat
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=len(handles), frameon=False)
    figure.suptitle("Whole paths of 100 alphas: down and to the left is better", x=0.01, ha="left")
    figure.set_layout_engine("constrained")
    figure.savefig(file, dpi=130)
    plt.close(figure)
