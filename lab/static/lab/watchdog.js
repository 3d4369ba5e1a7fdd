/** Looks after clients: whether what they wait for is overdue, and whether the network or the page was away. */
const LOOK = 500; // ms between looks
const HEDGE = 1_000; // ms that a live connection may take to answer before others are tried beside it
const POOL = 6; // connections that browsers keep to one origin

const clients = new Set();
let looking;

/** Look after a client until `unwatch`: call its `silent` when its time `due` has passed, its `wake` after an absence. */
export function watch(client) {
  clients.add(client);
  looking ??= setInterval(look, LOOK);
}

export function unwatch(client) {
  clients.delete(client);
  if (clients.size) return;
  clearInterval(looking);
  looking = undefined;
}

// By the clock and not by a timeout each: those stand still while a machine is suspended.
function look() {
  for (const client of [...clients]) if (Date.now() > client.due) client.silent();
}

function wake({ type }) {
  for (const client of [...clients]) client.wake(type === "online");
}

addEventListener("online", wake);
addEventListener("pageshow", (event) => event.persisted && wake(event));
document.addEventListener("visibilitychange", (event) => document.hidden || wake(event));

/**
 * Resolve once the server answers `ask(signal)`, which makes a request.
 *
 * Connections that a browser keeps for later may have died without a sign, and each would cost the next request its
 * whole timeout. So when the first request is slow, as many follow as there can be such connections: one at least
 * opens a new one. Those without an answer are then ended, and their connections with them.
 */
export async function findLiveConnection(ask, signal) {
  const all = new AbortController();
  const stop = () => all.abort();
  signal.addEventListener("abort", stop);
  try {
    const first = ask(all.signal).then(() => true);
    const inTime = await Promise.race([first, new Promise((late) => setTimeout(late, HEDGE, false))]);
    if (!inTime) await Promise.any([first, ...Array.from({ length: POOL - 1 }, () => ask(all.signal))]);
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}
