// Beside the plane of step 5: both features against the response, and both errors along the budget.
import { MOVABLE } from "../sampling.js";
import { fitting, widthOf } from "../../room.js";
import { num, percent, round } from "../words.jsx";

const GAP = 10, Z = 2.4;
const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));
const two = (x) => x.toFixed(1);

/** Where the three plots stand on w x h pixels; `bars` is left for the four numbers. */
export function placesOf(w, h, stand) {
  const small = w < 220, bars = small || h < 380 ? 0 : 104, high = Math.floor((h - bars - 2 * GAP) / 3), left = small ? 4 : 22;
  const [lo, hi] = stand.y;
  return {
    small, bars, high, left, w, h,
    top: (j) => j * (high + GAP),
    x: (z) => left + 8 + ((clamp(z, -Z, Z) + Z) / (2 * Z)) * (w - left - 16),
    y: (v) => high - 6 - ((v - lo) / (hi - lo)) * (high - 12),
    valueAt: (py) => lo + ((high - 6 - py) / (high - 12)) * (hi - lo),
  };
}

function Scatter({ m, j, data, sample, w, held }) {
  const { fit, rows, names } = sample, gone = w[j] === 0, z = rows.map((r) => fit.scale.of(r));
  const xs = fit.kind === "logistic" ? Array.from({ length: 25 }, (_, k) => -Z + (k * Z) / 12) : [-Z, Z];
  const curve = xs.map((x) => { const at = [0, 0]; at[j] = x; return `${two(m.x(x))} ${two(m.y(fit.predict(w, at)))}`; }).join("L");
  const spot = (i) => `${two(m.x(z[i][j]))} ${two(m.y(rows[i][2]))}`;
  const weight = gone ? (m.small ? ": 0" : ": weight 0, dropped out") : m.small ? `: ${round(w[j])}` : `: weight ${round(w[j])}`;
  const many = rows.length > MOVABLE && rows.map((_, i) => i).slice(MOVABLE);
  return (
    <g transform={`translate(0 ${m.top(j)})`}>
      <g class={gone ? "plotted gone" : "plotted"}>
        <rect class="panel" x={m.left} y="0" width={m.w - m.left} height={m.high} rx="4" />
        {many && <path class="crowd" d={many.map((i) => `M${spot(i)}h0`).join("")} />}
        <path class="fitted" d={`M${curve}`} />
        {rows.slice(0, MOVABLE).map((r, i) => <circle key={i} class={held === i ? "row held" : "row"} cx={two(m.x(z[i][j]))} cy={two(m.y(r[2]))} r={held === i ? 7 : m.small ? 3.6 : 4.6} />)}
      </g>
      <text class="strong" x={m.left + 7} y={m.small ? 14 : 18}>{fitting(names[j], m.w - m.left - 14 - widthOf(weight, 14, 600), 14, 600)}{weight}</text>
      {!m.small && <text transform={`translate(14 ${m.high / 2}) rotate(-90)`} text-anchor="middle">{fitting(data.target, m.high - 4)}</text>}
    </g>);
}

export const errorText = (data, e) => (data.loss === "logistic" ? percent(e, 1) : round(e));

function Errors({ m, data, sample, t, w, stand }) {
  const { curve, best, fit } = sample, [lo, hi] = stand.errors, top = Math.max(fit.top, t, 1e-9);
  const X = (v) => m.left + 6 + (v / top) * (m.w - m.left - 12), Y = (e) => m.high - 4 - ((clamp(e, lo, hi) - lo) / (hi - lo)) * (m.high - (m.small ? 26 : 30));
  const draw = (name) => curve.map((p) => `${two(X(p.t))} ${two(Y(p[name]))}`).join("L"), now = Math.min(t, fit.top);
  const learned = errorText(data, fit.learned(w)), unseen = errorText(data, fit.unseen(w));
  const [before, after] = [[`unseen ${sample.others}: ${unseen}`, `the ${sample.n} seen: ${learned}`], [`unseen ${unseen}`, `seen ${learned}`], [`unseen ${unseen}`, learned]].find((two, k) => k === 2 || widthOf(two.join(" · "), 13.5, 600) < m.w - m.left - 14);
  const isLeft = X(best.t) > m.w - 78 || (now >= best.t && X(now) - X(best.t) < 90 && X(best.t) - m.left > 78);
  return (
    <g transform={`translate(0 ${m.top(2)})`}>
      <rect class="panel" x={m.left} y="0" width={m.w - m.left} height={m.high} rx="4" />
      <path class="hair l1" d={`M${two(X(now))} ${m.small ? 30 : 24}V${m.high}`} />
      <path class="learned" d={`M${draw("learned")}`} /><path class="curve" d={`M${draw("unseen")}`} />
      <circle class="ring z1" cx={two(X(best.t))} cy={two(Y(best.unseen))} r="7" />
      {!m.small && <text x={two(X(best.t) + (isLeft ? -11 : 11))} y={two(Y(best.unseen) + 16)} text-anchor={isLeft ? "end" : "start"}>hindsight</text>}
      <circle class="dot fit" cx={two(X(now))} cy={two(Y(fit.learned(w)))} r="4.5" /><circle class="dot touch" cx={two(X(now))} cy={two(Y(fit.unseen(w)))} r="5" />
      <text x={m.left + 7} y={m.small ? 13 : 17}><tspan class="ink">{before}</tspan> · <tspan class="t-fit">{after}</tspan></text>
      {!m.small && <text transform={`translate(14 ${m.high / 2}) rotate(-90)`} text-anchor="middle">{data.loss === "logistic" ? "wrong" : "error"}</text>}
    </g>);
}

/** Four ways of fitting, and what each misses by on the unseen rows. */
function Four({ m, data, sample }) {
  const { all, alone, best, shrunk, j, share } = sample.four, most = Math.max(all, alone, best, shrunk) * 1.02, x0 = m.left + 118, wide = m.w - x0 - 8 - widthOf(errorText(data, most), 14, 600);
  const rows = [["best fit", all], [`${fitting(sample.names[j], 76)} alone`, alone], ["best budget", best], [`both × ${num(share, 2)}`, shrunk]];
  return (
    <g transform={`translate(0 ${m.top(3)})`}>
      {rows.map(([label, e], k) => (
        <g key={k} transform={`translate(0 ${4 + 23 * k})`}>
          <text x={m.left} y="12">{label}</text><rect class={k === 2 ? "tally on" : "tally"} x={x0} y="1" width={two(Math.max(0, (wide * e) / most))} height="14" rx="2" />
          <text class="strong" x={two(x0 + (wide * e) / most + 6)} y="13">{errorText(data, e)}</text>
        </g>))}
    </g>);
}

export function Scatters({ w, h, data, sample, stand, weights, t, held, four }) {
  const m = placesOf(w, h, stand);
  return (
    <svg viewBox={`0 0 ${w} ${h}`} role="img" aria-label="Two scatter plots with the fitted lines, and the errors on seen and unseen rows along the budget">
      {[0, 1].map((j) => <Scatter key={j} m={m} j={j} data={data} sample={sample} w={weights} held={held} />)}
      <Errors m={m} data={data} sample={sample} t={t} w={weights} stand={stand} />
      {m.bars > 0 && four && <Four m={m} data={data} sample={sample} />}
    </svg>);
}
