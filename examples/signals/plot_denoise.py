"""
Denoising: as simple as the noise allows
========================================

If the size of the noise is known, no price has to be tuned: ask for the least norm among all signals that
miss the data by no more than the noise does.
Here steps are coded by their jumps, so that few jumps remain.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(6)
n, sigma = 240, 0.35
truth = np.repeat([0.0, 1.5, 0.6, 2.2, 1.0], [50, 60, 30, 45, 55])
y = truth + sigma * rng.standard_normal(n)

# %%
# Column j steps up from row j + 1 on. The loss is half the mean squared error, so the noise alone gives
# sigma squared over 2.
X = np.tril(np.ones((n, n - 1)), -1)
problem = nb.Problem(X, y)
fit = problem.solve(target=sigma**2 / 2)
print(f"price found: {fit.alpha:.4f}, jumps at rows {(fit.support + 1).tolist()}")
print(f"loss {fit.loss:.6f}, target {sigma**2 / 2:.6f}")

# %%
# The same jumps without their shrinkage.
refitted = nb.inference.relaxed(fit)
for name, values in (("fit", fit.predictor), ("refitted", refitted.predictor), ("data", y)):
    print(f"{name:>8}: root mean squared error {np.sqrt(np.mean((values - truth) ** 2)):.4f}")

ax = style.new_axes(size=(8.0, 4.0))
ax.plot(y, ".", color=style.QUIET, ms=4, label="data")
ax.plot(truth, color=style.CONTACT, ls=":", lw=1.8, label="truth")
ax.plot(fit.predictor, color=style.LEVEL_SET, ls="--", lw=1.8, label="least norm at the target")
ax.plot(refitted.predictor, color=style.BALL, lw=2, label="the same jumps, refitted")
ax.set(xlabel="row", ylabel="value")
ax.legend(frameon=False, loc="upper left", ncols=2)
ax.set_ylim(top=1.35 * y.max())
style.plain_axes(ax)
plt.show()
