// What can be taken hold of on the stage: the budget, the line, the best fit and its shape, a point.
import { useRef } from "preact/hooks";
import { Handle, dragProps } from "./drag.jsx";
import { onBoundary } from "./geometry/norms.js";
import { degrees, dot, length, plus, times } from "./geometry/vectors.js";
import { short } from "./numbers.jsx";
import { SIZE, arrowHead, ballOutline, lineEnds, pathOf } from "./outlines.js";
import { defaults } from "./store.js";

export function FreePoint({ store, scene, view, pointer, hit, k }) {
  const free = scene.free.value;
  if (!free) return null;
  const s = store.signals;
  const per = scene.extent.value / 2.6;
  const from = view.to(free.w);
  const better = free.better && free.better.saved > 1e-6 * (free.size || 1) ? view.to(free.better.w) : null;
  const name = k < 1.3 ? "your point: " : ""; // no room for it on a phone
  const words = name + (better ? `${short(free.better.saved, 2)} too dear` : "nothing is cheaper");
  const ends = from[0] + 14 + 7 * k * words.length > SIZE;
  const slider = (i, name) => ({
    label: `free point, w${i + 1}`, value: s[name].value * per, min: -3 * per, max: 3 * per, step: 0.01 * per, text: short(s[name].value * per),
    change: (v) => store.set({ [name]: v / per }),
  });
  return (
    <g class="free">
      {better && <path class="through" d={pathOf(ballOutline(scene.picture.value.norm, free.size, 96).map(view.to))} />}
      {better && <path class="saving" d={`M${from[0]} ${from[1]}L${better[0]} ${better[1]}${arrowHead(from, better)}`} />}
      <text x={from[0] + (ends ? -14 : 14)} y={from[1] - 12} text-anchor={ends ? "end" : "start"}>{words}</text>
      <Handle kind="free point" at={from} hit={hit} k={k} shape="diamond" sliders={[slider(0, "free1"), slider(1, "free2")]}
        move={(e) => { const w = pointer(e); store.set({ free1: w[0] / per, free2: w[1] / per }); }}
        reset={() => store.set({ free1: defaults.free1, free2: defaults.free2 })} />
    </g>
  );
}

export function Handles(props) {
  const { scene } = props;
  return (
    <g class="handles">
      <BudgetHandle {...props} />
      {scene.own.value ? null : scene.picture.value.loss.line ? <LineHandles {...props} /> : <OptimumHandles {...props} />}
    </g>
  );
}

/** The whole of a curve as a grip for the mouse: what moves it is what moves its handle. */
function Grab({ d, move, name }) {
  const latest = useRef();
  latest.current = move;
  const drag = useRef(null);
  if (!drag.current) drag.current = dragProps((event) => latest.current(event));
  return <path class="grab" d={d} data-grab={name} {...drag.current} />;
}

/** Where on the ball its handle stands: away from what happens. */
export function budgetGrip(scene, half) {
  const { norm, loss } = scene.picture.value;
  const aim = loss.line ? loss.line.a : loss.optimum;
  const t = scene.budget.value;
  const away = [aim[0] > 0 ? -1 : 1, aim[1] > 0 ? -1 : 1];
  return t > 1e-3 * half ? onBoundary(norm, away, t) : times(away, 0.01 * half);
}

function BudgetHandle({ store, scene, view, half, pointer, hit, k }) {
  const { norm } = scene.picture.value;
  const t = scene.budget.value;
  const at = view.to(budgetGrip(scene, half));
  const own = scene.own.value;
  const most = own ? Math.max(...own.sizes) : 6;
  // on the reader's own path the ball goes from one place of the path to the next
  const nearest = (v) => own.sizes.reduce((best, size, k) => (Math.abs(size - v) < Math.abs(own.sizes[best] - v) ? k : best), own.at);
  const change = (v) => store.set(own ? { step: nearest(v) } : { form: "budget", budget: v });
  const step = own ? Math.max(...own.sizes.map((size, k) => Math.abs(size - own.sizes[Math.max(k - 1, 0)]))) : 0.01;
  const grow = (e) => change(Math.min(most, norm.value(pointer(e))));
  return (
    <>
      <Grab name="ball" d={pathOf(ballOutline(norm, t, 48).map(view.to))} move={grow} />
      <Handle kind="budget" tip="budget" at={at} hit={hit} k={k} shape="square" move={grow} reset={() => change(own ? t : defaults.budget)}
        sliders={[{ label: "budget handle", value: t, min: 0, max: most, step, text: `ball of radius ${short(t)}`, change }]} />
    </>
  );
}

function LineHandles({ store, scene, view, half, pointer, hit, k }) {
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
      <Grab name="line" d={pathOf(lineEnds({ a, b }, b, 3 * half + b).map(view.to), false)} move={(e) => moveLine(pointer(e))} />
      <Handle kind="line" tip="move the line" above at={view.to(slide)} hit={hit} k={k} move={(e) => moveLine(pointer(e))} reset={() => store.set({ offset: defaults.offset })}
        sliders={[{ label: "line handle: distance", value: s.offset.value, min: 0.05, max: 3, step: 0.01, text: `line at distance ${short(s.offset.value)} from zero`, change: (v) => store.set({ offset: v }) }]} />
      <Handle kind="turn" tip="turn it" above at={view.to(turnAt)} hit={hit} k={k} shape="diamond" move={turnTo} reset={() => store.set({ angle: defaults.angle })}
        sliders={[{ label: "line handle: angle", value: s.angle.value, min: -180, max: 180, step: 1, text: `normal at ${short(s.angle.value)} degrees`, change: (v) => store.set({ angle: wrapped(v) }) }]} />
    </>
  );
}

/** Length of the handle's arm for a level set that is `ratio` times as long as wide. */
const ARM = 0.42;

function OptimumHandles({ store, view, pointer, hit, k }) {
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
      <Handle kind="shape" tip="stretch and turn" above at={[tx, ty]} hit={hit} k={k} shape="diamond" move={shape}
        reset={() => store.set({ ellipse_ratio: defaults.ellipse_ratio, ellipse_angle: defaults.ellipse_angle })}
        sliders={[
          { label: "shape handle: angle", value: angle, min: -180, max: 180, step: 1, text: `short axis at ${short(angle)} degrees`, change: (v) => store.set({ ellipse_angle: v }) },
          { label: "shape handle: ratio", value: ratio, min: 1, max: 20, step: 0.1, text: `${short(ratio)} times as long as wide`, change: (v) => store.set({ ellipse_ratio: v }) }]} />
      <Handle kind="best fit" tip="best fit" at={[x, y]} hit={hit} k={k} move={(e) => { const w = pointer(e); store.set({ cx: w[0], cy: w[1] }); }}
        reset={() => store.set({ cx: defaults.cx, cy: defaults.cy })} sliders={[axis(0, "cx"), axis(1, "cy")]} />
    </>
  );
}
