// The reader's own data: two features of a fitted path, the others as the path has them.
import { makePicture } from "./geometry/forms.js";
import { quadratic, sampled } from "./geometry/losses.js";
import { normOf, onBoundary } from "./geometry/norms.js";
import { dot, largest, plus, solve, times } from "./geometry/vectors.js";

/** What two features may cost when the others cost what they cost: R(pair) <= left. */
const SLICES = {
  l1: (params, pair) => ({
    norm: normOf({ norm: "l1", dims: 2, weight1: params.weights ? params.weights[pair[0]] : 1, weight2: params.weights ? params.weights[pair[1]] : 1 }),
    cost: (w, i) => (params.weights ? params.weights[i] : 1) * Math.abs(w), join: (total, rest) => total - rest,
  }),
  elastic_net: (params) => ({
    norm: normOf({ norm: "elastic_net", dims: 2, l1_ratio: params.l1_ratio }),
    cost: (w) => params.l1_ratio * Math.abs(w) + ((1 - params.l1_ratio) / 2) * w * w, join: (total, rest) => total - rest,
  }),
  squared_l2: () => ({ norm: normOf({ norm: "squared_l2", dims: 2 }), cost: (w) => (w * w) / 2, join: (total, rest) => total - rest }),
  l2: () => ({ norm: normOf({ norm: "l2", dims: 2 }), cost: (w) => w * w, join: (total, rest) => Math.sqrt(Math.max(total * total - rest, 0)) }),
  linf: () => ({ norm: normOf({ norm: "linf", dims: 2 }), cost: () => 0, join: (total) => total }),
  lp: (params) => ({
    norm: normOf({ norm: "lp", dims: 2, p: params.p }), cost: (w) => Math.abs(w) ** params.p,
    join: (total, rest) => Math.max(total ** params.p - rest, 0) ** (1 / params.p),
  }),
};

/** Whether the page can draw this model, or a sentence why not. */
export function notDrawn(data) {
  if (!SLICES[data.norm]) return `The slice of the ${data.norm} ball through two features depends on all others; ContactDisplay.from_solution draws it.`;
  if (!data.quadratic && !data.samples) return data.note || "The data are too large to draw in the page; ContactDisplay.from_solution draws them.";
  return null;
}

const decoded = new WeakMap();

/** Columns of the data (features x samples), decoded once. */
function columns(samples) {
  if (!decoded.has(samples)) {
    const bytes = Uint8Array.from(atob(samples.columns), (c) => c.charCodeAt(0));
    decoded.set(samples, new Float64Array(bytes.buffer));
  }
  return decoded.get(samples);
}

function pairLoss(data, pair, others, intercept) {
  if (data.quadratic) {
    const { gram, cross, constant } = data.quadratic;
    const pulled = pair.map((i) => cross[i] - dot(gram[i], others));
    const rest = constant - dot(cross, others) + 0.5 * dot(others, gram.map((row) => dot(row, others)));
    const G = pair.map((i) => pair.map((j) => gram[i][j]));
    const jitter = 1e-12 * Math.max(G[0][0], G[1][1], 1e-300);
    const optimum = solve(G, pulled) || solve([[G[0][0] + jitter, G[0][1]], [G[1][0], G[1][1] + jitter]], pulled) || [0, 0];
    return quadratic(G, pulled, rest, optimum);
  }
  const X = columns(data.samples), n = data.samples.y.length;
  const used = others.map((w, i) => [w, i]).filter(([w]) => w);
  const rows = data.samples.y.map((y, k) => ({
    x: pair.map((i) => X[i * n + k]), y, weight: data.samples.weights ? data.samples.weights[k] : 1,
    offset: used.reduce((sum, [w, i]) => sum + w * X[i * n + k], intercept),
  }));
  const raw = sampled(data.loss, data.loss_params || {}, rows);
  return sampled(data.loss, data.loss_params || {}, rows, best(raw, pair.map(() => 0)));
}

/** Unconstrained optimum of two features by damped Newton steps; stops where there is none. */
function best(loss, start) {
  let w = start, value = loss.value(w);
  for (let k = 0; k < 60; k++) {
    const H = loss.hessian(w), g = loss.gradient(w);
    const ridge = 1e-9 * (H[0][0] + H[1][1]) + 1e-12;
    const step = solve([[H[0][0] + ridge, H[0][1]], [H[1][0], H[1][1] + ridge]], times(g, -1));
    if (!step) return w;
    let s = 1;
    while (s > 1e-8 && !(loss.value(plus(w, step, s)) < value)) s *= 0.5;
    if (s <= 1e-8 || largest(w) > 1e6) return w;
    w = plus(w, step, s);
    value = loss.value(w);
  }
  return w;
}

export function ownScene(data, { a, b, step, refit }) {
  if (notDrawn(data)) return null;
  const count = data.features.length;
  const pair = [Math.min(a, count - 1), Math.min(b, count - 1)];
  if (pair[0] === pair[1]) pair[1] = pair[0] === 0 ? Math.min(1, count - 1) : 0;
  const steps = data.path.alphas.length;
  const at = Math.min(step, steps - 1);
  const anchor = refit ? at : Math.min(data.start, steps - 1);
  const all = data.path.coefs[anchor];
  const without = (coefs) => coefs.map((w, i) => (pair.includes(i) ? 0 : w));
  const others = without(all);
  const slice = SLICES[data.norm](data.norm_params || {}, pair);
  const spent = (coefs) => coefs.reduce((sum, w, i) => sum + (w ? slice.cost(w, i) : 0), 0);
  const rest = spent(others);
  // what is left for the two at each place of the path
  const sizes = data.path.coefs.map((w, k) => Math.max(slice.join(data.path.norms[k], refit ? spent(without(w)) : rest), 0));
  const loss = pairLoss(data, pair, others, (data.path.intercepts || [])[anchor] || 0);
  const picture = makePicture(loss, slice.norm, 2);
  const t = sizes[at];
  const shown = data.path.coefs.map((w) => pair.map((i) => w[i]));
  const reach = Math.max(largest(shown[steps - 1]), ...shown.map(largest), 1e-12);
  const trail = refit ? shown.map((w) => ({ w })) : null;
  const optimum = loss.optimum;
  const widest = largest(slice.norm.separators().map((u) => largest(onBoundary(slice.norm, u, t || 1e-12))));
  // the whole path where the others follow it; else what is on the stage now
  const extent = refit ? 1.25 * Math.max(reach, Math.min(largest(optimum), 3 * reach), Math.min(widest, 4 * reach))
    : 1.3 * Math.min(Math.max(largest(optimum), widest), 3 * Math.max(widest, 0.2 * reach), 4 * reach);
  return { picture, t, extent, pair, at, rest, sizes, names: pair.map((i) => data.features[i]), held: !refit, kept: data.path.coefs[at].filter((w) => w !== 0).length, count: data.n_features, trail, coef: pair.map((i) => data.path.coefs[at][i]), price: data.path.alphas[at], prices: data.path.alphas, shown, frontier: data.path.norms.map((size, k) => [size, data.path.losses[k]]) };
}
