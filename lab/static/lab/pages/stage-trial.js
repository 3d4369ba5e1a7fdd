/** One stage to try: it opens and closes the connection, and shows readyState, the traffic, and lost messages. */
import { Chips } from "../chat/chips.js";
import { Ledger } from "../chat/ledger.js";
import { LiveLane } from "../chat/live-lane.js";
import { clock } from "../clock.js";
import { appendBreakable, element, partsOf, showState } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { wait } from "../shared/wait.js";
import { CLOSED, OPEN, STATES } from "../states.js";
import { SILENCE } from "../watchdog.js";

const SHOWN = 200; // lines kept in a log
const LENGTH = 300; // characters shown of a line
const UPDATE = 250; // ms between updates of the counters
const BURST = ["1", "2", "3", "4", "5"]; // texts that a simulated user publishes
const GAP = 3; // ms between two of them, less than a browser needs for its next request

export class StageTrial {
  ledger = new Ledger();
  startedAt = performance.now();
  bytes = 0; // of texts received; client.bytes would include the simulated user's responses

  /** Load the client that a stage uses. @param {HTMLElement} root */
  static async of(root) {
    const { Client } = await import(root.dataset.client);
    return new StageTrial(root, Client);
  }

  constructor(root, Client) {
    this.parts = partsOf(root);
    this.chips = new Chips(this.parts.chips);
    const { technique, room, stage } = root.dataset;
    this.newClient = () => new Client(technique, room, { stage });
    this.client = this.newClient();
    this.client.reconnects = false; // the reader does it
    if ("finished" in root.dataset) this.client.watchdog.silence = SILENCE; // the last stage sends heartbeats
    this.root = root;
    this.listen();
    this.connectButtons();
    new LiveLane(this.parts.lane, this);
  }

  start() {
    this.client.start();
    addEventListener("pagehide", () => this.client.stop());
    addEventListener("pageshow", ({ persisted }) => persisted && this.client.start());
    setInterval(() => this.showCounters(), UPDATE);
  }

  /** Show what the client does. */
  listen() {
    const { client, parts, ledger, chips } = this;
    const deliver = client.deliver.bind(client);
    client.deliver = (message) => {
      ledger.deliver(message); // repeated ones, too, which the client leaves out
      chips.deliver(message);
      deliver(message);
      const latency = clock.latency(message, client.startedAt)?.ms ?? null;
      this.root.dispatchEvent(new CustomEvent("delivered", { detail: { message, latency } }));
    };
    client.onreadystatechange = () => {
      const state = client.readyState;
      showState(parts.state, state);
      parts.open.disabled = state !== CLOSED;
      parts.client.disabled = parts.server.disabled = state !== OPEN;
      this.log(parts.states, parts.state.textContent, STATES[state].toLowerCase());
    };
    client.onopen = () => this.showNotice("");
    client.onerror = (error) => this.showNotice(error.message);
    client.onpublished = (draft) => ledger.publish(draft);
    client.onrefused = (draft, refused) => this.showNotice(refused.message);
    client.ontrace = (direction, text) => {
      if (direction === "down") this.bytes += new TextEncoder().encode(text).length;
      this.log(parts.frames, `${direction === "up" ? "↑" : "↓"} ${shortened(text)}`, direction);
    };
  }

  connectButtons() {
    const { client, parts } = this;
    parts.open.onclick = () => client.start();
    parts.client.onclick = () => client.stop();
    parts.server.hidden = !client.requestClose; // only a WebSocket can ask the server to close
    parts.server.onclick = () => client.requestClose();
    parts.interval.hidden = !client.changeInterval; // only a client that polls has an interval
    parts.interval.onchange = ({ target }) => client.changeInterval(Number(target.value));
    parts.form.onsubmit = (event) => {
      event.preventDefault();
      client.outbox.add(gettext("Student"), parts.form.elements.text.value);
    };
  }

  /** Let a simulated user, with its own connections, publish a few messages in quick succession. */
  burst() {
    const { parts, ledger, chips, client } = this;
    const other = this.newClient();
    const publish = async (text, index) => {
      await wait(index * GAP);
      const draft = { author: gettext("Simulated user"), text, nonce: clock.newNonce(), sent_at: clock.now() };
      chips.publish(draft, client.interval ?? 0);
      await other.outbox.publish(draft);
      ledger.publish(draft);
    };
    other.reconnects = false;
    other.interval = client.interval; // if the client polls
    other.onerror = (error) => this.showNotice(error.message);
    other.onclose = () => (parts.burst.disabled = false);
    other.onopen = async () => {
      await Promise.all(BURST.map(publish)).catch(other.onerror);
      other.stop();
    };
    parts.burst.disabled = true;
    chips.clear();
    other.start();
  }

  showCounters() {
    const counters = { ...this.ledger.counts, requests: this.client.requests, bytes: this.bytes };
    for (const [name, value] of Object.entries(counters)) this.parts[name].textContent = number(value);
  }

  showNotice(text) {
    this.parts.notice.textContent = text;
  }

  /** Add a line, with the seconds since the page was opened, to a log of bounded length. */
  log(list, text, className) {
    const line = element("li", className);
    const time = element("time", "", ((performance.now() - this.startedAt) / 1_000).toFixed(3));
    const entry = appendBreakable(element("span", ""), text);
    entry.dir = "auto"; // isolated, so that its direction of writing changes nothing else
    line.append(time, entry);
    list.append(line);
    while (list.childElementCount > SHOWN) list.firstElementChild.remove();
    const box = list.parentElement;
    box.scrollTop = box.scrollHeight;
  }
}

function shortened(text) {
  if (text.length <= LENGTH) return text;
  return `${text.slice(0, LENGTH)}… ${interpolate(gettext("(%s characters)"), [number(text.length)])}`;
}
