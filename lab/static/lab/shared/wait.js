/** Resolve after `ms`, or at once when the signal is aborted. @param {number} ms @param {AbortSignal} [signal] */
export function wait(ms, signal) {
  return new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done); // a signal may outlive thousands of waits
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal?.addEventListener("abort", done);
  });
}
