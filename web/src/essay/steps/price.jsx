// 7. Growing the ball and moving the line: one bill, and the price as the rate of exchange.
import { DIAMOND } from "../../geometry/sample.js";
import { dot, plus } from "../../geometry/vectors.js";
import { Arrow, Axes, Ball, Beside, Grip, Label, Line, Picture, Shape } from "../plane.jsx";
import { Bill } from "../bars.jsx";
import { Diamond, Fit, W1, W2, num } from "../words.jsx";
import { NORMAL } from "./line.jsx";

/** At the corner (0, t) the prediction misses by 2 - 2 t. */
const missOf = (t) => 2 - 2 * t;
export const billOf = (t, price) => price * t + missOf(t) ** 2 / 2;
/** Where the bill is least: price = 4 (1 - t). */
export const bestOf = (price) => Math.max(0, 1 - price / 4);
/** The price at which not even the first bit of ball pays: what it saves, there and nowhere more. */
const DEAREST = 2 * missOf(0);
const isEven = (s) => Math.abs(s.t - bestOf(s.price)) < 1e-9;

const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));

function caught(value, price) {
  const t = clamp(Math.round(value * 100) / 100, 0, 1), best = bestOf(price);
  return Math.abs(t - best) < 0.0201 ? best : t;
}

const STEP = 0.05;

function Next({ s }) {
  if (isEven(s)) return s.t === 0 ? "At this price not even the first bit of ball is worth its cost." : "Balance: a little more ball costs just what it saves.";
  if (s.t > 1 - STEP + 1e-9) return "The perfect line is as good as reached: more ball only costs.";
  return <>0.05 more ball: costs <b>{num(STEP * s.price, 3)}</b>, saves <b>{num(missOf(s.t) ** 2 / 2 - missOf(s.t + STEP) ** 2 / 2, 3)}</b></>;
}

/** The bill for every size of the ball. */
function Chart({ s, w, h }) {
  const most = Math.max(2.1, s.price + 0.1), X = (t) => 6 + t * (w - 12), Y = (v) => h - 20 - (v / most) * (h - 34);
  const curve = (f) => Array.from({ length: 41 }, (_, k) => `${X(k / 40).toFixed(1)} ${Y(f(k / 40)).toFixed(1)}`).join("L");
  return (
    <svg class="chart" style={{ height: `${h}px` }} viewBox={`0 0 ${w} ${h}`} role="img" aria-label={`The bill for every size of the ball: least at size ${num(bestOf(s.price))}`}>
      <path class="area l1" d={`M${X(0)} ${Y(0)}L${curve((t) => s.price * t)}L${X(1)} ${Y(0)}Z`} />
      <path class="level thin" d={`M${curve((t) => missOf(t) ** 2 / 2)}`} />
      <path class="curve" d={`M${curve((t) => billOf(t, s.price))}`} />
      <path class="hair ink" d={`M${X(s.t).toFixed(1)} ${Y(0)}V${Y(billOf(s.t, s.price)).toFixed(1)}`} />
      <circle class="dot touch" cx={X(s.t).toFixed(1)} cy={Y(billOf(s.t, s.price)).toFixed(1)} r="6" />
      <text x="6" y={h - 4}>only the line moves</text><text x={w - 6} y={h - 4} text-anchor="end">only the ball</text>
    </svg>);
}

export const price = {
  id: "price", question: "Why pay to grow the ball, and pay to move the line?",
  text: ({ s }) => <>Real measurements are noisy, so nobody insists on the perfect line. If ball and line do not meet, two things close the gap: a bigger <Diamond>ball</Diamond>, at a price for each unit of size (now {num(s.price, 1)}), or a moved <Fit>line</Fit>, a worse fit, for ½ × miss². (Half the square is scikit-learn's convention for one row; it averages over rows.)</>,
  tasks: [
    { ask: () => "Let them meet where the whole bill is lowest.", said: () => <>There, a little more ball costs just what it saves in fit. That rate of exchange is the price: <code>alpha</code> in scikit-learn.</>, done: (s) => s.moved && isEven(s) },
    { ask: () => "Change the price. Where do they meet now?", said: () => "Expensive weights: a small ball and a worse fit; at 4 it has shrunk to the point (0, 0). Cheap weights: a large ball. A budget and a price are two names of one dial.", done: (s) => s.priced },
  ],
  start: () => ({ t: 0.15, price: 1.6, moved: false, priced: false }),
  best: (s) => ({ ...s, t: bestOf(s.price) }),
  view: () => ({ centre: [0.5, 0.3], half: 1.35 }), viewSmall: () => ({ centre: [0.5, 0.42], half: 1.12 }),
  lab: ({ s }) => ({ loss: "equation", norm: "l1", angle: 63.43494882292201, offset: 0.8944271909999159, form: "budget", budget: s.t, view: "prices" }),
  labNote: () => `equation divided by √${dot(NORMAL, NORMAL)}, prices by ${dot(NORMAL, NORMAL)}`,
  controls({ s, open }) {
    const list = [{ key: "t", label: "ball t", min: 0, max: 1, step: 0.05, value: s.t, text: num(s.t), spoken: `size ${num(s.t)}, bill ${num(billOf(s.t, s.price))}`, tone: "l1" }];
    if (open) list.push({ key: "price", label: "price", min: 0.2, max: 4, step: 0.2, value: s.price, text: num(s.price, 1), tone: "ink" });
    return list;
  },
  change(s, key, value) {
    if (key === "t") return { ...s, t: caught(value, s.price), moved: true };
    const now = Math.round(value * 5) / 5;
    return { ...s, price: now, t: bestOf(now), priced: s.priced || Math.abs(now - 1.6) > 0.5 };
  },
  grips: ({ s, P }) => [{ at: P.to([0, s.t]), key: "t" }],
  grab: ({ s, w }) => ({ key: "t", from: s.t - w[1] }),
  drag: (held, { w }) => held.from + w[1],
  Plane({ P, s, label }) {
    const miss = missOf(s.t), a = [1.1, 0.45], n = [0.2, 0.4], roomy = P.h > 260;
    return (
      <Picture w={P.w} h={P.h} label={label}>
        <Axes P={P} names={[W1, W2]} ticks={[-1, 1, 2]} low={roomy} />
        <Ball P={P} norm={DIAMOND} t={s.t} tone="l1" />
        <Line P={P} n={NORMAL} d={2} tone="level dashed" /><Line P={P} n={NORMAL} d={2 * s.t} />
        {miss > 0.12 && <><Arrow P={P} from={a} to={plus(a, n, -miss)} tone="fit" /><Beside P={P} at={plus(a, n, -0.22 * miss)} dy={6} tone="strong t-fit">predicts {num(2 - miss)}</Beside></>}
        <Shape P={P} points={[[0, 0], [0, s.t]]} tone="size" open />
        {s.t > 0.25 && <Label P={P} at={[0, s.t / 2]} dx={-10} dy={4} anchor="end" tone="strong t-l1">size {num(s.t)}</Label>}
        <Label P={P} at={roomy ? [-0.5, 1.25] : [1.2, 0.4]} dx={roomy ? 0 : 8} dy={-10} tone="soft t-fit">a perfect fit</Label>
        <Grip P={P} at={[0, s.t]} tone="l1" />
      </Picture>);
  },
  Side({ s, w, h, small }) {
    const most = DEAREST + 0.1, cost = s.price * s.t, miss = missOf(s.t), saves = s.t <= 1 - STEP && miss ** 2 / 2 - missOf(s.t + STEP) ** 2 / 2 > STEP * s.price;
    const high = small ? 0 : Math.max(0, Math.min(190, h - 200));
    return (
      <>
        <Bill title="The whole bill" most={most} mark={billOf(bestOf(s.price), s.price)} parts={[[cost, "l1", "ball"], [miss ** 2 / 2, "fit", "miss"]]}
          left={<><Diamond>{num(s.price, 1)} × {num(s.t)}</Diamond> + <Fit>½ × {num(miss)}²</Fit></>} right={num(billOf(s.t, s.price))} good={isEven(s) || saves} next={<Next s={s} />} />
        {high >= 90 && <Chart s={s} w={w} h={high} />}
      </>);
  },
  reading({ s }) {
    const best = bestOf(s.price);
    if (isEven(s)) return s.t === 0 ? <>At price {num(s.price, 1)} the ball stays the point (0, 0): every weight is 0.</> : <>They meet at size <b>{num(s.t)}</b>: the cheapest place, at the corner as before.</>;
    const miss = <>The prediction misses by {num(missOf(s.t))}.</>;
    return s.t < best ? <>{miss} Growing the ball still saves more than it costs.</> : <>{miss} That much ball costs more than it saves: let the line come nearer.</>;
  },
};
