// Handles that are taken by mouse, touch or keyboard; each is a slider to assistive software.
import { useRef } from "preact/hooks";

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
export function keyStep(event, step, axis = "both") {
  const big = event.shiftKey ? 10 : 1;
  const right = { ArrowRight: 1, ArrowLeft: -1 }, up = { ArrowUp: 1, ArrowDown: -1 };
  const moves = { ...(axis !== "y" ? right : {}), ...(axis !== "x" ? up : {}) };
  if (event.key in moves) return moves[event.key] * step * big;
  if (event.key in JUMPS) return JUMPS[event.key] * step;
  return null;
}

/**
 * One handle on the stage: `sliders` are its one or two values
 * {label, value, min, max, step, text, change}, `at` its place in pixels of the drawing, `tip`
 * the word beside it (`above` the line through it, or below) while it is pointed at.
 */
export function Handle({ at, sliders, move, reset, hit, shape = "circle", kind, tip, above, end }) {
  const latest = useRef();
  latest.current = move;
  const drag = useRef(null);
  if (!drag.current) drag.current = dragProps((event) => latest.current(event), { end });
  const [x, y] = at;
  const body = shape === "square"
    ? <rect class="grip" x="-7" y="-7" width="14" height="14" rx="2" />
    : shape === "diamond" ? <rect class="grip" x="-6.5" y="-6.5" width="13" height="13" rx="2" transform="rotate(45)" />
      : shape === "point" ? <circle class="grip" r="6" /> : <circle class="grip" r="8" />;
  return (
    <g class={`handle handle-${kind}`} transform={`translate(${x} ${y})`} role={sliders.length > 1 ? "group" : undefined}
      aria-label={sliders.length > 1 ? kind : undefined} {...drag.current} onDblClick={reset}>
      <circle class="hit" r={hit} />
      {tip && <text class="tip" x={x > 480 ? -15 : 15} y={above && x <= 480 ? -13 : 22} text-anchor={x > 480 ? "end" : "start"} aria-hidden="true">{tip}</text>}
      {sliders.map((s, i) => (
        <g key={s.label} class="thumb" role="slider" tabindex="0" aria-label={s.label} aria-valuenow={+s.value.toPrecision(6)}
          aria-valuemin={s.min} aria-valuemax={s.max} aria-valuetext={s.text}
          aria-orientation={sliders.length > 1 && i === 1 ? "vertical" : "horizontal"}
          onKeyDown={(event) => {
            if (event.key === "Backspace" || event.key === "Delete") { event.preventDefault(); reset(); return; }
            const axis = sliders.length > 1 ? (i ? "y" : "x") : "both";
            let next = null;
            const by = keyStep(event, s.step, axis);
            if (by !== null) next = s.value + by;
            else if (event.key === "Home") next = s.min;
            else if (event.key === "End") next = s.max;
            if (next === null) return;
            event.preventDefault();
            s.change(Math.min(s.max, Math.max(s.min, next)));
          }}>
          <circle class="ring" r="13" />
          {i === 0 && <g class="body">{body}{kind === "best fit" && <path class="grip" d="M-3.5-3.5L3.5 3.5M-3.5 3.5L3.5-3.5" />}</g>}
        </g>
      ))}
    </g>
  );
}
