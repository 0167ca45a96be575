"""
The same model in other packages
================================

Packages state the same models on different scales: a sum or a mean, C or alpha, L1's share or its
opposite.
``nb.convert_alpha`` translates.
Here scikit-learn fits with converted numbers, and the coefficients are the same; with the same numbers
they are not.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

import normball as nb
from normball.displays import style

data = nb.datasets.load_diabetes()
X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
y, high = data.y, data.y > 140
n = len(y)

# %%
# The numbers there for ours here.
to_ridge = nb.convert_alpha(0.5, destination="sklearn.Ridge", n_samples=n, l1_ratio=0.0)
to_c = nb.convert_alpha(0.02, destination="sklearn.LogisticRegression", n_samples=n)
print(f"Ridge: alpha 0.5 here is alpha {to_ridge:g} there")
print(f"LogisticRegression: alpha 0.02 here is C {to_c:.4f} there")


def sparse_logistic(c):
    """Logistic regression with L1 as scikit-learn states it."""
    return LogisticRegression(C=c, l1_ratio=1, solver="saga", tol=1e-8, max_iter=10_000).fit(X, high)


# title: ours, theirs with the number converted, theirs with the same number
fits = {
    "elastic net (same scale)": (
        nb.Regressor("elastic_net", alpha=2.0, l1_ratio=0.5).fit(X, y),
        ElasticNet(alpha=2.0, l1_ratio=0.5, tol=1e-10).fit(X, y),
        None,
    ),
    "ridge (a sum, not a mean)": (
        nb.Regressor("squared_l2", alpha=0.5).fit(X, y),
        Ridge(alpha=to_ridge).fit(X, y),
        Ridge(alpha=0.5).fit(X, y),
    ),
    "logistic with L1 (C, not alpha)": (
        nb.Classifier(alpha=0.02).fit(X, high),
        sparse_logistic(to_c),
        sparse_logistic(0.02),
    ),
}

# %%
figure, axes = plt.subplots(1, 3, figsize=(10.2, 3.7), layout="constrained")
for ax, (title, (ours, converted, same)) in zip(axes, fits.items(), strict=True):
    x = ours.coef_.ravel()
    reach = 1.15 * np.abs(x).max()
    ax.plot([-reach, reach], [-reach, reach], color=style.QUIET, lw=1)
    ax.plot(x, converted.coef_.ravel(), "o", color=style.BALL, mfc="white", mew=1.6, label="converted")
    if same is not None:
        ax.plot(x, same.coef_.ravel(), "x", color=style.LEVEL_SET, mew=1.6, label="the same number")
    ax.set(title=title, xlabel="coefficients by normball", ylabel="by scikit-learn")
    ax.locator_params(nbins=5)
    ax.legend(frameon=False, loc="upper left")
    style.plain_axes(ax)
    print(f"{title}: largest difference {np.abs(x - converted.coef_.ravel()).max():.1e}")
plt.show()

# %%
# One strength in every package. glmnet needs the deviation of y where ridge is in the mixture.
for package in ("sklearn.ElasticNet", "skglm.ElasticNet", "glmnet", "lifelines.CoxPHFitter"):
    alpha = nb.convert_alpha(0.1, destination=package, n_samples=n, y_std=y.std(), l1_ratio=0.5)
    share = nb.convert_l1_ratio(0.5, destination=package, n_samples=n, y_std=y.std())
    print(f"{package:>22}: strength {alpha:.6g}, share of L1 {share:.6g}")
