// Numbers, names and small phrases of the essay.

export const W1 = "w₁", W2 = "w₂";

/** x with so many decimals, a true minus, never minus zero. */
export function num(x, digits = 2) {
  const text = Math.abs(x).toFixed(digits);
  return (x < 0 && Number(text) !== 0 ? "−" : "") + text;
}

/** x with its sign: +0.05, −0.10. */
export const change = (x, digits = 2) => (x < 0 && Number(Math.abs(x).toFixed(digits)) !== 0 ? num(x, digits) : `+${Math.abs(x).toFixed(digits)}`);

/** Two weights with so many decimals; more where one that is not zero would be printed as zero. */
export function pair(w, digits = 2) {
  const isHidden = (x) => Math.abs(x) > 1e-9 && Number(Math.abs(x).toFixed(digits)) === 0;
  return digits < 9 && w.some(isHidden) ? pair(w, digits + 1) : `(${num(w[0], digits)}, ${num(w[1], digits)})`;
}

/** 4000 -> 4,000. */
export const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Words of what a step's function drew, for labels and for those who listen. */
export function plainText(node) {
  if (node === null || node === undefined || node === false || node === true) return "";
  if (Array.isArray(node)) return node.map(plainText).join("");
  if (typeof node !== "object") return String(node);
  return typeof node.type === "function" ? plainText(node.type(node.props)) : plainText(node.props.children);
}

/** A name in a sentence with room for `most` letters of it. */
export const named = (name, most) => (name.length > most ? `${name.slice(0, Math.max(4, Math.floor(most) - 1)).trimEnd()}…` : name);

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/** 3 -> three, 4000 -> 4,000. */
export const counted = (n) => NUMBERS[n] || grouped(n);
export const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** A number as exact as one glance can take: three significant digits at least, whole from 100. */
export function round(x) {
  const size = Math.abs(x);
  if (size >= 99.5 || x === 0) return num(x, 0);
  if (size >= 9.95) return num(x, Math.abs(x - Math.round(x)) < 0.05 ? 0 : 1);
  return num(x, size >= 0.995 ? 2 : 3);
}

/** x as exact as a hundredth of `scale`. */
export const level = (x, scale) => num(x, Math.max(0, 2 - Math.floor(Math.log10(scale))));

export const percent = (share, digits = share > 0 && share < 0.0995 ? 1 : 0) => `${num(100 * share, digits)} %`;

/** What is said of two weights in words: "(0, 1)". */
export const Fit = ({ children }) => <b class="t-fit">{children}</b>;
export const Diamond = ({ children }) => <b class="t-l1">{children}</b>;
export const Circle = ({ children }) => <b class="t-l2">{children}</b>;
export const Zero = ({ i, children }) => <b class={`t-z${i + 1}`}>{children}</b>;
