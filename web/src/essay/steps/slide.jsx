// 3. Along the line: the last bit of a weight is worth as much as the first to L1, and next to nothing to L2.
import { CIRCLE, DIAMOND } from "../../geometry/sample.js";
import { Axes, Ball, Beside, Grip, Label, Line, Picture, Shape } from "../plane.jsx";
import { Bill } from "../bars.jsx";
import { W1, W2, change as signed, num, pair } from "../words.jsx";
import { DISTANCE, NORMAL, alongLine, lineLab, onLine, stepped } from "./line.jsx";

const l1 = (x) => { const [a, b] = onLine(x); return Math.abs(a) + Math.abs(b); };
const l2 = (x) => { const [a, b] = onLine(x); return a * a + b * b; };

/** The other end of the piece of the line inside the ball through the point at x. */
export const otherEnd = (x, square) => (square ? 0.8 - x : x >= 0 ? -x / 3 : -3 * x);

/**
 * The next step, of 0.1 of w1 or to the cheapest point where that is nearer, and on from there:
 * {by, changes: [of the first part, of the second]}.
 */
export function nextStep(x, square) {
  const away = x - (square ? 0.4 : 0), by = away < -1e-9 ? Math.min(0.1, -away) : -Math.min(0.1, away > 1e-9 ? away : 0.1);
  const pay = (v) => (square ? v * v : Math.abs(v)), now = onLine(x), then = onLine(x + by);
  return { by, changes: now.map((v, i) => pay(then[i]) - pay(v)) };
}

/** Catches, narrower than a step of the slider: zero for the diamond's corner, 0.4 for the circle's touch. */
function caught(value, square) {
  const x = stepped(value, -0.32, 1.2);
  if (Math.abs(x) < 0.03) return 0;
  return square && Math.abs(x - 0.4) < 0.025 ? 0.4 : x;
}

function Next({ x, square }) {
  const { by, changes: [first, second] } = nextStep(x, square), digits = square ? 4 : 2, [one, other] = by < 0 ? ["less", "more"] : ["more", "less"];
  return <>{num(Math.abs(by))} {one} {W1}, {num(Math.abs(by) / 2)} {other} {W2}: <b>{signed(first, digits)}</b> and <b>{signed(second, digits)}</b>, together <b>{signed(first + second, digits)}</b></>;
}

const OneBill = ({ x, square }) => {
  const [a, b] = onLine(x), { changes: [first, second] } = nextStep(x, square);
  return (
    <Bill title={square ? `Circle pays ${W1}² + ${W2}²` : `Diamond pays |${W1}| + |${W2}|`} tone={square ? "t-l2" : "t-l1"} most={1.7} mark={square ? 0.8 : 1}
      parts={square ? [[a * a, "l2", `${W1}²`], [b * b, "l2-pale", `${W2}²`]] : [[Math.abs(a), "l1", `|${W1}|`], [Math.abs(b), "l1-pale", `|${W2}|`]]}
      left={`least possible: ${square ? "0.80" : "1.00"}`} right={num(square ? l2(x) : l1(x))} good={first + second < 0} next={<Next x={x} square={square} />} />);
};

export const slide = {
  id: "slide", question: "Is there a cheaper point? Why is L2 dense?",
  text: () => <>Let a point cost |{W1}| + |{W2}|: the size of the diamond through it. At (1, ½) the line cuts that diamond's side, so a piece of the line lies inside, and inside is strictly cheaper. Slide that way: for 0.1 less of {W1}, {W2} must grow by 0.05.</>,
  tasks: [
    { ask: () => "Slide to the cheapest point for the diamond.", said: () => <>From 1.5 down to 1, and every step as far as zero saved the same. A line that <i>cuts</i> the ball can do better; one that only <i>touches</i> cannot.</>, done: (s) => s.x === 0 },
    { ask: () => <>Now pay {W1}² + {W2}², the radius t squared. Slide to the cheapest point for the circle.</>, said: () => <>It stops at 0.4. Taking a weight from 0.1 to 0 saves 0.1 under L1, but only 0.1² = 0.01 under squares: not worth what the others must pay for it. So L2 almost never removes a weight altogether; it keeps at least a little of it.</>, done: (s) => s.x === 0.4 },
  ],
  start: () => ({ x: 1 }),
  best: (s, open) => ({ x: open > 1 ? 0.4 : 0 }),
  view: () => ({ centre: [0.5, 0.25], half: 1.65 }), viewSmall: () => ({ centre: [0.3, 0.05], half: 1.62 }),
  lab: ({ s }) => ({ ...lineLab(), free: true, free1: onLine(s.x)[0], free2: onLine(s.x)[1], view: "prices" }),
  controls: ({ s, open }) => [{ key: "x", label: `weight ${W1}`, min: -0.32, max: 1.2, step: 0.04, value: s.x, text: num(s.x), spoken: `weights ${pair(onLine(s.x))}, cost ${num(open ? l2(s.x) : l1(s.x))}`, tone: "fit" }],
  change: (s, key, value, { open }) => ({ x: caught(value, open > 0) }),
  grips: ({ s, P }) => [{ at: P.to(onLine(s.x)), key: "x" }],
  grab: ({ s, w }) => ({ key: "x", from: s.x - alongLine(w) }),
  drag: (held, { w }) => held.from + alongLine(w),
  Plane({ P, s, open, label }) {
    const square = open > 0, w = onLine(s.x), other = otherEnd(s.x, square), apart = Math.abs(other - s.x);
    return (
      <Picture w={P.w} h={P.h} label={label}>
        <Axes P={P} names={[W1, W2]} ticks={[-1, 1, 2]} />
        {square ? <Ball P={P} norm={CIRCLE} t={Math.sqrt(l2(s.x))} tone="l2" /> : <Ball P={P} norm={DIAMOND} t={l1(s.x)} tone="l1" />}
        <Line P={P} n={NORMAL} d={DISTANCE} tone="level thin" />
        {apart > 1e-9 && <Shape P={P} points={[w, onLine(other)]} tone="chord" open />}
        {apart > 0.16 && <Label P={P} at={onLine((other + s.x) / 2)} dx={-8} dy={22} anchor="end" tone="strong t-z1">cheaper</Label>}
        <Grip P={P} at={w} tone="fit" />
        <Beside P={P} at={w}>{pair(w)}</Beside>
      </Picture>);
  },
  Side: ({ s, open, small }) => (open
    ? <div class="two"><div class="first">{small ? <p class="line">Diamond: <b>{num(l1(s.x))}</b> (least possible: 1.00)</p> : <OneBill x={s.x} />}</div><OneBill x={s.x} square /></div>
    : <OneBill x={s.x} />),
  reading({ s, open }) {
    const { x } = s;
    if (!open) {
      if (x === 0) return <>At the corner {W1} is exactly 0. A step to either side costs more.</>;
      return <>This point costs <b>{num(l1(x))}</b>{x < 0 ? `: ${W1} is below zero, and that costs, too` : ""}. The green piece of the line is cheaper.</>;
    }
    if (x === 0.4) return <>Here the circle only touches: <b>0.80</b>, and both weights stay.</>;
    const more = x > 0 && x < 0.4 ? ` Pushing ${W1} on towards zero makes it more expensive.` : x === 0 ? ` Here ${W1} is zero, and it is not the cheapest point.` : "";
    return <>This point costs <b>{num(l2(x))}</b> in squares. The green piece is cheaper.{more}</>;
  },
};
