"""
A path guaranteed between its points
====================================

A path is computed at some alphas, and read between them by interpolation.
``path.bound(alpha)`` says how far from optimal the interpolation can be, and ``guarantee`` places alphas
so that this holds everywhere.
Even spacing spends points where nothing happens and misses where something does.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

data = nb.datasets.load_diabetes()
X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
problem = nb.Problem(X, data.y, loss=nb.losses.Huber(delta=40.0), feature_names=data.feature_names)
guarantee = 1e-4
safe = problem.path(eps=0.01, guarantee=guarantee)
even = problem.path(eps=0.01, n_alphas=len(safe.alphas))
print(f"{len(safe.alphas)} alphas keep the gap below {guarantee:g} everywhere")

# %%
alphas = np.geomspace(safe.alphas[0], safe.alphas[-1], 600)
alphas = alphas.clip(max(safe.alphas[-1], even.alphas[-1]), min(safe.alphas[0], even.alphas[0]))
ax = style.new_axes(size=(6.6, 4.0))
for path, label, color, dashes in (
    (even, "evenly spaced alphas", style.LEVEL_SET, style.DASHES[2]),
    (safe, "alphas placed by the guarantee", style.BALL, style.DASHES[0]),
):
    bounds = np.maximum(path.bound(alphas), 1e-9)
    ax.plot(alphas, bounds, color=color, ls=dashes, lw=1.6, label=label)
    print(f"{label}: largest bound {bounds.max():.2e}")
ax.axhline(guarantee, color=style.CONTACT, lw=1, ls="--")
ax.text(alphas[-1], 1.15 * guarantee, "guarantee", ha="right", va="bottom", fontsize=style.SMALL)
ax.set(xscale="log", yscale="log", ylim=(1e-7, 1e-2))
ax.invert_xaxis()
ax.set_xlabel("alpha (weaker regularisation to the right)")
ax.set_ylabel("bound on the relative gap")
ax.legend(frameon=False, loc="upper right")
style.plain_axes(ax)
plt.show()
