/** Asks again and again: every `interval` milliseconds, the first time at a random phase, after a fault at once. */
import { Client as Base, OPEN } from "../lab/client.js";

export class Client extends Base {
  interval = 1_000; // ms

  open(wait = this.failures ? 0 : Math.random() * this.interval) {
    clearTimeout(this.timer);
    this.expect(Infinity); // no request waits
    this.timer = setTimeout(() => this.poll(), wait);
  }

  poll() {
    const asked = performance.now();
    this.ask({}, (page) => {
      const elapsed = performance.now() - asked;
      this.open(page.more ? 0 : Math.max(0, this.pause(page) - elapsed));
    });
  }

  /** From the request that brought this page to the next one, ms. */
  pause(page) {
    return this.interval;
  }

  /** Ask every so many milliseconds, from now on. */
  every(interval) {
    this.interval = interval;
    if (this.readyState === OPEN) this.open(interval);
  }

  waits(round) {
    return Math.max(this.interval, round);
  }

  close() {
    clearTimeout(this.timer);
  }
}
