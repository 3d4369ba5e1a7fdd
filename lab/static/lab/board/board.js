/** The page as a whole: its panes, the wires they hang on, and one voice for all of them. */
import { Deputy } from "./bridge.js";
import { OPEN } from "../states.js";
import { Panel } from "../chat/panel.js";
import { Pane } from "./pane.js";
import { Wire } from "../shared/wire-control.js";

const PATIENCE = 2_000; // ms for the control; a pane does not wait longer for its counts to begin
const DELIVERIES = ["delivered", "readystate", "away", "back", "published", "refused"];
const TOLD = [...DELIVERIES, "waits", "streams", "slowed", "counting", "escape"];

/** Tells "delivered" {pane, message, latency}, "readystate" {pane, state}, "away" and "back" {pane, ms}, "pause". */
export class Board extends EventTarget {
  panes = new Map();
  wire = null;
  paused = false;
  turn = 0;

  /** The board of a page: [data-frame] and [data-client] hold its panes, data-control names the wires' control. */
  static async on(root) {
    const board = new Board();
    const control = root.querySelector("[data-control]")?.dataset.control;
    if (control) board.wire = Wire.connect(control);
    for (const frame of root.querySelectorAll("[data-frame]")) {
      const pane = board.add(frame);
      pane.addEventListener("hello", () => board.begin(pane));
      pane.frame(frame);
    }
    for (const element of root.querySelectorAll("[data-client]")) await board.hold(element);
    board.wire?.addEventListener("state", () => board.tellLinks());
    return board;
  }

  add(element) {
    const { technique: name, title } = element.dataset;
    const colour = getComputedStyle(element).getPropertyValue("--colour").trim();
    const pane = new Pane({ name, title, colour });
    this.panes.set(name, pane);
    for (const kind of TOLD) pane.addEventListener(kind, ({ detail }) => this.tell(kind, detail));
    return pane;
  }

  /** A pane in this document. */
  async hold(element) {
    const { Client } = await import(element.dataset.client);
    const panel = new Panel(element, Client);
    const pane = this.add(element);
    const deputy = new Deputy(panel, Client, (kind, fields) => pane.hear(kind, fields));
    pane.join((what, fields) => deputy.do(what, fields));
    pane.start();
    // A page that was left may be kept alive, and its connections with it: six of them are all there are.
    addEventListener("pagehide", () => pane.end());
    addEventListener("pageshow", ({ persisted }) => persisted && pane.start());
  }

  /** A pane's page is here: what it cost to load is not counted. */
  async begin(pane) {
    pane.round = null; // a new page knows of no link
    await this.countAnew([pane]);
    pane.start();
    this.tellLinks();
  }

  /** Let the counts of all panes, or of these, begin at zero now. */
  async countAnew(panes = [...this.panes.values()]) {
    const late = new AbortController(); // not AbortSignal.timeout, which is younger than some browsers in use
    const timer = setTimeout(() => late.abort(), PATIENCE);
    try {
      const { wires } = await this.wire.ask("/state", { signal: late.signal });
      for (const pane of panes) pane.base = wires.find(({ name }) => name === pane.name);
    } catch {
      // The control is away: what it tells later is counted whole.
    }
    clearTimeout(timer);
    for (const pane of panes) pane.tell("counting", { since: Date.now() });
  }

  /** What a wire has counted since its pane opened or `countAnew`, with `total` bytes; null while nothing is known. */
  counted(name) {
    const wire = this.wired(name);
    const base = this.panes.get(name)?.base;
    return wire && since(wire, base);
  }

  /** Publish by the pane named, or by each in turn; returns {pane, nonce}. */
  publish(text, { author = gettext("Board"), by } = {}) {
    const pane = by ? this.panes.get(by) : this.next();
    return { pane, ...pane.say(author, text) };
  }

  /** The next pane that is open, in turn. */
  next() {
    const panes = [...this.panes.values()];
    const order = panes.map((_, place) => panes[(this.turn + place) % panes.length]);
    const chosen = order.find((pane) => pane.readyState === OPEN) ?? order[0];
    this.turn = panes.indexOf(chosen) + 1;
    return chosen;
  }

  /** Let the lanes stand still, or run. */
  pause(paused) {
    this.paused = paused;
    this.tell("pause", { paused });
  }

  /** What /state tells of one wire, or null. */
  wired(name) {
    return this.wire?.state?.wires.find((wire) => wire.name === name) ?? null;
  }

  /** Tell each pane of its link's round trip, when that changes. */
  tellLinks() {
    for (const [name, pane] of this.panes) {
      const round = 2 * (this.wired(name)?.link.delay_ms ?? 0);
      if (round === pane.round) continue;
      pane.round = round;
      pane.ask("link", { round });
    }
  }

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}

/** The differences of all numbers of two states of a wire, and the sum of bytes. */
function since(wire, base) {
  const minus = (now, then) => {
    if (typeof now === "number") return now - (then ?? 0);
    return Object.fromEntries(Object.entries(now).map(([key, each]) => [key, minus(each, then?.[key])]));
  };
  const { bytes, packets, ip_bytes, requests, empty_responses, messages } = wire;
  const counted = minus({ bytes, packets, ip_bytes, requests, empty_responses, messages }, base);
  const sum = (counts) => Object.values(counts).reduce((total, each) => total + each, 0);
  return { ...counted, total: sum(counted.bytes.up) + sum(counted.bytes.down) };
}
