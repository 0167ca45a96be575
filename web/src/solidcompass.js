// The compass of a ball in space: a sphere of directions, coloured by the face that catches each.
import { arcBetween, compassIn, hasCompass } from "./geometry/directions.js";
import { dot, length, plus, times, unit } from "./geometry/vectors.js";

export const TINTS = [[0, 158, 115], [217, 154, 0], [139, 79, 168], [86, 180, 233], [204, 121, 167], [127, 140, 60], [130, 138, 147]];
const PLACE = [96, 544], RADIUS = 78;

const kept = new WeakMap();

/** The compass of a norm; null where there is none. */
export function compassFor(norm) {
  if (!hasCompass(norm)) return null;
  if (!kept.has(norm)) kept.set(norm, compassIn(norm));
  return kept.get(norm);
}

/**
 * The part in front of the outline of a convex cone. Where it leaves the front it runs on along the rim:
 * a convex cone meets the rim in one arc, shorter than half of it.
 */
export function inFront(outline, ahead) {
  const depth = outline.map((v) => dot(v, ahead)), found = [], rim = (k, l) => unit(plus(times(outline[k], depth[l] / (depth[l] - depth[k])), outline[l], depth[k] / (depth[k] - depth[l])));
  let left = null;
  // begins where the outline comes to the front, so that each leaving is followed by a return
  const n = outline.length, start = depth.findIndex((d, k) => d <= 0 && depth[(k + n - 1) % n] > 0);
  if (start < 0) return depth[0] <= 0 ? outline : [];
  for (let j = 0; j < n; j++) {
    const k = (start + j) % n, next = (k + 1) % n;
    if (depth[k] <= 0) found.push(outline[k]);
    if (depth[k] <= 0 && depth[next] > 0) { left = rim(k, next); found.push(left); }
    if (depth[k] > 0 && depth[next] <= 0) { const back = rim(k, next); found.push(...arcBetween(left, back), back); }
  }
  return found;
}

/** Paints the sphere in a corner of the picture, with the direction of the touch as its needle. */
export function paintCompass(context, view, norm, push, colours) {
  const compass = compassFor(norm);
  if (!compass) return;
  const at = (v) => [PLACE[0] + RADIUS * dot(v, view.right), PLACE[1] - RADIUS * dot(v, view.up)];
  const fill = (kind) => {
    context.fillStyle = context.strokeStyle = `rgb(${TINTS[kind % TINTS.length]})`;
    context.lineWidth = 0.8;
    context.fill();
    context.stroke();
  };
  context.beginPath();
  context.arc(...PLACE, RADIUS, 0, 2 * Math.PI);
  fill(compass.ground);
  for (const { kind, outline } of compass.regions) {
    const seen = inFront(outline, view.ahead);
    if (!seen.length) continue;
    context.beginPath();
    seen.map(at).forEach((p, k) => (k ? context.lineTo(...p) : context.moveTo(...p)));
    context.closePath();
    fill(kind);
  }
  context.beginPath();
  context.arc(...PLACE, RADIUS, 0, 2 * Math.PI);
  context.strokeStyle = colours.soft;
  context.lineWidth = 1.2;
  context.stroke();
  if (!push || !length(push)) return;
  const n = unit(push), tip = at(n), isFront = dot(n, view.ahead) < 0;
  context.globalAlpha = isFront ? 1 : 0.45;
  context.beginPath();
  context.moveTo(...PLACE);
  context.lineTo(...tip);
  context.strokeStyle = context.fillStyle = colours.ink;
  context.lineWidth = 2.4;
  context.stroke();
  context.beginPath();
  context.arc(...tip, 5, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
}
