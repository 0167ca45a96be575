// Two features of a few rows: the loss as a function of two weights, its path, its errors elsewhere.
//
// Columns are standardised on the rows that are learned from. Squared error needs moments only:
// f(w) = (w - c)'G(w - c) / 2 + rest, G = Z'Z / n, and another set of rows has a quadratic of its own.
import { makePicture, contact } from "./forms.js";
import { quadratic, sampled } from "./losses.js";
import { normOf } from "./norms.js";
import { apply, inverse } from "./map.js";
import { dot, plus, solve, times } from "./vectors.js";

export const DIAMOND = normOf({ norm: "l1", dims: 2, weight1: 1, weight2: 1 });
export const CIRCLE = normOf({ norm: "l2", dims: 2 });

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const sizeOf = (w) => Math.abs(w[0]) + Math.abs(w[1]);

/** Means and deviations of the two columns of rows [x1, x2, y]. */
function scaleOf(rows) {
  const centre = [0, 1].map((j) => mean(rows.map((r) => r[j])));
  const spread = [0, 1].map((j) => Math.sqrt(mean(rows.map((r) => (r[j] - centre[j]) ** 2))) || 1);
  return { centre, spread, of: (r) => [(r[0] - centre[0]) / spread[0], (r[1] - centre[1]) / spread[1]] };
}

/** G = Z'Z/n, b = Z'y/n and y'y/n, with y reduced by `level`. */
function momentsOf(rows, scale, level) {
  const G = [[0, 0], [0, 0]], b = [0, 0], n = rows.length;
  let yy = 0;
  for (const r of rows) {
    const z = scale.of(r), y = r[2] - level;
    yy += (y * y) / n;
    for (const j of [0, 1]) {
      b[j] += (z[j] * y) / n;
      for (const k of [0, 1]) G[j][k] += (z[j] * z[k]) / n;
    }
  }
  return { G, b, yy, at: (w) => yy - 2 * dot(w, b) + dot(w, apply(G, w)) };
}

/**
 * The exact path of the diamond's touch as its budget t grows, for G with ones on its diagonal.
 * From 0 it runs along the axis i of the largest |b_i|, to its one knee, the smaller of
 * (|b_i| - sigma b_j) / (1 - sigma s rho), sigma = 1 and -1, s the sign of b_i; then straight to c.
 */
export function pathOfTwo(G, b) {
  const c = apply(inverse(G), b), i = Math.abs(b[0]) >= Math.abs(b[1]) ? 0 : 1, s = Math.sign(b[i]) || 1, rho = G[0][1];
  const knees = [1, -1].map((sigma) => (Math.abs(b[i]) - sigma * b[1 - i]) / (1 - sigma * s * rho)).filter((t) => t >= 0);
  const top = sizeOf(c), knee = Math.min(...knees, top);
  const bend = [0, 0];
  bend[i] = s * knee;
  const at = (t) => {
    if (t >= top) return c.slice();
    if (t <= knee) { const w = [0, 0]; w[i] = s * Math.max(t, 0); return w; }
    return plus(times(bend, (top - t) / (top - knee)), c, (t - knee) / (top - knee));
  };
  return { c, top, knee, at };
}

/** What is touched at w: "inside", "corner" (with the weight that is zero), "side"; "nothing" at budget 0. */
export function placeOf(w, t, top) {
  if (t >= top * (1 - 1e-12)) return { on: "inside", zero: -1 };
  if (!w[0] && !w[1]) return { on: "nothing", zero: -1 };
  const zero = w.findIndex((x) => x === 0);
  return zero >= 0 ? { on: "corner", zero } : { on: "side", zero };
}

/** The contact of the circle of radius t with the levels of (w - c)'G(w - c). */
export function circleTouch(G, c, t) {
  if (Math.hypot(c[0], c[1]) <= t) return c;
  return contact(makePicture(quadratic(G, apply(G, c), 0.5 * dot(c, apply(G, c)), c), CIRCLE, 2), t).w;
}

/** Squared error: errors are root mean squares in units of the response. */
export function squaresOf(rows, unseen) {
  const scale = scaleOf(rows), level = mean(rows.map((r) => r[2]));
  const own = momentsOf(rows, scale, level), other = momentsOf(unseen, scale, level);
  const path = pathOfTwo(own.G, own.b);
  const error = (moments) => (w) => Math.sqrt(Math.max(moments.at(w), 0));
  const aloneIn = (j) => { const w = [0, 0]; w[j] = own.b[j]; return w; };
  return {
    kind: "squared_error", scale, level, G: own.G, b: own.b, ...path, learned: error(own), unseen: error(other), aloneIn,
    over: (w) => { const d = plus(w, path.c, -1); return dot(d, apply(own.G, d)); },
    predict: (w, z) => level + dot(w, z),
    /** The share of c that the unseen rows like best. */
    shrunk: () => Math.min(1, Math.max(0, dot(path.c, other.b) / (dot(path.c, apply(other.G, path.c)) || 1))),
  };
}

/** Where a fit to rows that can be told apart perfectly is stopped: it has no end. */
const FARTHEST = 12;

/** Weights and intercept that minimise the mean logistic loss with weight j (or both) free: Newton's method. */
function logisticFit(rows, scale, free) {
  let w = [0, 0], a = 0;
  for (let step = 0; step < 60; step++) {
    const g = [0, 0, 0], H = [[1e-9, 0, 0], [0, 1e-9, 0], [0, 0, 1e-9]];
    for (const r of rows) {
      const x = [1, ...scale.of(r)], eta = a + w[0] * x[1] + w[1] * x[2], mu = 1 / (1 + Math.exp(-eta));
      for (let i = 0; i < 3; i++) {
        g[i] += ((mu - r[2]) * x[i]) / rows.length;
        for (let j = 0; j < 3; j++) H[i][j] += (mu * (1 - mu) * x[i] * x[j]) / rows.length;
      }
    }
    const on = [0, ...free.map((j) => j + 1)];
    const d = solve(on.map((i) => on.map((j) => H[i][j])), on.map((i) => g[i]));
    if (!d) break;
    const most = Math.max(...d.map(Math.abs)), by = most > 2 ? 2 / most : 1;
    on.forEach((i, k) => { if (i) w[i - 1] -= by * d[k]; else a -= by * d[k]; });
    if (most < 1e-10) return { w, a, isEndless: false };
    if (Math.max(Math.abs(w[0]), Math.abs(w[1])) > FARTHEST) break;
  }
  return { w, a, isEndless: true };
}

const wrongShare = (rows, scale, w, a) => mean(rows.map((r) => ((a + dot(w, scale.of(r)) > 0) !== r[2] > 0.5 ? 1 : 0)));

/** Logistic loss, its intercept held at the best fit's: errors are shares of rows told wrongly. */
export function classesOf(rows, unseen) {
  const scale = scaleOf(rows), { w: c, a, isEndless } = logisticFit(rows, scale, [0, 1]);
  const loss = sampled("logistic", {}, rows.map((r) => ({ x: scale.of(r), y: r[2], weight: 1, offset: a })), c);
  const picture = makePicture(loss, DIAMOND, 2), top = sizeOf(c), G = loss.hessian(c);
  const at = (t) => (t >= top ? c.slice() : contact(picture, t).w);
  return {
    kind: "logistic", isEndless, scale, level: a, G, b: apply(G, c), c, top, at, loss,
    learned: (w) => wrongShare(rows, scale, w, a), unseen: (w) => wrongShare(unseen, scale, w, a),
    aloneIn: (j) => logisticFit(rows, scale, [j]).w,
    over: (w) => 2 * (loss.value(w) - loss.floor),
    predict: (w, z) => 1 / (1 + Math.exp(-a - dot(w, z))),
    shrunk: () => 0.5,
  };
}
