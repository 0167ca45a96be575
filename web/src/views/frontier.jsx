// Loss against norm: all the bargains there are, with the price as the slope.
import { useRef } from "preact/hooks";
import { Handle } from "../drag.jsx";
import { Plot, W, frameOf, inner, line } from "../plot.jsx";
import { Value, short } from "../numbers.jsx";

export function Frontier({ store, scene }) {
  const svg = useRef(null);
  const picture = scene.picture.value;
  const touch = scene.touch.value;
  const own = scene.own.value;
  const free = scene.free.value;
  const curve = scene.trail.value.map((c) => (c.size === undefined ? [picture.norm.value(c.w), picture.loss.value(c.w)] : [c.size, c.value]));
  const most = Math.max(picture.enough, free ? free.size : 0) * 1.06 || 1;
  const high = Math.max(...curve.map(([, v]) => v));
  const low = Math.min(picture.loss.floor, ...curve.map(([, v]) => v));
  const frame = frameOf([0, most], [low - 0.02 * (high - low), high + 0.05 * (high - low)]);
  const at = [touch.size, touch.value];
  const slope = Number.isFinite(touch.alpha) ? touch.alpha : 0;
  const reach = 0.28 * most;
  const tangent = [[Math.max(0, at[0] - reach)], [Math.min(most, at[0] + reach)]].map(([x]) => [x, at[1] - slope * (x - at[0])]);
  const change = (v) => store.set({ form: "budget", budget: v });
  const move = (event) => {
    const box = svg.current.getBoundingClientRect();
    change(Math.min(picture.enough, Math.max(0, frame.fromX(((event.clientX - box.left) / box.width) * W))));
  };
  return (
    <div class="view-frontier">
      <Plot frame={frame} innerRef={svg} falling xLabel={own ? "norm of the two" : "norm (budget)"} yLabel="loss (target)" label="loss against norm">
        <clipPath id="inside"><rect {...inner} /></clipPath>
        <path class="beyond" d={`${line(frame, [...curve, [most, curve[curve.length - 1][1]]])}L${frame.x(most)} ${inner.y}L${frame.x(0)} ${inner.y}Z`} clip-path="url(#inside)" />
        <path class="frontier" d={line(frame, [...curve, [most, curve[curve.length - 1][1]]])} />
        {!touch.inside && <path class="tangent" d={line(frame, tangent)} clip-path="url(#inside)" />}
        {free && <g class="free"><path class="grip" d={`M${frame.x(free.size) - 6} ${frame.y(Math.min(free.value, high))}l6 -6l6 6l-6 6Z`} /></g>}
        {own ? <circle class="contact" cx={frame.x(at[0])} cy={frame.y(at[1])} r="6" />
          : <Handle kind="frontier" at={[frame.x(at[0]), frame.y(at[1])]} hit={18} shape="point" move={move} reset={() => change(1)}
            sliders={[{ label: "point on the frontier", value: touch.size, min: 0, max: picture.enough, step: 0.01 * (picture.enough || 1), text: `norm ${short(at[0])}, loss ${short(at[1])}`, change }]} />}
      </Plot>
      <p class="note">No point lies below the curve. The <span class="ink price">dashed tangent</span> falls by the price: one more unit of norm would buy <Value name="slope" x={slope} /> of loss.</p>
    </div>
  );
}
