"""
Less shrinkage for what was chosen
==================================

The lasso shrinks the coefficients that it keeps.
``relaxed`` fits the chosen features again at a lower price or none, and ``adaptive`` gives each feature a
price of its own: low for those that look large at first, high for the others.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

data, truth = nb.datasets.make_regression(n_samples=150, n_features=20, n_informative=5, noise=2.0, seed=6)
problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)

lasso = nb.inference.criteria(problem.path()).best("bic")
relaxed = nb.inference.relaxed(lasso)
adaptive = nb.inference.criteria(nb.inference.adaptive(problem).path()).best("bic")
fits = {"lasso": lasso, "relaxed lasso": relaxed, "adaptive lasso": adaptive}
for name, fit in fits.items():
    print(f"{name:>14}: {len(fit.support)} features, error {np.linalg.norm(fit.coef - truth):.3f}")

# %%
# Distance of each coefficient from the truth.
ax = style.new_axes(size=(7.2, 3.8))
place = np.arange(len(truth))
for number, (name, fit) in enumerate(fits.items()):
    ax.plot(
        place + 0.22 * (number - 1),
        fit.coef,
        "osD"[number],
        color=style.CURVES[number],
        mfc=style.CURVES[number] if number == 0 else "white",
        ms=6,
        label=name,
    )
ax.hlines(truth, place - 0.4, place + 0.4, color=style.CONTACT, lw=2, label="truth")
ax.set_xticks(place, data.feature_names, rotation=60, ha="right")
ax.set_ylabel("coefficient")
ax.legend(frameon=False, ncols=2)
style.plain_axes(ax)
plt.show()
