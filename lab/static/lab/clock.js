/**
 * This page's clock beside the server's. /healthz returns the server's two of NTP's four time stamps: the offset
 * between the clocks is known to half a round trip, so the sample with the shortest round trip is kept.
 *
 * Latencies need this, because the clocks of a publisher and a reader may differ by hours. Between two pages with the
 * same clock it cancels out: a nonce begins with the name of its publisher's clock.
 */
const BURST = 4; // samples at the start, and whenever this clock may have been set
const GAP = 300; // ms between two of these
const INTERVAL = 15_000; // ms between two later samples
const TIMEOUT = 10_000; // ms for a response
const RESOLUTION = 1; // ms, of Date.now()
const DRIFT = 1e-4; // by which two clocks drift apart at most: 6 ms a minute
const JUMP = 100; // ms by which Date.now() leaves performance.now() if the clock was set, or the machine slept
const NAME = 12; // digits of a nonce that name a clock
const REST = 20; // digits of a nonce that follow
const NAMES = 1_000; // kept

/** @typedef {{at: number, offset: number, roundTrip: number}} Sample - ms since the epoch, by this clock; ms; ms */
/** @typedef {{nonce: string, sent_at?: number | null, published_at?: number}} Stamped */

export class Clock {
  name = randomDigits(NAME); // another one after each change of the offset
  offset = 0; // ms to add to this clock for the server's
  offsets = new Map([[this.name, 0]]); // by name
  /** @type {Sample | null} */
  sample = null;
  ahead = Date.now() - performance.now(); // ms
  busy = false;
  left = 0; // samples of a burst
  onchange() {}

  /** Begin to measure, and go on. */
  start() {
    this.burst();
    document.addEventListener("visibilitychange", () => document.hidden || this.burst());
    addEventListener("online", () => this.burst());
  }

  burst() {
    this.left = BURST;
    this.measure();
  }

  async measure() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    const sample = await takeSample().catch(() => null); // the server does not respond: the next one may
    this.busy = false;
    this.checkJump();
    if (sample) this.accept(sample);
    this.left = Math.max(0, this.left - 1);
    this.timer = setTimeout(() => this.measure(), this.left ? GAP : INTERVAL);
  }

  /** Forget the sample if this clock was set since. */
  checkJump() {
    const ahead = Date.now() - performance.now();
    if (Math.abs(ahead - this.ahead) > JUMP) this.sample = null;
    this.ahead = ahead;
  }

  /** Keep a sample if it is the best. @param {Sample} sample */
  accept(sample) {
    if (boundOf(sample) > this.bound) return;
    this.adopt({ name: randomDigits(NAME), sample });
  }

  /** Use a sample, perhaps of another page on this machine. @param {{name: string, sample: Sample | null}} shared */
  adopt({ name, sample }) {
    this.name = name;
    this.sample = sample;
    this.offset = sample?.offset ?? this.offset;
    this.offsets.set(name, this.offset);
    const [oldest] = this.offsets.keys();
    if (this.offsets.size > NAMES) this.offsets.delete(oldest);
    this.onchange();
  }

  /** What another page on this machine can adopt. */
  get shared() {
    return { name: this.name, sample: this.sample };
  }

  /** ms by which the offset may be wrong; Infinity if it is not known. */
  get bound() {
    return this.sample ? boundOf(this.sample) : Infinity;
  }

  /** The server's time, ms since the epoch. */
  now() {
    return Date.now() + this.offset;
  }

  /** Return a random text that marks one message. crypto.randomUUID would need HTTPS. */
  newNonce() {
    return this.name + randomDigits(REST);
  }

  /**
   * How long a message took from its publisher until now: {ms, bound}. `bound`: by how much that may be wrong, 0 if
   * both have this clock. `ms`: null if it is smaller than the bound. Null for a message from before `since` (ms since
   * the epoch, by this clock), or without a time.
   * @param {Stamped} message @param {number} since
   */
  latency({ nonce, sent_at: sentAt, published_at: publishedAt }, since) {
    if (sentAt === null || sentAt === undefined) return null;
    const now = Date.now();
    this.checkJump();
    const own = this.offsets.get(nonce.slice(0, NAME));
    const bound = own === undefined ? this.bound : 0;
    // No message is stored before it leaves: a publisher's clock that says so is wrong.
    const left = own === undefined ? Math.min(sentAt, publishedAt ?? sentAt) - this.offset : sentAt - own;
    if (left < since) return null;
    return { ms: now - left >= bound ? now - left : null, bound };
  }
}

/** @param {Sample} sample */
function boundOf({ at, roundTrip }) {
  return roundTrip / 2 + RESOLUTION + DRIFT * Math.abs(Date.now() - at);
}

/** Ask the server for its time. @returns {Promise<Sample>} */
async function takeSample() {
  const controller = new AbortController(); // AbortSignal.timeout is missing in some supported browsers
  const timer = setTimeout(() => controller.abort(), TIMEOUT);
  try {
    const sentAt = Date.now();
    const response = await fetch("/healthz", { signal: controller.signal, cache: "no-store" });
    const at = Date.now();
    const { received_at: receivedAt, answered_at: answeredAt } = await response.json();
    if (!response.ok) throw new Error("no time");
    const offset = (receivedAt - sentAt + answeredAt - at) / 2;
    return { at, offset, roundTrip: Math.max(0, at - sentAt - (answeredAt - receivedAt)) };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {number} count */
function randomDigits(count) {
  const bytes = crypto.getRandomValues(new Uint8Array(count / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The clock of this page. */
export const clock = new Clock();
