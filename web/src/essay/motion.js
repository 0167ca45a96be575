// Motion with a meaning: one value runs from 0 to 1, at once where motion is unwelcome.
const EASE = {
  smooth: (x) => (x < 0.5 ? 4 * x ** 3 : 1 - (2 - 2 * x) ** 3 / 2),
  even: (x) => x,
  /** Fast at first, slow before the touch: the eye has time for the kiss. */
  growing: (x) => 1 - (1 - x) ** 1.9,
};

export function createMotion() {
  const running = new Set();
  const isStill = () => typeof matchMedia === "undefined" || matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;

  /** Calls each(share) for `ms` milliseconds, each(1) at the end, then `after`. */
  function run(ms, each, { ease = "smooth", after } = {}) {
    const job = { end() { running.delete(job); each(1); if (after) after(); } };
    if (isStill()) { job.end(); return; }
    running.add(job);
    const start = performance.now();
    const tick = (now) => {
      if (!running.has(job)) return;
      const x = Math.min(1, Math.max(0, (now - start) / ms));
      if (x >= 1) { job.end(); return; }
      each(EASE[ease](x));
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }
  /** Everything that moves is brought to its end. */
  const finish = () => { while (running.size) [...running].forEach((job) => job.end()); };
  return { run, finish };
}
