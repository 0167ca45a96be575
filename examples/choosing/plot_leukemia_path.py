"""
The path of 4,000 genes
=======================

A table of gene expression has far more columns than rows.
Along the path of the lasso genes enter one after the other, and a few suffice to tell two kinds of
leukaemia apart.
The whole path is computed at once, with a duality gap for each point.
"""

import matplotlib.pyplot as plt

import normball as nb

data = nb.datasets.load_leukemia()
print(data.X.shape, data.target_name)
X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
problem = nb.Problem(X, data.y, loss="logistic", feature_names=data.feature_names)
path = problem.path(n_alphas=60, eps=0.02)
print(path.summary())

# %%
# Labels name the genes with the largest coefficients; the upper axis counts all that are in the model.
nb.PathDisplay.from_path(path, x="alpha", n_labels=8).plot(title="T-cell or B-cell leukaemia")
plt.show()

# %%
# The first genes to enter.
for feature, step in path.entries()[:6]:
    print(f"alpha {path.alphas[step]:.3f}: {problem.feature_names[feature]}")
