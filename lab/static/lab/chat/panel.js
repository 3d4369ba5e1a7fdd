/** The chat by one technique: its readyState, messages with their latencies, and counters. It needs no board. */
import { clock } from "../clock.js";
import { element, partsOf, setText, showState, showToggle } from "../shared/dom.js";
import { duration, number } from "../shared/format.js";
import { throttle } from "../shared/throttle.js";
import { CLOSED, OPEN } from "../states.js";
import { LatencyDots } from "./latency-dots.js";

const SHOWN = 500; // messages kept on the page, unless its data has another number
const UPDATE = 500; // ms between updates of the counters
const REDRAW = 100; // ms, at least, between two changes of the list, because each costs a layout

export class Panel {
  total = 0; // ms, of all latencies
  measured = 0; // messages with a latency
  newRows = []; // that are not yet in the list
  showRowsSoon = throttle(() => this.showRows(), REDRAW);

  /** The data of the root name the technique and the room. */
  constructor(root, Client) {
    const { technique, room, base, stage } = root.dataset;
    this.root = root;
    this.shown = Number(root.dataset.shown ?? SHOWN);
    this.parts = partsOf(root);
    this.dots = new LatencyDots(this.parts.dots);
    this.client = new Client(technique, room, { base: base || undefined, stage });
    this.client.onreadystatechange = () => this.showState();
    this.client.onopen = () => this.showNotice("");
    this.client.onmessage = (message) => this.show(message);
    this.client.onerror = (error, wait) => this.showError(error, wait);
    this.client.onreset = () => this.reset();
    this.parts.toggle.onclick = () => (this.client.readyState === OPEN ? this.client.stop() : this.client.start());
    this.offerInterval();
    setInterval(() => this.showCounters(), UPDATE);
  }

  /** Let the reader choose the interval of a client that polls. */
  offerInterval() {
    if (!this.client.changeInterval) return;
    const select = this.parts.interval.querySelector("select");
    this.parts.interval.hidden = false;
    select.value = String(this.client.interval);
    select.onchange = () => this.changeInterval(Number(select.value));
  }

  changeInterval(ms) {
    if (!this.client.changeInterval) return;
    this.client.changeInterval(ms);
    this.parts.interval.querySelector("select").value = String(ms);
    this.root.dispatchEvent(new CustomEvent("interval", { detail: ms }));
  }

  showState() {
    const { readyState } = this.client;
    showState(this.parts.state, readyState);
    showToggle(this.parts.toggle, readyState);
    if (readyState === CLOSED) this.showNotice(gettext("Closed by you."));
    this.showCounters();
  }

  showError(error, wait) {
    if (wait === null) this.showNotice(error.message);
    else this.showNotice(interpolate(gettext("Disconnected; trying again in %s."), [duration(wait)]));
  }

  show(message) {
    const { ms: latency, bound } = clock.latency(message, this.client.startedAt) ?? { ms: null, bound: 0 };
    const row = element("li", "message");
    row.dataset.id = message.id;
    row.append(element("bdi", "author", message.author), element("bdi", "text", message.text));
    const written = withBound(latency, bound);
    if (written) row.append(element("span", "latency", written));
    this.newRows.push(row);
    if (this.newRows.length > this.shown) this.newRows.shift();
    this.showRowsSoon();
    if (latency !== null) this.measure(latency, bound);
    this.root.dispatchEvent(new CustomEvent("delivered", { detail: { message, latency } }));
  }

  showRows() {
    const { messages } = this.parts;
    messages.append(...this.newRows.splice(0));
    while (messages.childElementCount > this.shown) messages.firstElementChild.remove();
  }

  measure(latency, bound) {
    this.total += latency;
    this.measured += 1;
    this.dots.add(latency);
    this.parts.last.textContent = withBound(latency, bound);
    this.parts.mean.textContent = duration(this.total / this.measured);
  }

  showCounters() {
    const { requests, bytes, outbox } = this.client;
    setText(this.parts.requests, number(requests));
    setText(this.parts.bytes, number(bytes));
    const waiting = ngettext("%s message waits to be published.", "%s messages wait to be published.", outbox.length);
    setText(this.parts.outbox, outbox.length ? interpolate(waiting, [number(outbox.length)]) : "");
  }

  reset() {
    this.newRows = [];
    this.parts.messages.replaceChildren();
    this.showNotice(gettext("The server has a new history: the list starts again."));
  }

  showNotice(text) {
    setText(this.parts.notice, text);
  }
}

/** "640 ms ± 3 ms"; "± 3 ms" for a latency below that bound; "" if nothing is known. */
function withBound(latency, bound) {
  const known = bound > 0 && bound < Infinity;
  return [latency === null ? "" : duration(latency), known ? `± ${duration(Math.ceil(bound))}` : ""].join(" ").trim();
}
