/** The traffic of one wire: strokes between the browser and the server, and spans at the server. */
import { TraceStore } from "./trace-store.js";

const ENDS = new Set(["close", "disconnect"]);
const CONNECTIONS = 200; // remembered; browsers keep a few

export class Trace extends TraceStore {
  since = Infinity; // the traffic before this instant was the page itself
  held = new Map(); // id of a request: its span
  channels = new Map(); // connection: its "open" span
  connections = new Map(); // connection: when its handshake ended

  clear() {
    super.clear();
    this.since = Infinity;
    for (const map of [this.held, this.channels, this.connections]) map.clear();
  }

  /** Add an exchange that the control reports; `connectMs`: ms of a TCP handshake on this link. */
  add(exchange, connectMs = 0) {
    if (exchange.at < this.since) return;
    const { kind, direction, connection } = exchange;
    if (kind === "disconnect" && !this.connections.has(connection)) return; // it carried nothing that is drawn
    this.connect(exchange, connectMs);
    const times = this.times(exchange, connectMs);
    const stroke = { ...exchange, ...times, shape: this.shape(exchange), grey: kind === "empty" };
    this.keep(stroke);
    if (direction === "down" && stroke.shape !== "plain") this.carry(stroke);
    if (direction === "up" && (kind === "request" || kind === "handshake")) this.hold(stroke);
    if (stroke.answers !== null) this.respond(stroke);
    if (ENDS.has(kind)) this.end(stroke);
  }

  /** Record since when a connection can be used; the one that was unused longest is dropped first. */
  connect({ kind, at, connection }, connectMs) {
    const since = kind === "connect" ? at + connectMs : (this.connections.get(connection) ?? 0);
    this.connections.delete(connection);
    this.connections.set(connection, since);
    if (this.connections.size > CONNECTIONS) this.connections.delete(this.connections.keys().next().value);
  }

  /** When it left one side and reached the other; the control reports the browser's side and the time in the link. */
  times({ kind, direction, connection, at, transit_ms: transit }, connectMs) {
    if (kind === "connect") return { from: at, to: at + connectMs };
    if (kind === "disconnect") return { from: at, to: at };
    if (direction === "down") return { from: at - transit, to: at };
    const from = Math.max(at, this.connections.get(connection)); // nothing leaves before the handshake ends
    return { from, to: from + transit };
  }

  shape({ kind, direction, messages, answers }) {
    const hasMessages = messages?.length > 0;
    if (direction === "up") return hasMessages ? "publish" : kind;
    if (!hasMessages) return kind === "answer" || kind === "frame" ? "plain" : kind;
    if (this.byId.get(answers)?.shape === "publish") return "plain"; // 201, with the message that was published
    const isNew = messages.some((id) => !this.carriers.has(id));
    return isNew || kind !== "frame" ? kind : "plain"; // the frame "published" names the id, too
  }

  /** The server has a request. */
  hold({ id, to, connection }) {
    this.held.set(id, this.begin("held", to, connection));
  }

  /** The server responds to a request. */
  respond({ answers, from, kind, connection }) {
    const request = this.byId.get(answers);
    const span = this.held.get(answers);
    if (span) this.finish(span, Math.max(span.from, from));
    this.held.delete(answers);
    if (kind === "empty" && request) {
      request.grey = true;
      this.change(request.from);
    }
    if (kind === "stream" || kind === "handshake") this.channels.set(connection, this.begin("open", from));
  }

  /** A WebSocket or a connection ends. */
  end({ kind, connection, from }) {
    const channel = this.channels.get(connection);
    if (channel) this.finish(channel, from);
    this.channels.delete(connection);
    if (kind === "close") return;
    this.connections.delete(connection);
    for (const [id, span] of this.held) {
      if (span.connection !== connection) continue;
      this.finish(span, Math.max(span.from, from));
      this.held.delete(id);
    }
  }
}
