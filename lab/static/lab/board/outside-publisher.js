/** Somebody else in the room, who publishes past the wires: what the panes pay is then for delivery alone. */
import { Client as Base } from "../client.js";
import { Refused } from "../states.js";
import { newNonce } from "../outbox.js";

const AGAIN = 300; // ms between looks whether the server is back

export class Neighbour {
  manners = new Map(); // pane's name: "asks", "holds" or "pushes"
  client = null; // one that publishes by POST
  away = null; // a promise while the server is away

  /** The page's one neighbour. */
  static of(root, board) {
    return (Neighbour.known ??= Neighbour.meet(root, board));
  }

  /** Get to know the clients of the techniques named in the page, without starting any. */
  static async meet(root, board) {
    const { room } = root.querySelector("[data-part=controls]").dataset;
    const neighbour = new Neighbour();
    neighbour.board = board;
    for (const { dataset } of root.querySelectorAll("[data-module]")) {
      const { Client } = await import(dataset.module);
      const client = new Client(dataset.technique, room);
      neighbour.manners.set(dataset.technique, mannerOf(client));
      if (client.publish === Base.prototype.publish) neighbour.client ??= client;
    }
    return neighbour;
  }

  manner(pane) {
    return this.manners.get(pane.name) ?? "pushes";
  }

  /** Publish until it is on the server's disk; gives up when `signal` says so. */
  async publish(text, signal, author = gettext("Neighbour")) {
    if (!this.client) return this.board.publish(text, { author }); // nobody here publishes by POST
    const draft = { author, text, nonce: newNonce(), sent_at: Date.now() };
    while (!signal.aborted) {
      await this.away;
      try {
        return await this.client.publish(draft, signal);
      } catch (error) {
        if (signal.aborted || (error instanceof Refused && !error.retryable)) throw error;
        this.away ??= this.back();
      }
    }
  }

  /** Wait until the server is healthy: one asks for all that wait. */
  async back() {
    let healthy = false;
    while (!healthy) {
      await wait(AGAIN);
      healthy = await fetch("/healthz").then(({ ok }) => ok, () => false);
    }
    this.away = null;
  }
}

function mannerOf(client) {
  if ("interval" in client) return "asks";
  return "hold" in client ? "holds" : "pushes";
}

/** Resolve after so many ms, or at once when the signal says stop. */
export function wait(ms, signal) {
  return new Promise((done) => {
    if (signal?.aborted) return done();
    const over = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", over); // a signal may outlive thousands of waits
      done();
    };
    const timer = setTimeout(over, Math.max(0, ms));
    signal?.addEventListener("abort", over);
  });
}
