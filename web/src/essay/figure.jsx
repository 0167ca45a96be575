// The figure beside the story: two boards, a sentence, at most three controls. It never changes its size.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { dragProps } from "../drag.jsx";
import { Controls } from "./controls.jsx";
import { stopsIn } from "./stops.js";
import { plainText } from "./words.jsx";
import { planeOf } from "./plane.jsx";

const sizeOf = (box) => [Math.max(60, Math.round(box.clientWidth)), Math.max(50, Math.round(box.clientHeight))];

/** Sizes of both boards in pixels, measured again whenever they change. */
function useSizes(plane, side, layout, k) {
  const [sizes, setSizes] = useState(null);
  const measure = () => { if (!plane.current || !side.current) return; const now = [sizeOf(plane.current), sizeOf(side.current)]; setSizes((old) => (String(old) === String(now) ? old : now)); };
  useLayoutEffect(measure, [layout]);
  useEffect(() => {
    const watch = new ResizeObserver(measure);
    watch.observe(plane.current);
    watch.observe(side.current);
    return () => watch.disconnect();
  }, [k]);
  return sizes;
}

/** The focus stays in the hand when a control goes; into another step it is taken by keys alone. */
function useFocus(k) {
  const hand = useRef(null), last = useRef(k), at = hand.current && hand.current.getRootNode().activeElement;
  const had = at && hand.current.contains(at) ? at : null, byKeys = had && had.matches(":focus-visible");
  useLayoutEffect(() => {
    const stays = last.current === k;
    last.current = k;
    const next = had && !had.isConnected && (stays || byKeys) && stopsIn(hand.current)[0];
    if (next) next.focus({ preventScroll: true });
  });
  return hand;
}

/** The view of a step, reached from the one before in half a second. */
function useCamera(essay, k, view) {
  const [camera, setCamera] = useState(view), last = useRef({ k, view });
  const key = JSON.stringify(view);
  useLayoutEffect(() => {
    const from = last.current.view;
    if (JSON.stringify(from) === key && last.current.k === k) return;
    last.current = { k, view };
    const apart = Math.max(from.half / view.half, view.half / from.half) > 4;
    if (apart) { setCamera(view); return; }
    essay.motion.run(550, (x) => setCamera({ centre: from.centre.map((c, i) => c + (view.centre[i] - c) * x), half: from.half * (view.half / from.half) ** x }));
  }, [k, key]);
  return Math.max(camera.half / view.half, view.half / camera.half) > 4 ? view : camera;
}

export function Figure({ essay, innerRef }) {
  const k = essay.now.value, { step } = essay.steps[k], context = essay.contextOf(k);
  const plane = useRef(null), side = useRef(null);
  const sizes = useSizes(plane, side, `${step.layout} ${context.small}`, k);
  const hand = useFocus(k);
  const view = (context.small && step.viewSmall ? step.viewSmall : step.view)(context);
  const camera = useCamera(essay, k, view);
  const said = step.reading(context), label = plainText(said);
  const latest = useRef(null);
  const [planeSize, sideSize] = sizes || [[60, 60], [60, 60]];
  const P = planeOf(...planeSize, camera), Q = planeOf(...sideSize, camera);
  const drawn = { ...context, P, planeSize, sideSize, label };
  latest.current = { essay, k, step, drawn, P, Q };
  const hands = useRef(null);
  if (!hands.current) hands.current = [handsOf(latest, plane, false), handsOf(latest, side, true)];
  const grips = sizes && step.grips ? step.grips(drawn) : [];
  const captions = step.captions ? step.captions(context) : ["", ""];
  return (
    <figure class={`figure ${step.layout || "wide"}`} ref={innerRef} aria-label="The picture of the present step">
      <div class="boards" key={k}>
        <div class="column">
          <div class="board plane" ref={plane} data-unit={P.unit} data-origin={P.to([0, 0]).join(" ")} {...hands.current[0]}>{sizes && <step.Plane {...drawn} />}<Holds grips={grips.filter((g) => !g.side)} /></div>
          <figcaption>{captions[0]}</figcaption>
        </div>
        <div class="column">
          <div class="board side" ref={side} data-unit={Q.unit} data-origin={Q.to([0, 0]).join(" ")} {...hands.current[1]}>{sizes && (step.Plane2 ? <step.Plane2 {...drawn} P={Q} /> : <step.Side {...drawn} w={sideSize[0]} h={sideSize[1]} />)}<Holds grips={grips.filter((g) => g.side)} /></div>
          <figcaption>{captions[1]}</figcaption>
        </div>
      </div>
      <div class="hand" ref={hand}><p class="reading">{said}</p><Controls essay={essay} k={k} list={step.controls(context)} /></div>
    </figure>);
}

/** Where a finger takes hold the page does not scroll: elements that stay while the picture is redrawn. */
function Holds({ grips }) {
  return <div class="holds">{grips.map(({ at, r = 28 }, i) => <i key={i} class="held" style={{ width: `${2 * r}px`, height: `${2 * r}px`, left: `${at[0] - r}px`, top: `${at[1] - r}px` }} />)}</div>;
}

/** Taking hold with mouse or finger; what is dragged keeps its distance to the hand. */
function handsOf(latest, board, side) {
  const placeOf = (event) => {
    const box = board.current.getBoundingClientRect(), { P, Q } = latest.current, point = [event.clientX - box.left, event.clientY - box.top];
    return { point, w: (side ? Q : P).from(point), side };
  };
  let held = null;
  const drag = dragProps((event) => {
    const { essay, k, step, drawn } = latest.current;
    if (held && held.k === k) essay.change(k, held.key, step.drag(held, { ...drawn, ...placeOf(event) }), { held: true });
  }, { end() { latest.current.essay.release(held.k); held = null; } });
  return {
    onPointerDown(event) {
      const { essay, k, step, drawn } = latest.current;
      const onGrip = event.target.classList.contains("held");
      if (event.button > 0 || !step.grab || (event.pointerType === "touch" && !onGrip) || (side && !step.grips(drawn).some((g) => g.side))) return;
      const found = step.grab({ ...drawn, ...placeOf(event) });
      if (!found) return;
      held = { ...found, k };
      essay.hold(k, held);
      drag.onPointerDown(event);
    },
    onClick(event) {
      const { essay, k, step, drawn } = latest.current;
      const tap = !side && step.tap && step.tap({ ...drawn, ...placeOf(event) });
      if (!tap) return;
      essay.change(k, ...tap.change);
      essay.act(k, tap.act);
    },
  };
}
