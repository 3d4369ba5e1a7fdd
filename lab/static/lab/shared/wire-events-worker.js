/** A worker for all boards of a browser: with a stream each, six of them would use up an origin's connections. */
import { hear } from "./wire-events.js";

const streams = new Map(); // address: {ports, last, end}

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data: { what, address } }) => (what === "join" ? join : leave)(port, address);
};

function join(port, address) {
  const stream = streams.get(address) ?? begin(address);
  stream.ports.add(port);
  if (stream.last) port.postMessage(stream.last);
}

function begin(address) {
  const stream = { ports: new Set(), last: null };
  streams.set(address, stream);
  stream.end = hear(address, (kind, text) => {
    const told = { kind, text };
    if (kind !== "exchanges") stream.last = told; // how things stand: told to whoever comes later
    for (const port of stream.ports) port.postMessage(told);
  });
  return stream;
}

function leave(port, address) {
  const stream = streams.get(address);
  stream?.ports.delete(port);
  if (stream?.ports.size !== 0) return;
  stream.end();
  streams.delete(address);
}
