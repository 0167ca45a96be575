// What lies under the picture where the map is asked for: the plane by what a best fit there ends on.
import { useEffect, useState } from "preact/hooks";
import { FACES, faceMap, labelPlaces, mapImage } from "./facemap.js";
import { SIZE } from "./outlines.js";
import { fitting } from "./room.js";

const GRID = 256;

/** Whether the map can be drawn: squared error in the plane, and a convex ball. */
export const hasMap = ({ loss, norm, d }) => d === 2 && !!loss.gram && norm.convex;

export function FaceMap({ scene, half, k }) {
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
  const text = (face) => (names && face < 3 ? `${fitting(names[face - 1], 0.4 * SIZE, 15 * k, 600)} = 0` : FACES[face].text);
  return (
    <g class={`facemap ${map.needs === needs ? "" : "old"}`} aria-hidden="true">
      <image href={map.image} width={SIZE} height={SIZE} preserveAspectRatio="none" />
      {map.labels.map(({ face, x, y }) => <text key={face} x={SIZE * flip(x)} y={SIZE * flip(y) + 5} text-anchor="middle">{text(face)}</text>)}
    </g>
  );
}
