// The badge: the page's own gap, and at rest the word of normball where Python is there.
import { effect, signal } from "@preact/signals";
import { short } from "./numbers.jsx";
import { atRest } from "./rest.js";
import { kindWord } from "./words.js";

/** A difference in the coefficients above this is an error of the page (or of normball). */
const TOLERANCE = 1e-6;

export function createProof(store, scene, ask) {
  const proof = signal(null);
  if (!ask) return { proof, stop: () => {} };
  let turn = 0;
  const rested = atRest(async () => {
    const state = store.all();
    const touch = scene.touch.value, picture = scene.picture.value;
    const mine = turn;
    if (scene.own.value || !picture.norm.convex) return;
    try {
      const answer = await ask({ ...state, [state.form]: scene.dials.value[state.form] });
      if (mine !== turn) return;
      // where a whole side is optimal the two may choose different points of it: compare what they cost
      const scale = Math.max(picture.norm.value(touch.w), 1e-3);
      const apart = Math.max(Math.abs(answer.budget - touch.size) / scale, Math.abs(answer.target - touch.value) / Math.max(picture.scale, 1e-9));
      // where the answer is one point its zeros and the piece of the ball must be the same, too
      const one = !touch.flat && !touch.inside, isAlike = !one || (touch.zeros === answer.zeros && (!answer.kind || touch.kind === answer.kind));
      const there = () => [`norm ${short(answer.budget, 8)}`, `loss ${short(answer.target, 8)}`, `${answer.zeros} zeros`, answer.kind && kindWord({ ...touch, kind: answer.kind, corner: false }, picture.norm, picture.d)].filter(Boolean).join(", ");
      proof.value = apart <= TOLERANCE && isAlike ? { state: "same", gap: answer.gap } : { state: "differs", text: `${there()} there` };
    } catch (error) {
      if (mine === turn) proof.value = { state: "silent", text: String(error) };
    }
  }, 250);
  const stop = effect(() => {
    store.all();
    scene.touch.value; // data can change without the state
    turn += 1;
    proof.value = null;
    rested.ask();
  });
  return { proof, stop: () => { rested.cancel(); stop(); } };
}
