"""
Which corner catches the sphere
===============================

Spheres around a far point touch the ball of L1 at a corner, those around a near point at an edge or
further inside.
How often each happens is computed exactly, in any dimension.
"""

import matplotlib.pyplot as plt

import normball as nb
from normball.displays import NormalConesDisplay
from normball.geometry import face_shares

figure, axes = plt.subplots(1, 2, figsize=(10.0, 4.8), layout="constrained")
for ax, p in zip(axes, (3, 100), strict=True):
    nb.FaceSharesDisplay.from_norm("l1", p).plot(ax)
plt.show()

# %%
# From ten radii away.
for p in (2, 3, 10, 100):
    shares = face_shares("l1", p, 10 / p**0.5).shares
    print(f"p = {p:>3}: corner {100 * shares[0]:.1f} %, edge {100 * shares[1]:.1f} %")

# %%
# A corner of the diamond catches a large share of all directions, one of the cube hardly any, since the cube
# has so many.
NormalConesDisplay.from_norms(20).plot()
plt.show()
