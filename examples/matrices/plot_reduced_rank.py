"""
Several responses, one low rank
===============================

Responses that depend on a few hidden mixtures of the features have a coefficient matrix of low rank.
With the nuclear norm the directions enter one after the other, as coefficients do with L1.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(4)
n, p, q, rank = 100, 20, 12, 3
truth = rng.normal(size=(p, rank)) @ rng.normal(size=(rank, q))
X = rng.normal(size=(n, p))
Y = X @ truth + 4.0 * rng.normal(size=(n, q))
problem = nb.Problem(X, Y, norm=nb.norms.Nuclear())

alphas = problem.alpha_max * np.geomspace(1, 0.01, 40)
fits = [problem.solve(alpha=alpha) for alpha in alphas]

# %%
# Singular values along the path: the error is least where the true directions are nearly at full size and
# the others are still small.
values = np.zeros((len(fits), min(p, q)))
for row, fit in zip(values, fits, strict=True):
    row[: fit.rank] = fit.singular_values
errors = [np.linalg.norm(fit.coef - truth) / np.linalg.norm(truth) for fit in fits]
best = int(np.argmin(errors))
print(f"least error {errors[best]:.3f} at rank {fits[best].rank}; without a norm {errors[-1]:.3f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9), layout="constrained")
for k, curve in enumerate(values.T):
    if k < rank:
        left.plot(alphas, curve, color=style.BALL, lw=2, label="three true directions" if k == 0 else None)
    else:
        left.plot(alphas, curve, color=style.QUIET, lw=1, ls=":", label="others" if k == rank else None)
right.plot(alphas, errors, color=style.LEVEL_SET, lw=2)
right.plot(alphas[best], errors[best], "o", color=style.CONTACT, ms=7)
for ax, label in ((left, "singular values of W"), (right, "relative error of W")):
    ax.set_xscale("log")
    ax.invert_xaxis()
    ax.set(xlabel="alpha (weaker regularisation to the right)", ylabel=label, ylim=(0, None))
    style.plain_axes(ax)
left.legend(frameon=False)
plt.show()
