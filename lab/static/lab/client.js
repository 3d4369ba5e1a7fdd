/** The base of the browser's clients: they read and write one room, reconnect by themselves, and lose nothing. */
import { Outbox } from "./outbox.js";
import { CLOSED, CLOSING, CONNECTING, OPEN, Refused, TIMEOUT, backoff } from "./states.js";
import { Watchdog, findLiveConnection } from "./watchdog.js";

const STEADY = 5_000; // ms that a connection must be open, so that the next fault counts as the first one
const HELD = 2_500; // ms, plus four round trips, that the response to a held request may take beyond its hold

/** @typedef {import("./states.js").Draft} Draft */
/** @typedef {import("./states.js").Message} Message */
/** @typedef {{messages: Message[], last: number, more?: boolean, reset?: boolean, queue?: string}} Page */

/**
 * One reader and writer of a room. A technique overrides `open` and, if they differ, `close`, `publish`, `probe` and
 * `maxWait`; a stage also `request` and `parse`.
 */
export class Client {
  readyState = CLOSED;
  /** @type {number | null} */
  after = null; // id of the last message delivered; null: begin with the recent ones
  outbox = new Outbox(this);
  watchdog = new Watchdog(this);
  attempt = new AbortController(); // one for each attempt to connect; aborted when its connection ends
  reconnects = true;
  failures = 0; // in a row
  startedAt = 0; // ms since the epoch, of the first start
  openedAt = 0; // ms since the epoch, of the newest connection
  requests = 0;
  bytes = 0; // delivered, as far as the browser shows
  roundTrip = 0; // ms, of the last response that was not held

  onopen() {}
  /** @param {Message} message */
  onmessage(message) {}
  /** @param {Error} error @param {number | null} wait - ms until the next attempt; null: there is none */
  onerror(error, wait) {}
  onclose() {}
  onreadystatechange() {}
  onreset() {}
  /** @param {Draft} draft */
  onpublished(draft) {}
  /** @param {Draft} draft @param {Refused} refused */
  onrefused(draft, refused) {}
  /** @param {"up" | "down"} direction @param {string} text @param {number} [request] - its number, for HTTP */
  ontrace(direction, text, request) {}

  /** @param {string} technique @param {string} room @param {{base?: string, stage?: string}} options */
  constructor(technique, room, { base = location.origin, stage } = {}) {
    const path = [technique, ...(stage ? ["stages", stage] : []), room].map(encodeURIComponent).join("/");
    if (stage) this.watchdog.silence = Infinity; // most stages send no heartbeats
    this.healthUrl = `${base}/healthz`;
    this.messagesUrl = `${base}/${path}/messages/`;
    this.socketUrl = `${base.replace(/^http/, "ws")}/ws/${path}/`;
    this.countBytes();
  }

  /** Begin to receive messages. Override: call `opened` when the server responds, and `failed` after a fault. */
  open() {}

  /** Undo `open`. Override: may return a promise. @returns {Promise<unknown> | void} */
  close() {}

  /**
   * Publish a draft; resolve when it is on the server's disk. Throws Refused, or another error after a fault.
   * @param {Draft} draft @param {AbortSignal} signal
   */
  async publish(draft, signal) {
    const headers = { "Content-Type": "application/json" };
    await this.request(this.messagesUrl, { method: "POST", headers, signal }, draft);
  }

  /** Return how long a message may wait at the server for a request, ms. Override. @param {number} roundTrip - ms */
  maxWait(roundTrip) {
    return 0;
  }

  /** Connect, and stay connected until `stop`. */
  start() {
    clearTimeout(this.timer);
    if (this.readyState === CONNECTING || this.readyState === OPEN) this.disconnect();
    this.startedAt ||= Date.now();
    this.attempt = new AbortController();
    this.watchdog.start();
    this.setState(CONNECTING);
    this.connect();
  }

  async connect() {
    const { signal } = this.attempt;
    this.watchdog.expect(TIMEOUT);
    try {
      if (this.watchdog.suspect) await this.probe(signal);
    } catch (error) {
      this.failed(error, signal);
    }
    if (signal.aborted) return;
    this.watchdog.suspect = false;
    this.watchdog.expect(TIMEOUT);
    this.open();
  }

  /**
   * Resolve once the server responds on a connection that the next request can use.
   * @param {AbortSignal} signal @returns {Promise<void>}
   */
  probe(signal) {
    const request = async (/** @type {AbortSignal} */ ownSignal) => {
      this.requests += 1;
      await (await fetch(this.healthUrl, { signal: ownSignal, cache: "no-store" })).text();
    };
    return findLiveConnection(request, signal);
  }

  /** Disconnect for good. */
  async stop() {
    const { attempt } = this;
    clearTimeout(this.timer);
    this.watchdog.stop();
    attempt.abort();
    this.setState(CLOSING);
    await this.close();
    if (attempt !== this.attempt) return; // started again meanwhile
    this.setState(CLOSED);
    this.onclose();
  }

  disconnect() {
    this.attempt.abort();
    this.close();
    this.watchdog.expect(Infinity);
    if (this.readyState === OPEN) this.after ??= 0; // the room was empty: deliver all that is published from now on
  }

  /** The server responded. */
  opened() {
    this.watchdog.opened();
    if (this.readyState === OPEN) return;
    this.openedAt = Date.now();
    this.setState(OPEN);
    this.onopen();
    this.outbox.flush();
  }

  /** Disconnect after a fault of an attempt, wait, and connect again. @param {Error} error */
  failed(error, { aborted } = this.attempt.signal) {
    if (aborted) return;
    this.disconnect();
    if (this.readyState === OPEN && Date.now() - this.openedAt > STEADY) this.failures = 0;
    this.setState(CLOSED);
    const retry = this.reconnects && !(error instanceof Refused && !error.retryable);
    const wait = retry ? backoff(this.failures++) : null;
    this.onerror(error, wait);
    this.onclose();
    if (wait === null) this.watchdog.stop();
    else this.timer = setTimeout(() => this.start(), wait);
  }

  /** @param {number} state */
  setState(state) {
    this.readyState = state;
    this.onreadystatechange();
  }

  /** Deliver a message, unless it was delivered before the connection broke. @param {Message} message */
  deliver(message) {
    if (message.id <= (this.after ?? 0)) return;
    this.after = message.id ?? this.after;
    this.onmessage(message);
  }

  /** The server has another history than before. */
  reset() {
    this.after = null;
    this.onreset();
  }

  /**
   * Request the messages after the last one, deliver them, then call `next(page)`.
   * @param {object} query @param {(page: Page) => void} next @param {number} heldMs - for which the server may hold it
   */
  async fetchPage(query, next, heldMs = 0) {
    const { signal } = this.attempt;
    const sentAt = Date.now();
    this.watchdog.expect(heldMs ? heldMs + Math.min(TIMEOUT, HELD + 4 * this.roundTrip) : TIMEOUT);
    let page;
    try {
      page = await this.request(this.url(this.messagesUrl, query), { signal, cache: "no-store" });
    } catch (error) {
      this.failed(error, signal);
      return;
    }
    if (signal.aborted) return;
    if (!heldMs) this.roundTrip = Date.now() - sentAt;
    this.opened();
    if (page.reset) this.reset();
    for (const message of page.messages) this.deliver(message);
    this.after = Math.max(this.after ?? 0, page.last);
    next(page);
  }

  /**
   * Return the object in a response. Throws Refused.
   * @param {string} url @param {RequestInit} options @param {object} [fields] - of the request's body
   */
  async request(url, options, fields) {
    const body = fields && JSON.stringify(fields);
    const { pathname, search } = new URL(url);
    this.requests += 1;
    const request = this.requests;
    this.ontrace("up", `${options.method ?? "GET"} ${pathname}${search} ${body ?? ""}`, request);
    const response = await fetch(url, { ...options, body });
    const text = await response.text();
    this.ontrace("down", `${response.status} ${text}`, request);
    return this.parse(response, text);
  }

  /** @param {Response} response @param {string} text */
  parse(response, text) {
    const fields = JSON.parse(text);
    if (!response.ok) throw new Refused(fields.error, response.status);
    return fields;
  }

  /** Return an address with `after` and the rest of its query; what is null is left out. @param {string} base */
  url(base, query = {}) {
    const known = Object.entries({ after: this.after, ...query }).filter(([, value]) => value != null);
    return known.length ? `${base}?${new URLSearchParams(known.map(([name, value]) => [name, String(value)]))}` : base;
  }

  /** Count the bytes of all responses, by the browser's resource timing. */
  countBytes() {
    new PerformanceObserver((list) => {
      for (const entry of /** @type {PerformanceResourceTiming[]} */ (list.getEntries())) {
        if (entry.initiatorType !== "fetch" || !entry.name.startsWith(this.messagesUrl)) continue;
        this.bytes += entry.transferSize ?? 0; // missing in Safari before 16.4
      }
    }).observe({ type: "resource" });
  }

  /** Count the text of an event or a frame, which is all that a page sees of a stream. @param {string} text */
  received(text) {
    this.watchdog.received();
    this.bytes += new TextEncoder().encode(text).length;
    this.ontrace("down", text);
  }
}
