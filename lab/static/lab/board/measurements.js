/** What is measured between two instants: latencies and ledgers from the panes, bytes and packets from their wires. */
export const KINDS = ["payload", "framing", "headers", "handshake", "idle", "other"];

const FRESH = 2_500; // ms to wait for the wires' next state; it comes once a second
const EDGE = 50; // ms by which the end of a fault is known

/** Wait for a state of the wires from now on, so that a window's edge is an instant. */
export function fresh({ wire }) {
  if (!wire) return Promise.resolve();
  return new Promise((come) => {
    const timer = setTimeout(come, FRESH);
    wire.addEventListener("state", () => (clearTimeout(timer), come()), { once: true });
  });
}

/** Read all counters as they stand now. */
export function reading(board) {
  const panes = new Map();
  for (const pane of board.panes.values()) {
    const wire = wireOf(board, pane.name);
    panes.set(pane.name, { ...pane.ledger, away: pane.away.length, wire: wire && structuredClone(wire) });
  }
  return { at: Date.now(), lastId: newest(board), panes };
}

export function wireOf(board, name) {
  return board.wire?.state?.wires.find((wire) => wire.name === name) ?? null;
}

/** Return {seconds, panes: [figures of each pane]} from one reading to another. */
export function difference(board, first, last = reading(board)) {
  const panes = [...board.panes.values()].map((pane) => of(pane, first, last));
  return { seconds: (last.at - first.at) / 1_000, from: first.at, panes };
}

function of(pane, first, last) {
  const [before, after] = [first, last].map(({ panes }) => panes.get(pane.name));
  const since = pane.latencies.filter(({ id }) => id > first.lastId && id <= last.lastId);
  const latencies = since.map(({ ms }) => ms).sort((a, b) => a - b);
  const away = pane.away.slice(before.away).map(({ from, to }) => (to ?? Date.now()) - from);
  return {
    name: pane.name,
    title: pane.title,
    pane,
    latencies,
    mean: latencies.length ? latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length : null,
    p99: quantile(latencies, 0.99),
    least: latencies[0] ?? null,
    most: latencies.at(-1) ?? null,
    messages: after.seen - before.seen,
    lost: after.missing - before.missing,
    repeated: after.repeated - before.repeated,
    behind: last.lastId - Math.max(after.lastId ?? 0, first.lastId),
    away: away.reduce((sum, ms) => sum + ms, 0),
    timesAway: away.length,
    ...ofWire(before.wire, after.wire),
  };
}

/** How many messages were published from `begin` to `end` and delivered after it: what a fault held back. */
export function heldBack({ pane }, begin, end) {
  return pane.latencies.filter(({ at, ms }) => at - ms >= begin && at - ms < end && at >= end - EDGE).length;
}

/** A wire's part; null figures where there is no wire. */
function ofWire(before, after) {
  if (!before || !after) return { bytes: null, ip: null, requests: null, empty: null, kinds: null, up: null, down: null };
  const kinds = Object.fromEntries(
    KINDS.map((kind) => [kind, sum(after.bytes, kind) - sum(before.bytes, kind)]),
  );
  const [up, down] = ["up", "down"].map((way) => total(after.bytes[way]) - total(before.bytes[way]));
  const ip = both(after.ip_bytes) - both(before.ip_bytes);
  return {
    kinds,
    up,
    down,
    bytes: up + down,
    ip: ip > 0 || both(after.ip_bytes) ? ip : null, // where the kernel does not tell of packets, they are all 0
    packets: both(after.packets) - both(before.packets),
    requests: after.requests - before.requests,
    empty: after.empty_responses - before.empty_responses,
    payloadDown: after.bytes.down.payload - before.bytes.down.payload,
  };
}

/** The value below which a share of sorted values lies: the nearest rank. */
export function quantile(sorted, share) {
  return sorted.length ? sorted[Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length))) - 1] : null;
}

/** Bytes on the wire with TCP and IP where they are known, else without. */
export const cost = ({ ip, bytes }) => ip ?? bytes;

function newest(board) {
  return Math.max(0, ...[...board.panes.values()].map(({ ledger }) => ledger.lastId ?? 0));
}

const both = ({ up, down }) => up + down;
const sum = ({ up, down }, kind) => (up[kind] ?? 0) + (down[kind] ?? 0);
const total = (counts) => Object.values(counts).reduce((whole, count) => whole + count, 0);
