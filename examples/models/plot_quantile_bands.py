"""
Quantiles instead of the mean
=============================

The quantile loss fits a line, or a curve, below which a given share of the responses lies.
Where the spread grows, the quantiles fan out, and the mean would say nothing about it.
The share of the data below each curve is printed.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(2)
x = np.sort(rng.uniform(0, 1, 300))
y = np.sin(3 * x) + (0.1 + 0.5 * x) * rng.standard_normal(300)

# %%
# Twelve hinges, of which L1 keeps those that bend the curve.
knots = np.linspace(0, 1, 12, endpoint=False)
X = np.maximum(x[:, None] - knots, 0.0)

fits = {}
for q in (0.1, 0.25, 0.5, 0.75, 0.9):
    fits[q] = nb.Problem(X, y, loss=nb.losses.Quantile(q)).solve(alpha=0.002)
    below = np.mean(y <= fits[q].predictor)
    print(f"q = {q}: {100 * below:.1f} % lie below, {len(fits[q].support)} of {len(knots)} hinges")

# %%
ax = style.new_axes(size=(6.8, 4.4))
ax.plot(x, y, ".", color=style.QUIET, ms=4)
for low, high, alpha, label in ((0.1, 0.9, 0.18, "10 % to 90 %"), (0.25, 0.75, 0.3, "25 % to 75 %")):
    ends = fits[low].predictor, fits[high].predictor
    ax.fill_between(x, *ends, color=style.BALL, alpha=alpha, lw=0, label=label)
ax.plot(x, fits[0.5].predictor, color=style.LEVEL_SET, lw=2.2, label="median")
ax.set(xlabel="x", ylabel="y")
ax.legend(frameon=False, loc="upper left")
style.plain_axes(ax)
plt.show()
