// The losses, in 2 and 3 dimensions: the twins of normball.losses, on a few samples.
//
// Each has value(w), gradient(w), slopes(w): d -> the one-sided slope at w towards d, hessian(w),
// optimum (a best w, or null for the equation), floor (the least value), line (the equation's
// {a, b}).
import { axis, degrees, dot, plus, times, zeros } from "./vectors.js";
import { patterns } from "../table.js";

/** Direction of the short axis (or of the equation's normal) in 2 or 3 dimensions. */
export function direction(angle, tilt, d) {
  const a = angle * degrees;
  if (d === 2) return exact([Math.cos(a), Math.sin(a)]);
  const t = tilt * degrees;
  return exact([Math.cos(a) * Math.cos(t), Math.sin(a) * Math.cos(t), Math.sin(t)]);
}

// cos(90 degrees) is 6e-17 in floating point; a learner who turns a line upright means 0
const exact = (v) => v.map((x) => (Math.abs(x) < 1e-15 ? 0 : x));

/** H^(1/2) = (I + (ratio - 1) d d') / sqrt(ratio): level sets that many times as long as wide. */
export function shape(state) {
  const d = state.dims;
  const n = direction(state.ellipse_angle, state.tilt, d);
  const scale = 1 / Math.sqrt(state.ellipse_ratio);
  return n.map((x, i) => n.map((y, j) => scale * ((i === j ? 1 : 0) + (state.ellipse_ratio - 1) * x * y)));
}

const apply = (M, v) => M.map((row) => dot(row, v));

/** Slopes of a function with this gradient. */
const towards = (gradient) => (v) => dot(gradient, v);

/** f(w) = constant - cross.w + w'gram w / 2. */
export function quadratic(gram, cross, constant, optimum) {
  const gradient = (w) => plus(apply(gram, w), cross, -1);
  const value = optimum
    ? (w) => { const e = plus(w, optimum, -1); return floor + 0.5 * dot(e, apply(gram, e)); }
    : (w) => constant - dot(cross, w) + 0.5 * dot(w, apply(gram, w));
  const floor = optimum ? constant - 0.5 * dot(cross, optimum) : 0;
  return { value, gradient, slopes: (w) => towards(gradient(w)), hessian: () => gram, optimum, floor, gram };
}

function equation(state) {
  const a = direction(state.angle, state.tilt, state.dims);
  const b = state.offset;
  const gradient = (w) => times(a, dot(a, w) - b);
  return {
    value: (w) => 0.5 * (dot(a, w) - b) ** 2, gradient, slopes: (w) => towards(gradient(w)),
    hessian: () => a.map((x) => a.map((y) => x * y)),
    optimum: null, floor: 0, line: { a, b },
  };
}

const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
/** exp(x) - 1 - x, of which deviances are made; by its series near 0, where the three would cancel. */
const remainder = (x) => {
  if (Math.abs(x) >= 0.3) return x < Infinity ? Math.expm1(x) - x : Infinity;
  let tail = 1;
  for (let k = 14; k > 2; k--) tail = 1 + (x / k) * tail;
  return 0.5 * x * x * tail;
};
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Per sample: value, derivative and second derivative in eta = x.w + offset. */
const CURVES = {
  squared_error: () => ({ of: (e, y) => 0.5 * (e - y) ** 2, d: (e, y) => e - y, dd: () => 1 }),
  huber: ({ delta }) => ({
    of: (e, y) => (Math.abs(e - y) <= delta ? 0.5 * (e - y) ** 2 : delta * Math.abs(e - y) - 0.5 * delta ** 2),
    d: (e, y) => Math.max(-delta, Math.min(delta, e - y)),
    dd: (e, y) => (Math.abs(e - y) <= delta ? 1 : 0),
  }),
  logistic: () => ({
    of: (e, y) => softplus(y ? -e : e),
    d: (e, y) => sigmoid(e) - y,
    dd: (e) => sigmoid(e) * sigmoid(-e),
  }),
  // half deviances, 0 at eta = log(y)
  poisson: () => ({
    of: (e, y) => (y > 0 ? y * remainder(e - Math.log(y)) : Math.exp(e)),
    d: (e, y) => Math.exp(e) - y,
    dd: (e) => Math.exp(e),
  }),
  gamma: () => ({ of: (e, y) => remainder(Math.log(y) - e), d: (e, y) => 1 - y * Math.exp(-e), dd: (e, y) => y * Math.exp(-e) }),
  tweedie: ({ power: p }) => ({
    of: (e, y) => {
      if (!(y > 0)) return Math.exp((2 - p) * e) / (2 - p);
      const d = e - Math.log(y);
      return y ** (2 - p) * (remainder((2 - p) * d) / (2 - p) + remainder((1 - p) * d) / (p - 1));
    },
    d: (e, y) => Math.exp((2 - p) * e) - y * Math.exp((1 - p) * e),
    dd: (e, y) => (2 - p) * Math.exp((2 - p) * e) + (p - 1) * y * Math.exp((1 - p) * e),
  }),
  quantile: ({ quantile: q }) => ({
    q,
    of: (e, y) => (e < y ? q * (y - e) : (1 - q) * (e - y)),
    d: (e, y) => (e < y ? -q : 1 - q),
    dd: () => 0,
  }),
};

/** A weighted mean over samples {x, y, weight}; the weights are brought to sum 1. */
export function sampled(kind, parameters, rows, optimum = null) {
  const curve = CURVES[kind](parameters);
  const total = rows.reduce((sum, r) => sum + r.weight, 0);
  const samples = rows.map((r) => ({ ...r, weight: r.weight / total, offset: r.offset || 0 }));
  const d = samples[0].x.length;
  const eta = (s, w) => dot(s.x, w) + s.offset;
  const sumOf = (f) => {
    let sum = 0;
    for (const s of samples) sum += s.weight * f(s);
    return sum;
  };
  /**
   * Samples on the kink of the quantile loss, where predictions equal the response, and the
   * gradient over the others. On the kink is within `near`: rounding where slopes decide the next
   * step, the accuracy of a contact where they have to prove it.
   */
  const hasKinks = curve.q !== undefined;
  const scan = (w, near) => {
    const g = zeros(d), kinks = [];
    for (const s of samples) {
      const e = eta(s, w);
      if (hasKinks && Math.abs(e - s.y) <= near * (1 + Math.abs(s.y))) { kinks.push(s); continue; }
      const slope = s.weight * curve.d(e, s.y);
      for (let i = 0; i < d; i++) g[i] += slope * s.x[i];
    }
    return [g, kinks];
  };
  const gradient = (w, near = 1e-11) => scan(w, near)[0];
  const kinked = (w, near = 1e-11) => scan(w, near)[1];
  const value = (w) => sumOf((s) => curve.of(eta(s, w), s.y));
  return {
    kind, samples, curve, optimum, eta, kinked, gradient, value, floor: optimum ? value(optimum) : 0,
    slopes(w) {
      const [g, kinks] = scan(w, 1e-14);
      if (!kinks.length) return towards(g);
      return (v) => kinks.reduce((sum, s) => sum + s.weight * Math.max((1 - curve.q) * dot(s.x, v), -curve.q * dot(s.x, v)), dot(g, v));
    },
    /** u -> r -> [value, slope] on the rays from c: no products of vectors for each r. */
    rays(c) {
      const starts = samples.map((s) => eta(s, c));
      return (u) => {
        const moves = samples.map((s) => dot(s.x, u));
        return (r) => {
          let sum = 0, slope = 0;
          for (let i = 0; i < samples.length; i++) {
            const { y, weight } = samples[i], e = starts[i] + r * moves[i];
            sum += weight * curve.of(e, y);
            slope += weight * moves[i] * curve.d(e, y);
          }
          return [sum, slope];
        };
      };
    },
    hessian(w) {
      const H = zeros(d).map(() => zeros(d));
      for (const s of samples) {
        const c = s.weight * curve.dd(eta(s, w), s.y);
        for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) H[i][j] += c * s.x[i] * s.x[j];
      }
      return H;
    },
  };
}

/** The samples of a picture: their optimum is (cx, cy, cz) by construction. */
export function pictureSamples(state) {
  const { loss, dims: d } = state;
  const c = [state.cx, state.cy, state.cz].slice(0, d);
  const root = shape(state);
  if (loss === "squared_error") {
    return root.map((row) => times(row, Math.sqrt(d))).map((x) => ({ x, y: dot(x, c), weight: 1 }));
  }
  const rows = patterns.directions[d].map((z) => times(apply(root, z), patterns.spread[loss]));
  if (loss === "huber" || loss === "quantile") {
    const e = patterns.residuals[loss];
    const middle = loss === "quantile" ? e[Math.min(Math.floor(state.quantile * e.length), e.length - 1)] : 0;
    return rows.flatMap((x) => e.map((r) => ({ x, y: dot(x, c) + (r - middle), weight: 1 })));
  }
  if (loss === "logistic") {
    return rows.flatMap((x) => [{ x, y: 1, weight: sigmoid(dot(x, c)) }, { x, y: 0, weight: sigmoid(-dot(x, c)) }]);
  }
  return rows.flatMap((x) => [x, times(x, -1)]).map((x) => ({ x, y: Math.exp(dot(x, c)), weight: 1 }));
}

/** The loss of a state of the page. */
export function lossOf(state) {
  if (state.loss === "equation") return equation(state);
  const c = [state.cx, state.cy, state.cz].slice(0, state.dims);
  if (state.loss === "squared_error") {
    const root = shape(state);
    const gram = root.map((row) => root.map((other) => dot(row, other)));
    const cross = apply(gram, c);
    return quadratic(gram, cross, 0.5 * dot(c, cross), c);
  }
  return sampled(state.loss, state, pictureSamples(state), c);
}
