"""
Elastic net and correlated features
===================================

Of several features that carry the same signal the lasso keeps one, and which one depends on the noise.
The elastic net adds a round part to the ball, and shares the effect among them.
Both are fitted to fifty fresh samples here, and the choices of the elastic net repeat.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(13)
n, p, n_samples = 60, 12, 50
norms = {"lasso": nb.norms.L1(), "elastic net": nb.norms.ElasticNet(0.5)}
coefs = {name: np.zeros((n_samples, p)) for name in norms}
for sample in range(n_samples):
    shared = rng.normal(size=n)
    X = rng.normal(size=(n, p))
    X[:, :4] = shared[:, None] + 0.1 * rng.normal(size=(n, 4))
    y = 2 * shared + rng.normal(size=n)
    for name, norm in norms.items():
        coefs[name][sample] = nb.Problem(X, y, norm=norm).solve(alpha=nb.fraction(0.2)).coef

for name, values in coefs.items():
    kept = (values[:, :4] != 0).sum(axis=1)
    print(f"{name}: keeps {kept.mean():.1f} of the 4 features that share the signal")

# %%
# A row a feature, a column a sample: the first four rows share one signal.
figure, axes = plt.subplots(1, 2, figsize=(10.0, 3.6), layout="constrained", sharey=True)
largest = max(np.abs(values).max() for values in coefs.values())
for ax, (name, values) in zip(axes, coefs.items(), strict=True):
    shown = ax.imshow(values.T, cmap="PuOr", vmin=-largest, vmax=largest, aspect="auto")
    ax.axhline(3.5, color=style.CONTACT, lw=1)
    ax.set_title(name, fontsize=style.TITLE)
    ax.set_xlabel("sample")
axes[0].set_yticks(range(p), [f"x{j}" for j in range(p)])
figure.colorbar(shown, ax=axes, label="coefficient")
plt.show()
