// The compass of a ball in space: a sphere of directions, coloured by the face that catches each.
import { compassIn, hasCompass } from "./geometry/directions.js";
import { dot, length, plus, unit } from "./geometry/vectors.js";
import { sphere } from "./solidmesh.js";

export const TINTS = [[0, 158, 115], [217, 154, 0], [139, 79, 168], [86, 180, 233], [204, 121, 167], [127, 140, 60], [130, 138, 147]];
const MESH = sphere(28), MIDDLES = MESH.faces.map((f) => unit(f.map((i) => MESH.points[i]).reduce((a, b) => plus(a, b))));
const PLACE = [96, 544], RADIUS = 78;

const kept = new WeakMap();

/** The compass of a norm, and the kind of each triangle of the sphere; null where there is none. */
export function compassFor(norm) {
  if (!hasCompass(norm)) return null;
  if (!kept.has(norm)) { const compass = compassIn(norm); kept.set(norm, { ...compass, faces: MIDDLES.map(compass.of) }); }
  return kept.get(norm);
}

/** Paints the sphere in a corner of the picture, with the direction of the touch as its needle. */
export function paintCompass(context, view, norm, push, colours) {
  const compass = compassFor(norm);
  if (!compass) return;
  const at = (v) => [PLACE[0] + RADIUS * dot(v, view.right), PLACE[1] - RADIUS * dot(v, view.up)];
  const flat = MESH.points.map((p) => at(unit(p)));
  compass.kinds.forEach((_, kind) => {
    context.beginPath();
    MESH.faces.forEach((f, k) => {
      if (compass.faces[k] !== kind || dot(MIDDLES[k], view.ahead) >= 0.06) return;
      f.forEach((i, j) => (j ? context.lineTo(...flat[i]) : context.moveTo(...flat[i])));
      context.lineTo(...flat[f[0]]);
    });
    context.fillStyle = context.strokeStyle = `rgb(${TINTS[kind % TINTS.length]})`;
    context.lineWidth = 0.8;
    context.fill();
    context.stroke();
  });
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
