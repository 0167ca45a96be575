// The picture in space: a canvas that is turned by pointer and keys.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { dragProps } from "./drag.jsx";
import { SIZE, scaleFor } from "./outlines.js";
import { gripAt, gripsOf } from "./solidgrips.js";
import { cameraOf, paintSolid } from "./solidpaint.js";

const wrapped = (v) => ((((v + 180) % 360) + 360) % 360) - 180;

/** A drag moves the grip under the pointer, or turns the view. */
function turning(store, latest) {
  const s = store.signals;
  let from = null;
  return dragProps((event) => {
    const [x, y] = latest.current.place(event);
    if (from.move) {
      from.move([(x - from.x) / from.unit, (from.y - y) / from.unit]);
      return;
    }
    store.set({
      yaw: wrapped(from.yaw + ((x - from.x) / SIZE) * 220),
      pitch: Math.max(-89, Math.min(89, from.pitch + ((y - from.y) / SIZE) * 220)),
    });
  }, {
    start: (event) => {
      const [x, y] = latest.current.place(event);
      const grip = latest.current.under(event);
      from = { x, y, yaw: s.yaw.value, pitch: s.pitch.value, unit: latest.current.unit, move: grip && grip.start() };
    },
  });
}

export function SolidStage({ store, scene, frame }) {
  const canvas = useRef(null);
  const [[pixels, k], setPixels] = useState([SIZE, 1]);
  const s = store.signals;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const meshes = useRef({});
  frame.canvas = canvas;
  useEffect(() => {
    const watch = new ResizeObserver(([e]) => setPixels([Math.round((e.contentRect.width || SIZE) * (devicePixelRatio || 1)), scaleFor(e.contentRect.width || SIZE)]));
    watch.observe(canvas.current);
    return () => watch.disconnect();
  }, []);
  // reading the signals here makes the component, and with it the drawing, follow them
  const now = [scene.touch.value, scene.trail.value, s.map.value, s.yaw.value, s.pitch.value, s.zoom.value, s.trail.value, pixels, dark];
  const view = cameraOf(store, scene);
  const grips = gripsOf(store, scene, view);
  frame.paint = (context, size, more = {}) => paintSolid(context, scene, store, { size, dark, meshes: meshes.current, ...more });
  // with the rest of the page, not a frame later
  useLayoutEffect(() => { if (canvas.current) frame.paint(canvas.current.getContext("2d"), pixels, { k, grips }); }, now);
  const place = (event) => {
    const box = canvas.current.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE];
  };
  const under = (event) => gripAt(grips, place(event), 22 * k);
  const latest = useRef();
  latest.current = { under, place, unit: view.unit };
  const drag = useRef(null);
  if (!drag.current) drag.current = turning(store, latest);
  const zoom = (by) => store.set({ zoom: s.zoom.value * by });
  const onKeyDown = (event) => {
    const step = event.shiftKey ? 15 : 3;
    const moves = { ArrowLeft: { yaw: s.yaw.value - step }, ArrowRight: { yaw: s.yaw.value + step }, ArrowUp: { pitch: s.pitch.value + step }, ArrowDown: { pitch: s.pitch.value - step } };
    if (moves[event.key]) { event.preventDefault(); store.set(moves[event.key]); }
    if (event.key === "+") zoom(1.2);
    if (event.key === "-") zoom(1 / 1.2);
  };
  const keyed = (grip) => (event) => {
    const by = event.shiftKey ? 0.1 : 0.01, d = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] }[event.key];
    if (!d) return;
    event.preventDefault();
    grip.start()(d);
  };
  return (
    <>
      <canvas ref={canvas} class="stage" width={pixels} height={pixels} role="application" tabindex="0" aria-label={`the picture in space; arrow keys turn it. ${scene.sentence.value}`}
        onKeyDown={onKeyDown} onPointerMove={(event) => { if (!event.buttons) canvas.current.style.cursor = under(event) ? "pointer" : ""; }} {...drag.current} />
      {grips.map((grip) => <button key={grip.name} type="button" class="solidgrip" aria-label={`${grip.name} handle: arrow keys move it`} style={{ left: `${(100 * grip.at[0]) / SIZE}%`, top: `${(100 * grip.at[1]) / SIZE}%` }} onKeyDown={keyed(grip)} />)}
    </>
  );
}
