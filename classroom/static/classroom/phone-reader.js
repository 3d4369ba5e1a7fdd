/** Reads the class's room by one technique, and reports what came, and whether the page is in view. */
import { clock } from "../lab/clock.js";
import { element, setText, showState } from "../lab/shared/dom.js";
import { duration, number } from "../lab/shared/format.js";
import { post } from "./live.js";
import { written } from "./readers.js";

const INTERVAL = 5_000; // ms between reports
const SOON = 200; // ms from a message to its report, so that one report has many of them
const LATE = 2_000; // ms by which a timer is late if the browser slows it down
const SHOWN = 5; // messages
const REPORTED = 50; // messages in one report, at most

export class PhoneReader {
  client = null;
  technique = "";
  received = []; // not reported yet: {id, ms, bound}
  late = false;

  constructor(parts) {
    this.parts = parts;
    clock.onchange = () => this.showClock();
    document.addEventListener("visibilitychange", () => this.report());
  }

  /** Read by the technique of a state. */
  async use({ technique, room }) {
    if (technique === this.technique) return;
    this.technique = technique;
    const { dataset } = document.querySelector(`template[data-technique="${technique}"]`);
    this.parts.reading.dataset.technique = technique;
    setText(this.parts.technique, dataset.title);
    const { Client } = await import(dataset.client);
    if (this.technique !== technique) return; // another one meanwhile
    const after = this.client?.after ?? null;
    this.client?.stop();
    this.client = new Client(technique, room);
    this.client.after = after;
    this.client.onreadystatechange = () => showState(this.parts.state, this.client.readyState);
    this.client.onmessage = (message) => this.receive(message);
    this.client.start();
    clearTimeout(this.timer);
    this.dueAt = Date.now();
    this.report();
  }

  stop() {
    this.client?.stop();
    this.client = null;
    this.technique = "";
    clearTimeout(this.timer);
  }

  receive(message) {
    const latency = clock.latency(message, this.client.startedAt);
    if (!latency) return; // from before this page
    const { ms } = latency;
    const bound = latency.bound < Infinity ? latency.bound : 0; // the clock is not measured: it came, no more is known
    this.received.push({ id: message.id, ms, bound });
    if (this.received.length > REPORTED) this.received.shift();
    const text = gettext("Message %s: %s");
    const line = element("li", "", interpolate(text, [number(message.id), written({ ms, bound })]));
    this.parts.received.prepend(line);
    while (this.parts.received.childElementCount > SHOWN) this.parts.received.lastElementChild.remove();
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.report(), SOON);
  }

  /** What a report says. */
  fields() {
    return { hidden: document.hidden, late: this.late, received: this.received };
  }

  /** Report now, and again after a while; what could not be reported is reported then. */
  async report() {
    if (!this.client) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.late = Date.now() - this.dueAt > LATE;
      this.report();
    }, INTERVAL);
    this.dueAt = Date.now() + INTERVAL;
    const fields = this.fields();
    await post("/join/report.json", fields).then(
      () => (this.received = this.received.filter((each) => !fields.received.includes(each))),
      () => {}, // the next report says it again
    );
  }

  showClock() {
    const { bound } = clock;
    setText(this.parts.clock, bound < Infinity ? interpolate(gettext("clock ± %s"), [duration(Math.ceil(bound))]) : "");
  }
}
