"""
Ellipses around the best fit
============================

Points of equal squared error lie on ellipses around the least-squares estimate.
The lasso is where the smallest ellipse that reaches the diamond touches it; ridge regression is where
it touches the circle.
This is figure 2 of Tibshirani (1996), solved from three rows of data.
"""

import matplotlib.pyplot as plt

from normball.displays import classic_ellipse

displays = classic_ellipse()
plt.show()

# %%
# The green cone holds all directions from which an ellipse could arrive and still touch the same corner.
# The circle has one direction at each point, so nothing is held at zero.
for display in displays:
    solution = display.solution
    print(f"{solution.problem.norm.title}: {solution.coef.round(4)}, {solution.n_zeros} of 2 are zero")
