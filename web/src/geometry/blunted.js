// The diamond whose corners are blunted until it is the circle: R(w) = r |w|_1 + (1 - r) |w|_2.
//
// Its normal cone at a corner has half-angle atan(r): a corner catches a line exactly when the
// line's normal lies in that cone, so corners share atan(r) / 45 degrees of all directions.
import { degrees, length, times } from "./vectors.js";

const sign = (x) => (x < 0 ? -1 : 1);

export function blunted(r) {
  const value = (w) => r * (Math.abs(w[0]) + Math.abs(w[1])) + (1 - r) * length(w);
  return { r, value, byNormal: (n) => byNormal(r, value, n), outline: (t, count = 240) => outline(r, value, t, count) };
}

/** Half the angle that a corner catches, in degrees. */
export const coneOf = (r) => Math.atan(r) / degrees;

/** Share of all directions, drawn evenly, that end on a corner. */
export const cornerShareOf = (r) => coneOf(r) / 45;

/** The boundary point (R = 1) with outward normal n; the middle of a side where n is a side's own. */
function byNormal(r, value, n) {
  const a = Math.abs(n[0]), b = Math.abs(n[1]), s = [sign(n[0]), sign(n[1])];
  if (r === 1 && Math.abs(a - b) < 1e-12) return [s[0] / 2, s[1] / 2];
  if (b <= r * a + 1e-15) return [s[0], 0];
  if (a <= r * b + 1e-15) return [0, s[1]];
  // at angle h of the boundary the gradient is r (1, 1) + (1 - r) (cos h, sin h): parallel to n where
  // (1 - r) sin(h - f) = r (sin f - cos f), f the angle of n
  const f = Math.atan2(b, a);
  const h = f + Math.asin(Math.min(1, Math.max(-1, (r * (Math.sin(f) - Math.cos(f))) / (1 - r))));
  const u = [Math.cos(h), Math.sin(h)], k = 1 / value(u);
  return [s[0] * u[0] * k, s[1] * u[1] * k];
}

function outline(r, value, t, count) {
  if (r === 1) return [[t, 0], [0, t], [-t, 0], [0, -t]];
  return Array.from({ length: count }, (_, k) => {
    const h = (2 * Math.PI * k) / count, u = [Math.cos(h), Math.sin(h)];
    return times(u, t / value(u));
  });
}
