// Handles that are taken by mouse, touch or keyboard; each is a slider to assistive software.
import { useRef } from "preact/hooks";
import { Live } from "./live.jsx";
import { SIZE } from "./outlines.js";

/** Calls `move(event)` at most once a frame while the pointer is down, and once more at its end. */
export function dragProps(move, { start, end } = {}) {
  let pending = null, frame = 0;
  const run = () => {
    frame = 0;
    if (!pending) return;
    const event = pending;
    pending = null;
    const before = performance.now();
    move(event);
    // the page's own work of this step ends when the drawing that it asked for is done
    Promise.resolve().then(() => Promise.resolve()).then(() => {
      performance.measure("normball drag step", { start: before, end: performance.now() });
    });
  };
  const moved = (event) => {
    pending = { clientX: event.clientX, clientY: event.clientY, shiftKey: event.shiftKey };
    if (!frame) frame = requestAnimationFrame(run);
  };
  return {
    onPointerDown(event) {
      if (event.button > 0) return;
      event.preventDefault();
      event.stopPropagation();
      const target = event.currentTarget;
      target.setPointerCapture(event.pointerId);
      if (target.focus) target.focus({ preventScroll: true });
      if (start) start(event);
      const stop = (last) => {
        moved(last);
        cancelAnimationFrame(frame);
        run();
        target.removeEventListener("pointermove", moved);
        target.removeEventListener("pointerup", stop);
        target.removeEventListener("pointercancel", stop);
        if (end) end();
      };
      target.addEventListener("pointermove", moved);
      target.addEventListener("pointerup", stop);
      target.addEventListener("pointercancel", stop);
    },
  };
}

const JUMPS = { PageUp: 10, PageDown: -10 };

/** A change of a slider by the keys: step, or null where the key means nothing. */
function keyStep(event, step, axis = "both") {
  const big = event.shiftKey ? 10 : 1;
  const right = { ArrowRight: 1, ArrowLeft: -1 }, up = { ArrowUp: 1, ArrowDown: -1 };
  const moves = { ...(axis !== "y" ? right : {}), ...(axis !== "x" ? up : {}) };
  if (event.key in moves) return moves[event.key] * step * big;
  if (event.key in JUMPS) return JUMPS[event.key] * step;
  return null;
}

/** Whether a word that ends at x would leave the picture, or run into the buttons in its corner. */
const hasNoRoom = (x, y, hit) => x > SIZE - 4 || (x > SIZE - 3.7 * hit && y < 2 * hit);

/** A grip never leaves the picture. */
const inFrame = (x) => Math.min(SIZE - 14, Math.max(14, x));

const tenth = (x) => Math.round(10 * x) / 10;

/**
 * One handle on the stage: `sliders` are its one or two values {label, step, change, now() =
 * {value, min, max, text, and a step that changes}}, `at()` its place in pixels of the drawing, `tip` the word beside it
 * (`above` the line through it, or below) while it is pointed at, `k` the scale of letters.
 */
export function Handle({ at, sliders, move, reset, hit, shape = "circle", kind, tip, above, end, k = 1 }) {
  const latest = useRef();
  latest.current = move;
  const drag = useRef(null);
  if (!drag.current) drag.current = dragProps((event) => latest.current(event), { end });
  const body = shape === "square"
    ? <rect class="grip" x="-7" y="-7" width="14" height="14" rx="2" />
    : shape === "diamond" ? <rect class="grip" x="-6.5" y="-6.5" width="13" height="13" rx="2" transform="rotate(45)" />
      : shape === "point" ? <circle class="grip" r="6" /> : <circle class="grip" r="8" />;
  const place = () => { const [x, y] = at().map(inFrame); return { transform: `translate(${tenth(x)} ${tenth(y)})` }; };
  const besides = () => {
    const [x, y] = at().map(inFrame);
    const left = hasNoRoom(x + 15 + 7.4 * k * tip.length, y - 30, hit);
    return { x: left ? -15 : 15, y: above && !left ? -13 : 22, "text-anchor": left ? "end" : "start" };
  };
  return (
    <Live as="g" live={place} class={`handle handle-${kind}`} role={sliders.length > 1 ? "group" : undefined}
      aria-label={sliders.length > 1 ? kind : undefined} {...drag.current} onDblClick={reset}>
      <circle class="hit" r={hit} />
      {tip && <Live as="text" live={besides} class="tip" aria-hidden="true">{tip}</Live>}
      {sliders.map((s, i) => (
        <Thumb key={s.label} slider={s} axis={sliders.length > 1 ? "xy"[i] : "both"} reset={reset}>
          {i === 0 && <g class="body">{body}{kind === "best fit" && <path class="grip" d="M-3.5-3.5L3.5 3.5M-3.5 3.5L3.5-3.5" />}</g>}
        </Thumb>
      ))}
    </Live>
  );
}

/** One value of a handle, for keyboard and assistive software. */
function Thumb({ slider, axis, reset, children }) {
  const live = () => {
    const { value, min, max, text } = slider.now();
    return { "aria-valuenow": +value.toPrecision(6), "aria-valuemin": min, "aria-valuemax": max, "aria-valuetext": text };
  };
  const pressed = (event) => {
    if (event.key === "Backspace" || event.key === "Delete") { event.preventDefault(); reset(); return; }
    const { value, min, max, step = slider.step } = slider.now();
    const by = keyStep(event, step, axis);
    const next = by !== null ? value + by : { Home: min, End: max }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    slider.change(Math.min(max, Math.max(min, next)));
  };
  return (
    <Live as="g" live={live} class="thumb" role="slider" tabindex="0" aria-label={slider.label} aria-orientation={axis === "y" ? "vertical" : "horizontal"} onKeyDown={pressed}>
      <circle class="ring" r="13" />
      {children}
    </Live>
  );
}
