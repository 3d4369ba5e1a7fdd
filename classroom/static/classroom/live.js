/** The class's addresses: follow a state, which comes as events, and post what somebody does. */
import { Refused, backoff } from "../lab/states.js";

const SILENCE = 23_000; // ms without an event until a stream counts as dead; heartbeats come every 15 s
const CHECK = 2_000; // ms between checks

/** Post an object; return the one in the response. Throws Refused, or the fault of the connection. */
export async function post(url, fields = {}) {
  const headers = { "Content-Type": "application/json" };
  // keepalive: a phone whose screen goes off still says so.
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(fields), keepalive: true });
  const result = await response.json();
  if (!response.ok) throw new Refused(result.error, response.status);
  return result;
}

/** Calls `onstate(state)` for each state of an event stream, and connects again after a fault. */
export class Follower {
  failures = 0; // in a row
  heardAt = 0; // ms since the epoch

  /** `ondown()` is called after a fault. */
  constructor(url, onstate, ondown) {
    this.url = url;
    this.onstate = onstate;
    this.ondown = ondown;
    setInterval(() => this.check(), CHECK);
    document.addEventListener("visibilitychange", () => document.hidden || this.check());
    addEventListener("online", () => this.source && this.open());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", ({ persisted }) => persisted && this.open());
  }

  open() {
    this.close();
    this.heardAt = Date.now();
    const source = (this.source = new EventSource(this.url));
    source.onmessage = ({ data }) => {
      this.failures = 0;
      this.heardAt = Date.now();
      this.onstate(JSON.parse(data));
    };
    source.addEventListener("heartbeat", () => (this.heardAt = Date.now()));
    source.onerror = () => this.failed();
  }

  /** EventSource would reconnect by itself, but after a fixed wait, and after some faults never. */
  failed() {
    this.source.close();
    this.ondown();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.source && this.open(), backoff(this.failures++));
  }

  check() {
    if (this.source?.readyState === EventSource.OPEN && Date.now() - this.heardAt > SILENCE) this.failed();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
