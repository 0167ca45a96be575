// What can be taken hold of on the stage: the budget, the line, the best fit and its shape, a point.
import { useRef } from "preact/hooks";
import { Handle, dragProps } from "./drag.jsx";
import { onBoundary } from "./geometry/norms.js";
import { sideAngles } from "./geometry/planar.js";
import { degrees, dot, length, plus, times } from "./geometry/vectors.js";
import { Live, useDerived, useKind } from "./live.jsx";
import { short } from "./numbers.jsx";
import { SIZE, arrowHead, ballOutline, lineEnds, pathOf } from "./outlines.js";
import { defaults } from "./store.js";

export function FreePoint(props) {
  return useKind().free ? <Free {...props} /> : null;
}

/** A point of the reader's own, and where as good a fit is cheaper. */
function Free({ store, scene, view, pointer, hit, k }) {
  const s = store.signals;
  const per = scene.extent.value / 2.6;
  const name = k < 1.3 ? "your point: " : ""; // no room for it on a phone
  const at = useDerived(() => view.to(scene.free.value.w), [view]);
  /** The end of the arrow, where something is saved. */
  const better = useDerived(() => {
    const { better: found, size } = scene.free.value;
    return found && found.saved > 1e-6 * (size || 1) ? { at: view.to(found.w), saved: found.saved } : null;
  }, [view]);
  const through = () => ({ d: better.value ? pathOf(ballOutline(scene.picture.value.norm, scene.free.value.size, 96).map(view.to)) : "" });
  const saving = () => ({ d: better.value ? pathOf([at.value, better.value.at], false) + arrowHead(at.value, better.value.at) : "" });
  const words = () => {
    const [x, y] = at.value;
    const text = name + (better.value ? `${short(better.value.saved, 2)} too expensive` : "nothing is cheaper");
    const ends = x + 14 + 7 * k * text.length > SIZE;
    return { x: x + (ends ? -14 : 14), y: y - 12, "text-anchor": ends ? "end" : "start", text };
  };
  const slider = (i, field) => ({
    label: `free point, w${i + 1}`, step: 0.01 * per, change: (v) => store.set({ [field]: v / per }),
    now: () => { const value = s[field].value * per; return { value, min: -3 * per, max: 3 * per, text: short(value) }; },
  });
  return (
    <g class="free">
      <Live as="path" class="through" live={through} />
      <Live as="path" class="saving" live={saving} />
      <Live as="text" live={words} />
      <Handle kind="free point" at={() => at.value} hit={hit} k={k} shape="diamond" sliders={[slider(0, "free1"), slider(1, "free2")]}
        move={(e) => { const w = pointer(e); store.set({ free1: w[0] / per, free2: w[1] / per }); }}
        reset={() => store.set({ free1: defaults.free1, free2: defaults.free2 })} />
    </g>
  );
}

export function Handles(props) {
  const { own, level } = useKind();
  return (
    <g class="handles">
      <BudgetHandle {...props} />
      {own ? null : level === "line" ? <LineHandles {...props} /> : <OptimumHandles {...props} />}
    </g>
  );
}

/** The whole of the curve d() as a grip for the mouse: what moves it is what moves its handle. */
function Grab({ d, move, name }) {
  const latest = useRef();
  latest.current = move;
  const drag = useRef(null);
  if (!drag.current) drag.current = dragProps((event) => latest.current(event));
  return <Live as="path" class="grab" live={() => ({ d: d() })} data-grab={name} {...drag.current} />;
}

/** Where on the ball its handle stands: away from what happens. */
export function budgetGrip(scene, half) {
  const { norm, loss } = scene.picture.value;
  const aim = loss.line ? loss.line.a : loss.optimum;
  const t = scene.budget.value;
  const away = [aim[0] > 0 ? -1 : 1, aim[1] > 0 ? -1 : 1];
  return t > 1e-3 * half ? onBoundary(norm, away, t) : times(away, 0.01 * half);
}

function BudgetHandle({ store, scene, pointer, hit, k, ball, grip }) {
  const { own } = useKind();
  const sizes = () => scene.own.value.sizes;
  // on the reader's own path the ball goes from one place of the path to the next
  const nearest = (v) => sizes().reduce((best, size, i) => (Math.abs(size - v) < Math.abs(sizes()[best] - v) ? i : best), scene.own.value.at);
  const change = (v) => store.set(own ? { step: nearest(v) } : { form: "budget", budget: v });
  const step = own ? Math.max(...sizes().map((size, i) => Math.abs(size - sizes()[Math.max(i - 1, 0)]))) : 0.01;
  const now = () => {
    const value = scene.budget.value;
    return { value, min: 0, max: own ? Math.max(...sizes()) : 6, text: `ball of radius ${short(value)}` };
  };
  const grow = (e) => change(Math.min(now().max, scene.picture.value.norm.value(pointer(e))));
  return (
    <>
      <Grab name="ball" d={() => ball.value} move={grow} />
      <Handle kind="budget" tip="budget" at={() => grip.value} hit={hit} k={k} shape="square" move={grow} reset={() => change(own ? scene.budget.value : defaults.budget)}
        sliders={[{ label: "budget handle", step, now, change }]} />
    </>
  );
}

const wrapped = (v) => ((((v + 180) % 360) + 360) % 360) - 180;

function LineHandles({ store, scene, view, half, pointer, hit, k }) {
  const s = store.signals;
  const far = Math.min(1.5, 0.62 * half);
  const line = () => scene.picture.value.loss.line;
  /** The point of the line that is `by` from its foot, in pixels. */
  const along = (by) => { const { a, b } = line(); return view.to([a[0] * b - a[1] * by, a[1] * b + a[0] * by]); };
  const moveLine = (e) => store.set({ offset: Math.min(3, Math.max(0.05, dot(line().a, pointer(e)))) });
  const turnTo = (e) => {
    const w = pointer(e);
    const d = length(w);
    // the handle stays on the line at `far` from its foot: the pointer's direction fixes the normal
    const lean = Math.atan2(far, line().b);
    let angle = (Math.atan2(w[1], w[0]) + lean) / degrees;
    if (e.shiftKey) angle = Math.round(angle / 15) * 15;
    // a side catches one direction only: within 1.5 degrees the hand is held there
    const side = sideAngles(scene.picture.value.norm).find((a) => Math.abs(wrapped(angle - a)) <= 1.5);
    if (d > 0.05) store.set({ angle: wrapped(side ?? angle) });
  };
  const distance = () => ({ value: s.offset.value, min: 0.05, max: 3, text: `line at distance ${short(s.offset.value)} from zero` });
  const direction = () => ({ value: s.angle.value, min: -180, max: 180, text: `normal at ${short(s.angle.value)} degrees` });
  return (
    <>
      <Grab name="line" d={() => pathOf(lineEnds(line(), line().b, 3 * half + line().b).map(view.to), false)} move={moveLine} />
      <Handle kind="line" tip="move the line" above at={() => along(far)} hit={hit} k={k} move={moveLine} reset={() => store.set({ offset: defaults.offset })}
        sliders={[{ label: "line handle: distance", step: 0.01, now: distance, change: (v) => store.set({ offset: v }) }]} />
      <Handle kind="turn" tip="turn it" above at={() => along(-far)} hit={hit} k={k} shape="diamond" move={turnTo} reset={() => store.set({ angle: defaults.angle })}
        sliders={[{ label: "line handle: angle", step: 1, now: direction, change: (v) => store.set({ angle: wrapped(v) }) }]} />
    </>
  );
}

/** Length of the handle's arm for a level set that is `ratio` times as long as wide. */
const ARM = 0.42;

function OptimumHandles({ store, view, pointer, hit, k }) {
  const s = store.signals;
  const centre = () => [s.cx.value, s.cy.value];
  const at = useDerived(() => view.to(centre()), [view]);
  const tip = useDerived(() => {
    const angle = s.ellipse_angle.value * degrees;
    return view.to(plus(centre(), [-Math.sin(angle), Math.cos(angle)], ARM * Math.sqrt(s.ellipse_ratio.value)));
  }, [view]);
  const axis = (i, name) => ({
    label: `best fit handle, w${i + 1}`, step: 0.01, change: (v) => store.set({ [name]: v }),
    now: () => ({ value: s[name].value, min: -3, max: 3, text: short(s[name].value) }),
  });
  const shape = (e) => {
    const d = plus(pointer(e), centre(), -1);
    let turned = Math.atan2(d[1], d[0]) / degrees - 90;
    if (e.shiftKey) turned = Math.round(turned / 15) * 15;
    store.set({ ellipse_ratio: Math.min(20, Math.max(1, (length(d) / ARM) ** 2)), ellipse_angle: turned < -180 ? turned + 360 : turned });
  };
  const angle = () => ({ value: s.ellipse_angle.value, min: -180, max: 180, text: `short axis at ${short(s.ellipse_angle.value)} degrees` });
  const ratio = () => ({ value: s.ellipse_ratio.value, min: 1, max: 20, text: `${short(s.ellipse_ratio.value)} times as long as wide` });
  return (
    <>
      <Live as="path" class="arm" live={() => ({ d: pathOf([at.value, tip.value], false) })} />
      <Handle kind="shape" tip="stretch and turn" above at={() => tip.value} hit={hit} k={k} shape="diamond" move={shape}
        reset={() => store.set({ ellipse_ratio: defaults.ellipse_ratio, ellipse_angle: defaults.ellipse_angle })}
        sliders={[
          { label: "shape handle: angle", step: 1, now: angle, change: (v) => store.set({ ellipse_angle: v }) },
          { label: "shape handle: ratio", step: 0.1, now: ratio, change: (v) => store.set({ ellipse_ratio: v }) }]} />
      <Handle kind="best fit" tip="best fit" at={() => at.value} hit={hit} k={k} move={(e) => { const w = pointer(e); store.set({ cx: w[0], cy: w[1] }); }}
        reset={() => store.set({ cx: defaults.cx, cy: defaults.cy })} sliders={[axis(0, "cx"), axis(1, "cy")]} />
    </>
  );
}
