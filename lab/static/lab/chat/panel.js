/** One panel: a client, its readyState, its messages with their latencies, its counters. Needs nothing around it. */
import { CLOSED, CLOSING, CONNECTING, OPEN, STATES } from "../states.js";
import { seldom } from "../shared/throttle.js";
import { Strip } from "./latency-dots.js";
import { duration, element, number } from "../shared/format.js";

const SHOWN = 500; // messages kept on the page, where its data names no other number
const LOOK = 500; // ms between looks at the counters
const MANY = 100; // ms between two changes of the list: more of them nobody sees, and each costs a layout

export class Panel {
  total = 0; // ms
  measured = 0; // messages with a latency
  coming = []; // rows that are not in the list yet
  list = seldom(() => this.showRows(), MANY);

  /** Build the panel of a root element: its data name the technique, the room and the module of the client. */
  static async on(root) {
    const { Client } = await import(root.dataset.client);
    return new Panel(root, Client);
  }

  constructor(root, Client) {
    const { technique, room, base, stage } = root.dataset;
    this.root = root;
    this.shown = Number(root.dataset.shown ?? SHOWN);
    this.name = technique;
    this.title = root.querySelector("h2").textContent;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.strip = new Strip(this.parts.strip);
    this.client = new Client(technique, room, { base: base || undefined, stage });
    this.client.onreadystatechange = () => this.showState();
    this.client.onopen = () => this.notice("");
    this.client.onmessage = (message) => this.show(message);
    this.client.onerror = (error, wait) => this.showError(error, wait);
    this.client.onreset = () => this.reset();
    this.parts.toggle.onclick = () => (this.client.readyState === OPEN ? this.client.stop() : this.client.start());
    this.offerInterval();
    setInterval(() => this.showCounters(), LOOK);
  }

  /** How often a client asks is the reader's choice, where it asks. */
  offerInterval() {
    if (!this.client.changeInterval) return;
    const select = this.parts.interval.querySelector("select");
    this.parts.interval.hidden = false;
    select.value = String(this.client.interval);
    select.onchange = () => this.changeInterval(Number(select.value));
  }

  /** Let the client ask so often, where it asks. */
  changeInterval(interval) {
    if (!this.client.changeInterval) return;
    this.client.changeInterval(interval);
    this.parts.interval.querySelector("select").value = String(interval);
    this.root.dispatchEvent(new CustomEvent("interval", { detail: interval }));
  }

  showState() {
    const state = this.client.readyState;
    const { state: pill, toggle } = this.parts;
    pill.textContent = `${STATES[state]} ${state}`;
    pill.dataset.state = STATES[state].toLowerCase();
    toggle.textContent = state === OPEN ? gettext("Close") : gettext("Open");
    toggle.disabled = state === CLOSING || state === CONNECTING;
    if (state === CLOSED) this.notice(gettext("Closed by you."));
    this.showCounters();
  }

  showError(error, wait) {
    if (wait === null) this.notice(error.message);
    else this.notice(interpolate(gettext("The connection is away; trying again in %s."), [duration(wait)]));
  }

  show(message) {
    const latency = this.latency(message);
    const row = element("li", "message");
    row.dataset.id = message.id;
    row.append(element("bdi", "author", message.author), element("bdi", "text", message.text));
    if (latency !== null) row.append(element("span", "latency", duration(latency)));
    this.coming.push(row);
    if (this.coming.length > this.shown) this.coming.shift();
    this.list();
    if (latency !== null) this.measure(latency);
    this.root.dispatchEvent(new CustomEvent("delivered", { bubbles: true, detail: { panel: this, message, latency } }));
  }

  showRows() {
    const { messages } = this.parts;
    messages.append(...this.coming.splice(0));
    while (messages.childElementCount > this.shown) messages.firstElementChild.remove();
  }

  /** From the publisher's clock to this one, ms; of history there is none: it was said before this page came. */
  latency({ sent_at: sentAt }) {
    return sentAt === null || sentAt === undefined || sentAt < this.client.startedAt ? null : Date.now() - sentAt;
  }

  measure(latency) {
    this.total += latency;
    this.measured += 1;
    this.strip.add(latency);
    this.parts.last.textContent = duration(latency);
    this.parts.mean.textContent = duration(this.total / this.measured);
  }

  showCounters() {
    const { requests, bytes, outbox } = this.client;
    put(this.parts.requests, number(requests));
    put(this.parts.bytes, number(bytes));
    const waits = ngettext("%s message waits to be published.", "%s messages wait to be published.", outbox.length);
    put(this.parts.outbox, outbox.length ? interpolate(waits, [number(outbox.length)]) : "");
  }

  reset() {
    this.coming = [];
    this.parts.messages.replaceChildren();
    this.notice(gettext("The server's history is a new one: the list starts anew."));
  }

  notice(text) {
    put(this.parts.notice, text);
  }
}

function put(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
