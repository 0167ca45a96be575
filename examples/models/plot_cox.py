"""
Times to an event: hazard ratios
================================

For times of events the Cox model says by what factor a feature multiplies the hazard.
A time is negative where watching ended before the event.
With L1 few features keep a hazard ratio other than 1, and the prediction sorts people by risk.
"""

import matplotlib.pyplot as plt
import numpy as np

import normball as nb
from normball.displays import style

rng = np.random.default_rng(0)
n, names = 400, ("age", "smoker", "pressure", "weight", "pulse", "height", "sleep", "salt")
X = rng.normal(size=(n, len(names)))
risk = X @ [0.8, 0.6, 0.4, 0.0, 0.0, 0.0, -0.3, 0.0]
event = rng.exponential(np.exp(-risk))
end_of_watching = rng.uniform(0.2, 3.0, size=n)
seen = event <= end_of_watching
time = np.where(seen, event, -end_of_watching)

model = nb.RegressorCV(loss="cox", rule="one_se", n_alphas=30).fit(X, time)
ratios = np.exp(model.coef_)
print(f"{seen.sum()} events among {n} people, alpha {model.alpha_:.4f}")
print(model.quality())

# %%
# Hazard ratios a standard deviation of each feature. On the right people in three groups of predicted
# hazard: the share without an event as the model predicts it, and as it was observed.
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.3), layout="constrained")
order = np.argsort(ratios)
left.hlines(range(len(names)), 1, ratios[order], color=style.BALL, lw=2)
left.plot(ratios[order], range(len(names)), "o", color=style.BALL, ms=7)
left.axvline(1, color=style.QUIET, lw=1)
left.set_yticks(range(len(names)), [names[j] for j in order])
left.set_xlabel("hazard ratio a standard deviation")
style.plain_axes(left)
nb.SurvivalDisplay.from_estimator(model, ax=right)
plt.show()
