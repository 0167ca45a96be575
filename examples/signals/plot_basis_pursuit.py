"""
A signal of spikes from few measurements
========================================

Fewer random mixtures than values cannot determine the values, unless most of them are zero.
Among all signals that agree with the measurements, that of least L1 norm is the true one; that of least
squares spreads over everything.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style
from normball.geometry import measurements_needed

rng = np.random.default_rng(1)
p, m, n_spikes = 200, 60, 9
signal = np.zeros(p)
places = rng.choice(p, n_spikes, replace=False)
signal[places] = rng.choice([-1, 1], n_spikes) * rng.uniform(0.5, 1.5, n_spikes)
A = rng.normal(size=(m, p))
b = A @ signal

# %%
# A target of zero asks for the least norm among all perfect fits: basis pursuit for L1.
problem = nb.Problem(A, b, fit_intercept=False)
pursuit = problem.solve(target=0.0)
squares = problem.with_norm("l2").solve(target=0.0)
print(f"theory asks for {measurements_needed('l1', p, n_spikes, 0.95)} measurements, here are {m}")
print(f"L1: largest error {np.abs(pursuit.coef - signal).max():.1e}, {len(pursuit.support)} spikes")
print(f"L2: largest error {np.abs(squares.coef - signal).max():.1e}, {len(squares.support)} values not zero")

# %%
figure, axes = plt.subplots(3, 1, figsize=(8.2, 5.4), layout="constrained", sharex=True, sharey=True)
rows = (
    ("signal", signal, style.CONTACT),
    ("least L1 norm", pursuit.coef, style.BALL),
    ("least L2 norm", squares.coef, style.LEVEL_SET),
)
for ax, (title, values, color) in zip(axes, rows, strict=True):
    ax.vlines(np.arange(p), 0, values, color=color, lw=1.6)
    ax.axhline(0, color=style.QUIET, lw=0.6)
    ax.set_title(title, fontsize=style.TITLE, loc="left")
    style.plain_axes(ax)
axes[-1].set_xlabel("place")
plt.show()
