"""
Prices and the frontier
=======================

A larger ball buys a smaller loss.
The best pairs of norm and loss form a curve, the frontier, and its slope is minus the price alpha.
A price, a budget and a target are three ways to name the same point of it.
"""

import matplotlib.pyplot as plt

import normball as nb

data = nb.datasets.load_diabetes()
X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
problem = nb.Problem(X, data.y, feature_names=data.feature_names)
path = problem.path()

point = path.at(budget=60.0)
nb.FrontierDisplay.from_path(path, at=point).plot(title="Diabetes: what a larger ball buys")
plt.show()

# %%
# Three questions, one answer.
by_price = problem.solve(alpha=point.alpha)
by_target = problem.solve(target=point.loss)
for solution in (point, by_price, by_target):
    print(f"norm {solution.norm:.6f}  loss {solution.loss:.6f}  price {solution.alpha:.6f}")

# %%
# What one more unit of norm buys falls as the ball grows.
for budget in (5, 20, 60, 100):
    print(f"budget {budget:>3}: the next unit of norm lowers the loss by {path.at(budget=budget).alpha:.3f}")
