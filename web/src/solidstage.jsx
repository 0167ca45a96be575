// The picture in space: a canvas that is turned by pointer and keys.
import { useEffect, useRef, useState } from "preact/hooks";
import { dragProps } from "./drag.jsx";
import { SIZE, scaleFor } from "./outlines.js";
import { paintSolid } from "./solidpaint.js";
import { contactSentence } from "./words.js";

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
  const now = [scene.touch.value, scene.trail.value, s.yaw.value, s.pitch.value, s.zoom.value, s.trail.value, pixels, dark];
  frame.paint = (context, size) => paintSolid(context, scene, store, { size, dark, meshes: meshes.current, k: size === pixels ? k : 1 });
  useEffect(() => { if (canvas.current) frame.paint(canvas.current.getContext("2d"), pixels); }, now);
  const from = useRef(null);
  const drag = useRef(null);
  if (!drag.current) {
    drag.current = dragProps((event) => {
      const width = canvas.current.getBoundingClientRect().width;
      const turn = (by) => (by / width) * 220;
      const wrapped = (v) => ((((v + 180) % 360) + 360) % 360) - 180;
      store.set({
        yaw: wrapped(from.current.yaw + turn(event.clientX - from.current.x)),
        pitch: Math.max(-89, Math.min(89, from.current.pitch + turn(event.clientY - from.current.y))),
      });
    }, { start: (event) => { from.current = { x: event.clientX, y: event.clientY, yaw: s.yaw.value, pitch: s.pitch.value }; } });
  }
  const zoom = (by) => store.set({ zoom: s.zoom.value * by });
  const onKeyDown = (event) => {
    const step = event.shiftKey ? 15 : 3;
    const moves = { ArrowLeft: { yaw: s.yaw.value - step }, ArrowRight: { yaw: s.yaw.value + step }, ArrowUp: { pitch: s.pitch.value + step }, ArrowDown: { pitch: s.pitch.value - step } };
    if (moves[event.key]) { event.preventDefault(); store.set(moves[event.key]); }
    if (event.key === "+") zoom(1.2);
    if (event.key === "-") zoom(1 / 1.2);
  };
  return (
      <canvas ref={canvas} class="stage" width={pixels} height={pixels} role="application" tabindex="0" aria-label={`the picture in space; arrow keys turn it. ${contactSentence(scene)}`}
        onKeyDown={onKeyDown} {...drag.current} />
  );
}
