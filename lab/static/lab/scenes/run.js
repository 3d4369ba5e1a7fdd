/** One run of a scene: it sets the controls, publishes, measures the time between, and resets the controls. */
import { difference, nextState, readCounters } from "../board/measurements.js";
import { traffic } from "../board/traffic.js";
import { wait } from "../shared/wait.js";
import { CLOSED, OPEN } from "../states.js";

const SETTLE = 0.8; // seconds from the change of the controls to the measurement
const DEFAULTS = { interval: 1_000, hold: 25 }; // ms; seconds
const DRAIN = 6; // seconds, at most, until everything is delivered
const READY = 15; // seconds, at most, until all panes are open
const CHECK = 0.1; // seconds
const AFTER = 1.5; // seconds that a run takes after its own time, about

export class Run {
  notes = new Map(); // pane's name: a measurement of the scene's own
  count = 0; // messages published in the window
  fault = null; // {begin, end} of a fault that delays messages, ms since the epoch
  startedAt = null; // ms since the page was opened

  constructor(board, publisher, scene, signal) {
    this.board = board;
    this.publisher = publisher;
    this.scene = scene;
    this.signal = signal;
    this.seconds = scene.seconds;
    this.panes = [...board.panes.values()];
  }

  /** Run the scene and return what was measured. Throws if it is stopped. */
  async start() {
    await this.restore();
    this.board.enter(roomFor(this.scene));
    await this.waitForPanes(({ readyState }) => readyState === OPEN, READY);
    await this.scene.prepare?.(this);
    // A message ends the requests that are held, so that the next ones follow the new controls.
    await this.publisher.publish(this.scene.title, this.signal);
    await this.wait(SETTLE);
    await this.waitForPanes(({ readyState }) => readyState === OPEN, READY);
    await nextState(this.board);
    this.signal.throwIfAborted();
    this.startedAt = performance.now();
    const first = readCounters(this.board);
    await this.scene.act(this);
    this.signal.throwIfAborted();
    await this.waitForPanes(({ ledger }) => ledger.lastId >= first.lastId + this.count, this.scene.drain ?? DRAIN);
    await nextState(this.board);
    this.signal.throwIfAborted();
    this.startedAt = null;
    return difference(this.board, first);
  }

  /** How a pane gets its messages: it "polls", "holds" requests, or has them pushed: "pushes". */
  methodOf(pane) {
    return this.publisher.method(pane);
  }

  /** The pane that polls: the first of several; if there is none, the first pane. */
  get pollingPane() {
    return this.panes.find((pane) => this.methodOf(pane) === "polls") ?? this.panes[0];
  }

  set(fields) {
    for (const pane of this.panes) pane.set(fields);
  }

  /** Set the link of all panes. */
  setLink(link) {
    return this.board.control.setLink("all", link);
  }

  setFault(fault, wire = "all") {
    return this.board.control.setFault(wire, fault);
  }

  /** Publish at a rate, directly to the server; resolves at the end of the time, even if not all is stored yet. */
  traffic(options) {
    return traffic((text) => this.publish(text), { seconds: this.seconds, signal: this.signal, ...options });
  }

  publish(text) {
    this.count += 1;
    this.publisher.publish(text, this.signal).catch(() => (this.count -= 1)); // stopped, or refused
  }

  /** Publish through a pane; return the nonce. */
  publishThrough(pane, text) {
    this.count += 1;
    return this.board.publish(text, { by: pane.name }).nonce;
  }

  wait(seconds) {
    return wait(1_000 * seconds, this.signal);
  }

  /** Wait until a condition is true of every pane, for some seconds at most. */
  async waitForPanes(condition, seconds) {
    const latest = performance.now() + 1_000 * seconds;
    while (!this.signal.aborted && performance.now() < latest && !this.panes.every(condition)) await this.wait(CHECK);
  }

  /** From 0 to 1. */
  get progress() {
    return this.startedAt ? Math.min(0.97, this.elapsed / (this.seconds + AFTER)) : 0;
  }

  /** Seconds. */
  get left() {
    return this.startedAt ? Math.max(0, Math.ceil(this.seconds - this.elapsed)) : 0;
  }

  get elapsed() {
    return (performance.now() - this.startedAt) / 1_000;
  }

  /** Reset the wires from a page that is being left: such requests outlive it, and need no preflight. */
  restoreOnLeave() {
    const { base } = this.board.control;
    for (const [what, fields] of [["fault", { fault: "none" }], ["link", { profile: "local" }]]) {
      fetch(`${base}/wires/all/${what}`, { method: "POST", keepalive: true, body: JSON.stringify(fields) });
    }
  }

  /** Reset the controls. */
  async restore() {
    this.set(DEFAULTS);
    this.board.dispatch("defaults", DEFAULTS);
    for (const pane of this.panes) {
      if (pane.streams) pane.openStreams(0);
      if (pane.readyState === CLOSED && !pane.outages.some(({ to }) => to === null)) pane.start();
    }
    try {
      await Promise.all([this.setFault({ fault: "none" }), this.setLink({ profile: "local" })]);
    } catch {
      // The control does not respond: nothing can be reset.
    }
  }
}

/** A room of its own, so that a scene counts from one, and disturbs nobody. */
function roomFor({ name }) {
  return `scene-${name}-${Math.random().toString(36).slice(2, 8)}`;
}
