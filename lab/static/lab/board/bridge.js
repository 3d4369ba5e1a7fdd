/** Does at a panel what the board asks, and tells the board what happens there. Both speak plain objects. */
const TICK = 250; // ms between looks at how late timers come
const LATE = 600; // ms later than that: the browser holds timers back

export class Deputy {
  streams = []; // further clients, opened on request
  late = 0; // ticks in a row that came late

  /** `tell(kind, fields)` reaches the board. */
  constructor(panel, Client, tell) {
    Object.assign(this, { panel, Client, tell });
    const { client, root } = panel;
    const shown = client.onreadystatechange;
    client.onreadystatechange = () => {
      shown();
      tell("readystate", { state: client.readyState });
    };
    client.onpublished = ({ nonce }) => tell("published", { nonce });
    client.onrefused = ({ nonce, text }, { message }) => tell("refused", { nonce, text, sentence: message });
    root.addEventListener("delivered", ({ detail: { message, latency } }) => {
      tell("delivered", { message, latency, at: Date.now() });
    });
    const reset = client.onreset;
    client.onreset = () => {
      reset();
      tell("reset", {});
    };
    root.addEventListener("interval", () => this.tellWaits());
    this.watchTimers();
  }

  /** Do what the board asks. */
  do(what, fields) {
    if (Deputy.TASKS.includes(what)) this[what](fields);
  }

  static TASKS = ["say", "set", "openStreams", "link", "start", "end"];

  say({ author, text, nonce }) {
    this.panel.client.outbox.add(author, text, nonce);
    this.panel.showCounters();
  }

  set({ interval, hold }) {
    const { client } = this.panel;
    if (interval) this.panel.changeInterval(interval);
    if (hold && "hold" in client) client.hold = hold;
    this.tellWaits();
  }

  /** Hold so many connections besides the panel's own, of the same technique. */
  openStreams({ count }) {
    const { technique, room } = this.panel.root.dataset;
    while (this.streams.length > count) this.streams.pop().stop();
    while (this.streams.length < count) {
      const client = new this.Client(technique, room);
      this.streams.push(client);
      client.start();
    }
    this.tell("streams", { count: this.streams.length });
  }

  /** Hear of the link's round trip, ms. */
  link({ round }) {
    this.round = round;
    this.tellWaits();
  }

  start() {
    this.panel.client.start();
  }

  end() {
    this.openStreams({ count: 0 });
    this.panel.client.stop();
  }

  tellWaits() {
    this.tell("waits", { ms: this.panel.client.maxWait(this.round ?? 0) });
  }

  /** Browsers slow the timers of what nobody sees: what is asked for by a timer then comes late. */
  watchTimers() {
    let due = performance.now() + TICK;
    setInterval(() => {
      const late = performance.now() - due > LATE;
      due = performance.now() + TICK;
      this.late = late ? this.late + 1 : 0;
      const slowed = this.late > 2;
      if (slowed !== this.slowed) this.tell("slowed", { slowed });
      this.slowed = slowed;
    }, TICK);
  }
}
