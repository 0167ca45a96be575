"""
An imputer for tables with holes
================================

`LowRankImputer` fills in missing values from the other columns, chooses its price on entries held
back, and fills in new rows without fitting again; it stands in a Pipeline like any imputer.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import make_pipeline

import normball as nb
from normball.displays import style

rng = np.random.default_rng(0)
truth = rng.standard_normal((400, 3)) @ rng.standard_normal((3, 15)) + 0.4 * rng.standard_normal((400, 15))
missing = rng.random(truth.shape) < 0.25
X = np.where(missing, np.nan, truth)
train, new = slice(0, 300), slice(300, 400)

# %%
# Error on the missing entries of new rows, in deviations of their columns.
imputers = {"means": SimpleImputer(), "5 neighbours": KNNImputer(), "low rank": nb.LowRankImputer()}
for name, imputer in imputers.items():
    filled = imputer.fit(X[train]).transform(X[new])
    misses = ((filled - truth[new]) / truth.std(axis=0))[missing[new]]
    print(f"{name:14}{np.sqrt(np.mean(misses**2)):.2f}")

# %%
# How the price was chosen: entries held back, three times.
model = imputers["low rank"]
ax = style.new_axes(size=(5.6, 3.6))
ax.plot(model.alphas_, model.held_out_errors_.T, color=style.QUIET, lw=1)
ax.plot(model.alphas_, model.held_out_errors_.mean(axis=0), color=style.BALL, lw=2)
ax.axvline(model.alpha_, color=style.CONTACT, lw=1)
ax.set_xscale("log")
ax.invert_xaxis()
ax.set(xlabel="price of a unit of nuclear norm", ylabel="error on entries held back (deviations)")
style.plain_axes(ax)
plt.show()

# %%
# In a pipeline, fitted inside the folds of whatever scores it.
y = truth[:, 0] - truth[:, 1] + rng.standard_normal(400)
pipeline = make_pipeline(nb.LowRankImputer(), nb.RegressorCV())
print(f"R2 on new rows: {pipeline.fit(X[train], y[train]).score(X[new], y[new]):.2f}")
