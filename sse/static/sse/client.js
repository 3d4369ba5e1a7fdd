/** Keeps one event stream open; after a fault it opens the next one after the last message that it has seen. */
import { Client as Base } from "../lab/client.js";

export class Client extends Base {
  open() {
    const source = new EventSource(this.url(this.messagesUrl));
    this.source = source;
    this.requests += 1;
    source.onopen = () => this.opened();
    source.onmessage = ({ data }) => {
      this.received(data);
      this.deliver(JSON.parse(data));
    };
    source.addEventListener("heartbeat", ({ data }) => this.received(data));
    source.addEventListener("reset", () => this.reset());
    // EventSource would reconnect by itself, but after a fixed wait, and after some faults never.
    source.onerror = () => this.failed(new Error(gettext("The stream ended.")));
  }

  close() {
    this.source?.close();
  }
}
