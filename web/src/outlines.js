// Outlines for drawing: balls and level sets in the plane.
import { onBoundary } from "./geometry/norms.js";
import { backward, cholesky, dot, length, plus, times } from "./geometry/vectors.js";

/** The side of the picture, in pixels of its own. */
export const SIZE = 640;

/** How much larger letters and grips are drawn where the picture is `width` pixels wide. */
export const scaleFor = (width) => Math.min(1.9, Math.max(1, SIZE / width));

const tenth = (x) => Math.round(10 * x) / 10;

/** The SVG path through points in pixels; nothing without points. */
export function pathOf(points, close = true) {
  if (!points || !points.length) return "";
  let d = "";
  for (const [x, y] of points) d += `${d ? "L" : "M"}${tenth(x)} ${tenth(y)}`;
  return close ? `${d}Z` : d;
}

/** Points of the boundary {R = t}, corners included, by angle. */
export function ballOutline(norm, t, count = 144) {
  if (!(t > 0)) return [];
  if (norm.flat) return norm.separators().map((u) => onBoundary(norm, u, t));
  const points = [];
  for (let k = 0; k < count; k++) {
    const quarter = count / 4, q = Math.floor(k / quarter), s = (k % quarter) / quarter;
    // equal steps in the share |w_1|^p / R^p follow both the sharp and the flat parts
    const power = norm.p ? Math.min(Math.max(norm.p, 0.4), 2) : 2;
    const [x, y] = [(1 - s) ** (1 / power), s ** (1 / power)];
    points.push(onBoundary(norm, [[x, y], [-y, x], [-x, -y], [y, -x]][q], t));
  }
  return points;
}

/** Points of {f = level} around the optimum; null where it is empty or a single point. */
export const levelOutline = (loss, level, far, count = 64) => (loss.gram ? ellipsePoints(loss, level, count) : levelOutlines(loss, [level], far, count)[0]);

/** The outlines of several levels of a loss over samples, seen along the same rays. */
export function levelOutlines(loss, levels, far, count) {
  const outlines = levels.map((level) => (level - loss.floor > 1e-12 * Math.max(Math.abs(level), 1e-12) ? [] : null));
  const c = loss.optimum, along = loss.rays(c), L = cholesky(shapeOf(loss));
  const r = levels.map(() => far / 4), before = r.slice();
  for (let k = 0; k < count; k++) {
    const a = (2 * Math.PI * k) / count, v = [Math.cos(a), Math.sin(a)];
    // rays as dense as a long level set needs them, and measured so that it is almost a circle:
    // the last two radii then say the next one to a few percent
    const u = L ? backward(L, v) : v, size = length(u), at = along(u);
    for (let i = 0; i < levels.length; i++) {
      if (!outlines[i]) continue;
      [r[i], before[i]] = [ray(at, levels[i], k > 1 ? Math.max(2 * r[i] - before[i], r[i] / 2) : r[i], (8 * far) / size), r[i]];
      outlines[i].push(plus(c, u, r[i]));
    }
  }
  return outlines;
}

/** Second moments of the samples: the shape that level sets have, roughly. */
export function shapeOf({ samples }) {
  const d = samples[0].x.length;
  return Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => samples.reduce((sum, s) => sum + s.weight * s.x[i] * s.x[j], 0)));
}

/**
 * How far along the ray from c the level is reached, to a fraction of a pixel: Newton's method kept
 * inside a bracket. Short steps are near the end only where they shrink: down an exponential they
 * are short and equal all the way, so every fourth is a halving.
 */
export function ray(along, level, guess, most) {
  let lo = 0, hi = most, r = Math.min(Math.max(guess, 1e-6), most), last = Infinity;
  for (let k = 0; k < 40; k++) {
    const [value, slope] = along(r), v = value - level;
    if (v > 0) hi = r;
    else lo = r;
    const next = r - v / slope, before = r;
    const inside = next > lo && next < hi && k % 4 < 3;
    r = inside ? next : 0.5 * (lo + hi);
    const step = Math.abs(r - before);
    if (step < (inside && step < 0.25 * last ? 3e-4 : 2e-5) * most) break;
    last = step;
  }
  return r;
}

/** Half axes of the ellipse on which squared error lies 1/2 above its least, and the angle of the longer one in radians. */
export function axesOf(loss) {
  const [[a, b], [, d]] = loss.gram;
  const mean = (a + d) / 2, spread = Math.hypot((a - d) / 2, b);
  const [big, small] = [mean + spread, Math.max(mean - spread, 1e-9 * mean)];
  return { long: 1 / Math.sqrt(small), short: 1 / Math.sqrt(big), angle: 0.5 * Math.atan2(2 * b, a - d) + Math.PI / 2 };
}

/** Half axes are these times sqrt(2 over) on the level that lies `over` above the least loss; 0 where there is no such level. */
export function reachOf(loss, level) {
  const over = level - loss.floor;
  return over > 1e-12 * Math.max(Math.abs(level), 1e-12) ? Math.sqrt(2 * over) : 0;
}

function ellipsePoints(loss, level, count) {
  const r = reachOf(loss, level), { long, short, angle } = axesOf(loss);
  if (!r) return null;
  const e1 = [Math.cos(angle), Math.sin(angle)], e2 = [-e1[1], e1[0]];
  return Array.from({ length: count }, (_, k) => {
    const s = (2 * Math.PI * k) / count;
    return plus(plus(loss.optimum, e1, r * long * Math.cos(s)), e2, r * short * Math.sin(s));
  });
}

/** The ends of the line a.w = b within a disc of radius far around its foot. */
export function lineEnds({ a }, b, far) {
  const foot = times(a, b / dot(a, a)), along = [-a[1] / length(a), a[0] / length(a)];
  return [plus(foot, along, -far), plus(foot, along, far)];
}

/** The lines of {f = level} of the equation's loss, the nearer one first. */
export function levelLines(line, level, far) {
  const away = Math.sqrt(2 * Math.max(level, 0));
  const offsets = away > 1e-9 ? [line.b - away, line.b + away] : [line.b];
  return offsets.map((b) => lineEnds(line, b, far));
}

/** Two strokes of an arrow's head. */
export function arrowHead(from, to, size = 9) {
  const d = plus(to, from, -1), l = length(d) || 1;
  const u = times(d, size / l), n = [-u[1], u[0]];
  const back = plus(to, u, -1);
  return [1, -1].map((k) => { const p = plus(back, n, 0.5 * k); return `M${to[0]} ${to[1]}L${p[0]} ${p[1]}`; }).join("");
}
