// What lies under the picture while odds are looked at: the plane by faces, and what was thrown.
import { useEffect, useState } from "preact/hooks";
import { FACES, faceMap, labelPlaces, mapImage } from "./facemap.js";
import { times } from "./geometry/vectors.js";
import { SIZE, levelOutline, lineEnds, pathOf } from "./outlines.js";
import { aimOf, tallyFor } from "./throws.js";

const GRID = 256;

/** Whether the map can be drawn: squared error in the plane, and a convex ball. */
export const hasMap = ({ loss, norm, d }) => d === 2 && !!loss.gram && norm.convex;

export function FaceMap({ scene, half }) {
  const picture = scene.picture.value;
  const t = scene.budget.value;
  const { loss, norm } = picture;
  const drawable = hasMap(picture) && t > 1e-6 * half;
  const [map, show] = useState(null);
  // the centre of the ellipse changes nothing in the map
  const needs = drawable ? JSON.stringify([norm, loss.gram, t, half]) : "";
  useEffect(() => {
    if (!needs) return undefined;
    const wait = setTimeout(() => {
      const faces = faceMap(norm, loss.gram, t, half, GRID);
      show({ needs, image: mapImage(faces, GRID), labels: labelPlaces(faces, GRID) });
    }, map ? 120 : 0);
    return () => clearTimeout(wait);
  }, [needs]);
  if (!drawable || !map) return null;
  const names = scene.own.value && scene.own.value.names;
  // the map is symmetric about zero: its words stand in the half where the best fit is not
  const flip = (x) => (loss.optimum[1] > 0 ? 1 - x : x);
  const text = (face) => (names && face < 3 ? `${names[face - 1]} = 0` : FACES[face].text);
  return (
    <g class={`facemap ${map.needs === needs ? "" : "old"}`} aria-hidden="true">
      <image href={map.image} width={SIZE} height={SIZE} preserveAspectRatio="none" />
      {map.labels.map(({ face, x, y }) => <text key={face} x={SIZE * flip(x)} y={SIZE * flip(y) + 5} text-anchor="middle">{text(face)}</text>)}
    </g>
  );
}

const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** The touches so far: each pile a spiral of dots at its place, with its count where it is large. */
export function Throws({ store, scene, view, half, throws }) {
  const aim = aimOf(store, scene);
  const tally = tallyFor(throws, aim);
  if (!tally || scene.picture.value.d === 3) return null;
  const piles = [...tally.piles.values()].map(({ w, count }) => ({ at: view.to(times(w, aim.scale)), w, count }));
  const dots = piles.flatMap(({ at: [x, y], count }) => Array.from({ length: count }, (_, k) => {
    const r = 2.3 * Math.sqrt(k), a = k * GOLDEN;
    return `M${(x + r * Math.cos(a)).toFixed(1)} ${(y + r * Math.sin(a)).toFixed(1)}h.01`;
  }));
  const large = piles.filter(({ count }) => count > 9 && count > 0.02 * tally.n);
  const drawn = tally.last.map(({ loss, value, stretch }) => {
    const points = loss.line ? lineEnds(loss.line, loss.line.b, 4 * half / (aim.scale * stretch) + loss.line.b) : levelOutline(loss, value, 0, 64);
    return pathOf(points && points.map((w) => view.to(times(w, aim.scale * stretch))), !loss.line);
  });
  return (
    <g class="thrown" aria-hidden="true">
      {drawn.map((d, k) => <path key={k} class="flying" d={d} style={{ opacity: 0.55 - 0.05 * k }} />)}
      <path class="spots" d={dots.join("")} />
      {large.map(({ at: [x, y], w, count }) => {
        const r = 2.3 * Math.sqrt(count) + 16, l = Math.hypot(...w) || 1;
        return <text key={w.join()} class="pile" x={x + (r * w[0]) / l} y={y - (r * w[1]) / l + 5} text-anchor="middle">{count}</text>;
      })}
    </g>
  );
}
