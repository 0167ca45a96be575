"""
The ball of each norm
=====================

A ball holds all weights of norm at most one.
Where it has a corner or an edge, coefficients are zero, or equal; where it is round, none is.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb

# %%
# Nine norms side by side. What does not fit two coefficients is drawn in space.
nb.plot_balls()
plt.show()

# %%
# Weights change the shape: a price of 2 on the first coefficient halves the ball along its axis, and
# sorted weights cut the corners of the diamond, so that there are corners where coefficients are equal.
nb.plot_balls(
    {
        "L1 with prices 2 and 1": nb.norms.L1(weights=np.array([2.0, 1.0])),
        "L1 in three dimensions": nb.norms.L1(weights=np.ones(3)),
        "SLOPE in three dimensions": nb.norms.SortedL1(weights=np.array([1.0, 0.7, 0.4])),
    }
)
plt.show()
