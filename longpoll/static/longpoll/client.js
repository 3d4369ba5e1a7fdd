/** Keeps one request waiting at the server, for a queue of its own, and sends the next as soon as a response comes. */
import { Client as Base } from "../lab/client.js";

export class Client extends Base {
  /** @type {string | null | undefined} */
  queue = null; // the id of this reader's queue
  hold = 25; // seconds that the server may hold a request

  // The first request is not held: its response shows that the server is there.
  open(hold = 0) {
    /** @param {import("../lab/client.js").Page} page */
    const next = (page) => {
      this.queue = page.queue;
      this.open(this.hold); // the recursion that long polling is known for
    };
    this.fetchPage({ queue: this.queue, hold }, next, hold * 1_000);
  }

  /** @param {number} roundTrip */
  maxWait(roundTrip) {
    return roundTrip; // the response before on its way here, and the next request on its way there
  }
}
