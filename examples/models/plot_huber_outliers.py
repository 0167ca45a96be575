"""
Huber's loss against outliers
=============================

Squared error lets a few gross errors pull the whole fit.
Huber's loss counts a miss beyond ``delta`` by its size instead of its square, so that an outlier pulls no
harder than a point at that distance.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(3)
x = np.sort(rng.uniform(-2, 2, 60))
y = 0.5 + 1.2 * x + 0.3 * rng.standard_normal(60)
wrong = rng.choice(np.flatnonzero(x > 0.5), 9, replace=False)
y[wrong] -= rng.uniform(4, 7, 9)
X = x[:, None]

fits = {
    "squared error": nb.Problem(X, y).solve(alpha=0.01),
    "Huber": nb.Problem(X, y, loss=nb.losses.Huber(delta=0.5)).solve(alpha=0.01),
}
for name, fit in fits.items():
    print(f"{name}: intercept {fit.intercept:.3f}, slope {fit.coef[0]:.3f}")

# %%
# The line that made the data is the dotted one.
ax = style.new_axes(size=(6.4, 4.2))
good = np.setdiff1d(np.arange(60), wrong)
ax.plot(x[good], y[good], "o", color=style.QUIET, ms=4, label="data")
ax.plot(x[wrong], y[wrong], "X", color=style.GHOST, ms=8, label="gross errors")
ax.plot(x, 0.5 + 1.2 * x, color=style.CONTACT, ls=":", lw=1.8, label="truth")
ax.plot(x, fits["squared error"].predictor, color=style.LEVEL_SET, ls="--", lw=2, label="squared error")
ax.plot(x, fits["Huber"].predictor, color=style.BALL, lw=2, label="Huber")
ax.set(xlabel="x", ylabel="y")
ax.legend(frameon=False)
style.plain_axes(ax)
plt.show()
