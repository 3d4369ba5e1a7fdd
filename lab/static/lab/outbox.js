/** The messages to be published: one at a time, in order; each is stored once, however often the connection breaks. */
import { clock } from "./clock.js";
import { OPEN, Refused, TIMEOUT, backoff } from "./states.js";

const RETRY = 500; // ms, the shortest wait before a message is published again that was refused with a Retry-After

export class Outbox {
  /** @type {import("./states.js").Draft[]} */
  drafts = [];
  flushing = false;

  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.client = client;
  }

  get length() {
    return this.drafts.length;
  }

  /** Publish a message now, or as soon as the connection is open. @param {string} author @param {string} text */
  add(author, text, nonce = clock.newNonce()) {
    const draft = { author, text, nonce, sent_at: clock.now() };
    this.drafts.push(draft);
    this.flush();
  }

  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    while (this.length && this.client.readyState === OPEN && (await this.settle(this.drafts[0]))) this.drafts.shift();
    this.flushing = false;
  }

  /**
   * Publish a draft; return false if it must be published again, with the same nonce.
   * @param {import("./states.js").Draft} draft
   */
  async settle(draft) {
    try {
      await this.publish(draft);
    } catch (error) {
      if (!(error instanceof Refused)) return false; // the client reconnects, then flushes
      if (error.retryable) setTimeout(() => this.flush(), RETRY + backoff(1));
      else this.client.onrefused(draft, error);
      return !error.retryable;
    }
    this.client.onpublished(draft);
    return true;
  }

  /**
   * Publish a draft within the timeout and on the current connection. Throws Refused, or the fault of the connection.
   * @param {import("./states.js").Draft} draft
   */
  async publish(draft) {
    const { client } = this;
    const { signal } = client.attempt;
    const controller = new AbortController(); // AbortSignal.any is missing in some supported browsers
    const abort = () => controller.abort(new Error(gettext("The server does not respond.")));
    const timer = setTimeout(() => {
      client.watchdog.suspect = true;
      abort();
    }, TIMEOUT);
    signal.addEventListener("abort", abort);
    try {
      await client.publish(draft, controller.signal);
    } catch (error) {
      if (!(error instanceof Refused)) client.failed(error, signal);
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }
}
