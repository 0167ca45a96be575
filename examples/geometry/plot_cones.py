"""
What a signal costs with each norm
==================================

The fewer directions lower the norm at a signal, the fewer measurements find it.
The size of that cone of directions is its statistical dimension, and about so many random equations are
needed.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.geometry import statistical_dimension

p = 60
sparsities = np.arange(4, p, 8)
norms = {"L1": "l1", "SLOPE": "sorted_l1", "LInf": "linf"}
nb.ConeDisplay.from_norms(norms, p, sparsities, trials=60).plot()
plt.show()

# %%
# For LInf the degrees of freedom are coefficients below the largest size. Twenty coefficients that are not
# zero cost less if they fill four groups of five than if they stand anywhere.
groups = nb.norms.GroupL2([list(range(5 * g, 5 * (g + 1))) for g in range(p // 5)])
print(f"anywhere: {statistical_dimension('l1', p, 20).value:.1f} of {p} equations")
print(f"in groups: {statistical_dimension(groups, p, 4).value:.1f} of {p} equations")
