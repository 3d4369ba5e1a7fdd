/** The browser's client of stage 4: each empty answer doubles its pause, and a message brings it back. */
import { Client as Base } from "../client.js";

const LONGEST = 8; // intervals

export class Client extends Base {
  quiet = 1; // intervals until the next request

  pause({ messages }) {
    this.quiet = messages.length ? 1 : Math.min(2 * this.quiet, LONGEST);
    return this.quiet * this.interval;
  }
}
