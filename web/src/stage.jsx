// The picture in the plane.
import { useEffect, useRef, useState } from "preact/hooks";
import { FaceMap, Throws } from "./backdrops.jsx";
import { FreePoint, Handles, budgetGrip } from "./grips.jsx";
import { normals } from "./geometry/planar.js";
import { degrees, dot, largest, length, plus, times } from "./geometry/vectors.js";
import { short, ticks } from "./numbers.jsx";
import { aimOf, tallyFor } from "./throws.js";
import { ghostName } from "./words.js";
import { SIZE, arrowHead, ballOutline, ellipseOf, levelLines, levelOutline, levelOutlines, lineEnds, pathOf, scaleFor } from "./outlines.js";

/** From the plane to pixels of the drawing and back. */
export function scaleOf(extent, zoom = 1) {
  const unit = (SIZE / 2 / extent) * zoom;
  return {
    unit,
    to: ([x, y]) => [SIZE / 2 + unit * x, SIZE / 2 - unit * y],
    from: ([x, y]) => [(x - SIZE / 2) / unit, (SIZE / 2 - y) / unit],
  };
}

export function Stage({ store, scene, frame, throws }) {
  const s = store.signals;
  const svg = useRef(null);
  const [width, setWidth] = useState(SIZE);
  const [fresh, setFresh] = useState(true);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width || SIZE));
    watch.observe(svg.current);
    return () => watch.disconnect();
  }, []);
  frame.svg = svg;
  const zoom = s.zoom.value;
  const view = scaleOf(scene.extent.value, zoom);
  const half = scene.extent.value / zoom;
  const pointer = (event) => {
    const box = svg.current.getBoundingClientRect();
    return view.from([((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE]);
  };
  const hit = Math.max(16, (22 * SIZE) / width);
  const k = scaleFor(width);
  const parts = { store, scene, view, half, pointer, hit, k };
  const used = () => setFresh(false);
  const odds = s.view.value === "odds" && s.odds.value;
  return (
    <svg class={`stage ${fresh && odds !== "throws" ? "fresh" : ""}`} ref={svg} onPointerDownCapture={used} onKeyDownCapture={used} style={{ "--k": k.toFixed(3) }} viewBox={`0 0 ${SIZE} ${SIZE}`} role="group" aria-label="the picture: ball, level sets and contact">
      {odds === "plane" && <FaceMap {...parts} />}
      <Grid {...parts} />
      <Levels {...parts} />
      <Ghost {...parts} />
      <Ball {...parts} />
      {odds === "throws" && <Throws {...parts} throws={throws} />}
      <Marks {...parts} />
      <Trail {...parts} />
      <Touch {...parts} thrown={odds === "throws" && throws} />
      <Handles {...parts} />
      <FreePoint {...parts} />
    </svg>
  );
}

const marksOf = (half) => ticks(-half, half, 6).filter((v) => Math.abs(v) > 1e-9 * half && Math.abs(v) < half * 0.97);

function Grid({ view, half }) {
  const [x0, y0] = view.to([0, 0]);
  return (
    <g class="grid">
      {marksOf(half).map((v) => { const [x, y] = view.to([v, v]); return (
        <g key={v}>
          <path d={`M${x} 0V${SIZE}M0 ${y}H${SIZE}`} class="faint" />
        </g>); })}
      <path d={`M${x0} 0V${SIZE}M0 ${y0}H${SIZE}`} class="axis" />
    </g>
  );
}

/** The numbers along the frame, where nothing is in their way, and the names of the axes. */
function Marks({ scene, view, half }) {
  const [x0, y0] = view.to([0, 0]);
  const names = scene.own.value ? scene.own.value.names : ["w₁", "w₂"];
  return (
    <g class="grid">
      {marksOf(half).map((v) => { const [x, y] = view.to([v, v]); return (
        <g key={v}>
          <text x={x} y={SIZE - 9} text-anchor="middle">{short(v)}</text>
          <text x={9} y={y + 4.5}>{short(v)}</text>
        </g>); })}
      <text class="name" x={SIZE - 10} y={y0 - 10} text-anchor="end">{names[0]}</text>
      <text class="name" x={x0 + 10} y={22}>{names[1]}</text>
    </g>
  );
}

/** Levels drawn faintly between the best fit and the touching one, and some beyond. */
const SHARES = [0.06, 0.3, 0.62];

function Levels({ scene, view, half }) {
  const { loss } = scene.picture.value;
  const touch = scene.touch.value;
  const draw = (points, close) => pathOf(points && points.map(view.to), close);
  if (loss.line) {
    const far = 3 * half + loss.line.b;
    const reached = touch.value < 1e-12;
    const level = levelLines(loss.line, touch.value, far)[0];
    return (
      <g class="levels">
        <path class={reached ? "touching" : "wanted"} d={draw(lineEnds(loss.line, loss.line.b, far), false)} />
        {!reached && <path class="touching" d={draw(level, false)} />}
      </g>
    );
  }
  const over = touch.value - loss.floor;
  const start = loss.value([0, 0]) - loss.floor;
  const faint = over > 1e-3 * start ? [...SHARES.map((q) => loss.floor + q * q * over)] : [0.02, 0.1, 0.3].map((q) => loss.floor + q * start);
  const beyond = [loss.floor + 1.7 * over, ...[0.08, 0.3, 0.7].map((q) => loss.floor + q * start).filter((v) => v > loss.floor + 2.5 * over)];
  const [cx, cy] = view.to(loss.optimum);
  return (
    <g class="levels">
      {loss.gram ? [...faint, ...beyond, touch.value].map((v, k) => <Ellipse key={k} loss={loss} level={v} view={view} name={v === touch.value ? "touching" : "level"} />)
        : [...levelOutlines(loss, [...faint, ...beyond], 2 * half, 40).map((points, k) => <path key={k} class="level" d={draw(points)} />),
          <path key="touching" class="touching" d={draw(levelOutline(loss, touch.value, 2 * half))} />]}
      <g class="optimum" transform={`translate(${cx} ${cy})`}><path d="M-5-5L5 5M-5 5L5-5" /></g>
    </g>
  );
}

function Ellipse({ loss, level, view, name }) {
  const found = ellipseOf(loss, level);
  if (!found) return null;
  const [x, y] = view.to(loss.optimum);
  return <ellipse class={name} rx={view.unit * found.long} ry={view.unit * found.short} transform={`translate(${x} ${y}) rotate(${-found.angle / degrees})`} />;
}

function Ball({ scene, view, half }) {
  const { norm } = scene.picture.value;
  const touch = scene.touch.value;
  const t = scene.own.value ? scene.own.value.t : scene.budget.value;
  const points = ballOutline(norm, t).map(view.to);
  const flat = touch.flat && touch.flat.map(view.to);
  const tiny = !(t > 1e-9 * half);
  const [x, y] = view.to([0, 0]);
  return (
    <g class="ball">
      {tiny ? <circle class="nothing" cx={x} cy={y} r="4" /> : <path d={pathOf(points)} />}
      {flat && <path class="side" d={pathOf(flat, false)} />}
    </g>
  );
}

function Ghost({ scene, view }) {
  const ghost = scene.ghost.value;
  if (!ghost) return null;
  const { contact, picture, name } = ghost;
  const [x, y] = view.to(contact.w);
  const label = ghostName(name);
  return (
    <g class="ghost">
      <path d={pathOf(ballOutline(picture.norm, Math.min(contact.t, picture.enough)).map(view.to))} />
      <path class="cross" d={`M${x - 6} ${y}H${x + 6}M${x} ${y - 6}V${y + 6}`} />
      <text x={x + (x < SIZE - 60 ? 10 : -10)} y={y + 20} text-anchor={x < SIZE - 60 ? "start" : "end"}>{label} touches here</text>
    </g>
  );
}

function Trail({ store, scene, view }) {
  if (!store.signals.trail.value) return null;
  return <path class="trail" d={pathOf(scene.trail.value.map((c) => view.to(c.w)), false)} />;
}

function Touch({ store, scene, view, half, k, thrown }) {
  const { norm } = scene.picture.value;
  const touch = scene.touch.value;
  const [x, y] = view.to(touch.w);
  const g = touch.push;
  const arrow = !touch.inside && length(g) > 0 ? times(g, 66 / length(g)) : null;
  const cone = norm.convex && !touch.inside && largest(touch.w) > 1e-9 * half ? normals(norm, touch.w) : null;
  const tip = arrow && [x + arrow[0], y - arrow[1]];
  const text = touch.w.map((v) => short(v)).join(", ");
  const buried = thrown && tallyFor(thrown, aimOf(store, scene)); // under the piles of what was thrown
  const label = freePlace(scene.picture.value, touch, view, [x, y], [9.2 * k * (text.length + 2), 15 * k], taken(scene, half, view, k));
  return (
    <g class="touch">
      {cone && <path class="cone" d={wedge([x, y], cone, 92)} />}
      {arrow && <path class="push" d={`M${x} ${y}L${tip[0]} ${tip[1]}${arrowHead([x, y], tip)}`} />}
      {touch.others.map((o) => { const [a, b] = view.to(o.w); return <circle class="rival" cx={a} cy={b} r="5" />; })}
      <circle class="contact" cx={x} cy={y} r="6.5" />
      {!buried && <text class="where" x={label.x} y={label.y} text-anchor={label.anchor}>({text})</text>}
      <title>{store.signals.norm.value} contact at {text}</title>
    </g>
  );
}

/** Boxes [left, top, right, bottom] of the grips and words that the label keeps off. */
function taken(scene, half, view, k) {
  const around = ([x, y]) => [x - 12, y - 12, x + 12, y + 12];
  const boxes = [around(view.to(budgetGrip(scene, half)))];
  const { optimum } = scene.picture.value.loss;
  if (optimum) {
    const [x, y] = view.to(optimum);
    boxes.push(around([x, y]));
    if (!scene.own.value) boxes.push([x + 15, y + 22 - 12 * k, x + 15 + 60 * k, y + 26]);
  }
  return boxes;
}

/** The place of the label, of six around the contact, that covers least and keeps farthest from ball, level set and arrow. */
function freePlace({ norm, loss }, touch, view, [x, y], [wide, high], boxes) {
  const places = [[-1, 0], [1, 0], [-1, 1], [1, 1], [-1, -1], [1, -1]].map(([i, j]) => {
    const at = { x: x + 14 * i, y: y + 5 + 17 * j, anchor: i < 0 ? "end" : "start" };
    const box = [[0, 0], [0.5, 0], [1, 0]].map(([s]) => view.from([at.x + i * s * wide, at.y - 5]));
    const [from, to] = i < 0 ? [at.x - wide, at.x] : [at.x, at.x + wide];
    const outside = from < 4 || to > SIZE - 4;
    const covered = boxes.filter(([l, t, r, b]) => from < r && to > l && at.y - high < b && at.y + 4 > t).length;
    const clear = box.map((w) => {
      const d = plus(w, touch.w, -1);
      const slope = touch.push && length(touch.push) ? dot(touch.push, d) / (length(touch.push) * (length(d) || 1)) : 0;
      const ball = touch.t ? Math.abs(norm.value(w) - touch.t) / Math.max(norm.value(d), 1e-12) : 1;
      return Math.min(loss.line || !touch.inside ? Math.abs(slope) : 1, ball, slope > 0.6 ? 0.25 * (1 - slope) : 1);
    });
    return { ...at, score: Math.min(...clear) - (outside ? 2 : 0) - covered };
  });
  return places.reduce((a, b) => (b.score > a.score + 1e-9 ? b : a));
}

function wedge([x, y], [a, b], r) {
  if (Math.abs(a[0] * b[1] - a[1] * b[0]) < 1e-9 && dot(a, b) > 0) return ""; // one normal: the arrow
    const end = (n) => `${(x + r * n[0]).toFixed(2)} ${(y - r * n[1]).toFixed(2)}`;
  const sweep = a[0] * b[1] - a[1] * b[0] > 0 ? 0 : 1;
  return `M${x.toFixed(2)} ${y.toFixed(2)}L${end(a)}A${r} ${r} 0 0 ${sweep} ${end(b)}Z`;
}
