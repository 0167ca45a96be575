"""
Odds ratios with intervals after a choice
=========================================

A logistic lasso picks features; the odds ratios of what it picked need intervals that know about
the choice. Debiased intervals ask another question: what of *every* feature, chosen or not?
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(4)
n, p = 600, 25
X = rng.standard_normal((n, p))
truth = np.zeros(p)
truth[:4] = [0.7, -0.6, 0.5, 0.3]
y = (rng.random(n) < 1 / (1 + np.exp(-X @ truth))).astype(float)
problem = nb.Problem(X, y, loss="logistic")

# %%
# Selective intervals: about the coefficients among the chosen features, at an alpha fixed in advance.
chosen = nb.inference.selective(problem.solve(alpha=0.04, tol=1e-12))
print(chosen)

# %%
# Debiased intervals: about the coefficients among all features.
every = nb.inference.debiased(problem.solve(alpha=0.02))
print(every)

# %%
# Both as odds ratios for one more unit of a feature, on a logarithmic axis; 1 is no effect.
ax = style.new_axes(size=(7.0, 4.4))
place = -np.arange(len(chosen.features))
for found, rows, shift, colour, label in (
    (chosen, slice(None), 0.14, style.BALL, "selective, 90 %"),
    (every, chosen.features, -0.14, style.LEVEL_SET, "debiased, 90 %"),
):
    ratio, low, high = (np.clip(ends[rows], 0.2, 5) for ends in found.ratios)
    ax.hlines(place + shift, low, high, color=colour, lw=3, label=label)
    ax.plot(ratio, place + shift, "o", color=colour, ms=5)
ax.plot(np.exp(truth[chosen.features]), place, "D", mfc="white", mec=style.CONTACT, ms=7, label="truth")
ax.axvline(1, color=style.QUIET, lw=1)
ax.set_xscale("log")
ax.minorticks_off()
ax.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
ax.set_yticks(place, chosen.feature_names)
ax.set_xlabel("odds ratio")
ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
style.plain_axes(ax)
plt.show()
