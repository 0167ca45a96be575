// A slider's track and thumb, filled up to its value.
import { Live } from "./live.jsx";

/** `<input type="range">` of now() = {min, max, value, text}, with --fill, the filled share, for the style sheet. */
export function Range({ now, ...rest }) {
  const live = () => {
    const { min, max, value, text } = now();
    const share = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
    // the thumb is 16 px wide and never leaves the track
    return { min, max, value, "--fill": `calc(8px + ${share.toFixed(4)} * (100% - 16px))`, "aria-valuetext": text };
  };
  return <Live as="input" type="range" live={live} {...rest} />;
}
