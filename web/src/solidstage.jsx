// The picture in space, on a canvas: two convex bodies that touch are parted by a plane, so the
// one behind it is drawn first, and no depth buffer is needed.
import { useEffect, useRef, useState } from "preact/hooks";
import { dragProps } from "./drag.jsx";
import { ballMesh, levelMesh, planeMesh } from "./solidmesh.js";
import { degrees, dot, largest, length, plus, times } from "./geometry/vectors.js";
import { short } from "./numbers.jsx";
import { SIZE } from "./outlines.js";
import { contactSentence } from "./words.js";

export function camera(yaw, pitch, unit) {
  const [a, b] = [yaw * degrees, pitch * degrees];
  const right = [Math.cos(a), Math.sin(a), 0];
  const ahead = [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), -Math.sin(b)];
  const up = [-Math.sin(a) * Math.sin(b), Math.cos(a) * Math.sin(b), Math.cos(b)];
  return {
    ahead, to: (v) => [SIZE / 2 + unit * dot(v, right), SIZE / 2 - unit * dot(v, up)], depth: (v) => dot(v, ahead),
  };
}

const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const LIGHT = [-0.35, -0.55, 0.76];

/** Fills the faces of a mesh from back to front, shaded; back faces only where asked for. */
function drawMesh(context, mesh, view, colour, bothSides = false) {
  const { points, faces } = mesh;
  const centre = times(points.reduce((a, b) => plus(a, b)), 1 / points.length);
  const flat = points.map(view.to);
  const list = faces.map((f) => {
    const [a, b, c] = f.map((i) => points[i]);
    let n = cross(plus(b, a, -1), plus(c, a, -1));
    const l = length(n) || 1;
    n = times(n, 1 / l);
    const mid = times(f.map((i) => points[i]).reduce((x, y) => plus(x, y)), 1 / f.length);
    if (dot(n, plus(mid, centre, -1)) < 0) n = times(n, -1);
    return { f, front: bothSides || dot(n, view.ahead) < 0, depth: view.depth(mid), light: bothSides ? 0.75 : 0.62 + 0.38 * Math.max(0, dot(n, LIGHT)) };
  }).filter((x) => x.front).sort((a, b) => b.depth - a.depth);
  for (const { f, light } of list) {
    context.beginPath();
    f.forEach((i, k) => (k ? context.lineTo(...flat[i]) : context.moveTo(...flat[i])));
    context.closePath();
    context.fillStyle = `rgb(${colour.map((c) => Math.round(c * light + 255 * 0.08)).join(",")})`;
    context.fill();
    context.strokeStyle = context.fillStyle;
    context.lineWidth = 0.8;
    context.stroke();
  }
}

/** Draws through a second canvas, so that a body seen through shows no seams between its faces. */
function through(context, alpha, paint) {
  if (alpha >= 1) { paint(context); return; }
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

function drawEdges(context, mesh, view, colour, w) {
  if (!mesh.edges) return;
  const flat = mesh.points.map(view.to);
  const visible = mesh.points.map((p) => view.depth(p));
  const middle = visible.reduce((a, b) => a + b, 0) / visible.length;
  for (const [a, b] of mesh.edges) {
    const hidden = 0.5 * (visible[a] + visible[b]) > middle + 1e-9;
    context.strokeStyle = colour;
    context.globalAlpha = hidden ? 0.18 : 0.9;
    context.lineWidth = onEdge(mesh.points[a], mesh.points[b], w) ? 4 : 1.3;
    if (context.lineWidth > 2) context.globalAlpha = 1;
    context.beginPath();
    context.moveTo(...flat[a]);
    context.lineTo(...flat[b]);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Whether w lies inside the edge from a to b. */
function onEdge(a, b, w) {
  const d = plus(b, a, -1), s = dot(plus(w, a, -1), d) / dot(d, d);
  return s > 1e-6 && s < 1 - 1e-6 && largest(plus(plus(a, d, s), w, -1)) < 1e-6 * length(d);
}

const COLOURS = {
  light: { ball: [0, 114, 178], level: [213, 94, 0], ink: "#1b1f24", soft: "#8a929c", cone: "#009E73", edge: "#003e63" },
  dark: { ball: [86, 180, 233], level: [230, 130, 50], ink: "#eef1f4", soft: "#8a929c", cone: "#2fc79a", edge: "#cfeaff" },
};

function draw(canvas, scene, store, pixels, dark) {
  const context = canvas.getContext("2d");
  const s = store.signals;
  const colours = dark ? COLOURS.dark : COLOURS.light;
  const half = scene.extent.value;
  const view = camera(s.yaw.value, s.pitch.value, (SIZE / 2 / half) * 0.92 * s.zoom.value);
  const { loss, norm } = scene.picture.value;
  const touch = scene.touch.value;
  context.setTransform(pixels / SIZE, 0, 0, pixels / SIZE, 0, 0);
  context.clearRect(0, 0, SIZE, SIZE);
  context.lineJoin = context.lineCap = "round";
  context.font = "15px system-ui, sans-serif";

  for (let i = 0; i < 3; i++) {
    const end = [0, 1, 2].map((k) => (k === i ? half * 0.95 : 0));
    context.strokeStyle = colours.soft;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(...view.to(times(end, -1)));
    context.lineTo(...view.to(end));
    context.stroke();
    context.fillStyle = colours.soft;
    const [x, y] = view.to(times(end, 1.06));
    context.fillText(`w${"₁₂₃"[i]}`, x - 8, y + 5);
  }
  const ball = touch.t > 1e-6 ? ballMesh(norm, scene.budget.value) : null;
  const level = loss.line ? planeMesh({ a: loss.line.a, b: loss.line.b - Math.sqrt(2 * Math.max(touch.value, 0)) }, 1.5) : levelMesh(loss, touch.value, half);
  const paintBall = () => {
    if (!ball) return;
    through(context, touch.inside ? 0.4 : 1, (layer) => drawMesh(layer, ball, view, colours.ball));
    drawEdges(context, ball, view, colours.edge, touch.w);
  };
  const levelBehind = dot(touch.push, view.ahead) > 0;
  const seenThrough = touch.inside ? 1 : loss.line ? 0.6 : levelBehind ? 0.85 : 0.55;
  const paintLevel = () => level && through(context, seenThrough, (layer) => drawMesh(layer, level, view, colours.level, !!loss.line));
  if (touch.inside) { paintLevel(); paintBall(); } else if (levelBehind) { paintLevel(); paintBall(); } else { paintBall(); paintLevel(); }

  if (s.trail.value) {
    context.strokeStyle = colours.ink;
    context.setLineDash([2, 5]);
    context.lineWidth = 2;
    context.beginPath();
    scene.trail.value.forEach((c, k) => (k ? context.lineTo(...view.to(c.w)) : context.moveTo(...view.to(c.w))));
    context.stroke();
    context.setLineDash([]);
  }
  if (loss.optimum) {
    const [x, y] = view.to(loss.optimum);
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - 5, y - 5); context.lineTo(x + 5, y + 5); context.moveTo(x - 5, y + 5); context.lineTo(x + 5, y - 5);
    context.stroke();
  }
  const at = view.to(touch.w);
  if (!touch.inside && largest(touch.push)) {
    const tip = view.to(plus(touch.w, touch.push, (0.22 * half) / length(touch.push)));
    context.strokeStyle = colours.cone;
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(...at);
    context.lineTo(...tip);
    context.stroke();
    context.beginPath();
    context.arc(...tip, 3.5, 0, 7);
    context.fillStyle = colours.cone;
    context.fill();
  }
  context.beginPath();
  context.arc(...at, 6.5, 0, 7);
  context.fillStyle = colours.ink;
  context.fill();
  context.strokeStyle = dark ? "#000" : "#fff";
  context.lineWidth = 1.5;
  context.stroke();
  context.font = "600 15px system-ui, sans-serif";
  context.fillStyle = colours.ink;
  const text = `(${touch.w.map((v) => short(v)).join(", ")})`;
  context.lineWidth = 4;
  context.strokeText(text, at[0] + 12, at[1] + 22);
  context.fillText(text, at[0] + 12, at[1] + 22);
}

export function SolidStage({ store, scene, frame }) {
  const canvas = useRef(null);
  const [pixels, setPixels] = useState(SIZE);
  const s = store.signals;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  frame.canvas = canvas;
  useEffect(() => {
    const watch = new ResizeObserver(([e]) => setPixels(Math.round((e.contentRect.width || SIZE) * (devicePixelRatio || 1))));
    watch.observe(canvas.current);
    return () => watch.disconnect();
  }, []);
  // reading the signals here makes the component, and with it the drawing, follow them
  const now = [scene.touch.value, scene.trail.value, s.yaw.value, s.pitch.value, s.zoom.value, s.trail.value, pixels, dark];
  useEffect(() => { if (canvas.current) draw(canvas.current, scene, store, pixels, dark); }, now);
  const from = useRef(null);
  const drag = useRef(null);
  if (!drag.current) {
    drag.current = dragProps((event) => {
      const width = canvas.current.getBoundingClientRect().width;
      const turn = (by) => (by / width) * 220;
      const wrapped = (v) => ((((v + 180) % 360) + 360) % 360) - 180;
      store.set({
        yaw: wrapped(from.current.yaw + turn(event.clientX - from.current.x)),
        pitch: Math.max(-89, Math.min(89, from.current.pitch + turn(event.clientY - from.current.y))),
      });
    }, { start: (event) => { from.current = { x: event.clientX, y: event.clientY, yaw: s.yaw.value, pitch: s.pitch.value }; } });
  }
  const zoom = (by) => store.set({ zoom: Math.max(0.4, Math.min(4, s.zoom.value * by)) });
  const onKeyDown = (event) => {
    const step = event.shiftKey ? 15 : 3;
    const moves = { ArrowLeft: { yaw: s.yaw.value - step }, ArrowRight: { yaw: s.yaw.value + step }, ArrowUp: { pitch: s.pitch.value + step }, ArrowDown: { pitch: s.pitch.value - step } };
    if (moves[event.key]) { event.preventDefault(); store.set(moves[event.key]); }
    if (event.key === "+") zoom(1.15);
    if (event.key === "-") zoom(1 / 1.15);
  };
  return (
    <div class="solid">
      <canvas ref={canvas} class="stage" width={pixels} height={pixels} role="application" tabindex="0" aria-label={`the picture in space; arrow keys turn it. ${contactSentence(scene)}`}
        onKeyDown={onKeyDown} {...drag.current} />
      <div class="zoom"><button type="button" aria-label="nearer" onClick={() => zoom(1.2)}>+</button><button type="button" aria-label="farther" onClick={() => zoom(1 / 1.2)}>−</button></div>
    </div>
  );
}
