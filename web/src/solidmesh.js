// Meshes of balls and level surfaces in three dimensions: {points, faces, edges}.
import { onBoundary, signs } from "./geometry/norms.js";
import { backward, cholesky, dot, length, plus, times, unit } from "./geometry/vectors.js";
import { ray, shapeOf } from "./outlines.js";

/** Directions of an octahedron whose faces are cut into n^2 triangles. */
export function sphere(n) {
  const points = [], faces = [], index = new Map();
  const add = (v) => {
    const key = v.map((x) => Math.round(x * 1e6) + 0).join();
    if (!index.has(key)) { index.set(key, points.length); points.push(v); }
    return index.get(key);
  };
  for (const s of signs(3)) {
    const corner = (i, j) => { const k = n - i - j; return add([(s[0] * i) / n, (s[1] * j) / n, (s[2] * k) / n]); };
    for (let i = 0; i < n; i++) for (let j = 0; i + j < n; j++) {
      faces.push([corner(i, j), corner(i + 1, j), corner(i, j + 1)]);
      if (i + j < n - 1) faces.push([corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)]);
    }
  }
  return { points, faces };
}

const SPHERE = sphere(20);

const cube = () => {
  const points = signs(3);
  const face = (i, s) => points.map((_, k) => k).filter((k) => points[k][i] === s);
  const faces = [0, 1, 2].flatMap((i) => [1, -1].map((s) => { const [a, b, c, d] = face(i, s); return [a, b, d, c]; }));
  const edges = points.flatMap((v, a) => points.map((w, b) => [a, b]).filter(([x, b]) => x < b && v.filter((e, i) => e !== points[b][i]).length === 1));
  return { points, faces, edges };
};

const octahedron = () => {
  const points = [0, 1, 2].flatMap((i) => [1, -1].map((s) => [0, 1, 2].map((k) => (k === i ? s : 0))));
  const faces = signs(3).map((s) => s.map((x, i) => 2 * i + (x > 0 ? 0 : 1)));
  const edges = faces.flatMap(([a, b, c]) => [[a, b], [b, c], [a, c]]).filter(([a, b], k, all) => all.findIndex(([x, y]) => x === a && y === b) === k);
  return { points, faces, edges };
};

/** Corners of the sorted-L1 ball: each set of signs on one, two or three coordinates. */
function sortedSolid() {
  const points = [], index = new Map();
  const add = (v) => { const key = v.join(); if (!index.has(key)) { index.set(key, points.length); points.push(v); } return index.get(key); };
  const faces = [], edges = new Set();
  for (const s of signs(3)) for (const [i, j] of [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]]) {
    const one = add([0, 1, 2].map((k) => (k === i ? s[k] : 0)));
    const two = add([0, 1, 2].map((k) => (k === i || k === j ? s[k] : 0)));
    const three = add(s);
    faces.push([one, two, three]);
    for (const e of [[one, two], [two, three], [one, three]]) edges.add(e.join());
  }
  return { points, faces, edges: [...edges].map((e) => e.split(",").map(Number)) };
}

/** The ball {R <= t}. */
export function ballMesh(norm, t) {
  const solid = norm.name === "l1" || (norm.name === "group_l2" && norm.flat) ? octahedron() : norm.name === "linf" ? cube() : norm.name === "sorted_l1" ? sortedSolid() : SPHERE;
  // rays of a sphere's mesh crowd where a ball with a small p is sharp
  const power = norm.p && norm.p < 2 && solid === SPHERE ? 2 / norm.p : 1;
  const ray = (v) => (power === 1 ? v : v.map((x) => Math.sign(x) * Math.abs(x) ** (power / 2)));
  return { ...solid, points: solid.points.map((v) => onBoundary(norm, ray(v), t)), flat: norm.flat };
}

/** {f <= level} around the optimum, by rays that are as dense as its shape needs them. */
export function levelMesh(loss, level, far) {
  const c = loss.optimum;
  const over = level - loss.floor;
  if (!(over > 1e-10)) return null;
  const L = cholesky(loss.gram || shapeOf(loss));
  const most = 6 * far;
  const along = loss.rays && loss.rays(c);
  let r = far / 3;
  const points = SPHERE.points.map((v) => {
    const u = L ? backward(L, unit(v)) : unit(v), size = length(u);
    if (loss.gram) r = Math.min(Math.sqrt((2 * over) / dot(u, loss.gram.map((row) => dot(row, u)))), most / size);
    else r = ray(along(u), level, r, most / size);
    return plus(c, u, r);
  });
  return { points, faces: SPHERE.faces, edges: null };
}

/**
 * Unit normals of the ball around w, in order: the rim of the cone of normals at w, or null where
 * the ball is smooth there and has one normal only.
 */
export function normalCone(norm, w, count = 48) {
  const n = unit(w), [e1, e2] = across(n);
  const far = 1e-5 * length(w);
  const rays = [];
  for (let k = 0; k < count; k++) {
    const a = (2 * Math.PI * (k + 0.37)) / count; // off the ridges between two faces
    const x = plus(plus(w, e1, far * Math.cos(a)), e2, far * Math.sin(a));
    const normal = unit(AXES.map((e) => 0.5 * (norm.slope(x, e) - norm.slope(x, times(e, -1)))));
    if (!rays.length || length(plus(normal, rays[rays.length - 1], -1)) > 1e-4) rays.push(normal);
  }
  const wide = Math.max(...rays.map((r) => length(plus(r, rays[0], -1))));
  return wide > 0.02 ? rays : null;
}

const AXES = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/** Two unit vectors that stand upright on n and on each other. */
function across(n) {
  const e1 = unit(Math.abs(n[2]) < 0.9 ? [n[1], -n[0], 0] : [0, n[2], -n[1]]);
  return [e1, [n[1] * e1[2] - n[2] * e1[1], n[2] * e1[0] - n[0] * e1[2], n[0] * e1[1] - n[1] * e1[0]]];
}

/** A square piece of the plane a.w = b around its foot. */
export function planeMesh({ a, b }, far) {
  const n = unit(a);
  const [e1, e2] = across(n);
  const foot = times(a, b / dot(a, a));
  const at = (x, y) => plus(plus(foot, e1, x), e2, y);
  const n2 = 6, points = [], faces = [];
  for (let i = 0; i <= n2; i++) for (let j = 0; j <= n2; j++) points.push(at(far * ((2 * i) / n2 - 1), far * ((2 * j) / n2 - 1)));
  for (let i = 0; i < n2; i++) for (let j = 0; j < n2; j++) { const k = i * (n2 + 1) + j; faces.push([k, k + 1, k + n2 + 2, k + n2 + 1]); }
  return { points, faces, edges: null };
}

