/** Asks again and again: every `interval` milliseconds, the first time at a random phase. */
import { Client as Base } from "../lab/client.js";

export class Client extends Base {
  interval = 1_000; // ms

  open(wait = Math.random() * this.interval) {
    this.timer = setTimeout(() => this.poll(), wait);
  }

  poll() {
    const asked = performance.now();
    this.ask({}, 0, (page) => {
      const elapsed = performance.now() - asked;
      this.open(page.more ? 0 : Math.max(0, this.interval - elapsed));
    });
  }

  close() {
    clearTimeout(this.timer);
  }
}
