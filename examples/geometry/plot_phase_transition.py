"""
The phase transition
====================

A sparse signal is to be found from a few random equations, by least L1 norm.
Below a certain number of equations this fails nearly always, above it succeeds nearly always, and theory
says where.
Each cell is an experiment; the line is computed from the size of a cone.
"""

import matplotlib.pyplot as plt

import normball as nb
from normball.geometry import measurements_needed, phase_transition

p = 40
transition = phase_transition(
    p, measurements=range(2, p + 1, 2), sparsities=range(1, p, 3), trials=20, verbose=False
)
nb.PhaseTransitionDisplay.from_transition(transition).plot()
plt.show()

# %%
# How many equations a signal costs.
for sparsity in (1, 5, 10, 20):
    even = measurements_needed("l1", p, sparsity)
    sure = measurements_needed("l1", p, sparsity, 0.95)
    print(f"{sparsity:>2} of {p} not zero: {even} equations for even odds, {sure} for 95 %")
