// 4. Which direction a corner catches, and how little a side does.
import { blunted, coneOf, cornerShareOf } from "../../geometry/blunted.js";
import { degrees, dot, plus, times } from "../../geometry/vectors.js";
import { Arrow, Axes, Ball, Dot, Grip, Line, Picture, Shape, sector } from "../plane.jsx";
import { W1, W2, Zero, num, pair, percent } from "../words.jsx";

const DETENT = 1.5; // less than a step of the slider, so that keys can leave a side
const wrapped = (a) => (((a + 180) % 360) + 360) % 360 - 180;
const direction = (a) => [Math.cos(a * degrees), Math.sin(a * degrees)];
const angleOf = ([x, y]) => Math.atan2(y, x) / degrees;

/** Whether the line lies flat on a whole side. */
export const isFlat = (s) => s.r === 1 && Math.abs((((s.angle % 90) + 90) % 90) - 45) < 1e-9;

/** The place where the line touches; the middle of a side on which it lies flat. */
export const touchOf = (s) => blunted(s.r).byNormal(direction(s.angle));

/** A ball with sides holds the line on a side's own direction, within 1.5 degrees. */
function caught(angle, r) {
  const side = Math.round((angle - 45) / 90) * 90 + 45;
  return wrapped(r === 1 && Math.abs(angle - side) <= DETENT ? side : angle);
}

const tones = ["z2", "z1", "z2", "z1"]; // the corners at 0, 90, 180, 270 degrees: w2 = 0, w1 = 0, ...

/** The ring of directions: which corner catches each, and the needle. */
function Ring({ s, w, h }) {
  const R = Math.min(w, h) / 2 - 30, inner = 0.66 * R, cx = w / 2, cy = h / 2, half = coneOf(s.r);
  const at = (r, a) => `${(cx + r * Math.cos(a * degrees)).toFixed(1)} ${(cy - r * Math.sin(a * degrees)).toFixed(1)}`;
  const across = direction(s.angle - 90), needle = (k) => `${(cx + k * across[0]).toFixed(1)} ${(cy - k * across[1]).toFixed(1)}`;
  const turned = (x, by) => <text class="strong t-z2" x={x} y={cy} text-anchor="middle" transform={`rotate(${by} ${x} ${cy})`}>{W2} = 0</text>;
  return (
    <g class="compass">
      <circle class="face" cx={cx} cy={cy} r={R} />
      {tones.map((tone, k) => (half < 0.05
        ? <path key={k} class={`hair ${tone}`} d={`M${at(inner, 90 * k)}L${at(R, 90 * k)}`} />
        : <path key={k} class={`sector ${tone}`} d={sector(cx, cy, inner, R, 90 * k - half, 90 * k + half)} />))}
      <circle class="face hollow" cx={cx} cy={cy} r={inner} />
      {s.r === 1 && tones.map((_, k) => <path key={k} class="hair ink" d={`M${at(inner - 7, 45 + 90 * k)}L${at(R + 7, 45 + 90 * k)}`} />)}
      <path class="needle" d={`M${at(R - 5, s.angle)}L${needle(6)}L${needle(-6)}Z`} /><circle class="needle" cx={cx} cy={cy} r="6.5" />
      <text class="strong t-z1" x={cx} y={cy - R - 9} text-anchor="middle">{W1} = 0</text><text class="strong t-z1" x={cx} y={cy + R + 19} text-anchor="middle">{W1} = 0</text>
      {turned(cx + R + 16, 90)}{turned(cx - R - 16, -90)}
    </g>);
}

const ringHeight = (w, h) => Math.max(60, Math.min(w, h - (w < 200 ? 72 : 104)));

export const compass = {
  id: "compass", question: "The diamond has sides. Why a corner?", layout: "with",
  text: () => <>Now the ball stands still, and the line comes from any direction. A side faces one direction only. A corner faces every direction between those of its two sides: a quarter of <b>the compass</b>. The needle is perpendicular to the line; the colour under it says which weight is zero at the corner that the line touches first.</>,
  tasks: [
    { ask: () => "Turn the line until it lies flat on a side.", said: () => <>A single direction, a hairline between two sectors. If every direction is equally likely, corners catch 100 %: a side has probability zero. (Two identical features put the line exactly there.) An ellipse is another matter: step 6.</>, done: isFlat },
    { ask: () => "Now blunt the corners, all the way from diamond to circle.", said: () => "The sectors close. On a circle every direction has a touching point of its own, and an exact zero needs exact luck.", done: (s) => s.r === 0 },
  ],
  start: () => ({ angle: 69, r: 1, run: null }),
  best: (s) => ({ ...s, angle: 60, run: null }),
  view: () => ({ centre: [0, 0], half: 1.72 }),
  lab: ({ s }) => ({ loss: "equation", norm: s.r === 0 ? "l2" : "l1", form: "target", target: 0, angle: s.angle, offset: 1 }),
  controls({ s, open }) {
    const named = s.r === 1 ? "diamond" : s.r === 0 ? "circle" : num(s.r);
    const list = [{ key: "angle", label: "turn", min: -180, max: 180, step: 3, value: s.angle, text: `${num(s.angle, 0)}°`, spoken: `the line faces ${num(s.angle, 0)} degrees`, tone: "fit" }];
    if (open) list.push({ key: "r", label: "corners", min: 0, max: 1, step: 0.01, value: s.r, text: named, spoken: s.r > 0 && s.r < 1 ? `${num(100 * s.r, 0)} per cent of the diamond's` : named, tone: "l1" });
    return list;
  },
  change(s, key, value, { motion, get, put }) {
    if (key === "r") return { ...s, r: Math.round(Math.min(1, Math.max(0, value)) * 100) / 100, run: null };
    const next = { ...s, angle: caught(value, s.r), run: null };
    const from = s.run || touchOf(s), to = touchOf(next), apart = Math.hypot(to[0] - from[0], to[1] - from[1]);
    // the touch runs along the side instead of jumping
    if (s.r === 1 && apart > 0.1 && motion) {
      next.run = from;
      motion.run(260, (x) => {
        const w = plus(times(from, 1 - x), to, x), size = Math.abs(w[0]) + Math.abs(w[1]);
        const now = get();
        if (now.run && now.angle === next.angle) put({ ...now, run: x < 1 && size > 0.3 ? times(w, 1 / size) : null });
      });
    }
    return next;
  },
  grips({ s, P, sideSize }) {
    const [sw, sh] = sideSize, hub = [sw / 2, ringHeight(sw, sh) / 2];
    return [{ at: P.to(gripOf(s)), key: "angle" }, { at: hub, key: "angle", side: true, r: Math.min(sw, ringHeight(sw, sh)) / 2 - 22 }];
  },
  // the angle between hand and needle stays as it was taken: pressing moves nothing
  grab: ({ s, w, side, point, sideSize }) => ({ key: "angle", side, by: s.angle - angleOf(side ? aroundHub(point, sideSize) : w), last: s.angle }),
  drag: (held, { w, point, sideSize }) => wrapped(held.by + angleOf(held.side ? aroundHub(point, sideSize) : w)),
  Plane({ P, s, label }) {
    const norm = blunted(s.r), n = direction(s.angle), w = touchOf(s), half = coneOf(s.r), at = s.run || w;
    return (
      <Picture w={P.w} h={P.h} label={label}>
        <Axes P={P} names={[W1, W2]} />
        {half > 0.3 && tones.map((tone, k) => { const e = direction(90 * k), [x, y] = P.to(e); return <path key={k} class={`cone ${tone} ${dot(w, e) > 1 - 1e-9 ? "on" : ""}`} d={sector(x, y, 0, 0.42 * P.unit, 90 * k - half, 90 * k + half)} />; })}
        <Ball P={P} norm={norm} t={1} tone={s.r > 0 ? "l1" : "l2"} />
        {isFlat(s) && <Shape P={P} points={[[Math.sign(n[0]), 0], [0, Math.sign(n[1])]]} tone="wholeside" open />}
        <Line P={P} n={n} d={dot(n, w)} />
        <Arrow P={P} from={times(n, dot(n, w))} to={times(n, ARM - 9 / P.unit)} tone="ink" />
        <Dot P={P} at={at} r={7} />
        <Grip P={P} at={gripOf(s)} tone="fit" />
      </Picture>);
  },
  Side({ s, w, h, small }) {
    const share = cornerShareOf(s.r), high = ringHeight(w, h);
    return (
      <div class="dial">
        <svg style={{ height: `${high}px` }} viewBox={`0 0 ${w} ${high}`} role="img" aria-label={`Compass: ${percent(share)} of all directions end at an exact zero`}><Ring s={s} w={w} h={high} /></svg>
        <p class="big">{percent(share)}</p>
        <p class="under">of all directions end {s.r ? "on a corner" : "at a zero"}{!small && s.r === 1 && <><br />each side: one direction, 0 %</>}{!small && s.r === 0 && <><br />four single directions, 0 %</>}</p>
      </div>);
  },
  reading({ s }) {
    const w = touchOf(s), faces = `The line faces ${num(s.angle, 0)}°`;
    if (isFlat(s)) return <>Exactly here the line lies flat on <b>the whole side</b>. All its points are equally good.</>;
    if (w[0] === 0 || w[1] === 0) { const i = w[0] === 0 ? 0 : 1; return <>{faces}. {s.r === 0 ? "Exactly here the circle's touch" : "The touch"} is {s.r === 0 ? "" : "the corner "}<b>{pair(w, 0)}</b>: <Zero i={i}>{i ? W2 : W1} = 0</Zero>.</>; }
    return <>{faces} and touches at <b>{pair(w)}</b>: no zero.</>;
  },
};

const aroundHub = (point, [w, h]) => [point[0] - w / 2, ringHeight(w, h) / 2 - point[1]];

const ARM = 1.42;

/** At the end of the arrow that is perpendicular to the line: it turns with the hand, and about the same point. */
const gripOf = (s) => times(direction(s.angle), ARM);
