// A Python program that reproduces the state of the page with normball.
import { direction, pictureSamples } from "./geometry/losses.js";

const NORMS = {
  l1: (s) => { const w = weights(s); return w.every((x) => x === 1) ? "nb.norms.L1()" : `nb.norms.L1(weights=${JSON.stringify(w)})`; },
  l2: () => "nb.norms.L2()", linf: () => "nb.norms.LInf()", squared_l2: () => "nb.norms.SquaredL2()",
  lp: (s) => (s.p === 1 || (s.dims === 3 && s.p < 1) ? "nb.norms.L1()" : s.p === 2 ? "nb.norms.L2()" : `nb.norms.Lp(${s.p})`),
  elastic_net: (s) => `nb.norms.ElasticNet(${s.l1_ratio})`,
  sorted_l1: (s) => `nb.norms.SortedL1(weights=${JSON.stringify([1, s.slope, s.slope ** 2].slice(0, s.dims))})`,
  group_l2: (s) => `nb.norms.GroupL2(${JSON.stringify({ "12|3": [[0, 1], [2]], "1|23": [[0], [1, 2]], 123: [[0, 1, 2]], "1|2|3": [[0], [1], [2]] }[s.groups].map((g) => g.filter((i) => i < s.dims)).filter((g) => g.length))})`,
};
const LOSSES = {
  equation: () => "nb.losses.SquaredError()", squared_error: () => "nb.losses.SquaredError()", huber: (s) => `nb.losses.Huber(${s.delta})`, logistic: () => "nb.losses.Logistic()",
  poisson: () => "nb.losses.Poisson()", gamma: () => "nb.losses.Gamma()", tweedie: (s) => `nb.losses.Tweedie(${s.power})`, quantile: (s) => `nb.losses.Quantile(${s.quantile})`,
};
const weights = (s) => [s.weight1, s.weight2, s.weight3].slice(0, s.dims);

/** The program; `dials` are the levels now, for a form whose dial is not written in the state. */
export function snippet(state, form, level) {
  const rows = state.loss === "equation" ? [{ x: direction(state.angle, state.tilt, state.dims), y: state.offset, weight: 1 }] : pictureSamples(state);
  const list = (values) => `[${values.join(", ")}]`;
  const weighted = rows.some((r) => r.weight !== rows[0].weight);
  return [
    "import numpy as np",
    "",
    "import normball as nb",
    "",
    `X = np.array([${rows.map((r) => list(r.x)).join(", ")}])`,
    `y = np.array(${list(rows.map((r) => r.y))})`,
    ...(weighted ? [`sample_weight = np.array(${list(rows.map((r) => r.weight))})`] : []),
    `problem = nb.Problem(X, y, loss=${LOSSES[state.loss](state)}, norm=${NORMS[state.norm](state)}, fit_intercept=False${weighted ? ", sample_weight=sample_weight" : ""})`,
    `solution = problem.solve(${form}=${level})`,
    "print(solution)",
    'print("coefficients:", solution.coef.tolist())',
    "",
  ].join("\n");
}
