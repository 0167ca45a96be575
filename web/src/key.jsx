// The key under the picture: what its marks mean, and only those that are on it now.
import { useComputed } from "@preact/signals";
import { largest } from "./geometry/vectors.js";
import { TINTS, compassFor } from "./solidcompass.js";
import { flatName, ghostName } from "./words.js";

const MARKS = {
  ball: <rect class="k-ball" x="3" y="2" width="16" height="10" rx="1" />,
  level: <path class="k-level" d="M1 12C6 3 14 2 21 4" />,
  contact: <circle class="k-contact" cx="11" cy="7" r="4.5" />,
  cone: <path class="k-cone" d="M11 13L3 3A12 12 0 0 1 19 3Z" />,
  push: <path class="k-push" d="M2 11L19 4M13 3.2L19 4L15.6 9" />,
  optimum: <path class="k-optimum" d="M7 3L15 11M7 11L15 3" />,
  trail: <path class="k-trail" d="M1 11C8 10 12 4 21 3" />,
  ghost: <path class="k-ghost" d="M1 11C3 2 19 2 21 11" />,
  through: <rect class="k-through" x="3" y="2" width="16" height="10" rx="1" />,
  rival: <circle class="k-rival" cx="11" cy="7" r="4.5" />,
};

/** Whether more than one direction touches there: a corner, or in space an edge. */
const isPointed = (touch, d) => (d === 2 ? touch.corner : touch.kind === "vertex" || (touch.kind === "face" && touch.free < 3));

/** The marks on the picture now, as [mark, words] in one string: most steps of a drag leave it alone. */
function marksNow(store, scene) {
  const { loss, norm, d } = scene.picture.value;
  const touch = scene.touch.value;
  const pushed = !touch.inside && largest(touch.push) > 0;
  const ghost = d === 2 && scene.ghost.value;
  const items = [
    ["ball", scene.own.value ? "what the others leave of the budget" : "norm ≤ budget"], ["level", loss.line ? "fits equally well" : "level set: fits equally well"], ["contact", "contact"],
    pushed && norm.convex && touch.size > 0 && isPointed(touch, d) && ["cone", "normal cone: directions that touch here"],
    pushed && ["push", loss.line && touch.value < 1e-12 ? `normal of the ${flatName(d)}` : "−∇ loss"],
    !loss.line && ["optimum", "best fit"],
    store.signals.trail.value && ["trail", "path as the budget grows"],
    ghost && ["ghost", `${ghostName(ghost.name)} ball, to compare`],
    d === 2 && scene.free.value && scene.free.value.better && ["through", "ball through your point"],
    touch.others.length > 0 && ["rival", "another local minimum"],
  ];
  return JSON.stringify(items.filter(Boolean));
}

/** What the colours of the compass mean, and how much of all directions each kind of face catches. */
function Directions({ scene }) {
  const { norm, d } = scene.picture.value, compass = d === 3 && compassFor(norm);
  if (!compass) return d === 3 ? <p class="directions">The compass is drawn for L1, L2, L∞, group L2 and sorted L1.</p> : null;
  return (
    <ul class="directions" aria-label="shares of all directions">
      {compass.kinds.map(({ name, share }, i) => <li key={name}><i style={{ background: `rgb(${TINTS[i % TINTS.length]})` }} />{name}: <data data-name={`share_${i}`} value={String(share)}>{`${(100 * share).toFixed(1)} %`}</data></li>)}
      <li>{norm.flat ? "all at corners; edges and sides: single arcs and points, 0 %" : norm.name === "group_l2" ? "sides: 0 %" : "each direction its own point"}</li>
    </ul>
  );
}

export function Key({ store, scene }) {
  const items = JSON.parse(useComputed(() => marksNow(store, scene)).value);
  return (
    <>
    {store.signals.map.value && <Directions scene={scene} />}
    <ul class="key" aria-label="key">
      {items.map(([mark, text]) => <li key={mark}><svg viewBox="0 0 22 14" aria-hidden="true">{MARKS[mark]}</svg>{text}</li>)}
    </ul>
    </>
  );
}
