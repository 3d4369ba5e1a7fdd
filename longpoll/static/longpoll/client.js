/** Keeps one request waiting at the server, on a queue of its own, and asks again as soon as it was answered. */
import { Client as Base } from "../lab/client.js";

export class Client extends Base {
  queue = null; // the id of this user's queue
  hold = 25; // seconds that the server may hold a request

  // The first request is not held: its answer tells that the server is there.
  open(hold = 0) {
    const next = (page) => {
      this.queue = page.queue;
      this.open(this.hold); // the recursion that long polling is known for
    };
    this.ask({ queue: this.queue, hold }, next, hold * 1_000);
  }

  waits(round) {
    return round; // of the answer that went before, and of the next request
  }
}
