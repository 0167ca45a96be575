// Numbers as people read them.
import { Live } from "./live.jsx";

/** Three significant digits, a true minus, no trailing zeros. */
export function short(x, digits = 3) {
  if (x === null || x === undefined || Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  let text;
  if (size >= 1e5 || size < 1e-4) {
    const [m, e] = x.toExponential(Math.min(digits - 1, 1)).split("e");
    return `${m.replace("-", "−")}·10${superscript(Number(e))}`;
  }
  text = size >= 10 ** digits ? x.toFixed(0) : String(+x.toPrecision(digits));
  return text.replace("-", "−");
}

const UP = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const superscript = (e) => String(e).split("").map((c) => UP[c]).join("");

/** A number x() for the reader, with its full value for machines. */
export function Value({ name, x, digits }) {
  return <Live as="data" data-name={name} live={() => { const now = x(); return { value: String(now), text: short(now, digits) }; }} />;
}

/** Round positions for the ticks of an axis. */
export function ticks(lo, hi, about = 5) {
  const span = hi - lo;
  if (!(span > 0)) return [lo];
  const raw = span / about, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= raw);
  const list = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * span; k++) list.push(+(k * step).toPrecision(12));
  return list;
}
