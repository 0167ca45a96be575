// Paints the picture in space. Two convex bodies that touch are parted by a plane, so the one
// behind it is painted first and no depth buffer is needed; of a convex body only the faces that
// look at the eye are painted, and they never hide one another.
import { cross, degrees, dot, largest, length, plus, times } from "./geometry/vectors.js";
import { short, ticks } from "./numbers.jsx";
import { shortVector, faceName } from "./words.js";
import { SIZE } from "./outlines.js";
import { paintCompass } from "./solidcompass.js";
import { ballMesh, levelMesh, normalCone, planeMesh } from "./solidmesh.js";

/** How the scene is looked at: directions of the screen in space, and from space to pixels. */
export function cameraOf(store, scene) {
  const { yaw, pitch, zoom } = store.signals;
  return camera(yaw.value, pitch.value, (SIZE / 2 / scene.extent.value) * 0.92 * zoom.value);
}

function camera(yaw, pitch, unit) {
  const [a, b] = [yaw * degrees, pitch * degrees];
  const right = [Math.cos(a), Math.sin(a), 0];
  const ahead = [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), -Math.sin(b)];
  const up = [-Math.sin(a) * Math.sin(b), Math.cos(a) * Math.sin(b), Math.cos(b)];
  return { right, up, unit, ahead, to: (v) => [SIZE / 2 + unit * dot(v, right), SIZE / 2 - unit * dot(v, up)], depth: (v) => dot(v, ahead) };
}

const LIGHT = [-0.35, -0.55, 0.76];
const SHADES = 40;

/** Outward unit normals of a mesh's faces, kept with it. */
function normalsOf(mesh) {
  if (mesh.normals) return mesh.normals;
  const { points, faces } = mesh;
  const centre = times(points.reduce((a, b) => plus(a, b)), 1 / points.length);
  mesh.normals = faces.map(([a, b, c]) => {
    const n = cross(plus(points[b], points[a], -1), plus(points[c], points[a], -1));
    const out = dot(n, plus(points[a], centre, -1)) < 0 ? -1 : 1;
    return times(n, out / (length(n) || 1));
  });
  return mesh.normals;
}

function trace(context, points, close = true) {
  points.forEach((p, k) => (k ? context.lineTo(...p) : context.moveTo(...p)));
  if (close) context.closePath();
}

/** Fills the faces of a convex body, or of a plane, grouped by shade. */
function paintMesh(context, mesh, view, colour, seam, plane = false) {
  const flat = mesh.points.map(view.to);
  const groups = new Map();
  normalsOf(mesh).forEach((n, k) => {
    if (!plane && dot(n, view.ahead) >= 0) return;
    const shade = plane ? Math.round(0.35 * SHADES) : Math.round(SHADES * Math.max(0, dot(n, LIGHT)));
    if (!groups.has(shade)) groups.set(shade, []);
    groups.get(shade).push(mesh.faces[k]);
  });
  context.lineWidth = seam; // covers the gaps between faces that antialiasing leaves
  for (const [shade, faces] of groups) {
    const light = 0.62 + (0.38 * shade) / SHADES;
    context.beginPath();
    for (const face of faces) {
      // back by a line: closing some 1,600 outlines costs three times as much
      let [x, y] = flat[face[face.length - 1]];
      context.moveTo(x, y);
      for (let i = 0; i < face.length; i++) {
        [x, y] = flat[face[i]];
        context.lineTo(x, y);
      }
    }
    context.fillStyle = context.strokeStyle = `rgb(${colour.map((c) => Math.min(255, Math.round(c * light + 20))).join(",")})`;
    context.fill();
    context.stroke();
  }
}

/** Paints through a second layer, so that a body seen through shows no seams between its faces. */
function through(context, alpha, paint) {
  if (alpha >= 1) { paint(context); return; }
  if (context.group) { context.group(alpha, paint); return; }
  const layer = new OffscreenCanvas(context.canvas.width, context.canvas.height);
  const other = layer.getContext("2d");
  other.setTransform(context.getTransform());
  other.lineJoin = other.lineCap = "round";
  paint(other);
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = alpha;
  context.drawImage(layer, 0, 0);
  context.restore();
}

function stroke(context, points, colour, width, dash = []) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  trace(context, points, false);
  context.stroke();
  context.setLineDash([]);
}

function paintEdges(context, mesh, view, colour, w) {
  if (!mesh.edges) return;
  const flat = mesh.points.map(view.to);
  const depths = mesh.points.map(view.depth);
  const middle = depths.reduce((a, b) => a + b, 0) / depths.length;
  for (const [a, b] of mesh.edges) {
    const touched = onEdge(mesh.points[a], mesh.points[b], w);
    const hidden = 0.5 * (depths[a] + depths[b]) > middle + 1e-9;
    context.globalAlpha = touched ? 1 : hidden ? 0.18 : 0.9;
    stroke(context, [flat[a], flat[b]], colour, touched ? 4 : 1.3);
  }
  context.globalAlpha = 1;
}

/** Whether w lies inside the edge from a to b. */
function onEdge(a, b, w) {
  const d = plus(b, a, -1), s = dot(plus(w, a, -1), d) / dot(d, d);
  return s > 1e-6 && s < 1 - 1e-6 && largest(plus(plus(a, d, s), w, -1)) < 1e-6 * length(d);
}

const COLOURS = {
  light: { ball: [0, 114, 178], level: [213, 94, 0], ink: "#1b1f24", soft: "#6d757f", cone: "#009E73", edge: "#003e63", paper: "#fbfbf9", blank: [251, 251, 249] },
  dark: { ball: [86, 180, 233], level: [230, 130, 50], ink: "#eef1f4", soft: "#a7b0bb", cone: "#2fc79a", edge: "#cfeaff", paper: "#14171b", blank: [20, 23, 27] },
};

function label(context, text, [x, y], colours, font, colour = colours.ink) {
  context.font = `${font} system-ui, sans-serif`;
  context.strokeStyle = colours.paper;
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/**
 * Where the contact's two lines stand: right or left of it, below or above, whichever is inside
 * the picture and covers the fewest grips and names.
 */
function freePlace([x, y], wide, k, taken) {
  const places = [[1, 1], [-1, 1], [1, -1], [-1, -1]].map(([side, down]) => {
    const start = x + 13 * side, top = down > 0 ? y + 7 : y - 7 - 38 * k;
    const most = SIZE - 6, reach = side > 0 ? wide : -wide;
    const inward = Math.max(0, 6 - Math.min(start, start + reach)) - Math.max(0, Math.max(start, start + reach) - most);
    const from = start + inward, left = Math.min(from, from + reach);
    const over = Math.abs(inward) + Math.max(0, 6 - top, top + 38 * k - most);
    const hidden = taken.filter(([a, b]) => a > left - 12 && a < left + wide + 12 && b > top - 12 && b < top + 38 * k + 12).length;
    return { side, x: from, y: top + 15 * k, cost: over / 4 + 40 * hidden };
  });
  return places.reduce((a, b) => (b.cost < a.cost ? b : a));
}

const axisEnds = (half) => [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? half * 1.007 : 0)));

/** The axes: whole lines behind the bodies, and faintly over them so that they can be followed. */
function paintAxes(context, view, half, colours, over, k) {
  for (let i = 0; i < 3; i++) {
    const end = [0, 1, 2].map((k) => (k === i ? half * 0.95 : 0));
    context.globalAlpha = over ? 0.3 : 1;
    stroke(context, [view.to(times(end, -1)), view.to(end)], colours.soft, 1, over ? [3, 5] : []);
    context.globalAlpha = 1;
    const [x, y] = view.to(times(end, 1.06));
    for (const v of over ? ticks(-0.9 * half, 0.9 * half, 4).filter((t) => t) : []) {
      const at = view.to([0, 1, 2].map((j) => (j === i ? v : 0)));
      disc(context, at, 1.8, colours.soft);
      label(context, short(v), [at[0] + 4, at[1] - 4], colours, `${11 * k}px`, colours.soft);
    }
    if (over) label(context, `w${"₁₂₃"[i]}`, [x - 8, y + 5], colours, `italic ${16 * k}px`);
  }
}

/** Triangles that all run the same way round fill as one area, however they overlap. */
const turnedOneWay = ([a, b, c]) => ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) < 0 ? [a, c, b] : [a, b, c]);

function paintCone(context, view, touch, norm, half, colours) {
  if (touch.inside || !largest(touch.push)) return;
  const at = view.to(touch.w);
  const rays = largest(touch.w) > 1e-9 ? normalCone(norm, touch.w) : null;
  if (rays) {
    const rim = rays.map((r) => view.to(plus(touch.w, r, 0.3 * half)));
    context.fillStyle = colours.cone;
    context.globalAlpha = 0.34;
    context.beginPath();
    rim.forEach((p, k) => { for (const apex of [at, rim[0]]) trace(context, turnedOneWay([apex, p, rim[(k + 1) % rim.length]])); });
    context.fill();
    context.globalAlpha = 0.7;
    stroke(context, [...rim, rim[0]], colours.cone, 1.2);
    const spokes = rays.length > 12 ? [] : rim;
    for (const p of spokes) stroke(context, [at, p], colours.cone, 1.2);
    context.globalAlpha = 1;
  }
  const tip = view.to(plus(touch.w, touch.push, (0.26 * half) / length(touch.push)));
  stroke(context, [at, tip], colours.cone, 3.2);
  disc(context, tip, 4, colours.cone);
}

function disc(context, [x, y], r, colour) {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

/** Meshes are made anew only when ball, level or size have changed, not for each turn. */
function bodiesOf(scene, half, kept) {
  const { loss, norm } = scene.picture.value;
  const touch = scene.touch.value;
  if (kept.touch !== touch || kept.half !== half) {
    kept.touch = touch;
    kept.half = half;
    kept.ball = touch.t > 1e-6 ? ballMesh(norm, scene.budget.value) : null;
    kept.level = loss.line ? planeMesh({ a: loss.line.a, b: loss.line.b - Math.sqrt(2 * Math.max(touch.value, 0)) }, 1.5) : levelMesh(loss, touch.value, half);
  }
  return kept;
}

/** Paints the scene into a square of `size` pixels of a canvas (or of its twin that writes SVG). */
export function paintSolid(context, scene, store, { size, dark, meshes, k = 1, grips = [] }) {
  const s = store.signals;
  const colours = dark ? COLOURS.dark : COLOURS.light;
  const half = scene.extent.value;
  const view = cameraOf(store, scene);
  const { loss, norm } = scene.picture.value;
  const touch = scene.touch.value;
  context.setTransform(size / SIZE, 0, 0, size / SIZE, 0, 0);
  context.clearRect(0, 0, SIZE, SIZE);
  context.lineJoin = context.lineCap = "round";

  paintAxes(context, view, half, colours, false);
  const { ball, level } = bodiesOf(scene, half, meshes);
  const paintBall = () => {
    if (!ball) return;
    through(context, touch.inside ? 0.4 : 1, (layer) => paintMesh(layer, ball, view, colours.ball, 1.1 * k));
    paintEdges(context, ball, view, colours.edge, touch.w);
  };
  const levelBehind = dot(touch.push, view.ahead) > 0;
  const seenThrough = touch.inside ? 1 : loss.line ? 0.6 : levelBehind ? 0.55 : 0.3;
  const paintLevel = () => {
    // with nothing but paper behind it a paler colour does what a layer would, at a tenth of the cost
    const pale = levelBehind && !loss.line && !touch.inside;
    const colour = pale ? colours.level.map((c, i) => seenThrough * c + (1 - seenThrough) * colours.blank[i]) : colours.level;
    if (level) through(context, pale ? 1 : seenThrough, (layer) => paintMesh(layer, level, view, colour, 1.1 * k, !!loss.line));
  };
  for (const paint of touch.inside || levelBehind ? [paintLevel, paintBall] : [paintBall, paintLevel]) paint();

  if (s.trail.value) stroke(context, scene.trail.value.map((c) => view.to(c.w)), colours.ink, 2, [2, 5]);
  paintAxes(context, view, half, colours, true, k);
  if (loss.optimum && !grips.length) {
    const [x, y] = view.to(loss.optimum);
    for (const k of [-5, 5]) stroke(context, [[x - 5, y - k], [x + 5, y + k]], colours.ink, 2.5);
  }
  paintCone(context, view, touch, norm, half, colours);
  const at = view.to(touch.w);
  disc(context, at, 8, colours.paper);
  disc(context, at, 6.5, colours.ink);
  const lines = [shortVector(touch.w), faceName(touch, norm, 3)];
  const taken = [...grips.map((grip) => grip.at), ...axisEnds(half).map(view.to), ...(touch.push && length(touch.push) ? [view.to(plus(touch.w, touch.push, (0.26 * half) / length(touch.push)))] : [])];
  const place = freePlace(at, k * Math.max(8.7 * lines[0].length, 7 * lines[1].length), k, taken);
  context.textAlign = place.side < 0 ? "right" : "left";
  label(context, lines[0], [place.x, place.y], colours, `600 ${15 * k}px`);
  label(context, lines[1], [place.x, place.y + 18 * k], colours, `${13 * k}px`);
  context.textAlign = "left";
  if (s.map.value) paintCompass(context, view, norm, touch.inside ? null : touch.push, colours);
  for (const grip of grips) paintGrip(context, grip, grip.shape === "square" ? `rgb(${colours.ball})` : `rgb(${colours.level})`, colours, k);
}

function paintGrip(context, { shape, name, at: [x, y] }, colour, colours, k) {
  const r = 7 * (0.4 + 0.6 * k);
  label(context, name, [x + r + 5, y + r + 9], colours, `${12 * k}px`);
  context.beginPath();
  if (shape === "square") trace(context, [[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]]);
  else context.arc(x, y, r + 1, 0, 2 * Math.PI);
  context.fillStyle = colours.paper;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = 2.2;
  context.stroke();
  if (shape === "circle") for (const d of [-3.5, 3.5]) stroke(context, [[x - 3.5, y - d], [x + 3.5, y + d]], colour, 2);
}
