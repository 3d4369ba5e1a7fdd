/** The event stream of the wires' control, which is opened again whenever it breaks. */
const RETRY = 1_000; // ms
const SILENCE = 10_000; // ms without an event until the stream counts as dead; "state" comes once a second
const CHECK = 500; // ms between checks

/** @typedef {(kind: "state" | "exchanges" | "away", text: string) => void} Listener */

/**
 * Call the listener with each event, and with "away" when the stream breaks; return a function that ends it.
 * @param {string} url @param {Listener} listener
 */
export function openEvents(url, listener) {
  /** @type {EventSource} */
  let source;
  /** @type {number} */
  let timer;
  let receivedAt = 0; // ms since the epoch; by the clock, as timers stand still while the machine is suspended

  function open() {
    receivedAt = Date.now();
    source = new EventSource(url);
    for (const kind of /** @type {const} */ (["state", "exchanges"])) {
      source.addEventListener(kind, ({ data }) => {
        receivedAt = Date.now();
        listener(kind, data);
      });
    }
    source.onerror = close;
    timer = setInterval(() => Date.now() - receivedAt > SILENCE && close(), CHECK);
  }

  function close() {
    end();
    listener("away", "");
    timer = setTimeout(open, RETRY);
  }

  function end() {
    clearTimeout(timer); // which clears an interval, too
    source.close();
  }

  open();
  return end;
}

/**
 * The same through one stream for all boards of a browser, if it has workers that pages share.
 * @param {string} url @param {Listener} listener
 */
export function shareEvents(url, listener) {
  if (!globalThis.SharedWorker) return openEvents(url, listener);
  const worker = new SharedWorker(new URL("./wire-events-worker.js", import.meta.url), { type: "module" });
  let end = () => worker.port.postMessage({ command: "leave", url });
  worker.onerror = () => (end = openEvents(url, listener)); // it does not load here
  worker.port.onmessage = ({ data: { kind, text } }) => listener(kind, text);
  worker.port.postMessage({ command: "join", url });
  return () => end();
}
