/** Shared by client, outbox and watchdog: the states of a connection, refusals, and the wait before a retry. */
import { translated } from "./shared/format.js";

// The names and numbers of readyState in EventSource and WebSocket.
export const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
export const [CONNECTING, OPEN, CLOSING, CLOSED] = STATES.keys();

export const TIMEOUT = 15_000; // ms for a response, and for opening a connection

const BACKOFF = 500; // ms, the longest first wait
const BACKOFF_MAX = 10_000; // ms, the longest of all waits
const RETRYABLE = [429, 503]; // statuses after which the same request may succeed later

/** @typedef {{author: string, text: string, nonce: string, sent_at: number}} Draft - a message before it is stored */
/** @typedef {Draft & {id: number, published_at: number}} Message - as the server delivers it */

/** The server refused a request that breaks a rule; the error's message is the server's sentence, translated. */
export class Refused extends Error {
  /** @param {string} sentence @param {number} status */
  constructor(sentence, status) {
    super(translated(sentence));
    this.status = status;
  }

  get retryable() {
    return RETRYABLE.includes(this.status);
  }
}

/** Return the wait before the next attempt, ms: exponential backoff with full jitter. @param {number} failures */
export function backoff(failures) {
  return Math.random() * Math.min(BACKOFF_MAX, BACKOFF * 2 ** failures);
}
