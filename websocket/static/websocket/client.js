/** Keeps one connection open, and publishes on it too. */
import { Client as Base } from "../lab/client.js";
import { Refused } from "../lab/states.js";

export class Client extends Base {
  /** @type {Map<string, (fields: any) => void>} */
  responses = new Map(); // nonce: takes the frame that responds to its publish

  open() {
    const socket = new WebSocket(this.url(this.socketUrl));
    this.socket = socket;
    this.requests += 1;
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => {
      this.received(data);
      const { type, ...fields } = JSON.parse(data);
      if (type === "message") this.deliver(fields);
      else if (type === "reset") this.reset();
      else this.responses.get(fields.nonce)?.(fields);
    };
    socket.onclose = ({ code }) => this.failed(new Error(interpolate(gettext("Closed with code %s."), [code])));
  }

  async probe() {} // each WebSocket has a new connection

  close() {
    const { socket } = this;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    return new Promise((resolve) => {
      socket.onclose = resolve;
      socket.close(1000);
    });
  }

  /** @param {import("../lab/client.js").Draft} draft @param {AbortSignal} signal */
  publish(draft, signal) {
    return new Promise((resolve, reject) => {
      this.responses.set(draft.nonce, ({ error, status }) => {
        if (error) reject(new Refused(error, status));
        else resolve(undefined);
      });
      signal.addEventListener("abort", () => reject(signal.reason));
      this.write({ type: "publish", ...draft });
    }).finally(() => this.responses.delete(draft.nonce));
  }

  /** Ask the server to close the connection. */
  requestClose() {
    this.write({ type: "close" });
  }

  /** @param {object} fields */
  write(fields) {
    const frame = JSON.stringify(fields);
    this.ontrace("up", frame);
    this.socket?.send(frame);
  }
}
