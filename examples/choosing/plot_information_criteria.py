"""
Information criteria along the path
===================================

AIC, BIC and EBIC score a fit by its likelihood and a price on its degrees of freedom, without held-out
rows.
BIC prefers shorter models than AIC; EBIC also counts how many models of the same size there are.
"""

import matplotlib.pyplot as plt

import normball as nb
from normball.displays import style

data, truth = nb.datasets.make_regression(n_samples=150, n_features=40, n_informative=6, noise=4.0)
problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)
criteria = nb.inference.criteria(problem.path())
print(criteria)

# %%
# Each curve is drawn from its own least value.
table = criteria.table()
ax = style.new_axes(size=(6.4, 4.0))
for number, name in enumerate(("aic", "bic", "ebic")):
    values = table[name] - table[name].min()
    color = style.CURVES[number]
    ax.plot(table["alpha"], values, color=color, ls=style.DASHES[number], lw=2, label=name.upper())
    lowest = values.argmin()
    ax.plot(table["alpha"][lowest], 0, "osD"[number], color=color, ms=8, clip_on=False, zorder=5)
ax.set_xscale("log")
ax.invert_xaxis()
ax.set_ylim(0, 120)
ax.set_xlabel("alpha (weaker regularisation to the right)")
ax.set_ylabel("criterion above its least value")
ax.legend(frameon=False)
style.plain_axes(ax)
plt.show()

# %%
# How many of the chosen features are among those that the data were made with.
for name in ("aic", "bic", "ebic"):
    chosen = criteria.best(name).support
    print(
        f"{name:>4}: {len(chosen)} features, {(truth[chosen] != 0).sum()} of {(truth != 0).sum()} true ones"
    )
