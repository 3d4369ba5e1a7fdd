/** One technique's chat as the board sees it, in a frame or in the board's own document. */
import { clock } from "../clock.js";
import { CLOSED, CLOSING, OPEN } from "../states.js";

const LATENCIES = 500; // kept
const OUTAGES = 100; // kept
const LOAD = 6_000; // ms that a frame's page may take to load

/** Dispatches the events that its bridge reports, with the pane in their detail, "disconnected" and "reconnected". */
export class Pane extends EventTarget {
  readyState = CLOSED;
  latencies = []; // {at, ms, id}, newest last
  outages = []; // {from, to}, ms since the epoch; to is null during an outage
  ledger = { seen: 0, missing: 0, repeated: 0, lastId: null };
  maxWait = 0; // ms that a message may wait at the server for a request
  streams = 0; // connections besides the pane's own
  throttled = false; // the browser throttles its timers
  roundTrip = null; // ms of its link, as the bridge knows it
  post = null; // (command, fields) => void, once its bridge is there
  frame = null; // that shows its page, if it has one
  queued = []; // [command, fields], until then

  constructor({ name, title, colour }) {
    super();
    this.name = name;
    this.title = title;
    this.colour = colour;
  }

  /** Publish; return the draft. */
  publish(author, text) {
    const draft = { author, text, nonce: clock.newNonce() };
    this.send("publish", draft);
    return draft;
  }

  /** `interval`: ms between polls; `hold`: seconds that a request may be held. */
  set(fields) {
    this.send("set", fields);
  }

  /** Keep `count` connections open besides the pane's own. */
  openStreams(count) {
    this.send("openStreams", { count });
  }

  setRoundTrip(ms) {
    if (ms === this.roundTrip) return;
    this.roundTrip = ms;
    this.send("setRoundTrip", { ms });
  }

  /** Use the board's clock. */
  setClock(shared) {
    if (this.post) this.send("setClock", shared); // else it gets the clock when it starts
  }

  start() {
    this.send("start", {});
  }

  stop() {
    this.send("stop", {});
  }

  send(command, fields) {
    if (this.post) this.post(command, fields);
    else this.queued.push([command, fields]);
  }

  /** Connect with the bridge. */
  attach(post) {
    this.post = post;
    for (const [command, fields] of this.queued.splice(0)) post(command, fields);
  }

  /** Use the page in a frame; only messages of that window and origin count. */
  attachFrame(frame) {
    this.frame = frame;
    const { origin } = new URL(frame.dataset.src);
    addEventListener("message", (event) => {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      const { kind, fields } = event.data;
      if (kind === "hello") {
        clearTimeout(this.loading);
        this.attach((command, options) => frame.contentWindow.postMessage({ command, fields: options }, origin));
      }
      this.receive(kind, fields);
    });
    this.load(frame);
  }

  /** Leave the room for the one at another address, and forget what was measured there. */
  enter(address) {
    this.setState(CLOSING); // so that the end of the connection counts as no outage
    this.setState(CLOSED);
    this.post = null;
    this.latencies = [];
    this.outages = [];
    this.ledger = { seen: 0, missing: 0, repeated: 0, lastId: null };
    this.streams = 0;
    this.dispatch("entering", {});
    clearTimeout(this.loading);
    this.frame.dataset.src = address;
    this.load(this.frame);
  }

  /** Load a frame's page, again and again while the server is down. */
  load(frame) {
    frame.src = frame.dataset.src;
    this.loading = setTimeout(() => {
      this.dispatch("late", {});
      this.load(frame);
    }, LOAD);
  }

  /** Take in an event that the bridge reports. */
  receive(kind, fields) {
    if (kind === "readystate") this.setState(fields.state);
    else if (kind === "delivered") this.deliver(fields);
    else if (kind === "reset") this.ledger.lastId = null;
    else if (kind === "maxwait") this.maxWait = fields.ms;
    else if (kind === "streams") this.streams = fields.count;
    else if (kind === "throttled") this.throttled = fields.throttled;
    this.dispatch(kind, fields);
  }

  setState(state) {
    const before = this.readyState;
    this.readyState = state;
    const outage = this.outages.at(-1);
    const now = Date.now();
    // A pane that is closed by hand passes through CLOSING: that is no outage.
    if (before === OPEN && state === CLOSED) {
      this.outages.push({ from: now, to: null });
      if (this.outages.length > OUTAGES) this.outages.shift();
      this.dispatch("disconnected", {});
    } else if (state === OPEN && outage?.to === null) {
      outage.to = now;
      this.dispatch("reconnected", { ms: now - outage.from });
    }
  }

  deliver({ message: { id }, latency, at }) {
    const { ledger } = this;
    ledger.seen += 1;
    if (ledger.lastId !== null && id <= ledger.lastId) ledger.repeated += 1;
    else if (ledger.lastId !== null) ledger.missing += id - ledger.lastId - 1;
    ledger.lastId = Math.max(id, ledger.lastId ?? 0);
    if (latency === null) return;
    this.latencies.push({ at, ms: latency, id });
    if (this.latencies.length > LATENCIES) this.latencies.shift();
  }

  dispatch(kind, fields) {
    this.dispatchEvent(new CustomEvent(kind, { detail: { pane: this, ...fields } }));
  }
}
