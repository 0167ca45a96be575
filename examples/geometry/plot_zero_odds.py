"""
How many coefficients are zero?
===============================

A random ellipse touches the diamond of the plane at a corner now and then; the more coefficients there are,
the surer some of them are zero.
With the round ball of L2 no coefficient is zero, in any dimension.
Odds are exact where the law is known, and else counted, with intervals.
"""

import matplotlib.pyplot as plt

import normball as nb
from normball.displays import style
from normball.geometry import GaussianDesign, OrthonormalDesign, RotatedEllipse, zero_odds

sizes, trials = (2, 5, 10, 20, 50, 100), (150, 100, 80, 60, 30, 20)
norms = {"L1": "l1", "elastic net": nb.norms.ElasticNet(0.5), "L2": "l2"}
# L2 has no zeros, ever: a few level sets will do
odds = {
    name: [
        zero_odds(norm, p, RotatedEllipse(), trials=n if name != "L2" else 10)
        for p, n in zip(sizes, trials, strict=True)
    ]
    for name, norm in norms.items()
}

# %%
# Ellipses with random axes around a centre outside the ball.
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9), layout="constrained")
for number, (name, laws) in enumerate(odds.items()):
    look = {"color": style.CURVES[number], "ls": style.DASHES[number], "marker": "osD"[number], "lw": 2}
    left.plot(sizes, [law.at_least_one for law in laws], label=name, **look)
    right.plot(sizes, [law.mean / p for law, p in zip(laws, sizes, strict=True)], **look)
    print(f"{name}: some zero", {p: round(law.at_least_one, 2) for law, p in zip(laws, sizes, strict=True)})
for ax, label in ((left, "odds that some coefficient is zero"), (right, "mean share of zeros")):
    ax.set_xscale("log")
    ax.set_xticks(sizes, [str(p) for p in sizes])
    ax.minorticks_off()
    ax.set(xlabel="number of coefficients p", ylabel=label, ylim=(-0.03, None))
    style.plain_axes(ax)
left.legend(frameon=False)
plt.show()

# sphinx_gallery_thumbnail_number = 2
# %%
# The whole law for twenty features without any effect: exact for orthogonal columns, counted for others.
laws = {
    "orthogonal columns": zero_odds("l1", 20, OrthonormalDesign(100, alpha=0.1)),
    "correlation 0.9": zero_odds("l1", 20, GaussianDesign(100, alpha=0.1, correlation=0.9), trials=400),
}
nb.ZeroOddsDisplay.from_odds(laws).plot(title="L1: zeros among twenty coefficients")
plt.show()
