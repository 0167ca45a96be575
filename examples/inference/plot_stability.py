"""
Stability selection
===================

Fit to many random halves of the rows, and keep the features that are chosen again and again.
A feature that was lucky once is not lucky on every half.
Both known bounds on the number of false choices come with the result.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

data, truth = nb.datasets.make_regression(
    n_samples=120, n_features=100, n_informative=6, correlation=0.5, noise=3.0
)
problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)
found = nb.inference.stability_selection(problem, n_pairs=25)
print(found)

# %%
# Share of the halves that chose each feature, the largest first.
order = np.argsort(-found.shares)[:25]
real = truth[order] != 0
place = np.arange(len(order))
ax = style.new_axes(size=(7.0, 3.8))
for which, color, hatch, label in (
    (real, style.BALL, "", "has an effect"),
    (~real, style.LEVEL_SET, "///", "has none"),
):
    ax.bar(place[which], found.shares[order[which]], color=color, hatch=hatch, edgecolor="white", label=label)
ax.axhline(found.cutoff, color=style.CONTACT, ls="--", lw=1.2)
ax.text(len(order) - 0.5, found.cutoff + 0.015, f"cutoff {found.cutoff:g}", ha="right", fontsize=style.SMALL)
ax.set_xticks(place, [data.feature_names[j] for j in order], rotation=60, ha="right")
ax.set_ylabel("share of halves that chose it")
ax.legend(frameon=False)
style.plain_axes(ax)
plt.show()
