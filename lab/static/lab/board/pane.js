/** A pane as the board sees it, in a frame or in this document: what was delivered there, what it is asked to do. */
import { CLOSED, OPEN } from "../states.js";
import { newNonce } from "../outbox.js";

const LATENCIES = 500; // kept
const AWAYS = 100; // kept
const PATIENCE = 6_000; // ms that a frame may take to say hello

export class Pane extends EventTarget {
  readyState = CLOSED;
  latencies = []; // {at, ms, id}, the newest last
  away = []; // {from, to}; to is null while it lasts
  ledger = { seen: 0, missing: 0, repeated: 0, lastId: null };
  waits = 0; // ms that a message may wait at the server to be asked for, at most
  streams = 0;
  slowed = false; // the browser holds its timers back
  post = null; // (what, fields) => void, once there is somebody
  unasked = []; // [what, fields], until there is somebody

  constructor({ name, title, colour }) {
    super();
    Object.assign(this, { name, title, colour });
  }

  /** Publish; returns the draft, whose nonce tells it again. */
  say(author, text) {
    const draft = { author, text, nonce: newNonce() };
    this.ask("say", draft);
    return draft;
  }

  /** `interval`: ms between questions; `hold`: seconds that a request may be held. */
  set(fields) {
    this.ask("set", fields);
  }

  /** Hold `count` connections besides the pane's own. */
  openStreams(count) {
    this.ask("openStreams", { count });
  }

  start() {
    this.ask("start", {});
  }

  end() {
    this.ask("end", {});
  }

  ask(what, fields) {
    if (this.post) this.post(what, fields);
    else this.unasked.push([what, fields]);
  }

  /** Somebody is there: ask what waits. */
  join(post) {
    this.post = post;
    for (const [what, fields] of this.unasked.splice(0)) post(what, fields);
  }

  /** Live in a frame: only its own window, at its own origin, is heard. */
  frame(iframe) {
    const { origin } = new URL(iframe.dataset.src);
    addEventListener("message", ({ origin: from, source, data }) => {
      if (from !== origin || source !== iframe.contentWindow) return;
      if (data.kind === "hello") {
        clearTimeout(this.loading);
        this.join((what, fields) => iframe.contentWindow.postMessage({ what, fields }, origin));
      }
      this.hear(data.kind, data.fields);
    });
    this.load(iframe);
  }

  /** A server that was away when the frame asked for its page is asked again. */
  load(iframe) {
    iframe.src = iframe.dataset.src;
    this.loading = setTimeout(() => {
      this.tell("late", {});
      this.load(iframe);
    }, PATIENCE);
  }

  hear(kind, fields) {
    if (kind === "readystate") this.become(fields.state);
    else if (kind === "delivered") this.deliver(fields);
    else if (kind === "reset") this.ledger.lastId = null;
    else if (kind === "waits") this.waits = fields.ms;
    else if (kind === "streams") this.streams = fields.count;
    else if (kind === "slowed") this.slowed = fields.slowed;
    this.tell(kind, fields);
  }

  become(state) {
    const before = this.readyState;
    this.readyState = state;
    const gone = this.away.at(-1);
    const now = Date.now();
    // Whoever is closed by hand passes CLOSING: that is not being away.
    if (before === OPEN && state === CLOSED) {
      this.away.push({ from: now, to: null });
      if (this.away.length > AWAYS) this.away.shift();
      this.tell("away", { ms: 0 });
    } else if (state === OPEN && gone?.to === null) {
      gone.to = now;
      this.tell("back", { ms: now - gone.from });
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

  tell(kind, fields) {
    this.dispatchEvent(new CustomEvent(kind, { detail: { pane: this, ...fields } }));
  }
}
