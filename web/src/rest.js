// Work that waits until the page has come to rest.

/** Calls `run` when it has not been asked to for `wait` milliseconds. */
export function atRest(run, wait) {
  let timer = 0, last = 0;
  const due = () => {
    const left = last + wait - performance.now();
    timer = left > 1 ? setTimeout(due, left) : 0;
    if (!timer) run();
  };
  return {
    ask() { last = performance.now(); timer ||= setTimeout(due, wait); },
    cancel() { clearTimeout(timer); timer = 0; },
    get isAsked() { return !!timer; },
  };
}
