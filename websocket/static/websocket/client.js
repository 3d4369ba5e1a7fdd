/** Keeps one connection open, and publishes on it too. */
import { Client as Base, Refused } from "../lab/client.js";

export class Client extends Base {
  answers = new Map(); // nonce: what to call with the frame that answers its publish

  open() {
    const socket = new WebSocket(this.address(this.socketAddress));
    this.socket = socket;
    this.requests += 1;
    socket.onopen = () => {
      this.opened();
      this.heard();
    };
    socket.onmessage = ({ data }) => {
      this.count(data);
      const { type, ...fields } = JSON.parse(data);
      if (type === "message") this.deliver(fields);
      else if (type === "reset") this.reset();
      else this.answers.get(fields.nonce)?.(fields);
    };
    socket.onclose = ({ code }) => this.broken(new Error(interpolate(gettext("Closed with code %s."), [code])));
  }

  async probe() {} // each WebSocket has a new connection

  close() {
    const { socket } = this;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    return new Promise((closed) => {
      socket.onclose = closed;
      socket.close(1000);
    });
  }

  publish(draft, signal) {
    return new Promise((resolve, reject) => {
      this.answers.set(draft.nonce, ({ error, status }) => (error ? reject(new Refused(error, status)) : resolve()));
      signal.addEventListener("abort", () => reject(signal.reason));
      this.write({ type: "publish", ...draft });
    }).finally(() => this.answers.delete(draft.nonce));
  }

  /** Let the server close the connection. */
  requestClose() {
    this.write({ type: "close" });
  }

  write(fields) {
    const frame = JSON.stringify(fields);
    this.ontrace("up", frame);
    this.socket.send(frame);
  }
}
