/** The control of the wires: their traffic and counts, their links and faults, and the server's restart. */
import { translated } from "./format.js";
import { shareEvents } from "./wire-events.js";

/** @typedef {{fault: string, seconds?: number, rate?: number}} Fault */
/** @typedef {{profile: string} | {delay_ms?: number, jitter_ms?: number, rate_up?: number, rate_down?: number}} Link */

/** Dispatches "state", "exchanges" and "away", each with its detail. */
export class WireControl extends EventTarget {
  /** @type {any} */
  state = null; // the last one; lab/wire/control/app.py describes it
  close = () => {};

  /** Connect to the control at an origin. @param {string} base */
  static connect(base) {
    const control = new WireControl(base);
    control.listen();
    // The browser may keep a page that was left, and its stream with it.
    addEventListener("pagehide", () => control.close());
    addEventListener("pageshow", ({ persisted }) => persisted && control.listen());
    return control;
  }

  /** @param {string} base */
  constructor(base) {
    super();
    this.base = base;
    this.name = String(Math.floor(100 + 900 * Math.random())); // of this page, for other boards
  }

  listen() {
    this.close = shareEvents(`${this.base}/events`, (kind, text) => {
      if (kind === "away") this.dispatch("away");
      else if (kind === "state") this.setState(JSON.parse(text));
      else this.dispatch("exchanges", JSON.parse(text).exchanges);
    });
  }

  /** Change the link of a wire, or of "all". @param {string} wire @param {Link} link */
  setLink(wire, link) {
    return this.change(`/wires/${encodeURIComponent(wire)}/link`, link);
  }

  /** Put a fault on a wire, or on "all". @param {string} wire @param {Fault} fault */
  setFault(wire, fault) {
    return this.change(`/wires/${encodeURIComponent(wire)}/fault`, fault);
  }

  /** Kill the server and start it again after `seconds`; resolves when it listens. @param {number} seconds */
  restartServer(seconds) {
    return this.change("/server/restart", { away: seconds });
  }

  /** One exchange with its bytes and parts. @param {number} id */
  exchange(id) {
    return this.request(`/exchanges/${id}`);
  }

  /** The address of a wire's capture, or that of "all", as a file for Wireshark. @param {string} wire */
  captureUrl(wire) {
    return `${this.base}/capture.pcapng?wire=${encodeURIComponent(wire)}`;
  }

  /** Throws an Error with the control's sentence. @param {string} path @param {object} fields */
  async change(path, fields) {
    const headers = { "Content-Type": "application/json" };
    this.setState(await this.request(path, { method: "POST", headers, body: JSON.stringify({ ...fields, by: this.name }) }));
  }

  /** @param {string} path @param {RequestInit} [options] */
  async request(path, options) {
    let response, fields;
    try {
      response = await fetch(this.base + path, options);
      fields = await response.json();
    } catch {
      throw new Error(gettext("The control of the wires does not respond."));
    }
    if (!response.ok) throw new Error(translated(fields.error));
    return fields;
  }

  /** @param {object} state */
  setState(state) {
    this.state = state;
    this.dispatch("state", state);
  }

  /** @param {string} kind @param {unknown} [detail] */
  dispatch(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
