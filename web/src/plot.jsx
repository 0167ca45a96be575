// A small plot with two axes: the frontier, the coefficients along the path.
import { Live, useDerived } from "./live.jsx";
import { short, ticks } from "./numbers.jsx";

export const W = 540, H = 300;
const PAD = { left: 46, right: 14, top: 12, bottom: 38 };

export function frameOf([x0, x1], [y0, y1]) {
  const w = W - PAD.left - PAD.right, h = H - PAD.top - PAD.bottom;
  return {
    x: (v) => PAD.left + (w * (v - x0)) / (x1 - x0 || 1),
    y: (v) => PAD.top + h - (h * (v - y0)) / (y1 - y0 || 1),
    fromX: (px) => x0 + ((px - PAD.left) / w) * (x1 - x0),
    xs: [x0, x1], ys: [y0, y1],
  };
}

/** Lines and numbers across one axis of frame(). */
function Ticks({ frame, axis, about }) {
  const marks = JSON.parse(useDerived(() => JSON.stringify(ticks(...frame()[`${axis}s`], about)), [frame]).value);
  return marks.map((v) => (
    <Live as="g" key={v} live={() => { const at = frame()[axis](v).toFixed(1); return { transform: axis === "x" ? `translate(${at} 0)` : `translate(0 ${at})` }; }}>
      {axis === "x" ? <><path class="faint" d={`M0 ${PAD.top}V${H - PAD.bottom}`} /><text y={H - PAD.bottom + 15} text-anchor="middle">{short(v)}</text></>
        : <><path class="faint" d={`M${PAD.left} 0H${W - PAD.right}`} /><text x={PAD.left - 6} y="4" text-anchor="end">{short(v)}</text></>}
    </Live>));
}

/** Two axes around what is drawn in `frame()`, a function of signals. */
export function Plot({ frame, xLabel, yLabel, falling, label, children, innerRef }) {
  return (
    <svg class="plot" viewBox={`0 0 ${W} ${H}`} role="group" aria-label={label} ref={innerRef}>
      <Ticks frame={frame} axis="x" />
      <Ticks frame={frame} axis="y" about={4} />
      <text class="name across" x={W - PAD.right} y={H - 5} text-anchor="end">{xLabel}</text>
      <text class="name up" x={falling ? W - PAD.right - 4 : PAD.left + 8} y={PAD.top + 14} text-anchor={falling ? "end" : "start"}>{yLabel}</text>
      {children}
    </svg>
  );
}

/** The plane of the plot, to clip by. */
export const inner = { x: PAD.left, y: PAD.top, width: W - PAD.left - PAD.right, height: H - PAD.top - PAD.bottom };

export const line = (frame, points) => `M${points.map(([a, b]) => `${frame.x(a).toFixed(1)} ${frame.y(b).toFixed(1)}`).join("L")}`;
