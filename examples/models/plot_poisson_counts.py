"""
Counts: Poisson regression
==========================

Counts are modelled by the logarithm of their mean, so that predictions are positive and effects
multiply.
Here hourly counts follow a day's rhythm; L1 chooses among waves of many frequencies.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(5)
hour = np.arange(24 * 21)
angle = 2 * np.pi * hour / 24
mean = np.exp(1.6 + 0.9 * np.sin(angle - 2.0) + 0.5 * np.cos(2 * angle))
count = rng.poisson(mean)

waves = range(1, 11)
X = np.column_stack([wave(k * angle) for k in waves for wave in (np.sin, np.cos)])
names = [f"{wave} {k}" for k in waves for wave in ("sin", "cos")]
model = nb.RegressorCV(loss="poisson", rule="one_se").fit(X, count)
print("kept:", [name for name, value in zip(names, model.coef_, strict=True) if value != 0])
print(model.quality())

# %%
# Four days, the mean that made them, and the fit.
shown = slice(0, 96)
ax = style.new_axes(size=(8.0, 3.8))
ax.bar(hour[shown], count[shown], width=1.0, color=style.BALL, alpha=0.35, label="counts")
ax.plot(hour[shown], mean[shown], color=style.CONTACT, ls=":", lw=1.8, label="true mean")
ax.plot(hour[shown], model.predict(X)[shown], color=style.LEVEL_SET, lw=2, label="fit")
ax.set_xticks(range(0, 97, 12))
ax.set(xlabel="hour", ylabel="count an hour", xlim=(-1, 96))
ax.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.14))
style.plain_axes(ax)
plt.show()
