"""
Background and people: robust PCA
=================================

The frames of a still camera are nearly the same background again and again, a matrix of low rank, and the
people who walk by are few pixels.
Robust PCA takes a film apart into the two, with a duality gap that says how good the split is.
"""

import matplotlib.pyplot as plt

import normball as nb
from normball.displays import style

film = nb.datasets.load_pedestrians()[::4]
frames = film.reshape(len(film), -1) / 255
model = nb.RobustPCA(tol=2e-2, verbose=False).fit(frames)
zeros = 100 * (model.sparse_ == 0).mean()
print(f"{len(film)} frames, visible rank {model.visible_rank_}, {zeros:.0f} % of the sparse part is zero")
print(f"relative duality gap {model.gap_:.1e}")

# %%
titles = ("film", "background (low rank)", "people (sparse)")
figure, axes = plt.subplots(2, 3, figsize=(9.4, 5.0), layout="constrained")
for ax, title in zip(axes[0], titles, strict=True):
    ax.set_title(title, fontsize=style.TITLE)
for row, frame in zip(axes, (5, 40), strict=True):
    parts = frames[frame], model.low_rank_[frame], abs(model.sparse_[frame])
    for ax, part in zip(row, parts, strict=True):
        ax.imshow(part.reshape(film.shape[1:]), cmap="gray", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
plt.show()
