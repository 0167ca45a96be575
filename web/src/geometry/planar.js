// The contact in the plane: where the smallest level set touches the ball {R <= t}.
//
// f is convex and its optimum lies outside the ball, so along the boundary f falls towards the
// contact wherever it also falls outwards; that region holds the boundary point in the
// direction of the optimum, and the contact. A walk from the one to the other over the
// separators of the norm (corners tested by both one-sided derivatives, hence exact zeros) and
// a search for the root of the slope inside one smooth piece finds it: some 10 gradients.
import { dot, largest, plus, rootBetween, times, zeros } from "./vectors.js";
import { onBoundary } from "./norms.js";

const turned = (w, way) => [-way * w[1], way * w[0]];

/** One-sided tangent of the boundary at w, counter-clockwise (way = 1) or clockwise (-1). */
export function tangent(norm, w, way) {
  const v = turned(w, way);
  return plus(v, w, -norm.slope(w, v) / (norm.homogeneous ? norm.value(w) : norm.slope(w, w)));
}

const angleFrom = (u, v, way) => {
  const a = way * Math.atan2(u[0] * v[1] - u[1] * v[0], dot(u, v));
  return a <= 1e-15 ? a + 2 * Math.PI : a;
};

/**
 * Boundary point of least f; {w, corner, flat} with flat the ends of a side that is all optimal.
 * The walk starts in the direction of the optimum, `towards`, or of a `guess` where f falls outwards.
 */
export function touch(loss, norm, t, towards, { doubt = 0, guess = null } = {}) {
  const at = (u) => onBoundary(norm, u, t);
  const tolerance = 1e-13;
  const look = (w) => {
    const slope = loss.slopes(w), outward = slope(w);
    const rises = (way) => {
      const v = tangent(norm, w, way);
      return slope(v) >= -tolerance * (Math.abs(outward) + 1e-300) * (largest(v) / largest(w));
    };
    return { w, rises, falling: outward < 0 };
  };

  let from = guess && largest(guess) ? guess : towards, start = look(at(from));
  if (from !== towards && !start.falling) {
    from = towards;
    start = look(at(from));
  }
  const left = start.rises(1);
  if (left && start.rises(-1)) return ended(start.w);
  const way = left ? -1 : 1;
  const stops = norm.separators()
    .map((u) => [angleFrom(from, u, way), u])
    .filter(([a]) => a < Math.PI)
    .sort((a, b) => a[0] - b[0])
    .map(([, u]) => u);
  const first = from;
  for (const u of stops) {
    const stop = look(at(u));
    if (!stop.falling) return inside(from, u);
    if (!stop.rises(way)) { from = u; continue; }
    return stop.rises(-way) ? ended(stop.w) : inside(from, u);
  }
  return inside(from, turned(first, way));

  function inside(u1, u2) {
    const mix = (l) => at(plus(times(u1, 1 - l), u2, l));
    const descent = (l) => {
      const w = mix(l), slope = loss.slopes(w), down = -slope(tangent(norm, w, way));
      // where f no longer falls outwards the walk has gone too far
      return down > 0 && slope(w) >= 0 ? -down : down;
    };
    return { w: mix(rootBetween(descent, 0, 1, doubt)), corner: false, flat: null };
  }

  /** A stop where f rises both ways; the side beyond it may be optimal as a whole. */
  function ended(w) {
    if (norm.flat) {
      const corners = norm.separators().map(at).filter((v) => largest(plus(v, w, -1)) > 1e-9 * t && level(w, v));
      const ends = corners.length > 1 ? corners.slice(0, 2) : corners.length ? [w, corners[0]] : null;
      if (ends) return { w: times(plus(ends[0], ends[1]), 0.5), corner: false, flat: ends };
    }
    return { w, corner: norm.slope(w, turned(w, 1)) + norm.slope(w, turned(w, -1)) > 1e-9, flat: null };
  }

  function level(w, v) {
    const slope = loss.slopes(w), scale = Math.abs(slope(w)), along = plus(v, w, -1);
    return Math.abs(slope(along)) < 1e-12 * scale && Math.abs(loss.slopes(v)(along)) < 1e-12 * scale
      && Math.abs(norm.value(times(plus(w, v), 0.5)) - t) < 1e-12 * t;
  }
}

/**
 * All local minima of f on the boundary of a ball that is not convex (p < 1), best first. No
 * duality proves them: the boundary is searched at 720 points, the corners among them, for places
 * where f falls neither along the boundary nor into the ball.
 */
export function localTouches(loss, norm, t) {
  const count = 720;
  const at = (k) => {
    const quarter = count / 4;
    if (k % quarter === 0) return [[t, 0], [0, t], [-t, 0], [0, -t]][(k / quarter) % 4];
    // close to the corners the boundary of a small p is almost on the axis: equal steps in |w|^p
    const q = Math.floor(k / quarter), s = (k % quarter) / quarter;
    const [x, y] = [t * (1 - s) ** (1 / norm.p), t * s ** (1 / norm.p)];
    return [[x, y], [-y, x], [-x, -y], [y, -x]][q];
  };
  const value = (k) => loss.value(at(((k % count) + count) % count));
  const values = Array.from({ length: count }, (_, k) => value(k));
  const found = [];
  for (let k = 0; k < count; k++) {
    if (values[k] > values[(k + count - 1) % count] || values[k] >= values[(k + 1) % count]) continue;
    const corner = k % (count / 4) === 0;
    let lo = k - 1, hi = k + 1;
    const golden = (Math.sqrt(5) - 1) / 2;
    for (let i = 0; i < 60 && !corner; i++) {
      const a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
      if (value(a) < value(b)) hi = b;
      else lo = a;
    }
    const w = corner ? at(k) : at((((lo + hi) / 2) % count + count) % count);
    // least along the boundary, but not where f falls towards the inside
    if (loss.slopes(w)(w) <= 0) found.push({ w, corner, flat: null });
  }
  return found.sort((a, b) => loss.value(a.w) - loss.value(b.w));
}

/**
 * The subgradient of f at w that proves most: for a loss with kinks, the one whose slopes
 * along the boundary are least negative on both sides.
 */
export function provingGradient(loss, norm, w) {
  const g = loss.gradient(w);
  const kinks = loss.kinked ? loss.kinked(w) : [];
  if (!kinks.length || !largest(w)) return g;
  const forced = (v) => kinks.reduce((sum, s) => {
    const move = dot(s.x, v);
    return plus(sum, s.x, s.weight * (move > 0 ? 1 - loss.curve.q : -loss.curve.q));
  }, g);
  const left = tangent(norm, w, 1), right = tangent(norm, w, -1);
  const [a, b] = [forced(left), forced(right)];
  const worst = (h) => Math.min(dot(h, left), dot(h, right));
  let lo = 0, hi = 1;
  for (let k = 0; k < 80; k++) {
    const mid = 0.5 * (lo + hi);
    const h = plus(times(a, 1 - mid), b, mid);
    if (dot(h, left) > dot(h, right)) lo = mid;
    else hi = mid;
  }
  const h = plus(times(a, 1 - lo), b, lo);
  return worst(h) >= worst(g) ? h : g;
}

/** Corners of the ball {R <= t}, where more than one direction touches: [w, its two normals]. */
export function cornersOf(norm, t) {
  if (!norm.convex || !(t > 0)) return [];
  return norm.separators().map((u) => onBoundary(norm, u, t)).map((w) => [w, normals(norm, w)])
    .filter(([, [a, b]]) => Math.abs(a[0] * b[1] - a[1] * b[0]) > 1e-6);
}

/** Angles of the sides' normals in degrees; none where the ball is round. */
export const sideAngles = (norm) => (norm.flat ? cornersOf(norm, 1).map(([, [n]]) => (Math.atan2(n[1], n[0]) * 180) / Math.PI) : []);

/** Unit normals of the two sides that meet at w: the edges of its normal cone. */
export function normals(norm, w) {
  if (!largest(w)) return null;
  return [1, -1].map((way) => {
    const v = tangent(norm, w, way);
    const n = turned(v, -way);
    const size = Math.hypot(...n);
    return size ? times(n, 1 / size) : zeros(2);
  });
}
