"""
Classes that take the place of scikit-learn's
=============================================

``normball.dropin`` has scikit-learn's names, parameters and attributes.
Only the import changes; the solver behind it works to the last digits, and ``dual_gap_`` proves it.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso

import normball as nb
from normball import dropin
from normball.displays import style

data = nb.datasets.load_leukemia()
X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
alphas = np.geomspace(0.2, 0.002, 11)

# %%
# The same calls with both classes. scikit-learn stops at its default tolerance, or at its largest number of
# passes with a warning.
gaps = {"scikit-learn": [], "normball.dropin": []}
for alpha in alphas:
    for name, kind in (("scikit-learn", Lasso), ("normball.dropin", dropin.Lasso)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = kind(alpha=alpha).fit(X, data.y)
        gaps[name].append(float(model.dual_gap_))
for name, values in gaps.items():
    print(f"{name}: largest duality gap {max(values):.1e}")

# %%
ax = style.new_axes(size=(6.2, 3.9))
for number, (name, values) in enumerate(gaps.items()):
    color, dashes = style.CURVES[1 - number], style.DASHES[1 - number]
    ax.plot(alphas, values, color=color, ls=dashes, marker="os"[number], lw=1.8, label=name)
ax.set(xscale="log", yscale="log", xlabel="alpha", ylabel="duality gap of the fit")
ax.invert_xaxis()
ax.legend(frameon=False, loc="center right")
style.plain_axes(ax)
plt.show()
