/** One play of a scene: it sets the controls, lets somebody speak, measures the time between, and puts all back. */
import { CLOSED, OPEN } from "../states.js";
import { difference, fresh, reading } from "../board/measurements.js";
import { wait } from "../board/outside-publisher.js";
import { traffic } from "../board/traffic.js";

const SETTLE = 0.8; // seconds from the controls' change until the window opens
const DEFAULTS = { interval: 1_000, hold: 25 }; // ms; seconds
const DRAIN = 6; // seconds, at most, until everybody has everything
const READY = 15; // seconds, at most, until everybody is open again

export class Play {
  notes = new Map(); // what a scene finds by itself: pane's name -> anything
  count = 0; // messages published in the window
  held = null; // {begin, end} of what holds messages back, ms since the epoch
  begun = null;

  constructor(board, neighbour, scene, signal) {
    Object.assign(this, { board, neighbour, scene, signal, seconds: scene.seconds });
    this.panes = [...board.panes.values()];
  }

  /** Play the scene and return the figures of its window. Throws where it is stopped. */
  async run() {
    await this.restore();
    await this.scene.set?.(this);
    // Whoever is held is let go by a message, and asks again by the controls' new figures.
    await this.neighbour.publish(this.scene.title, this.signal);
    await this.wait(SETTLE);
    await this.everybody(({ readyState }) => readyState === OPEN, READY);
    await fresh(this.board);
    this.check();
    this.begun = performance.now();
    const first = reading(this.board);
    await this.scene.run(this);
    this.check();
    await this.everybody(({ ledger }) => ledger.lastId >= first.lastId + this.count, this.scene.drain ?? DRAIN);
    await fresh(this.board);
    this.check();
    this.begun = null;
    return difference(this.board, first);
  }

  manner(pane) {
    return this.neighbour.manner(pane);
  }

  /** The pane that asks by a timer; of several the first, of none the first of all. */
  get asking() {
    return this.panes.find((pane) => this.manner(pane) === "asks") ?? this.panes[0];
  }

  set(fields) {
    for (const pane of this.panes) pane.set(fields);
  }

  /** The link of all panes. */
  link(fields) {
    return this.board.wire.link("all", fields);
  }

  fault(fields, name = "all") {
    return this.board.wire.fault(name, fields);
  }

  /** Publish past the wires; resolves when the time is over, whether or not everything was accepted. */
  speak(wanted) {
    return traffic((text) => this.say(text), { seconds: this.seconds, signal: this.signal, ...wanted });
  }

  say(text) {
    this.count += 1;
    this.neighbour.publish(text, this.signal).catch(() => (this.count -= 1)); // stopped, or refused
  }

  /** Let a pane publish; returns the nonce. */
  sayBy(pane, text) {
    this.count += 1;
    return this.board.publish(text, { by: pane.name }).nonce;
  }

  wait(seconds) {
    return wait(1_000 * seconds, this.signal);
  }

  /** Wait until something is true of every pane, but not for ever. */
  async everybody(true_, seconds) {
    const latest = performance.now() + 1_000 * seconds;
    while (!this.signal.aborted && performance.now() < latest && !this.panes.every(true_)) await this.wait(0.1);
  }

  check() {
    this.signal.throwIfAborted();
  }

  /** From 0 to 1; the last part waits for those behind. */
  get progress() {
    return this.begun ? Math.min(0.97, (performance.now() - this.begun) / (1_000 * this.seconds + 1_500)) : 0;
  }

  get left() {
    return this.begun ? Math.max(0, Math.ceil(this.seconds - (performance.now() - this.begun) / 1_000)) : 0;
  }

  /** Put the wires back from a page that is left: such a request outlives it, and asks nobody first. */
  leave() {
    for (const [what, fields] of [["fault", { fault: "none" }], ["link", { profile: "local" }]]) {
      fetch(`${this.board.wire.base}/wires/all/${what}`, { method: "POST", keepalive: true, body: JSON.stringify(fields) });
    }
  }

  /** Put everything back as it is at the start. */
  async restore() {
    this.set(DEFAULTS);
    this.board.tell("defaults", DEFAULTS);
    for (const pane of this.panes) {
      if (pane.streams) pane.openStreams(0);
      if (pane.readyState === CLOSED && !pane.away.some(({ to }) => to === null)) pane.start();
    }
    try {
      await Promise.all([this.fault({ fault: "none" }), this.link({ profile: "local" })]);
    } catch {
      // the control is away: there is nothing that could be put back
    }
  }
}
