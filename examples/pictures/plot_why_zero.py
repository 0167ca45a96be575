"""
Why is this coefficient zero?
=============================

A unit of a coefficient lowers the loss by some amount and costs a price, alpha.
A coefficient is zero where the first unit of it would not pay.
How far it is from paying is its slack: how much harder the data would have to pull.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

data = nb.datasets.load_diabetes()
X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
problem = nb.Problem(X, data.y, feature_names=data.feature_names)
solution = problem.solve(alpha=nb.fraction(0.15))
print(solution)

# %%
# Bars show what the first unit of each coefficient would save. Those in the model save exactly the
# price; the distance of the others from the price is their slack.
reasons = [solution.why(name) for name in problem.feature_names]
order = np.argsort([reason.benefit + (reason.coef != 0) for reason in reasons])
ax = style.new_axes(size=(6.4, 4.2))
for place, j in enumerate(order):
    reason = reasons[j]
    chosen = reason.coef != 0
    ax.barh(place, reason.benefit, height=0.6, color=style.BALL if chosen else style.GHOST)
    if not chosen:
        ax.plot([reason.benefit, reason.price], [place, place], color=style.QUIET, lw=1, ls=":")
        ax.text(1.015 * reason.price, place, f"slack {reason.slack:.2f}", va="center", fontsize=style.SMALL)
ax.axvline(solution.alpha, color=style.CONTACT, ls="--")
ax.text(1.015 * solution.alpha, len(order) - 1, "price alpha", va="center", fontsize=style.NORMAL)
ax.set_xlim(0, 1.2 * solution.alpha)
ax.set_yticks(range(len(order)), [problem.feature_names[j] for j in order])
ax.set_xlabel("loss saved by the first unit, per unit of the standardised coefficient")
style.plain_axes(ax)
plt.show()

# %%
# The same in words, and in the picture: the zero that is nearest to entering, and the largest coefficient.
for name in ("age", "bmi"):
    print(solution.why(name))
nb.ContactDisplay.from_solution(solution).plot()
plt.show()
