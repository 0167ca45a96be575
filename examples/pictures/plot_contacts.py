"""
The contact with each norm
==========================

The same data, the same budget, six norms.
The level sets do not change from panel to panel; what the ball's boundary looks like where they touch it
decides which coefficients are zero, equal, or neither.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import contact_row

X = np.array([[0.9, 0.9], [1.5, 0.5], [-0.1, 0.9]])
y = np.array([1.0, 2.1, 0.7])
problem = nb.Problem(X, y, fit_intercept=False, feature_names=("a", "b"))

norms = [
    nb.norms.L1(),
    nb.norms.ElasticNet(0.5),
    nb.norms.SortedL1(weights=np.array([1.0, 0.3])),
    nb.norms.L2(),
    nb.norms.Lp(4),
    nb.norms.LInf(),
]
figure, axes = plt.subplots(2, 3, figsize=(10.5, 7.4), layout="constrained")
displays = contact_row(problem, norms, budget=0.7, axes=list(axes.flat), ticks=False)
plt.show()

# %%
# The same in words and numbers.
for display in displays:
    solution = display.solution
    print(f"{solution.problem.norm.title:>16}: {solution.coef.round(4)}  {solution.contact.sentence}")
