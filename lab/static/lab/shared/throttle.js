/**
 * Return a function that runs a task at once, and again at most every `ms`. The last call always leads to a run.
 * @param {() => void} task @param {number} ms
 */
export function throttle(task, ms) {
  let waiting = false;
  let again = false;
  function run() {
    again = false;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (again) run();
    }, ms);
    task();
  }
  return () => {
    again = true;
    if (!waiting) run();
  };
}
