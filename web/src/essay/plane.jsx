// A plane of two weights, and what is drawn in it: pure functions of their arguments.
import { ballOutline } from "../outlines.js";
import { degrees, dot, length, plus, times } from "../geometry/vectors.js";
import { widthOf } from "../room.js";
import { num, plainText } from "./words.jsx";

const two = (x) => Math.round(100 * x) / 100;

/** The plane on w x h pixels: `view` is {centre, half}, half of the smaller side in weights. */
export function planeOf(w, h, { centre, half }) {
  const unit = Math.min(w, h) / 2 / half;
  return {
    w, h, unit, half,
    to: (p) => [two(w / 2 + (p[0] - centre[0]) * unit), two(h / 2 - (p[1] - centre[1]) * unit)],
    from: ([x, y]) => [(x - w / 2) / unit + centre[0], (h / 2 - y) / unit + centre[1]],
  };
}

const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));

export const pathOf = (P, points, close = true) => points.map((p, k) => `${k ? "L" : "M"}${P.to(p).join(" ")}`).join("") + (close ? "Z" : "");

export const Shape = ({ P, points, tone, open }) => <path class={tone} d={pathOf(P, points, !open)} />;

/** `low` puts the name of the first weight below its axis, where a line would cross it above. */
export function Axes({ P, names, ticks = [], low = false }) {
  const [x0, y0] = P.to([0, 0]), base = clamp(y0 + 17, 13, P.h - 4);
  const most = Math.max(...ticks.map((t) => widthOf(num(t, Number.isInteger(t) ? 0 : 1), 13)));
  const beside = x0 > most + 9 ? { x: x0 - 7, "text-anchor": "end" } : { x: x0 + 7, "text-anchor": "start" };
  return (
    <g class="axes">
      <path d={`M0 ${y0}H${P.w}M${x0} 0V${P.h}`} />
      {ticks.map((t) => {
        const [x] = P.to([t, 0]), [, y] = P.to([0, t]), words = num(t, Number.isInteger(t) ? 0 : 1), wide = widthOf(words, 13);
        return (
          <g key={t}>
            {x > wide / 2 + 2 && x < P.w - 46 && <><path d={`M${x} ${y0 - 3}v6`} /><text x={x} y={base} text-anchor="middle">{words}</text></>}
            {y > 24 && y < P.h - 8 && x0 > -4 && x0 < P.w + 7 && <><path d={`M${x0 - 3} ${y}h6`} /><text {...beside} y={y + 4}>{words}</text></>}
          </g>);
      })}
      {names && <><text class="name" x={P.w - 6} y={clamp(low ? y0 + 19 : y0 - 8, 18, P.h - 6)} text-anchor="end">{names[0]}</text><text class="name" x={clamp(x0 + 9, 6, P.w - 40)} y="17">{names[1]}</text></>}
    </g>);
}

/** The ball {R <= t} of a norm with an outline of its own, or one of the laboratory's. */
export function Ball({ P, norm, t, tone }) {
  const [x, y] = P.to([0, 0]);
  if (!(t > 0)) return <circle class={`ball ${tone} point`} cx={x} cy={y} r="4" />;
  if (norm.name === "l2" || norm.r === 0) return <circle class={`ball ${tone}`} cx={x} cy={y} r={two(t * P.unit)} />;
  return <path class={`ball ${tone}`} d={pathOf(P, norm.outline ? norm.outline(t) : ballOutline(norm, t, 240))} />;
}

/** The line n.w = d. */
export function Line({ P, n, d, tone = "level" }) {
  const foot = times(n, d / dot(n, n)), far = (8 * P.half * Math.max(P.w, P.h)) / Math.min(P.w, P.h) / length(n), along = [-n[1], n[0]];
  return <path class={tone} d={pathOf(P, [plus(foot, along, far), plus(foot, along, -far)], false)} />;
}

/** The ellipse (w - c)'G(w - c) = q. */
export function Ellipse({ P, G, c, q, tone }) {
  const [[a, b], [, d]] = G, middle = (a + d) / 2, apart = Math.hypot((a - d) / 2, b), angle = Math.atan2(2 * b, a - d) / 2;
  const [x, y] = P.to(c), rx = two(Math.sqrt(q / (middle + apart)) * P.unit), ry = two(Math.sqrt(q / Math.max(middle - apart, 1e-9 * middle)) * P.unit);
  return <ellipse class={tone} cx={x} cy={y} rx={rx} ry={ry} transform={`rotate(${two(-angle / degrees)} ${x} ${y})`} />;
}

export const Dot = ({ P, at, tone = "touch", r = 6.5 }) => { const [x, y] = P.to(at); return <circle class={`dot ${tone}`} cx={x} cy={y} r={r} />; };
export const Ring = ({ P, at, tone = "level", r = 9, opacity = 1 }) => { const [x, y] = P.to(at); return <circle class={`ring ${tone}`} cx={x} cy={y} r={two(r)} opacity={two(opacity)} />; };

/** Where a hand takes hold. */
export const Grip = ({ P, at, tone }) => { const [x, y] = P.to(at); return <g class={`grip ${tone}`}><circle cx={x} cy={y} r="9" /><circle class="core" cx={x} cy={y} r="3.2" /></g>; };

export const Cross = ({ P, at }) => { const [x, y] = P.to(at); return <path class="cross" d={`M${x - 6} ${y - 6}l12 12m0 -12l-12 12`} />; };

export function Label({ P, at, dx = 0, dy = 0, anchor = "start", tone = "strong", children }) {
  const [x, y] = P.to(at);
  return <text class={tone} x={x + dx} y={y + dy} text-anchor={anchor}>{children}</text>;
}

/** A label at a point that keeps inside the picture: to the right of it, or to the left where the edge is near. */
export function Beside({ P, at, dy = -10, tone, children }) {
  const [x, y] = P.to(at), left = x > P.w - 16 - widthOf(plainText(children), P.w < 430 ? 12 : 14, 600);
  return <Label P={P} at={at} dx={left ? -12 : 12} dy={Math.max(dy, 14 - y)} anchor={left ? "end" : "start"} tone={tone}>{children}</Label>;
}

export function Arrow({ P, from, to, tone }) {
  const p = P.to(from), q = P.to(to), v = [q[0] - p[0], q[1] - p[1]], size = Math.hypot(...v) || 1, u = [v[0] / size, v[1] / size], h = [q[0] - 9 * u[0], q[1] - 9 * u[1]].map(two);
  return (
    <g class={`arrow ${tone}`}>
      <path d={`M${p.join(" ")}L${h.join(" ")}`} />
      <path class="head" d={`M${q.join(" ")}L${two(h[0] - 5.5 * u[1])} ${two(h[1] + 5.5 * u[0])}L${two(h[0] + 5.5 * u[1])} ${two(h[1] - 5.5 * u[0])}Z`} />
    </g>);
}

/** A sector between two angles (degrees, counter-clockwise) of a disc, or of a ring from r0 to r1. */
export function sector(cx, cy, r0, r1, a0, a1) {
  const at = (r, a) => `${two(cx + r * Math.cos(a * degrees))} ${two(cy - r * Math.sin(a * degrees))}`, big = a1 - a0 > 180 ? 1 : 0;
  if (!r0) return `M${two(cx)} ${two(cy)}L${at(r1, a0)}A${r1} ${r1} 0 ${big} 0 ${at(r1, a1)}Z`;
  return `M${at(r1, a0)}A${r1} ${r1} 0 ${big} 0 ${at(r1, a1)}L${at(r0, a1)}A${r0} ${r0} 0 ${big} 1 ${at(r0, a0)}Z`;
}

export const Picture = ({ w, h, label, children }) => <svg viewBox={`0 0 ${w} ${h}`} role="img" aria-label={label}>{children}</svg>;
