/** Keeps an event stream open; what it has seen it names when it comes again. */
import { Client as Base } from "../lab/client.js";

export class Client extends Base {
  open() {
    const source = new EventSource(this.address(this.messages));
    this.source = source;
    this.requests += 1;
    source.onopen = () => {
      this.opened();
      this.heard();
    };
    source.onmessage = ({ data }) => {
      this.count(data);
      this.deliver(JSON.parse(data));
    };
    source.addEventListener("heartbeat", ({ data }) => this.count(data));
    source.addEventListener("reset", () => this.reset());
    // EventSource would come back by itself, but at a fixed pace, and after some faults never.
    source.onerror = () => this.broken(new Error(gettext("The stream ended.")));
  }

  close() {
    this.source?.close();
  }
}
