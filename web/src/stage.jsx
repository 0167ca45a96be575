// The picture in the plane.
import { useEffect, useRef, useState } from "preact/hooks";
import { Handle } from "./drag.jsx";
import { onBoundary } from "./geometry/norms.js";
import { normals } from "./geometry/planar.js";
import { degrees, dot, largest, length, plus, times } from "./geometry/vectors.js";
import { short, ticks } from "./numbers.jsx";
import { ballOutline, levelLines, levelOutline, lineEnds } from "./outlines.js";
import { defaults } from "./store.js";

export const SIZE = 640;
const path = (points, close = true) => (points && points.length ? `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}${close ? "Z" : ""}` : "");

/** From the plane to pixels of the drawing and back. */
export function scaleOf(extent, zoom = 1) {
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
  const parts = { store, scene, view, half, pointer, hit };
  return (
    <svg class="stage" ref={svg} style={{ "--k": Math.min(1.9, Math.max(1, SIZE / width)).toFixed(3) }} viewBox={`0 0 ${SIZE} ${SIZE}`} role="group" aria-label="the picture: ball, level sets and contact">
      <Grid {...parts} />
      <Levels {...parts} />
      <Ghost {...parts} />
      <Ball {...parts} />
      <Marks {...parts} />
      <Trail {...parts} />
      <Touch {...parts} />
      <FreePoint {...parts} />
      {!scene.own.value && <Handles {...parts} />}
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

/** The numbers and names of the axes, over the bodies. */
function Marks({ scene, view, half }) {
  const [x0, y0] = view.to([0, 0]);
  const names = scene.own.value ? scene.own.value.names : ["w₁", "w₂"];
  return (
    <g class="grid">
      {marksOf(half).map((v) => { const [x, y] = view.to([v, v]); return (
        <g key={v}>
          <text x={x} y={y0 + 17} text-anchor="middle">{short(v)}</text>
          <text x={x0 - 8} y={y + 4.5} text-anchor="end">{short(v)}</text>
        </g>); })}
      <text class="name" x={SIZE - 10} y={y0 - 10} text-anchor="end">{names[0]}</text>
      <text class="name" x={x0 + 10} y={20}>{names[1]}</text>
    </g>
  );
}

/** Levels drawn faintly between the best fit and the touching one, and one beyond. */
const SHARES = [0.06, 0.3, 0.62];

function Levels({ scene, view, half }) {
  const { loss } = scene.picture.value;
  const touch = scene.touch.value;
  const draw = (points, close) => path(points && points.map(view.to), close);
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
  const [cx, cy] = view.to(loss.optimum);
  return (
    <g class="levels">
      {[...faint, loss.floor + 1.7 * over].map((v, k) => <path key={k} class="level" d={draw(levelOutline(loss, v, 2 * half))} />)}
      <path class="touching" d={draw(levelOutline(loss, touch.value, 2 * half))} />
      <g class="optimum" transform={`translate(${cx} ${cy})`}><path d="M-5-5L5 5M-5 5L5-5" /></g>
    </g>
  );
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
      {tiny ? <circle class="nothing" cx={x} cy={y} r="4" /> : <path d={path(points)} />}
      {flat && <path class="side" d={path(flat, false)} />}
    </g>
  );
}

function Ghost({ scene, view }) {
  const ghost = scene.ghost.value;
  if (!ghost) return null;
  const { contact, picture, name } = ghost;
  const [x, y] = view.to(contact.w);
  const label = { l1: "L1", l2: "L2", linf: "L∞" }[name];
  return (
    <g class="ghost">
      <path d={path(ballOutline(picture.norm, Math.min(contact.t, picture.enough)).map(view.to))} />
      <path class="cross" d={`M${x - 6} ${y}H${x + 6}M${x} ${y - 6}V${y + 6}`} />
      <text x={x + (x < SIZE - 60 ? 10 : -10)} y={y + 20} text-anchor={x < SIZE - 60 ? "start" : "end"}>{label} touches here</text>
    </g>
  );
}

function Trail({ store, scene, view }) {
  if (!store.signals.trail.value) return null;
  return <path class="trail" d={path(scene.trail.value.map((c) => view.to(c.w)), false)} />;
}

function Touch({ store, scene, view, half }) {
  const { norm } = scene.picture.value;
  const touch = scene.touch.value;
  const [x, y] = view.to(touch.w);
  const g = touch.push;
  const arrow = !touch.inside && length(g) > 0 ? times(g, 66 / length(g)) : null;
  const cone = norm.convex && !touch.inside && largest(touch.w) > 1e-9 * half ? normals(norm, touch.w) : null;
  const tip = arrow && [x + arrow[0], y - arrow[1]];
  const text = touch.w.map((v) => short(v)).join(", ");
  const label = freePlace(scene.picture.value, touch, view, [x, y], text.length);
  return (
    <g class="touch">
      {cone && <path class="cone" d={wedge([x, y], cone, 92)} />}
      {arrow && <path class="push" d={`M${x} ${y}L${tip[0]} ${tip[1]}${head([x, y], tip)}`} />}
      {touch.others.map((o) => { const [a, b] = view.to(o.w); return <circle class="rival" cx={a} cy={b} r="5" />; })}
      <circle class="contact" cx={x} cy={y} r="6.5" />
      <text class="where" x={label.x} y={label.y} text-anchor={label.anchor}>({text})</text>
      <title>{store.signals.norm.value} contact at {text}</title>
    </g>
  );
}

/** The place of the label, of six around the contact, that keeps farthest from ball, level set and arrow. */
function freePlace({ norm, loss }, touch, view, [x, y], letters) {
  const wide = 4.6 * letters;
  const places = [[-1, 0], [1, 0], [-1, 1], [1, 1], [-1, -1], [1, -1]].map(([i, j]) => {
    const at = { x: x + 14 * i, y: y + 5 + 17 * j, anchor: i < 0 ? "end" : "start" };
    const box = [[0, 0], [0.5, 0], [1, 0]].map(([s]) => view.from([at.x + i * s * 2 * wide, at.y - 5]));
    const outside = at.x + 2 * i * wide < 4 || at.x + 2 * i * wide > SIZE - 4;
    const clear = box.map((w) => {
      const d = plus(w, touch.w, -1), far = length(d) || 1;
      const slope = touch.push && length(touch.push) ? dot(touch.push, d) / (length(touch.push) * far) : 0;
      const ball = touch.t ? Math.abs(norm.value(w) - touch.t) / Math.max(norm.value(d), 1e-12) : 1;
      return Math.min(loss.line || !touch.inside ? Math.abs(slope) : 1, ball, slope > 0.6 ? 0.1 : 1);
    });
    return { ...at, score: Math.min(...clear) - (outside ? 2 : 0) };
  });
  return places.reduce((a, b) => (b.score > a.score + 1e-9 ? b : a));
}

function wedge([x, y], [n1, n2], r) {
  const same = Math.abs(n1[0] * n2[1] - n1[1] * n2[0]) < 1e-9 && dot(n1, n2) > 0;
  const [a, b] = same ? [turn(n1, 1.2), turn(n1, -1.2)] : [n1, n2];
  const end = (n) => `${(x + r * n[0]).toFixed(2)} ${(y - r * n[1]).toFixed(2)}`;
  const sweep = a[0] * b[1] - a[1] * b[0] > 0 ? 0 : 1;
  return `M${x.toFixed(2)} ${y.toFixed(2)}L${end(a)}A${r} ${r} 0 0 ${sweep} ${end(b)}Z`;
}

const turn = (n, by) => {
  const c = Math.cos(by * degrees), s = Math.sin(by * degrees);
  return [c * n[0] - s * n[1], s * n[0] + c * n[1]];
};

/** Two strokes of an arrow's head. */
export function head(from, to, size = 9) {
  const d = plus(to, from, -1), l = length(d) || 1;
  const u = times(d, size / l), n = [-u[1], u[0]];
  const back = plus(to, u, -1);
  return [1, -1].map((k) => { const p = plus(back, n, 0.5 * k); return `M${to[0]} ${to[1]}L${p[0]} ${p[1]}`; }).join("");
}

function FreePoint({ store, scene, view, pointer, hit }) {
  const free = scene.free.value;
  if (!free) return null;
  const s = store.signals;
  const per = scene.extent.value / 2.6;
  const from = view.to(free.w);
  const better = free.better && free.better.saved > 1e-6 * (free.size || 1) ? view.to(free.better.w) : null;
  const slider = (i, name) => ({
    label: `free point, w${i + 1}`, value: s[name].value * per, min: -3 * per, max: 3 * per, step: 0.01 * per, text: short(s[name].value * per),
    change: (v) => store.set({ [name]: v / per }),
  });
  return (
    <g class="free">
      {better && <path class="saving" d={`M${from[0]} ${from[1]}L${better[0]} ${better[1]}${head(from, better)}`} />}
      <text x={from[0] + 12} y={from[1] - 10}>{better ? "your point" : "your point: nothing is cheaper"}</text>
      <Handle kind="free point" at={from} hit={hit} shape="diamond" sliders={[slider(0, "free1"), slider(1, "free2")]}
        move={(e) => { const w = pointer(e); store.set({ free1: w[0] / per, free2: w[1] / per }); }}
        reset={() => store.set({ free1: defaults.free1, free2: defaults.free2 })} />
    </g>
  );
}

function Handles(props) {
  const { scene } = props;
  return (
    <g class="handles">
      <BudgetHandle {...props} />
      {scene.picture.value.loss.line ? <LineHandles {...props} /> : <OptimumHandles {...props} />}
    </g>
  );
}

function BudgetHandle({ store, scene, view, pointer, hit }) {
  const { norm, loss } = scene.picture.value;
  const aim = loss.line ? loss.line.a : loss.optimum;
  const t = scene.budget.value;
  const away = [aim[0] > 0 ? -1 : 1, aim[1] > 0 ? -1 : 1];
  const at = view.to(t > 1e-3 ? onBoundary(norm, away, t) : times(away, 0.02));
  const change = (v) => store.set({ form: "budget", budget: v });
  return (
    <Handle kind="budget" at={at} hit={hit} shape="square" move={(e) => change(Math.min(6, norm.value(pointer(e))))}
      reset={() => change(defaults.budget)}
      sliders={[{ label: "budget handle", value: t, min: 0, max: 6, step: 0.01, text: `ball of radius ${short(t)}`, change }]} />
  );
}

function LineHandles({ store, scene, view, half, pointer, hit }) {
  const s = store.signals;
  const { a, b } = scene.picture.value.loss.line;
  const foot = times(a, b), along = [-a[1], a[0]];
  const far = Math.min(1.5, 0.62 * half);
  const slide = plus(foot, along, far), turnAt = plus(foot, along, -far);
  const wrapped = (v) => ((((v + 180) % 360) + 360) % 360) - 180;
  const moveLine = (w) => store.set({ offset: Math.min(3, Math.max(0.05, dot(a, w))) });
  const turnTo = (e) => {
    const w = pointer(e);
    const d = length(w);
    // the handle stays on the line at `far` from its foot: the pointer's direction fixes the normal
    const lean = Math.atan2(far, b);
    let angle = (Math.atan2(w[1], w[0]) + lean) / degrees;
    if (e.shiftKey) angle = Math.round(angle / 15) * 15;
    if (d > 0.05) store.set({ angle: wrapped(angle) });
  };
  return (
    <>
      <Handle kind="line" at={view.to(slide)} hit={hit} move={(e) => moveLine(pointer(e))} reset={() => store.set({ offset: defaults.offset })}
        sliders={[{ label: "line handle: distance", value: s.offset.value, min: 0.05, max: 3, step: 0.01, text: `line at distance ${short(s.offset.value)} from zero`, change: (v) => store.set({ offset: v }) }]} />
      <Handle kind="turn" at={view.to(turnAt)} hit={hit} shape="diamond" move={turnTo} reset={() => store.set({ angle: defaults.angle })}
        sliders={[{ label: "line handle: angle", value: s.angle.value, min: -180, max: 180, step: 1, text: `normal at ${short(s.angle.value)} degrees`, change: (v) => store.set({ angle: wrapped(v) }) }]} />
    </>
  );
}

/** Length of the handle's arm for a level set that is `ratio` times as long as wide. */
const ARM = 0.42;

function OptimumHandles({ store, view, pointer, hit }) {
  const s = store.signals;
  const c = [s.cx.value, s.cy.value];
  const ratio = s.ellipse_ratio.value, angle = s.ellipse_angle.value;
  const arm = ARM * Math.sqrt(ratio);
  const long = [-Math.sin(angle * degrees), Math.cos(angle * degrees)];
  const tip = plus(c, long, arm);
  const axis = (i, name) => ({
    label: `best fit handle, w${i + 1}`, value: s[name].value, min: -3, max: 3, step: 0.01, text: short(s[name].value), change: (v) => store.set({ [name]: v }),
  });
  const shape = (e) => {
    const d = plus(pointer(e), c, -1);
    let turned = Math.atan2(d[1], d[0]) / degrees - 90;
    if (e.shiftKey) turned = Math.round(turned / 15) * 15;
    store.set({ ellipse_ratio: Math.min(20, Math.max(1, (length(d) / ARM) ** 2)), ellipse_angle: turned < -180 ? turned + 360 : turned });
  };
  const [x, y] = view.to(c), [tx, ty] = view.to(tip);
  return (
    <>
      <path class="arm" d={`M${x} ${y}L${tx} ${ty}`} />
      <Handle kind="shape" at={[tx, ty]} hit={hit} shape="diamond" move={shape}
        reset={() => store.set({ ellipse_ratio: defaults.ellipse_ratio, ellipse_angle: defaults.ellipse_angle })}
        sliders={[
          { label: "shape handle: angle", value: angle, min: -180, max: 180, step: 1, text: `short axis at ${short(angle)} degrees`, change: (v) => store.set({ ellipse_angle: v }) },
          { label: "shape handle: ratio", value: ratio, min: 1, max: 20, step: 0.1, text: `${short(ratio)} times as long as wide`, change: (v) => store.set({ ellipse_ratio: v }) }]} />
      <Handle kind="best fit" at={[x, y]} hit={hit} move={(e) => { const w = pointer(e); store.set({ cx: w[0], cy: w[1] }); }}
        reset={() => store.set({ cx: defaults.cx, cy: defaults.cy })} sliders={[axis(0, "cx"), axis(1, "cy")]} />
    </>
  );
}
