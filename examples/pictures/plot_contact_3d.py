"""
The contact in three dimensions
===============================

With three coefficients the diamond becomes an octahedron: six corners with two zeros, twelve edges with
one.
The same ellipsoids touch it at an edge or a corner, and the ball of L2 with its round side.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb

rng = np.random.default_rng(4)
X = rng.normal(size=(60, 3))
y = X @ [1.2, 0.1, 0.5] + 0.5 * rng.normal(size=60)
problem = nb.Problem(X, y, fit_intercept=False, feature_names=("a", "b", "c"))

figure = plt.figure(figsize=(10.5, 4.0), layout="constrained")
for place, norm in enumerate(("l1", "linf", "l2"), start=1):
    solution = problem.with_norm(norm).solve(budget=0.6)
    ax = figure.add_subplot(1, 3, place, projection="3d")
    nb.Contact3DDisplay.from_solution(solution).plot(ax)
    print(f"{solution.problem.norm.title}: {solution.coef.round(4)}. {solution.contact.sentence}")
plt.show()

# sphinx_gallery_thumbnail_number = 2
# %%
# A larger octahedron is touched at an edge: a second coefficient enters.
solution = problem.solve(budget=1.2)
print(solution.coef.round(4), solution.contact.sentence)
nb.Contact3DDisplay.from_solution(solution).plot(tangent=True, title="A larger ball")
plt.show()
