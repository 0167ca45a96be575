"""
Cross-validation: the best alpha and the shortest good model
============================================================

Each fold fits a whole path to its training rows and is judged on the rows that it did not see.
``rule="min"`` takes the alpha of the least error, ``rule="one_se"`` the largest alpha within one standard
error of it: fewer features for nearly the same error.
"""

import matplotlib.pyplot as plt

import normball as nb

data, truth = nb.datasets.make_regression(
    n_samples=120, n_features=60, n_informative=8, correlation=0.4, noise=3.0
)
best = nb.RegressorCV(rule="min").fit(data.X, data.y)
short = nb.RegressorCV(rule="one_se").fit(data.X, data.y)

nb.CVDisplay.from_estimator(best)
plt.show()

# %%
# The short model keeps fewer features that have no effect.
for name, model in (("min", best), ("one_se", short)):
    chosen, real = model.coef_ != 0, truth != 0
    print(f"{name:>6}: alpha {model.alpha_:.3f}, {chosen.sum()} features")
    print(f"        {(chosen & real).sum()} of the {real.sum()} that matter are among them")

# %%
# How well each predicts rows that its folds had not seen.
print(best.quality())
print(short.quality())
