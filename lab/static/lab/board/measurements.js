/** What is measured between two instants: latencies and ledgers by the panes, bytes and packets by their wires. */
export const KINDS = ["payload", "framing", "headers", "handshake", "idle", "other"];

const TIMEOUT = 2_500; // ms; the next state comes within a second
const EDGE = 50; // ms by which the end of a fault is known

/** Wait for the next state of the wires, so that a window begins or ends at an instant. */
export function nextState({ control }) {
  if (!control) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, TIMEOUT);
    control.addEventListener("state", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Read all counters. */
export function readCounters(board) {
  const panes = new Map();
  for (const pane of board.panes.values()) {
    const wire = structuredClone(board.wireState(pane.name));
    panes.set(pane.name, { ...pane.ledger, outages: pane.outages.length, wire });
  }
  const lastId = Math.max(0, ...[...board.panes.values()].map(({ ledger }) => ledger.lastId ?? 0));
  return { at: Date.now(), lastId, panes };
}

/** Return {seconds, from, panes: [the measurements of each pane]} between two readings. */
export function difference(board, first, last = readCounters(board)) {
  const panes = [...board.panes.values()].map((pane) => measure(pane, first, last));
  return { seconds: (last.at - first.at) / 1_000, from: first.at, panes };
}

function measure(pane, first, last) {
  const [before, after] = [first, last].map(({ panes }) => panes.get(pane.name));
  const since = pane.latencies.filter(({ id }) => id > first.lastId && id <= last.lastId);
  const latencies = since.map(({ ms }) => ms).sort((a, b) => a - b);
  const outages = pane.outages.slice(before.outages).map(({ from, to }) => (to ?? Date.now()) - from);
  return {
    name: pane.name,
    title: pane.title,
    pane,
    latencies,
    mean: latencies.length ? sum(latencies) / latencies.length : null,
    p99: quantile(latencies, 0.99),
    fastest: latencies[0] ?? null,
    slowest: latencies.at(-1) ?? null,
    messages: after.seen - before.seen,
    lost: after.missing - before.missing,
    repeated: after.repeated - before.repeated,
    behind: last.lastId - Math.max(after.lastId ?? 0, first.lastId),
    outage: outages.length ? sum(outages) : null, // ms
    ...measureWire(before.wire, after.wire),
  };
}

/** Count the messages that a fault delayed: published from `begin` to `end` and delivered after it. */
export function delayedBy({ pane }, begin, end) {
  return pane.latencies.filter(({ at, ms }) => at - ms >= begin && at - ms < end && at >= end - EDGE).length;
}

/** The part of a wire; null if there is none. */
function measureWire(before, after) {
  if (!before || !after) return { bytes: null, ip: null, requests: null, kinds: null };
  const ofKind = ({ up, down }, kind) => (up[kind] ?? 0) + (down[kind] ?? 0);
  const ofAll = ({ up, down }) => sum(Object.values(up)) + sum(Object.values(down));
  const atIp = ({ up, down }) => up + down;
  const ip = atIp(after.ip_bytes) - atIp(before.ip_bytes);
  return {
    kinds: Object.fromEntries(KINDS.map((kind) => [kind, ofKind(after.bytes, kind) - ofKind(before.bytes, kind)])),
    bytes: ofAll(after.bytes) - ofAll(before.bytes),
    ip: ip > 0 || atIp(after.ip_bytes) ? ip : null, // all are 0 if the kernel does not count packets
    requests: after.requests - before.requests,
    payloadDown: after.bytes.down.payload - before.bytes.down.payload,
  };
}

/** The nearest-rank quantile of sorted values: the smallest with at least this share of them at or below it. */
export function quantile(sorted, share) {
  return sorted.length ? sorted[Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length))) - 1] : null;
}

/** Bytes on the wire, with TCP and IP if they are known. */
export const cost = ({ ip, bytes }) => ip ?? bytes;

/** Bytes of each message; null if there are none. */
export const costPerMessage = (pane) => (pane.messages && cost(pane) !== null ? cost(pane) / pane.messages : null);

const sum = (values) => values.reduce((total, value) => total + value, 0);
