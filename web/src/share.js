// What the page gives away: pictures, tables, the page itself, a program, a link.
import { GIFEncoder, applyPalette, quantize } from "gifenc/dist/gifenc.esm.js";
import { contact } from "./geometry/forms.js";
import stageCss from "./stage.css";
import { snippet } from "./snippet.js";
import { SvgContext } from "./svgcontext.js";
import { SIZE } from "./outlines.js";

const VARIABLES = ["--paper", "--ink", "--soft", "--faint", "--ball", "--level", "--cone", "--ghost", "--free", "--halo", "--faintly"];

const paper = (element) => getComputedStyle(element).getPropertyValue("--paper").trim() || "#fff";

/** The picture in space as an SVG document. */
function solidText(frame) {
  const context = new SvgContext();
  frame.paint(context, SIZE);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="0 0 ${SIZE} ${SIZE}"><rect width="${SIZE}" height="${SIZE}" fill="${paper(frame.canvas.current)}"/>${context.parts.join("")}</svg>`;
}

/** The picture as an SVG document of its own, with its colours written in. */
function planeText(svg) {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", SIZE);
  copy.setAttribute("height", SIZE);
  copy.removeAttribute("style");
  copy.querySelectorAll(".handles, .hit, .ring, .tip").forEach((e) => e.remove());
  const computed = getComputedStyle(svg);
  const values = VARIABLES.map((v) => `${v}:${computed.getPropertyValue(v).trim()}`).join(";");
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `.stage{${values};background:var(--paper);font-family:system-ui,sans-serif}\n${stageCss}`;
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [k, v] of Object.entries({ width: SIZE, height: SIZE, fill: paper(svg) })) ground.setAttribute(k, v);
  copy.insertBefore(ground, copy.firstChild);
  copy.insertBefore(style, copy.firstChild);
  return new XMLSerializer().serializeToString(copy);
}

function save(content, type, name) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** The stage now, drawn on a canvas of `size` pixels. */
async function snapshot(frame, size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (frame.solid()) {
    frame.paint(context, size);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = paper(frame.canvas.current);
    context.fillRect(0, 0, size, size);
    return canvas;
  }
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(planeText(frame.svg.current))}`;
  await image.decode();
  context.drawImage(image, 0, 0, size, size);
  return canvas;
}

const python = (value) => (typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value));

/** The call of Python that opens this picture. */
const callOf = (state) => `nb.explore(${Object.entries(state).map(([k, v]) => `${k}=${python(v)}`).join(", ")})`;

const csvCell = (x) => (typeof x === "string" && /[",\n]/.test(x) ? `"${x.replaceAll('"', '""')}"` : String(x));

/** Steps of the budget in the frontier's table. */
const ROWS = 50;

function frontierCsv(scene) {
  const own = scene.own.value;
  const names = own ? own.names : ["w1", "w2", "w3"].slice(0, scene.picture.value.d);
  const { loss, norm, enough } = scene.picture.value;
  if (own) return csvOf(["norm", "loss", "price", ...names], own.frontier.map(([size, value], k) => [size, value, own.prices[k], ...own.shown[k]]));
  const points = Array.from({ length: ROWS + 1 }, (_, k) => contact(scene.picture.value, (enough * k) / ROWS));
  const rows = points.map((c) => [norm.value(c.w), loss.value(c.w), c.alpha ?? "", ...c.w]);
  return csvOf(["norm", "loss", "price", ...names], rows);
}

const csvOf = (head, rows) => [head, ...rows].map((r) => r.map(csvCell).join(",")).join("\n") + "\n";

/** This page as a file of its own, with the state of now. */
function pageHtml(state) {
  const copy = document.documentElement.cloneNode(true);
  const holder = copy.querySelector("#normball-explorer");
  const content = JSON.parse(holder.textContent);
  holder.textContent = JSON.stringify({ ...content, state, server: false }).replaceAll("<", "\\u003c");
  const policy = copy.querySelector('meta[http-equiv="Content-Security-Policy"]');
  if (policy) policy.setAttribute("content", policy.getAttribute("content").replace("connect-src 'self'", "connect-src 'none'"));
  return `<!doctype html>\n${copy.outerHTML}\n`;
}

export const canSavePage = () => !!document.querySelector("#normball-explorer");

/** Values of a sweep: what the animation runs through, there and back. */
function sweep(name, store, scene) {
  const round = (start) => [start, start + (name === "yaw" ? 360 : 180)];
  const ends = { angle: round(store.signals.angle.value), yaw: round(store.signals.yaw.value), budget: [0.02, scene.picture.value.enough * 1.05], p: [store.signals.dims.value === 3 ? 1 : 0.5, 6] }[name];
  const n = 30;
  const there = Array.from({ length: n }, (_, k) => {
    const s = k / (n - 1);
    return name === "p" ? ends[0] * (ends[1] / ends[0]) ** s : ends[0] + s * (ends[1] - ends[0]);
  });
  return name === "angle" || name === "yaw" ? there : [...there, ...there.slice(1, -1).reverse()];
}

/** What can run in an animation now: [field, words]. */
export const sweepsOf = (state) => [
  ...(state.loss === "equation" ? [["angle", "the angle"]] : []), ["budget", "the budget"],
  ...(state.norm === "lp" ? [["p", "p"]] : []), ...(Number(state.dims) === 3 ? [["yaw", "the view"]] : []),
];

/** An animated GIF of the picture while one quantity runs; calls `progress(share)`. */
export async function gif(name, store, scene, frame, progress) {
  // what it runs through is put back in the end, and nothing else
  const moved = name === "budget" ? ["form", "budget"] : [name], before = Object.fromEntries(moved.map((k) => [k, store.signals[k].value]));
  const encoder = GIFEncoder();
  const size = 400;
  const values = sweep(name, store, scene);
  const wrapped = (v) => ((((v + 180) % 360) + 360) % 360) - 180;
  try {
    for (const [k, v] of values.entries()) {
      store.set(name === "budget" ? { form: "budget", budget: v } : { [name]: name === "angle" || name === "yaw" ? wrapped(v) : v });
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const canvas = await snapshot(frame, size);
      const { data } = canvas.getContext("2d").getImageData(0, 0, size, size);
      const palette = quantize(data, 128);
      encoder.writeFrame(applyPalette(data, palette), size, size, { palette, delay: 70 });
      progress((k + 1) / values.length);
    }
  } finally {
    store.set(before);
  }
  encoder.finish();
  return encoder.bytes();
}

export const EXPORTS = {
  async link({ store }) {
    // an address of this machine, or of a notebook that does not hold the state, leads nobody here
    const isShared = store.hasAddress() && location.protocol.startsWith("http");
    await navigator.clipboard.writeText(isShared ? location.href : callOf(store.changed()));
    return isShared ? "The link is on the clipboard." : "On the clipboard: the call of nb.explore that shows this picture.";
  },
  async png({ frame }) { (await snapshot(frame, 1280)).toBlob((b) => save(b, "image/png", "normball.png")); return "normball.png was saved."; },
  async svg({ frame }) { save(frame.solid() ? solidText(frame) : planeText(frame.svg.current), "image/svg+xml", "normball.svg"); return "normball.svg was saved."; },
  async html({ store }) { save(pageHtml(store.all()), "text/html", "normball.html"); return "normball.html was saved: one file, works offline."; },
  async csv({ scene }) { save(frontierCsv(scene), "text/csv", "frontier.csv"); return "frontier.csv was saved: norm, loss, price and coefficients."; },
  async python({ store, scene }) {
    const state = store.all();
    save(snippet(state, state.form, scene.dials.value[state.form]), "text/x-python", "picture.py");
    return "picture.py was saved: run it with normball installed.";
  },
  async gif({ store, scene, frame, name, progress }) { save(await gif(name, store, scene, frame, progress), "image/gif", `normball-${name}.gif`); return `normball-${name}.gif was saved.`; },
};
