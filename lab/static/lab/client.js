/** The base of the browser's clients: one vocabulary, and coming back by itself. */
import { Outbox } from "./outbox.js";
import { translated } from "./words.js";

export const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
export const [CONNECTING, OPEN, CLOSING, CLOSED] = STATES.keys();

const BACKOFF = 500; // ms: the first wait is shorter
const BACKOFF_MAX = 10_000; // ms: no wait is longer
const STEADY = 5_000; // ms open before a fault counts as the first of its row
const PATIENCE = 15_000; // ms that an answer may take beyond what was asked for
export const LATER = [429, 503]; // statuses that ask to come again

/** A request that breaks a rule; the message is the server's own sentence, translated. */
export class Refused extends Error {
  constructor(sentence, status) {
    super(translated(sentence));
    this.status = status;
  }
}

/**
 * One reader and writer of a room. A technique overrides `open` and, where it differs, `close`, `publish` and `waits`;
 * a stage also `fetch` and `read`.
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
    this.started ??= Date.now();
    this.attempt = new AbortController();
    this.become(CONNECTING);
    this.open();
  }

  /** Close for good. */
  async end() {
    clearTimeout(this.waiting);
    this.attempt?.abort();
    this.become(CLOSING);
    await this.close();
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
    let page;
    try {
      page = await this.fetch(this.address(this.messages, query), { signal: this.patience(heldMs), cache: "no-store" });
    } catch (error) {
      if (!signal.aborted) this.broken(error);
      return;
    }
    if (signal.aborted) return;
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

  /** Return the signal that ends a request: the attempt is over, or nobody answers once it is held no longer. */
  patience(heldMs = 0) {
    return AbortSignal.any([this.attempt.signal, AbortSignal.timeout(heldMs + PATIENCE)]);
  }

  address(base, query) {
    const known = Object.entries({ after: this.after, ...query }).filter(([, value]) => value != null);
    return known.length ? `${base}?${new URLSearchParams(known)}` : base;
  }

  opened() {
    if (this.readyState === OPEN) return;
    this.openedAt = Date.now();
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

  /** Close after a fault, wait (exponential backoff, full jitter) and begin again. */
  broken(error) {
    if (this.attempt.signal.aborted) return;
    this.attempt.abort();
    this.close();
    if (this.readyState === OPEN) {
      this.after ??= 0; // it was open on an empty room: whatever is said from now on must not be missed
      if (Date.now() - this.openedAt > STEADY) this.failures = 0;
    }
    this.become(CLOSED);
    const hopeless = !this.returns || (error instanceof Refused && !LATER.includes(error.status));
    const wait = hopeless ? null : pause(this.failures++);
    this.onerror(error, wait);
    this.onclose();
    if (wait !== null) this.waiting = setTimeout(() => this.start(), wait);
  }

  become(state) {
    this.readyState = state;
    this.onreadystatechange();
  }

  /** Count what resource timing tells of every answer. */
  meter() {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.initiatorType === "fetch" && entry.name.startsWith(this.messages)) this.bytes += entry.transferSize;
      }
    }).observe({ type: "resource" });
  }

  /** Count the text of an event or a frame: of streams, that is what a browser shows to a page. */
  count(text) {
    this.bytes += new TextEncoder().encode(text).length;
    this.ontrace("down", text);
  }
}

export function pause(failures) {
  return Math.random() * Math.min(BACKOFF_MAX, BACKOFF * 2 ** failures);
}
