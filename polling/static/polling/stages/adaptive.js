/** The browser's client of stage 4: each empty response doubles its interval, and a message resets it. */
import { Client as Base } from "../client.js";

const LONGEST = 8; // intervals

export class Client extends Base {
  quiet = 1; // intervals until the next request

  /** @param {import("../../lab/client.js").Page} page */
  pause({ messages }) {
    this.quiet = messages.length ? 1 : Math.min(2 * this.quiet, LONGEST);
    return this.quiet * this.interval;
  }
}
