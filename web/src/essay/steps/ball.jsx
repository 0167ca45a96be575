// 2. The ball grows until it touches the line: guess first.
import { CIRCLE, DIAMOND } from "../../geometry/sample.js";
import { Axes, Ball, Beside, Dot, Label, Line, Picture, Ring } from "../plane.jsx";
import { Bill } from "../bars.jsx";
import { Circle, Diamond, W1, W2, num, pair } from "../words.jsx";
import { DISTANCE, HOME, HOME_SMALL, NORMAL, alongLine, lineLab, onLine, stepped } from "./line.jsx";

export const TOUCH = { l1: [0, 1], l2: [0.4, 0.8] }, RADIUS = { l1: 1, l2: Math.sqrt(0.8) };

// phases: 0 guess the diamond, 1 it grows, 2 guess the circle, 3 it grows, 4 both stand
const START = { phase: 0, guess: 1.1, guess2: 1.1, asked: false, asked2: false, t: 0, t2: 0, kiss: 1 };

const isMoving = (s) => s.phase === 1 || s.phase === 3;

const said = (x, touch) => (Math.abs(x - touch[0]) < 0.121 ? "You saw it coming." : `You said ${pair(onLine(x))}.`);

export const ball = {
  id: "ball", question: "Inside the ball, or outside?",
  text: () => <>Give the weights a budget: |{W1}| + |{W2}|, the sum of their sizes without the signs, may be at most t. That allows <Diamond>the diamond</Diamond> (L1): its inside and its edge, and nothing outside. Such a region is called a ball, round or not. Let it grow from nothing until it first touches the line: there is the answer of least size that fits. Where will it be?</>,
  tasks: [
    { ask: () => "Tap the line where you expect the diamond.", said: () => <>At its corner, (0, 1): of all points of the line, the one with the least |{W1}| + |{W2}|. And {W1} is not small, it is exactly zero.</>, done: (s) => s.phase >= 2 },
    { ask: () => <>Now <Circle>the circle</Circle> (L2), {W1}² + {W2}² ≤ t². Tap again.</>, said: () => <>At (0.4, 0.8): both weights in use. The diamond's answer has a zero, it is <b>sparse</b>; the circle's has none, it is <b>dense</b>.</>, done: (s) => s.phase >= 4 },
  ],
  start: () => ({ ...START }),
  best: (s) => ({ ...s, phase: 4, t: 1, t2: RADIUS.l2, kiss: 1, asked: false, asked2: false }),
  view: () => HOME, viewSmall: () => HOME_SMALL,
  lab: () => ({ ...lineLab(), ghost: "l2" }),
  controls({ s }) {
    if (s.phase >= 4) return [{ buttons: [{ name: "again", label: "Play again" }] }];
    const key = s.phase < 2 ? "guess" : "guess2", what = s.phase < 2 ? "diamond" : "circle";
    return [
      { key, label: "your guess", min: -0.4, max: 2, step: 0.02, value: s[key], text: "", spoken: `${what} at ${pair(onLine(s[key]))}`, tone: "fit", off: isMoving(s), enter: "grow" },
      { buttons: [{ name: "grow", label: `Grow the ${what}`, main: true, off: isMoving(s) }] },
    ];
  },
  change: (s, key, value) => (isMoving(s) ? s : { ...s, [key]: stepped(value, -0.4, 2), [key === "guess" ? "asked" : "asked2"]: true }),
  tap: ({ s, w }) => (isMoving(s) || s.phase >= 4 ? null : { change: [s.phase ? "guess2" : "guess", alongLine(w)], act: "grow" }),
  act(name, { get, put, motion }) {
    if (name === "again") { put({ ...START }); return; }
    const s = get();
    if (isMoving(s) || s.phase >= 4) return;
    const first = s.phase === 0, key = first ? "t" : "t2", most = first ? RADIUS.l1 : RADIUS.l2;
    put({ ...s, phase: s.phase + 1, [first ? "asked" : "asked2"]: true });
    motion.run(1900, (x) => put({ ...get(), [key]: most * x }), { ease: "growing", after: () => {
      put({ ...get(), phase: get().phase + 1, kiss: 0, ...(first ? { guess2: s.guess } : {}) });
      motion.run(700, (x) => put({ ...get(), kiss: x }), { ease: "even" });
    } });
  },
  Plane({ P, s, label }) {
    const ring = (x, dy) => <><Ring P={P} at={onLine(x)} r={9} /><Beside P={P} at={onLine(x)} dy={dy} tone="soft">your guess</Beside></>;
    const kiss = s.kiss < 1 && <Ring P={P} at={s.phase === 2 ? TOUCH.l1 : TOUCH.l2} tone="ink" r={7 + 24 * s.kiss} opacity={1 - s.kiss} />;
    return (
      <Picture w={P.w} h={P.h} label={label}>
        <Axes P={P} names={[W1, W2]} ticks={[-1, 1, 2]} />
        <Ball P={P} norm={DIAMOND} t={s.t} tone={s.phase >= 3 ? "l1 pale" : "l1"} />
        {s.phase >= 3 && <Ball P={P} norm={CIRCLE} t={s.t2} tone="l2 pale" />}
        <Line P={P} n={NORMAL} d={DISTANCE} />
        {!s.asked && s.phase === 0 && <Label P={P} at={onLine(1.1)} dx={6} dy={-12} tone="strong t-fit">tap the line</Label>}
        {s.asked && s.phase < 3 && ring(s.guess, -8)}
        {s.asked2 && s.phase > 1 && ring(s.guess2, s.phase >= 4 && Math.abs(s.guess2 - 0.4) < 0.5 ? 22 : -8)}
        {s.phase >= 2 && <><Dot P={P} at={TOUCH.l1} /><Label P={P} at={TOUCH.l1} {...(P.h > 260 ? { dx: 12, dy: -9 } : { dx: -12, dy: 20, anchor: "end" })} tone="strong t-l1">(0, 1)</Label></>}
        {s.phase >= 4 && <><Dot P={P} at={TOUCH.l2} /><Label P={P} at={TOUCH.l2} dx={11} dy={-9} tone="strong t-l2">(0.4, 0.8)</Label></>}
        {kiss}
      </Picture>);
  },
  Side: ({ s }) => (
    <div class="duo">
      <Bill title="Diamond" tone="t-l1" parts={[[s.t, "l1", "t"]]} most={1.3} left={`|${W1}| + |${W2}| ≤ t`} right={`t = ${num(s.t)}`} />
      <div class={s.phase >= 3 ? "" : "hidden"}><Bill title="Circle" tone="t-l2" parts={[[s.t2, "l2", "t"]]} most={1.3} left={`${W1}² + ${W2}² ≤ t²`} right={`t = ${num(s.t2)}`} /></div>
    </div>),
  reading({ s }) {
    if (s.phase === 0) return "The diamond is waiting at t = 0: no budget, no weights.";
    if (s.phase === 2) return <>{said(s.guess, TOUCH.l1)} The diamond touches at <b>(0, 1)</b>: {W1} = 0.</>;
    if (s.phase === 4) return <>{s.asked2 ? said(s.guess2, TOUCH.l2) : ""} The circle touches at <b>(0.4, 0.8)</b>: no zero.</>;
    return `Growing: everything ${s.phase === 1 ? "blue" : "purple"} is within the budget …`;
  },
};
