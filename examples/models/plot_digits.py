"""
Ten digits
==========

With more than two classes ``nb.ClassifierCV`` fits multinomial regression, one vector of weights a class.
With L1 most pixels have no weight for most digits.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import normball as nb
from normball.displays import style

digits = load_digits()
X, y = digits.data / 16, digits.target
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=0, stratify=y)
model = nb.Classifier(alpha=0.001).fit(X_train, y_train)
print(f"{100 * model.score(X_test, y_test):.1f} % of {len(y_test)} unseen digits are right")
print(f"{(model.coef_ == 0).sum()} of {model.coef_.size} weights are zero, gap {model.gap_:.1e}")

# %%
# The weights of each digit: ink on orange speaks against it, ink on purple for it.
largest = np.abs(model.coef_).max()
figure, axes = plt.subplots(2, 5, figsize=(8.4, 3.8), layout="constrained")
for digit, ax in enumerate(axes.flat):
    weights = model.coef_[digit].reshape(8, 8)
    shown = ax.imshow(weights, cmap="PuOr", vmin=-largest, vmax=largest)
    ax.set_title(f"{digit}", fontsize=style.TITLE)
    ax.set(xticks=[], yticks=[])
figure.colorbar(shown, ax=axes, label="weight", shrink=0.8)
plt.show()

# %%
# Which digits are taken for which: rows are true, columns predicted.
table = np.zeros((10, 10), dtype=int)
np.add.at(table, (y_test, model.predict(X_test)), 1)
print(table)
