// What is shown, the essay or the laboratory, and what the address says of it.
//
// "#compass" is a step of the essay, "#laboratory" and "#norm=l1&..." are the laboratory. A page
// without a story is always the laboratory.
import { signal } from "@preact/signals";
import { STEPS } from "./essay/steps/index.js";

export const LABORATORY = "laboratory";
const steps = [...STEPS.map((step) => step.id), "end"];

/** The step that an address names; null for the laboratory, "" where it names nothing. */
function stepIn(hash) {
  const name = hash.replace(/^#/, "");
  if (!name) return "";
  return steps.includes(name) ? name : null;
}

/**
 * `start` is where Python opens the page: null the laboratory, "" the essay's beginning, or a step.
 * `asked` is a step that somebody wants to see, an object of its own for each wish.
 */
export function createPlace({ hasStory, start, ownsAddress }) {
  const named = ownsAddress ? stepIn(location.hash) : "";
  const isStory = hasStory && named !== null && (named || start !== null);
  const shown = signal(isStory ? "story" : LABORATORY), asked = signal({ step: named || start || "" });
  const place = { shown, asked, hasStory };
  let last = asked.peek().step;
  const write = (hash, push) => {
    if (!ownsAddress) return;
    try { history[push ? "pushState" : "replaceState"](null, "", `#${hash}`); } catch { ownsAddress = false; }
  };
  /** Whether the address is the laboratory's to read. */
  place.isLaboratory = (hash) => { const step = stepIn(hash); return step === null || (step === "" && (!hasStory || start === null)); };
  /** The reader has come to a step. */
  place.follow = (step) => { last = step; write(step, false); };
  place.toStory = () => { asked.value = { step: last }; shown.value = "story"; write(last, true); };
  place.toLaboratory = () => { shown.value = LABORATORY; if (ownsAddress && !place.isLaboratory(location.hash)) write(LABORATORY, true); };
  const heard = () => {
    if (!hasStory) return;
    const isLab = place.isLaboratory(location.hash);
    if (!isLab) asked.value = { step: stepIn(location.hash) || start || "" };
    shown.value = isLab ? LABORATORY : "story";
  };
  if (ownsAddress) { addEventListener("popstate", heard); addEventListener("hashchange", heard); }
  place.stop = () => { removeEventListener("popstate", heard); removeEventListener("hashchange", heard); };
  return place;
}
