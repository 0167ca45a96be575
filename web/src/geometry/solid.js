// The contact in three dimensions, by a barrier method (Boyd and Vandenberghe, Convex
// Optimization, section 11.3) and then Newton's method on the face that it points to.
//
// The ball is {g_k <= 0} for convex smooth g_k; balls of Lp are three power cones
// |w_i|^p <= u_i with sum u_i = t^p, whose barrier -log(u^(2/p) - w^2) - (1 - 1/p) log u is
// self-concordant (Chares, Cones and interior-point algorithms for structured convex
// optimization, 2009). The kinks of the quantile loss get a barrier of their own, whose slope
// stays within the subdifferential, so that the gradient at the end proves the answer.
import { onBoundary } from "./norms.js";
import { dot, largest, plus, solve, solveDefinite, times, zeros } from "./vectors.js";

/** loss with the kinks rounded at scale mu: value, gradient, hessian. */
function rounded(loss, mu) {
  if (!loss.curve || loss.curve.q === undefined) return loss;
  const q = loss.curve.q;
  const share = (r) => {
    // A = q - slope solves r A (1 - A) = mu (1 - 2 A)
    const root = Math.hypot(r, 2 * mu);
    return r >= 0 ? (2 * mu) / (r + 2 * mu + root) : 1 / (1 + (2 * mu) / (root - r));
  };
  const each = (w, f) => { for (const s of loss.samples) f(s, s.y - loss.eta(s, w)); };
  const d = loss.samples[0].x.length;
  return {
    sampleSlope: (s, w) => share(s.y - loss.eta(s, w)) - q,
    value(w) {
      let sum = 0;
      each(w, (s, r) => {
        const A = share(r), u = mu / A, v = mu / (1 - A);
        sum += s.weight * (q * u + (1 - q) * v - mu * (Math.log(u) + Math.log(v)));
      });
      return sum;
    },
    gradient(w) {
      const g = zeros(d);
      each(w, (s, r) => { const c = s.weight * (share(r) - q); for (let i = 0; i < d; i++) g[i] += c * s.x[i]; });
      return g;
    },
    hessian(w) {
      const H = zeros(d).map(() => zeros(d));
      each(w, (s, r) => {
        const A = share(r);
        const c = s.weight / (mu * (1 / A ** 2 + 1 / (1 - A) ** 2));
        for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) H[i][j] += c * s.x[i] * s.x[j];
      });
      return H;
    },
  };
}

/** Barrier of {g_k <= 0}: value (Infinity outside), gradient, hessian. */
function facetBarrier(facets, d) {
  return {
    size: d, start: zeros(d), count: facets.length,
    value: (w) => facets.reduce((sum, g) => { const v = g.value(w); return v < 0 ? sum - Math.log(-v) : Infinity; }, 0),
    derivatives(w) {
      const g = zeros(d), H = zeros(d).map(() => zeros(d));
      for (const facet of facets) {
        const slack = -facet.value(w), a = facet.gradient(w), B = facet.hessian && facet.hessian(w);
        for (let i = 0; i < d; i++) {
          g[i] += a[i] / slack;
          for (let j = 0; j < d; j++) H[i][j] += (a[i] * a[j]) / slack ** 2 + (B ? B[i][j] / slack : 0);
        }
      }
      return { g, H };
    },
  };
}

/** Barrier of the Lp ball of radius 1 in (w, u): |w_i|^p <= u_i, sum u_i <= 1. */
function powerBarrier(p, d) {
  const e = 2 / p, k = 1 - 1 / p;
  return {
    size: 2 * d, start: [...zeros(d), ...Array(d).fill(0.5 / d)], count: 3 * d + 1,
    value(x) {
      const left = 1 - x.slice(d).reduce((a, b) => a + b, 0);
      if (!(left > 0)) return Infinity;
      let sum = -Math.log(left);
      for (let i = 0; i < d; i++) {
        const u = x[d + i], s = u > 0 ? u ** e - x[i] ** 2 : -1;
        if (!(s > 0)) return Infinity;
        sum -= Math.log(s) + k * Math.log(u);
      }
      return sum;
    },
    derivatives(x) {
      const n = 2 * d, g = zeros(n), H = zeros(n).map(() => zeros(n));
      const left = 1 - x.slice(d).reduce((a, b) => a + b, 0);
      for (let i = 0; i < d; i++) {
        const w = x[i], u = x[d + i], s = u ** e - w ** 2, su = e * u ** (e - 1), suu = e * (e - 1) * u ** (e - 2);
        g[i] = (2 * w) / s;
        g[d + i] = -su / s - k / u + 1 / left;
        H[i][i] = 2 / s + (4 * w * w) / s ** 2;
        H[i][d + i] = H[d + i][i] = (-2 * w * su) / s ** 2;
        H[d + i][d + i] = -suu / s + (su / s) ** 2 + k / u ** 2;
        for (let j = 0; j < d; j++) H[d + i][d + j] += 1 / left ** 2;
      }
      return { g, H };
    },
  };
}

/** Minimises f over the ball of radius t (scaled to 1) by following the central path. */
function centralPath(loss, norm, t, least) {
  const d = 3;
  // the ball of radius t in units of its own size: w = unit x
  const size = norm.homogeneous ? t : 1;
  const barrier = norm.facets ? facetBarrier(norm.facets(norm.homogeneous ? 1 : t), d) : powerBarrier(norm.p, d);
  const scale = Math.max(loss.value(zeros(d)) - loss.floor, 1e-12);
  let x = barrier.start;
  let mu = 0.1;
  for (; mu > least; mu *= 0.15) {
    const f = rounded(loss, mu * scale);
    const value = (y) => f.value(times(y.slice(0, d), size)) / (mu * scale) + barrier.value(y);
    let current = value(x);
    for (let k = 0; k < 50; k++) {
      const { g, H } = barrier.derivatives(x);
      const w = times(x.slice(0, d), size);
      const gf = f.gradient(w), Hf = f.hessian(w);
      for (let i = 0; i < d; i++) {
        g[i] += (size * gf[i]) / (mu * scale);
        for (let j = 0; j < d; j++) H[i][j] += (size * size * Hf[i][j]) / (mu * scale);
      }
      const step = solveDefinite(H, times(g, -1));
      if (!step) break;
      const decrement = -dot(g, step);
      if (!(decrement > 1e-9)) break;
      let s = 1, next = Infinity;
      for (; s > 1e-10; s *= 0.5) {
        next = value(plus(x, step, s));
        if (next < current - 0.1 * s * decrement) break;
      }
      if (!(next < current)) break;
      x = plus(x, step, s);
      current = next;
    }
  }
  const w = times(x.slice(0, d), size);
  const f = rounded(loss, (mu / 0.15) * scale);
  if (!f.sampleSlope) return { w, gradient: f.gradient(w) };
  const slope = (s) => f.sampleSlope(s, w);
  // what the rounded slopes leave of the Fenchel-Young inequality at w
  const excess = loss.samples.reduce((sum, s) => {
    const eta = loss.eta(s, w);
    return sum + s.weight * (loss.curve.of(eta, s.y) + slope(s) * (s.y - eta));
  }, 0);
  return { w, gradient: f.gradient(w), slope, excess };
}

/** Coordinates of the face near w: w = B z, zeros left out and tied sizes merged. */
function faceBasis(norm, w, tolerance) {
  const near = tolerance * largest(w);
  const ties = norm.name === "linf" || norm.name === "sorted_l1";
  const columns = [];
  w.forEach((x, i) => {
    if (norm.name !== "linf" && Math.abs(x) <= near) return;
    const same = ties && columns.find((c) => Math.abs(Math.abs(x) - c.size) <= near && (norm.name === "sorted_l1" || c.size >= largest(w) - near));
    if (same) same.entries[i] = Math.sign(x);
    else columns.push({ size: Math.abs(x), entries: Object.assign(zeros(w.length), { [i]: ties ? Math.sign(x) || 1 : 1 }) });
  });
  return columns.map((c) => c.entries);
}

/** The smallest x with M x = b (M a list of rows), by normal equations and one refinement. */
function leastSquares(M, b) {
  const G = M.map((row, i) => M.map((other, j) => dot(row, other) + (i === j ? 1e-13 * dot(row, row) : 0)));
  let x = zeros(M[0].length);
  for (let k = 0; k < 3; k++) {
    const y = solveDefinite(G, M.map((row, i) => b[i] - dot(row, x)));
    if (!y) return x;
    x = M.reduce((sum, row, i) => plus(sum, row, y[i]), x);
  }
  return x;
}

/**
 * Newton's method on the face near `rough`: grad f + sum s_i x_i + alpha grad R = 0 and R = t, with
 * the samples of a loss with kinks that lie on theirs kept there (x_i.w = y_i) and their slopes s_i
 * free. Returns {w, gradient}, or null where it fails.
 */
function onFace(loss, norm, t, rough, tolerance) {
  const basis = faceBasis(norm, rough.w, tolerance);
  if (!basis.length) return null;
  const kinks = rough.slope ? loss.kinked(rough.w, tolerance) : [];
  const rows = (v) => basis.map((b) => dot(b, v));
  const point = (y) => basis.reduce((sum, b, k) => plus(sum, b, y[k]), zeros(rough.w.length));
  const pull = kinks.map((s) => times(rows(s.x), s.weight));
  const empty = zeros(kinks.length + 1);
  const smooth = (x) => (kinks.length ? loss.gradient(x, tolerance) : loss.gradient(x));
  let slopes = kinks.map((s) => rough.slope(s));
  const whole = (x) => kinks.reduce((g, s, i) => plus(g, s.x, s.weight * slopes[i]), smooth(x));
  let z = basis.map((b) => dot(b, rough.w) / dot(b, b));
  let x = point(z);
  if (basis.length === 1 && !kinks.length) return { w: onBoundary(norm, x, t), gradient: smooth(onBoundary(norm, x, t)) };
  let alpha = -dot(whole(x), x) / norm.slope(x, x);
  for (let k = 0; k < 8; k++) {
    const r = basis.map((b) => norm.slope(x, b));
    const H = loss.hessian(x), C = norm.curvature(x);
    const M = basis.map((b) => basis.map((c) => b.reduce((sum, bi, i) =>
      sum + bi * c.reduce((s, cj, j) => s + cj * (H[i][j] + (C ? alpha * C[i][j] : 0)), 0), 0)));
    const system = [
      ...M.map((row, i) => [...row, ...pull.map((p) => p[i]), r[i]]),
      ...kinks.map((s, i) => [...times(pull[i], 1 / s.weight), ...empty]),
      [...r, ...empty],
    ];
    const right = [
      ...rows(whole(x)).map((g, i) => -(g + alpha * r[i])),
      ...kinks.map((s) => s.y - loss.eta(s, x)),
      t - norm.value(x),
    ];
    const step = solve(system, right) || leastSquares(system, right);
    if (step.some((v) => !Number.isFinite(v))) return null;
    z = plus(z, step.slice(0, z.length));
    slopes = slopes.map((s, i) => s + step[z.length + i]);
    alpha += step[step.length - 1];
    x = point(z);
    if (largest(step) < 1e-15 * largest(z)) break;
  }
  if (!Number.isFinite(norm.value(x)) || !largest(x)) return null;
  const w = norm.homogeneous ? times(x, t / norm.value(x)) : x;
  if (kinks.length) slopes = slopes.map((s) => Math.max(-loss.curve.q, Math.min(1 - loss.curve.q, s)));
  return { w, gradient: whole(w) };
}

/** Point of the ball {R <= t} of least f, and a gradient that proves it, up to `excess`. */
export function touchSolid(loss, norm, t) {
  const kinked = loss.curve && loss.curve.q !== undefined;
  const rough = centralPath(loss, norm, t, kinked ? 1e-9 : 1e-14);
  const floor = loss.floor;
  const gap = ({ w, gradient, excess }) => dot(gradient, w) + norm.support(gradient, t) + (excess || 0);
  let best = rough;
  for (const tolerance of [1e-3, 1e-5, 1e-7]) {
    const candidate = onFace(loss, norm, t, rough, tolerance);
    if (!candidate || norm.value(candidate.w) > t * (1 + 1e-12)) continue;
    if (loss.value(candidate.w) > loss.value(rough.w) + 1e-7 * (loss.value(zeros(3)) - floor)) continue;
    if (gap(candidate) <= Math.max(gap(best), 1e-13 * loss.value(zeros(3)))) best = candidate;
  }
  return best;
}
