// The one module: a widget for notebooks (anywidget's contract), and the page by itself.
import { render as draw } from "preact";
import { signal } from "@preact/signals";
import { App, createPage } from "./app.jsx";
import { FACES, faceMap } from "./facemap.js";
import { createProof } from "./proof.js";
import { createScene } from "./scene.js";
import { createStore, defaults, readState } from "./store.js";
import { budgetFor, contact, makePicture } from "./geometry/forms.js";
import { compassIn } from "./geometry/directions.js";
import { lossOf } from "./geometry/losses.js";
import { normOf } from "./geometry/norms.js";
import { snippet } from "./snippet.js";
import { inFront } from "./solidcompass.js";
import coloursCss from "./colours.css";
import essayCss from "./essay/essay.css";
import frameCss from "./essay/frame.css";
import pageCss from "./page.css";
import rangeCss from "./range.css";
import stageCss from "./stage.css";
import { Essay } from "./essay/essay.jsx";
import { createEssay } from "./essay/essay.js";
import { plainText } from "./essay/words.jsx";
import { STEPS } from "./essay/steps/index.js";
import { createPlace } from "./place.js";
import { jsx } from "preact/jsx-runtime";

/** Asks Python through a notebook's messages: one reply for each id. */
function askByMessage(model) {
  if (!model.send) return null;
  let count = 0;
  return (state) => new Promise((resolve, reject) => {
    const id = `solve-${++count}`;
    const timer = setTimeout(() => done({ error: "Python did not answer" }), 20000);
    const heard = (message) => { if (message && message.id === id) done(message); };
    const done = (message) => {
      clearTimeout(timer);
      model.off("msg:custom", heard);
      if (message.error) reject(new Error(message.error));
      else resolve(message.result);
    };
    model.on("msg:custom", heard);
    model.send({ id, kind: "solve", state });
  });
}

/** The page of a model; what is shown of it decides the style sheet, too. */
function render({ model, el, ask = askByMessage(model), ownsAddress = false }) {
  const root = el.shadowRoot || el.attachShadow({ mode: "open" });
  const home = document.createElement("div");
  root.replaceChildren(home);
  const data = signal(model.get("data") || null);
  const story = model.get("story") || null;
  const place = createPlace({ hasStory: !!story, start: story ? story.start : null, ownsAddress });
  const store = createStore(model, { ownsAddress, place });
  const scene = createScene(store, data);
  const { proof, stop: stopProof } = createProof(store, scene, ask);
  const page = createPage(store, scene, data, proof, place);
  const essay = story && createEssay(story);
  const newData = () => { data.value = model.get("data") || null; };
  model.on("change:data", newData);
  draw(jsx(Root, { page, essay, place, store, ownsPage: el.id === HOME }), home);
  return () => {
    stopProof();
    page.stop();
    place.stop();
    store.stop();
    if (model.off) model.off("change:data", newData);
    draw(null, home);
  };
}

function Root({ page, essay, place, store, ownsPage }) {
  const isStory = place.shown.value === "story";
  const openLab = (picture) => { store.set({ ...defaults, ...picture }, { push: true }); place.toLaboratory(); };
  return [
    jsx("style", { children: [coloursCss, rangeCss, ...(isStory ? [essayCss, frameCss] : [pageCss, stageCss])].join("\n") }, "style"),
    isStory ? jsx(Essay, { essay, asked: place.asked.value, own: ownsPage, write: place.follow, openLab }, "story") : jsx("div", { class: "home", children: jsx(App, { page }) }, "laboratory"),
  ];
}

/** A model without Python: the state lives in the page and its address. */
function plainModel(content) {
  const values = { state: content.state || {}, data: content.data || null, story: content.story || null };
  return { get: (k) => values[k], set: (k, v) => { values[k] = v; }, save_changes() {}, on() {}, off() {} };
}

async function askServer(state) {
  const response = await fetch("solve", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(state) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || `the server answered ${response.status}`);
  return answer;
}

const HOME = "normball-root";

function boot() {
  const holder = document.getElementById("normball-explorer");
  const home = document.getElementById(HOME);
  if (!holder || !home) return;
  const content = JSON.parse(holder.textContent);
  render({ model: plainModel(content), el: home, ask: content.server ? askServer : null, ownsAddress: location.protocol !== "about:" });
}

if (typeof document !== "undefined") {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", boot);
  else boot();
}

/** The contact of a state without any drawing: what tests compare with normball. */
export function contactOf(raw) {
  const { state, notes } = readState(raw);
  const picture = makePicture(lossOf(state), normOf(state), state.dims);
  const t = budgetFor(picture, state.form, state[state.form]);
  const { w, alpha, prices, others, gap, kind, zeros, value, size, flat, inside } = contact(picture, t);
  return { w, alpha, gap, kind, zeros, target: value, budget: size, flat: !!flat, inside, prices, others: others.map((o) => o.w), notes };
}

/** The map of a state on n x n places: {faces, half}; what tests compare with contacts. */
export function mapOf(raw, n) {
  const { state } = readState({ ...raw, dims: 2 });
  const half = 2.6;
  return { half, faces: [...faceMap(normOf(state), lossOf(state).gram, state.budget, half, n)].map((k) => FACES[k].name) };
}

/** What a step of the essay says and shows in words in a state of its own: what tests check its numbers by. */
export function saidOf(story, id, changes, { open = 0, draw = null } = {}) {
  const essay = createEssay(story), k = STEPS.findIndex((step) => step.id === id), one = essay.steps[k];
  if (draw) essay.draw.value = { ...essay.draw.value, ...draw };
  one.open.value = open;
  one.s.value = { ...one.s.value, ...changes };
  const context = essay.contextOf(k);
  return {
    reading: plainText(one.step.reading(context)), text: plainText(one.step.text(context)), controls: one.step.controls(context).map((c) => c.spoken || c.text || ""),
    side: one.step.Side ? plainText(one.step.Side({ ...context, w: 320, h: 440 })) : "", captions: one.step.captions ? one.step.captions(context).map(plainText) : [],
    asks: one.step.tasks.map((task) => plainText(task.ask(context))), said: one.step.tasks.map((task) => plainText(task.said(context))), done: one.step.tasks.map((task) => !!task.done(one.s.value, context)),
  };
}

export { leastL1, leastL2, randomEquations } from "./geometry/least.js";
/** Kinds of faces of a ball in space with their shares of directions, and the kind of each direction given. */
export function directionsOf(raw, directions) {
  const { kinds, of } = compassIn(normOf(readState({ ...raw, dims: 3 }).state));
  return { kinds, of: directions.map(of) };
}

/** What the compass paints, seen along `ahead`: {regions: [{kind, outline}], ground}. */
export function compassSeen(raw, ahead) {
  const { regions, ground } = compassIn(normOf(readState({ ...raw, dims: 3 }).state));
  return { ground, regions: regions.map(({ kind, outline }) => ({ kind, outline: inFront(outline, ahead) })) };
}

export { snippet };

export default { render };
