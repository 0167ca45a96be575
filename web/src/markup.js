// Writes what components draw as HTML text, where there is no browser: pure components only.
const VOID = new Set(["br", "input", "img", "meta"]);
const escaped = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const named = (name) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
const styled = (style) => Object.entries(style).map(([k, v]) => `${named(k)}:${v}`).join(";");

function attribute([name, value]) {
  if (name === "children" || name === "key" || name === "ref" || name.startsWith("on") || value === undefined || value === null || value === false) return "";
  return ` ${name}="${escaped(name === "style" && typeof value === "object" ? styled(value) : value)}"`;
}

export function markup(node) {
  if (node === null || node === undefined || typeof node === "boolean") return "";
  if (Array.isArray(node)) return node.map(markup).join("");
  if (typeof node !== "object") return escaped(node);
  const { type, props } = node;
  if (typeof type === "function") return markup(type(props));
  const open = `<${type}${Object.entries(props).map(attribute).join("")}>`;
  return VOID.has(type) ? open : `${open}${markup(props.children)}</${type}>`;
}
