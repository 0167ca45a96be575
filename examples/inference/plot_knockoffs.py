"""
Knockoffs, and what correlation costs
=====================================

A knockoff is a copy of a feature that is correlated with the others in the same way but has nothing to
do with the response.
A feature is chosen if it beats its copy clearly, and the share of false choices is bounded.
Where features resemble each other, copies do as well: the bound holds, but less is found.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

correlations = (0.0, 0.5, 0.9)
results = {}
for correlation in correlations:
    data, truth = nb.datasets.make_regression(
        n_samples=250, n_features=40, n_informative=10, correlation=correlation, noise=3.0, seed=2
    )
    found = nb.inference.knockoffs(data.X, data.y, fdr=0.2)
    results[correlation] = found, truth != 0
    true = truth[found.features] != 0
    print(f"correlation {correlation}: {true.sum()} of {(truth != 0).sum()} found, {(~true).sum()} false")

# %%
# W compares each feature with its copy: chosen is what lies beyond the threshold. Features without an
# effect fall on both sides of zero alike, and the left side tells how many to expect on the right.
figure, axes = plt.subplots(1, 3, figsize=(10.2, 3.9), layout="constrained", sharey=True)
for ax, (correlation, (found, real)) in zip(axes, results.items(), strict=True):
    scale = np.abs(found.statistics).max()
    order = np.argsort(found.statistics)
    place = np.empty(len(order))
    place[order] = np.arange(len(order))
    for which, color, marker, label in (
        (real, style.BALL, "o", "has an effect"),
        (~real, style.LEVEL_SET, "x", "has none"),
    ):
        ax.plot(found.statistics[which] / scale, place[which], marker, color=color, ms=6, label=label)
    if np.isfinite(found.threshold):
        ax.axvspan(found.threshold / scale, 1.08, color=style.BALL, alpha=0.12, lw=0)
    ax.axvline(0, color=style.QUIET, lw=1)
    ax.set_xlim(-1.08, 1.08)
    ax.set_title(f"correlation {correlation}: {len(found.features)} chosen", fontsize=style.TITLE)
    ax.set_xlabel("W, in units of the largest")
    ax.set_yticks([])
    style.plain_axes(ax)
axes[0].legend(frameon=False, loc="upper left")
axes[0].set_ylabel("features, sorted by W")
plt.show()
