// How wide words are, and names that are shortened only where they do not fit.
const AVERAGE = 0.56; // of the size of the letters, where nothing can be measured

const measured = new Map();
let pen;

/** Pixels that a text takes in letters of so many pixels. */
export function widthOf(text, size, weight = 400, style = "normal") {
  if (typeof document === "undefined") return AVERAGE * size * text.length;
  const key = `${style} ${weight} ${size} ${text}`;
  if (!measured.has(key)) {
    if (measured.size > 500) measured.clear();
    pen ||= document.createElement("canvas").getContext("2d");
    pen.font = `${style} ${weight} ${size}px system-ui, sans-serif`;
    measured.set(key, pen.measureText(text).width);
  }
  return measured.get(key);
}

/** The whole name where it fits into `room` pixels; otherwise its beginning, as long as fits, and "…". */
export function fitting(name, room, size = 13, weight = 400, style = "normal") {
  if (widthOf(name, size, weight, style) <= room) return name;
  let most = name.length - 1;
  while (most > 1 && widthOf(`${name.slice(0, most)}…`, size, weight, style) > room) most -= 1;
  return `${name.slice(0, most).trimEnd()}…`;
}
