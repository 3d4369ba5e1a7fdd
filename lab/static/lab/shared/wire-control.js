/** The wires' control as the page sees it: what passes, what they count, and their links and faults. */
import { share } from "./wire-events.js";
import { translated } from "./format.js";

export class Wire extends EventTarget {
  state = null; // the last state told; see lab/wire/control/app.py

  /** The wires whose control is at `base`, an origin. */
  static connect(base) {
    const wire = new Wire(base);
    wire.listen();
    // A page that was left may be kept alive, and its stream with it.
    addEventListener("pagehide", () => wire.close());
    addEventListener("pageshow", ({ persisted }) => persisted && wire.listen());
    return wire;
  }

  constructor(base) {
    super();
    this.base = base;
  }

  /** Hear of everything from now on, and again whenever the control was away. */
  listen() {
    this.close = share(`${this.base}/events`, (kind, text) => {
      if (kind === "away") this.tell("away");
      else if (kind === "state") this.told(JSON.parse(text));
      else this.tell("exchanges", JSON.parse(text).exchanges);
    });
  }

  /** Change the link of a wire, or of "all": a profile or figures. Throws an Error with the control's sentence. */
  link(name, fields) {
    return this.change(`/wires/${encodeURIComponent(name)}/link`, fields);
  }

  /** Put a fault on a wire, or on "all". */
  fault(name, fields) {
    return this.change(`/wires/${encodeURIComponent(name)}/fault`, fields);
  }

  /** Kill the server and start it again after so many seconds; resolves when it listens. */
  restart(seconds) {
    return this.change("/server/restart", { away: seconds });
  }

  /** One exchange with its bytes and parts. */
  exchange(id) {
    return this.ask(`/exchanges/${id}`);
  }

  /** Where the capture of a wire is, as a file for Wireshark. */
  captureAddress(name) {
    return `${this.base}/capture.pcapng?wire=${encodeURIComponent(name)}`;
  }

  async change(path, fields) {
    const headers = { "Content-Type": "application/json" };
    const state = await this.ask(path, { method: "POST", headers, body: JSON.stringify(fields) });
    this.told(state);
    return state;
  }

  async ask(path, options) {
    let response, answer;
    try {
      response = await fetch(this.base + path, options);
      answer = await response.json();
    } catch {
      throw new Error(gettext("The wires' control does not answer."));
    }
    if (!response.ok) throw new Error(translated(answer.error));
    return answer;
  }

  told(state) {
    this.state = state;
    this.tell("state", state);
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
