// What can be taken hold of in space: the best fit, the plane and the ball, in the plane of the screen.
import { onBoundary } from "./geometry/norms.js";
import { dot, length, plus, times } from "./geometry/vectors.js";

const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));

/**
 * Grips of the scene as seen by `view`: {shape, at: pixels of the drawing, start(): move}, where
 * move(by) takes how far the pointer has gone since, in units of the coefficients.
 */
export function gripsOf(store, scene, view) {
  const { loss, norm } = scene.picture.value;
  const t = scene.budget.value;
  const aim = loss.line ? loss.line.a : loss.optimum;
  // on the screen, the ball's grip lies away from where it is touched
  const away = plus(times(view.right, dot(aim, view.right) > 0 ? -1 : 1), view.up, dot(aim, view.up) > 0 ? -0.7 : 0.7);
  const rim = onBoundary(norm, away, Math.max(t, 0.02));
  const grips = [{
    shape: "square", name: "budget", at: view.to(rim),
    start: () => {
      const [x, y] = [dot(rim, view.right), dot(rim, view.up)];
      return ([dx, dy]) => {
        const ratio = ((x + dx) * x + (y + dy) * y) / (x * x + y * y);
        store.set({ form: "budget", budget: Math.min(6, norm.value(times(rim, Math.max(ratio, 0)))) });
      };
    },
  }];
  if (loss.line) {
    const { a, b } = loss.line;
    const slope = [dot(a, view.right), dot(a, view.up)];
    const seen = dot(slope, slope);
    if (seen > 0.02) {
      grips.push({
        shape: "ring", name: "plane", at: view.to(times(a, b)),
        start: () => (by) => store.set({ offset: clamp(b + dot(by, slope) / seen, 0.05, 3) }),
      });
    }
  } else {
    const c = loss.optimum;
    grips.push({
      shape: "circle", name: "best fit", at: view.to(c),
      start: () => ([dx, dy]) => {
        const [cx, cy, cz] = plus(plus(c, view.right, dx), view.up, dy);
        store.set({ cx, cy, cz });
      },
    });
  }
  return grips;
}

/** The grip under a place of the drawing, if one is within reach. */
export const gripAt = (grips, place, reach) => grips
  .map((grip) => [length(plus(place, grip.at, -1)), grip])
  .filter(([far]) => far <= reach)
  .sort((a, b) => a[0] - b[0])
  .map(([, grip]) => grip)[0];
