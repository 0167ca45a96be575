// Loss against norm: all the bargains there are, with the price as the slope.
import { useCallback, useRef } from "preact/hooks";
import { Handle } from "../drag.jsx";
import { Live, useDerived, useKind } from "../live.jsx";
import { Plot, W, frameOf, inner, line } from "../plot.jsx";
import { Value, short } from "../numbers.jsx";

export function Frontier({ store, scene }) {
  const { own, free } = useKind();
  const svg = useRef(null);
  const picture = () => scene.picture.value;
  // of the reader's own model the whole path, as normball has solved it
  const point = () => (scene.own.value ? scene.own.value.frontier[scene.own.value.at] : [scene.touch.value.size, scene.touch.value.value]);
  const curve = useDerived(() => (scene.own.value ? scene.own.value.frontier : scene.trail.value.map((c) => [c.size, c.value])), []);
  const ends = useDerived(() => {
    const end = scene.own.value ? curve.value[curve.value.length - 1][0] : picture().enough;
    const most = Math.max(end, scene.free.value && !scene.own.value ? scene.free.value.size : 0) * 1.06 || 1;
    const values = curve.value.map(([, v]) => v);
    const high = Math.max(...values), low = scene.own.value ? Math.min(...values) : Math.min(picture().loss.floor, ...values);
    return { most, high, frame: frameOf([0, most], [low - 0.02 * (high - low), high + 0.05 * (high - low)]) };
  }, []);
  const frame = useCallback(() => ends.value.frame, []);
  const at = () => { const [x, y] = point(); return [frame().x(x), frame().y(y)]; };
  const drawn = useDerived(() => line(frame(), [...curve.value, [ends.value.most, curve.value[curve.value.length - 1][1]]]), []);
  const beyond = () => ({ d: `${drawn.value}L${frame().x(ends.value.most)} ${inner.y}L${frame().x(0)} ${inner.y}Z` });
  const slope = () => (scene.own.value ? scene.own.value.price : Number.isFinite(scene.touch.value.alpha) ? scene.touch.value.alpha : 0);
  const tangent = () => {
    if (scene.touch.value.inside && !scene.own.value) return { d: "" };
    const [x, y] = point(), { most } = ends.value, reach = 0.28 * most;
    return { d: line(frame(), [Math.max(0, x - reach), Math.min(most, x + reach)].map((to) => [to, y - slope() * (to - x)])) };
  };
  const yours = () => {
    const { size, value } = scene.free.value;
    return { d: `M${frame().x(size) - 6} ${frame().y(Math.min(value, ends.value.high))}l6 -6l6 6l-6 6Z` };
  };
  const change = (v) => store.set({ form: "budget", budget: v });
  const move = (event) => {
    const box = svg.current.getBoundingClientRect();
    change(Math.min(picture().enough, Math.max(0, frame().fromX(((event.clientX - box.left) / box.width) * W))));
  };
  const now = () => {
    const [x, y] = point();
    return { value: x, min: 0, max: picture().enough, step: 0.01 * (picture().enough || 1), text: `norm ${short(x)}, loss ${short(y)}` };
  };
  return (
    <div class="view-frontier">
      <Plot frame={frame} innerRef={svg} falling xLabel={own ? "norm of the model" : "norm (budget)"} yLabel="loss (target)" label="loss against norm">
        <clipPath id="inside"><rect {...inner} /></clipPath>
        <Live as="path" class="beyond" clip-path="url(#inside)" live={beyond} />
        <Live as="path" class="frontier" live={() => ({ d: drawn.value })} />
        <Live as="path" class="tangent" clip-path="url(#inside)" live={tangent} />
        {free && !own && <g class="free"><Live as="path" class="grip" live={yours} /></g>}
        {own ? <Live as="circle" class="contact" r="6" live={() => { const [cx, cy] = at(); return { cx, cy }; }} />
          : <Handle kind="frontier" at={at} hit={18} shape="point" move={move} reset={() => change(1)}
            sliders={[{ label: "point on the frontier", now, change }]} />}
      </Plot>
      <p class="note">No point lies below the curve. The <span class="ink price">dashed tangent</span> falls by the price: one more unit of norm would buy <Value name="slope" x={slope} /> of loss.</p>
    </div>
  );
}
