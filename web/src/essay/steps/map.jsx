// 6. A map of best fits: which place ends on which corner, and what the sides keep.
import { CORNERS, circleRay, cornerRegion, cornerShare } from "../../geometry/map.js";
import { CIRCLE, DIAMOND, circleTouch, pathOfTwo, placeOf } from "../../geometry/sample.js";
import { apply } from "../../geometry/map.js";
import { dot, plus } from "../../geometry/vectors.js";
import { Axes, Ball, Cross, Dot, Ellipse, Label, Picture, Ring, Shape } from "../plane.jsx";
import { fitting } from "../../room.js";
import { Circle, Diamond, Zero, level, named, percent, round } from "../words.jsx";

const FAR = 40;
const LAB = 2.4; // where this map ends in the laboratory
const clamp = (x, half) => Math.min(half, Math.max(-half, x));

/** The best fit on the map: the data's own until the reader moves it. */
const bestFit = (s, sample, half) => (s.c ? s.c : sample.fit.c).map((x) => clamp(x, 0.96 * half));

/** What both balls are touched at. */
export function touchesOf(s, sample, half) {
  const { G } = sample.fit, c = bestFit(s, sample, half), t = s.share * half, path = pathOfTwo(G, apply(G, c)), w = path.at(t);
  return { c, t, l1: { w, ...placeOf(w, t, path.top) }, l2: circleTouch(G, c, t) };
}

/** A weight that is not zero is not printed as one. */
const shown = (x, half) => (x !== 0 && Number(level(x, half).replace("\u2212", "-")) === 0 ? round(x) : level(x, half));
const both = (w, half) => `(${shown(w[0], half)}, ${shown(w[1], half)})`;

export const shareOf = (s, sample, half) => cornerShare(sample.fit.G, s.share * half, half);

function Half({ P, s, sample, stand, which, label }) {
  const { G } = sample.fit, half = stand.window, now = touchesOf(s, sample, half), w = which === "l1" ? now.l1.w : now.l2, d = plus(w, now.c, -1), level = dot(d, apply(G, d));
  const roomy = P.w >= 260, does = roomy ? " drops out" : " = 0", zone = (i) => fitting(sample.names[i], 0.46 * P.w - (roomy ? 70 : 24), 14, 600) + does;
  // the names keep out of the way of the best fit
  const isRight = now.c[0] > 0 && Math.abs(now.c[1]) < 0.5 * half, isTop = now.c[1] > 0 && Math.abs(now.c[0]) < 0.5 * half;
  return (
    <Picture w={P.w} h={P.h} label={label}>
      {CORNERS.map((e, k) => {
        const tone = `zone z${e[0] ? 2 : 1}`;
        return which === "l1" ? <Shape key={k} P={P} points={cornerRegion(G, now.t, e, FAR * half)} tone={tone} /> : <Shape key={k} P={P} points={circleRay(G, now.t, e, FAR * half)} tone={`${tone} ray`} open />;
      })}
      <Axes P={P} />
      <Ball P={P} norm={which === "l1" ? DIAMOND : CIRCLE} t={now.t} tone={which} />
      {level > 0 && <Ellipse P={P} G={G} c={now.c} q={level} tone="level" />}
      {which === "l1" && s.share < 0.86 && <>
        <Label P={P} at={[(isRight ? -0.98 : 0.98) * half, -0.06 * half]} anchor={isRight ? "start" : "end"} dy={roomy ? 20 : 12} tone="strong t-z2">{zone(1)}</Label>
        <Label P={P} at={[0, (isTop ? -0.94 : 0.88) * half]} anchor="middle" dy={roomy ? 0 : 2} tone="strong t-z1">{zone(0)}</Label>
      </>}
      {which === "l2" && <Inset P={P} s={s} sample={sample} half={half} />}
      <Cross P={P} at={now.c} /><Ring P={P} at={now.c} r={13} />
      <Dot P={P} at={w} tone={which === "l1" && now.l1.on === "corner" ? `z${now.l1.zero + 1} edged` : "touch"} r={7} />
    </Picture>);
}

/** The share of zeros for every budget, in a corner of the picture. */
function Inset({ P, s, sample, half }) {
  if (P.w < 220) return null;
  const c = bestFit(s, sample, half), w = P.w < 300 ? 82 : 96, h = P.w < 300 ? 40 : 54, left = c[0] < 0 && c[1] < 0 ? P.w - w - 8 : 8, top = P.h - h - 24, X = (x) => left + x * w, Y = (y) => top + h - y * h;
  const curve = Array.from({ length: 49 }, (_, k) => `${X(k / 48).toFixed(1)} ${Y(cornerShare(sample.fit.G, (k / 48) * half, half)).toFixed(1)}`).join("L");
  return (
    <g class="inset">
      <rect class="panel" x={left - 4} y={top - 18} width={w + 8} height={h + 38} rx="4" />
      <text x={left} y={top - 5}>share of zeros</text><text x={left + w} y={top + h + 14} text-anchor="end">budget</text>
      <path class="curve l1" d={`M${curve}`} /><path class="curve l2" d={`M${X(0)} ${Y(0)}H${X(1)}`} />
      <circle class="dot l1" cx={X(s.share).toFixed(1)} cy={Y(shareOf(s, sample, half)).toFixed(1)} r="4.5" />
    </g>);
}

export const map = {
  id: "map", question: "Can the ellipse touch a side?", layout: "even",
  text: ({ sample, data, stand }) => <>Yes. A line has one direction; an ellipse bends and has them all, so a side catches the piece that is parallel to it. Suppose the same {data.rows} had other outcomes: the ellipse keeps its shape and moves with its best fit ×. Paint each place by what happens if × lies there: <Zero i={1}>{sample.names[1]} drops out</Zero>, <Zero i={0}>{sample.names[0]} drops out</Zero>, or nothing does. The map ends at ±{round(stand.window)}.{data.loss === "logistic" ? " (The ellipse is the logistic loss's close to its best fit.)" : ""}</>,
  tasks: [
    { ask: () => "Shrink the budget until places with a zero fill 80 % of this map.", said: () => "With both features in standard deviations a side owns a strip just as wide as itself. The smaller the budget beside the distance of ×, the thinner the strips, and the more the ellipse acts like a line. On the circle zeros live on lines without width: 0 %, whatever the budget.", done: (s, { sample, stand }) => Math.round(100 * shareOf(s, sample, stand.window)) >= 80 },
    { ask: () => "Drag the × into a white strip, and out again.", said: () => "In a strip: on a side. Beyond it: on a corner, and there it stays for a whole region of data.", done: (s) => s.crossed },
  ],
  start: () => ({ share: 0.62, c: null, been: false, crossed: false }),
  best: (s) => ({ ...s, share: 0.4 }),
  view: ({ stand }) => ({ centre: [0, 0], half: stand.window }),
  lab: ({ s, sample, stand }) => { const now = touchesOf(s, sample, stand.window), k = LAB / stand.window; return { loss: "squared_error", norm: "l1", form: "budget", budget: now.t * k, cx: now.c[0] * k, cy: now.c[1] * k, ...shapeOf(sample.fit.G) }; },
  labNote: ({ stand }) => `one unit there is ${round(stand.window / LAB)} here`,
  controls({ s, sample, stand }) {
    const half = stand.window, now = touchesOf(s, sample, half), most = 0.95 * half;
    const along = (i) => ({ key: `c${i}`, label: `× ${sample.names[i]}`, min: -most, max: most, step: most / 95, value: now.c[i], text: level(now.c[i], half), spoken: `best fit at ${both(now.c, half)}`, tone: "fit" });
    return [{ key: "share", label: "budget t", min: 0.02, max: 0.95, step: 0.01, value: s.share, text: round(now.t), spoken: `budget ${round(now.t)}: zeros fill ${percent(shareOf(s, sample, half))} of the map around the diamond`, tone: "l1" }, { row: [along(0), along(1)] }];
  },
  change(s, key, value, { sample, stand }) {
    if (key === "share") return { ...s, share: Math.min(0.95, Math.max(0.02, Math.round(100 * value) / 100)) };
    const half = stand.window, old = bestFit(s, sample, half);
    const c = (key === "c" ? value : key === "c0" ? [value, old[1]] : [old[0], value]).map((x) => clamp(x, 0.96 * half));
    const next = { ...s, c }, on = touchesOf(next, sample, half).l1.on, been = s.been || on === "side";
    return { ...next, been, crossed: s.crossed || (been && on === "corner") };
  },
  grips: ({ s, P, sample, stand }) => { const at = P.to(bestFit(s, sample, stand.window)); return [{ at, key: "c" }, { at, key: "c", side: true }]; },
  grab: ({ s, w, sample, stand }) => { const c = bestFit(s, sample, stand.window); return { key: "c", from: [c[0] - w[0], c[1] - w[1]] }; },
  drag: (held, { w }) => [held.from[0] + w[0], held.from[1] + w[1]],
  Plane: (x) => <Half {...x} which="l1" />,
  Plane2: (x) => <Half {...x} which="l2" />,
  captions: ({ s, sample, stand }) => [<><Diamond>Diamond</Diamond>: zeros fill <b>{percent(shareOf(s, sample, stand.window))}</b> of the map around it</>, <><Circle>Circle</Circle>: <b>0 %</b></>],
  reading({ s, sample, stand, letters }) {
    const { l1, l2 } = touchesOf(s, sample, stand.window), zero = l2.findIndex((x) => x === 0);
    const side = { inside: "the best fit itself", side: <>a side, {both(l1.w, stand.window)}</>, nothing: "no budget" }[l1.on];
    return <>Diamond: {l1.on === "corner" ? <>a corner, <Zero i={l1.zero}>{named(sample.names[l1.zero], letters - 60)} = 0</Zero></> : side}. Circle: {zero < 0 ? both(l2, stand.window) : <>exactly {named(sample.names[zero], letters - 60)} = 0</>}.</>;
  },
};

/** Ratio and angle of the laboratory's ellipse with this Gram matrix. */
function shapeOf([[a, b], [, d]]) {
  const middle = (a + d) / 2, apart = Math.hypot((a - d) / 2, b);
  return { ellipse_ratio: Math.min(20, Math.sqrt((middle + apart) / Math.max(middle - apart, 1e-9))), ellipse_angle: (Math.atan2(2 * b, a - d) * 90) / Math.PI };
}
