// The norms, in 2 and 3 dimensions: the twins of normball.norms.
//
// Each has
//   value(w)           R(w)
//   slope(w, d)        one-sided directional derivative R'(w; d)
//   support(z, t)      sup of z.w over the ball {R <= t}
//   top(z, t)          a point of the ball where that is reached (the middle of a tied face)
//   separators(d)      directions (2-D) between which the boundary is one smooth piece, by angle
//   facets(t)          the ball as {g <= 0} for convex smooth functions, for the 3-D solver
//   curvature(w)       Hessian of R where it is smooth (3-D)
//   round              no flat pieces and no corners except where `separators` say
import { axis, dot, largest, length, plus, rootOfDecreasing, times, unit, zeros } from "./vectors.js";

const AXES = [[1, 0], [0, 1], [-1, 0], [0, -1]];
const EIGHT = [[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];
const sign = Math.sign;

/** Sum of the average over the tied maximisers, so that a tied face gives its middle. */
function middle(points) {
  return times(points.reduce((a, b) => plus(a, b)), 1 / points.length);
}

const tied = (values) => {
  const most = Math.max(...values);
  return values.map((v, i) => (v >= most * (1 - 1e-12) ? i : -1)).filter((i) => i >= 0);
};

export function signs(d) {
  return d === 0 ? [[]] : signs(d - 1).flatMap((s) => [[...s, 1], [...s, -1]]);
}

function permutations(list) {
  if (list.length < 2) return [list];
  return list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest]));
}

/** {normal . w <= t} for each normal. */
const flats = (normals) => (t) =>
  normals.map((a) => ({ value: (w) => dot(a, w) - t, gradient: () => a, hessian: null }));

const identity = (d, s = 1) => Array.from({ length: d }, (_, i) => axis(d, i, s));

function l1(weights) {
  const d = weights.length;
  return {
    name: "l1", convex: true, homogeneous: true, flat: true,
    value: (w) => dot(weights, w.map(Math.abs)),
    slope: (w, v) => weights.reduce((sum, a, i) => sum + a * (w[i] ? sign(w[i]) * v[i] : Math.abs(v[i])), 0),
    support: (z, t) => t * Math.max(...z.map((x, i) => Math.abs(x) / weights[i])),
    top(z, t) {
      const ratios = z.map((x, i) => Math.abs(x) / weights[i]);
      return middle(tied(ratios).map((i) => axis(d, i, (sign(z[i]) * t) / weights[i])));
    },
    separators: () => AXES,
    facets: flats(signs(d).map((s) => s.map((x, i) => x * weights[i]))),
    curvature: () => null,
  };
}

function l2(d) {
  return {
    name: "l2", convex: true, homogeneous: true, flat: false,
    value: length,
    slope: (w, v) => (largest(w) ? dot(w, v) / length(w) : length(v)),
    support: (z, t) => t * length(z),
    top: (z, t) => times(unit(z), t),
    separators: () => AXES,
    facets: (t) => [{ value: (w) => dot(w, w) / t - t, gradient: (w) => times(w, 2 / t), hessian: () => identity(d, 2 / t) }],
    curvature(w) {
      const r = length(w);
      return identity(d).map((row, i) => row.map((x, j) => x / r - (w[i] * w[j]) / r ** 3));
    },
  };
}

function linf(d) {
  return {
    name: "linf", convex: true, homogeneous: true, flat: true,
    value: largest,
    slope(w, v) {
      const most = largest(w);
      return Math.max(...w.map((x, i) => (Math.abs(x) >= most * (1 - 1e-13) ? (x ? sign(x) * v[i] : Math.abs(v[i])) : -Infinity)));
    },
    support: (z, t) => t * z.reduce((sum, x) => sum + Math.abs(x), 0),
    top: (z, t) => z.map((x) => (Math.abs(x) > 1e-12 * largest(z) ? sign(x) * t : 0)),
    separators: () => EIGHT,
    facets: flats(identity(d).flatMap((a) => [a, times(a, -1)])),
    curvature: () => null,
  };
}

function lp(p, d) {
  const q = p / (p - 1);
  const value = (w, power = p) => {
    const m = largest(w);
    return m && m * w.reduce((sum, x) => sum + (Math.abs(x) / m) ** power, 0) ** (1 / power);
  };
  return {
    name: "lp", p, convex: p >= 1, homogeneous: true, flat: false,
    value: (w) => value(w),
    slope(w, v) {
      const r = value(w);
      if (!r) return value(v);
      return w.reduce((sum, x, i) => {
        if (x) return sum + sign(x) * (Math.abs(x) / r) ** (p - 1) * v[i];
        return p < 1 && v[i] ? Infinity : sum;
      }, 0);
    },
    support: (z, t) => (p < 1 ? t * largest(z) : t * value(z, q)),
    top(z, t) {
      const r = value(z, q);
      return z.map((x) => sign(x) * t * (Math.abs(x) / r) ** (q - 1));
    },
    separators: () => AXES,
    facets: null, // the 3-D solver has power cones for it
    curvature(w) {
      const r = value(w);
      const u = w.map((x) => sign(x) * (Math.abs(x) / r) ** (p - 1));
      return u.map((a, i) => u.map((b, j) => ((p - 1) / r) * ((i === j ? (Math.abs(w[i]) / r) ** (p - 2) : 0) - a * b)));
    },
  };
}

/** r |w|_1 + (1 - r) |w|_2^2 / 2; r = 0 is squared L2. */
function mixture(name, r, d) {
  const s = 1 - r;
  const value = (w) => w.reduce((sum, x) => sum + r * Math.abs(x) + (s / 2) * x * x, 0);
  const top = (z, t) => {
    const at = (m) => z.map((x) => (sign(x) * Math.max(Math.abs(x) - m * r, 0)) / (m * s));
    const most = length(z) / Math.sqrt(2 * t * s) || 0;
    return most ? at(rootOfDecreasing((m) => value(at(m)) - t, 0, most * (1 + 1e-12), 200)) : zeros(d);
  };
  return {
    name, l1_ratio: r, convex: true, homogeneous: false, flat: false, value, top,
    slope: (w, v) => w.reduce((sum, x, i) => sum + r * (x ? sign(x) * v[i] : Math.abs(v[i])) + s * x * v[i], 0),
    support: (z, t) => (t > 0 ? dot(z, top(z, t)) : 0),
    separators: () => AXES,
    facets: (t) => (r ? signs(d) : [zeros(d)]).map((e) => ({
      value: (w) => r * dot(e, w) + (s / 2) * dot(w, w) - t,
      gradient: (w) => w.map((x, i) => r * e[i] + s * x),
      hessian: () => identity(d, s),
    })),
    curvature: () => identity(d, s),
  };
}

function group(groups, d) {
  const prices = groups.map((g) => Math.sqrt(g.length));
  const part = (w, g) => g.map((i) => w[i]);
  const sizes = (w) => groups.map((g) => length(part(w, g)));
  return {
    name: "group_l2", groups, convex: true, homogeneous: true, flat: groups.every((g) => g.length === 1),
    value: (w) => dot(prices, sizes(w)),
    slope: (w, v) => groups.reduce((sum, g, k) => {
      const r = length(part(w, g));
      return sum + prices[k] * (r ? dot(part(w, g), part(v, g)) / r : length(part(v, g)));
    }, 0),
    support: (z, t) => t * Math.max(...sizes(z).map((x, k) => x / prices[k])),
    top(z, t) {
      const ratios = sizes(z).map((x, k) => x / prices[k]);
      const ends = tied(ratios).map((k) => {
        const w = zeros(d);
        for (const i of groups[k]) w[i] = ((z[i] / (ratios[k] * prices[k])) * t) / prices[k];
        return w;
      });
      return middle(ends);
    },
    separators: () => AXES,
    facets(t) {
      // a norm of one group below what the others leave: a cone for each sign of the single ones
      const [big] = groups.map((g, k) => [g, k]).sort((a, b) => b[0].length - a[0].length);
      if (big[0].length === 1) return l1(Array(d).fill(1)).facets(t);
      const others = groups.filter((_, k) => k !== big[1]).flat();
      const price = prices[big[1]];
      return signs(others.length).map((e) => {
        const left = (w) => t - others.reduce((sum, i, k) => sum + e[k] * w[i], 0);
        const inGroup = (w) => part(w, big[0]).reduce((sum, x) => sum + x * x, 0) * price ** 2;
        return {
          // |u|^2 <= left^2, divided by left: convex where left > 0
          value: (w) => (left(w) > 0 ? inGroup(w) / left(w) - left(w) : Infinity),
          gradient(w) {
            const l = left(w), n = inGroup(w), g = zeros(d);
            for (const i of big[0]) g[i] = (2 * price ** 2 * w[i]) / l;
            others.forEach((i, k) => (g[i] = e[k] * (n / l ** 2 + 1)));
            return g;
          },
          hessian(w) {
            const l = left(w), n = inGroup(w);
            const a = zeros(d), u = zeros(d);
            for (const i of big[0]) u[i] = w[i];
            others.forEach((i, k) => (a[i] = e[k]));
            const c = 2 * price ** 2;
            return a.map((_, i) => a.map((_, j) =>
              (i === j && big[0].includes(i) ? c / l : 0) + (c * (u[i] * a[j] + u[j] * a[i])) / l ** 2 + (2 * n * a[i] * a[j]) / l ** 3));
          },
        };
      });
    },
    curvature: (w) => w.map((_, i) => w.map((_, j) => {
      const k = groups.findIndex((g) => g.includes(i));
      if (!groups[k].includes(j)) return 0;
      const r = length(part(w, groups[k]));
      return r ? prices[k] * ((i === j ? 1 : 0) / r - (w[i] * w[j]) / r ** 3) : 0;
    })),
  };
}

function sorted(weights) {
  const d = weights.length;
  const sums = weights.map((_, k) => weights.slice(0, k + 1).reduce((a, b) => a + b, 0));
  const falling = (w) => {
    const sizes = w.map(Math.abs);
    if (d > 2) return sizes.sort((a, b) => b - a);
    return sizes[1] > sizes[0] ? [sizes[1], sizes[0]] : sizes;
  };
  return {
    name: "sorted_l1", weights, convex: true, homogeneous: true, flat: true,
    value: (w) => dot(weights, falling(w)),
    slope(w, v) {
      const pairs = w.map((x, i) => [Math.abs(x), x ? sign(x) * v[i] : Math.abs(v[i])]);
      const tie = 1e-13 * largest(w);
      pairs.sort((a, b) => (Math.abs(a[0] - b[0]) <= tie ? b[1] - a[1] : b[0] - a[0]));
      return pairs.reduce((sum, [, x], k) => sum + weights[k] * x, 0);
    },
    support(z, t) {
      let sum = 0;
      return t * Math.max(...falling(z).map((x, k) => (sum += x) / sums[k]));
    },
    top(z, t) {
      const order = z.map((_, i) => i).sort((a, b) => Math.abs(z[b]) - Math.abs(z[a]));
      let sum = 0;
      const ratios = order.map((i, k) => (sum += Math.abs(z[i])) / sums[k]);
      return middle(tied(ratios).map((k) => {
        const w = zeros(d);
        for (const i of order.slice(0, k + 1)) w[i] = ((sign(z[i]) || 1) * t) / sums[k];
        return w;
      }));
    },
    separators: () => EIGHT,
    facets: flats(permutations(weights).flatMap((row) => signs(d).map((s) => s.map((x, i) => x * row[i])))),
    curvature: () => null,
  };
}

const GROUPS = { "12|3": [[0, 1], [2]], "1|23": [[0], [1, 2]], 123: [[0, 1, 2]], "1|2|3": [[0], [1], [2]] };

/** The norm of a state of the page. */
export function normOf(state) {
  const d = state.dims;
  const makers = {
    l1: () => l1([state.weight1, state.weight2, state.weight3].slice(0, d)),
    l2: () => l2(d),
    linf: () => linf(d),
    // in space balls are convex: p starts at 1
    lp: () => (state.p === 1 || (d === 3 && state.p < 1) ? l1(Array(d).fill(1)) : state.p === 2 ? l2(d) : lp(state.p, d)),
    elastic_net: () => mixture("elastic_net", state.l1_ratio, d),
    squared_l2: () => mixture("squared_l2", 0, d),
    group_l2: () => group(GROUPS[state.groups].map((g) => g.filter((i) => i < d)).filter((g) => g.length), d),
    sorted_l1: () => sorted([1, state.slope, state.slope ** 2].slice(0, d)),
  };
  return makers[state.norm]();
}

/** The point of the boundary {R = t} on the ray through u. */
export function onBoundary(norm, u, t) {
  if (norm.homogeneous) return times(u, t / norm.value(u));
  const a = norm.l1_ratio * u.reduce((sum, x) => sum + Math.abs(x), 0);
  const b = (1 - norm.l1_ratio) * dot(u, u);
  return times(u, (2 * t) / (a + Math.sqrt(a * a + 2 * b * t)));
}
