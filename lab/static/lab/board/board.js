/** The board: the panes of a page, their wires, and the events of all of them in one place. */
import { LiveLane } from "../chat/live-lane.js";
import { Panel } from "../chat/panel.js";
import { clock } from "../clock.js";
import { WireControl } from "../shared/wire-control.js";
import { OPEN } from "../states.js";
import { Bridge } from "./bridge.js";
import { Pane } from "./pane.js";

const TIMEOUT = 2_000; // ms for the control; a pane does not wait longer until it starts
const OF_PANES = [
  "delivered", "readystate", "disconnected", "reconnected", "published", "refused",
  "maxwait", "streams", "throttled", "counting", "entering", "escape",
]; // prettier-ignore

/** Dispatches the events of its panes, and "pause" {paused} and "defaults" {interval, hold}. */
export class Board extends EventTarget {
  panes = new Map(); // by the technique's name
  control = null; // of the wires, if the page has any
  paused = false;
  room = undefined; // that the panes are in
  turn = 0;

  /** Make the board of a page: [data-frame] and [data-client] hold its panes, data-control names the wires' control. */
  static async on(root) {
    const board = new Board();
    board.room = root.querySelector("[data-room]")?.dataset.room;
    const url = root.querySelector("[data-control]")?.dataset.control;
    if (url) board.control = WireControl.connect(url);
    clock.start();
    const frames = root.querySelectorAll("[data-frame]");
    for (const frame of frames) {
      const pane = board.add(frame);
      pane.addEventListener("hello", () => board.begin(pane));
      pane.attachFrame(frame);
    }
    if (frames.length) clock.onchange = () => board.shareClock();
    for (const element of root.querySelectorAll("[data-client]")) await board.addPanel(element);
    board.control?.addEventListener("state", () => board.sendRoundTrips());
    return board;
  }

  add(element) {
    const { technique: name, title } = element.dataset;
    const colour = getComputedStyle(element).getPropertyValue("--colour").trim();
    const pane = new Pane({ name, title, colour });
    this.panes.set(name, pane);
    for (const kind of OF_PANES) pane.addEventListener(kind, ({ detail }) => this.dispatch(kind, detail));
    return pane;
  }

  /** Add a pane that is in this document. */
  async addPanel(element) {
    const { Client } = await import(element.dataset.client);
    const pane = this.add(element);
    const panel = new Panel(element, Client);
    const bridge = new Bridge(panel, Client, (kind, fields) => pane.receive(kind, fields));
    const canvas = document.querySelector(`[data-live=${pane.name}]`);
    if (canvas) new LiveLane(canvas, panel);
    pane.attach((command, fields) => bridge.run(command, fields));
    pane.start();
    // The browser may keep a page that was left, and its connections with it; it grants six to an origin.
    addEventListener("pagehide", () => pane.stop());
    addEventListener("pageshow", ({ persisted }) => persisted && pane.start());
  }

  /** Start a pane whose page has loaded; what loading it cost is not counted. */
  async begin(pane) {
    pane.roundTrip = null;
    await this.resetCounts([pane]);
    pane.setClock(clock.shared);
    pane.start();
    this.sendRoundTrips();
  }

  /** Let all panes that are in frames enter a room. @param {string} room */
  enter(room) {
    if (room === this.room) return;
    this.room = room;
    for (const pane of this.panes.values()) {
      if (!pane.frame) continue;
      const address = new URL(pane.frame.dataset.src);
      const parts = address.pathname.split("/"); // "", technique, room, "pane", ""
      parts[2] = encodeURIComponent(room);
      address.pathname = parts.join("/");
      pane.enter(address.href);
    }
    this.dispatch("room", { room });
  }

  /** Start the counts of these panes at zero. */
  async resetCounts(panes = [...this.panes.values()]) {
    const controller = new AbortController(); // AbortSignal.timeout is missing in some supported browsers
    const timer = setTimeout(() => controller.abort(), TIMEOUT);
    try {
      const { wires } = await this.control.request("/state", { signal: controller.signal });
      for (const pane of panes) pane.countsBefore = wires.find(({ name }) => name === pane.name);
    } catch {
      // The control does not respond: the counts go on.
    }
    clearTimeout(timer);
    for (const pane of panes) pane.dispatch("counting", { since: Date.now() });
  }

  /** What a wire has counted since its pane's counts began, with the `total` of bytes; null if nothing is known. */
  counted(name) {
    const state = this.wireState(name);
    return state && countsSince(state, this.panes.get(name)?.countsBefore);
  }

  /**
   * Publish through the pane `by`, or through each in turn; return the draft and its pane.
   * @param {string} text @param {{author?: string, by?: string}} options
   */
  publish(text, { author = gettext("Board"), by } = {}) {
    const pane = by ? this.panes.get(by) : this.nextPane();
    return { pane, ...pane.publish(author, text) };
  }

  /** The next open pane, in turn. */
  nextPane() {
    const panes = [...this.panes.values()];
    const order = panes.map((_, index) => panes[(this.turn + index) % panes.length]);
    const next = order.find((pane) => pane.readyState === OPEN) ?? order[0];
    this.turn = panes.indexOf(next) + 1;
    return next;
  }

  /** Stop the lanes from moving, or let them move. */
  pause(paused) {
    this.paused = paused;
    this.dispatch("pause", { paused });
  }

  /** The state of one wire; null if it is unknown. */
  wireState(name) {
    return this.control?.state?.wires.find((wire) => wire.name === name) ?? null;
  }

  shareClock() {
    for (const pane of this.panes.values()) pane.setClock(clock.shared);
  }

  sendRoundTrips() {
    for (const [name, pane] of this.panes) pane.setRoundTrip(2 * (this.wireState(name)?.link.delay_ms ?? 0));
  }

  dispatch(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}

/** Subtract the numbers of two states of a wire, and add up the bytes. */
function countsSince(state, before) {
  const minus = (now, then) => {
    if (typeof now === "number") return now - (then ?? 0);
    return Object.fromEntries(Object.entries(now).map(([key, each]) => [key, minus(each, then?.[key])]));
  };
  const { bytes, packets, ip_bytes, requests, empty_responses, messages } = state;
  const counted = minus({ bytes, packets, ip_bytes, requests, empty_responses, messages }, before);
  const sum = (counts) => Object.values(counts).reduce((total, each) => total + each, 0);
  return { ...counted, total: sum(counted.bytes.up) + sum(counted.bytes.down) };
}
