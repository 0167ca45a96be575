"""
A line touches the diamond and the circle
=========================================

One equation in two unknowns has a line of solutions.
The smallest diamond that reaches the line touches it with a corner: one coefficient is zero.
The smallest circle touches it with its round side: no coefficient is zero.
Both contacts are computed, not drawn by hand.
"""

import matplotlib.pyplot as plt

from normball.displays import classic_line, line_contact

displays = classic_line()
plt.show()

# %%
# Each display keeps the solution that it shows, with its proof.
for display in displays:
    solution = display.solution
    print(solution.problem.norm.title, solution.coef, solution.contact.sentence)

# %%
# Any line and any norm: the square prefers coefficients of equal size.
line_contact((1.0, 0.6), 1.5, norms=("l1", "l2", "linf"))
plt.show()
