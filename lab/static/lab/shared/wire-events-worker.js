/** A worker with one stream for all boards of a browser: six streams would use up the connections to an origin. */
import { openEvents } from "./wire-events.js";

/** @typedef {{ports: Set<MessagePort>, last: object | null, end: () => void}} Stream */

/** @type {Map<string, Stream>} */
const streams = new Map();

/** @type {any} */ (globalThis).onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => {
  port.onmessage = ({ data: { command, url } }) => (command === "join" ? join : leave)(port, url);
};

/** @param {MessagePort} port @param {string} url */
function join(port, url) {
  const stream = streams.get(url) ?? begin(url);
  stream.ports.add(port);
  if (stream.last) port.postMessage(stream.last);
}

/** @param {string} url */
function begin(url) {
  /** @type {Stream} */
  const stream = { ports: new Set(), last: null, end: () => {} };
  streams.set(url, stream);
  stream.end = openEvents(url, (kind, text) => {
    if (kind !== "exchanges") stream.last = { kind, text }; // for boards that join later
    for (const port of stream.ports) port.postMessage({ kind, text });
  });
  return stream;
}

/** @param {MessagePort} port @param {string} url */
function leave(port, url) {
  const stream = streams.get(url);
  stream?.ports.delete(port);
  if (stream?.ports.size !== 0) return;
  stream.end();
  streams.delete(url);
}
