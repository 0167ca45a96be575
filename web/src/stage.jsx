// The picture in the plane.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { FaceMap } from "./backdrops.jsx";
import { FreePoint, Handles, budgetGrip } from "./grips.jsx";
import { cornersOf, normals } from "./geometry/planar.js";
import { Live, useDerived, useKind } from "./live.jsx";
import { degrees, dot, largest, length, plus } from "./geometry/vectors.js";
import { short, ticks } from "./numbers.jsx";
import { fitting } from "./room.js";
import { ghostName } from "./words.js";
import { SIZE, arrowHead, axesOf, ballOutline, levelLines, levelOutline, levelOutlines, lineEnds, pathOf, reachOf, scaleFor } from "./outlines.js";

/** From the plane to pixels of the drawing and back. */
function scaleOf(extent, zoom = 1) {
  const unit = (SIZE / 2 / extent) * zoom;
  return {
    unit,
    to: ([x, y]) => [SIZE / 2 + unit * x, SIZE / 2 - unit * y],
    from: ([x, y]) => [(x - SIZE / 2) / unit, (SIZE / 2 - y) / unit],
  };
}

export function Stage({ store, scene, frame }) {
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
  const zoom = s.zoom.value, extent = scene.extent.value;
  const view = useMemo(() => scaleOf(extent, zoom), [extent, zoom]);
  const half = extent / zoom;
  const ball = useDerived(() => pathOf(ballOutline(scene.picture.value.norm, scene.budget.value).map(view.to)), [view]);
  const grip = useDerived(() => view.to(budgetGrip(scene, half)), [view]);
  const pointer = (event) => {
    const box = svg.current.getBoundingClientRect();
    return view.from([((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE]);
  };
  const hit = Math.max(16, (22 * SIZE) / width);
  const k = scaleFor(width);
  const parts = { store, scene, view, half, pointer, hit, k, ball, grip };
  const used = () => setFresh(false);
  return (
    <svg class={`stage ${fresh ? "fresh" : ""}`} ref={svg} onPointerDownCapture={used} onKeyDownCapture={used} style={{ "--k": k.toFixed(3) }} viewBox={`0 0 ${SIZE} ${SIZE}`} role="group" aria-label="the picture: ball, level sets and contact">
      {s.map.value && <FaceMap {...parts} />}
      <Grid {...parts} />
      <Levels {...parts} />
      <Ghost {...parts} />
      <Ball {...parts} />
      <Corners {...parts} />
      <Marks {...parts} />
      <Trail {...parts} />
      <Touch {...parts} />
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
function Marks({ view, half, k }) {
  const [x0, y0] = view.to([0, 0]);
  const { names } = useKind();
  return (
    <g class="grid">
      {marksOf(half).map((v) => { const [x, y] = view.to([v, v]); return (
        <g key={v}>
          <text x={x} y={SIZE - 9} text-anchor="middle">{short(v)}</text>
          <text x={9} y={y + 4.5}>{short(v)}</text>
        </g>); })}
      <text class="name" x={SIZE - 10} y={y0 - 10} text-anchor="end">{fitting(names[0], 0.45 * SIZE, 16 * k, 400, "italic")}</text>
      <text class="name" x={x0 + 10} y={22}>{fitting(names[1], SIZE - x0 - 20 - 82 * k, 16 * k, 400, "italic")}</text>
    </g>
  );
}

/** Levels drawn faintly between the best fit and the touching one, and some beyond. */
const SHARES = [0.06, 0.3, 0.62];

function Levels(props) {
  const { level } = useKind();
  return <g class="levels">{level === "line" ? <Line {...props} /> : level === "ellipse" ? <Ellipses {...props} /> : <Outlines {...props} />}</g>;
}

/** The line that fits exactly, and the one that is reached where the budget is too small for it. */
function Line({ scene, view, half }) {
  const draw = (points) => pathOf(points.map(view.to), false);
  const reached = () => scene.touch.value.value < 1e-12;
  const exact = () => {
    const { line } = scene.picture.value.loss;
    return { class: reached() ? "touching" : "wanted", d: draw(lineEnds(line, line.b, 3 * half + line.b)) };
  };
  const nearest = () => {
    const { line } = scene.picture.value.loss;
    return { d: reached() ? "" : draw(levelLines(line, scene.touch.value.value, 3 * half + line.b)[0]) };
  };
  return <><Live as="path" live={exact} /><Live as="path" class="touching" live={nearest} /></>;
}

/** The levels that are drawn beside the touching one. */
function faintLevels({ loss }, touch) {
  const over = touch.value - loss.floor;
  const start = loss.value([0, 0]) - loss.floor;
  const within = over > 1e-3 * start ? SHARES.map((q) => q * q * over) : [0.02, 0.1, 0.3].map((q) => q * start);
  const beyond = [1.7 * over, ...[0.08, 0.3, 0.7].map((q) => q * start).filter((v) => v > 2.5 * over)];
  return [...within, ...beyond].map((v) => loss.floor + v);
}

/** Level sets of squared error, in the frame of their common axes. */
function Ellipses({ scene, view }) {
  const place = () => {
    const { loss } = scene.picture.value;
    const [x, y] = view.to(loss.optimum);
    return { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(${(-axesOf(loss).angle / degrees).toFixed(3)})` };
  };
  const draw = (levels) => levels.map((level) => {
    const { loss } = scene.picture.value;
    const { long, short } = axesOf(loss);
    const r = view.unit * reachOf(loss, level);
    if (!r) return "";
    const [a, b] = [(r * long).toFixed(2), (r * short).toFixed(2)];
    return `M${a} 0A${a} ${b} 0 1 0-${a} 0A${a} ${b} 0 1 0 ${a} 0Z`;
  }).join("");
  return (
    <>
      <Live as="g" live={place}>
        <Live as="path" class="level" live={() => ({ d: draw(faintLevels(scene.picture.value, scene.touch.value)) })} />
        <Live as="path" class="touching" live={() => ({ d: draw([scene.touch.value.value]) })} />
      </Live>
      <Optimum scene={scene} view={view} />
    </>
  );
}

/** Level sets of a loss over samples: the touching one first. */
function Outlines({ scene, view, half }) {
  const outlines = useDerived(() => {
    const picture = scene.picture.value, touch = scene.touch.value;
    return levelOutlines(picture.loss, [touch.value, ...faintLevels(picture, touch)], 2 * half, 48).map((points) => pathOf(points && points.map(view.to)));
  }, [view]);
  return (
    <>
      <Live as="path" class="level" live={() => ({ d: outlines.value.slice(1).join("") })} />
      <Live as="path" class="touching" live={() => ({ d: outlines.value[0] })} />
      <Optimum scene={scene} view={view} />
    </>
  );
}

function Optimum({ scene, view }) {
  const place = () => { const [x, y] = view.to(scene.picture.value.loss.optimum); return { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` }; };
  return <Live as="g" class="optimum" live={place}><path d="M-5-5L5 5M-5 5L5-5" /></Live>;
}

function Ball({ scene, view, half, ball }) {
  const [x, y] = view.to([0, 0]);
  const tiny = () => !(scene.budget.value > 1e-9 * half);
  const side = () => { const { flat } = scene.touch.value; return { d: flat ? pathOf(flat.map(view.to), false) : "" }; };
  return (
    <g class="ball">
      <Live as="circle" class="nothing" cx={x} cy={y} live={() => ({ r: tiny() ? 4 : 0 })} />
      <Live as="path" live={() => ({ d: tiny() ? "" : ball.value })} />
      <Live as="path" class="side" live={side} />
    </g>
  );
}

/** What each corner catches, faintly: the compass of the ball. */
function Corners({ scene, view }) {
  const wedges = useDerived(() => {
    const { norm, d } = scene.picture.value;
    return d === 2 ? cornersOf(norm, scene.budget.value).map(([w, pair]) => wedge(view.to(w), pair, 60)).join("") : "";
  }, [view]);
  return <Live as="path" class="corners" live={() => ({ d: wedges.value })} />;
}

/** The level set that the other ball touches. */
function ghostLevel({ picture, contact }, half) {
  const { loss } = picture;
  if (contact.inside || contact.value - loss.floor < 1e-12) return null;
  if (loss.line) return { points: levelLines(loss.line, contact.value, 3 * half + loss.line.b)[0], open: true };
  return { points: loss.gram ? levelOutline(loss, contact.value, 2 * half) : levelOutlines(loss, [contact.value], 2 * half, 48)[0] };
}

function Ghost({ scene, view, half }) {
  const ghost = scene.ghost.value;
  if (!ghost) return null;
  const { contact, picture, name } = ghost;
  const [x, y] = view.to(contact.w);
  const label = ghostName(name), level = ghostLevel(ghost, half);
  return (
    <g class="ghost">
      <path d={pathOf(ballOutline(picture.norm, Math.min(contact.t, picture.enough)).map(view.to))} />
      {level && level.points && <path class="fit" d={pathOf(level.points.map(view.to), !level.open)} />}
      <path class="cross" d={`M${x - 6} ${y}H${x + 6}M${x} ${y - 6}V${y + 6}`} />
      <text x={x + (x < SIZE - 60 ? 10 : -10)} y={y + 20} text-anchor={x < SIZE - 60 ? "start" : "end"}>{label} touches here</text>
    </g>
  );
}

function Trail({ store, scene, view }) {
  if (!store.signals.trail.value) return null;
  return <Live as="path" class="trail" live={() => ({ d: pathOf(scene.trail.value.map((c) => view.to(c.w)), false) })} />;
}

function Touch({ store, scene, view, half, k, grip }) {
  const { convex, own } = useKind();
  const name = store.signals.norm.value;
  const at = useDerived(() => view.to(scene.touch.value.w), [view]);
  const text = useDerived(() => scene.touch.value.w.map((v) => short(v)).join(", "), []);
  const cone = () => {
    const { w, inside } = scene.touch.value;
    const has = convex && !inside && largest(w) > 1e-9 * half;
    return { d: has ? wedge(at.value, normals(scene.picture.value.norm, w), 92) : "" };
  };
  const push = () => {
    const { push: g, inside } = scene.touch.value;
    const size = inside ? 0 : length(g);
    if (!(size > 0)) return { d: "" };
    const [x, y] = at.value, tip = [x + (66 * g[0]) / size, y - (66 * g[1]) / size];
    return { d: pathOf([[x, y], tip], false) + arrowHead([x, y], tip) };
  };
  const rivals = () => ({ d: scene.touch.value.others.map((o) => { const [x, y] = view.to(o.w); return `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z`; }).join("") });
  const where = () => {
    const boxes = taken(scene, grip.value, view, k, own);
    const label = freePlace(scene.picture.value, scene.touch.value, view, at.value, [9.2 * k * (text.value.length + 2), 15 * k], boxes);
    return { x: label.x.toFixed(1), y: label.y.toFixed(1), "text-anchor": label.anchor, text: `(${text.value})` };
  };
  return (
    <g class="touch">
      <Live as="path" class="cone" live={cone} />
      <Live as="path" class="push" live={push} />
      {!convex && <Live as="path" class="rival" live={rivals} />}
      <Live as="circle" class="contact" r="6.5" live={() => ({ cx: at.value[0].toFixed(2), cy: at.value[1].toFixed(2) })} />
      <Live as="text" class="where" live={where} />
      <Live as="title" live={() => ({ text: `${name} contact at ${text.value}` })} />
    </g>
  );
}

/** Boxes [left, top, right, bottom] of the grips and words that the label keeps off. */
function taken(scene, grip, view, k, own) {
  const around = ([x, y]) => [x - 12, y - 12, x + 12, y + 12];
  const boxes = [around(grip)];
  const { optimum } = scene.picture.value.loss;
  if (optimum) {
    const [x, y] = view.to(optimum);
    boxes.push(around([x, y]));
    if (!own) boxes.push([x + 15, y + 22 - 12 * k, x + 15 + 60 * k, y + 26]);
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
