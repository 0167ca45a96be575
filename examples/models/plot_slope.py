"""
SLOPE: equal coefficients for features that go together
=======================================================

The ball of sorted L1 has corners where coefficients are zero and where coefficients are equal in size.
Features that carry the same signal are tied to one value, where the lasso takes one of them and drops
the others.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb

rng = np.random.default_rng(11)
n, p = 100, 10
signals = rng.normal(size=(n, 2))
X = rng.normal(size=(n, p))
X[:, :3] = signals[:, [0]] + 0.15 * rng.normal(size=(n, 3))
X[:, 3:5] = signals[:, [1]] + 0.15 * rng.normal(size=(n, 2))
y = 2 * signals[:, 0] - 1.2 * signals[:, 1] + 0.5 * rng.normal(size=n)
names = ["a1", "a2", "a3", "b1", "b2", "c", "d", "e", "f", "g"]

slope = nb.norms.SortedL1(weights=np.linspace(1.0, 0.4, p))
figure, axes = plt.subplots(1, 2, figsize=(10.4, 4.2), layout="constrained")
for ax, norm, title in ((axes[0], "l1", "lasso"), (axes[1], slope, "SLOPE")):
    path = nb.Problem(X, y, norm=norm, feature_names=names).path(n_alphas=80, eps=0.02)
    nb.PathDisplay.from_path(path, n_labels=5).plot(ax, title=title)
plt.show()

# %%
# At the same error SLOPE ties the three copies of one signal and the two of the other.
for norm in ("l1", slope):
    fit = nb.Problem(X, y, norm=norm, feature_names=names).solve(target=0.3)
    values = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, fit.coef, strict=True) if value)
    print(f"{fit.problem.norm.title}: {values}")
