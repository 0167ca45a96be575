// 1. The line: all weights that fit one case equally well.
import { Axes, Beside, Grip, Label, Line, Picture } from "../plane.jsx";
import { Bar } from "../bars.jsx";
import { widthOf } from "../../room.js";
import { Fit, W1, W2, num, pair } from "../words.jsx";

export const NORMAL = [1, 2], DISTANCE = 2;
export const onLine = (x) => [x, (DISTANCE - x) / 2];
export const HOME = { centre: [0.55, 0.22], half: 1.6 }, HOME_SMALL = { centre: [0.3, 0.12], half: 1.22 };

/** The same picture in the laboratory. */
export const lineLab = () => ({ loss: "equation", angle: 63.43494882292201, offset: 0.8944271909999159, norm: "l1", form: "target", target: 0 });

const LEAST = -0.4, MOST = 2.1; // past both axes: weights below zero fit as well

/** How far along the line a place of the plane lies, as w1. */
export const alongLine = (w) => 0.8 * w[0] + 0.4 * (1 - w[1]);

const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));
/** Steps of 0.02 of w1 are steps of 0.01 of w2: what is printed adds up. */
export const stepped = (x, lo, hi) => clamp(Math.round(x * 50) / 50, lo, hi);

/** The line's equation under its left half, moved along it where the picture ends. */
function Equation({ P }) {
  const words = `${W1} + 2 ${W2} = 2`, more = Math.max(0, 8 + widthOf(words, 14, 600) - P.to([-0.12, 1])[0]);
  return <Label P={P} at={[-0.12, 1.06]} dx={more} dy={24 + more / 2} anchor="end" tone="strong t-fit">{words}</Label>;
}

export const line = {
  id: "line", question: "What is the diagonal line?",
  text: () => <>One case has been measured. Its two features, the numbers to predict from, are 1 and 2; its outcome is 2. With weights {W1} and {W2} the prediction is {`${W1}\u00a0·\u00a01 + ${W2}\u00a0·\u00a02`}. Every place in this plane is a pair of weights, and every place on <Fit>the line</Fit> predicts the 2 exactly.</>,
  tasks: [{ ask: () => "Slide the point along the line until one weight is almost zero.", said: () => "All these weights fit equally well, so the data cannot choose between them. Something else must: let it be size.", done: (s) => s.least < 0.1 + 1e-9 }],
  start: () => ({ x: 1, least: 0.5 }),
  best: (s) => s,
  view: () => HOME, viewSmall: () => HOME_SMALL,
  lab: null,
  controls: ({ s }) => [{ key: "x", label: `weight ${W1}`, min: LEAST, max: MOST, step: 0.02, value: s.x, text: num(s.x), spoken: `weights ${pair(onLine(s.x))}`, tone: "fit" }],
  change: (s, key, value) => { const x = stepped(value, LEAST, MOST); return { x, least: Math.min(s.least, ...onLine(x)) }; },
  grips: ({ s, P }) => [{ at: P.to(onLine(s.x)), key: "x" }],
  grab: ({ s, w }) => ({ key: "x", from: s.x - alongLine(w) }),
  drag: (held, { w }) => held.from + alongLine(w),
  Plane: ({ P, s, label }) => (
    <Picture w={P.w} h={P.h} label={label}>
      <Axes P={P} names={[W1, W2]} ticks={[-1, 1, 2]} />
      <Line P={P} n={NORMAL} d={DISTANCE} />
      <Equation P={P} />
      <Grip P={P} at={onLine(s.x)} tone="fit" />
      <Beside P={P} at={onLine(s.x)} dy={s.x > 1.3 ? 26 : -10}>{pair(onLine(s.x))}</Beside>
    </Picture>),
  Side({ s }) {
    const [a, b] = onLine(s.x);
    return (
      <div class="bill"><h3>Does it fit?</h3>
        <Bar parts={[[a, "fit", W1], [2 * b, "fit-dark", `2 ${W2}`]]} most={2.5} mark={2} />
        <div class="sum"><span>{num(a)} + 2 × {num(b)}</span><b>= 2.00 ✓</b></div>
      </div>);
  },
  reading: ({ s }) => <>Weights <b>{pair(onLine(s.x))}</b>: {W1} + 2 {W2} = 2, as everywhere on the line.</>,
};
