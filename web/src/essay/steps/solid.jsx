// The octahedron or the sphere, touched by a plane.
import { length, plus, times } from "../../geometry/vectors.js";
import { Dot, Label, Shape } from "../plane.jsx";

const TILT = 0.42;

function turn(yaw) {
  const a = (yaw * Math.PI) / 180, [c, s, ce, se] = [Math.cos(a), Math.sin(a), Math.cos(TILT), Math.sin(TILT)];
  return ([x, y, z]) => { const u = c * x + s * y, v = c * y - s * x; return [u, ce * z + se * v, ce * v - se * z]; };
}

const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const FACES = [1, -1].flatMap((i) => [1, -1].flatMap((j) => [1, -1].map((k) => [[i, 0, 0], [0, j, 0], [0, 0, k]])));
const ENDS = [[1.45, 0, 0], [0, 1.45, 0], [0, 0, 1.45]];

/** Corners of a square of the plane with normal n around w. */
function sheetOf(w, n) {
  const e = Math.abs(n[2]) < 0.8 ? [n[1], -n[0], 0] : [0, n[2], -n[1]], p = times(e, 1 / length(e)), q = cross(n, p);
  return [[1, 1], [1, -1], [-1, -1], [-1, 1]].map(([i, j]) => plus(plus(w, p, 0.62 * i), q, 0.62 * j));
}

function Sphere({ P, flat }) {
  const [x, y] = P.to([0, 0]);
  const circle = (z) => Array.from({ length: 37 }, (_, k) => { const a = (k * Math.PI) / 18, r = Math.sqrt(1 - z * z); return flat([r * Math.cos(a), r * Math.sin(a), z]); });
  return <><circle class="ball l2" cx={x} cy={y} r={P.unit.toFixed(1)} />{[-0.5, 0, 0.5].map((z) => <Shape key={z} P={P} points={circle(z)} tone="parallel" open />)}</>;
}

/** Faces that look away are drawn first and paler. */
function Octahedron({ P, seen, flat }) {
  const depth = (f) => seen([f[0][0], f[1][1], f[2][2]])[2];
  return FACES.map((f) => [f, depth(f)]).sort((a, b) => b[1] - a[1]).map(([f, z], k) => <Shape key={k} P={P} points={f.map(flat)} tone={z < 0 ? "facet near" : "facet"} />);
}

export function Solid({ P, n, round, yaw, away }) {
  const seen = turn(yaw), flat = (v) => seen(v).slice(0, 2);
  const k = n.map(Math.abs).indexOf(Math.max(...n.map(Math.abs)));
  const w = round ? n : n.map((x, i) => (i === k ? Math.sign(x) : 0));
  const sheet = <Shape P={P} points={sheetOf(times(w, away), n).map(flat)} tone="sheet" />, isBehind = seen(n)[2] > 0;
  return (
    <>
      {ENDS.map((e, i) => <g key={i}><Shape P={P} points={[flat(times(e, -1)), flat(e)]} tone="axis" open /><Label P={P} at={flat(e)} dx={4} dy={4} tone="name">w{"₁₂₃"[i]}</Label></g>)}
      {isBehind && sheet}
      {round ? <Sphere P={P} flat={flat} /> : <Octahedron P={P} seen={seen} flat={flat} />}
      {!isBehind && sheet}
      <Dot P={P} at={flat(w)} r={7} />
    </>);
}
