"""
The price of noise
==================

A higher price keeps more noise out and shrinks the signal more.
The best price depends on how many coefficients are not zero; the universal one knows nothing about that
and keeps all noise out.
"""

import matplotlib.pyplot as plt

from normball.displays import NoiseDisplay
from normball.geometry import minimax_alpha, universal_alpha

NoiseDisplay.from_sparsities(1000, (1, 10, 100)).plot()
plt.show()

# %%
# The same as alphas, for 100 rows, 1,000 columns of mean square 1, and noise of deviation 1.
n, p = 100, 1000
print(f"universal: {universal_alpha(n, p):.3f}")
print(f"all noise kept out with even odds: {universal_alpha(n, p, probability=0.5):.3f}")
for sparsity in (1, 10, 100):
    print(f"least risk in the worst case, {sparsity} not zero: {minimax_alpha(n, p, sparsity):.3f}")
