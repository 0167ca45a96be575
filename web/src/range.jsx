// A slider's track and thumb, filled up to its value.

/** `<input type="range">` with --fill, the filled share, for the style sheet. */
export function Range({ min, max, value, ...rest }) {
  const share = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
  // the thumb is 16 px wide and never leaves the track
  const fill = `calc(8px + ${share.toFixed(4)} * (100% - 16px))`;
  return <input type="range" min={min} max={max} value={value} style={{ "--fill": fill }} {...rest} />;
}
