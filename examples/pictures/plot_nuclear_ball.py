"""
The nuclear norm has rims
=========================

The nuclear norm of a matrix is the sum of its singular values.
For symmetric matrices of size two its ball is a cylinder, and the matrices of rank one are its two rims.
Spheres around a target touch a rim for the same reason as ellipses touch a corner of the diamond.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb

targets = {
    "a target beside a rim": np.array([[1.6, 0.5], [0.5, 0.3]]),
    "a target beside the side": np.array([[0.9, 0.2], [0.2, -0.8]]),
}
figure = plt.figure(figsize=(8.2, 3.9), layout="constrained")
for place, (title, target) in enumerate(targets.items(), start=1):
    ax = figure.add_subplot(1, 2, place, projection="3d")
    display = nb.NuclearBallDisplay.from_matrix(target)
    display.plot(ax, title=title)
    values = np.linalg.svd(display.contact, compute_uv=False)
    print(f"{title}: contact of rank {display.rank}, singular values {values.round(4)}")
plt.show()
