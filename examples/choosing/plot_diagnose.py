"""
Will a sparse model work on these data?
=======================================

``nb.diagnose`` looks at a table before anyone trusts a choice of features: how many would be kept by
chance, which columns stand in for each other, and whether there are enough rows.
It says what to do, the most useful first.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb

rng = np.random.default_rng(1)
X = rng.normal(size=(120, 30))
X[:, 1] = X[:, 0] + 0.15 * rng.normal(size=120)
y = X[:, 0] + 0.5 * X[:, 5] - 0.7 * X[:, 9] + rng.normal(size=120)

diagnosis = nb.diagnose(X, y, feature_names=[f"x{j}" for j in range(30)])
print(diagnosis)

# %%
# On the left the two columns that are hardest to tell apart: their ellipse lies nearly parallel to the
# side of the square, so that a touch of noise decides which corner it meets.
nb.DiagnosisDisplay.from_diagnosis(diagnosis).plot()
plt.show()
