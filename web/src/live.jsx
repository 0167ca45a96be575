// Attributes that follow signals by themselves: a step of a drag changes them without a render.
import { createContext } from "preact";
import { computed, effect } from "@preact/signals";
import { useContext, useLayoutEffect, useMemo, useRef } from "preact/hooks";

/** What kind of picture is drawn, a signal of one string: where it changes, parts come and go. */
export const Kind = createContext(null);

export const useKind = () => JSON.parse(useContext(Kind).value);

/** A signal computed from signals and from `needs`, which are not. */
export const useDerived = (compute, needs) => useMemo(() => computed(compute), needs);

/** An element whose attributes are what `live` makes of the signals now; the attribute `text` is its text. */
export function Live({ as: Tag, live, children, ...rest }) {
  const kind = useContext(Kind), drawn = kind.value;
  const node = useRef(null);
  useLayoutEffect(() => {
    const shown = {};
    // of another kind of picture this element knows nothing: the render that is due replaces it
    return effect(() => { if (kind.value === drawn) show(node.current, live(), shown); });
  });
  return <Tag ref={node} {...rest}>{children}</Tag>;
}

function show(node, now, shown) {
  for (const name in now) {
    const value = now[name];
    if (value === shown[name]) continue;
    shown[name] = value;
    if (name === "text" && node.firstChild) node.firstChild.data = value;
    else if (name === "text") node.textContent = value;
    else if (name === "value") node.value = value;
    else if (name[1] === "-") node.style.setProperty(name, value);
    else if (value === undefined) node.removeAttribute(name);
    else node.setAttribute(name, value);
  }
}
