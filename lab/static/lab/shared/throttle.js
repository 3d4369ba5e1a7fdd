/** Return a function that does a task at once, and again at most every so many ms: the last call is never forgotten. */
export function seldom(task, ms) {
  let waiting = null;
  let again = false;
  function run() {
    again = false;
    waiting = setTimeout(() => {
      waiting = null;
      if (again) run();
    }, ms);
    task();
  }
  return () => {
    again = true;
    if (waiting === null) run();
  };
}
