/** Sends a request every `interval` milliseconds: the first one after a random delay, after a fault at once. */
import { Client as Base } from "../lab/client.js";
import { OPEN } from "../lab/states.js";

export class Client extends Base {
  interval = 1_000; // ms

  open(wait = this.failures ? 0 : Math.random() * this.interval) {
    clearTimeout(this.nextPoll);
    this.watchdog.expect(Infinity); // no request is on its way
    this.nextPoll = setTimeout(() => this.poll(), wait);
  }

  poll() {
    const sentAt = performance.now();
    this.fetchPage({}, (page) => {
      const elapsed = performance.now() - sentAt;
      this.open(page.more ? 0 : Math.max(0, this.pause(page) - elapsed));
    });
  }

  /** Return the ms from the request for this page to the next one. @param {import("../lab/client.js").Page} page */
  pause(page) {
    return this.interval;
  }

  /** @param {number} interval - ms */
  changeInterval(interval) {
    this.interval = interval;
    if (this.readyState === OPEN) this.open(interval);
  }

  /** @param {number} roundTrip */
  maxWait(roundTrip) {
    return Math.max(this.interval, roundTrip);
  }

  close() {
    clearTimeout(this.nextPoll);
  }
}
