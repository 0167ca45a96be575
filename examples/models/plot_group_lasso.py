"""
Groups that matter or do not
============================

Columns that code one thing, such as the levels of a factor or the pieces of a curve, should come or go
together.
``GroupL2`` charges the length of each group, so that whole groups are zero; L1 keeps pieces of them.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(15)
n_groups, size = 8, 5
groups = [list(range(size * g, size * (g + 1))) for g in range(n_groups)]
X = rng.normal(size=(150, n_groups * size))
truth = np.zeros(n_groups * size)
truth[groups[1]] = [1.0, -0.5, 0.8, 0.3, -0.9]
truth[groups[5]] = [-0.4, 0.7, 0.2, 0.6, 0.5]
y = X @ truth + 1.2 * rng.normal(size=150)

problem = nb.Problem(X, y)
path = problem.with_norm(nb.norms.GroupL2(groups)).path()

# %%
# The length of each group along the path, and what both norms keep at the fit that BIC takes.
grouped = nb.inference.criteria(path).best("bic")
single = nb.inference.criteria(problem.path()).best("bic")
for name, fit in (("GroupL2", grouped), ("L1", single)):
    touched = [g for g, group in enumerate(groups) if fit.coef[group].any()]
    print(f"{name}: {len(fit.support)} coefficients in groups {touched}")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10.0, 4.0), layout="constrained")
for g, group in enumerate(groups):
    lengths = np.linalg.norm(path.coefs[:, group], axis=1)
    real = truth[group].any()
    color = style.CURVES[[1, 5].index(g)] if real else style.QUIET
    left.plot(path.alphas, lengths, color=color, lw=2.2 if real else 1, ls="-" if real else ":")
    if real:
        left.annotate(
            f"group {g}",
            (path.alphas[-1], lengths[-1]),
            (-4, 5),
            textcoords="offset points",
            ha="right",
            color=color,
        )
left.set_xscale("log")
left.invert_xaxis()
left.axvline(grouped.alpha, color=style.CONTACT, ls="--", lw=1)
left.set(xlabel="alpha (weaker regularisation to the right)", ylabel="length of the group")

place = np.arange(len(truth))
right.hlines(truth, place - 0.45, place + 0.45, color=style.CONTACT, lw=1.6, label="truth")
right.plot(place, single.coef, "D", color=style.LEVEL_SET, ms=4, label="L1")
right.plot(place, grouped.coef, "o", mfc="none", mec=style.BALL, ms=6, label="GroupL2")
for edge in range(size, len(truth), size):
    right.axvline(edge - 0.5, color=style.QUIET, lw=0.5, ls=":")
right.set_xticks(np.arange(n_groups) * size + (size - 1) / 2, range(n_groups))
right.set(xlabel="group", ylabel="coefficient")
right.legend(frameon=False, ncols=3, loc="upper right")
for ax in (left, right):
    style.plain_axes(ax)
plt.show()
