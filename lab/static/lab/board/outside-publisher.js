/** Publishes messages directly to the server, so that the wires count only deliveries. */
import { Client as Base } from "../client.js";
import { clock } from "../clock.js";
import { wait } from "../shared/wait.js";
import { Refused } from "../states.js";

const CHECK = 300; // ms between checks whether the server is back

export class OutsidePublisher {
  /** @type {Promise<OutsidePublisher> | undefined} */
  static shared;
  methods = new Map(); // pane's name: how it gets its messages, "polls", "holds" or "pushes"
  client = null; // one that publishes by POST
  board = null; // publishes if there is none
  serverBack = null; // a promise while the server is down
  enter = (room) => {}; // publish into this room from now on

  /** The page's one outside publisher. */
  static of(root, board) {
    return (OutsidePublisher.shared ??= OutsidePublisher.make(root, board));
  }

  /** Load the clients of the page's techniques, without starting any. */
  static async make(root, board) {
    const { room } = root.querySelector("[data-part=controls]").dataset;
    const publisher = new OutsidePublisher();
    publisher.board = board;
    board.addEventListener("room", ({ detail }) => publisher.enter(detail.room));
    for (const { dataset } of root.querySelectorAll("[data-module]")) {
      const { Client } = await import(dataset.module);
      const client = new Client(dataset.technique, room);
      publisher.methods.set(dataset.technique, methodOf(client));
      if (client.publish !== Base.prototype.publish || publisher.client) continue;
      publisher.client = client;
      publisher.enter = (other) => (publisher.client = new Client(dataset.technique, other));
    }
    return publisher;
  }

  method(pane) {
    return this.methods.get(pane.name) ?? "pushes";
  }

  /** Publish once, however often it takes, unless the signal is aborted. Throws Refused. */
  async publish(text, signal, author = gettext("Simulated user")) {
    if (!this.client) return this.board.publish(text, { author });
    const draft = { author, text, nonce: clock.newNonce(), sent_at: clock.now() };
    while (!signal.aborted) {
      await this.serverBack;
      try {
        return await this.client.publish(draft, signal);
      } catch (error) {
        if (signal.aborted || (error instanceof Refused && !error.retryable)) throw error;
        this.serverBack ??= this.waitForServer();
      }
    }
  }

  /** Wait until the server is healthy; one check serves all messages that wait. */
  async waitForServer() {
    let healthy = false;
    while (!healthy) {
      await wait(CHECK);
      healthy = await fetch("/healthz").then(({ ok }) => ok, () => false);
    }
    this.serverBack = null;
  }
}

function methodOf(client) {
  if ("interval" in client) return "polls";
  return "hold" in client ? "holds" : "pushes";
}
