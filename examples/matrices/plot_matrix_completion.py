"""
Filling in what is missing
==========================

A table of ratings or readings is often nearly of low rank.
The matrix of least nuclear norm that fits the known entries fills in the others, along a path of prices
from rank zero upwards.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(0)
rows, columns = np.linspace(0, 1, 80)[:, None], np.linspace(0, 1, 120)[None]
truth = np.sin(6 * rows) * np.cos(4 * columns) + 0.7 * rows * columns + 0.4 * np.cos(9 * columns) * rows**2
known = rng.random(truth.shape) < 0.25
X = np.where(known, truth, np.nan)

model = nb.MatrixCompletion(verbose=False).fit(X)
filled = model.completed()
error = np.abs(filled - truth)[~known].max()
print(f"{100 * known.mean():.0f} % known, rank {model.rank_}, largest error elsewhere {error:.1e}")

# %%
figure, axes = plt.subplots(1, 3, figsize=(10.2, 2.9), layout="constrained")
for ax, part, title in zip(axes, (X, filled, truth), ("known", "filled in", "truth"), strict=True):
    shown = ax.imshow(part, cmap="cividis", vmin=truth.min(), vmax=truth.max(), aspect="auto")
    ax.set_title(title, fontsize=style.TITLE)
    ax.set(xticks=[], yticks=[])
figure.colorbar(shown, ax=axes)
plt.show()

# %%
# The path: rank and loss as the price falls.
ax = style.new_axes(size=(5.6, 3.6))
ax.step(model.alphas_, model.ranks_, where="mid", color=style.BALL, lw=2)
ax.set_xscale("log")
ax.invert_xaxis()
ax.set(xlabel="price of a unit of nuclear norm", ylabel="rank", ylim=(0, None))
ax.yaxis.get_major_locator().set_params(integer=True)
style.plain_axes(ax)
plt.show()
