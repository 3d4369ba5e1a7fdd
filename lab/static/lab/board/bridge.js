/** Connects a panel with the board: runs the board's commands and reports events. Both are plain objects. */
import { clock } from "../clock.js";

const CHECK = 250; // ms between checks of how late timers fire
const LATE = 600; // ms later than that: the browser throttles its timers
const COMMANDS = ["publish", "set", "openStreams", "setClock", "setRoundTrip", "start", "stop"];

export class Bridge {
  streams = []; // more clients of the same technique
  lateChecks = 0; // in a row
  roundTrip = 0; // ms of the link

  /** `report(kind, fields)` sends an event to the board. */
  constructor(panel, Client, report) {
    this.panel = panel;
    this.Client = Client;
    this.report = report;
    const { client, root } = panel;
    const { onreadystatechange, onreset } = client;
    client.onreadystatechange = () => {
      onreadystatechange();
      report("readystate", { state: client.readyState });
    };
    client.onreset = () => {
      onreset();
      report("reset", {});
    };
    client.onpublished = ({ nonce }) => report("published", { nonce });
    client.onrefused = ({ nonce, text }, { message }) => report("refused", { nonce, text, sentence: message });
    root.addEventListener("delivered", ({ detail: { message, latency } }) => {
      report("delivered", { message, latency, at: Date.now() });
    });
    root.addEventListener("interval", () => this.reportMaxWait());
    this.watchTimers();
  }

  /** Carry out a command of the board. */
  run(command, fields) {
    if (COMMANDS.includes(command)) this[command](fields);
  }

  publish({ author, text, nonce }) {
    this.panel.client.outbox.add(author, text, nonce);
    this.panel.showCounters();
  }

  /** `interval`: ms between polls; `hold`: seconds that a request may be held. */
  set({ interval, hold }) {
    const { client } = this.panel;
    if (interval) this.panel.changeInterval(interval);
    if (hold && "hold" in client) client.hold = hold;
    this.reportMaxWait();
  }

  /** Keep `count` connections open besides the panel's own. */
  openStreams({ count }) {
    const { technique, room } = this.panel.root.dataset;
    while (this.streams.length > count) this.streams.pop().stop();
    while (this.streams.length < count) {
      const client = new this.Client(technique, room);
      this.streams.push(client);
      client.start();
    }
    this.report("streams", { count: this.streams.length });
  }

  setRoundTrip({ ms }) {
    this.roundTrip = ms;
    this.reportMaxWait();
  }

  /** Use the board's clock: nothing that passes on a wire is for measuring it. */
  setClock(shared) {
    clock.adopt(shared);
  }

  start() {
    this.panel.client.start();
  }

  stop() {
    this.openStreams({ count: 0 });
    this.panel.client.stop();
  }

  reportMaxWait() {
    this.report("maxwait", { ms: this.panel.client.maxWait(this.roundTrip) });
  }

  /** Report whether the browser throttles timers, as it does on hidden pages: polls are then late. */
  watchTimers() {
    let due = performance.now() + CHECK;
    setInterval(() => {
      const late = performance.now() - due > LATE;
      due = performance.now() + CHECK;
      this.lateChecks = late ? this.lateChecks + 1 : 0;
      const throttled = this.lateChecks > 2;
      if (throttled !== this.throttled) this.report("throttled", { throttled });
      this.throttled = throttled;
    }, CHECK);
  }
}
