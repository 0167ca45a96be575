// Where the best fit may lie so that a corner of the diamond, or a side, is touched.
//
// Squared error with Gram matrix G pushes from v towards c by G (c - v). The corner v catches all
// best fits v + G^-1 N(v), N(v) its normal cone: a wedge. A side with normal s catches
// side + G^-1 s [0, inf): a strip. Both are polygons, so their areas in a window are exact.
import { dot, length, plus, times } from "./vectors.js";

export const CORNERS = [[1, 0], [0, 1], [-1, 0], [0, -1]];

export const inverse = ([[a, b], [c, d]]) => { const k = a * d - b * c; return [[d / k, -b / k], [-c / k, a / k]]; };
export const apply = (G, v) => [G[0][0] * v[0] + G[0][1] * v[1], G[1][0] * v[0] + G[1][1] * v[1]];

/** Best fits that end on the corner t e of the diamond, out to `far`: [corner, ray, ray]. */
export function cornerRegion(G, t, e, far) {
  const inv = inverse(G), v = times(e, t), i = e[0] ? 0 : 1;
  const ray = (s) => { const n = [0, 0]; n[i] = e[i]; n[1 - i] = s; const d = apply(inv, n); return plus(v, d, far / length(d)); };
  return [v, ray(1), ray(-1)];
}

/** Best fits of which the circle makes one weight zero: a ray without width. */
export function circleRay(G, t, e, far) {
  const d = apply(inverse(G), e), v = times(e, t);
  return [v, plus(v, d, far / length(d))];
}

/** Area of a convex polygon inside the window |x|, |y| <= half (cut off side by side). */
export function areaInWindow(polygon, half) {
  let rest = polygon;
  for (const e of CORNERS) {
    const kept = [];
    rest.forEach((a, k) => {
      const b = rest[(k + 1) % rest.length], fa = half - dot(a, e), fb = half - dot(b, e);
      if (fa >= 0) kept.push(a);
      if (fa * fb < 0) kept.push(plus(a, plus(b, a, -1), fa / (fa - fb)));
    });
    rest = kept;
    if (!rest.length) return 0;
  }
  return Math.abs(rest.reduce((sum, a, k) => { const b = rest[(k + 1) % rest.length]; return sum + a[0] * b[1] - a[1] * b[0]; }, 0)) / 2;
}

/** Share of the best fits in the window, outside the diamond, that end on a corner. */
export function cornerShare(G, t, half) {
  if (t >= half) return 0;
  const caught = CORNERS.reduce((sum, e) => sum + areaInWindow(cornerRegion(G, t, e, 40 * half), half), 0);
  return caught / (4 * half * half - areaInWindow(CORNERS.map((e) => times(e, t)), half));
}
