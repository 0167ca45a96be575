"""
Intervals that know about the choice
====================================

The lasso picks the features that look largest, so ordinary intervals for them are too sure.
Selective intervals take the choice into account and hold at an alpha fixed in advance.
They are wider where a feature was nearly left out.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

data, truth = nb.datasets.make_regression(n_samples=100, n_features=30, n_informative=4, noise=1.0, seed=3)
problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)
solution = problem.solve(alpha=0.12, tol=1e-12)
found = nb.inference.selective(solution)
print(found)

# %%
# Ordinary intervals of least squares on the chosen columns, for comparison.
A = data.X[:, found.features] - data.X[:, found.features].mean(axis=0)
deviations = found.sigma * np.sqrt(np.diag(np.linalg.inv(A.T @ A)))
naive = 1.645 * deviations

# %%
# An interval that reaches the edge of the picture goes on beyond it.
ax = style.new_axes(size=(7.0, 4.4))
place = -np.arange(len(found.features))
low, high = np.clip(found.lower, -3, 3), np.clip(found.upper, -3, 3)
ax.hlines(place + 0.14, low, high, color=style.BALL, lw=3, label="selective, 90 %")
ax.hlines(
    place - 0.14,
    found.estimates - naive,
    found.estimates + naive,
    color=style.LEVEL_SET,
    lw=3,
    ls=(0, (2, 1)),
    label="ordinary, 90 %",
)
ax.plot(found.estimates, place, "o", color=style.CONTACT, ms=5, label="least squares")
ax.plot(truth[found.features], place, "D", mfc="white", mec=style.CONTACT, ms=7, label="truth")
ax.set_xlim(-3, 3)
ax.axvline(0, color=style.QUIET, lw=1)
ax.set_yticks(place, found.feature_names)
ax.set_xlabel("coefficient among the chosen features")
ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
style.plain_axes(ax)
plt.show()
