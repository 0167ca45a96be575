"""
A picture to take hold of
=========================

``nb.explore`` makes the picture of ball and level set live: drag the ellipse, the ball or the budget and
see where they touch.
In a notebook it is a widget, and ``save`` writes one file that works offline.
The page below is that file.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import normball as nb

data = nb.datasets.load_diabetes()
X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
problem = nb.Problem(X, data.y, feature_names=data.feature_names)
explorer = nb.explore(problem, features=("bmi", "s5"))
file = explorer.save(Path(tempfile.mkdtemp()) / "diabetes.html")
print(f"one file of {file.stat().st_size / 1000:.0f} kB")

# %%
# The same two features as a still picture, at half the price at which the first one enters.
solution = problem.solve(alpha=nb.fraction(0.5))
nb.ContactDisplay.from_solution(solution, features=("bmi", "s5")).plot()
plt.show()

# %%
# And live: two features of the model, the others re-fitted along the path.
explorer
