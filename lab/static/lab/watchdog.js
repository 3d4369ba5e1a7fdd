/** Notices dead connections: the server is silent for too long, or the page or the network was away. */
import { CLOSED, OPEN } from "./states.js";

export const SILENCE = 23_000; // ms without data until an open connection counts as dead; heartbeats come every 15 s
const CHECK = 500; // ms between checks
const FRESH = 2_000; // ms since the last data in which a connection is surely alive
const STALE = 30_000; // ms since the last data after which idle connections of the browser may be dead
const HEDGE = 1_000; // ms that a live connection may take to respond, before other connections are tried, too
const POOL = 6; // HTTP/1.1 connections that browsers keep to one origin

/** @type {Set<Watchdog>} */
const watchdogs = new Set();
/** @type {number | undefined} */
let timer;

/** Watches one client's connection. All times are ms since the epoch. */
export class Watchdog {
  silence = SILENCE; // ms; Infinity if the server sends no heartbeats
  deadline = Infinity; // the connection counts as dead if nothing has come by then
  receivedAt = 0; // when the last data arrived
  wokenAt = 0;
  proven = false; // data came on the open connection
  suspect = false; // the connections that the browser keeps for reuse may be dead

  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.client = client;
  }

  start() {
    this.suspect ||= this.receivedAt > 0 && Date.now() - this.receivedAt > STALE;
    watchdogs.add(this);
    timer ??= setInterval(check, CHECK);
  }

  stop() {
    watchdogs.delete(this);
    if (watchdogs.size) return;
    clearInterval(timer);
    timer = undefined;
  }

  /** Set the deadline for the next data. @param {number} ms - from now on */
  expect(ms) {
    this.deadline = Date.now() + ms;
  }

  /** The server responded: the connection is open. */
  opened() {
    if (this.client.readyState !== OPEN) this.proven = false;
    this.receivedAt = Date.now();
    this.expect(this.silence);
  }

  /** Data came on the open connection. */
  received() {
    if (this.silence < Infinity) this.silence = SILENCE;
    this.proven = true;
    this.receivedAt = Date.now();
    this.expect(this.silence);
  }

  /** Nothing came by the deadline. */
  timedOut() {
    // The data may be large and the link slow: the next connection gets more time.
    if (this.client.readyState === OPEN && !this.proven) this.silence *= 2;
    this.suspect = true;
    this.client.failed(new Error(gettext("Nothing comes any more: the connection counts as dead.")));
  }

  /**
   * Reconnect at once, unless data has just come over the same network: one return raises several events.
   * @param {boolean} moved - the network may be another one
   */
  wake(moved) {
    const now = Date.now();
    const alive = this.client.readyState !== CLOSED && !moved && now - this.receivedAt < FRESH;
    if (!this.client.reconnects || alive || now - this.wokenAt < FRESH) return;
    this.wokenAt = now;
    this.suspect = true;
    this.client.failures ||= 1;
    this.client.start();
  }
}

// One timer and the clock, because a timeout for each deadline would stand still while the machine is suspended.
function check() {
  for (const watchdog of [...watchdogs]) if (Date.now() > watchdog.deadline) watchdog.timedOut();
}

/** @param {Event} event */
function wake({ type }) {
  for (const watchdog of [...watchdogs]) watchdog.wake(type === "online");
}

addEventListener("online", wake);
addEventListener("pageshow", (event) => event.persisted && wake(event));
document.addEventListener("visibilitychange", (event) => document.hidden || wake(event));

/**
 * Resolve once `request(signal)` succeeds on a connection that is alive.
 *
 * Connections that a browser keeps for reuse may have died unnoticed, and each would cost the next request its whole
 * timeout. If the first request is slow, as many follow as there can be such connections, so that one at least opens a
 * new one. The others are then aborted, which makes the browser close their connections.
 * @param {(signal: AbortSignal) => Promise<unknown>} request @param {AbortSignal} signal
 */
export async function findLiveConnection(request, signal) {
  const all = new AbortController();
  const abort = () => all.abort();
  signal.addEventListener("abort", abort);
  try {
    const first = request(all.signal).then(() => true);
    const inTime = await Promise.race([first, new Promise((resolve) => setTimeout(resolve, HEDGE, false))]);
    if (!inTime) await Promise.any([first, ...Array.from({ length: POOL - 1 }, () => request(all.signal))]);
  } finally {
    signal.removeEventListener("abort", abort);
    abort();
  }
}
