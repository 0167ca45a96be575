// The one module: a widget for notebooks (anywidget's contract), and the page by itself.
import { render as draw } from "preact";
import { signal } from "@preact/signals";
import { App, createPage } from "./app.jsx";
import { FACES, faceMap } from "./facemap.js";
import { createProof } from "./proof.js";
import { createScene } from "./scene.js";
import { createStore, readState } from "./store.js";
import { budgetFor, contact, makePicture } from "./geometry/forms.js";
import { lossOf } from "./geometry/losses.js";
import { normOf } from "./geometry/norms.js";
import { snippet } from "./snippet.js";
import pageCss from "./page.css";
import stageCss from "./stage.css";
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

function render({ model, el, ask = askByMessage(model), ownsAddress = false }) {
  const root = el.shadowRoot || el.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = `${pageCss}\n${stageCss}`;
  const home = document.createElement("div");
  home.className = "home";
  root.replaceChildren(style, home);
  const data = signal(model.get("data") || null);
  const store = createStore(model, { ownsAddress });
  const scene = createScene(store, data);
  const { proof, stop: stopProof } = createProof(store, scene, ask);
  const page = createPage(store, scene, data, proof);
  const newData = () => { data.value = model.get("data") || null; };
  model.on("change:data", newData);
  draw(jsx(App, { page }), home);
  return () => {
    stopProof();
    page.stop();
    store.stop();
    if (model.off) model.off("change:data", newData);
    draw(null, home);
  };
}

/** A model without Python: the state lives in the page and its address. */
function plainModel(content) {
  const values = { state: content.state || {}, data: content.data || null };
  return { get: (k) => values[k], set: (k, v) => { values[k] = v; }, save_changes() {}, on() {}, off() {} };
}

async function askServer(state) {
  const response = await fetch("solve", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(state) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || `the server answered ${response.status}`);
  return answer;
}

function boot() {
  const holder = document.getElementById("normball-explorer");
  const home = document.getElementById("normball-root");
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
  const { w, alpha, gap, kind, zeros, value, size, flat, inside } = contact(picture, t);
  return { w, alpha, gap, kind, zeros, target: value, budget: size, flat: !!flat, inside, notes };
}

/** The map of a state on n x n places: {faces, half}; what tests compare with contacts. */
export function mapOf(raw, n) {
  const { state } = readState({ ...raw, dims: 2 });
  const half = 2.6;
  return { half, faces: [...faceMap(normOf(state), lossOf(state).gram, state.budget, half, n)].map((k) => FACES[k].name) };
}

export { snippet };

export default { render };
