/** The base of the browser's clients: one vocabulary, and coming back by itself. */
import { Outbox } from "./outbox.js";
import { findLiveConnection, unwatch, watch } from "./watchdog.js";
import { translated } from "./shared/format.js";

export const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
export const [CONNECTING, OPEN, CLOSING, CLOSED] = STATES.keys();

const BACKOFF = 500; // ms: the first wait is shorter
const BACKOFF_MAX = 10_000; // ms: no wait is longer
const STEADY = 5_000; // ms open before a fault counts as the first of its row
const PATIENCE = 15_000; // ms that an answer may take, or a connection until it is open
const HELD = 2_500; // ms, with four round trips, that the answer to a held request may take beyond its hold
export const SILENCE = 23_000; // ms without a sign before an open connection counts as dead: a heartbeat comes after 15 s
const FRESH = 2_000; // ms since the last sign in which a connection surely lives
const STALE = 30_000; // ms since the last sign after which what the browser keeps of connections may be dead
export const LATER = [429, 503]; // statuses that ask to come again

/** A request that breaks a rule; the message is the server's own sentence, translated. */
export class Refused extends Error {
  constructor(sentence, status) {
    super(translated(sentence));
    this.status = status;
  }
}

/**
 * One reader and writer of a room. A technique overrides `open` and, where it differs, `close`, `publish`, `probe` and
 * `waits`; a stage also `fetch` and `read`.
 */
export class Client {
  readyState = CLOSED;
  after = null; // id of the last message delivered; null: begin with the recent ones
  outbox = new Outbox(this);
  requests = 0;
  bytes = 0; // delivered, as the browser can tell them
  returns = true; // come back by itself
  failures = 0;
  attempt = null; // to be connected: an AbortController, from `start` to a fault or `end`
  heardAt = 0; // ms since the epoch: of the last sign from the server
  wokeAt = 0; // the same: of the last start by `wake`
  due = Infinity; // the same: when the connection counts as dead unless a sign has come
  brought = false; // something came on this connection since it opened
  suspect = false; // other connections that the browser keeps may be dead, too
  round = 0; // ms that an answer took that was not held

  onopen() {}
  onmessage(message) {}
  onerror(error, wait) {}
  onclose() {}
  onreadystatechange() {}
  onreset() {}
  onpublished(draft) {}
  onrefused(draft, refused) {}
  ontrace(direction, text) {} // "up" or "down": what is written and read, as text

  constructor(technique, room, { base = location.origin, stage = null } = {}) {
    const place = [technique, ...(stage ? ["stages", stage] : []), room].map(encodeURIComponent).join("/");
    this.silence = stage ? Infinity : SILENCE; // a stage may have no heartbeat; its page knows
    this.health = `${base}/healthz`;
    this.messages = `${base}/${place}/messages/`;
    this.socketAddress = `${base.replace(/^http/, "ws")}/ws/${place}/`;
    this.meter();
  }

  /** Begin to ask for messages: override. Call `opened` when the server has answered, `broken` when it is away. */
  open() {}

  /** Let go of what `open` made; may return a promise: override. */
  close() {}

  /** Publish a draft; resolve when it is on the server's disk. Throws Refused; other errors mean: away. */
  async publish(draft, signal) {
    await this.fetch(this.messages, { method: "POST", headers: { "Content-Type": "application/json" }, signal }, draft);
  }

  /** Connect, and stay connected until `end`. */
  start() {
    clearTimeout(this.waiting);
    if (this.attempt && !this.attempt.signal.aborted) this.letGo(); // started twice
    this.started ??= Date.now();
    this.attempt = new AbortController();
    this.suspect ||= this.heardAt > 0 && Date.now() - this.heardAt > STALE;
    watch(this);
    this.become(CONNECTING);
    this.expect(PATIENCE);
    this.connect();
  }

  async connect() {
    const { signal } = this.attempt;
    try {
      if (this.suspect) await this.probe(signal);
    } catch (error) {
      this.broken(error, signal);
    }
    if (signal.aborted) return;
    this.suspect = false;
    this.expect(PATIENCE);
    this.open();
  }

  /** Resolve once the server answers by a connection that the browser uses next: override where it keeps none. */
  probe(signal) {
    const ask = async (signal) => {
      this.requests += 1;
      return (await fetch(this.health, { signal, cache: "no-store" })).text();
    };
    return findLiveConnection(ask, signal);
  }

  /** Close for good. */
  async end() {
    clearTimeout(this.waiting);
    unwatch(this);
    const { attempt } = this;
    attempt?.abort();
    this.become(CLOSING);
    await this.close();
    if (attempt !== this.attempt) return; // started again meanwhile, as by a page that came back
    this.become(CLOSED);
    this.onclose();
  }

  /** Publish this once, now or when the connection is back. */
  say(author, text, nonce) {
    return this.outbox.add(author, text, nonce);
  }

  /** How long a message may wait at the server until it is asked for, ms; `round`: the link's round trip. Override. */
  waits(round) {
    return 0;
  }

  /**
   * Ask for messages after the last one, deliver the answer, then call `next`.
   * `heldMs`: milliseconds that the server may hold the request.
   */
  async ask(query, next, heldMs = 0) {
    const { signal } = this.attempt;
    const asked = Date.now();
    this.expect(heldMs ? heldMs + Math.min(PATIENCE, HELD + 4 * this.round) : PATIENCE);
    let page;
    try {
      page = await this.fetch(this.address(this.messages, query), { signal, cache: "no-store" });
    } catch (error) {
      this.broken(error, signal);
      return;
    }
    if (signal.aborted) return;
    if (!heldMs) this.round = Date.now() - asked;
    this.heard(Infinity);
    this.opened();
    if (page.reset) this.reset();
    for (const message of page.messages) this.deliver(message);
    this.after = Math.max(this.after, page.last);
    next(page);
  }

  async fetch(address, options, fields) {
    const body = fields && JSON.stringify(fields);
    const { pathname, search } = new URL(address);
    this.requests += 1;
    this.ontrace("up", `${options.method ?? "GET"} ${pathname}${search} ${body ?? ""}`);
    const response = await fetch(address, { ...options, body });
    const text = await response.text();
    this.ontrace("down", `${response.status} ${text}`);
    return this.read(response, text);
  }

  /** Return the object in an answer's body. Throws Refused. */
  read(response, text) {
    const answer = JSON.parse(text);
    if (!response.ok) throw new Refused(answer.error, response.status);
    return answer;
  }

  /** Publish as `publish` does, within PATIENCE and this attempt to be connected. Throws as it does. */
  async publishInTime(draft) {
    const { signal } = this.attempt;
    const controller = new AbortController(); // not AbortSignal.any, which is younger than some browsers in use
    const abort = () => controller.abort(new Error(gettext("The server does not answer.")));
    const late = () => {
      this.suspect = true;
      abort();
    };
    const timer = setTimeout(late, PATIENCE);
    signal.addEventListener("abort", abort);
    try {
      await this.publish(draft, controller.signal);
    } catch (error) {
      if (!(error instanceof Refused)) this.broken(error, signal);
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Count the connection as dead unless a sign from the server comes within so many ms. */
  expect(ms) {
    this.due = Date.now() + ms;
  }

  /** Note a sign from the server, and that the next one is to come within so many ms. */
  heard(ms = this.silence) {
    this.heardAt = Date.now();
    this.expect(ms);
  }

  /** Nothing came in time. */
  silent() {
    // It was open and brought nothing: what it brings may be large and the link slow, so the next one has longer.
    if (this.readyState === OPEN && !this.brought) this.silence *= 2;
    this.suspect = true;
    this.broken(new Error(gettext("Nothing comes any more: the connection counts as dead.")));
  }

  /** The page was away, or (`moved`) the network: connect anew at once, unless a sign has just come from it. */
  wake(moved) {
    const now = Date.now();
    const lives = this.readyState !== CLOSED && !moved && now - this.heardAt < FRESH;
    if (!this.returns || lives || now - this.wokeAt < FRESH) return; // several events tell of one return
    this.letGo();
    this.wokeAt = now;
    this.suspect = true;
    this.failures ||= 1;
    this.start();
  }

  letGo() {
    this.attempt.abort();
    this.close();
    if (this.readyState === OPEN) this.after ??= 0; // open on an empty room: whatever is said from now on must come
    this.due = Infinity;
  }

  address(base, query) {
    const known = Object.entries({ after: this.after, ...query }).filter(([, value]) => value != null);
    return known.length ? `${base}?${new URLSearchParams(known)}` : base;
  }

  opened() {
    if (this.readyState === OPEN) return;
    this.openedAt = Date.now();
    this.brought = false;
    this.become(OPEN);
    this.onopen();
    this.outbox.flush();
  }

  deliver(message) {
    if (message.id <= this.after) return; // seen before the connection broke
    this.after = message.id ?? this.after;
    this.onmessage(message);
  }

  reset() {
    this.after = null;
    this.onreset();
  }

  /** Close after a fault of an attempt, wait (exponential backoff, full jitter) and begin again. */
  broken(error, signal = this.attempt.signal) {
    if (signal.aborted) return;
    this.letGo();
    if (this.readyState === OPEN && Date.now() - this.openedAt > STEADY) this.failures = 0;
    this.become(CLOSED);
    const hopeless = !this.returns || (error instanceof Refused && !LATER.includes(error.status));
    const wait = hopeless ? null : pause(this.failures++);
    this.onerror(error, wait);
    this.onclose();
    if (wait === null) unwatch(this);
    else this.waiting = setTimeout(() => this.start(), wait);
  }

  become(state) {
    this.readyState = state;
    this.onreadystatechange();
  }

  /** Count what resource timing tells of every answer. */
  meter() {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.initiatorType !== "fetch" || !entry.name.startsWith(this.messages)) continue;
        this.bytes += entry.transferSize ?? 0; // Safari tells it since 16.4
      }
    }).observe({ type: "resource" });
  }

  /** Count the text of an event or a frame: of streams, that is what a browser shows to a page. */
  count(text) {
    if (this.silence < Infinity) this.silence = SILENCE;
    this.brought = true;
    this.heard();
    this.bytes += new TextEncoder().encode(text).length;
    this.ontrace("down", text);
  }
}

export function pause(failures) {
  return Math.random() * Math.min(BACKOFF_MAX, BACKOFF * 2 ** failures);
}
