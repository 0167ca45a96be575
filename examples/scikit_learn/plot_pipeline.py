"""
Pipelines and searches
======================

The estimators take part in pipelines, searches and feature selection like those of scikit-learn.
Here a search compares norms on polynomial features; each fit comes with its duality gap.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import normball as nb
from normball.displays import style

data = nb.datasets.load_diabetes()
pipeline = make_pipeline(
    StandardScaler(), PolynomialFeatures(degree=2, include_bias=False), StandardScaler(), nb.Regressor()
)
alphas = np.geomspace(0.3, 30, 9)
grid = {"regressor__norm": ["l1", "elastic_net", "squared_l2"], "regressor__alpha": alphas}
search = GridSearchCV(pipeline, grid, cv=5, scoring="neg_root_mean_squared_error").fit(data.X, data.y)
norm, alpha = search.best_params_["regressor__norm"], search.best_params_["regressor__alpha"]
print(f"best: {norm} at alpha {alpha:.3g}, error {-search.best_score_:.2f}")
print(f"duality gap of the best fit: {search.best_estimator_[-1].gap_:.1e}")

# %%
ax = style.new_axes(size=(6.4, 4.0))
results = search.cv_results_
for number, norm in enumerate(grid["regressor__norm"]):
    rows = np.array([row["regressor__norm"] == norm for row in results["params"]])
    mean, error = -results["mean_test_score"][rows], results["std_test_score"][rows] / np.sqrt(5)
    color, dashes = style.CURVES[number], style.DASHES[number]
    ax.errorbar(alphas, mean, error, color=color, ls=dashes, marker="osD"[number], lw=1.8, label=norm)
ax.set_xscale("log")
ax.set(xlabel="alpha", ylabel="root mean squared error, held-out rows")
ax.legend(frameon=False)
style.plain_axes(ax)
plt.show()

# %%
# Names of the features that the best model keeps.
names = pipeline[1].fit(data.X).get_feature_names_out(data.feature_names)
best = search.best_estimator_[-1]
print([str(name) for name in names[best.coef_ != 0]])
